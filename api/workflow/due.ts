import { GENERAL_DEADLINE, servicePeriod } from '../content/service-period.ts'
import type { Content } from '../content/snapshot.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays, countDeadline, type Deadline, type Period, ruleInForce } from '../lib/deadlines.ts'
import type { Node } from './model.ts'
import type { DueAt } from './state.ts'

type Moment = { readonly content: Content; readonly nowMs: number }

/** Days a task may take where its process names no deadline. */
const TASK_DAYS = 14

/** Day by which something is due, counted from today; two weeks where nothing is said. */
export function dueOn({ content, nowMs }: Moment, due: DueAt | null): string {
  const today = dayInBerlin(nowMs)
  if (due === null) {
    return addDays(today, TASK_DAYS)
  }
  if (due.kind === 'at') {
    return dayInBerlin(due.atMs)
  }
  const { deadlines, holidays } = content.deadlines
  const rule = ruleInForce(deadlines, due.id, today)
  return rule === undefined ? addDays(today, TASK_DAYS) : countDeadline(today, rule, holidays).endsOn
}

/** A deadline of a task with the rule and its version; `rule` is `processing` where the service's own time stands for it. */
export type TaskDeadline = {
  readonly rule: string
  readonly validFrom: string | null
  readonly source: string | null
  readonly counted: Deadline
}

/**
 * The deadline of a task, counted from today; null where its process names none. The service's processing time stands for
 * the town's general deadline of decisions, and for none at a task that decides; a deadline that the process names for the
 * task itself holds.
 */
export function taskDeadline(
  moment: Moment & { readonly serviceSlug: string },
  task: { readonly due: DueAt | null; readonly node: Node | undefined },
): TaskDeadline | null {
  const { content, serviceSlug: slug } = moment
  const { due, node } = task
  const isOwn = content.services.get(slug)?.processing !== undefined
  const deadline = due === null && isOwn && decides(node) ? GENERAL_DEADLINE : due?.kind === 'deadline' ? due.id : null
  const on = dayInBerlin(moment.nowMs)
  const period = deadline === null ? undefined : servicePeriod(content, { slug, deadline, on })
  if (deadline === null || period === undefined) {
    return null
  }
  const counted = countDeadline(on, periodOf(period), content.deadlines.holidays)
  if (isOwn && deadline === GENERAL_DEADLINE) {
    return { rule: 'processing', validFrom: null, source: null, counted }
  }
  const row = ruleInForce(content.deadlines.deadlines, deadline, on)
  return { rule: deadline, validFrom: row?.validFrom ?? null, source: row?.source ?? null, counted }
}

const periodOf = ({ unit, count, begin, rollsForward }: Period): Period => ({ unit, count, begin, rollsForward })

const decides = (node: Node | undefined): boolean =>
  node?.kind === 'user' && node.outcomes.some(({ id }) => id === 'approve' || id === 'refuse')
