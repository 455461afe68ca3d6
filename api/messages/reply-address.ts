import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import type { KeysCtx } from '../keys/keyring.ts'

/** Where the city's mail server takes answers, and what it shows when it hands one over; null: none are taken. */
export type MailReplies = { readonly local: string; readonly domain: string; readonly secret: string } | null
type RepliesCtx = Pick<KeysCtx, 'keyring'> & { readonly mailReplies: MailReplies }

/** What an address of ours stands for. `isOfContact`: the mail went to the contact's address as it was in that version. */
export type MailAddress =
  | { readonly kind: 'reply'; readonly vorgangId: string }
  | { readonly kind: 'return'; readonly vorgangId: string; readonly isOfContact: (version: number) => boolean }

const TAG_BYTES = 8
const ID_BYTES = 16
const TOKEN = /^([rb])([0-9a-f]{48})$/

/**
 * Addresses of a mail about a Vorgang: for the answer, and for news that it did not arrive, which belong to the version of the
 * contact it went to. Null where the city takes no answers. They say nothing to anybody: the Vorgang's id is encrypted under a
 * key of the installation (a synthetic IV, as in RFC 5297), so no table is needed and no address can be guessed or counted.
 */
export function mailAddressesOf(
  ctx: RepliesCtx,
  vorgangId: string,
  contactVersion: number,
): { readonly replyTo: string; readonly returnPath: string } | null {
  const { mailReplies } = ctx
  if (mailReplies === null) {
    return null
  }
  const id = Buffer.from(vorgangId.replaceAll('-', ''), 'hex')
  const address = (letter: 'r' | 'b', version: number): string => {
    const tag = tagOf(ctx, letter, version, id)
    const token = Buffer.concat([tag, masked(ctx, tag, id)]).toString('hex')
    return `${mailReplies.local}+${letter}${token}@${mailReplies.domain}`
  }
  return { replyTo: address('r', 0), returnPath: address('b', contactVersion) }
}

/** Reads an address that a mail came to, with or without angle brackets; null for one that is none of ours. */
export function readMailAddress(ctx: RepliesCtx, recipient: string): MailAddress | null {
  const plain = recipient.trim().replace(/^<|>$/g, '').toLowerCase()
  const [before = '', domain = '', rest] = plain.split('@')
  const [local = '', token = '', more] = before.split('+')
  const { mailReplies } = ctx
  const isOurs =
    mailReplies !== null &&
    rest === undefined &&
    more === undefined &&
    local === mailReplies.local &&
    domain === mailReplies.domain
  const match = isOurs ? TOKEN.exec(token) : null
  if (match === null) {
    return null
  }
  const bytes = Buffer.from(match[2] ?? '', 'hex')
  const tag = bytes.subarray(0, TAG_BYTES)
  const id = masked(ctx, tag, bytes.subarray(TAG_BYTES))
  const isRight = (letter: 'r' | 'b', version: number): boolean => timingSafeEqual(tagOf(ctx, letter, version, id), tag)
  const vorgangId = id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  if (match[1] === 'b') {
    return { kind: 'return', vorgangId, isOfContact: (version) => isRight('b', version) }
  }
  return isRight('r', 0) ? { kind: 'reply', vorgangId } : null
}

const tagOf = (ctx: RepliesCtx, letter: 'r' | 'b', version: number, id: Uint8Array): Buffer =>
  createHmac('sha256', createSecretKey(ctx.keyring.purpose('mail-address-tag')))
    .update(`${letter}\u0000${version}\u0000`)
    .update(id)
    .digest()
    .subarray(0, TAG_BYTES)

/** Hides an id under a pad that follows from its tag, and shows it again. */
function masked(ctx: RepliesCtx, tag: Uint8Array, id: Uint8Array): Buffer {
  const pad = createHmac('sha256', createSecretKey(ctx.keyring.purpose('mail-address-id')))
    .update(tag)
    .digest()
  return Buffer.from(id.subarray(0, ID_BYTES).map((byte, index) => byte ^ (pad[index] ?? 0)))
}
