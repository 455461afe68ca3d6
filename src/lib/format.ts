import type { OpeningSpan } from './api.ts'
import type { Translate, WordKey } from './words.ts'

const localeOf = (lang: string): string => (lang === 'de' ? 'de-DE' : lang === 'en' ? 'en-GB' : lang)

const dateFormats = new Map<string, Intl.DateTimeFormat>()
const dateFormat = (lang: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${lang} ${options.dateStyle ?? ''} ${options.timeStyle ?? ''}`
  // An English page is read in Europe: 3 December, not December 3.
  const known = dateFormats.get(key) ?? new Intl.DateTimeFormat(localeOf(lang), options)
  dateFormats.set(key, known)
  return known
}
const shortDate = new Intl.DateTimeFormat('de-DE', {
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  timeZone: 'UTC',
})
const shortMomentFormat = new Intl.DateTimeFormat('de-DE', {
  dateStyle: 'short',
  timeStyle: 'short',
  timeZone: 'Europe/Berlin',
})

/** Writes a legal day, `YYYY-MM-DD`, in words: `3. Dezember 2026`. No time zone is involved. */
export const writtenDay = (on: string, lang = 'de'): string =>
  dateFormat(lang, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${on}T00:00:00Z`))

/** Writes a legal day with its weekday, so that nobody has to count: `Montag, 4. Januar 2027`. */
export const writtenWeekday = (on: string, lang = 'de'): string =>
  dateFormat(lang, { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(`${on}T00:00:00Z`))

/** Writes a moment, milliseconds UTC, as people in Berlin read it. */
export const writtenMoment = (atMs: number, lang = 'de'): string =>
  dateFormat(lang, { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/Berlin' }).format(new Date(atMs))

/** Writes the day of a moment in Berlin. */
export const writtenDayOf = (atMs: number, lang = 'de'): string =>
  writtenDay(new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date(atMs)), lang)

/** Writes a legal day for a list: `03.12.2026`. */
export const shortDay = (on: string): string => shortDate.format(new Date(`${on}T00:00:00Z`))

/** Writes a moment for a list: `03.12.26, 14:05`. */
export const shortMoment = (atMs: number): string => shortMomentFormat.format(new Date(atMs))

const clock = new Intl.DateTimeFormat('de-DE', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Berlin' })
/** Says when something happened, in a sentence: `am 27.11.2026 um 10:14`. */
export const spokenMoment = (atMs: number): string =>
  `am ${shortDay(new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date(atMs)))} um ${clock.format(new Date(atMs))}`

/** Writes an amount in cents: `30,70 €`, in English `€30.70`. */
export const writtenMoney = (cents: number, lang = 'de'): string =>
  (cents / 100).toLocaleString(localeOf(lang), { style: 'currency', currency: 'EUR' })

/** Writes a size in bytes as `340 KB` or `1,2 MB` (thousands, as file managers show it). */
export const writtenSize = (bytes: number, lang = 'de'): string =>
  bytes < 1_000_000
    ? `${Math.max(1, Math.round(bytes / 1000))} KB`
    : `${(bytes / 1_000_000).toLocaleString(localeOf(lang), { maximumFractionDigits: 1 })} MB`

/** Makes a `tel:` address of a German number as people write it; a leading 0 becomes +49. */
export const telephone = (written: string): string =>
  `tel:${written
    .replace(/\(0\)/g, '')
    .replace(/[^\d+]/g, '')
    .replace(/^0(?!0)/, '+49')
    .replace(/^00/, '+')}`

export type DayHours = { readonly day: WordKey; readonly times: readonly string[]; readonly notes: readonly string[] }

/**
 * Lays out opening hours as one row a day. Monday to Friday are always shown, the weekend only where it is open.
 * @returns rows in week order; one line a span.
 */
export const weekOf = (hours: readonly OpeningSpan[], t: Translate): readonly DayHours[] =>
  ([1, 2, 3, 4, 5, 6, 7] as const).flatMap((day) => {
    const spans = hours.filter((span) => span.day === day)
    if (spans.length === 0 && day > 5) {
      return []
    }
    const times = spans.map((span) => t('offices.span', { from: hour(span.from), to: hour(span.to) }))
    const notes = spans.flatMap((span) => (span.note === undefined ? [] : [span.note]))
    return [{ day: `day.${day}` as const, times: times.length === 0 ? [t('offices.closed')] : times, notes }]
  })

/** `08:00` is read as `8`, `08:30` as `8:30`. */
const hour = (clock: string): string => clock.replace(/^0/, '').replace(/:00$/, '')
