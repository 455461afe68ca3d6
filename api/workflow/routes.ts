import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { WorkflowCtx } from './ctx.ts'
import { completeTask } from './service.ts'
import { changeDeadline, type DeadlineInput } from './service-deadlines.ts'

const Id = v.pipe(v.string(), v.uuid())
const Name = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_-]{0,59}$/))
const LongText = v.optional(v.pipe(v.string(), v.maxLength(10_000)))

const KNOWN = new Set([
  'outcome',
  'reasons',
  'message',
  'comment',
  'opinion',
  'dueOn',
  'decisionHash',
  'why',
  'hearing',
  'hearingNote',
])

/** How a clerk finishes a task: the outcome, and what that outcome asks for. */
export const CompleteTask = v.pipe(
  v.objectWithRest(
    {
      outcome: Name,
      reasons: LongText,
      message: LongText,
      comment: LongText,
      /** What another office says. */
      opinion: LongText,
      dueOn: v.optional(v.pipe(v.string(), v.maxLength(10))),
      /** Names the words of the decision that the person saw. */
      decisionHash: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
      /** Why somebody is asked. */
      why: v.optional(v.picklist(['', 'incomplete', 'incorrect', 'outdated', 'hearing'])),
      /** Why the person is not heard before they are refused something. */
      hearing: v.optional(v.pipe(v.string(), v.maxLength(40))),
      hearingNote: LongText,
    },
    // `item-<pointer>` for each answer of the application that a request is about.
    v.literal('yes'),
  ),
  v.check((sent) =>
    Object.keys(sent).every((name) => KNOWN.has(name) || /^item-(\/[A-Za-z0-9]{1,60}){1,8}$/.test(name)),
  ),
)

const CompletedTask = v.object({ vorgangId: Id })

const Reason = v.pipe(v.string(), v.maxLength(2_000))
const Short = v.pipe(v.string(), v.maxLength(20))
const ExtendDeadline = v.strictObject({ count: Short, unit: Short, reason: Reason })
const PauseDeadline = v.strictObject({ untilOn: Short, reason: Reason })

/** Lengthening and stopping the deadline of an open task, mounted under `/api/v1/workflow`. */
export const deadlineRoutes = (ctx: WorkflowCtx) => {
  const spec = {
    who: ['clerk', 'lead'],
    action: 'deadline.change',
    resource: 'task',
    csrf: true,
    rate: 'work',
    audit: true,
    cache: 'never',
    output: CompletedTask,
  } as const satisfies RouteSpec
  const answer = async (c: Context<Env>, change: Parameters<typeof changeOf>[1]) => {
    const result = await changeDeadline(ctx, actorOf(c), changeOf(c, change))
    const self = `/api/v1/submissions/vorgaenge/${result.vorgangId}`
    return done(c, { page: `/amt/vorgaenge/${result.vorgangId}?getan=deadline.${change.kind}`, self, body: result })
  }
  return new Hono<Env>()
    .post('/vorgaenge/:vorgang/tasks/:task/deadline/extend', route(spec), input(ExtendDeadline), (c) =>
      answer(c, { kind: 'extended', ...inputOf(c, ExtendDeadline) }),
    )
    .post('/vorgaenge/:vorgang/tasks/:task/deadline/pause', route(spec), input(PauseDeadline), (c) =>
      answer(c, { kind: 'paused', ...inputOf(c, PauseDeadline) }),
    )
}

type Change = DeadlineInput extends infer I
  ? I extends DeadlineInput
    ? Omit<I, 'vorgangId' | 'taskId'>
    : never
  : never
const changeOf = (c: Context<Env>, change: Change): DeadlineInput => ({
  ...change,
  vorgangId: parameter(Id, c.req.param('vorgang'), 'vorgang'),
  taskId: parameter(Id, c.req.param('task'), 'task'),
})

/** Routes of the module, mounted under `/api/v1/workflow`. */
export const workflowRoutes = (ctx: WorkflowCtx) =>
  new Hono<Env>().post(
    '/vorgaenge/:vorgang/tasks/:task/complete',
    route({
      who: ['clerk', 'lead'],
      action: 'vorgang.decide',
      resource: 'task',
      csrf: true,
      rate: 'work',
      audit: true,
      cache: 'never',
      output: CompletedTask,
    }),
    input(CompleteTask),
    async (c) => {
      const { outcome, ...values } = inputOf(c, CompleteTask)
      const { vorgangId, isSeen } = await completeTask(ctx, actorOf(c), {
        vorgangId: parameter(Id, c.req.param('vorgang'), 'vorgang'),
        taskId: parameter(Id, c.req.param('task'), 'task'),
        outcome,
        values,
      })
      return done(c, {
        page: isSeen ? `/amt/vorgaenge/${vorgangId}?getan=task.${outcome}` : `/amt/?ansicht=mine&getan=task.${outcome}`,
        self: `/api/v1/submissions/vorgaenge/${vorgangId}`,
        body: { vorgangId },
      })
    },
  )
