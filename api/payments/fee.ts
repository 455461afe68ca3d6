import type { Answers } from '../forms/answers.ts'
import { evaluate, type Rule } from '../lib/feel.ts'
import type { FeeItemRules, FeeRules } from './fee-rules.ts'

/** Most that one application may cost: what the payment interface can carry. */
export const FEE_CENTS_MAX = 99_999_900
/** Square metres of a market over a year; more is a mistake. */
const COUNT_MAX = 1_000_000

/** Days by which fees are judged; what is not known yet is judged on the day of receipt and may change. */
export type FeeDates = { readonly receivedOn: string; readonly decidedOn?: string }
export type FeeItem = {
  readonly feeId: string
  readonly label: string
  /** How often it is owed; may have decimals where it is counted exactly. */
  readonly count: number
  readonly unitCents: number
  readonly totalCents: number
  /** The total is the least or the most that is owed of it, not what was counted. */
  readonly bound?: 'least' | 'most'
}
/** The version of an amount that was used, and where it stands in law. */
export type FeeVersionUsed = {
  readonly id: string
  readonly validFrom: string
  readonly source: string
  readonly isDemo: boolean
}
export type Fee = {
  readonly items: readonly FeeItem[]
  readonly totalCents: number
  readonly versions: readonly FeeVersionUsed[]
  readonly isFree: boolean
  /** Why nothing is to be paid; null where something is. */
  readonly reason: 'no-fee' | 'nothing-owed' | null
  /** The person asks for freedom of charge: a clerk decides before anything is paid. */
  readonly isExemptionClaimed: boolean
  /** Judged at the decision, which is not made yet. */
  readonly isEstimate: boolean
}
export type FeeResult =
  | { readonly ok: true; readonly fee: Fee }
  /** `at`: the fee that cannot be told, never an answer. */
  | { readonly ok: false; readonly reason: 'no-version' | 'unclear' | 'too-much'; readonly at: string }

/**
 * Computes what an application costs, in whole cents, from the city's table alone: no amount comes from an answer. Pure.
 * Each item is judged by the version in force on the day its `judgedOn` names. A rule's fraction of a cent is rounded half
 * up, and so is one of a count with decimals. A condition whose answer is missing does not hold; a count or amount that cannot be told makes the whole unclear.
 * Items that are owed `otherwise` follow another as the rows of a table do: the first whose condition holds counts.
 */
export function feeFor(rules: FeeRules, answers: Answers, dates: FeeDates): FeeResult {
  const values = { ...answers, heute: dates.receivedOn }
  const items: FeeItem[] = []
  const versions = new Map<string, FeeVersionUsed>()
  let isEstimate = false
  for (const item of owedItems(rules, values)) {
    const told = itemFor(item, values, dates)
    if (!('item' in told)) {
      return { ok: false, reason: told.reason, at: item.feeId }
    }
    isEstimate ||= told.isEstimate
    if (told.item.count > 0) {
      items.push(told.item)
      versions.set(told.version.id, told.version)
    }
  }
  const totalCents = items.reduce((sum, item) => sum + item.totalCents, 0)
  if (totalCents > FEE_CENTS_MAX) {
    return { ok: false, reason: 'too-much', at: items[0]?.feeId ?? '' }
  }
  const fee: Fee = {
    items,
    totalCents,
    versions: [...versions.values()],
    isFree: totalCents === 0,
    reason: totalCents > 0 ? null : rules.items.length === 0 ? 'no-fee' : 'nothing-owed',
    isExemptionClaimed: totalCents > 0 && rules.exemption !== null && isTrue(rules.exemption.when, values),
    isEstimate,
  }
  return { ok: true, fee }
}

/** Of each item that stands for itself and those that follow it `otherwise`, the first whose condition holds. */
function owedItems({ items }: FeeRules, values: Values): readonly FeeItemRules[] {
  let isOwed = false
  return items.filter((item) => {
    isOwed &&= item.otherwise
    const isNow = !isOwed && (item.when === null || isTrue(item.when, values))
    isOwed ||= isNow
    return isNow
  })
}

type Values = Readonly<Record<string, unknown>>
type FeeVersion = FeeItemRules['versions'][number]['version']
type ItemResult =
  | { readonly item: FeeItem; readonly version: FeeVersionUsed; readonly isEstimate: boolean }
  | { readonly reason: 'no-version' | 'unclear' | 'too-much' }

function itemFor(item: FeeItemRules, values: Values, dates: FeeDates): ItemResult {
  const judged = judgedOn(item, values, dates)
  if (judged === null) {
    return { reason: 'unclear' }
  }
  const found = item.versions.find(({ version }) => isInForce(version, judged))
  if (found === undefined) {
    return { reason: 'no-version' }
  }
  const count = item.count === null ? 1 : numberOf(item.count, values)
  const unitCents = amountOf(item, found, values)
  if (count === null || count < 0 || unitCents === null || unitCents < 0) {
    return { reason: 'unclear' }
  }
  // What binary fractions add far behind the point must not move a half cent.
  const countedCents = Math.round(Number((count * unitCents).toFixed(6)))
  if (count > COUNT_MAX || !Number.isSafeInteger(countedCents)) {
    return { reason: 'too-much' }
  }
  const { id, validFrom, source, isDemo, name } = found.version
  return {
    item: {
      feeId: id,
      label: name.de,
      count: Number(count.toFixed(6)),
      unitCents,
      ...bounded(found.version, countedCents),
    },
    version: { id, validFrom, source, isDemo },
    isEstimate: found.version.judgedOn === 'decided' && dates.decidedOn === undefined,
  }
}

function bounded({ leastCents, mostCents }: FeeVersion, countedCents: number): Pick<FeeItem, 'totalCents' | 'bound'> {
  if (leastCents !== undefined && countedCents < leastCents) {
    return { totalCents: leastCents, bound: 'least' }
  }
  const isOver = mostCents !== undefined && countedCents > mostCents
  return isOver ? { totalCents: mostCents, bound: 'most' } : { totalCents: countedCents }
}

/** The day by which an item is judged; null where an answer that names it is missing. */
function judgedOn(item: FeeItemRules, values: Values, { receivedOn, decidedOn }: FeeDates): string | null {
  switch (item.versions[0]?.version.judgedOn) {
    case 'event': {
      const result = item.eventOn === null ? null : evaluate(item.eventOn, values)
      return result?.ok === true && typeof result.value === 'string' ? result.value : null
    }
    case 'decided':
      return decidedOn ?? receivedOn
    default:
      return receivedOn
  }
}

function amountOf(item: FeeItemRules, found: FeeItemRules['versions'][number], values: Values): number | null {
  if (found.rule === null) {
    return found.version.amountCents ?? null
  }
  const given = [...item.inputs].map(([name, rule]) => {
    const result = evaluate(rule, values)
    return [name, result.ok ? result.value : null] as const
  })
  const cents = numberOf(found.rule, { ...Object.fromEntries(given), tabelle: found.version.table })
  // What binary fractions add far behind the point must not move a half cent.
  return cents === null ? null : Math.round(Number(cents.toFixed(6)))
}

function numberOf(rule: Rule, values: Values): number | null {
  const result = evaluate(rule, values)
  return result.ok && typeof result.value === 'number' ? result.value : null
}

function isTrue(rule: Rule, values: Values): boolean {
  const result = evaluate(rule, values)
  return result.ok && result.value === true
}

const isInForce = (rule: { validFrom: string; validTo?: string }, on: string): boolean =>
  rule.validFrom <= on && (rule.validTo === undefined || on <= rule.validTo)
