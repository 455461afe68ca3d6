import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Content } from '../content/snapshot.ts'
import type { Names } from '../lib/feel.ts'
import { FEE_CENTS_MAX, type FeeDates, feeFor } from './fee.ts'
import { compileFee, type FeeRules } from './fee-rules.ts'

const NAMES: Names = {
  heute: { kind: 'date' },
  art: { kind: 'string', options: ['kurz', 'lang'] },
  anzahl: { kind: 'number' },
  flaeche: { kind: 'number' },
  seit: { kind: 'date' },
  frei: { kind: 'boolean' },
  hunde: { kind: 'list', of: { kind: 'context', names: { name: { kind: 'string' } } } },
}
const BASE = {
  name: { de: 'Gebühr' },
  per: 'submission',
  judgedOn: 'received',
  isDemo: false,
  inputs: {},
  table: {},
  validFrom: '2026-01-01',
  source: 'Satzung § 1',
} as const
type Use = NonNullable<NonNullable<ReturnType<Content['services']['get']>>['fee']>
type FeeRow = Partial<Content['fees']['fees'][number]> & { readonly id: string }

const contentOf = (fees: readonly FeeRow[], use: Partial<Use> | undefined): Content =>
  ({
    fees: { fees: fees.map((fee) => ({ ...BASE, ...fee })) },
    services: new Map([['dienst', use === undefined ? {} : { fee: use }]]),
    file: () => undefined,
  }) as unknown as Content
function rulesOf(fees: readonly FeeRow[], items: readonly Partial<Use['items'][number]>[], rest: Partial<Use> = {}) {
  const use = { items: items.map((item) => ({ with: {}, ...item })), ...rest } as Partial<Use>
  const compiled = compileFee(contentOf(fees, use), 'dienst', NAMES)
  if (!compiled.ok) {
    throw new Error(JSON.stringify(compiled.findings))
  }
  return compiled.rules
}
const ON: FeeDates = { receivedOn: '2026-11-24' }
const totalOf = (rules: FeeRules, answers = {}, dates = ON): number | string => {
  const result = feeFor(rules, answers, dates)
  return result.ok ? result.fee.totalCents : result.reason
}

describe('feeFor', () => {
  it('gives nothing to pay where a service has no fee, and says why', () => {
    const compiled = compileFee(contentOf([], undefined), 'dienst', NAMES)
    expect(compiled.ok && feeFor(compiled.rules, {}, ON)).toMatchObject({
      ok: true,
      fee: { totalCents: 0, isFree: true, reason: 'no-fee', items: [] },
    })
  })

  it('reads items that are owed otherwise as a table: the first that fits counts, and each table for itself', () => {
    const fees = [
      { id: 'klein', amountCents: 1_000 },
      { id: 'gross', amountCents: 2_000 },
      { id: 'sonst', amountCents: 300 },
      { id: 'platz', amountCents: 70 },
      { id: 'frei', amountCents: 5 },
    ]
    const rules = rulesOf(fees, [
      { fee: 'gross', when: 'flaeche > 20' },
      { fee: 'klein', when: 'flaeche > 10', otherwise: true },
      { fee: 'sonst', otherwise: true },
      { fee: 'platz', when: 'anzahl > 1' },
      { fee: 'frei', otherwise: true },
    ])
    expect(totalOf(rules, { flaeche: 25, anzahl: 1 })).toBe(2_005)
    expect(totalOf(rules, { flaeche: 15, anzahl: 2 })).toBe(1_070)
    expect(totalOf(rules, { flaeche: 5 })).toBe(305)
    expect(totalOf(rules, {})).toBe(305)
  })

  it('a row that can never be owed is found', () => {
    const never = compileFee(
      contentOf(
        [
          { id: 'immer', amountCents: 1 },
          { id: 'nie', amountCents: 2 },
        ],
        {
          items: [
            { fee: 'immer', with: {} },
            { fee: 'nie', when: 'frei', otherwise: true, with: {} },
          ],
        },
      ),
      'dienst',
      NAMES,
    )
    expect(never).toMatchObject({ ok: false, findings: [{ type: 'payments/never' }] })
  })

  it('adds the items whose condition holds; a missing answer makes none hold', () => {
    const rules = rulesOf(
      [
        { id: 'kurz', amountCents: 1_535 },
        { id: 'lang', amountCents: 3_070 },
        { id: 'immer', amountCents: 510 },
      ],
      [{ fee: 'kurz', when: 'art = "kurz"' }, { fee: 'lang', when: 'art = "lang"' }, { fee: 'immer' }],
    )
    expect(totalOf(rules, { art: 'kurz' })).toBe(2_045)
    expect(totalOf(rules, { art: 'lang' })).toBe(3_580)
    expect(totalOf(rules, {})).toBe(510)
  })

  it('counts by an expression; a count that cannot be told makes the whole unclear, never free', () => {
    const rules = rulesOf([{ id: 'stueck', amountCents: 500 }], [{ fee: 'stueck', count: 'anzahl' }])
    expect(totalOf(rules, { anzahl: 3 })).toBe(1_500)
    expect(totalOf(rules, { anzahl: 0 })).toBe(0)
    expect(totalOf(rules, {})).toBe('unclear')
    expect(totalOf(rules, { anzahl: 1.5 })).toBe(750)
    expect(totalOf(rules, { anzahl: -1 })).toBe('unclear')
    expect(totalOf(rules, { anzahl: 1_000_001 })).toBe('too-much')
    const list = rulesOf([{ id: 'stueck', amountCents: 500 }], [{ fee: 'stueck', count: 'count(hunde)' }])
    expect(totalOf(list, { hunde: [{ name: 'a' }, { name: 'b' }] })).toBe(1_000)
  })

  it('rounds a count with decimals to whole cents, half up', () => {
    const rules = rulesOf([{ id: 'meter', amountCents: 150 }], [{ fee: 'meter', count: 'flaeche' }])
    expect([7.2, 1.005, 0.1 + 0.2].map((flaeche) => totalOf(rules, { flaeche }))).toEqual([1_080, 151, 45])
    expect(feeFor(rules, { flaeche: 7.2 }, ON)).toMatchObject({ fee: { items: [{ count: 7.2, unitCents: 150 }] } })
  })

  it('never asks less than the least and more than the most of what is owed, and says so', () => {
    const bounds = { leastCents: 2_500, mostCents: 10_000 }
    const rules = rulesOf([{ id: 'meter', amountCents: 750, ...bounds }], [{ fee: 'meter', count: 'anzahl' }])
    const told = (anzahl: number) => {
      const result = feeFor(rules, { anzahl }, ON)
      return result.ok ? result.fee.items.map(({ totalCents, bound }) => [totalCents, bound]) : result
    }
    expect(told(3)).toEqual([[2_500, 'least']])
    expect(told(4)).toEqual([[3_000, undefined]])
    expect(told(14)).toEqual([[10_000, 'most']])
    expect(told(0)).toEqual([])
  })

  it.each([
    ['received', { receivedOn: '2026-12-31', decidedOn: '2027-01-02' }, 1_000],
    ['received', { receivedOn: '2027-01-01', decidedOn: '2027-01-02' }, 1_200],
    ['decided', { receivedOn: '2026-12-31', decidedOn: '2027-01-02' }, 1_200],
    ['decided', { receivedOn: '2026-12-31' }, 1_000],
    ['received', { receivedOn: '2025-12-31' }, 'no-version'],
  ] as const)('takes the version in force on the day that judgedOn names: %s %o', (judgedOn, dates, total) => {
    const fees = [
      { id: 'f', amountCents: 1_000, judgedOn, validTo: '2026-12-31' },
      { id: 'f', amountCents: 1_200, judgedOn, validFrom: '2027-01-01' },
    ]
    expect(totalOf(rulesOf(fees, [{ fee: 'f' }]), {}, dates)).toBe(total)
  })

  it('judges an event by the day the answers name, and says which version it took', () => {
    const fees = [
      { id: 'f', amountCents: 1_000, judgedOn: 'event', validTo: '2026-06-30', source: 'alt' },
      { id: 'f', amountCents: 2_000, judgedOn: 'event', validFrom: '2026-07-01', source: 'neu' },
    ] as const
    const rules = rulesOf(fees, [{ fee: 'f', eventOn: 'seit' }])
    expect(feeFor(rules, { seit: '2026-06-30' }, ON)).toMatchObject({
      fee: { totalCents: 1_000, versions: [{ id: 'f', validFrom: '2026-01-01', source: 'alt' }] },
    })
    expect(totalOf(rules, { seit: '2026-07-01' })).toBe(2_000)
    expect(totalOf(rules, {})).toBe('unclear')
  })

  it('says that an amount judged at the decision may change', () => {
    const rules = rulesOf([{ id: 'f', amountCents: 1_000, judgedOn: 'decided' }], [{ fee: 'f' }])
    expect(feeFor(rules, {}, ON)).toMatchObject({ fee: { isEstimate: true } })
    expect(feeFor(rules, {}, { ...ON, decidedOn: '2026-12-01' })).toMatchObject({ fee: { isEstimate: false } })
  })

  it('computes by rule and table, and rounds a fraction of a cent half up', () => {
    const fee: FeeRow = {
      id: 'flaeche',
      inputs: { quadratmeter: 'number' },
      table: { jeQuadratmeter: 25, mindestens: 500 },
      rule: 'if quadratmeter * tabelle.jeQuadratmeter < tabelle.mindestens then tabelle.mindestens else quadratmeter * tabelle.jeQuadratmeter',
    }
    const rules = rulesOf([fee], [{ fee: 'flaeche', with: { quadratmeter: 'flaeche' } }])
    expect(totalOf(rules, { flaeche: 4 })).toBe(500)
    expect(totalOf(rules, { flaeche: 40 })).toBe(1_000)
    expect(totalOf(rules, { flaeche: 40.5 })).toBe(1_013)
    expect(totalOf(rules, { flaeche: 40.1 })).toBe(1_003)
    expect(totalOf(rules, {})).toBe('unclear')
  })

  it('marks a claimed exemption, and leaves the amount as it is until a clerk decides', () => {
    const exemption = { when: 'frei = true', evidence: 'frei', text: { de: 'Befreit' } }
    const rules = rulesOf([{ id: 'f', amountCents: 1_000 }], [{ fee: 'f' }], { exemption })
    expect(feeFor(rules, { frei: true }, ON)).toMatchObject({ fee: { totalCents: 1_000, isExemptionClaimed: true } })
    expect(feeFor(rules, { frei: false }, ON)).toMatchObject({ fee: { isExemptionClaimed: false } })
  })

  it('adds up in whole cents, is never negative, and never more than can be paid, whatever the table and the answers', () => {
    const cents = fc.integer({ min: 0, max: FEE_CENTS_MAX })
    const hostile = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.constant([]))
    const answers = fc.record({ anzahl: hostile, flaeche: hostile, art: hostile, seit: hostile, hunde: hostile })
    fc.assert(
      fc.property(fc.array(cents, { minLength: 1, maxLength: 6 }), answers, (amounts, given) => {
        const fees = amounts.map((amountCents, index) => ({ id: `f${index}`, amountCents }))
        const rule = { id: 'r', inputs: { x: 'number' } as const, rule: 'x * tabelle.satz', table: { satz: 7 } }
        const rules = rulesOf(
          [...fees, rule],
          [
            ...fees.map((fee, index) => ({ fee: fee.id, ...(index % 2 === 0 ? { count: 'anzahl' } : {}) })),
            { fee: 'r', with: { x: 'flaeche' } },
          ],
        )
        const result = feeFor(rules, given as never, ON)
        if (!result.ok) {
          return
        }
        const { items, totalCents, isFree } = result.fee
        expect(Number.isSafeInteger(totalCents) && totalCents >= 0 && totalCents <= FEE_CENTS_MAX).toBe(true)
        expect(
          items.every(
            (item) =>
              Number.isInteger(item.totalCents) && Math.abs(item.totalCents - item.count * item.unitCents) <= 0.5 + item.unitCents / 1e6, // biome-ignore format: one thought
          ),
        ).toBe(true)
        expect(items.reduce((sum, item) => sum + item.totalCents, 0)).toBe(totalCents)
        expect(isFree).toBe(totalCents === 0)
      }),
      { numRuns: 60 },
    )
  })
})

describe('compileFee', () => {
  const typesOf = (fees: readonly FeeRow[], use: unknown): readonly string[] => {
    const compiled = compileFee(contentOf(fees, use as Use), 'dienst', NAMES)
    return compiled.ok ? [] : compiled.findings.map((finding) => finding.type)
  }
  const one = (item: object): object => ({ items: [{ fee: 'f', with: {}, ...item }] })

  it.each([
    ['a fee that is not in the table', [], one({}), 'payments/unknown-fee'],
    [
      'a condition on an unknown answer',
      [{ id: 'f', amountCents: 1 }],
      one({ when: 'gibtEsNicht = true' }),
      'feel/unknown-name',
    ],
    ['a count that is no number', [{ id: 'f', amountCents: 1 }], one({ count: 'art' }), 'feel/result'],
    ['neither amount nor rule', [{ id: 'f' }], one({}), 'payments/amount'],
    ['amount and rule', [{ id: 'f', amountCents: 1, rule: '1' }], one({}), 'payments/amount'],
    [
      'more at least than at most',
      [{ id: 'f', amountCents: 1, leastCents: 2, mostCents: 1 }],
      one({}),
      'payments/bounds',
    ],
    [
      'an input that is not given',
      [{ id: 'f', rule: 'x', inputs: { x: 'number' } }],
      one({}),
      'payments/input-missing',
    ],
    ['an input nobody wants', [{ id: 'f', amountCents: 1 }], one({ with: { x: 'anzahl' } }), 'payments/unknown-input'],
    ['an event without its day', [{ id: 'f', amountCents: 1, judgedOn: 'event' }], one({}), 'payments/event-missing'],
  ] as const)('finds %s', (_name, fees, use, type) => {
    expect(typesOf(fees as readonly FeeRow[], use)).toContain(type)
  })
})
