import { createHash } from 'node:crypto'

/**
 * What a seal says beside itself. `sizeBytes`: how much room its CMS needs at most.
 */
export type SealFrame = { readonly name: string; readonly atMs: number; readonly sizeBytes: number }
/** A PDF with room for a seal. What is sealed is everything but `hole`, the sign `<`, hexadecimal digits and `>`. */
export type OpenForSeal = { readonly bytes: Uint8Array; readonly hole: { readonly from: number; readonly to: number } }

/** A PDF that cannot be sealed: it is not made as ours are. Says how, never what stands in it. */
export class PdfNotSealable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'PdfNotSealable'
  }
}

type Pdf = {
  readonly text: string
  readonly offsets: ReadonlyMap<number, number>
  readonly root: number
  readonly info: string
  readonly firstId: string
  readonly size: number
  readonly startXref: number
}
type Changed = { readonly number: number; readonly body: string }

/**
 * Adds an invisible signature field to a PDF, as an update behind its end that changes no byte before (ISO 32000-1, 7.5.6 and
 * 12.7.4.5; PDF/A-3 keeps holding). Reads PDFs as the letters' compiler writes them: one classic table of references.
 * @throws PdfNotSealable
 */
export function openForSeal(pdf: Uint8Array, frame: SealFrame): OpenForSeal {
  const read = readPdf(Buffer.from(pdf).toString('latin1'))
  const [signature, widget, form] = [read.size, read.size + 1, read.size + 2]
  const catalogue = dictionaryOf(read, read.root)
  if (catalogue.includes('/AcroForm')) {
    throw new PdfNotSealable('it has form fields already')
  }
  const page = firstPage(read, catalogue)
  const objects: Changed[] = [
    { number: read.root, body: withEntry(catalogue, `/AcroForm ${form} 0 R`) },
    ...withAnnotation(read, page, widget),
    { number: signature, body: signatureDictionary(frame) },
    {
      number: widget,
      body: `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Siegel) /F 132 /Rect [0 0 0 0] /P ${page} 0 R /V ${signature} 0 R >>`,
    },
    { number: form, body: `<< /Fields [${widget} 0 R] /SigFlags 3 >>` },
  ]
  const whole = append(read, objects)
  const from = whole.lastIndexOf(CONTENTS) + CONTENTS.length
  const to = whole.indexOf('>', from) + 1
  const range = `[0 ${from} ${to} ${whole.length - to}]`
  const bytes = Buffer.from(whole, 'latin1')
  // The last ones are ours: what somebody wrote stands before.
  bytes.write(range.padEnd(RANGE_ROOM.length), whole.lastIndexOf(RANGE_ROOM), 'latin1')
  return { bytes, hole: { from, to } }
}

/** What is sealed: all bytes around the hole. */
export const sealedBytes = ({ bytes, hole }: OpenForSeal): readonly Uint8Array[] => [
  bytes.subarray(0, hole.from),
  bytes.subarray(hole.to),
]

/** Puts the seal into its hole. */
export function closeSeal({ bytes, hole }: OpenForSeal, cms: Uint8Array): Uint8Array {
  const digits = hole.to - hole.from - 2
  const hex = Buffer.from(cms).toString('hex')
  if (hex.length > digits) {
    throw new PdfNotSealable('the seal is larger than the room left for it')
  }
  const closed = Buffer.from(bytes)
  closed.write(hex.padEnd(digits, '0'), hole.from + 1, 'latin1')
  return closed
}

const CONTENTS = '/Contents '
/** Room for four numbers of ten digits. */
const RANGE_ROOM = '[0 ********** ********** **********]'

function signatureDictionary({ name, atMs, sizeBytes }: SealFrame): string {
  const at = new Date(atMs).toISOString().slice(0, 19).replace(/\D/g, '')
  const nameHex = Buffer.from(`\uFEFF${name}`, 'utf16le').swap16().toString('hex')
  return `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:${at}Z) /Name <${nameHex}> /ByteRange ${RANGE_ROOM} ${CONTENTS}<${'0'.repeat(sizeBytes * 2)}> >>`
}

function readPdf(text: string): Pdf {
  const startXref = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)?.[1] ?? Number.NaN)
  const tail = text.slice(startXref)
  const at = tail.indexOf('trailer')
  const trailer = tail.slice(at)
  const [root, size] = [/\/Root\s+(\d+) 0 R/.exec(trailer)?.[1], /\/Size\s+(\d+)/.exec(trailer)?.[1]]
  const firstId = /\/ID\s*\[\s*(\([^()\\]*\)|<[0-9A-Fa-f]*>)/.exec(trailer)?.[1]
  if (!tail.startsWith('xref') || root === undefined || size === undefined || firstId === undefined) {
    throw new PdfNotSealable('its table of references cannot be read')
  }
  if (/\/(Prev|Encrypt|XRefStm)\b/.test(trailer)) {
    throw new PdfNotSealable('it was changed behind its end, or is encrypted')
  }
  return {
    text,
    offsets: readOffsets(tail.slice('xref'.length, at)),
    root: Number(root),
    info: /\/Info\s+\d+ 0 R/.exec(trailer)?.[0] ?? '',
    firstId,
    size: Number(size),
    startXref,
  }
}

function readOffsets(table: string): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>()
  let next = 0
  for (const line of table.split(/\r\n|\r|\n/)) {
    const section = /^(\d+) \d+\s*$/.exec(line)?.[1]
    const entry = /^(\d{10}) \d{5} ([nf])/.exec(line)
    if (entry !== null) {
      if (entry[2] === 'n') {
        offsets.set(next, Number(entry[1]))
      }
      next += 1
    } else if (section !== undefined) {
      next = Number(section)
    }
  }
  return offsets
}

/** The body of an object, up to `endobj`. */
function bodyOf({ text, offsets }: Pdf, number: number): string {
  const at = offsets.get(number)
  const head = `${number} 0 obj`
  if (at === undefined || !text.startsWith(head, at)) {
    throw new PdfNotSealable(`object ${number} is not where it should be`)
  }
  return text.slice(at + head.length, text.indexOf('endobj', at)).trim()
}

function dictionaryOf(pdf: Pdf, number: number): string {
  const body = bodyOf(pdf, number)
  if (!body.startsWith('<<') || !body.endsWith('>>')) {
    throw new PdfNotSealable(`object ${number} is no dictionary`)
  }
  return body
}

/** Depth of the tree of pages at most. */
const PAGES_DEPTH_MAX = 20

function firstPage(pdf: Pdf, catalogue: string): number {
  let number = Number(/\/Pages\s+(\d+) 0 R/.exec(catalogue)?.[1])
  for (let depth = 0; depth < PAGES_DEPTH_MAX; depth += 1) {
    const node = dictionaryOf(pdf, number)
    if (/\/Type\s*\/Page\b/.test(node)) {
      return number
    }
    number = Number(/\/Kids\s*\[\s*(\d+) 0 R/.exec(node)?.[1])
  }
  throw new PdfNotSealable('its first page is not found')
}

/** The page, or where its annotations stand apart their list, with one more. */
function withAnnotation(pdf: Pdf, page: number, widget: number): Changed[] {
  const dictionary = dictionaryOf(pdf, page)
  const apart = /\/Annots\s+(\d+) 0 R/.exec(dictionary)?.[1]
  if (apart !== undefined) {
    return [{ number: Number(apart), body: bodyOf(pdf, Number(apart)).replace(/\]$/, ` ${widget} 0 R]`) }]
  }
  const list = /\/Annots\s*\[[^\]]*(?=\])/.exec(dictionary)
  const body =
    list === null
      ? withEntry(dictionary, `/Annots [${widget} 0 R]`)
      : dictionary.replace(list[0], `${list[0]} ${widget} 0 R`)
  return [{ number: page, body }]
}

const withEntry = (dictionary: string, entry: string): string => `${dictionary.slice(0, -'>>'.length)} ${entry} >>`

function append(pdf: Pdf, objects: readonly Changed[]): string {
  let whole = pdf.text.endsWith('\n') ? pdf.text : `${pdf.text}\n`
  const table: string[] = []
  for (const { number, body } of [...objects].sort((a, b) => a.number - b.number)) {
    table.push(`${number} 1\n${String(whole.length).padStart(10, '0')} 00000 n \n`)
    whole += `${number} 0 obj\n${body}\nendobj\n`
  }
  const secondId = createHash('sha256').update(whole, 'latin1').digest('hex').slice(0, 32)
  const size = Math.max(pdf.size, ...objects.map(({ number }) => number + 1))
  return `${whole}xref\n${table.join('')}trailer\n<< /Size ${size} /Root ${pdf.root} 0 R ${pdf.info} /ID [${pdf.firstId} <${secondId}>] /Prev ${pdf.startXref} >>\nstartxref\n${whole.length}\n%%EOF\n`
}
