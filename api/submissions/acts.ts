import { addDays, countDeadline, type DeadlineRules, ruleInForce } from '../lib/deadlines.ts'

/** What a person may do after sending. Each that is sent is a submission of its own to the same eAkte. */
export const ACTS = [
  'answer',
  'correct',
  'document',
  'object',
  'call',
  'help',
  'contact',
  'contact-code',
  'contact-off',
  'inspection',
  'withdraw',
] as const
export type Act = (typeof ACTS)[number]

/** Everything that decides what is possible. */
export type ActFacts = {
  readonly kind: 'application' | 'objection'
  /** The process still waits for something. */
  readonly isRunning: boolean
  /** What was decided; null before. */
  readonly outcome: string | null
  /** A decision is drafted and waits for the second person, or is being made into a notice. */
  readonly isBeingDecided: boolean
  readonly isKept: boolean
  readonly openRequests: readonly string[]
  /** Kinds of errands that a clerk has not ticked off. */
  readonly openErrands: readonly string[]
  readonly hasContact: boolean
  readonly hasOpenContactChange: boolean
  /** Last day of a file inspection that was granted. */
  readonly inspectionUntilOn: string | null
  readonly notices: readonly NoticeFacts[]
  readonly today: string
}
export type NoticeFacts = {
  readonly id: string
  readonly isObjectedTo: boolean
  readonly period: ObjectionPeriod
}

/** The time in which an objection is in time. Null where it has not begun: the notice does not count as notified yet. */
export type ObjectionPeriod = {
  readonly notifiedOn: string | null
  readonly endsOn: string | null
  readonly isOver: boolean
}
export type PossibleAct = {
  readonly act: Act
  /** The notice or the question it is about; empty for those about the whole Vorgang. */
  readonly about: string
  readonly period?: ObjectionPeriod
}

/**
 * Decides what the person of a Vorgang may do now: the page offers exactly this, and a post of anything else is refused.
 * Pure.
 */
export function possibleActs(facts: ActFacts): readonly PossibleAct[] {
  if (!facts.isKept) {
    return []
  }
  const isOpen = facts.isRunning && facts.outcome === null
  const offered = (act: Act, isPossible: boolean): readonly PossibleAct[] => (isPossible ? [{ act, about: '' }] : [])
  const isIdle = (kind: string): boolean => !facts.openErrands.includes(kind)
  const hasInspection = facts.inspectionUntilOn !== null && facts.today <= facts.inspectionUntilOn
  return [
    ...facts.openRequests.map((about) => ({ act: 'answer' as const, about })),
    ...facts.notices
      .filter((notice) => !notice.isObjectedTo)
      .map(({ id, period }) => ({ act: 'object' as const, about: id, period })),
    ...offered('correct', isOpen && facts.kind === 'application' && !facts.isBeingDecided),
    ...offered('document', isOpen),
    ...offered('call', isIdle('call')),
    ...offered('help', isIdle('help')),
    ...offered('contact', true),
    ...offered('contact-code', facts.hasOpenContactChange),
    ...offered('contact-off', facts.hasContact),
    ...offered('inspection', isIdle('inspection') && !hasInspection),
    ...offered('withdraw', isOpen),
  ]
}

/** Rule of content/deadlines.yaml for each kind of errand, and the days that count where there is none. */
const ERRAND_DAYS = { rule: 'first-look', days: 3 } as const
const ERRAND_RULES: Readonly<Record<string, string>> = {
  call: 'call-back',
  help: 'communication-help',
  inspection: 'file-inspection',
}

/** Day until which a clerk should have seen to an errand. */
export function errandDueOn(kind: string, rules: DeadlineRules, today: string): string {
  const rule =
    ruleInForce(rules.deadlines, ERRAND_RULES[kind] ?? ERRAND_DAYS.rule, today) ??
    ruleInForce(rules.deadlines, ERRAND_DAYS.rule, today)
  return rule === undefined ? addDays(today, ERRAND_DAYS.days) : countDeadline(today, rule, rules.holidays).endsOn
}
