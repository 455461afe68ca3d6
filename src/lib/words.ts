import all, { type WordKey } from 'virtual:words'
import { german } from './fallback.ts'

export type { WordKey }
/** Values for the `{names}` in a text; a number under `count` also chooses the plural form. */
export type WordValues = Readonly<Record<string, string | number>>
export type Translate = (key: WordKey, values?: WordValues) => string

/**
 * Gives the words of one language; what a language lacks is taken from German and marked, so that the page says so.
 * @param lang BCP 47 code; German where a page has no other language.
 * @returns `t(key, values)`; throws on an unknown key or a missing value, so that no page shows a raw key.
 */
export const words = (tag = 'de'): Translate => {
  // Easy German (`de-simple`) has no words of its own: its pages say things as German ones do.
  const lang = all[tag] === undefined ? (tag.split('-', 1)[0] ?? tag) : tag
  // Made when a text has plural forms: few have, and making one takes longer than a component.
  const pluralOf = (count: number, spoken: string): Intl.LDMLPluralRule => new Intl.PluralRules(spoken).select(count)
  return (key, values = {}) => {
    const own = all[lang]?.[key]
    const entry = own ?? all['de']?.[key]
    const text =
      typeof entry === 'object'
        ? (entry[pluralOf(Number(values['count']), own === undefined ? 'de' : lang)] ?? entry.other)
        : entry
    if (text === undefined) {
      throw new Error(`Unknown word "${key}"`)
    }
    const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name]
      if (value === undefined) {
        throw new Error(`Word "${key}" needs a value for "${name}"`)
      }
      return String(value)
    })
    return own === undefined && lang !== 'de' ? german(filled) : filled
  }
}

/**
 * Calls a language by the name it has for itself, or by its name in another language. Easy German has one name, which is ours:
 * Intl knows only its tag.
 * @param code BCP 47 code.
 */
export const languageName = (code: string, spoken = code): string => {
  const known = spoken === code || code.startsWith('de-') ? all['de']?.[`language.${code}`] : undefined
  return typeof known === 'string' ? known : (new Intl.DisplayNames([spoken], { type: 'language' }).of(code) ?? code)
}

/** Tells whether a text exists in German; for keys that come from data, e.g. problem types. */
export const hasWord = (key: string): key is WordKey => all['de']?.[key] !== undefined
