import { createHmac } from 'node:crypto'
import * as v from 'valibot'
import { type Batch, join, type Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { can } from '../identity/permissions.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { type Actor, actorId, actsFor, insteadOf, stoodInOf } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { type Item, postboxesOf, readItems } from '../postboxes/service.ts'
import { answerDay } from './answer-ahead.ts'
import { type Case, itemOfTask, readMovingCase, vorgangMissing } from './case.ts'
import type { OutcomeHandler, WorkflowCtx } from './ctx.ts'
import type { Outcome } from './model.ts'
import { outcomesToPayment } from './payment-ahead.ts'
import { planEvent, type Refusal } from './plan.ts'
import { checkPerson, isFor, samePerson } from './service-taking.ts'
import type { Scalar, Values } from './state.ts'
import { findTask, type TaskRow, taskStillOpen } from './store.ts'
import { describeState, type StateView } from './texts.ts'

export { type Case, readCase, vorgangMissing } from './case.ts'
export { asksForFeeAtOnce } from './payment-ahead.ts'
export { countOtherDefinitions as countOnOtherProcess } from './store.ts'
export type { StateView } from './texts.ts'
export { payUntilOn, waitOf } from './waiting.ts'

export const taskMissing = problemType('workflow/task-missing', 404)
export const taskTaken = problemType('workflow/not-your-task', 409)
export const taskDone = problemType('workflow/task-done', 409)
export const outcomeUnknown = problemType('workflow/outcome-unknown', 422)
export const valueMissing = problemType('workflow/value-missing', 422)
export const tooBusy = problemType('workflow/changed-meanwhile', 409)
export const stepRefused = problemType('workflow/step-refused', 409)

const TRIES_MAX = 5

export type TaskInput = {
  readonly vorgangId: string
  readonly taskId: string
  readonly outcome: string
  readonly values: Values
}
type Staff = Actor & { kind: 'staff' }
type Prepared = Awaited<ReturnType<OutcomeHandler>>

/**
 * Completes a clerk's task: the person took it or stands in for who did, belongs to its postbox, and is another one where four
 * eyes are asked for. Who stands in acts as themselves, with their own rights.
 * Pressed again with the same outcome and values it answers the same; `isSeen` is false where the person sees the Vorgang no more.
 * Throws 404 where the person may not see it, 409 where it is done, taken by another or refused, 422 for missing values.
 */
export async function completeTask(
  ctx: WorkflowCtx,
  actor: Actor,
  input: TaskInput,
): Promise<{ readonly vorgangId: string; readonly isSeen: boolean }> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const kase = await readMovingCase(ctx, input.vorgangId)
    if (actor.kind !== 'staff' || !can(actor, 'vorgang.decide', { postboxes: kase.postboxes })) {
      throw vorgangMissing(`vorgang ${input.vorgangId}`)
    }
    const task = await findTask(ctx.db, input.taskId)
    const item = itemOfTask(kase, input.taskId) ?? kase.item
    const isOwn = can(actor, 'vorgang.decide', { postboxes: [item.postbox] })
    if (task === undefined || task.vorgangId !== kase.vorgang.id || !isOwn) {
      throw taskMissing(`task ${input.taskId}`)
    }
    const result = await ctx.write({
      ...(task.state === 'open'
        ? await planTask(ctx, actor, { kase, task, item, input })
        : { guards: [taskStillOpen(task.id)] }),
      idempotency: {
        key: `task|${actorId(actor)}|${task.id}`,
        fingerprint: fingerprintOf(ctx, input),
        atMs: ctx.now(),
        answer: { status: 303, location: `/amt/vorgaenge/${kase.vorgang.id}`, ids: { vorgang: kase.vorgang.id } },
      },
    })
    if (result.ok) {
      return { vorgangId: kase.vorgang.id, isSeen: await isStillSeen(ctx, actor, kase.vorgang.id) }
    }
    if (result.reason === 'idempotency-mismatch' || task.state !== 'open') {
      throw taskDone(`task ${input.taskId}`)
    }
  }
  throw tooBusy(`vorgang ${input.vorgangId}`)
}

/** A Vorgang that went on to another office may be out of sight of who sent it there. */
const isStillSeen = async (ctx: WorkflowCtx, actor: Staff, vorgangId: string): Promise<boolean> =>
  can(actor, 'vorgang.read', { postboxes: postboxesOf(await readItems(ctx, vorgangId)) })

type Completing = {
  readonly kase: Case
  readonly task: TaskRow
  readonly item: Item
  readonly input: TaskInput
}

async function planTask(ctx: WorkflowCtx, actor: Staff, { kase, task, item, input }: Completing): Promise<Batch> {
  const node = kase.definition.nodes.get(task.node)
  if (node?.kind === 'user') {
    checkPerson(kase, { task, node, item }, actor)
  }
  if (!actsFor(actor, item.assignee)) {
    throw taskTaken(`task ${input.taskId}`)
  }
  const outcome = node?.kind === 'user' ? node.outcomes.find(({ id }) => id === input.outcome) : undefined
  if (outcome === undefined) {
    throw outcomeUnknown(`outcome ${input.outcome}`)
  }
  const prepare = handlerOf(ctx, outcome)
  // An outcome that means nothing more only says which way the process goes on ("erledigt").
  const prepared: Prepared = prepare === undefined ? { plan: {} } : await prepare(kase, actor, { ...input, node: task.node }) // biome-ignore format: one thought
  const moved = planEvent({
    kase,
    event: {
      type: 'task-completed',
      task: task.key,
      outcome: input.outcome,
      by: actorId(actor),
      values: { ...input.values, ...prepared.values },
    },
    nowMs: ctx.now(),
    newId: ctx.newId,
    actor: actorId(actor),
    completed: { id: task.id, node: task.node, outcome: input.outcome, ...insteadOf(actor, item.assignee) },
    ...(prepared.dueOn === undefined ? {} : { dueOn: prepared.dueOn }),
    ...(prepared.result === undefined ? {} : { outcome: prepared.result }),
    // Said of who acts; an absent person who keeps the Vorgang may be the first one, or not allowed to sign.
    maySign: (preparedBy) =>
      stoodInOf(actor, item.assignee) === undefined &&
      can(actor, 'vorgang.co-sign', { postboxes: [item.postbox], preparedBy }),
  })
  if (!moved.ok) {
    throw refused(moved)
  }
  return join(moved.plan, prepared.plan)
}

const OPINION = 'opinion'

/** What an outcome means; one that asks for an opinion keeps it, whichever way the process goes on. */
function handlerOf({ workflow }: WorkflowCtx, { id, requires }: Outcome): OutcomeHandler | undefined {
  const name = requires.includes(OPINION) ? OPINION : id
  return Object.hasOwn(workflow.outcomes, name) ? workflow.outcomes[name] : undefined
}

/** Tells the same press from another one. Keyed, because texts about people must not be guessed from a plain hash. */
const fingerprintOf = (ctx: WorkflowCtx, { outcome, values }: TaskInput): string =>
  createHmac('sha256', ctx.keyring.purpose('fingerprints')).update(canonicalJson({ outcome, values })).digest('hex')

/** Plans an event that comes from elsewhere (an answer of the citizen, a payment), for the use case that writes it. */
export async function prepareMessage(
  ctx: WorkflowCtx,
  input: { readonly vorgangId: string; readonly name: string; readonly values: Values; readonly actor: string },
): Promise<{ readonly kase: Case; readonly plan: Plan; readonly isTaken: boolean }> {
  const kase = await readMovingCase(ctx, input.vorgangId)
  const moved = planEvent({
    kase,
    event: { type: 'message', name: input.name, values: input.values },
    nowMs: ctx.now(),
    newId: ctx.newId,
    actor: input.actor,
  })
  return moved.ok ? { kase, plan: moved.plan, isTaken: true } : { kase, plan: {}, isTaken: false }
}

/**
 * Plans the result of an effect that a process still waits for, e.g. money that came; null where it waits no longer.
 * The plan is refused by guard when somebody or something else was quicker.
 */
export async function prepareResult(
  ctx: WorkflowCtx,
  input: { readonly vorgangId: string; readonly key: string; readonly values: Values; readonly actor: string },
): Promise<Plan | null> {
  const kase = await readMovingCase(ctx, input.vorgangId)
  const moved = planEvent({
    kase,
    event: { type: 'effect-result', key: input.key, ok: true, values: input.values },
    nowMs: ctx.now(),
    newId: ctx.newId,
    actor: input.actor,
  })
  return moved.ok ? moved.plan : null
}

const TimerPayload = v.object({ vorgangId: v.string(), key: v.string() })
const EffectPayload = v.object({
  vorgangId: v.string(),
  key: v.string(),
  node: v.string(),
  type: v.string(),
  params: v.string(),
})
const Params = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))

/** Handler of job `timer`: a moment of a process has come. A late one changes nothing. */
export async function runTimer(ctx: WorkflowCtx, job: Job): Promise<JobResult> {
  const { vorgangId, key } = v.parse(TimerPayload, job.payload)
  const kase = await readMovingCase(ctx, vorgangId)
  const moved = planEvent({
    kase,
    event: { type: 'timer', key },
    nowMs: ctx.now(),
    newId: ctx.newId,
    actor: 'system:process',
  })
  return moved.ok ? { done: true, plan: moved.plan } : { done: true }
}

/** Handler of job `effect`: does what a service task asks for, as the process's own principal, and moves the process on. */
export async function runEffect(ctx: WorkflowCtx, job: Job): Promise<JobResult> {
  const payload = v.parse(EffectPayload, job.payload)
  const handler = Object.hasOwn(ctx.workflow.effects, payload.type) ? ctx.workflow.effects[payload.type] : undefined
  if (handler === undefined) {
    return { dead: 'no-such-effect' }
  }
  const kase = await readMovingCase(ctx, payload.vorgangId)
  const params: Record<string, Scalar> = v.parse(Params, JSON.parse(payload.params))
  const result = await handler(kase, { key: payload.key, params })
  if (result.isPending === true) {
    return { done: true, plan: result.plan }
  }
  const moved = planEvent({
    kase,
    event: { type: 'effect-result', key: payload.key, ok: true, values: result.values ?? {} },
    nowMs: ctx.now(),
    newId: ctx.newId,
    actor: 'system:process',
    ...(result.outcome === undefined ? {} : { outcome: result.outcome }),
  })
  return { done: true, plan: moved.ok ? join(moved.plan, result.plan) : result.plan }
}

/** Turns a machine's refusal into the answer a person gets. */
function refused(refusal: Refusal): Error {
  switch (refusal.refusal) {
    case 'same-person':
      return samePerson()
    case 'missing-value':
    case 'bad-value':
      return valueMissing(refusal.at, { errors: [{ pointer: `/${refusal.at}`, type: 'missing' }] })
    case 'unknown-outcome':
      return outcomeUnknown(refusal.at)
    case 'not-waiting':
    case 'ended':
      return taskDone(refusal.at)
    default:
      return stepRefused(`${refusal.refusal} at ${refusal.at}`)
  }
}

/** A clerk's open task as the page needs it: what it is called, and each way to finish it. */
export type TaskView = {
  readonly id: string
  readonly node: string
  readonly title: string
  readonly action: string
  readonly outcomes: readonly {
    readonly id: string
    readonly label: string
    readonly hint: string
    readonly requires: readonly string[]
    /** The person has to pay the fee then. */
    readonly asksForFee: boolean
    /** Day that the process gives the person for an answer; null where it names none, or nothing is asked. */
    readonly answerOn: string | null
  }[]
  /** The person took the Vorgang, or stands in for who did. */
  readonly isMine: boolean
  /** False where four eyes are asked for and these are the first two, or the role does not allow it. */
  readonly mayComplete: boolean
}

/** The words of a Vorgang's process. */
export const textsOf = (ctx: WorkflowCtx, { content, vorgang }: Pick<Case, 'content' | 'vorgang'>, lang: string) =>
  ctx.workflow.texts(content, vorgang.serviceSlug, lang, vorgang.kind)

/** Words where a Vorgang stands, in its own language or another; null before the first state that a citizen notices. */
export async function stateOf(ctx: WorkflowCtx, kase: Case, lang = kase.vorgang.lang): Promise<StateView | null> {
  const texts = await textsOf(ctx, kase, lang)
  return describeState(texts, kase.state)
}

/**
 * The open task of a Vorgang that is this person's business: the one they took, else one of their postboxes, first where
 * the Vorgang lies. Null where there is none.
 */
export async function taskOf(ctx: WorkflowCtx, kase: Case, actor: Actor): Promise<TaskView | null> {
  const item = itemFor(kase, actor)
  const task = kase.openTasks.find(({ id }) => id === item.taskId)
  const node = task === undefined ? undefined : kase.definition.nodes.get(task.node)
  if (task === undefined || node?.kind !== 'user') {
    return null
  }
  const words = kase.tasks[node.id]
  const at = { key: task.key, nowMs: ctx.now() }
  const toPayment = outcomesToPayment(kase.definition, kase.state, at)
  return {
    id: task.id,
    node: node.id,
    title: words?.title ?? node.name,
    action: words?.action ?? node.name,
    outcomes: node.outcomes.map((outcome) => ({
      id: outcome.id,
      label: words?.outcomes[outcome.id]?.label ?? outcome.id,
      hint: words?.outcomes[outcome.id]?.hint ?? '',
      requires: outcome.requires,
      asksForFee: toPayment.includes(outcome.id),
      answerOn: answerDay(kase.definition, kase.state, { ...at, outcome: outcome.id, content: kase.content }),
    })),
    isMine: actsFor(actor, item.assignee),
    mayComplete: isFor(kase, { task, node, item }, actor),
  }
}

/**
 * The item of a Vorgang through which somebody works on it: what they took, else what an absent colleague took for whom they
 * stand in, else where it lies, else what is open beside it.
 */
export function itemFor({ item, items }: Pick<Case, 'item' | 'items'>, actor: Actor): Item {
  const reached = items.filter(({ postbox }) => actor.kind === 'staff' && actor.postboxes.includes(postbox))
  const open = reached.filter(({ state, taskId }) => state === 'open' && taskId !== null)
  const taken = open.find(({ assignee }) => actor.kind === 'staff' && assignee === actor.userId)
  const own = open.find(({ kind }) => kind === 'case')
  const stoodIn = open.find(({ assignee }) => stoodInOf(actor, assignee) !== undefined)
  return taken ?? stoodIn ?? own ?? open.find(({ assignee }) => assignee === null) ?? reached[0] ?? item
}
