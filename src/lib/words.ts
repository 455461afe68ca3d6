import all, { type WordKey } from 'virtual:words'

export type { WordKey }
/** Values for the `{names}` in a text; a number under `count` also chooses the plural form. */
export type WordValues = Readonly<Record<string, string | number>>
export type Translate = (key: WordKey, values?: WordValues) => string

/**
 * Gives the words of one language; what a language lacks is taken from German.
 * @param lang BCP 47 code of a file in content/words.
 * @returns `t(key, values)`; throws on an unknown key or a missing value, so that no page shows a raw key.
 */
export const words = (lang: string): Translate => {
  // Made when a text has plural forms: few have, and making one takes longer than a component.
  const pluralOf = (count: number): Intl.LDMLPluralRule => new Intl.PluralRules(lang).select(count)
  return (key, values = {}) => {
    const entry = all[lang]?.[key] ?? all['de']?.[key]
    const text = typeof entry === 'object' ? (entry[pluralOf(Number(values['count']))] ?? entry.other) : entry
    if (text === undefined) {
      throw new Error(`Unknown word "${key}"`)
    }
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name]
      if (value === undefined) {
        throw new Error(`Word "${key}" needs a value for "${name}"`)
      }
      return String(value)
    })
  }
}

/** Tells whether a text exists in German; for keys that come from data, e.g. problem types. */
export const hasWord = (key: string): key is WordKey => all['de']?.[key] !== undefined
