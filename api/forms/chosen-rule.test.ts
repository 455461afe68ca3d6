import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRule, type Names } from '../lib/feel.ts'
import { type Chosen, COMPARISONS, chosenIn, feelOf, fitted, needsValue, type Part } from './chosen-rule.ts'
import type { Word } from './vocabulary.ts'

const options = (...codes: string[]) => codes.map((code) => ({ code, label: `Text ${code}` }))
const WORDS: readonly Word[] = [
  { label: 'Für wen?', name: 'person.art', kind: 'choice', values: options('001', '002', 'und or') },
  { label: 'Was?', name: 'wahl.mehrere', kind: 'several', values: options('hund', 'katze') },
  { label: 'Ja?', name: 'wahl.ja', kind: 'bool', values: [] },
  { label: 'Wie viele?', name: 'eintrag.anzahl', kind: 'number', values: [] },
  { label: 'Wie teuer?', name: 'preis', kind: 'money', values: [] },
  { label: 'Wann?', name: 'fest.tag', kind: 'date', values: [] },
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
  eintrag: { kind: 'context', names: { anzahl: { kind: 'number' } } },
  preis: { kind: 'number', isMoney: true },
  fest: { kind: 'context', names: { tag: { kind: 'date' } } },
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
    default:
      return fc
        .string({ minLength: 1, maxLength: 30 })
        .map((typed) => typed.replace(/["\\\p{Cc}]/gu, 'x').trim() || 'x')
  }
}
const part: fc.Arbitrary<Part> = fc.constantFrom(...WORDS).chain((word) => {
  const isOrdered = ['number', 'money', 'date'].includes(word.kind)
  const known = COMPARISONS.filter((compare) =>
    compare.endsWith('answered')
      ? word.about === undefined
      : word.kind === 'file'
        ? false
        : isOrdered || ['is', 'is-not'].includes(compare),
  )
  return fc
    .tuple(fc.constantFrom(...known), value(word))
    .map(([compare, own]) => fitted({ name: word.name, compare, value: needsValue(compare) ? own : '' }, WORDS))
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
    '', 'unbekannt = 1', 'person.art = "009"', 'person.art in ("001", "002")', 'preis > 500.5', 'wahl.ja and preis > 1 or plan = null',
    '(wahl.ja)', 'wahl.ja and (preis > 1)', 'preis + 1 > 2', 'preis > eintrag.anzahl', 'wahl.ja and wahl.ja and wahl.ja and wahl.ja',
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
    ['a sign that would end the text', { name: 'person.nameÄ', compare: 'is', value: '" or true or "' }],
  ])('does not write %s', (_, one) => {
    expect(feelOf({ join: 'and', parts: [one] }, WORDS)).toBeUndefined()
  })
})
