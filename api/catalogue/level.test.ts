import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levelOf, PARTS, type Part, type ServiceParts } from './level.ts'

const ALL = Object.fromEntries(PARTS.map((part) => [part, true])) as ServiceParts
const without = (...parts: readonly Part[]): ServiceParts => ({
  ...ALL,
  ...Object.fromEntries(parts.map((part) => [part, false])),
})

describe('levelOf', () => {
  it('is 4 with every part, 0 without any', () => {
    expect(levelOf(ALL)).toEqual({ level: 4, missing: [] })
    expect(levelOf(without(...PARTS))).toEqual({ level: 0, missing: ['description'] })
  })

  const rows: readonly [Part, number][] = [
    ['description', 0],
    ['form', 1],
    ['answered', 2],
    ['process', 2],
    ['messages', 2],
    ['notices', 2],
    ['evidence', 2],
    ['payment', 2],
    ['settled', 2],
    ['online', 2],
    ['registers', 3],
  ]
  it.each(rows)('falls when %s is taken away, to %i, and names it', (part, level) => {
    expect(levelOf(without(part))).toEqual({ level, missing: [part] })
  })
  it('has a row for every part', () => {
    expect(rows.map(([part]) => part).toSorted()).toEqual(PARTS.toSorted())
  })

  it('names all that is missing for the next level, and nothing of later ones', () => {
    expect(levelOf(without('registers', 'payment', 'online'))).toEqual({ level: 2, missing: ['payment', 'online'] })
    expect(levelOf(without('form', 'process'))).toEqual({ level: 1, missing: ['form'] })
  })

  it('never rises when a part is taken away', () => {
    fc.assert(
      fc.property(fc.subarray([...PARTS]), fc.constantFrom(...PARTS), (parts, taken) => {
        const before = levelOf(without(...parts)).level
        expect(levelOf(without(...parts, taken)).level).toBeLessThanOrEqual(before)
      }),
    )
  })
})
