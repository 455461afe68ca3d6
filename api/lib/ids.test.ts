import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { codeOf, createIds, newReference, readReference } from './ids.ts'

it('ids sort in the order they were made, also while the clock stands or steps back', () => {
  let now = 1_795_000_000_000
  const next = createIds(() => now)
  const made = Array.from({ length: 9_000 }, (_, index) => {
    now = index === 5_000 ? now - 10_000 : now
    return next()
  })
  expect([...made].sort()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
})

it('a reference is read as people type it, and a wrong or swapped sign is noticed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 }), (position) => {
      const reference = newReference('CB', 2026)
      expect(reference).toMatch(/^CB-2026-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/)
      expect(readReference(` ${reference.toLowerCase().replaceAll('-', ' ')} `)).toBe(reference)
      const signs = [...reference.replaceAll('-', '')]
      const at = 6 + (position % 7)
      const [a = '', b = ''] = [signs[at], signs[at + 1]]
      if (a !== b) {
        signs[at] = b
        signs[at + 1] = a
        expect(readReference(signs.join(''))).not.toBe(reference)
      }
    }),
  )
})

it('a code has no sign that is taken for another', () => {
  expect(codeOf(randomBytes(32))).toMatch(/^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/)
})
