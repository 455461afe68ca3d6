import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type DeadlineRules, DeadlineRulesSchema } from '../lib/deadlines.ts'
import { chooseRegime, type DeliveryFacts, deliveryState, objectionEndsOn } from './delivery.ts'

/** The city's own table: what it says is what citizens are told. */
const rules: DeadlineRules = v.parse(
  DeadlineRulesSchema,
  parse(readFileSync(resolve(import.meta.dirname, '../../content/deadlines.yaml'), 'utf8')),
)
const noon = (on: string): number => Date.parse(`${on}T11:00:00Z`)
const facts = (hasAccount: boolean, isAgreed: boolean, procedureLaw: 'vwvfg' | 'ao' | 'sgb' = 'vwvfg') => ({
  hasAccount,
  isAgreed,
  procedureLaw,
})

describe('chooseRegime', () => {
  it.each([
    ['§ 9 Abs. 1 OZG: an account without a wish for post', facts(true, true), 'ozg_postfach'],
    ['§ 122a AO: a tax in the account', facts(true, true, 'ao'), 'ao_postfach'],
    ['§ 122a Abs. 2 AO: post was asked for', facts(true, false, 'ao'), 'post'],
    ['§ 9 Abs. 1 Satz 2 OZG: excluded by the person', facts(true, false), 'post'],
    ['§ 41 Abs. 2a VwVfG: a guest who agreed', facts(false, true), 'vwvfg_portal'],
    ['§ 41 Abs. 2 VwVfG: a guest who did not', facts(false, false), 'post'],
  ] as const)('%s', (_paragraph, about, id) => {
    expect(chooseRegime(rules, about, '2026-11-24').rule.id).toBe(id)
  })

  it('takes the row in force on the day, goes by post without any row, and refuses to guess where none holds', () => {
    expect(chooseRegime(rules, facts(true, true), '2024-12-31').rule).toMatchObject({ id: 'post', days: 3 })
    expect(chooseRegime({ ...rules, regimes: [] }, facts(true, true), '2026-11-24').rule.id).toBe('post')
    const narrow = rules.regimes.filter(({ id }) => id === 'konto')
    expect(() => chooseRegime({ ...rules, regimes: narrow }, facts(false, true), '2026-11-24')).toThrow(
      expect.objectContaining({ type: 'notices/regime-missing' }),
    )
  })
})

const ruleOf = (id: string, on: string) => {
  const found = rules.deliveries.find((row) => row.id === id && row.validFrom <= on && on <= (row.validTo ?? on))
  if (found === undefined) {
    throw new Error(`no delivery ${id}`)
  }
  return found
}
const delivery = (id: string, on: string, more: Partial<DeliveryFacts> = {}): DeliveryFacts => ({
  rule: ruleOf(id, on),
  providedAtMs: noon(on),
  dispatchedAtMs: null,
  retrievedAtMs: null,
  ...more,
})

describe('deliveryState', () => {
  it.each([
    [
      '§ 41 Abs. 2 VwVfG: fourth day after posting',
      delivery('post', '2026-11-23', { dispatchedAtMs: noon('2026-11-23') }),
      '2026-11-27',
    ],
    [
      '§ 41 Abs. 2 VwVfG until 2024: third day',
      delivery('post', '2024-12-02', { dispatchedAtMs: noon('2024-12-02') }),
      '2024-12-05',
    ],
    [
      '§ 122 Abs. 2, § 108 Abs. 3 AO: the fourth day is a Saturday',
      delivery('post', '2026-11-24', { dispatchedAtMs: noon('2026-11-24') }),
      '2026-11-30',
    ],
    ['§ 9 Abs. 1 OZG: fourth day after provision', delivery('ozg_postfach', '2026-11-23'), '2026-11-27'],
    ['§ 122a Abs. 4 AO: over Christmas', delivery('ao_postfach', '2026-12-21'), '2026-12-28'],
    [
      '§ 41 Abs. 2a VwVfG: the day after retrieval',
      delivery('vwvfg_portal', '2026-11-02', { retrievedAtMs: noon('2026-11-04') }),
      '2026-11-05',
    ],
    [
      '§ 41 Abs. 2a VwVfG: retrieved on the tenth day',
      delivery('vwvfg_portal', '2026-11-02', { retrievedAtMs: noon('2026-11-12') }),
      '2026-11-13',
    ],
    [
      'a minute after midnight in Berlin is the next day',
      delivery('ozg_postfach', '2026-11-24', { providedAtMs: Date.parse('2026-11-23T23:01:00Z') }),
      '2026-11-30',
    ],
  ])('%s', (_paragraph, about, on) => {
    expect(deliveryState(about, rules, '2026-12-31')).toMatchObject({ kind: 'notified', on })
  })

  it('waits for the post, and for the person within ten days; then there is no notification', () => {
    const letter = { ...delivery('post', '2026-11-23'), rule: null, providedAtMs: null }
    expect(deliveryState(letter, rules, '2026-12-31')).toEqual({ kind: 'waiting', for: 'dispatch' })
    const portal = delivery('vwvfg_portal', '2026-11-02')
    expect(deliveryState(portal, rules, '2026-11-12')).toEqual({
      kind: 'waiting',
      for: 'retrieval',
      untilOn: '2026-11-12',
    })
    expect(deliveryState(portal, rules, '2026-11-13')).toEqual({ kind: 'failed', untilOn: '2026-11-12' })
    const late = delivery('vwvfg_portal', '2026-11-02', { retrievedAtMs: noon('2026-11-13') })
    expect(deliveryState(late, rules, '2026-11-13').kind).toBe('failed')
  })
})

describe('objectionEndsOn', () => {
  it.each([
    // § 70 VwGO, § 355 AO: one month from notification; § 188 Abs. 3, § 193 BGB: never on a missing day, Sunday or holiday.
    ['2026-11-25', '2026-12-28'],
    ['2026-11-27', '2026-12-28'],
    ['2026-12-05', '2027-01-05'],
    ['2026-10-24', '2026-11-24'],
    ['2026-10-23', '2026-11-23'],
    ['2027-01-29', '2027-03-01'],
    ['2028-01-31', '2028-02-29'],
  ])('notified on %s ends on %s', (notified, endsOn) => {
    expect(objectionEndsOn(notified, rules)).toBe(endsOn)
  })
})
