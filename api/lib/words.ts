/** A word of the user interface: one text, or its plural forms by the names of Intl.PluralRules. */
type Word = string | Readonly<Record<string, string>>
export type WordTable = ReadonlyMap<string, Readonly<Record<string, Word>>>
export type Words = (key: string, params?: Readonly<Record<string, string | number>>) => string

/** Words of one language; what it lacks is German. A key that is nowhere gives the key itself; a test looks for those. */
export function wordsOf(tables: WordTable, lang: string): Words {
  const own = tables.get(lang)
  const german = tables.get('de')
  const plural = new Intl.PluralRules(lang === 'dsb' ? 'dsb' : lang)
  return (key, params = {}) => {
    const word = own?.[key] ?? german?.[key]
    const text =
      typeof word === 'object'
        ? (word[plural.select(Number(params['count'] ?? 0))] ?? word['other'] ?? key)
        : (word ?? key)
    return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(params, name) ? String(params[name]) : whole,
    )
  }
}
