import { dayInBerlin } from '../lib/clock.ts'
import {
  addDays,
  countDeadline,
  type DeadlineRules,
  type DeliveryRule,
  notifiedOn,
  type RegimeRule,
  ruleInForce,
} from '../lib/deadlines.ts'
import { compileRule, evaluate, type Names } from '../lib/feel.ts'
import { problemType } from '../lib/problem.ts'

export const regimeMissing = problemType('notices/regime-missing', 500)

/** What decides how a notice reaches a person. */
export type RegimeFacts = {
  /** They applied with an account. */
  readonly hasAccount: boolean
  /** They agreed to read notices online; with an account: they did not ask for post. */
  readonly isAgreed: boolean
  readonly procedureLaw: 'vwvfg' | 'ao' | 'sgb'
}
/** Names that the condition of a regime may use. */
export const REGIME_NAMES: Names = {
  konto: { kind: 'boolean' },
  zustimmung: { kind: 'boolean' },
  recht: { kind: 'string', options: ['vwvfg', 'ao', 'sgb'] },
}

/**
 * The way by which a notice reaches a person, by the rows in force on a day. A content of earlier versions has no such
 * rows: then it goes by post, as the law has it where nothing else is agreed. Throws `notices/regime-missing` where there
 * are rows and none holds.
 */
export function chooseRegime(
  rules: DeadlineRules,
  facts: RegimeFacts,
  on: string,
): { readonly regime: RegimeRule; readonly rule: DeliveryRule } {
  const values = { konto: facts.hasAccount, zustimmung: facts.isAgreed, recht: facts.procedureLaw }
  const known =
    rules.regimes.length > 0 ? rules.regimes : rules.deliveries.filter(({ id }) => id === 'post').map(byPost)
  const regime = known.find(
    (row) => row.validFrom <= on && (row.validTo === undefined || on <= row.validTo) && holds(row, values),
  )
  const rule = regime === undefined ? undefined : ruleInForce(rules.deliveries, regime.delivery, on)
  if (regime === undefined || rule === undefined) {
    throw regimeMissing(`on ${on}`)
  }
  return { regime, rule }
}

const byPost = ({ validFrom, validTo, source }: DeliveryRule): RegimeRule => ({
  id: 'post',
  delivery: 'post',
  validFrom,
  validTo,
  source,
})

function holds({ when }: RegimeRule, values: Readonly<Record<string, unknown>>): boolean {
  if (when === undefined) {
    return true
  }
  const compiled = compileRule(when, { file: 'deadlines.yaml', line: 1, names: REGIME_NAMES })
  const result = compiled.ok ? evaluate(compiled.rule, values) : null
  return result?.ok === true && result.value === true
}

/** A delivery with the moments it has reached. */
export type DeliveryFacts = {
  readonly rule: DeliveryRule | null
  readonly providedAtMs: number | null
  readonly dispatchedAtMs: number | null
  readonly retrievedAtMs: number | null
}

/**
 * Where a delivery stands. `waiting`: for the post, or for the person to fetch it (until `untilOn`); `notified`: it counts
 * as notified on `on`; `failed`: nobody fetched it in time, and there is no notification.
 */
export type DeliveryState =
  | { readonly kind: 'waiting'; readonly for: 'dispatch' }
  | { readonly kind: 'waiting'; readonly for: 'retrieval'; readonly untilOn: string | null }
  | { readonly kind: 'notified'; readonly on: string; readonly startedOn: string }
  | { readonly kind: 'failed'; readonly untilOn: string }

/**
 * Counts a delivery by the rule it was begun under. Pure.
 * @see § 41 Abs. 2 and 2a VwVfG, § 9 Abs. 1 OZG, § 122a AO; the numbers are those of the rule
 */
export function deliveryState(delivery: DeliveryFacts, rules: DeadlineRules, today: string): DeliveryState {
  const { rule } = delivery
  const startedMs = rule?.countsFrom === 'dispatch' ? delivery.dispatchedAtMs : delivery.providedAtMs
  if (rule === null || startedMs === null) {
    return { kind: 'waiting', for: 'dispatch' }
  }
  const startedOn = dayInBerlin(startedMs)
  if (rule.countsFrom !== 'retrieval') {
    const on = notifiedOn(rule, { startedOn }, rules.holidays)?.endsOn
    return on === undefined ? { kind: 'waiting', for: 'dispatch' } : { kind: 'notified', on, startedOn }
  }
  const untilOn = rule.retrieveWithinDays === undefined ? null : addDays(startedOn, rule.retrieveWithinDays)
  const retrievedOn = delivery.retrievedAtMs === null ? null : dayInBerlin(delivery.retrievedAtMs)
  const notified = retrievedOn === null ? null : notifiedOn(rule, { startedOn, retrievedOn }, rules.holidays)
  if (notified !== null && retrievedOn !== null) {
    return { kind: 'notified', on: notified.endsOn, startedOn: retrievedOn }
  }
  return untilOn !== null && untilOn < today
    ? { kind: 'failed', untilOn }
    : { kind: 'waiting', for: 'retrieval', untilOn }
}

/** Last day for an objection to a notice that counts as notified on a day; null where the table has no such deadline. */
export function objectionEndsOn(notified: string, rules: DeadlineRules): string | null {
  const rule = ruleInForce(rules.deadlines, 'objection', notified)
  return rule === undefined ? null : countDeadline(notified, rule, rules.holidays).endsOn
}
