import { createHmac, timingSafeEqual } from 'node:crypto'

/** `reply`: what a person writes back to; `bounce`: where mail servers tell that a mail did not arrive. */
export type AddressKind = 'reply' | 'bounce'
export type ReadAddress =
  | { readonly ok: true; readonly kind: AddressKind; readonly vorgangId: string }
  | { readonly ok: false; readonly reason: 'unknown' | 'expired' }

const LETTER = { reply: 'a', bounce: 'b' } as const
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const DAY_MS = 86_400_000
/** A Vorgang is answered within this time, or by the status page. */
const LIFE_DAYS = 180
const ID_BYTES = 16
const DAY_BYTES = 2
const MAC_BYTES = 10
const BYTES = ID_BYTES + DAY_BYTES + MAC_BYTES

/**
 * Local part of the address of one Vorgang: its id, the day until which it counts, and a keyed hash over both, in letters
 * and digits that survive being written in capitals. Nobody can make one without the town's key; it says nothing of a person.
 */
export function replyLocalPart(key: Uint8Array, kind: AddressKind, vorgangId: string, nowMs: number): string {
  const body = Buffer.alloc(ID_BYTES + DAY_BYTES)
  body.write(vorgangId.replaceAll('-', ''), 'hex')
  body.writeUInt16BE(Math.floor(nowMs / DAY_MS) + LIFE_DAYS, ID_BYTES)
  return LETTER[kind] + toBase32(Buffer.concat([body, macOf(key, kind, body)]))
}

/** Reads a local part; says whether it is one of ours, and still counts. */
export function readLocalPart(key: Uint8Array, localPart: string, nowMs: number): ReadAddress {
  const text = localPart.toLowerCase()
  const kind = text[0] === LETTER.reply ? 'reply' : text[0] === LETTER.bounce ? 'bounce' : null
  const bytes = fromBase32(text.slice(1))
  if (kind === null || bytes === null || bytes.length !== BYTES) {
    return { ok: false, reason: 'unknown' }
  }
  const body = bytes.subarray(0, ID_BYTES + DAY_BYTES)
  if (!timingSafeEqual(bytes.subarray(body.length), macOf(key, kind, body))) {
    return { ok: false, reason: 'unknown' }
  }
  if (body.readUInt16BE(ID_BYTES) < Math.floor(nowMs / DAY_MS)) {
    return { ok: false, reason: 'expired' }
  }
  const hex = body.toString('hex', 0, ID_BYTES)
  return { ok: true, kind, vorgangId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') }
}

const macOf = (key: Uint8Array, kind: AddressKind, body: Buffer): Buffer =>
  createHmac('sha256', key).update(`${kind}\u0000`).update(body).digest().subarray(0, MAC_BYTES)

function toBase32(bytes: Buffer): string {
  let text = ''
  let value = 0
  let bits = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(value >> bits) & 31]
    }
  }
  return bits === 0 ? text : text + ALPHABET[(value << (5 - bits)) & 31]
}

/** Null where a sign is foreign or the left over bits are not zero: one address has one spelling. */
function fromBase32(text: string): Buffer | null {
  const bytes: number[] = []
  let value = 0
  let bits = 0
  for (const sign of text) {
    const digit = ALPHABET.indexOf(sign)
    if (digit === -1) {
      return null
    }
    value = ((value << 5) | digit) & 0xffff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >> bits) & 255)
    }
  }
  return bits < 5 && (value & ((1 << bits) - 1)) === 0 ? Buffer.from(bytes) : null
}
