import type { Content } from './content/snapshot.ts'
import type { LettersCtx } from './context-letters.ts'
import { dayInBerlin } from './lib/clock.ts'
import { type DeliveryRule, ruleInForce } from './lib/deadlines.ts'
import type { LawUsed, NoticeCase } from './notices/ctx.ts'
import { fillWord } from './notices/render.ts'
import type { NoticeTemplate } from './notices/template.ts'
import { feeFor } from './payments/service.ts'
import { readAnswers } from './submissions/service-copy.ts'

/** Days by which amounts of a case are judged. */
export type CaseDays = { readonly receivedOn: string; readonly decidedOn: string }
type FeeRow = Content['fees']['fees'][number]

/** Versions of amounts on the days of a case: each fee by its own `judgedOn`; an event that no rule names is the receipt. */
export function feesOn(content: Content, days: CaseDays): ReadonlyMap<string, FeeRow> {
  const rows = [...new Set(content.fees.fees.map((fee) => fee.id))].flatMap((id) => feeOn(content, id, days) ?? [])
  return new Map(rows.map((row) => [row.id, row]))
}

function feeOn(content: Content, id: string, { receivedOn, decidedOn }: CaseDays): FeeRow | undefined {
  const isDecided = content.fees.fees.find((fee) => fee.id === id)?.judgedOn === 'decided'
  return ruleInForce(content.fees.fees, id, isDecided ? decidedOn : receivedOn)
}

/**
 * Rows of the law that a decision rests on: what the application costs, amounts that its notice may name, the period for
 * an objection, and the norm that allows it without a clerk.
 */
export async function lawUsed(ctx: LettersCtx, kase: NoticeCase, on: string): Promise<readonly LawUsed[]> {
  const { vorgang, content } = kase
  const days = { receivedOn: dayInBerlin(vorgang.openedAtMs), decidedOn: on }
  const service = content.services.get(vorgang.serviceSlug)
  const charged = feeFor(
    ctx.feeRules(content, vorgang.serviceSlug, vorgang.lang),
    (await readAnswers(ctx, vorgang.id)) ?? {},
    days,
  )
  const fees = charged.ok ? charged.fee.versions : []
  const named = (service?.fees ?? []).filter((id) => !fees.some((fee) => fee.id === id))
  const amounts = [...fees, ...named.flatMap((id) => feeOn(content, id, days) ?? [])]
  const objection = ruleInForce(content.deadlines.deadlines, 'objection', on)
  const automatic = service?.automatic
  return [
    ...amounts.map((fee) => used('fees', fee, days.receivedOn)),
    ...(objection === undefined ? [] : [used('deadlines', objection, on)]),
    ...(automatic === undefined ? [] : [used('automatic', { ...automatic, id: vorgang.serviceSlug }, on)]),
  ]
}

const used = (
  table: string,
  { id, validFrom, source }: { readonly id: string; readonly validFrom: string; readonly source: string },
  judgedOn: string,
): LawUsed => ({ table, id, validFrom, source, judgedOn })

/** A template that says how the notice reaches the person, behind what it says itself. */
export function withDelivery(template: NoticeTemplate, rule: DeliveryRule, words: Readonly<Record<string, unknown>>) {
  const text = fillWord(String(words[`delivery-${rule.countsFrom}`] ?? ''), {
    tage: String(rule.days),
    frist: String(rule.retrieveWithinDays ?? ''),
    norm: rule.source,
  })
  const sentence = { kind: 'paragraph', text, when: null } as const
  return text === '' ? template : { ...template, information: [...template.information, sentence] }
}
