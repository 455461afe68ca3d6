/** Reads bytes `start` (inclusive) to `end` (exclusive) of a file. */
export type ReadRange = (start: number, end: number) => Promise<Buffer>

/** `encrypted`: says so itself; whether it opens without a password is for those to find out who can decrypt. */
export type PdfVerdict = 'whole' | 'encrypted' | 'damaged'

const TAIL_BYTES = 4_096
const SECTION_BYTES = 64 * 1024
/** The longest cross-reference table that is looked through for its trailer: 20 bytes an object, 400,000 objects. */
const TABLE_BYTES_MAX = 8 * 1024 * 1024

/**
 * Looks whether a PDF ends as one and names where its objects are. Reads the end, and the cross-reference section that the
 * end names: a table with its trailer, or a stream; both are clear text also in an encrypted file. Parses nothing else,
 * unpacks nothing, and needs as much memory for 20 MB as for 20 KB.
 * @see ISO 32000-1:2008, 7.5.5, 7.5.8
 */
export async function checkPdf(read: ReadRange, sizeBytes: number): Promise<PdfVerdict> {
  const tail = latin(await read(Math.max(0, sizeBytes - TAIL_BYTES), sizeBytes))
  const [, offset = ''] = /startxref[\0\t\n\f\r ]+(\d{1,12})/.exec(tail.slice(tail.lastIndexOf('startxref'))) ?? []
  const at = Number(offset)
  if (offset === '' || at <= 0 || at >= sizeBytes) {
    return 'damaged'
  }
  const dictionary = await trailerAt(read, at, sizeBytes)
  if (dictionary === null || !/\/Root[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+R/.test(dictionary)) {
    return 'damaged'
  }
  return /\/Encrypt[\0\t\n\f\r ]*(?:\d|<<)/.test(dictionary) ? 'encrypted' : 'whole'
}

/** The dictionary that says where the catalogue is; null where there is none. */
async function trailerAt(read: ReadRange, at: number, sizeBytes: number): Promise<string | null> {
  const section = latin(await read(at, Math.min(at + SECTION_BYTES, sizeBytes)))
  const start = section.trimStart()
  if (/^\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj/.test(start)) {
    const end = start.indexOf('stream')
    return end > 0 && /\/Type[\0\t\n\f\r ]*\/XRef/.test(start.slice(0, end)) ? start.slice(0, end) : null
  }
  return start.startsWith('xref') ? await afterTable(read, at, sizeBytes) : null
}

async function afterTable(read: ReadRange, at: number, sizeBytes: number): Promise<string | null> {
  const end = Math.min(at + TABLE_BYTES_MAX, sizeBytes)
  let before = ''
  for (let from = at; from < end; from += SECTION_BYTES) {
    const piece = before + latin(await read(from, Math.min(from + SECTION_BYTES, sizeBytes)))
    const found = piece.indexOf('trailer')
    if (found >= 0) {
      const start = from - before.length + found
      const trailer = latin(await read(start, Math.min(start + SECTION_BYTES, sizeBytes)))
      const stop = trailer.indexOf('startxref')
      return stop < 0 ? trailer : trailer.slice(0, stop)
    }
    before = piece.slice(-'trailer'.length)
  }
  return null
}

const latin = (bytes: Buffer): string => bytes.toString('latin1')
