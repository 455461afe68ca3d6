import type { Content } from '../content/snapshot.ts'
import { sheetOf } from './sheets.ts'
import type { State } from './state.ts'

/** A language of the city beside German: how many texts of the form it has not, of how many. */
export type LanguageGap = { readonly lang: string; readonly missing: number; readonly all: number }

/**
 * Counts for each language of the city the texts of the form that nobody has translated: the rows of its translation sheet that are
 * empty. People read those in German. None where there is no form.
 */
export const languageGaps = (state: State, content: Content): readonly LanguageGap[] =>
  content.city.languages.flatMap((lang) => {
    const rows = sheetOf(`translation.${lang}`, state, content)?.rows ?? []
    return rows.length === 0
      ? []
      : [{ lang, missing: rows.filter(({ value }) => value === '').length, all: rows.length }]
  })

/** The same, where something is missing. */
export const untranslated = (state: State, content: Content): readonly LanguageGap[] =>
  languageGaps(state, content).filter(({ missing }) => missing > 0)
