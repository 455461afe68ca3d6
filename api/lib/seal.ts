import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto'

const FORMAT = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
// Keys are wrapped by `createSecretKey` where they are used: given as bytes, Node takes four times as long.

/** Where a sealed value stands; a value moved to another place does not open. */
export type Place = { readonly town: string; readonly table: string; readonly row: string; readonly column: string }

/** Encrypts with AES-256-GCM; result is format byte, nonce, ciphertext, tag. `place` is authenticated with it. */
export function seal(key: Uint8Array, place: Place, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce)
  cipher.setAAD(aadOf(place))
  return Buffer.concat([Uint8Array.of(FORMAT), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Opens what `seal` made. Throws when key, place or a single bit differs, or the format is unknown. */
export function open(key: Uint8Array, place: Place, sealed: Uint8Array): Buffer {
  if (sealed[0] !== FORMAT || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) {
    throw new Error('unknown format of a sealed value')
  }
  const bytes = Buffer.from(sealed)
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), bytes.subarray(1, 1 + NONCE_BYTES))
  decipher.setAAD(aadOf(place))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_BYTES, bytes.length - TAG_BYTES)), decipher.final()])
}

/** A key for one purpose, derived from another (HKDF-SHA256); 32 bytes. */
export const deriveKey = (key: Uint8Array, purpose: string, salt: Uint8Array = new Uint8Array()): Buffer =>
  Buffer.from(hkdfSync('sha256', createSecretKey(key), salt, purpose, 32))

/** Commitment to a value: tells nothing without the key, and no longer can be checked once the key is destroyed. */
export const commitment = (key: Uint8Array, label: string, value: Uint8Array | string): string =>
  createHmac('sha256', createSecretKey(deriveKey(key, 'journal-commitment')))
    .update(label)
    .update('\u0000')
    .update(value)
    .digest('hex')

function aadOf(place: Place): Buffer {
  return Buffer.from(JSON.stringify([place.town, place.table, place.row, place.column]))
}
