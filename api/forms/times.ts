import { type DateContext, readDate } from './dates.ts'
import type { Limits } from './model.ts'
import type { Read } from './reading.ts'

/**
 * Reads a time of day as people write it: `14:30`, `14.30`, `1430`, `9`, `14 Uhr`, `14 Uhr 30`, `14:30 Uhr`. Gives `HH:MM`.
 * Seconds are not asked; `24:00` is the end of a day that no calendar has, and refused.
 */
export function readTime(limits: Pick<Limits, 'min' | 'max'>, text: string): Read {
  const plain = text
    .toLowerCase()
    .replace(/\s*uhr\s*/, ':')
    .replace(/:$/, '')
  const match = /^(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?$/.exec(plain) ?? /^(\d{2})(\d{2})$/.exec(plain)
  const hour = Number(match?.[1] ?? '99')
  const minute = Number(match?.[2] ?? '0')
  if (match === null || hour > 23 || minute > 59) {
    return { ok: false, wrong: { type: 'forms/time' } }
  }
  const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
  const { min, max } = limits
  if (typeof min === 'string' && time < min) {
    return { ok: false, wrong: { type: 'forms/time-min', params: { time: min } } }
  }
  return typeof max === 'string' && time > max
    ? { ok: false, wrong: { type: 'forms/time-max', params: { time: max } } }
    : { ok: true, value: time }
}

/** Reads a date in three parts and a time in a fourth. Gives `YYYY-MM-DDTHH:MM`, local time in Berlin without an offset. */
export function readDateTime(limits: Limits, parts: readonly string[], context: DateContext): Read {
  const date = readDate(limits, parts.slice(0, 3), context)
  if (!date.ok) {
    return date
  }
  const time = readTime({}, parts[3] ?? '')
  if (!time.ok) {
    return { ok: false, wrong: { type: parts[3] === '' ? 'forms/date-time' : 'forms/time', part: 'time' } }
  }
  return { ok: true, value: `${String(date.value)}T${String(time.value)}` }
}
