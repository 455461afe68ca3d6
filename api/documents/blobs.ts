import { createHash } from 'node:crypto'
import { problemType } from '../lib/problem.ts'
import { decryptSegments, encryptSegments, plainSize } from './segments.ts'

/** Keeps ciphertext by its content address. A folder or an S3-compatible store. */
export type BlobStore = {
  /** Stores a stream; durable (file and folder entry) when it resolves. The id is the SHA-256 of the bytes, hex. */
  readonly write: (source: AsyncIterable<Uint8Array>) => Promise<{ readonly id: string; readonly sizeBytes: number }>
  /** Bytes `start` (inclusive) to `end` (exclusive). Throws where the blob is missing. */
  readonly read: (id: string, start: number, end: number) => Promise<Uint8Array>
  readonly size: (id: string) => Promise<number | null>
  readonly remove: (id: string) => Promise<void>
  /** Every stored blob with the time it was written. */
  readonly list: () => AsyncIterable<{ readonly id: string; readonly sizeBytes: number; readonly writtenAtMs: number }>
  /** Copies one blob into a folder (backup). */
  readonly copyTo: (id: string, folder: string) => Promise<void>
}

export type StoredFile = {
  readonly blobId: string
  /** Size of the file itself, not of the ciphertext. */
  readonly sizeBytes: number
  readonly sha256: string
  /** The first bytes, for finding out the type. */
  readonly head: Uint8Array
  /** The last bytes, for finding out whether it is whole. */
  readonly tail: Uint8Array
}

export const fileTooLarge = problemType('documents/file-too-large', 413)
export const fileEmpty = problemType('documents/file-empty', 422)
export const blobMissing = problemType('documents/blob-missing', 410)

const HEAD_BYTES = 4_096
/** As far back as the longest end of an archive reaches, and the tables at the end of most PDF files. */
const TAIL_BYTES = 128 * 1024

/** Encrypts and stores a stream of at most `bytesMax` bytes at constant memory. Throws 413 or 422; nothing is kept then. */
export async function storeFile(
  store: BlobStore,
  dataKey: Uint8Array,
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<StoredFile> {
  const hash = createHash('sha256')
  const head: Uint8Array[] = []
  const tail: Uint8Array[] = []
  const count = { bytes: 0, head: 0, tail: 0 }
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      count.bytes += chunk.byteLength
      if (count.bytes > bytesMax) {
        throw fileTooLarge(`more than ${bytesMax} bytes`)
      }
      if (count.head < HEAD_BYTES) {
        head.push(Uint8Array.from(chunk.subarray(0, HEAD_BYTES - count.head)))
        count.head += head.at(-1)?.byteLength ?? 0
      }
      tail.push(chunk)
      count.tail += chunk.byteLength
      while (count.tail - (tail[0]?.byteLength ?? 0) >= TAIL_BYTES) {
        count.tail -= tail.shift()?.byteLength ?? 0
      }
      hash.update(chunk)
      yield chunk
    }
    if (count.bytes === 0) {
      throw fileEmpty('no bytes')
    }
  }
  const stored = await store.write(encryptSegments(dataKey, counted()))
  return {
    blobId: stored.id,
    sizeBytes: count.bytes,
    sha256: hash.digest('hex'),
    head: Buffer.concat(head),
    tail: Buffer.concat(tail),
  }
}

export type OpenFile = {
  readonly sizeBytes: number
  readonly bytes: (start?: number, end?: number) => AsyncIterable<Uint8Array>
}

/** Opens a stored file for reading, whole or in part. Throws `documents/blob-missing`. */
export async function openFile(store: BlobStore, dataKey: Uint8Array, blobId: string): Promise<OpenFile> {
  const cipherBytes = await store.size(blobId)
  if (cipherBytes === null) {
    throw blobMissing(`blob ${blobId}`)
  }
  const sizeBytes = plainSize(cipherBytes)
  return {
    sizeBytes,
    bytes: (start = 0, end = sizeBytes) =>
      decryptSegments(
        dataKey,
        cipherBytes,
        (from, to) => store.read(blobId, from, to),
        start,
        Math.min(end, sizeBytes),
      ),
  }
}

/** The same file; what lies within the ends that are still in memory is not read and decrypted again. */
export function withEnds(file: OpenFile, { head, tail }: Pick<StoredFile, 'head' | 'tail'>): OpenFile {
  const tailAt = file.sizeBytes - tail.byteLength
  async function* bytes(start = 0, end = file.sizeBytes): AsyncGenerator<Uint8Array> {
    if (start >= tailAt) {
      yield tail.subarray(start - tailAt, end - tailAt)
    } else if (end <= head.byteLength) {
      yield head.subarray(start, end)
    } else {
      yield* file.bytes(start, end)
    }
  }
  return { sizeBytes: file.sizeBytes, bytes }
}
