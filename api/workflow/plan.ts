import { type JournalEntry, join, type Plan, type Ref, type Statement } from '../../db/batch.ts'
import { planMoveVorgang } from '../eakten/plan.ts'
import { planCancelJob, planJob } from '../jobs/plan.ts'
import { endOfDay } from '../lib/deadlines.ts'
import type { ItemMove } from '../postboxes/plan.ts'
import type { Case } from './case.ts'
import { dueOn, taskDeadline } from './due.ts'
import { advance } from './machine.ts'
import type { Definition } from './model.ts'
import { type Moved, type OpenedRow, type PlaceFacts, planFirstPlaces, planPlaces } from './place.ts'
import type { Advanced, Effect, ProcessEvent, ProcessState, Values } from './state.ts'
import { cancelTask, completeTaskRow, insertInstance, insertTask, updateInstance } from './store.ts'
import { insertCaseDeadline } from './store-deadlines.ts'
import type { ProcessTexts } from './texts.ts'
import { endsAnswer } from './waiting.ts'

export type Refusal = Extract<Advanced, { ok: false }>
type Facts = PlaceFacts & { readonly eakteId: string; readonly newId: () => string }
type Timing = Facts & {
  readonly definition: Definition
  /** Day until which the person was asked to answer. */
  readonly answerOn?: string
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
      planFirstPlaces(input, moved, opened, input),
    ),
  }
}

/** `for`: the absent colleague who had taken it, where somebody else stood in. */
type Completed = { readonly id: string; readonly node: string; readonly outcome: string; readonly for?: string }
export type EventInput = {
  readonly kase: Case
  readonly event: ProcessEvent
  readonly nowMs: number
  readonly newId: () => string
  readonly actor: string
  /** The task row that the event completes. */
  readonly completed?: Completed
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
  return {
    ok: true,
    state: moved.state,
    plan: join(
      { guards: [updateInstance(kase.instance, JSON.stringify(moved.state))] },
      input.completed === undefined ? {} : planCompleted(facts, input.completed),
      planTasks(
        { ...facts, definition, ...(input.dueOn === undefined ? {} : { answerOn: input.dueOn }) },
        moved,
        opened,
      ),
      planPlaces(facts, moved, opened, { ...input, definition, tasks }),
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

function openedRows(facts: Facts, moved: Moved, { nodes }: Definition): readonly OpenedRow[] {
  return moved.tasks.opened.map((task) => {
    const deadline = taskDeadline(facts, { due: task.due, node: nodes.get(task.node) })
    return { id: facts.newId(), task, deadline, dueOn: deadline?.counted.endsOn ?? dueOn(facts, task.due) }
  })
}

function planTasks(facts: Timing, moved: Moved, opened: readonly OpenedRow[]): Plan {
  const { vorgangId, nowMs } = facts
  return join(
    {
      statements: [
        ...opened.map(({ id, task }) =>
          insertTask({ id, vorgangId, key: task.key, node: task.node, postbox: task.postbox, createdAtMs: nowMs }),
        ),
        ...opened.flatMap((one) => deadlineRows(vorgangId, one)),
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
        dueAtMs: timerAtMs(facts, timer),
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

/** A deadline is kept with how it was counted: later law and later holidays change nothing of it. */
const deadlineRows = (vorgangId: string, { id, deadline }: OpenedRow): readonly Statement[] =>
  deadline === null
    ? []
    : [
        insertCaseDeadline({
          taskId: id,
          vorgangId,
          rule: deadline.rule,
          validFrom: deadline.validFrom,
          source: deadline.source,
          counted: JSON.stringify(deadline.counted),
          endsOn: deadline.counted.endsOn,
        }),
      ]

/** When a timer runs out: one that ends the wait for an answer does on the day that the person was told, where one was. */
function timerAtMs(facts: Timing, { node, due }: Moved['timers']['set'][number]): number {
  if (facts.answerOn !== undefined && endsAnswer(facts.definition, node)) {
    return endOfDay(facts.answerOn)
  }
  return due.kind === 'at' ? due.atMs : endOfDay(dueOn(facts, due))
}

function planCompleted(facts: Facts, { id, node, outcome, ...instead }: Completed): Plan {
  return {
    guards: [completeTaskRow(id, facts.actor, outcome, facts.nowMs)],
    journal: [journal(facts, 'task-completed', { task: id, node, outcome, ...instead })],
  }
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
