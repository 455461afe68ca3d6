import type { Amount, Duration, Localised, TimeUnit } from '../content/mirror.ts'
import type { RichBlock, RichText } from '../lib/rich-text.ts'

/*
 * Amounts and durations of the catalogue as short lines. Words come from the catalogue's own notes; numbers, currencies
 * and units from Intl, so that no German stands here.
 */

/** One text of a localised value: the wanted language, else German, else any. */
export function pick<T>(texts: Localised<T> | undefined, lang: string): { lang: string; value: T } | undefined {
  const found = [lang, 'de', ...Object.keys(texts ?? {})].find((tag) => texts?.[tag] !== undefined)
  const value = found === undefined ? undefined : texts?.[found]
  return found === undefined || value === undefined ? undefined : { lang: found, value }
}

/** One amount with its note, e.g. `46,00 €: ab 24 Jahren`. Undefined where there is neither. */
export function amountLine(amount: Amount, lang: string): string | undefined {
  const note = pick(amount.note, lang)?.value
  const sum = sumOf(amount, lang)
  if (sum === undefined || note === undefined) {
    return note ?? sum
  }
  return `${sum}: ${note}`
}

/** All amounts of a service in one short line: a free one's note, else the one amount, else from the least to the most. */
export function amountsGlance(amounts: readonly Amount[], lang: string): string | undefined {
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

/** A duration in the editor's words, else by number and unit. */
export function durationLine(duration: Duration, lang: string): string | undefined {
  return pick(duration.note, lang)?.value ?? spanLine(duration, lang)
}

/** Lines as rich text: one as a paragraph, several as a list. */
export function linesText(lines: readonly string[]): RichText {
  const paragraphs = lines.map((text): RichBlock => ({ kind: 'paragraph', spans: [{ text }] }))
  return paragraphs.length < 2
    ? paragraphs
    : [{ kind: 'list', ordered: false, items: paragraphs.map((item) => [item]) }]
}

const moneyFormat = (lang: string, currency: string): Intl.NumberFormat =>
  new Intl.NumberFormat(lang === 'en' ? 'en-GB' : 'de-DE', { style: 'currency', currency })

/** Made once: making one takes as long as the rest of a service page. */
const EUROS = { de: moneyFormat('de', 'EUR'), en: moneyFormat('en', 'EUR') }

function sumOf(amount: Amount, lang: string): string | undefined {
  const { fromCents, toCents, currency = 'EUR' } = amount
  const format = currency === 'EUR' ? EUROS[lang === 'en' ? 'en' : 'de'] : moneyFormat(lang, currency)
  if (fromCents !== undefined && toCents !== undefined && fromCents !== toCents) {
    return format.formatRange(fromCents / 100, toCents / 100)
  }
  const cents = fromCents ?? toCents
  return cents === undefined ? undefined : format.format(cents / 100)
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

function spanLine({ count, unit, countTo, unitTo }: Duration, lang: string): string | undefined {
  const name = unit === undefined ? undefined : UNITS[unit]
  if (count === undefined || name === undefined) {
    return undefined
  }
  const format = new Intl.NumberFormat(lang === 'en' ? 'en-GB' : 'de-DE', {
    style: 'unit',
    unit: name,
    unitDisplay: 'long',
  })
  return countTo !== undefined && unitTo === unit ? format.formatRange(count, countTo) : format.format(count)
}
