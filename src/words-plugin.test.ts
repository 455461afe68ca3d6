import { describe, expect, it } from 'vitest'
import { flattenWords } from './words-plugin.mjs'

describe('words of a language', () => {
  it('become keys, plural forms one entry', () => {
    const days = { one: 'ein Tag', other: '{count} Tage' }
    expect(flattenWords({ a: { b: 'x', days } })).toEqual({ 'a.b': 'x', 'a.days': days })
  })

  it.each([
    ['beside names that are no plural forms', { by: { passport: 'Ausweis', other: 'Anders' } }],
    ['alone', { by: { other: 'Anders' } }],
    ['holding more words', { by: { one: 'eins', other: { deep: 'Anders' } } }],
  ])('refuse "other" %s, naming the key, instead of dropping words', (_, words) => {
    expect(() => flattenWords(words)).toThrow(/"by\.other" would make plural forms of "by".*another name/)
  })

  it('refuse what is no text', () => {
    expect(() => flattenWords({ a: { b: 3 } })).toThrow('"a.b" is neither text nor plural forms')
  })
})
