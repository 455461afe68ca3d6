import type { OpenFile } from './blobs.ts'
import type { FileType } from './file-type.ts'
import { checkImage } from './image-check.ts'
import { checkPdf, type ReadRange } from './pdf-check.ts'

/** What is wrong with a file whose type is one that is taken. */
export type Fault = 'damaged' | 'encrypted' | 'too-many-pixels' | 'two-files'

/** The end of a ZIP archive: 22 bytes and a comment of at most 65,535, which the last two say. */
const ARCHIVE_END_BYTES = 22 + 65_535
const ACTIVE_TEXT = /<(?:script|html|svg|iframe|!doctype)/i

/**
 * Looks into a stored file as far as needed to refuse what nobody could open, or what is two files at once. Reads single
 * ranges: memory does not grow with the file. What only a whole parser finds is left to the previews, out of process.
 */
export async function inspectFile(mediaType: FileType['mediaType'], file: OpenFile): Promise<Fault | null> {
  const read: ReadRange = async (start, end) => Buffer.concat(await Array.fromAsync(file.bytes(start, end)))
  const tail = await read(Math.max(0, file.sizeBytes - ARCHIVE_END_BYTES), file.sizeBytes)
  if (endsAsArchive(tail) || (mediaType !== 'application/pdf' && ACTIVE_TEXT.test(tail.toString('latin1')))) {
    return 'two-files'
  }
  if (mediaType === 'application/pdf') {
    const verdict = await checkPdf(read, file.sizeBytes)
    return verdict === 'whole' ? null : verdict
  }
  const verdict = await checkImage(mediaType, read, file.sizeBytes)
  return verdict.kind === 'whole' ? null : verdict.kind
}

/** True where the bytes end with the directory of an archive: programs that look from the end would open that one. */
function endsAsArchive(tail: Buffer): boolean {
  const sign = Buffer.from('PK\x05\x06', 'latin1')
  for (let at = tail.lastIndexOf(sign); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(sign, at - 1)) {
    if (at + 22 <= tail.length && at + 22 + tail.readUInt16LE(at + 20) === tail.length) {
      return true
    }
  }
  return false
}
