import * as v from 'valibot'
import type { Plan, Statement } from '../../db/batch.ts'
import { readEvidence } from '../identity/service-evidence.ts'
import { planJob } from '../jobs/plan.ts'
import { dayInBerlin } from '../lib/clock.ts'
import {
  addDays,
  type DeadlineRules,
  type DeliveryRule,
  DeliveryRuleSchema,
  endOfDay,
  ruleInForce,
} from '../lib/deadlines.ts'
import type { NoticeCase, NoticesCtx } from './ctx.ts'
import { noticeLine } from './decision-content.ts'
import { chooseRegime, type DeliveryState, deliveryState, objectionEndsOn, regimeMissing } from './delivery.ts'
import type { NoticeRow } from './store.ts'
import { findFirstRetrieval } from './store.ts'
import {
  type DeliveryRow,
  dispatchDelivery,
  fetchDelivery,
  findChoice,
  findLatestDelivery,
  insertDelivery,
  listDeliveries,
} from './store-deliveries.ts'

/** How a notice was brought to its person, and since when it counts as notified. */
export type DeliveryView = {
  readonly id: string
  readonly noticeId: string
  /** Id of the delivery in content/deadlines.yaml, and what it counts from. */
  readonly regime: string
  readonly countsFrom: DeliveryRule['countsFrom']
  /** The law, and since when its row holds; null until a letter was posted. */
  readonly rule: { readonly source: string; readonly validFrom: string; readonly days: number } | null
  /** Which rule chose this way. */
  readonly chosenBy: string
  readonly chosenSource: string
  readonly providedOn: string
  readonly state: DeliveryState
  /** Last day for an objection; null where the time has not begun. */
  readonly objectionEndsOn: string | null
}

/** The way by which the next notice of a case reaches its person, by the rules in force on a day. */
export async function foreseeDelivery(ctx: NoticesCtx, kase: NoticeCase, on: string) {
  // Who objects is who applied, and gets the answer as they get the notice.
  const about = kase.vorgang.aboutVorgangId ?? kase.vorgang.id
  const [choice, evidence] = await Promise.all([findChoice(ctx.db, about), readEvidence(ctx, about)])
  const hasAccount = [...evidence.values()].some(({ account }) => account !== null)
  const service = kase.content.services.get(kase.vorgang.serviceSlug)
  const facts = {
    hasAccount,
    isAgreed: choice === 'online' || (hasAccount && choice !== 'post'),
    procedureLaw: service?.procedureLaw ?? 'vwvfg',
  }
  return chooseRegime(kase.content.deadlines, facts, on)
}

/** Brings a new notice on its way: by post where nothing else is agreed. A job looks after what waits. */
export async function prepareDelivery(ctx: NoticesCtx, kase: NoticeCase, noticeId: string): Promise<Plan> {
  const atMs = ctx.now()
  const chosen = await foreseeDelivery(ctx, kase, dayInBerlin(atMs))
  return planBegin(ctx, kase, noticeId, { ...chosen, atMs })
}

/** Brings a notice that nobody fetched in time on its way by post. */
export function prepareNextDelivery(ctx: NoticesCtx, kase: NoticeCase, noticeId: string): Plan {
  const atMs = ctx.now()
  const facts = { hasAccount: false, isAgreed: false, procedureLaw: 'vwvfg' } as const
  const chosen = chooseRegime(kase.content.deadlines, facts, dayInBerlin(atMs))
  return planBegin(ctx, kase, noticeId, { ...chosen, atMs })
}

type Beginning = ReturnType<typeof chooseRegime> & { readonly atMs: number }

function planBegin(ctx: NoticesCtx, kase: NoticeCase, noticeId: string, { regime, rule, atMs }: Beginning): Plan {
  const id = ctx.newId()
  const isLetter = rule.countsFrom === 'dispatch' || rule.countsFrom === 'handover'
  const on = dayInBerlin(atMs)
  const facts = { rule, providedAtMs: atMs, dispatchedAtMs: null, retrievedAtMs: null }
  const state = isLetter ? null : deliveryState(facts, kase.content.deadlines, on)
  const within = rule.countsFrom === 'retrieval' ? rule.retrieveWithinDays : undefined
  const looked = within === undefined ? atMs : endOfDay(addDays(on, within))
  const chosenBy = `${regime.id}@${regime.validFrom}`
  return {
    statements: [
      insertDelivery({
        id,
        noticeId,
        vorgangId: kase.vorgang.id,
        regime: rule.id,
        chosenBy,
        chosenSource: regime.source,
        rule: isLetter ? null : JSON.stringify(rule),
        providedAtMs: atMs,
        notifiedOn: state?.kind === 'notified' ? state.on : null,
      }),
      ...(isLetter || within !== undefined ? (lookLater(kase, noticeId, id, looked).statements ?? []) : []),
    ],
    journal: [
      noticeLine(
        kase,
        { type: 'notice-on-its-way', atMs, actor: 'system:process' },
        { notice: noticeId, regime: rule.id, chosenBy, rule: isLetter ? '' : `${rule.id}@${rule.validFrom}` },
      ),
    ],
  }
}

const lookLater = (kase: NoticeCase, noticeId: string, deliveryId: string, dueAtMs: number): Plan =>
  planJob({ kind: 'notice-delivery', key: deliveryId, payload: { vorgangId: kase.vorgang.id, noticeId }, dueAtMs })

/** What is to be seen to for a notice now: a letter to post, or nothing. */
export async function deliveryNeeds(
  ctx: NoticesCtx,
  kase: NoticeCase,
  noticeId: string,
): Promise<'post' | 'next' | null> {
  const row = await findLatestDelivery(ctx.db, noticeId)
  if (row === undefined) {
    return null
  }
  const state = await stateOf(ctx, row, kase.content.deadlines)
  const isLetter = state.kind === 'waiting' && state.for === 'dispatch'
  return isLetter ? 'post' : state.kind === 'failed' ? 'next' : null
}

/** Records that every letter of a Vorgang that waits for the post was posted today. */
export async function prepareDispatch(ctx: NoticesCtx, kase: NoticeCase, by: string): Promise<Plan> {
  const atMs = ctx.now()
  const on = dayInBerlin(atMs)
  const rules = kase.content.deadlines
  const waiting = (await latestOf(ctx, kase.vorgang.id)).filter((row) => row.rule === null)
  const posted = waiting.map((row) => {
    const rule = ruleInForce(rules.deliveries, row.regime, on)
    const state =
      rule === undefined
        ? null
        : deliveryState({ rule, providedAtMs: atMs, dispatchedAtMs: atMs, retrievedAtMs: null }, rules, on)
    if (rule === undefined || state?.kind !== 'notified') {
      throw regimeMissing(`delivery ${row.regime} on ${on}`)
    }
    return { row, rule, notifiedOn: state.on }
  })
  return {
    guards: posted.map(({ row, rule, notifiedOn }) =>
      dispatchDelivery(row.id, { rule: JSON.stringify(rule), by, atMs, notifiedOn }),
    ),
    journal: posted.map(({ row, rule, notifiedOn }) =>
      noticeLine(
        kase,
        { type: 'notice-dispatched', atMs, actor: by },
        { notice: row.noticeId, rule: `${rule.id}@${rule.validFrom}`, notifiedOn },
      ),
    ),
  }
}

/** What is written besides when a person opens a notice: the day that it counts as notified by that. */
export async function planFetched(
  ctx: NoticesCtx,
  notice: NoticeRow,
  rules: DeadlineRules,
): Promise<readonly Statement[]> {
  const row = await findLatestDelivery(ctx.db, notice.id)
  const rule = row === undefined ? null : ruleOf(row)
  if (row === undefined || rule?.countsFrom !== 'retrieval') {
    return []
  }
  const facts = { rule, providedAtMs: row.providedAtMs, dispatchedAtMs: null, retrievedAtMs: ctx.now() }
  const state = deliveryState(facts, rules, dayInBerlin(ctx.now()))
  return state.kind === 'notified' ? [fetchDelivery(row.id, state.on)] : []
}

/** Reads the delivery that counts of each notice of a case, by notice. The caller has checked who asks. */
export async function readDeliveries(
  ctx: NoticesCtx,
  kase: Pick<NoticeCase, 'vorgang' | 'content'>,
): Promise<ReadonlyMap<string, DeliveryView>> {
  const rules = kase.content.deadlines
  const views = (await latestOf(ctx, kase.vorgang.id)).map(async (row) => {
    const state = await stateOf(ctx, row, rules)
    const rule = ruleOf(row)
    return {
      id: row.id,
      noticeId: row.noticeId,
      regime: row.regime,
      countsFrom: rule?.countsFrom ?? ('dispatch' as const),
      rule: rule === null ? null : { source: rule.source, validFrom: rule.validFrom, days: rule.days },
      chosenBy: row.chosenBy,
      chosenSource: row.chosenSource,
      providedOn: dayInBerlin(row.providedAtMs),
      state,
      objectionEndsOn: state.kind === 'notified' ? objectionEndsOn(state.on, rules) : null,
    }
  })
  return new Map((await Promise.all(views)).map((view) => [view.noticeId, view]))
}

async function latestOf(ctx: NoticesCtx, vorgangId: string): Promise<readonly DeliveryRow[]> {
  const rows = await listDeliveries(ctx.db, vorgangId)
  return [...new Map(rows.map((row) => [row.noticeId, row])).values()]
}

async function stateOf(ctx: NoticesCtx, row: DeliveryRow, rules: DeadlineRules): Promise<DeliveryState> {
  const facts = {
    rule: ruleOf(row),
    providedAtMs: row.providedAtMs,
    dispatchedAtMs: row.dispatchedAtMs,
    retrievedAtMs: await findFirstRetrieval(ctx.db, row.noticeId),
  }
  return deliveryState(facts, rules, dayInBerlin(ctx.now()))
}

const ruleOf = ({ rule }: DeliveryRow): DeliveryRule | null =>
  rule === null ? null : v.parse(DeliveryRuleSchema, JSON.parse(rule))
