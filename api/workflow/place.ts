import { join, type Plan, type Ref } from '../../db/batch.ts'
import type { Content } from '../content/snapshot.ts'
import { type ItemMove, type NewItem, planMoveItem, planNewItem } from '../postboxes/plan.ts'
import type { Item } from '../postboxes/service.ts'
import type { Case } from './case.ts'
import { dueOn, type TaskDeadline } from './due.ts'
import type { Definition } from './model.ts'
import type { Advanced, OpenedTask, ProcessState } from './state.ts'
import type { ProcessTexts } from './texts.ts'
import { endsPayment, lastDayOf, waitOf } from './waiting.ts'

/*
 * Where everything of a Vorgang waits after a step of its process. The main item says where the Vorgang lies. A task that is
 * open alone takes it along, from office to office. Of several that are open at once it holds the one of its own postbox;
 * each of the others has an item of its own beside it, and the Vorgang stays where it was, waiting for the other offices.
 */

export type Moved = Extract<Advanced, { ok: true }>
/** A task that a step opened, with the id of its row and the day it is due. */
export type OpenedRow = {
  readonly id: string
  readonly task: OpenedTask
  readonly deadline: TaskDeadline | null
  readonly dueOn: string
}
export type PlaceFacts = {
  readonly vorgangId: string
  readonly content: Content
  readonly nowMs: number
  readonly actor: string
  readonly serviceSlug: string
}
export type Placing = {
  readonly definition: Definition
  /** German words of its tasks. */
  readonly tasks: ProcessTexts['tasks']
  /** Day until which whoever is waited for should act; else the first timer's, else the task's. */
  readonly dueOn?: string
  /** Where the main item lies afterwards, where that is not only the process's matter. */
  readonly item?: Partial<ItemMove>
  /** Whether who acts may be the second person to what somebody prepared; nobody is where that is not said. */
  readonly maySign?: (preparedBy: string) => boolean
}
type Named = Pick<NewItem, 'reference'> & { readonly aktenzeichen: string | Ref }

/** Puts a new Vorgang into a postbox, and what is open beside its first task into others. */
export function planFirstPlaces(
  facts: PlaceFacts,
  moved: Moved,
  opened: readonly OpenedRow[],
  input: Placing & Named,
): Plan {
  const home = facts.content.services.get(facts.serviceSlug)?.postbox ?? ''
  const main = mainTask(opened, { home, openBefore: 0 })
  const beside = opened.filter((one) => one !== main)
  const place = mainPlace(facts, moved, { main, beside, home, placing: input })
  const named = {
    vorgangId: facts.vorgangId,
    reference: input.reference,
    aktenzeichen: input.aktenzeichen,
    serviceSlug: facts.serviceSlug,
    receivedAtMs: facts.nowMs,
  }
  return join(
    planNewItem({ ...place, ...named, id: facts.vorgangId, kind: 'case' }),
    ...beside.map((one) => planBeside(facts, moved.state, one, { placing: input, named })),
  )
}

/** Moves the items of a Vorgang to where they lie after a step: closes those of tasks that are over, opens new ones. */
export function planPlaces(
  facts: PlaceFacts,
  moved: Moved,
  opened: readonly OpenedRow[],
  placing: Placing & { readonly kase: Case },
): Plan {
  const { item, items, openTasks } = placing.kase
  const closed = new Set(moved.tasks.closed.map(({ key }) => key))
  const open = new Set(openTasks.filter(({ key }) => !closed.has(key)).map(({ id }) => id))
  const sides = items.filter(({ kind, state }) => kind === 'task' && state === 'open')
  // What one office asked of another ends with the Vorgang: that office then sees it no more.
  const isEnded = moved.state.status === 'ended'
  const openOrders = items.filter(
    ({ kind, state, postbox }) => kind === 'order' && state === 'open' && postbox !== item.postbox,
  )
  const stays = sides.filter(({ taskId }) => taskId !== null && open.has(taskId))
  const keeps = item.taskId !== null && open.has(item.taskId) && moved.state.status === 'running'
  const main = keeps ? undefined : mainTask(opened, { home: item.postbox, openBefore: open.size })
  const beside = opened.filter((one) => one !== main)
  const place = keeps
    ? item
    : mainPlace(facts, moved, { main, beside: [...stays, ...beside], home: item.postbox, placing, kase: placing.kase })
  const named = {
    vorgangId: facts.vorgangId,
    reference: item.reference,
    aktenzeichen: item.aktenzeichen,
    serviceSlug: item.serviceSlug,
    receivedAtMs: item.receivedAtMs,
  }
  return join(
    planMain(item, { ...place, ...placing.item }),
    ...[...sides.filter((side) => !stays.includes(side)), ...(isEnded ? openOrders : [])].map((side) =>
      planMoveItem(side, { state: 'done', isNew: 0 }),
    ),
    ...beside.map((one) => planBeside(facts, moved.state, one, { placing, named })),
  )
}

/** The task that takes the main item along: the only one that is open, or that of the postbox where the Vorgang lies. */
const mainTask = (
  opened: readonly OpenedRow[],
  { home, openBefore }: { readonly home: string; readonly openBefore: number },
): OpenedRow | undefined =>
  openBefore + opened.length === 1 ? opened[0] : opened.find(({ task }) => task.postbox === home)

type MainInput = {
  readonly main: OpenedRow | undefined
  /** What is open beside it. */
  readonly beside: readonly { readonly dueOn: string }[]
  readonly home: string
  readonly placing: Placing
  readonly kase?: Case
}

function mainPlace(facts: PlaceFacts, moved: Moved, { main, beside, home, placing, kase }: MainInput): ItemMove {
  const { state, timers } = moved
  if (main !== undefined) {
    if (kase?.item.postbox === main.task.postbox) {
      return taskPlace(facts, state, main, { placing, keeper: kase.item.assignee })
    }
    // Back from another office it comes to who had it here before; whether they may sign, who acts does not know.
    const { maySign: _, ...back } = placing
    return taskPlace(facts, state, main, { placing: back, keeper: kase?.keepers?.get(main.task.postbox) ?? null })
  }
  const { definition } = placing
  const isEnded = state.status === 'ended'
  const waitsFor = waitOf(definition, state) ?? (beside.length > 0 && !isEnded ? 'office' : null)
  const payTimer = waitsFor === 'payment' ? timers.set.find(({ node }) => endsPayment(definition, node)) : undefined
  const firstTimer = payTimer ?? timers.set[0]
  const timerOn = firstTimer === undefined ? undefined : dueOn(facts, firstTimer.due)
  const [soonest] = beside.map((one) => one.dueOn).sort()
  return {
    postbox: home,
    taskId: null,
    step: state.shown ?? '',
    state: isEnded ? 'done' : 'waiting',
    assignee: kase?.item.assignee ?? null,
    dueOn:
      placing.dueOn ??
      (waitsFor === 'office' ? soonest : undefined) ??
      (payTimer !== undefined && timerOn !== undefined ? lastDayOf(definition, payTimer.node, timerOn) : timerOn) ??
      kase?.item.dueOn ??
      dueOn(facts, null),
    isNew: 0,
    title: null,
    waitsFor,
    preparedBy: null,
  }
}

function taskPlace(
  { actor }: PlaceFacts,
  state: ProcessState,
  { id, task, dueOn }: OpenedRow,
  { placing, keeper }: { readonly placing: Placing; readonly keeper: string | null },
): ItemMove {
  const { definition, tasks, maySign } = placing
  const node = definition.nodes.get(task.node)
  const first = node?.kind === 'user' && node.notBy !== null ? state.done[node.notBy]?.by : undefined
  const preparedBy = first?.replace(STAFF, '') ?? null
  const assignee = assigneeOf(state, task, { keeper, preparedBy, ...(maySign === undefined ? {} : { maySign }) })
  return {
    postbox: task.postbox,
    taskId: id,
    step: task.node,
    state: 'open',
    assignee,
    dueOn,
    // Who has just worked on it knows of it.
    isNew: assignee !== null && actor === `staff:${assignee}` ? 0 : 1,
    title: tasks[task.node]?.title ?? node?.name ?? task.node,
    waitsFor: null,
    preparedBy,
  }
}

const planBeside = (
  facts: PlaceFacts,
  state: ProcessState,
  opened: OpenedRow,
  { placing, named }: { readonly placing: Placing; readonly named: Omit<NewItem, 'id' | 'kind' | keyof ItemMove> },
): Plan =>
  planNewItem({ ...taskPlace(facts, state, opened, { placing, keeper: null }), ...named, id: opened.id, kind: 'task' })

const STAFF = /^staff:/
type Keeping = Pick<Placing, 'maySign'> & { readonly keeper: string | null; readonly preparedBy: string | null }

/**
 * Who did a task before does it again; else a Vorgang stays with who has it, as long as it stays in the postbox. Nobody gets
 * what they are not to do: who did the step before, where four eyes are asked for, and who may not sign.
 */
function assigneeOf(state: ProcessState, task: OpenedTask, { keeper, preparedBy, maySign }: Keeping): string | null {
  const before = state.done[task.node]?.by ?? ''
  if (STAFF.test(before) && before.replace(STAFF, '') !== preparedBy) {
    return before.replace(STAFF, '')
  }
  return preparedBy === null || maySign?.(preparedBy) === true ? keeper : null
}

function planMain(item: Item, next: ItemMove): Plan {
  const isSame =
    next.postbox === item.postbox &&
    next.taskId === item.taskId &&
    next.state === item.state &&
    next.step === item.step &&
    next.waitsFor === item.waitsFor &&
    next.isNew === item.isNew
  return isSame ? {} : planMoveItem(item, next)
}
