/*
 * Values in words. Formatters are dear to make and few, so each is made once for a language.
 */

const numbers = new Map<string, Intl.NumberFormat>()
const dates = new Map<string, Intl.DateTimeFormat>()

function numberFormat(lang: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${lang} ${JSON.stringify(options)}`
  const format = numbers.get(key) ?? new Intl.NumberFormat(lang, options)
  numbers.set(key, format)
  return format
}

function dateFormat(lang: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${lang} ${JSON.stringify(options)}`
  const format =
    dates.get(key) ?? new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { ...options, timeZone: 'UTC' })
  dates.set(key, format)
  return format
}

/** A number written out with up to six decimals: "1.234,5". */
export const numberText = (value: number, lang: string): string =>
  numberFormat(lang, { maximumFractionDigits: 6 }).format(value)

/** A number as it is typed: without thousands set apart. `decimals` are always written. */
export const typedNumber = (value: number, lang: string, decimals = 0): string =>
  numberFormat(lang, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: Math.max(decimals, 6),
    useGrouping: false,
  }).format(value)

/** A file size in words: "20 MB", "340 kB"; decimal units, as people's devices show them. */
export function sizeText(bytes: number, lang: string): string {
  const isLarge = bytes >= 1_000_000
  const number = numberFormat(lang, { maximumFractionDigits: isLarge ? 1 : 0 }).format(
    isLarge ? bytes / 1_000_000 : Math.max(1, bytes / 1000),
  )
  return `${number} ${isLarge ? 'MB' : 'kB'}`
}

/** An ISO date written out: "13. April 1985". */
export function dateText(iso: string, lang: string): string {
  const date = new Date(`${iso}T00:00:00Z`)
  return Number.isNaN(date.getTime()) ? iso : dateFormat(lang, { dateStyle: 'long' }).format(date)
}

/** A date of which parts may be unknown, written out as far as it is known: "1950", "März 1950", "7. März 1950". */
export function incompleteDateText(value: string, lang: string): string {
  if (value.length !== 7) {
    return value.length === 10 ? dateText(value, lang) : value
  }
  return dateFormat(lang, { month: 'long', year: 'numeric' }).format(new Date(`${value}-01T00:00:00Z`))
}

/** Cents written out: "1.234,56 €". */
export function moneyText(cents: number, lang: string): string {
  return numberFormat(lang, { style: 'currency', currency: 'EUR' }).format(cents / 100)
}
