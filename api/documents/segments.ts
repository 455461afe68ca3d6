import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { deriveKey } from '../lib/seal.ts'

/*
 * Segmented encryption of files, after age's STREAM construction: 64 KiB segments, each authenticated,
 * nonce = counter and last-flag, key derived per file from a random salt. A range is read at constant memory,
 * nothing unauthenticated leaves, and a cut-off end is noticed because its last segment lacks the flag.
 */
const MAGIC = Buffer.from('STB1')
const SALT_BYTES = 16
export const HEADER_BYTES = MAGIC.length + SALT_BYTES
export const SEGMENT_BYTES = 64 * 1024
const TAG_BYTES = 16

/** Encrypts a stream of bytes; holds at most one segment. */
export async function* encryptSegments(
  dataKey: Uint8Array,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(SALT_BYTES)
  const key = createSecretKey(deriveKey(dataKey, 'blob', salt))
  const pending = Buffer.allocUnsafe(SEGMENT_BYTES)
  let filled = 0
  let counter = 0
  yield Buffer.concat([MAGIC, salt])
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; ) {
      // A full segment waits until there is more: whether it is the last one is part of its nonce.
      if (filled === SEGMENT_BYTES) {
        yield* encryptOne(key, counter, false, pending)
        counter += 1
        filled = 0
      }
      const taken = Math.min(SEGMENT_BYTES - filled, chunk.byteLength - at)
      pending.set(chunk.subarray(at, at + taken), filled)
      filled += taken
      at += taken
    }
  }
  yield* encryptOne(key, counter, true, pending.subarray(0, filled))
}

/** Size of the plain bytes in a ciphertext of `cipherBytes`. */
export function plainSize(cipherBytes: number): number {
  const body = cipherBytes - HEADER_BYTES
  return body - Math.ceil(body / (SEGMENT_BYTES + TAG_BYTES)) * TAG_BYTES
}

/**
 * Decrypts plain bytes `start` (inclusive) to `end` (exclusive). `read` gives ciphertext bytes of a range.
 * Throws before it yields anything of a segment that was changed or cut.
 */
export async function* decryptSegments(
  dataKey: Uint8Array,
  cipherBytes: number,
  read: (start: number, end: number) => Promise<Uint8Array>,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  const header = Buffer.from(await read(0, HEADER_BYTES))
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Error('unknown format of a stored file')
  }
  const key = deriveKey(dataKey, 'blob', header.subarray(MAGIC.length))
  const whole = SEGMENT_BYTES + TAG_BYTES
  const last = Math.max(0, Math.ceil((cipherBytes - HEADER_BYTES) / whole) - 1)
  for (
    let index = Math.floor(start / SEGMENT_BYTES);
    index * SEGMENT_BYTES < end || (end === 0 && index === 0);
    index += 1
  ) {
    if (index > last) {
      return
    }
    const from = HEADER_BYTES + index * whole
    const plain = decryptOne(key, index, index === last, await read(from, Math.min(from + whole, cipherBytes)))
    const offset = index * SEGMENT_BYTES
    yield plain.subarray(Math.max(0, start - offset), Math.min(plain.length, end - offset))
  }
}

/** Ciphertext and tag, apart: whoever writes them puts them together without copying. */
function encryptOne(key: KeyObject, counter: number, isLast: boolean, plain: Uint8Array): readonly Uint8Array[] {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(counter, isLast))
  const body = cipher.update(plain)
  cipher.final()
  return [body, cipher.getAuthTag()]
}

function decryptOne(key: Uint8Array, counter: number, isLast: boolean, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed)
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(counter, isLast))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES)), decipher.final()])
}

function nonceOf(counter: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(counter, 7)
  nonce[11] = isLast ? 1 : 0
  return nonce
}
