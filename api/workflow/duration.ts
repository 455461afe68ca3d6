const PARTS = /^P(?:(\d+)W|(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)$/

/**
 * Adds an ISO 8601 duration to a moment. Days are 24 hours, months and years are those of the UTC calendar (a missing
 * day becomes the last of the month). For reminders; a legal deadline is counted by api/lib/deadlines.ts.
 */
export function dueAtMs(fromMs: number, iso: string): number {
  const match = PARTS.exec(iso)
  if (match === null) {
    throw new TypeError('not an ISO 8601 duration')
  }
  const [weeks, years, months, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  const at = new Date(fromMs)
  const monthIndex = at.getUTCMonth() + (years ?? 0) * 12 + (months ?? 0)
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), monthIndex + 1, 0)).getUTCDate()
  const date = Math.min(at.getUTCDate(), lastDay)
  const shifted = Date.UTC(at.getUTCFullYear(), monthIndex, date) + (fromMs - startOfDay(fromMs))
  const dayCount = (weeks ?? 0) * 7 + (days ?? 0)
  return shifted + ((dayCount * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000
}

const startOfDay = (ms: number): number => Math.floor(ms / 86_400_000) * 86_400_000
