/** Minutes as people write them: `15`, `15 Min.`, `15 Minuten`; undefined for anything else, and for none. */
export function minutesOf(text: string): number | undefined {
  const found = /^(\d{1,3})\s*(?:min\.?|minuten?)?$/i.exec(text.trim())
  const minutes = Number(found?.[1] ?? 0)
  return minutes > 0 ? minutes : undefined
}

/** A time of some days, weeks or months. */
export type Period = { readonly count: number; readonly unit: 'day' | 'week' | 'month' }
const PERIOD_UNITS = [['day', /^(?:day|tage?)$/i], ['week', /^(?:week|wochen?)$/i], ['month', /^(?:month|monate?)$/i]] as const // biome-ignore format: one table

/** A time as people write it: `3 Wochen`, `10 Tage`, `1 Monat`, or as a row holds it, `3 week`; undefined for anything else. */
export function periodOf(text: string): Period | undefined {
  const [, count = '0', word = ''] = /^(\d{1,3})\s*([a-z]{3,6})$/i.exec(text.trim()) ?? []
  const unit = PERIOD_UNITS.find(([, pattern]) => pattern.test(word))?.[0]
  return unit === undefined || Number(count) === 0 ? undefined : { count: Number(count), unit }
}

/** A time as a row holds it. */
export const periodText = ({ count, unit }: Period): string => `${count} ${unit}`

/**
 * Cents of an amount as people write it: `55`, `55,00`, `12.50`, `55 Euro`, `1.250,00 €`, `55,-`. A point before three digits
 * stands between thousands, as amounts have two decimals at most. Undefined for anything else.
 */
export function centsOf(text: string): number | undefined {
  const bare = text
    .replace(/[\s\u00a0\u202f]+/g, '')
    .replace(/^(?:€|eur|euro)|(?:€|eur|euro)$/gi, '')
    .replace(/,-{1,2}$/, '')
  const found = /^(\d{1,6}|\d{1,3}(?:\.\d{3})+)(?:[,.](\d{1,2}))?$/.exec(bare)
  if (found === null) {
    return undefined
  }
  return Number((found[1] ?? '').replaceAll('.', '')) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
}

/** A day as people write it: `1.3.2026`, `01.03.2026`, `1. 3. 2026`, or `2026-03-01`; undefined for anything else, and for no day. */
export function dayOf(text: string): string | undefined {
  const bare = text.replace(/\s+/g, '')
  const [, day = '', month = '', year = ''] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(bare) ?? []
  const iso = day === '' ? bare : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const isDay = /^[12]\d{3}-\d{2}-\d{2}$/.test(iso) && new Date(`${iso}T00:00:00Z`).toJSON()?.startsWith(iso) === true
  return isDay ? iso : undefined
}

/** An ISO day as people write it: `01.03.2026`. */
export const germanDay = (iso: string): string => iso.split('-').toReversed().join('.')

/** The day after an ISO day. */
export const dayAfter = (iso: string): string =>
  new Date(Date.parse(`${iso}T00:00:00Z`) + 86_400_000).toJSON().slice(0, 10)
