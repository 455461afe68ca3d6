import type { Limits } from './model.ts'
import type { Read, Wrong } from './reading.ts'

/** Names of each month, January first. */
export type MonthNames = readonly (readonly string[])[]
/** The day in Berlin, and the names months may be typed by. */
export type DateContext = { readonly today: string; readonly monthNames: MonthNames }

/**
 * Reads a date from its three parts: `3` or `03`, a month as number or word in the form's language ("März", "mrz."),
 * a year of four digits. A whole date in the first part ("13.4.1985") is taken apart. Gives an ISO date.
 * Past and future both include today.
 */
export function readDate(limits: Limits, parts: readonly string[], context: DateContext): Read {
  const [dayText = '', monthText = '', yearText = ''] = takeApart(parts)
  if (!/^\d{1,2}\.?$/.test(dayText)) {
    return wrong(dayText === '' ? 'forms/date-day' : 'forms/date-real', 'day')
  }
  const month = monthOf(monthText, context.monthNames)
  if (month === undefined) {
    return wrong(monthText === '' ? 'forms/date-month' : 'forms/date-real', 'month')
  }
  if (!/^\d{4}$/.test(yearText)) {
    return wrong('forms/date-year', 'year')
  }
  const date = isoOf(Number(yearText), month, Number.parseInt(dayText, 10))
  if (date === undefined) {
    return wrong('forms/date-real', 'day')
  }
  return inBounds(limits, date, context.today)
}

/**
 * Reads a date of which the day, or day and month, may be unknown, as registers of persons hold it: `00.00.1950`, boxes
 * left empty, `März 1950`, `1950`. Gives `1950`, `1950-03` or `1950-03-07`. A bound is broken only by a date that lies
 * beyond it whatever the unknown part is.
 */
export function readIncompleteDate(limits: Limits, parts: readonly string[], context: DateContext): Read {
  const [day = '', monthText = '', yearText = ''] = takeIncompleteApart(parts).map((part) =>
    /^0{1,2}\.?$/.test(part) ? '' : part,
  )
  if (day !== '' && monthText !== '') {
    return readDate(limits, [day, monthText, yearText], context)
  }
  if (day !== '') {
    return wrong('forms/date-month', 'month')
  }
  const month = monthText === '' ? undefined : monthOf(monthText, context.monthNames)
  if (monthText !== '' && month === undefined) {
    return wrong('forms/date-real', 'month')
  }
  if (!/^\d{4}$/.test(yearText)) {
    return wrong('forms/date-year', 'year')
  }
  const first = isoOf(Number(yearText), month ?? 1, 1)
  return first === undefined
    ? wrong('forms/date-real', 'year')
    : inBounds(limits, first.slice(0, month === undefined ? 4 : 7), context.today)
}

function takeIncompleteApart(parts: readonly string[]): readonly string[] {
  const [first = '', second = '', third = ''] = parts
  const short = second === '' && third === '' ? /^(?:(\d{1,2}|\p{L}{3,})[./\- ]+)?(\d{4})$/u.exec(first) : null
  return short === null ? takeApart(parts) : ['', short[1] ?? '', short[2] ?? '']
}

/** `date` may be incomplete: then as much of each bound is compared. */
function inBounds(limits: Limits, date: string, today: string): Read {
  const upTo = (bound: string): string => bound.slice(0, date.length)
  if (limits.isPast && date > upTo(today)) {
    return wrong('forms/date-past', 'year')
  }
  if (limits.isFuture && date < upTo(today)) {
    return wrong('forms/date-future', 'year')
  }
  if (typeof limits.min === 'string' && date < upTo(limits.min)) {
    return { ok: false, wrong: { type: 'forms/date-min', part: 'year', params: { date: limits.min } } }
  }
  if (typeof limits.max === 'string' && date > upTo(limits.max)) {
    return { ok: false, wrong: { type: 'forms/date-max', part: 'year', params: { date: limits.max } } }
  }
  return { ok: true, value: date }
}

function wrong(type: string, part: NonNullable<Wrong['part']>): Read {
  return { ok: false, wrong: { type, part } }
}

function takeApart(parts: readonly string[]): readonly string[] {
  const [first = '', second = '', third = ''] = parts
  const whole =
    second === '' && third === '' ? /^(\d{1,2})[./\- ]+(\d{1,2}|\p{L}{3,})[./\- ]+(\d{4})$/u.exec(first) : null
  return whole === null ? parts : [whole[1] ?? '', whole[2] ?? '', whole[3] ?? '']
}

/** ISO date of a day that exists, year 1850 to 2199. */
function isoOf(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day))
  const isReal = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isReal && year >= 1850 && year < 2200 ? date.toISOString().slice(0, 10) : undefined
}

function monthOf(text: string, monthNames: MonthNames): number | undefined {
  if (/^\d{1,2}\.?$/.test(text)) {
    const month = Number.parseInt(text, 10)
    return month >= 1 && month <= 12 ? month : undefined
  }
  const wanted = folded(text)
  if (wanted.length < 3 || text.length > 20) {
    return undefined
  }
  const month = monthNames.findIndex((names) =>
    names.some((name) => name === wanted || (name.length > 3 && name.startsWith(wanted))),
  )
  return month < 0 ? undefined : month + 1
}

/** Names of the months in a language, in German and in English, folded as they are compared. Costly: made once per form. */
export function monthNamesOf(lang: string): MonthNames {
  const formats = [...new Set([lang, 'de', 'en'])].flatMap((locale) => [
    new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' }),
    new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' }),
    new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' }),
  ])
  return Array.from({ length: 12 }, (_, index) => {
    const names = formats.map((format) => folded(format.format(Date.UTC(2026, index, 1))))
    return [...new Set(index === 2 ? [...names, 'maerz', 'mrz'] : names)]
  })
}

const folded = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z]/g, '')
