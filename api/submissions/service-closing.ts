import { join, type Plan } from '../../db/batch.ts'
import type { Content } from '../content/snapshot.ts'
import { planCloseEakte, planJournal } from '../eakten/plan.ts'
import { type Eakte, readVorgaenge } from '../eakten/service.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { ruleInForce } from '../lib/deadlines.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** Closes an eAkte and sets how long it is kept; not while another of its Vorgänge is open. */
export async function prepareClose(
  ctx: SubmissionsCtx,
  { eakte, content, vorgang }: { readonly eakte: Eakte; readonly content: Content; readonly vorgang: { id: string } },
): Promise<Plan> {
  const others = (await readVorgaenge(ctx, eakte.id)).filter(
    ({ id, closedAtMs }) => id !== vorgang.id && closedAtMs === null,
  )
  if (eakte.state !== 'open' || others.length > 0) {
    return {}
  }
  const nowMs = ctx.now()
  const until = retainUntil(content, eakte.retentionRule, dayInBerlin(nowMs))
  const body = { rule: eakte.retentionRule, until }
  return join(
    planCloseEakte(eakte.id, until, nowMs),
    planJournal(eakte.id, 'eakte-closed', nowMs, 'system:process', body),
  )
}

/** Day until which an eAkte is kept: years of the rule in force, from closing or from the end of that year. */
function retainUntil(content: Content, ruleId: string, closedOn: string): string {
  const rule = ruleInForce(content.retention.rules, ruleId, closedOn)
  const years = rule?.years ?? 10
  const year = Number(closedOn.slice(0, 4)) + years
  return rule?.from === 'closing' ? `${year}${closedOn.slice(4)}`.replace(/-02-29$/, '-03-01') : `${year}-12-31`
}
