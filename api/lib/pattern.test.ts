import { describe, expect, it } from 'vitest'
import { compilePattern, PATTERN_LENGTH_MAX, patternProblem } from './pattern.ts'

/** Patterns as data schemas of FIM and forms on the web write them: right texts, then wrong ones. */
const USUAL: readonly (readonly [name: string, pattern: string, right: readonly string[], wrong: readonly string[]])[] = [
  ['number of five digits', '[0-9]{5}', ['03046'], ['3046', '030466', 'O3046']],
  ['PLZ', '^([0]{1}[1-9]{1}|[1-9]{1}[0-9]{1})[0-9]{3}$', ['03046', '10115'], ['00123', '1011']],
  [
    'e-mail of the web',
    "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$",
    ['mara.noack+amt@beispiel.example', 'a@b'],
    ['mara@', '@b.example', 'a@-b.example'],
  ],
  ['e-mail, short', '\\S+@\\S+\\.\\S+', ['a@b.example'], ['a b@c.example', 'a@b']],
  ['e-mail with groups', '([a-zA-Z0-9_.+-]+)@(([a-zA-Z0-9-]+\\.)+[a-zA-Z]{2,})', ['a.b@c.d.example'], ['a@b.e', 'a@@b.example']],
  [
    'e-mail with quotes and addresses',
    '(([^<>()[\\]\\\\.,;:\\s@"]+(\\.[^<>()[\\]\\\\.,;:\\s@"]+)*)|(".+"))@((\\[[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\])|(([a-zA-Z\\-0-9]+\\.)+[a-zA-Z]{2,}))',
    ['a.b@c.example', '"a b"@c.example', 'a@[1.2.3.4]'],
    ['a..b@c.example', 'a@b'],
  ],
  ['IBAN', '[A-Z]{2}[0-9]{2}([ ]?[A-Z0-9]{4}){2,7}([ ]?[A-Z0-9]{1,3})?', ['DE02120300000000202051', 'DE02 1203 0000 0000 2020 51'], ['DE2', '0212 0300']],
  ['German IBAN', '^DE\\d{2}\\s?([0-9]{4}\\s?){4}[0-9]{2}$', ['DE02 1203 0000 0000 2020 51'], ['AT611904300234573201']],
  ['phone', '^(\\+|00)?[0-9][0-9 ()/\\-]*[0-9]$', ['0355 612-2200', '+49 (355) 612/0'], ['0355 x', '-1']],
  ['phone with parts', '((\\+[1-9][0-9]{0,2}|0)[ ]?[1-9][0-9]{1,4}[ /-]?)([0-9]+[ -]?)*[0-9]', ['+49 355 6122200'], ['0-0']],
  ['name in Latin letters', '[A-ZÄÖÜ][\\p{L} .\\-]*', ['Zażółć', 'Ärger-Noack'], ['noack', 'N0ack']],
  ['escaped letters', '[\\u0041-\\u005A\\u00C4]+', ['AÄZ'], ['aa', 'u004']],
  ['script', '\\p{Script=Latin}+', ['Größe'], ['Ωmega', '']],
  ['words', '(\\w+\\s?)*', ['eins zwei', ''], ['eins  zwei', 'a-b']],
  ['sign outside the plane', '.{1}', ['😀', 'a'], ['ab', '']],
] // biome-ignore format: one table

describe('patternProblem', () => {
  it.each(USUAL)('takes %s', (_, pattern) => {
    expect(patternProblem(pattern)).toBeUndefined()
  })

  it.each([
    ['(?=.*\\d).{8,}', 'looks around'],
    ['(?<!a)b', 'looks around'],
    ['(a)\\1', 'refers back'],
    ['[a', 'no regular expression'],
    ['a{3,1}', 'no regular expression'],
    ['(([a-z]{30}){30}){30}', 'no regular expression'],
    ['[a-zäöü]{1000}[a-z]{1000}[a-z]{1000}[a-z]{1000}[a-z]{1000}', 'too much'],
    ['a'.repeat(PATTERN_LENGTH_MAX + 1), 'longer'],
  ])('refuses %s', (pattern, reason) => {
    expect(patternProblem(pattern)).toContain(reason)
  })
})

describe('compilePattern', () => {
  it.each(USUAL)('%s: right and wrong texts', (_, pattern, right, wrong) => {
    const { test } = compilePattern(pattern)
    expect([right.filter((text) => !test(text)), wrong.filter(test)]).toEqual([[], []])
  })

  it.each(USUAL)('%s: the same as JavaScript says', (_, pattern, right, wrong) => {
    const own = new RegExp(`^(?:${pattern})$`, 'u')
    expect([...right, ...wrong].filter((text) => own.test(text) !== compilePattern(pattern).test(text))).toEqual([])
  })

  it.each([
    '(a+)+b',
    '(a|a)*b',
    '(.*a){20}b',
    '(a*)*b',
    '(\\w+\\s?)*!',
    '([a-zA-Z0-9]+)*@x',
    ...USUAL.map(([, pattern]) => pattern),
  ])('%s: a hostile text of 20,000 characters is refused', (pattern) => {
    // Not timed: for the first six an engine that goes back would need more steps than the test run has years.
    expect(compilePattern(pattern).test(`${'a'.repeat(20_000)}#\n`)).toBe(false)
  })
})
