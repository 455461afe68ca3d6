import { createHmac } from 'node:crypto'
import encodeQR from 'qr'
import { codeOf } from '../lib/ids.ts'
import { open, type Place, seal } from '../lib/seal.ts'

/** What a code stands for: a draft in the version that was printed. */
export type Printed = { readonly draftId: string; readonly version: number }

const MARK = 'STADTTOR1'
const VERSION_BYTES = 4

/** The code a person can read out, e.g. `7K4M-Q2XW`; the same for the same print. `key` is one purpose of the installation. */
export const paperCode = (key: Uint8Array, { draftId, version }: Printed): string =>
  codeOf(createHmac('sha256', key).update(`paper|${draftId}|${version}`).digest())

/** What is kept of a code. Forgives small letters, blanks and missing hyphens. */
export const hashOfCode = (key: Uint8Array, typed: string): string =>
  createHmac('sha256', key)
    .update(`code|${typed.toUpperCase().replace(/[^A-Z0-9]/g, '')}`)
    .digest('hex')

/** Text of the optical code: the form's version in clear, the draft sealed. Nothing of it says who or what. */
export function opticalText(key: Uint8Array, town: string, printed: Printed & { readonly formDigest: string }): string {
  const plain = Buffer.alloc(16 + VERSION_BYTES)
  plain.write(printed.draftId.replaceAll('-', ''), 0, 'hex')
  plain.writeUInt32BE(printed.version, 16)
  return `${MARK}.${printed.formDigest.slice(0, 12)}.${seal(key, placeOf(town), plain).toString('base64url')}`
}

/** Reads the text of an optical code; null for one of somebody else's, or of another installation. */
export function readOpticalText(key: Uint8Array, town: string, text: string): Printed | null {
  const [mark, , sealed = ''] = text.split('.')
  if (mark !== MARK) {
    return null
  }
  try {
    const plain = open(key, placeOf(town), Buffer.from(sealed, 'base64url'))
    const hex = plain.toString('hex', 0, 16)
    const draftId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
    return { draftId, version: plain.readUInt32BE(16) }
  } catch {
    return null
  }
}

/** The optical code (QR) as a drawing; medium correction stands a fold and a stamp. */
export const opticalDrawing = (text: string): string => encodeQR(text, 'svg', { ecc: 'medium', border: 2 })

const placeOf = (town: string): Place => ({ town, table: 'paper_codes', row: 'code', column: 'draft' })
