import { describe, expect, it } from 'vitest'
import { type Known, moveBy, nextAskMs, TRANSACTION_STATES } from './machine.ts'
import type { Told } from './provider.ts'

const known = (changes: Partial<Known> = {}): Known => ({
  state: 'redirected',
  amountCents: 3_070,
  ageMs: 60_000,
  payment: 'due',
  ...changes,
})
const paid = (amountCents = 3_070): Told => ({ kind: 'paid', amountCents, reference: null, method: null })

describe('moveBy', () => {
  it.each([
    ['paid, due', paid(), known(), 'settle'],
    ['paid, settled before', paid(), known({ payment: 'paid' }), 'surplus'],
    ['paid, not owed any more', paid(), known({ payment: 'withdrawn' }), 'surplus'],
    ['paid after cancellation', paid(), known({ state: 'cancelled' }), 'settle'],
    ['paid after its time', paid(), known({ state: 'expired' }), 'settle'],
    ['a cent less', paid(3_069), known(), 'mismatch'],
    ['a cent more', paid(3_071), known(), 'mismatch'],
    ['nothing', paid(0), known(), 'mismatch'],
    ['cancelled', { kind: 'cancelled' }, known(), 'end'],
    ['failed', { kind: 'failed' }, known(), 'end'],
    ['cancelled, known', { kind: 'cancelled' }, known({ state: 'cancelled' }), 'none'],
    ['unknown there', { kind: 'unknown' }, known(), 'end'],
    ['open, young', { kind: 'open' }, known(), 'none'],
    ['open, old', { kind: 'open' }, known({ ageMs: 3_600_000 }), 'end'],
    ['open again after cancellation', { kind: 'open' }, known({ state: 'cancelled', ageMs: 3_600_000 }), 'none'],
  ] as const)('%s', (_name, told, from, kind) => {
    expect(moveBy(told as Told, from).kind).toBe(kind)
  })

  it('never moves what is paid or disputed, whatever is said', () => {
    const said: readonly Told[] = [
      paid(),
      paid(1),
      { kind: 'open' },
      { kind: 'failed' },
      { kind: 'cancelled' },
      { kind: 'unknown' },
    ]
    for (const state of ['paid', 'mismatch'] as const) {
      expect(said.map((told) => moveBy(told, known({ state })).kind)).toEqual(said.map(() => 'none'))
    }
  })
})

describe('nextAskMs', () => {
  it('asks ever more seldom and ends for every state', () => {
    for (const state of TRANSACTION_STATES) {
      const waits: number[] = []
      let ageMs = 0
      for (let wait = nextAskMs(state, 0); wait !== null; wait = nextAskMs(state, ageMs)) {
        waits.push(wait)
        ageMs += wait
        expect(waits.length).toBeLessThan(200)
      }
      expect(waits).toEqual(waits.toSorted((a, b) => a - b))
    }
  })

  it('asks an open one for two weeks, one that ended for a day, a paid one never', () => {
    const day = 86_400_000
    expect(nextAskMs('redirected', 13 * day)).not.toBeNull()
    expect(nextAskMs('redirected', 14 * day)).toBeNull()
    expect(nextAskMs('cancelled', day - 1)).not.toBeNull()
    expect(nextAskMs('cancelled', day)).toBeNull()
    expect(nextAskMs('paid', 0)).toBeNull()
  })
})
