import * as v from 'valibot'
import { dayInBerlin } from './clock.ts'

/*
 * Shape of content/deadlines.yaml. Nothing here has a default in code: law changes, so every rule carries its validity
 * and its source, and the functions below take the rules as input.
 *
 *   holidays:    - { id: neujahr, on: '01-01', source: '§ 2 FTG' }      fixed day, or
 *                - { id: karfreitag, easter: -2, source: '§ 2 FTG' }    days from Easter Sunday
 *   deadlines:   - { id: objection, unit: month, count: 1, begin: event, rollsForward: true, validFrom: …, source: … }
 *   deliveries:  - { id: post, countsFrom: dispatch, days: 4, rollsForward: true, validFrom: …, source: … }
 *   regimes:     - { id: account, when: konto and zustimmung, delivery: ozg_postfach, validFrom: …, source: … }
 */
const IsoDate = v.pipe(v.string(), v.isoDate(), v.check(isRealDay, 'not a day of the calendar'))
const Validity = { validFrom: IsoDate, validTo: v.optional(IsoDate), source: v.pipe(v.string(), v.maxLength(200)) }
const RuleId = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_-]{0,39}$/))

const Holiday = v.pipe(
  v.strictObject({
    id: RuleId,
    on: v.optional(v.pipe(v.string(), v.regex(/^\d\d-\d\d$/))),
    easter: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-60), v.maxValue(80))),
    validFrom: v.optional(IsoDate),
    validTo: v.optional(IsoDate),
    source: v.optional(v.pipe(v.string(), v.maxLength(200))),
  }),
  v.check((rule) => (rule.on === undefined) !== (rule.easter === undefined), 'give either `on` or `easter`'),
)
const Unit = v.picklist(['day', 'week', 'month', 'year'])
const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000))

const DeadlineRule = v.strictObject({
  id: RuleId,
  unit: Unit,
  count: Count,
  begin: v.picklist(['event', 'day']),
  rollsForward: v.boolean(),
  ...Validity,
})
const DeliveryRule = v.strictObject({
  id: RuleId,
  countsFrom: v.picklist(['dispatch', 'provision', 'retrieval', 'handover']),
  days: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(60)),
  rollsForward: v.boolean(),
  retrieveWithinDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60))),
  ...Validity,
})

/** How a notice reaches a person: the first row in force whose FEEL condition holds; one without a condition holds always. */
const RegimeRule = v.strictObject({
  id: RuleId,
  when: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(1000))),
  delivery: RuleId,
  ...Validity,
})

/** One row of `deliveries`, as it is kept with what was delivered by it. */
export const DeliveryRuleSchema = DeliveryRule

/** Checks content/deadlines.yaml once, where it is read. */
export const DeadlineRulesSchema = v.strictObject({
  holidays: v.pipe(v.array(Holiday), v.maxLength(60)),
  deadlines: v.pipe(v.array(DeadlineRule), v.maxLength(200)),
  deliveries: v.pipe(v.array(DeliveryRule), v.maxLength(60)),
  regimes: v.optional(v.pipe(v.array(RegimeRule), v.maxLength(60)), []),
})
export type DeadlineRules = v.InferOutput<typeof DeadlineRulesSchema>
export type HolidayRule = DeadlineRules['holidays'][number]
export type DeadlineRule = DeadlineRules['deadlines'][number]
export type DeliveryRule = DeadlineRules['deliveries'][number]
export type RegimeRule = DeadlineRules['regimes'][number]

/** How a period is counted. `begin: 'event'` is § 187 Abs. 1 BGB, `'day'` is Abs. 2 (the first day counts in full). */
export type Period = Pick<DeadlineRule, 'unit' | 'count' | 'begin' | 'rollsForward'>

/** Why a day does not end a period; `holiday` is the id of the holiday rule. */
export type DayOff = {
  readonly on: string
  readonly because: 'saturday' | 'sunday' | 'holiday'
  readonly holiday?: string
}

/**
 * One deadline with the way it was found, as data: the page words it ("Beginn …; 2 Wochen; Ende …, weil …").
 * `begunOn` is the day from which is counted, `countedTo` the end before weekends and holidays, `weekday` 1 (Monday) to 7.
 */
export type Deadline = {
  readonly begunOn: string
  readonly period: Period
  readonly countedTo: string
  readonly skipped: readonly DayOff[]
  readonly endsOn: string
  readonly weekday: number
}

/**
 * Counts a period from an event and gives its last day, which ends at midnight in the city's zone.
 * A date set by an authority does not move (§ 31 Abs. 5 VwVfG): `rollsForward: false`.
 * @param eventOn ISO date of the event, or with `begin: 'day'` the first day of the period.
 * @see § 31 VwVfG, §§ 187 to 193 BGB
 */
export function countDeadline(eventOn: string, period: Period, holidays: readonly HolidayRule[]): Deadline {
  assertDay(eventOn)
  const countedTo = lastDay(eventOn, period)
  const skipped = period.rollsForward ? daysOffFrom(countedTo, holidays) : []
  const endsOn = addDays(countedTo, skipped.length)
  return { begunOn: eventOn, period, countedTo, skipped, endsOn, weekday: weekdayOf(endsOn) }
}

/**
 * Lengthens a deadline: the new period is counted from the end of the one before, also where that had moved to a working day.
 * @see § 190 BGB, § 31 Abs. 7 VwVfG, § 42a Abs. 2 VwVfG
 */
export function extendDeadline(
  before: Pick<Deadline, 'begunOn' | 'endsOn'>,
  period: Pick<Period, 'unit' | 'count' | 'rollsForward'>,
  holidays: readonly HolidayRule[],
): Deadline {
  return { ...countDeadline(before.endsOn, { ...period, begin: 'event' }, holidays), begunOn: before.begunOn }
}

/**
 * Leaves out a time in which a deadline stood still: both its first and its last day do not count. The days are added to
 * the end before weekends and holidays; a deadline that was over when it began stays as it is.
 * @see § 209 BGB
 */
export function pauseDeadline(
  before: Deadline,
  pause: { readonly fromOn: string; readonly toOn: string },
  holidays: readonly HolidayRule[],
): Deadline {
  if (pause.fromOn > before.endsOn || pause.toOn < pause.fromOn) {
    return before
  }
  const countedTo = addDays(before.countedTo, daysBetween(pause.fromOn, pause.toOn) + 1)
  const skipped = before.period.rollsForward ? daysOffFrom(countedTo, holidays) : []
  const endsOn = addDays(countedTo, skipped.length)
  return { ...before, countedTo, skipped, endsOn, weekday: weekdayOf(endsOn) }
}

/** Days from one ISO date to a later one; negative where it is an earlier one. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)

/**
 * The day on which a notice counts as notified, by the delivery rule in force on the day it was sent.
 * Null where a notice kept ready for retrieval was not retrieved in time: then there is no notification at all.
 * @param days `startedOn`: posted, sent, kept ready or handed over; `retrievedOn` only where the rule counts from retrieval.
 * @see § 41 Abs. 2 and 2a VwVfG, § 122 and § 122a AO, § 9 Abs. 1 OZG
 */
export function notifiedOn(
  rule: DeliveryRule,
  days: { readonly startedOn: string; readonly retrievedOn?: string },
  holidays: readonly HolidayRule[],
): Deadline | null {
  if (rule.countsFrom !== 'retrieval') {
    return countDeadline(days.startedOn, deliveryPeriod(rule), holidays)
  }
  if (days.retrievedOn === undefined) {
    return null
  }
  const tooLate =
    rule.retrieveWithinDays !== undefined && days.retrievedOn > addDays(days.startedOn, rule.retrieveWithinDays)
  return tooLate ? null : countDeadline(days.retrievedOn, deliveryPeriod(rule), holidays)
}

/** Finds the version of a rule that is in force on a day; undefined where there is none. */
export function ruleInForce<R extends { id: string; validFrom: string; validTo?: string | undefined }>(
  rules: readonly R[],
  id: string,
  on: string,
): R | undefined {
  return rules.find(
    (rule) => rule.id === id && rule.validFrom <= on && (rule.validTo === undefined || on <= rule.validTo),
  )
}

/** Says why a day is no working day in the sense of § 31 Abs. 3 VwVfG and § 193 BGB; null for a working day. */
export function dayOff(on: string, holidays: readonly HolidayRule[]): DayOff | null {
  const holiday = holidays.find((rule) => isInForce(rule, on) && holidayOn(rule, yearOf(on)) === on)
  if (holiday !== undefined) {
    return { on, because: 'holiday', holiday: holiday.id }
  }
  const weekday = weekdayOf(on)
  if (weekday < 6) {
    return null
  }
  return { on, because: weekday === 6 ? 'saturday' : 'sunday' }
}

/** Adds calendar days to an ISO date; works on the calendar alone, so no clock change can shift it. */
export function addDays(on: string, days: number): string {
  return new Date(Date.parse(`${on}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** First instant after a legal day in Berlin: it is over everywhere in the city. */
export function endOfDay(on: string): number {
  const midnightUtc = Date.parse(`${addDays(on, 1)}T00:00:00Z`)
  const isSummer =
    dayInBerlin(midnightUtc - 2 * 3_600_000 - 1) === on && dayInBerlin(midnightUtc - 2 * 3_600_000) !== on
  return midnightUtc - (isSummer ? 2 : 1) * 3_600_000
}

/** Day of the week of an ISO date, 1 (Monday) to 7 (Sunday). */
export const weekdayOf = (on: string): number => new Date(`${on}T00:00:00Z`).getUTCDay() || 7

function lastDay(eventOn: string, period: Period): string {
  const back = period.begin === 'day' ? -1 : 0
  if (period.unit === 'day') {
    return addDays(eventOn, period.count + back)
  }
  if (period.unit === 'week') {
    return addDays(eventOn, period.count * 7 + back)
  }
  const months = period.unit === 'year' ? period.count * 12 : period.count
  const sameNumber = addMonths(eventOn, months)
  return sameNumber.isLastInstead ? sameNumber.on : addDays(sameNumber.on, back)
}

/** § 188 Abs. 3 BGB: where the month lacks the day, its last day ends the period (then nothing is taken off). */
function addMonths(on: string, months: number): { on: string; isLastInstead: boolean } {
  const [year = 0, month = 1, day = 1] = on.split('-').map(Number)
  const monthIndex = year * 12 + (month - 1) + months
  const lastOfMonth = new Date(Date.UTC(Math.floor(monthIndex / 12), (monthIndex % 12) + 1, 0)).getUTCDate()
  const target = new Date(Date.UTC(Math.floor(monthIndex / 12), monthIndex % 12, Math.min(day, lastOfMonth)))
  return { on: target.toISOString().slice(0, 10), isLastInstead: day > lastOfMonth }
}

function daysOffFrom(on: string, holidays: readonly HolidayRule[]): DayOff[] {
  const skipped: DayOff[] = []
  for (let day = dayOff(on, holidays); day !== null; day = dayOff(addDays(day.on, 1), holidays)) {
    skipped.push(day)
  }
  return skipped
}

function holidayOn(rule: HolidayRule, year: number): string {
  return rule.easter === undefined ? `${year}-${rule.on}` : addDays(easterSunday(year), rule.easter)
}

/** Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher. */
function easterSunday(year: number): string {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const inCentury = year % 100
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30
  const shift = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7
  const late = Math.floor((golden + 11 * epact + 22 * shift) / 451)
  const sum = epact + shift - 7 * late + 114
  return new Date(Date.UTC(year, Math.floor(sum / 31) - 1, (sum % 31) + 1)).toISOString().slice(0, 10)
}

const isInForce = (rule: HolidayRule, on: string): boolean =>
  (rule.validFrom === undefined || rule.validFrom <= on) && (rule.validTo === undefined || on <= rule.validTo)

const deliveryPeriod = (rule: DeliveryRule): Period => ({
  unit: 'day',
  count: rule.days,
  begin: 'event',
  rollsForward: rule.rollsForward,
})

const yearOf = (on: string): number => Number(on.slice(0, 4))

/** Whether text in the form of a day is one of the calendar. */
export function isRealDay(on: string): boolean {
  const ms = Date.parse(`${on}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(on)
}

function assertDay(on: string): void {
  if (!/^\d{4}-\d\d-\d\d$/.test(on) || !isRealDay(on)) {
    throw new TypeError('not an ISO date of the calendar')
  }
}
