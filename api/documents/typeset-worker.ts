import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'
import { loadLetterFonts } from './fonts.ts'
import type { TypesetAnswer, TypesetRequest } from './typeset.ts'

/** A folder that cannot exist: templates read what the request holds and nothing from the disk. */
const ROOT = '/dev/null/letters'

/** The only code that joins template, data and attachments; no text of a request becomes part of it. */
const MAIN = `#import sys.inputs.template: letter
#for it in json("/request/attachments.json") {
  pdf.attach(it.name, read(it.path, encoding: none), relationship: it.relationship, mime-type: it.mediaType, description: it.description)
}
#letter(json("/request/data.json"))
`

const compiler = NodeCompiler.create({ workspace: ROOT, fontArgs: [{ fontBlobs: [...loadLetterFonts()] }] })

/* A thread answers its port; a process answers who started it, and ends with it. */
if (parentPort === null) {
  process.on('message', (request: TypesetRequest) => process.send?.(typesetNow(request)))
  process.once('disconnect', () => process.exit())
  process.send?.('ready')
} else {
  const port = parentPort
  port.on('message', (request: TypesetRequest) => {
    const answer = typesetNow(request)
    port.postMessage(answer, answer.ok ? [answer.pdf.buffer as ArrayBuffer] : [])
  })
  port.postMessage('ready')
}

function typesetNow(request: TypesetRequest): TypesetAnswer {
  try {
    putFiles(request)
    const inputs = { template: request.template }
    const pdf = compiler.pdf(
      { mainFilePath: `${ROOT}/main.typ`, inputs },
      { pdfStandard: request.standard, creationTimestamp: Math.floor(request.createdAtMs / 1000) },
    )
    return { id: request.id, ok: true, pdf: new Uint8Array(pdf) }
  } catch (error) {
    return { id: request.id, ok: false, diagnostics: explain(request, error) }
  } finally {
    compiler.resetShadow()
    compiler.evictCache(5)
  }
}

function putFiles(request: TypesetRequest): void {
  const put = (path: string, bytes: string | Uint8Array): void => compiler.mapShadow(ROOT + path, Buffer.from(bytes))
  for (const [path, source] of Object.entries(request.files)) {
    put(path, source)
  }
  const list = request.attachments.map((it) => {
    const path = `/request/${createHash('sha256').update(it.name).digest('hex')}`
    put(path, it.bytes)
    return { name: it.name, path, mediaType: it.mediaType, description: it.description, relationship: it.relationship }
  })
  put('/request/attachments.json', JSON.stringify(list))
  put('/request/data.json', request.dataJson)
  put('/main.typ', MAIN)
}

/** Compiles once more for diagnostics with file and line; errors of the export step have neither. */
function explain(request: TypesetRequest, error: unknown): { file: string; line: number; message: string }[] {
  const failed = compiler.compile({ mainFilePath: `${ROOT}/main.typ`, inputs: { template: request.template } })
  const report = failed.hasError() ? failed.takeDiagnostics() : null
  if (report === null) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return [{ file: request.template, line: 1, message: /message: "((?:[^"\\]|\\.)*)"/.exec(code)?.[1] ?? code }]
  }
  return compiler.fetchDiagnostics(report).map((it) => ({
    file: String(it.path).replace(ROOT, ''),
    line: Number(it.range?.start?.line ?? 0) + 1,
    message: String(it.message),
  }))
}
