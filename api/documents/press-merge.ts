import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'
import type { PressOrder } from './press-protocol.ts'
import { shrunkPhoto } from './press-shrink.ts'

const ROOT = '/dev/null/press'

/** One picture a page, as large as it goes; what a person hears instead is its label. */
const MAIN = `#let data = json("/data.json")
#set document(title: data.title)
#set text(lang: data.lang)
#set page(paper: "a4", margin: 10mm)
#for (index, label) in data.labels.enumerate() {
  if index > 0 { pagebreak() }
  align(center + horizon, image("/" + str(index), alt: label, width: 100%, height: 100%, fit: "contain"))
}
`

/**
 * Sets pictures as one PDF/A-2b, which keeps for decades; large photos as large as a page needs them. Only a press should call it: it
 * decodes what people sent.
 */
export async function mergePictures(
  pictures: readonly Uint8Array[],
  order: Extract<PressOrder, { op: 'merge' }>,
): Promise<Uint8Array> {
  const compiler = NodeCompiler.create({ workspace: ROOT })
  const { title, lang, labels } = order
  compiler.mapShadow(`${ROOT}/data.json`, Buffer.from(JSON.stringify({ title, lang, labels })))
  for (const [index, picture] of pictures.entries()) {
    compiler.mapShadow(`${ROOT}/${index}`, Buffer.from(await shrunkPhoto(picture)))
  }
  compiler.mapShadow(`${ROOT}/main.typ`, Buffer.from(MAIN))
  const creationTimestamp = Math.floor(order.createdAtMs / 1000)
  return new Uint8Array(compiler.pdf({ mainFilePath: `${ROOT}/main.typ` }, { pdfStandard: 'a-2b', creationTimestamp }))
}
