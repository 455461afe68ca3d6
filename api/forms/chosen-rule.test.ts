import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRule, evaluate, type Names } from '../lib/feel.ts'
import { type Chosen, COMPARISONS, chosenIn, feelOf, fitted, needsValue, othersOf, type Part } from './chosen-rule.ts'
import type { Word } from './vocabulary.ts'

const options = (...codes: string[]) => codes.map((code) => ({ code, label: `Text ${code}` }))
const WORDS: readonly Word[] = [
  { label: 'Für wen?', name: 'person.art', kind: 'choice', values: options('001', '002', 'und or') },
  { label: 'Was?', name: 'wahl.mehrere', kind: 'several', values: options('hund', 'katze') },
  { label: 'Ja?', name: 'wahl.ja', kind: 'bool', values: [] },
  { label: 'Wie viele?', name: 'eintrag.anzahl', kind: 'number', values: [] },
  { label: 'Wie teuer?', name: 'preis', kind: 'money', values: [] },
  { label: 'Wann?', name: 'fest.tag', kind: 'date', values: [] },
  { label: 'Bis wann?', name: 'fest.ende', kind: 'date', values: [] },
  { label: 'Ab wie viel Uhr?', name: 'fest.ab', kind: 'time', values: [] },
  { label: 'Bis wie viel Uhr?', name: 'fest.bis', kind: 'time', values: [] },
  { label: 'Höchstens?', name: 'eintrag.grenze', kind: 'number', values: [] },
  { label: 'Anderswo?', name: 'eintrag.anderswo', kind: 'number', values: [], itemOf: 'b' },
  { label: 'Hier?', name: 'eintrag.hier', kind: 'number', values: [], itemOf: 'a' },
  { label: 'Name', name: 'person.nameÄ', kind: 'text', values: [] },
  { label: 'Plan', name: 'plan', kind: 'file', values: [] },
  { label: 'Stände', name: 'count(staende)', kind: 'number', values: [], about: 'count', list: 'Stände' },
  { label: 'Fläche', name: 'sum(staende.flaeche)', kind: 'number', values: [], about: 'sum', list: 'Stände' },
  { label: 'Preis', name: 'sum(staende.preis)', kind: 'money', values: [], about: 'sum', list: 'Stände' },
  { label: '', name: 'kosten.sind', kind: 'bool', values: [], about: 'fee' },
]
const text = (...codes: string[]) => ({ kind: 'string' as const, ...(codes.length === 0 ? {} : { options: codes }) })
const NAMES: Names = {
  person: { kind: 'context', names: { art: text('001', '002', 'und or'), nameÄ: text() } },
  wahl: { kind: 'context', names: { mehrere: { kind: 'list', of: text('hund', 'katze') }, ja: { kind: 'boolean' } } },
  eintrag: { kind: 'context', names: { anzahl: { kind: 'number' }, grenze: { kind: 'number' }, anderswo: { kind: 'number' }, hier: { kind: 'number' } } }, // biome-ignore format: one table
  preis: { kind: 'number', isMoney: true },
  fest: { kind: 'context', names: { tag: { kind: 'date' }, ende: { kind: 'date' }, ab: text(), bis: text() } },
  plan: { kind: 'list', of: text() },
  staende: {
    kind: 'list',
    of: { kind: 'context', names: { flaeche: { kind: 'number' }, preis: { kind: 'number', isMoney: true } } },
  },
  kosten: { kind: 'context', names: { sind: { kind: 'boolean' } } },
  heute: { kind: 'date' },
}

const value = (word: Word): fc.Arbitrary<string> => {
  switch (word.kind) {
    case 'choice':
    case 'several':
      return fc.constantFrom(...word.values.map(({ code }) => code))
    case 'bool':
      return fc.constantFrom('true', 'false')
    case 'number':
      return fc.tuple(fc.integer({ min: -9_999, max: 9_999 }), fc.integer({ min: 0, max: 99 })).map(([whole, part]) => String(Number(`${whole}.${part}`))) // biome-ignore format: one thought
    case 'money':
      return fc.nat({ max: 9_999_999 }).map(String)
    case 'date':
      return fc.oneof(
        fc.constant('heute'),
        fc.tuple(fc.constantFrom('+', '-'), fc.integer({ min: 1, max: 9_999 }), fc.constantFrom('D', 'M', 'Y')).map((parts) => `heute${parts.join('')}`), // biome-ignore format: one thought
        fc.date({ min: new Date('1900-01-01'), max: new Date('2100-12-31'), noInvalidDate: true }).map((day) => day.toJSON().slice(0, 10)), // biome-ignore format: one thought
      )
    case 'time':
      return fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map((both) => both.map((one) => String(one).padStart(2, '0')).join(':')) // biome-ignore format: one thought
    default:
      return fc
        .string({ minLength: 1, maxLength: 30 })
        .map((typed) => typed.replace(/["\\\p{Cc}]/gu, 'x').trim() || 'x')
  }
}
const part: fc.Arbitrary<Part> = fc.constantFrom(...WORDS).chain((word) => {
  const isOrdered = ['number', 'money', 'date', 'time'].includes(word.kind)
  const known = COMPARISONS.filter((compare) =>
    compare.endsWith('answered')
      ? word.about === undefined
      : word.kind === 'file'
        ? false
        : isOrdered || ['is', 'is-not'].includes(compare),
  )
  const others = [undefined, ...othersOf(word, WORDS).map(({ name }) => name)]
  const span = fc.tuple(fc.constantFrom('+', '-'), fc.integer({ min: 1, max: 9_999 }), fc.constantFrom('D', 'M', 'Y')).map((parts) => parts.join('')) // biome-ignore format: one thought
  return fc
    .tuple(fc.constantFrom(...known), value(word), fc.constantFrom(...others), fc.option(span))
    .map(([compare, typed, other, far]) => {
      const own = other === undefined || far === null ? typed : far
      return fitted(
        { name: word.name, compare, value: needsValue(compare) ? own : '', ...(other === undefined ? {} : { other }) },
        WORDS,
      )
    })
})
const chosen: fc.Arbitrary<Chosen> = fc
  .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(part, { minLength: 1, maxLength: 3 }))
  .map(([join, parts]) => ({ join: parts.length === 1 ? 'and' : join, parts }))

describe('a rule that is put together from a list', () => {
  it('is read again as it was chosen, and is a rule that forms take', () => {
    fc.assert(
      fc.property(chosen, (one) => {
        const feel = feelOf(one, WORDS) ?? ''
        expect(chosenIn(feel, WORDS)).toEqual(one)
        const compiled = compileRule(feel, { file: 'f', line: 1, names: NAMES })
        expect(compiled.ok ? '' : `${feel}: ${compiled.findings[0]?.detail}`).toBe('')
      }),
      { numRuns: 600 },
    )
  })

  it.each([
    ['person.art = "002"', 'is 002'],
    ['  wahl.ja  ', 'is true'],
    ['not(wahl.ja)', 'is false'],
    ['fest.tag >= heute+duration("P14D")', 'not-before heute+14D'],
    ['person.art = "und or" or wahl.ja', 'is und or'],
    ['fest.ende <= fest.tag+duration("P6M")', 'not-after +6M'],
    ['fest.ende <= fest.tag and wahl.ja', 'not-after '],
    ['count(plan) > 0', 'answered '],
    ['sum(staende.flaeche) > 20 and count(staende)<=3', 'greater 20'],
    ['not(kosten.sind)', 'is false'],
    ['not(list contains(wahl.mehrere, "hund"))', 'is-not hund'],
  ])('reads %s as people write it', (feel, first) => {
    const read = chosenIn(feel, WORDS)
    expect(`${read?.parts[0]?.compare} ${read?.parts[0]?.value}`).toBe(first)
    // Written and read once more it is the same.
    expect(read && chosenIn(feelOf(read, WORDS) ?? '', WORDS)).toEqual(read)
  })

  it.each([
    ['fest.ende >= fest.tag', 'fest.ende not-before fest.tag'],
    ['fest.ende<fest.tag', 'fest.ende before fest.tag'],
    ['fest.bis > fest.ab', 'fest.bis after fest.ab'],
    ['eintrag.anzahl <= eintrag.grenze', 'eintrag.anzahl at-most eintrag.grenze'],
    ['sum(staende.flaeche) != eintrag.anzahl', 'sum(staende.flaeche) is-not eintrag.anzahl'],
    ['preis = sum(staende.preis) and wahl.ja', 'preis is sum(staende.preis)'],
  ])('reads %s as two answers compared with each other', (feel, said) => {
    const read = chosenIn(feel, WORDS)
    const { name, compare, value, other } = read?.parts[0] ?? {}
    expect(`${name} ${compare} ${other}${value}`).toBe(said)
    expect(read && chosenIn(feelOf(read, WORDS) ?? '', WORDS)).toEqual(read)
  })

  it('means of days and times what it says', () => {
    const decide = (feel: string, fest: Record<string, string>) => {
      const compiled = compileRule(feel, { file: 'f', line: 1, names: NAMES })
      return compiled.ok ? evaluate(compiled.rule, { fest }) : compiled.findings
    }
    const after = feelOf({ join: 'and', parts: [{ name: 'fest.bis', compare: 'after', value: '', other: 'fest.ab' }] }, WORDS) ?? '' // biome-ignore format: one thought
    expect(decide(after, { ab: '09:05', bis: '10:00' })).toMatchObject({ value: true })
    expect(decide(after, { ab: '10:00', bis: '09:05' })).toMatchObject({ value: false })
    const not = feelOf({ join: 'and', parts: [{ name: 'fest.ende', compare: 'not-before', value: '', other: 'fest.tag' }] }, WORDS) ?? '' // biome-ignore format: one thought
    expect(decide(not, { tag: '2026-12-01', ende: '2026-12-01' })).toMatchObject({ value: true })
    expect(decide(not, { tag: '2026-12-01', ende: '2026-11-30' })).toMatchObject({ value: false })
  })

  it.each([
    ['not-after', '+6M', '2026-08-31', '2027-02-28', true],
    ['not-after', '+6M', '2026-08-31', '2027-03-01', false],
    ['not-after', '+1M', '2027-01-31', '2027-02-28', true],
    ['not-after', '+1Y', '2028-02-29', '2029-02-28', true],
    ['not-before', '+14D', '2026-12-24', '2027-01-07', true],
    ['not-before', '+14D', '2026-12-24', '2027-01-06', false],
    ['not-after', '-1M', '2027-03-31', '2027-02-28', true],
    ['not-after', '-1M', '2027-03-31', '2027-03-01', false],
  ] as const)('%s %s counts months to their last day, as § 188 Abs. 3 BGB does: %s, %s', (compare, value, tag, ende, holds) => {
    const feel = feelOf({ join: 'and', parts: [{ name: 'fest.ende', compare, value, other: 'fest.tag' }] }, WORDS) ?? ''
    const compiled = compileRule(feel, { file: 'f', line: 1, names: NAMES })
    expect(compiled.ok && evaluate(compiled.rule, { fest: { tag, ende } })).toEqual({ ok: true, value: holds })
  }) // biome-ignore format: a table

  it.each([
    '', 'unbekannt = 1', 'person.art = "009"', 'person.art in ("001", "002")', 'preis > 500.5', 'wahl.ja and preis > 1 or plan = null',
    '(wahl.ja)', 'wahl.ja and (preis > 1)', 'preis + 1 > 2', 'preis > eintrag.anzahl', 'fest.ende > fest.ab', 'fest.tag > fest.tag', 'wahl.ja = kosten.sind', 'person.nameÄ < person.art', 'plan = plan', 'fest.ende >= heute.tag', 'eintrag.hier = eintrag.anderswo', 'fest.ende > fest.tag + duration("P1M1D")', 'eintrag.anzahl > eintrag.grenze + duration("P1D")', 'wahl.ja and wahl.ja and wahl.ja and wahl.ja',
    'fest.tag > date("2026-02-31")', 'fest.tag > heute + duration("P1Y2M")', 'person.nameÄ < "a"', 'wahl.ja > true', 'plan = null',
    'person.art', 'not(person.art)', 'wahl.ja and', 'sum(staende.preis) > 0.5', 'count(staende)', 'count(staende) = null', 'sum(staende) > 1', 'sum( staende.flaeche ) > 20', 'kosten.sind != null', 'if wahl.ja then true else false', 'person.nameÄ = "a\\"b"', 'preis != "1"',
  ])('leaves %j alone', (feel) => {
    expect(chosenIn(feel, WORDS)).toBeUndefined()
  }) // biome-ignore format: a table

  it.each<[string, Part]>([
    ['a code there is not', { name: 'person.art', compare: 'is', value: '009' }],
    ['no value', { name: 'eintrag.anzahl', compare: 'is', value: '' }],
    ['an order of texts', { name: 'person.nameÄ', compare: 'greater', value: 'a' }],
    ['a number over all items that nobody answers', { name: 'count(staende)', compare: 'answered', value: '' }],
    ['a file of a value', { name: 'plan', compare: 'is', value: 'a' }],
    ['a day there is not', { name: 'fest.tag', compare: 'is', value: '2026-02-30' }],
    ['a span that is none', { name: 'fest.ende', compare: 'is', value: '+', other: 'fest.tag' }],
    ['a sign that would end the text', { name: 'person.nameÄ', compare: 'is', value: '" or true or "' }],
  ])('does not write %s', (_, one) => {
    expect(feelOf({ join: 'and', parts: [one] }, WORDS)).toBeUndefined()
  })
})
