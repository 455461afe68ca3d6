import { expect, it } from 'vitest'
import type { Duration } from '../content/mirror.ts'
import { durationLine } from './amounts.ts'

const weeks = (count: number, countTo: number | undefined, de: string, en?: string): Duration => ({
  count,
  unit: 'WEEK',
  ...(countTo === undefined ? {} : { countTo, unitTo: 'WEEK' as const }),
  note: { ...(de === '' ? {} : { de }), ...(en === undefined ? {} : { en }) },
})

it.each<[string, Duration, string, string]>([
  ['a note without the time', weeks(4, 6, 'ab Eingang der Unterlagen'), 'de', '4–6 Wochen, ab Eingang der Unterlagen'],
  ['a sentence without it', weeks(1, undefined, 'Nur mit Termin.'), 'de', '1 Woche: Nur mit Termin.'],
  ['a note with a number', weeks(2, 4, 'etwa 2 bis 4 Wochen'), 'de', 'etwa 2 bis 4 Wochen'],
  ['a note with the unit', weeks(6, undefined, 'Spätestens sechs Wochen vorher.'), 'de', 'Spätestens sechs Wochen vorher.'],
  ['no note', weeks(4, 6, ''), 'de', '4–6 Wochen'],
  ['another language', weeks(4, 6, 'ab Eingang', 'from receipt'), 'en', '4–6 weeks, from receipt'],
  ['a note in German alone', weeks(4, 6, 'ab Eingang'), 'en', '4–6 Wochen, ab Eingang'],
  ['working days, which Intl cannot write', { count: 5, unit: 'WORKING_DAY', note: { de: 'ab Eingang' } }, 'de', 'ab Eingang'],
])('a duration with %s', (_, duration, lang, said) => {
  expect(durationLine(duration, lang)?.value).toBe(said)
}) // biome-ignore format: a table
