import { describe, expect, it } from 'vitest'
import { availabilityOn } from './availability.ts'

const reason = { de: 'Wir stellen um.' }

describe('availabilityOn', () => {
  it.each([
    ['without pause or season', {}, '2026-11-24', 'open'],
    ['before a pause', { pause: { from: '2026-12-01', reason } }, '2026-11-30', 'open'],
    ['on the first day of a pause', { pause: { from: '2026-12-01', reason } }, '2026-12-01', 'paused'],
    [
      'on the last day of a pause',
      { pause: { from: '2026-12-01', until: '2026-12-24', reason } },
      '2026-12-24',
      'paused',
    ],
    ['after a pause', { pause: { from: '2026-12-01', until: '2026-12-24', reason } }, '2026-12-25', 'open'],
    ['on the last day of a season', { season: { from: '03-01', until: '05-31' } }, '2026-05-31', 'open'],
    ['after a season', { season: { from: '03-01', until: '05-31' } }, '2026-06-01', 'out-of-season'],
    ['in a season over New Year', { season: { from: '11-15', until: '02-15' } }, '2027-01-10', 'open'],
    ['outside of a season over New Year', { season: { from: '11-15', until: '02-15' } }, '2026-11-14', 'out-of-season'],
  ])('%s', (_what, service, today, state) => {
    expect(availabilityOn(service, today).state).toBe(state)
  })
})
