import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import type { IdentityCtx } from '../identity/identity.ts'
import { can } from '../identity/permissions.ts'
import { staffName } from '../identity/service.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays, type Deadline, daysBetween, extendDeadline, pauseDeadline } from '../lib/deadlines.ts'
import { problemType } from '../lib/problem.ts'
import { planMoveItem } from '../postboxes/plan.ts'
import { type Case, itemOfTask, readCase, vorgangMissing } from './case.ts'
import type { WorkflowCtx } from './ctx.ts'
import { findTask } from './store.ts'
import {
  type CaseDeadlineRow,
  type DeadlineChangeRow,
  findCaseDeadline,
  insertDeadlineChange,
  listCaseDeadlines,
  listDeadlineChanges,
  moveCaseDeadline,
} from './store-deadlines.ts'

export const deadlineMissing = problemType('workflow/deadline-missing', 404)
export const noDeadline = problemType('workflow/no-deadline', 409)
export const deadlineRefused = problemType('workflow/deadline-refused', 422)
export const deadlineChanged = problemType('workflow/deadline-changed', 409)

const TRIES_MAX = 5
const REASON_MAX = 1000
const PAUSE_DAYS_MAX = 366
const UNITS = ['day', 'week', 'month'] as const

/** A deadline of an open task, said in words by the page. */
export type CaseDeadlineView = {
  readonly taskId: string
  /** Id of the rule of content/deadlines.yaml, or `processing`: the service's own time. */
  readonly rule: string
  readonly validFrom: string | null
  readonly source: string | null
  readonly begunOn: string
  readonly period: Deadline['period']
  readonly countedTo: string
  readonly skipped: Deadline['skipped']
  readonly endsOn: string
  /** Days until its end; negative when it is over. */
  readonly daysLeft: number
  readonly isOver: boolean
  readonly changes: readonly {
    readonly kind: DeadlineChangeRow['kind']
    readonly fromOn: string
    readonly untilOn: string | null
    readonly period: { readonly count: number; readonly unit: string } | null
    readonly endsOn: string
    readonly reason: string
    readonly by: string
    readonly atMs: number
  }[]
}
export type DeadlineInput = {
  readonly vorgangId: string
  readonly taskId: string
  readonly reason: string
} & (
  | { readonly kind: 'extended'; readonly count: string; readonly unit: string }
  | { readonly kind: 'paused'; readonly untilOn: string }
)

/**
 * Lengthens the deadline of an open task, or stops it until a day, with a reason: the item in the postbox moves with it, and
 * so does the day that the person reads. What the process does by a timer of its own stays as it is.
 * Throws 404 to other teams, 422 without a reason or with a time that is none, 409 where the task is done or has no deadline of a rule, or it was changed meanwhile.
 */
export async function changeDeadline(
  ctx: WorkflowCtx,
  actor: Actor,
  input: DeadlineInput,
): Promise<{ readonly vorgangId: string }> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const kase = await readCase(ctx, input.vorgangId)
    if (!can(actor, 'deadline.change', { postboxes: kase.postboxes })) {
      throw vorgangMissing(`vorgang ${input.vorgangId}`)
    }
    const task = await findTask(ctx.db, input.taskId)
    const item = itemOfTask(kase, input.taskId) ?? kase.item
    const isOwn = can(actor, 'deadline.change', { postboxes: [item.postbox] })
    if (task === undefined || task.vorgangId !== kase.vorgang.id || !isOwn) {
      throw deadlineMissing(`task ${input.taskId}`)
    }
    const row = await findCaseDeadline(ctx.db, input.taskId)
    if (row === undefined || task.state !== 'open') {
      throw noDeadline(`task ${input.taskId}`)
    }
    const changed = recount(ctx, kase, row, input)
    const plan = join(
      { guards: [moveCaseDeadline(row, changed)] },
      planMoveItem(item, { dueOn: changed.endsOn }),
      await planChange(ctx, kase, { row, input, changed, by: actorId(actor) }),
    )
    if ((await ctx.write(plan)).ok) {
      return { vorgangId: input.vorgangId }
    }
  }
  throw deadlineChanged(`task ${input.taskId}`)
}

type Changed = Pick<CaseDeadlineRow, 'counted' | 'endsOn'> & Pick<DeadlineChangeRow, 'fromOn' | 'untilOn' | 'period'>

function recount(ctx: WorkflowCtx, kase: Case, row: CaseDeadlineRow, input: DeadlineInput): Changed {
  const before = countedOf(row)
  const { holidays } = kase.content.deadlines
  const today = dayInBerlin(ctx.now())
  const reason = input.reason.trim()
  const wrong = reason === '' || reason.length > REASON_MAX ? [{ pointer: '/reason', type: 'deadline-reason' }] : []
  if (input.kind === 'paused') {
    const day = v.safeParse(v.pipe(v.string(), v.isoDate()), input.untilOn)
    const isWrong = !day.success || day.output < today || day.output > addDays(today, PAUSE_DAYS_MAX)
    if (isWrong || before.endsOn < today || wrong.length > 0) {
      throw deadlineRefused('pause', {
        errors: [
          ...wrong,
          ...(isWrong || before.endsOn < today ? [{ pointer: '/untilOn', type: 'deadline-until' }] : []),
        ],
      })
    }
    const next = pauseDeadline(before, { fromOn: today, toOn: day.output }, holidays)
    return { counted: JSON.stringify(next), endsOn: next.endsOn, fromOn: today, untilOn: day.output, period: null }
  }
  const count = /^\d{1,3}$/.test(input.count.trim()) ? Number(input.count) : 0
  const unit = UNITS.find((one) => one === input.unit)
  if (count < 1 || count > 366 || unit === undefined || wrong.length > 0) {
    const isWrong = count < 1 || count > 366 || unit === undefined
    throw deadlineRefused('extension', {
      errors: [...wrong, ...(isWrong ? [{ pointer: '/count', type: 'deadline-count' }] : [])],
    })
  }
  const next = extendDeadline(before, { count, unit, rollsForward: before.period.rollsForward }, holidays)
  const period = JSON.stringify({ count, unit })
  return {
    counted: JSON.stringify({ ...next, period: before.period }),
    endsOn: next.endsOn,
    fromOn: today,
    untilOn: null,
    period,
  }
}

type Changing = {
  readonly row: CaseDeadlineRow
  readonly input: DeadlineInput
  readonly changed: Changed
  readonly by: string
}

async function planChange(ctx: WorkflowCtx, kase: Case, { row, input, changed, by }: Changing): Promise<Plan> {
  const id = ctx.newId()
  const { keyId, eakteId, id: vorgang } = kase.vorgang
  const spot = spotOf(id)
  const atMs = ctx.now()
  const { fromOn, untilOn, period, endsOn } = changed
  return {
    statements: [
      insertDeadlineChange({
        id,
        taskId: row.taskId,
        kind: input.kind,
        fromOn,
        untilOn,
        period,
        endsOn,
        keyId,
        reasonSealed: await ctx.keyring.seal(keyId, spot, input.reason.normalize('NFC').trim()),
        changedBy: by,
        changedAtMs: atMs,
      }),
    ],
    journal: [
      {
        eakteId,
        type: `deadline-${input.kind}`,
        atMs,
        actor: by,
        body: { vorgang, task: row.taskId, rule: row.rule, endsOn },
      },
    ],
  }
}

const spotOf = (id: string) => ({ table: 'case_deadline_changes', row: id, column: 'reason' })
const countedOf = ({ counted }: CaseDeadlineRow): Deadline => JSON.parse(counted) as Deadline

/** Reads the deadlines of the tasks that are open. The caller has checked who asks. */
export async function readCaseDeadlines(
  ctx: WorkflowCtx & IdentityCtx,
  kase: Case,
): Promise<readonly CaseDeadlineView[]> {
  const open = new Set(kase.openTasks.map(({ id }) => id))
  const rows = (await listCaseDeadlines(ctx.db, kase.vorgang.id)).filter(({ taskId }) => open.has(taskId))
  const changes = rows.length === 0 ? [] : await listDeadlineChanges(ctx.db, rows.map(({ taskId }) => taskId)) // biome-ignore format: one thought
  const today = dayInBerlin(ctx.now())
  return await Promise.all(
    rows.map(async (row) => {
      const { begunOn, period, countedTo, skipped } = countedOf(row)
      const own = changes.filter(({ taskId }) => taskId === row.taskId)
      return {
        taskId: row.taskId,
        rule: row.rule,
        validFrom: row.validFrom,
        source: row.source,
        begunOn,
        period,
        countedTo,
        skipped,
        endsOn: row.endsOn,
        daysLeft: daysBetween(today, row.endsOn),
        isOver: row.endsOn < today,
        changes: await Promise.all(own.map((change) => changeView(ctx, change))),
      }
    }),
  )
}

async function changeView(
  ctx: WorkflowCtx & IdentityCtx,
  change: DeadlineChangeRow,
): Promise<CaseDeadlineView['changes'][number]> {
  const { kind, fromOn, untilOn, period, endsOn, changedBy, changedAtMs } = change
  const reason = await ctx.keyring.open(change.keyId, spotOf(change.id), change.reasonSealed)
  return {
    kind,
    fromOn,
    untilOn,
    period: period === null ? null : (JSON.parse(period) as { count: number; unit: string }),
    endsOn,
    reason: reason.toString('utf8'),
    by: (await staffName(ctx, changedBy.replace(/^staff:/, ''))) ?? '',
    atMs: changedAtMs,
  }
}
