import type { Amount, Duration, Localised, TimeUnit } from '../content/mirror.ts'

/*
 * Amounts and durations of the catalogue as short lines. Words come from the catalogue's own notes; numbers, currencies
 * and units from Intl, so that no German stands here.
 */

/** A text together with the language it is in. */
export type Said<T = string> = { readonly lang: string; readonly value: T }

/** One text of a localised value: the wanted language, else German, else any. */
export function pick<T>(texts: Localised<T> | undefined, lang: string): Said<T> | undefined {
  const found = [lang, 'de', ...Object.keys(texts ?? {})].find((tag) => texts?.[tag] !== undefined)
  const value = found === undefined ? undefined : texts?.[found]
  return found === undefined || value === undefined ? undefined : { lang: found, value }
}

/** One amount with its note, e.g. `46,00 €: ab 24 Jahren`; the amount is written as the note's language does. Undefined where there is neither. */
export function amountLine(amount: Amount, lang: string): Said | undefined {
  const note = pick(amount.note, lang)
  const sum = sumOf(amount, note?.lang ?? lang)
  if (sum === undefined || note === undefined) {
    return note ?? sum
  }
  return { lang: note.lang, value: `${sum.value}: ${note.value}` }
}

/** All amounts of a service in one short line: a free one's note, else the one amount, else from the least to the most. */
export function amountsGlance(amounts: readonly Amount[], lang: string): Said | undefined {
  const [first] = amounts
  const free = amounts.find((amount) => amount.kind === 'free')
  if (first === undefined || free !== undefined || amounts.length === 1) {
    const only = free ?? first
    return only === undefined ? undefined : amountLine(only, lang)
  }
  const cents = amounts.flatMap((amount) => [amount.fromCents, amount.toCents]).filter((value) => value !== undefined)
  if (cents.length === 0) {
    return amountLine(first, lang)
  }
  const least = cents.reduce((a, b) => Math.min(a, b))
  const most = cents.reduce((a, b) => Math.max(a, b))
  return sumOf({ kind: 'range', fromCents: least, toCents: most, currency: first.currency ?? 'EUR', note: {} }, lang)
}

/**
 * A duration by number and unit with the editor's words: `4–6 Wochen, ab Eingang der Unterlagen`. Where the words say the time
 * themselves, with a digit or the unit, they stand alone.
 */
export function durationLine(duration: Duration, lang: string): Said | undefined {
  const note = pick(duration.note, lang)
  const span = spanLine(duration, note?.lang ?? lang)
  if (note === undefined || span === undefined || span.lang !== note.lang) {
    return note ?? span
  }
  const [unit = ''] = /\p{L}+/u.exec(span.value) ?? []
  const isSaid = /\d/.test(note.value) || note.value.toLowerCase().includes(unit.toLowerCase().slice(0, 4))
  const sign = /^\p{Lu}/u.test(note.value) ? ': ' : ', '
  return isSaid ? note : { lang: note.lang, value: `${span.value}${sign}${note.value}` }
}

/** How a language writes numbers; an English page is read in Europe. German for languages that Intl does not know. */
const localeOf = (lang: string): string =>
  lang === 'en' ? 'en-GB' : lang === 'de' ? 'de-DE' : (Intl.NumberFormat.supportedLocalesOf([lang])[0] ?? 'de-DE')

const moneyFormat = (lang: string, currency: string): Intl.NumberFormat =>
  new Intl.NumberFormat(localeOf(lang), { style: 'currency', currency })

/** Made once by language: making one takes as long as the rest of a service page. */
const euros = new Map<string, Intl.NumberFormat>()

function eurosIn(lang: string): Intl.NumberFormat {
  const format = euros.get(lang) ?? moneyFormat(lang, 'EUR')
  euros.set(lang, format)
  return format
}

function sumOf(amount: Amount, lang: string): Said | undefined {
  const { fromCents, toCents, currency = 'EUR' } = amount
  const format = currency === 'EUR' ? eurosIn(lang) : moneyFormat(lang, currency)
  if (fromCents !== undefined && toCents !== undefined && fromCents !== toCents) {
    return { lang, value: format.formatRange(fromCents / 100, toCents / 100) }
  }
  const cents = fromCents ?? toCents
  return cents === undefined ? undefined : { lang, value: format.format(cents / 100) }
}

/** Units that Intl knows; working days have none, there the editor's note must say it. */
const UNITS: Readonly<Partial<Record<TimeUnit, string>>> = {
  YEAR: 'year',
  MONTH: 'month',
  WEEK: 'week',
  DAY: 'day',
  HOUR: 'hour',
  MINUTE: 'minute',
}

function spanLine({ count, unit, countTo, unitTo }: Duration, lang: string): Said | undefined {
  const name = unit === undefined ? undefined : UNITS[unit]
  if (count === undefined || name === undefined) {
    return undefined
  }
  const locale = localeOf(lang)
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'long' })
  const value = countTo !== undefined && unitTo === unit ? format.formatRange(count, countTo) : format.format(count)
  return { lang: locale === 'de-DE' ? 'de' : lang, value }
}
