import { withLaw } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import { can } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { ruleInForce } from '../lib/deadlines.ts'
import { readNotices } from '../notices/service.ts'
import { foreseeDelivery } from '../notices/service-delivery.ts'
import { feeFor } from '../payments/service.ts'
import { readRunning } from '../postboxes/service.ts'
import { type Case, readCase } from '../workflow/service.ts'
import type { LawCtx } from './law-ctx.ts'
import { type LawRow, type LawTable, versionsOf } from './law-rows.ts'
import { serviceName, servicesUsing } from './law-uses.ts'
import { contentWithRow } from './service-law.ts'

/** Why a case would differ, or would not. */
export type ReplayReason =
  | 'fee-later'
  | 'fee-before'
  | 'deadline-later'
  | 'deadline-begun'
  | 'delivery-later'
  | 'delivery-other'
  | 'notified'
  | 'closes-later'
  | 'retention-other'
  | 'unclear'
/** A figure of a case: cents, days, or a period; null where it cannot be told. */
export type Figure = { readonly kind: 'cents' | 'days' | 'years'; readonly value: number } | { readonly kind: 'period'; readonly count: number; readonly unit: string } | null // biome-ignore format: one type
export type ReplayGroup = {
  readonly service: string
  readonly before: Figure
  readonly after: Figure
  readonly reason: ReplayReason
  readonly isDifferent: boolean
  readonly count: number
}
export type Replay = {
  /** Open cases of the services concerned, and how many of them were looked at. */
  readonly open: number
  readonly looked: number
  readonly different: number
  readonly groups: readonly ReplayGroup[]
  /** Those that differ and that whoever asks may open. */
  readonly cases: readonly {
    readonly vorgangId: string
    readonly reference: string
    readonly service: string
    readonly before: Figure
    readonly after: Figure
  }[]
}

const LOOKED_MAX = 300

/** Open cases of some services, counted; no more of them is read than their ids. */
export async function countOpen(ctx: LawCtx, slugs: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const counts = await Promise.all(slugs.map(async (slug) => [slug, (await openOf(ctx, slug)).length] as const))
  return new Map(counts)
}

const openOf = (ctx: LawCtx, slug: string): Promise<readonly string[]> =>
  readRunning(ctx.db, slug, [...ctx.content.live().content.postboxes.keys()])

/**
 * Judges open cases twice, as if each went on the day the new version begins (or today): by the tables as they are, and with
 * that version. Counts what differs, and lists it to those who may open the case. At most 300 cases are looked at.
 */
export async function replay(ctx: LawCtx, actor: Actor, table: LawTable, row: LawRow): Promise<Replay> {
  const live = ctx.content.live().content
  const after = contentWithRow(live, table, row)
  const before = withoutRow(live, table, row)
  const today = dayInBerlin(ctx.now())
  const on = later(row.validFrom, today)
  const slugs = servicesUsing(live, table, row.id)
  const open = (await Promise.all(slugs.map((slug) => openOf(ctx, slug)))).flat()
  const found: Judged[] = []
  for (const id of open.slice(0, LOOKED_MAX)) {
    found.push(await judge(ctx, await readCase(ctx, id), { table, row, before, after, on }))
  }
  const groups = new Map<string, ReplayGroup>()
  for (const { kase, ...judged } of found) {
    const service = serviceName(live, kase.vorgang.serviceSlug)
    const key = JSON.stringify([service, judged])
    groups.set(key, { service, ...judged, count: (groups.get(key)?.count ?? 0) + 1 })
  }
  const different = found.filter(({ isDifferent }) => isDifferent)
  return {
    open: open.length,
    looked: found.length,
    different: different.length,
    groups: [...groups.values()].toSorted((a, b) => Number(b.isDifferent) - Number(a.isDifferent) || b.count - a.count),
    cases: different
      .filter(({ kase }) => can(actor, 'vorgang.read', { postboxes: kase.postboxes }))
      .map(({ kase, before: was, after: is }) => ({
        vorgangId: kase.vorgang.id,
        reference: kase.vorgang.reference,
        service: serviceName(live, kase.vorgang.serviceSlug),
        before: was,
        after: is,
      })),
  }
}

/** The tables as they were before a version that is part of them already. */
function withoutRow(live: Content, table: LawTable, row: LawRow): Content {
  const previous = versionsOf(live, table, row.id).find((other) => other.validFrom < row.validFrom)
  const isThere = versionsOf(live, table, row.id).some((other) => other.validFrom === row.validFrom)
  if (!isThere || previous === undefined) {
    return live
  }
  return contentWithRow(live, table, { ...previous, validFrom: row.validFrom, validTo: row.validTo })
}

/** The later of two ISO dates. */
const later = (one: string, other: string): string => [one, other].toSorted().at(-1) ?? one

type Judged = {
  readonly kase: Case
  readonly before: Figure
  readonly after: Figure
  readonly reason: ReplayReason
  readonly isDifferent: boolean
}
type Trial = {
  readonly table: LawTable
  readonly row: LawRow
  readonly before: Content
  readonly after: Content
  readonly on: string
}

async function judge(ctx: LawCtx, kase: Case, trial: Trial): Promise<Judged> {
  const own = await ctx.content.at(kase.vorgang.contentRevisionId)
  const [was, is] = await Promise.all(
    [trial.before, trial.after].map((law) => figureOf(ctx, { ...kase, content: withLaw(own, law) }, trial)),
  )
  const before = was?.figure ?? null
  const after = is?.figure ?? null
  const isDifferent = JSON.stringify(before) !== JSON.stringify(after)
  const reason =
    before === null || after === null ? 'unclear' : isDifferent ? REASONS[trial.table] : (is?.same ?? 'unclear')
  return { kase, before, after, reason, isDifferent }
}

const REASONS: Readonly<Record<LawTable, ReplayReason>> = {
  fees: 'fee-later',
  deadlines: 'deadline-later',
  deliveries: 'delivery-later',
  retention: 'closes-later',
}

/** A figure, and why it stays where it does not change. */
type Told = { readonly figure: Figure; readonly same: ReplayReason }

async function figureOf(ctx: LawCtx, kase: Case, { table, row, on }: Trial): Promise<Told> {
  switch (table) {
    case 'fees':
      return { figure: await feeOf(ctx, kase, row.id, on), same: 'fee-before' }
    case 'deadlines':
      return deadlineOf(kase, row.id, on)
    case 'deliveries':
      return await deliveryOf(ctx, kase, row.id, on)
    case 'retention': {
      const isOther = kase.eakte.retentionRule !== row.id
      const rule = ruleInForce(kase.content.retention.rules, kase.eakte.retentionRule, on)
      return { figure: { kind: 'years', value: rule?.years ?? 0 }, same: isOther ? 'retention-other' : 'closes-later' }
    }
  }
}

/** What the application is charged where it is charged by this fee; else the amount that its notice names. */
async function feeOf(ctx: LawCtx, { vorgang, content }: Case, id: string, on: string): Promise<Figure> {
  const receivedOn = dayInBerlin(vorgang.openedAtMs)
  const rules = ctx.feeRules(content, vorgang.serviceSlug, vorgang.lang)
  if (rules.items.some(({ feeId }) => feeId === id)) {
    const charged = feeFor(rules, (await ctx.answersOf(vorgang.id)) ?? {}, { receivedOn, decidedOn: on })
    return charged.ok ? { kind: 'cents', value: charged.fee.totalCents } : null
  }
  const isDecided = content.fees.fees.find((fee) => fee.id === id)?.judgedOn === 'decided'
  const cents = ruleInForce(content.fees.fees, id, isDecided ? on : receivedOn)?.amountCents
  return cents === undefined ? null : { kind: 'cents', value: cents }
}

function deadlineOf({ content, definition, openTasks }: Case, id: string, on: string): Told {
  const nodes = openTasks.map((task) => definition.nodes.get(task.node))
  const isBegun = nodes.some((node) => JSON.stringify(node ?? null).includes(`"id":"${id}"`))
  // What began keeps the version that it began under, one that was there before.
  const begunOn = versionsOf(content, 'deadlines', id).at(-1)?.validFrom ?? on
  const rule = ruleInForce(content.deadlines.deadlines, id, isBegun ? begunOn : on)
  return {
    figure: rule === undefined ? null : { kind: 'period', count: rule.count, unit: rule.unit },
    same: isBegun ? 'deadline-begun' : 'deadline-later',
  }
}

async function deliveryOf(ctx: LawCtx, kase: Case, id: string, on: string): Promise<Told> {
  const notices = await readNotices(ctx, kase)
  const isNotified = notices.length > 0 && notices.every(({ delivery }) => delivery?.rule != null)
  const rule = isNotified ? null : (await foreseeDelivery(ctx, kase, on)).rule
  if (rule === null || rule.id !== id) {
    return { figure: { kind: 'days', value: 0 }, same: isNotified ? 'notified' : 'delivery-other' }
  }
  return { figure: { kind: 'days', value: rule.days }, same: 'delivery-later' }
}
