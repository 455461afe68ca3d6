import { type JournalEntry, join, type Plan, type Ref } from '../../db/batch.ts'
import type { Content } from '../content/snapshot.ts'
import { planMoveVorgang } from '../eakten/plan.ts'
import { planCancelJob, planJob } from '../jobs/plan.ts'
import { type ItemMove, planMoveItem, planNewItem, type WaitsFor } from '../postboxes/plan.ts'
import type { Case } from './case.ts'
import { dueOn, endOfDay, taskDueOn } from './due.ts'
import { advance } from './machine.ts'
import type { Definition } from './model.ts'
import type { Advanced, Effect, OpenedTask, ProcessEvent, ProcessState, Values } from './state.ts'
import { cancelTask, completeTaskRow, insertInstance, insertTask, updateInstance } from './store.ts'
import type { ProcessTexts } from './texts.ts'
import { endsPayment, lastDayOf, waitOf } from './waiting.ts'

export type Refusal = Extract<Advanced, { ok: false }>
type Moved = Extract<Advanced, { ok: true }>
type Facts = {
  readonly vorgangId: string
  readonly eakteId: string
  readonly content: Content
  readonly nowMs: number
  readonly newId: () => string
  readonly actor: string
  readonly serviceSlug: string
}

export type StartInput = Facts & {
  readonly definition: Definition
  /** German words of its tasks. */
  readonly tasks: ProcessTexts['tasks']
  readonly variables: Values
  readonly reference: string
  readonly aktenzeichen: string | Ref
}

/** Starts the process of a new Vorgang: state, first tasks, timers, effects, its place in a postbox. Pure. */
export function planStart(
  input: StartInput,
): { ok: true; plan: Plan; state: ProcessState; effects: readonly Effect[] } | Refusal {
  const moved = advance(input.definition, null, { type: 'start', variables: input.variables }, input.nowMs)
  if (!moved.ok) {
    return moved
  }
  const opened = openedRows(input, moved, input.definition)
  const place = placeOf(input, moved, opened, input)
  return {
    ok: true,
    state: moved.state,
    effects: moved.effects,
    plan: join(
      {
        statements: [
          insertInstance({
            vorgangId: input.vorgangId,
            definitionDigest: input.definition.digest,
            state: JSON.stringify(moved.state),
          }),
        ],
      },
      planTasks(input, moved, opened),
      planNewItem({
        vorgangId: input.vorgangId,
        postbox: place.postbox ?? fallbackPostbox(input.content, input.serviceSlug),
        taskId: place.taskId,
        step: place.step,
        state: place.state,
        dueOn: place.dueOn,
        title: place.title,
        waitsFor: place.waitsFor,
        preparedBy: place.preparedBy,
        reference: input.reference,
        aktenzeichen: input.aktenzeichen,
        serviceSlug: input.serviceSlug,
        receivedAtMs: input.nowMs,
      }),
    ),
  }
}

export type EventInput = {
  readonly kase: Case
  readonly event: ProcessEvent
  readonly nowMs: number
  readonly newId: () => string
  readonly actor: string
  /** The task row that the event completes. */
  readonly completed?: { readonly id: string; readonly node: string; readonly outcome: string }
  /** What became of the Vorgang, where that is settled by the event; null where it is open again. */
  readonly outcome?: string | null
  /** Day until which whoever is waited for should act; else the first timer's, else the task's. */
  readonly dueOn?: string
  /** Where the Vorgang lies afterwards, where that is not only the process's matter. */
  readonly item?: Partial<ItemMove>
  /** Whether who acts may be the second person to what somebody prepared; nobody is where that is not said. */
  readonly maySign?: (preparedBy: string) => boolean
}

/** Moves the process of a Vorgang by one event; refused by guard when somebody or something was quicker. Pure. */
export function planEvent(input: EventInput): { ok: true; plan: Plan; state: ProcessState } | Refusal {
  const { kase } = input
  const moved = advance(kase.definition, kase.state, input.event, input.nowMs)
  if (!moved.ok) {
    return moved
  }
  const facts: Facts = {
    vorgangId: kase.vorgang.id,
    eakteId: kase.eakte.id,
    content: kase.content,
    nowMs: input.nowMs,
    newId: input.newId,
    actor: input.actor,
    serviceSlug: kase.vorgang.serviceSlug,
  }
  const { definition, tasks } = kase
  const opened = openedRows(facts, moved, definition)
  const place = { ...placeOf(facts, moved, opened, { ...input, definition, tasks }), ...input.item }
  return {
    ok: true,
    state: moved.state,
    plan: join(
      { guards: [updateInstance(kase.instance, JSON.stringify(moved.state))] },
      input.completed === undefined ? {} : planCompleted(facts, input.completed),
      planTasks(facts, moved, opened),
      planPlace(kase, place),
      planState(facts, kase, moved.state, input.outcome),
      ...(input.event.type === 'withdraw' ? kase.state.tokens.map((token) => planNoEffect(kase, token.key)) : []),
    ),
  }
}

/** Holds only while the process stands where it was read, and lets nobody move it who read it before. */
export const planSameProcess = ({ instance }: Pick<Case, 'instance'>): Plan => ({
  guards: [updateInstance(instance, instance.state)],
})

/** An effect that was ordered and not yet done is not done any more; one that runs loses its result. */
const planNoEffect = (kase: Case, key: string): Plan => planCancelJob('effect', `${kase.vorgang.id}:${key}`)

type OpenedRow = { readonly id: string; readonly task: OpenedTask; readonly dueOn: string }

function openedRows(facts: Facts, moved: Moved, { nodes }: Definition): readonly OpenedRow[] {
  return moved.tasks.opened.map((task) => {
    return { id: facts.newId(), task, dueOn: taskDueOn(facts, { due: task.due, node: nodes.get(task.node) }) }
  })
}

function planTasks(facts: Facts, moved: Moved, opened: readonly OpenedRow[]): Plan {
  const { vorgangId, nowMs } = facts
  return join(
    {
      statements: [
        ...opened.map(({ id, task }) =>
          insertTask({ id, vorgangId, key: task.key, node: task.node, postbox: task.postbox, createdAtMs: nowMs }),
        ),
        ...moved.tasks.closed
          .filter((task) => task.reason === 'cancelled')
          .map((task) => cancelTask(vorgangId, task.key, nowMs)),
      ],
      journal: opened.map(({ id, task }) =>
        journal(facts, 'task-opened', { task: id, node: task.node, postbox: task.postbox }),
      ),
    },
    ...moved.timers.set.map((timer) =>
      planJob({
        kind: 'timer',
        key: `${vorgangId}:${timer.key}`,
        payload: { vorgangId, key: timer.key },
        dueAtMs: timer.due.kind === 'at' ? timer.due.atMs : endOfDay(dueOn(facts, timer.due)),
      }),
    ),
    ...moved.timers.cancelled.map((key) => planCancelJob('timer', `${vorgangId}:${key}`)),
    ...moved.effects.map((effect) =>
      planJob({
        kind: 'effect',
        key: `${vorgangId}:${effect.key}`,
        payload: {
          vorgangId,
          key: effect.key,
          node: effect.node,
          type: effect.type,
          params: JSON.stringify(effect.params),
        },
        dueAtMs: nowMs,
      }),
    ),
  )
}

function planCompleted(facts: Facts, done: { id: string; node: string; outcome: string }): Plan {
  return {
    guards: [completeTaskRow(done.id, facts.actor, done.outcome, facts.nowMs)],
    journal: [journal(facts, 'task-completed', { task: done.id, node: done.node, outcome: done.outcome })],
  }
}

type Place = {
  readonly postbox: string | null
  readonly taskId: string | null
  readonly step: string
  readonly state: 'open' | 'waiting' | 'done'
  readonly assignee: string | null
  readonly dueOn: string
  readonly isNew: number
  readonly title: string | null
  readonly waitsFor: WaitsFor | null
  readonly preparedBy: string | null
}
type Placing = Pick<StartInput, 'definition' | 'tasks'> & Partial<Pick<EventInput, 'kase' | 'dueOn' | 'maySign'>>

/** Where the Vorgang waits next: with its newest task, else for the citizen or another system, else nowhere. */
function placeOf(facts: Facts, moved: Moved, opened: readonly OpenedRow[], placing: Placing): Place {
  const { state, timers } = moved
  const { kase, definition } = placing
  const [first] = opened
  if (first !== undefined) {
    return taskPlace(facts, state, first, placing)
  }
  const keepsTask = kase?.item.taskId != null && state.tokens.some((token) => token.node === kase.item.step)
  if (kase !== undefined && keepsTask && state.status === 'running') {
    return kase.item
  }
  const waitsFor = waitOf(definition, state)
  const payTimer = waitsFor === 'payment' ? timers.set.find(({ node }) => endsPayment(definition, node)) : undefined
  const firstTimer = payTimer ?? timers.set[0]
  const timerOn = firstTimer === undefined ? undefined : dueOn(facts, firstTimer.due)
  return {
    postbox: kase?.item.postbox ?? null,
    taskId: null,
    step: state.shown ?? '',
    state: state.status === 'ended' ? 'done' : 'waiting',
    assignee: kase?.item.assignee ?? null,
    dueOn:
      placing.dueOn ??
      (payTimer !== undefined && timerOn !== undefined ? lastDayOf(definition, payTimer.node, timerOn) : timerOn) ??
      kase?.item.dueOn ??
      dueOn(facts, null),
    isNew: 0,
    title: null,
    waitsFor,
    preparedBy: null,
  }
}

function taskPlace(facts: Facts, state: ProcessState, { id, task, dueOn }: OpenedRow, placing: Placing): Place {
  const node = placing.definition.nodes.get(task.node)
  const first = node?.kind === 'user' && node.notBy !== null ? state.done[node.notBy]?.by : undefined
  const preparedBy = first?.replace(STAFF, '') ?? null
  const assignee = assigneeOf(state, task, { ...placing, preparedBy })
  return {
    postbox: task.postbox,
    taskId: id,
    step: task.node,
    state: 'open',
    assignee,
    dueOn,
    // Who has just worked on it knows of it.
    isNew: assignee !== null && facts.actor === `staff:${assignee}` ? 0 : 1,
    title: placing.tasks[task.node]?.title ?? node?.name ?? task.node,
    waitsFor: null,
    preparedBy,
  }
}

const STAFF = /^staff:/

/**
 * Who did a task before does it again; else a Vorgang stays with who has it, as long as it stays in the postbox. Nobody gets
 * what they are not to do: who did the step before, where four eyes are asked for, and who may not sign.
 */
function assigneeOf(
  state: ProcessState,
  task: OpenedTask,
  { kase, preparedBy, maySign }: Placing & { readonly preparedBy: string | null },
): string | null {
  const before = state.done[task.node]?.by ?? ''
  if (STAFF.test(before) && before.replace(STAFF, '') !== preparedBy) {
    return before.replace(STAFF, '')
  }
  const keeper = kase?.item.postbox === task.postbox ? kase.item.assignee : null
  return preparedBy === null || maySign?.(preparedBy) === true ? keeper : null
}

function planPlace(kase: Case, place: Place): Plan {
  const { item } = kase
  const next = { ...place, postbox: place.postbox ?? item.postbox }
  const isSame =
    next.postbox === item.postbox &&
    next.taskId === item.taskId &&
    next.state === item.state &&
    next.step === item.step &&
    next.waitsFor === item.waitsFor &&
    next.isNew === item.isNew
  return isSame ? {} : planMoveItem(item, next)
}

function planState(facts: Facts, kase: Case, state: ProcessState, outcome: string | null | undefined): Plan {
  const shown = state.shown ?? kase.vorgang.state
  const ended = state.status === 'ended'
  if (shown === kase.vorgang.state && !ended && outcome === undefined) {
    return {}
  }
  return join(
    planMoveVorgang({
      vorgang: kase.vorgang,
      state: shown,
      outcome: outcome === undefined ? kase.vorgang.outcome : outcome,
      closedAtMs: ended ? facts.nowMs : null,
    }),
    { journal: [journal(facts, 'state-changed', { vorgang: facts.vorgangId, to: shown, ended })] },
  )
}

function journal(facts: Facts, type: string, body: JournalEntry['body']): JournalEntry {
  return { eakteId: facts.eakteId, type, atMs: facts.nowMs, actor: facts.actor, body }
}

const fallbackPostbox = (content: Content, slug: string): string => content.services.get(slug)?.postbox ?? ''
