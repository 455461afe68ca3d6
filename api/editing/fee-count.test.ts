import { describe, expect, it } from 'vitest'
import { compileRule, evaluate, type Names } from '../lib/feel.ts'
import { countWords } from './fee-count.ts'
import { countRule, type Factor, factorsIn } from './fee-factors.ts'

const FORM = `groups:
  markt.staende: { element: G1, title: Stände }
fields:
  markt.staende.flaeche: { element: F1, label: Wie groß ist der Stand?, short: Fläche }
  markt.tage: { element: F2, label: Wie viele Tage? }
  boot.laenge: { element: F3, label: Gesamtlänge in Metern, unit: m }
  zeit.beginn: { element: F4, label: Beginn }
  zeit.ende: { element: F5, label: Ende }
`
const times = {
  entry: 'je [[name]]',
  furtherEntry: 'je weitere [[name]]',
  each: 'mal [[name]]',
  further: 'weitere [[name]]',
  begun: 'angefangene [[name]]',
  sum: 'Summe [[name]]',
  own: 'nach Regel',
  per: 'je ',
  and: ' und ',
  least: 'mindestens [[amount]]',
  most: 'höchstens [[amount]]',
  spans: {
    days: 'je Tag',
    weeks: 'je angefangener Woche',
    months: 'je angefangenem Monat',
    years: 'je angefangenem Jahr',
  },
  units: [{ unit: 'm', each: 'Meter', begun: 'angefangenem Meter' }],
}
const metres: Factor = { kind: 'number', name: 'boot.laenge', how: 'begun', asked: 'boot.laenge' }
const span = (unit: 'days' | 'weeks' | 'months' | 'years'): Factor => ({
  kind: 'span',
  unit,
  from: 'zeit.beginn',
  to: 'zeit.ende',
})
const days: Factor = { kind: 'number', name: 'markt.tage', how: 'each', asked: 'markt.tage' }
const stands: Factor = { kind: 'number', name: 'count(markt.staende)', how: 'further', asked: 'markt.staende' }

describe('how often a fee is owed, in words', () => {
  it.each([
    ['', ''],
    ['count(markt.staende)', 'je Stände'],
    ['if markt.staende = null then 0 else count(markt.staende)', 'je Stände'],
    ['if markt.staende = null then 0 else max(count(markt.staende) - 1, 0)', 'je weitere Stände'],
    ['sum(markt.staende.flaeche)', 'Summe Fläche'],
    ['if markt.staende = null then 0 else ceiling(sum(markt.staende.flaeche))', 'angefangene Fläche'],
    ['if markt.tage = null then 0 else markt.tage', 'mal Wie viele Tage?'],
    ['max(markt.tage - 1, 0)', 'weitere Wie viele Tage?'],
    ['markt.tage * 2', 'nach Regel'],
    ['count(anderes)', 'nach Regel'],
    [countRule([metres, span('months')]), 'je angefangenem Meter und angefangenem Monat'],
    ['if boot.laenge = null then 0 else boot.laenge', 'je Meter'],
    [countRule([span('weeks')]), 'je angefangener Woche'],
    [countRule([days, span('days'), metres]), 'je Tag und angefangenem Meter, mal Wie viele Tage?'],
    [countRule([{ ...metres, name: 'boot.gewicht' }, span('days')]), 'nach Regel'],
  ])('%s', (rule, said) => {
    expect(countWords(rule, FORM, times)).toBe(said)
  })
})

describe('what a fee is a multiple of', () => {
  it.each([
    [[]],
    [[metres]],
    [[stands]],
    [[span('years')]],
    [[metres, span('months')]],
    [[metres, span('days'), stands]],
  ] satisfies [Factor[]][])('is read as it was written: %j', (factors) => {
    expect(factorsIn(countRule(factors))).toEqual(factors)
  })

  it.each([
    'markt.tage * 2',
    '(markt.tage) * (2)',
    'if a = null or b = null then 0 else max((b - a).days + 2, 1)',
    `${'(markt.tage) * '.repeat(3)}(markt.tage)`,
  ])(
    // biome-ignore format: one thought
    'is another rule where it is written otherwise: %s',
    (rule) => {
      expect(factorsIn(rule)).toBeUndefined()
    },
  )

  const NAMES: Names = {
    boot: { kind: 'context', names: { laenge: { kind: 'number' } } },
    zeit: { kind: 'context', names: { beginn: { kind: 'date' }, ende: { kind: 'date' } } },
  }
  const counted = (
    factors: readonly Factor[],
    beginn: string | null,
    ende: string | null,
    laenge: number | null = 1,
  ) => {
    const made = compileRule(countRule(factors), { file: 'f', line: 1, names: NAMES, result: 'number' })
    const result = made.ok ? evaluate(made.rule, { boot: { laenge }, zeit: { beginn, ende } }) : made.findings
    return 'value' in result ? result.value : result
  }

  it.each([
    ['days', '2026-05-01', '2026-05-01', 1],
    ['days', '2026-03-28', '2026-03-30', 3],
    ['days', '2026-10-24', '2026-10-26', 3],
    ['weeks', '2026-05-01', '2026-05-07', 1],
    ['weeks', '2026-05-01', '2026-05-08', 2],
    ['months', '2026-05-01', '2026-10-31', 6],
    ['months', '2026-05-15', '2026-06-14', 1],
    ['months', '2026-05-15', '2026-06-15', 2],
    ['months', '2026-08-31', '2027-02-28', 6],
    ['months', '2027-01-31', '2027-02-28', 1],
    ['months', '2027-01-31', '2027-03-01', 2],
    ['months', '2026-12-30', '2028-02-29', 14],
    ['years', '2026-05-15', '2027-05-14', 1],
    ['years', '2026-05-15', '2027-05-15', 2],
    ['years', '2028-02-29', '2029-02-28', 1],
    ['years', '2028-02-29', '2029-03-01', 2],
  ] as const)('%s from %s to %s are counted as §§ 187, 188 BGB do: %i', (unit, from, to, many) => {
    expect(counted([span(unit)], from, to)).toBe(many)
    expect(counted([span(unit)], to, from)).toBe(from === to ? many : 1)
  }) // biome-ignore format: a table

  it('is multiplied, and none where something was not asked', () => {
    const both = [metres, span('months')]
    expect(counted(both, '2027-04-01', '2027-09-30', 7.2)).toBe(48)
    expect(counted(both, '2027-04-01', '2027-09-30', null)).toBe(0)
    expect(counted(both, null, '2027-09-30', 7.2)).toBe(0)
  })
})
