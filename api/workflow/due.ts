import { GENERAL_DEADLINE, servicePeriod } from '../content/service-period.ts'
import type { Content } from '../content/snapshot.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays, countDeadline, ruleInForce } from '../lib/deadlines.ts'
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

/**
 * Day by which a task is due. The service's processing time stands for the town's general deadline of decisions, and for
 * none at a task that decides; a deadline that the process names for the task itself holds.
 */
export function taskDueOn(
  moment: Moment & { readonly serviceSlug: string },
  task: { readonly due: DueAt | null; readonly node: Node | undefined },
): string {
  const { content, serviceSlug: slug } = moment
  const { due, node } = task
  const isOwn = content.services.get(slug)?.processing !== undefined && decides(node)
  const deadline = due === null && isOwn ? GENERAL_DEADLINE : due?.kind === 'deadline' ? due.id : null
  const on = dayInBerlin(moment.nowMs)
  const period = deadline === null ? undefined : servicePeriod(content, { slug, deadline, on })
  return period === undefined ? dueOn(moment, due) : countDeadline(on, period, content.deadlines.holidays).endsOn
}

const decides = (node: Node | undefined): boolean =>
  node?.kind === 'user' && node.outcomes.some(({ id }) => id === 'approve' || id === 'refuse')
