import { can } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import type { Item } from '../postboxes/service.ts'
import { type Case, readCase } from './case.ts'
import type { WorkflowCtx } from './ctx.ts'
import { mayComplete } from './machine.ts'
import type { UserTask } from './model.ts'
import type { TaskRow } from './store.ts'

export const samePerson = problemType('workflow/same-person', 409)
export const notCoSigner = problemType('workflow/not-a-co-signer', 403)

/** An open task, what its process says of it, and where it lies now. */
export type PlacedTask = {
  readonly task: Pick<TaskRow, 'key'>
  readonly node: UserTask
  readonly item: Pick<Item, 'postbox'>
}

/**
 * Refuses a task to whom it is not meant for: where four eyes are asked for, to who did what is to be signed
 * (`workflow/same-person`, 409) and to who has not the right to sign (`workflow/not-a-co-signer`, 403).
 */
export function checkPerson(kase: Case, placed: PlacedTask, actor: Actor): void {
  if (!mayComplete(kase.definition, kase.state, placed.task.key, actorId(actor))) {
    throw samePerson(`task ${placed.task.key}`)
  }
  if (!mayDo(kase, placed, actor)) {
    throw notCoSigner(`task ${placed.task.key}`)
  }
}

/** Whether this person may finish a task: as {@link checkPerson}, as an answer. */
export const isFor = (kase: Case, placed: PlacedTask, actor: Actor): boolean =>
  mayComplete(kase.definition, kase.state, placed.task.key, actorId(actor)) && mayDo(kase, placed, actor)

function mayDo(kase: Case, { node, item }: PlacedTask, actor: Actor): boolean {
  if (node.notBy === null) {
    return can(actor, 'vorgang.decide', { postboxes: [item.postbox] })
  }
  const before = kase.state.done[node.notBy]?.by ?? ''
  return can(actor, 'vorgang.co-sign', { postboxes: [item.postbox], preparedBy: before.replace(/^staff:/, '') })
}

/** Refuses taking an item to whom its open task is not meant for: nobody else could take it meanwhile. */
export async function checkTaking(ctx: WorkflowCtx, actor: Actor, item: Item): Promise<void> {
  if (item.kind === 'order') {
    checkOrder(actor, item)
    return
  }
  const kase = await readCase(ctx, item.vorgangId)
  const task = kase.openTasks.find(({ id }) => id === item.taskId)
  const node = task === undefined ? undefined : kase.definition.nodes.get(task.node)
  // A task without a second person is anybody's of the team, which the postbox knows.
  if (task !== undefined && node?.kind === 'user' && node.notBy !== null) {
    checkPerson(kase, { task, node, item }, actor)
  }
}

/** A signature that was asked for beside the process: never for who asks, and only with the right to sign. */
function checkOrder(actor: Actor, { id, postbox, preparedBy }: Item): void {
  if (preparedBy === null || can(actor, 'vorgang.co-sign', { postboxes: [postbox], preparedBy })) {
    return
  }
  throw actorId(actor) === `staff:${preparedBy}` ? samePerson(`order ${id}`) : notCoSigner(`order ${id}`)
}
