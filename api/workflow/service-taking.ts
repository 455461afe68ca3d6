import { can } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { type Case, readCase } from './case.ts'
import type { WorkflowCtx } from './ctx.ts'
import { mayComplete } from './machine.ts'
import type { UserTask } from './model.ts'
import { findTask, type TaskRow } from './store.ts'

export const samePerson = problemType('workflow/same-person', 409)
export const notCoSigner = problemType('workflow/not-a-co-signer', 403)

/**
 * Refuses a task to whom it is not meant for: where four eyes are asked for, to who did what is to be signed
 * (`workflow/same-person`, 409) and to who has not the right to sign (`workflow/not-a-co-signer`, 403).
 */
export function checkPerson(kase: Case, task: Pick<TaskRow, 'key'>, node: UserTask, actor: Actor): void {
  if (!mayComplete(kase.definition, kase.state, task.key, actorId(actor))) {
    throw samePerson(`task ${task.key}`)
  }
  if (!mayDo(kase, node, actor)) {
    throw notCoSigner(`task ${task.key}`)
  }
}

/** Whether this person may finish a task: as {@link checkPerson}, as an answer. */
export const isFor = (kase: Case, task: Pick<TaskRow, 'key'>, node: UserTask, actor: Actor): boolean =>
  mayComplete(kase.definition, kase.state, task.key, actorId(actor)) && mayDo(kase, node, actor)

function mayDo(kase: Case, node: UserTask, actor: Actor): boolean {
  if (node.notBy === null) {
    return can(actor, 'vorgang.decide', { postboxes: [kase.item.postbox] })
  }
  const before = kase.state.done[node.notBy]?.by ?? ''
  return can(actor, 'vorgang.co-sign', { postboxes: [kase.item.postbox], preparedBy: before.replace(/^staff:/, '') })
}

/** Refuses taking a Vorgang to whom its open task is not meant for: nobody else could take it meanwhile. */
export async function checkTaking(ctx: WorkflowCtx, actor: Actor, vorgangId: string): Promise<void> {
  const kase = await readCase(ctx, vorgangId)
  const task = kase.item.taskId === null ? undefined : await findTask(ctx.db, kase.item.taskId)
  const node = task === undefined ? undefined : kase.definition.nodes.get(task.node)
  // A task without a second person is anybody's of the team, which the postbox knows.
  if (task?.state === 'open' && node?.kind === 'user' && node.notBy !== null) {
    checkPerson(kase, task, node, actor)
  }
}
