import { describe, expect, it } from 'vitest'
import { newId } from '../lib/ids.ts'
import { readLocalPart, replyLocalPart } from './reply-address.ts'

const KEY = Buffer.alloc(32, 7)
const NOW = Date.parse('2026-11-24T09:00:00Z')
const DAY_MS = 86_400_000

describe('an address of a Vorgang', () => {
  it.each(['reply', 'bounce'] as const)(
    'names its Vorgang as %s, however it is written, and fits into a local part',
    (kind) => {
      for (let round = 0; round < 50; round += 1) {
        const vorgangId = newId(NOW + round)
        const text = replyLocalPart(KEY, kind, vorgangId, NOW)
        expect(text).toMatch(/^[a-z2-7]{1,64}$/)
        expect(readLocalPart(KEY, text.toUpperCase(), NOW)).toEqual({ ok: true, kind, vorgangId })
      }
    },
  )

  it('is over after its time', () => {
    const text = replyLocalPart(KEY, 'reply', newId(NOW), NOW)
    expect(readLocalPart(KEY, text, NOW + 180 * DAY_MS)).toMatchObject({ ok: true })
    expect(readLocalPart(KEY, text, NOW + 181 * DAY_MS)).toEqual({ ok: false, reason: 'expired' })
  })

  it('cannot be made by changing any sign of another, by another key, or for another use', () => {
    const text = replyLocalPart(KEY, 'reply', newId(NOW), NOW)
    const changed = [...text].map((sign, at) => text.slice(0, at) + (sign === 'a' ? 'b' : 'a') + text.slice(at + 1))
    const forged = [...changed, text.slice(0, -1), `${text}a`, `b${text.slice(1)}`, '', 'a', 'info', 'postmaster']
    expect(forged.filter((one) => readLocalPart(KEY, one, NOW).ok)).toEqual([])
    expect(readLocalPart(Buffer.alloc(32, 8), text, NOW).ok).toBe(false)
  })
})
