import * as v from 'valibot'
import { authorize } from '../identity/permissions.ts'
import { planCancelJob, planRepeatedJob } from '../jobs/plan.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays, endOfDay } from '../lib/deadlines.ts'
import { type Problem, problemType } from '../lib/problem.ts'
import { changedMeanwhile } from './service-change.ts'
import { nothingChanged, publishService } from './service-publish.ts'
import { type EditingCtx, loadFindings, readState } from './state.ts'
import { deletePlanned, failPlanned, findPlanned, upsertPlanned } from './store-law.ts'
import { dayOf } from './typed-values.ts'

export const plannedDayWrong = problemType('editing/planned-day', 422)
export const plannedFindings = problemType('editing/planned-findings', 422)

/** A year is enough for every law that is made today. */
const DAYS_MAX = 400
const JOB = 'planned-publish'
const Payload = v.object({ slug: v.string() })

/**
 * Plans the publication of what is changed of a service for the beginning of a day in Berlin. The state that is shown is
 * the one that is published: who changes it afterwards has to plan it again. Cases and drafts that run then keep the version
 * they began with. Throws `editing/planned-day` (422) for a day that is not ahead, `editing/planned-findings` (422),
 * `editing/nothing-changed` and `editing/changed-meanwhile` (409).
 */
export async function planPublication(
  ctx: EditingCtx,
  actor: Actor,
  input: { readonly slug: string; readonly version: number; readonly on: string; readonly germanParts: boolean },
): Promise<{ readonly onDay: string }> {
  authorize(actor, 'content.publish')
  const { slug, version, germanParts } = input
  const onDay = dayOf(input.on)
  const today = dayInBerlin(ctx.now())
  if (onDay === undefined || onDay <= today || onDay > addDays(today, DAYS_MAX)) {
    throw plannedDayWrong(`service ${slug}`, { errors: [{ pointer: '/on', type: 'editing/planned-day' }] })
  }
  const state = await readState(ctx, slug)
  if (state.row === undefined) {
    throw nothingChanged(`service ${slug}`)
  }
  if (state.row.version !== version) {
    throw changedMeanwhile(`service ${slug}`)
  }
  const findings = await loadFindings(ctx, state, true)
  if (findings.length > 0) {
    throw plannedFindings(`service ${slug}`)
  }
  const dueAtMs = endOfDay(addDays(onDay, -1))
  const order = planRepeatedJob({ kind: JOB, key: slug, payload: { slug }, dueAtMs })
  const planned = upsertPlanned({
    slug,
    workspaceVersion: version,
    onDay,
    germanParts: germanParts ? 1 : 0,
    plannedBy: actorId(actor),
    plannedAtMs: ctx.now(),
  })
  await ctx.write({ ...order, statements: [...(order.statements ?? []), planned] })
  ctx.log('publication-planned', { service: slug, onDay, actor: actorId(actor) })
  return { onDay }
}

/** Takes a planned publication back; the changes stay. */
export async function cancelPlanned(ctx: EditingCtx, actor: Actor, slug: string): Promise<void> {
  authorize(actor, 'content.publish')
  const cancel = planCancelJob(JOB, slug)
  await ctx.write({ ...cancel, statements: [...(cancel.statements ?? []), deletePlanned(slug)] })
}

/**
 * Handler of job `planned-publish`: publishes the state that was planned, or says why not. A conflict with what somebody
 * else changed is no failure of the job: people decide, and the page of the service says so.
 */
export async function runPlanned(ctx: EditingCtx, job: Job): Promise<JobResult> {
  const { slug } = v.parse(Payload, job.payload)
  const row = await findPlanned(ctx.db, slug)
  if (row === undefined || dayInBerlin(ctx.now()) < row.onDay) {
    return { done: true }
  }
  const actor: Actor = { kind: 'system', principal: 'publish' }
  try {
    const input = { slug, version: row.workspaceVersion, germanParts: row.germanParts === 1 }
    await publishService(ctx, actor, input)
    return { done: true }
  } catch (error) {
    const type = (error as Partial<Problem>).type
    if (type === undefined) {
      throw error
    }
    ctx.log('planned-publication-failed', { service: slug, type })
    return { done: true, plan: { statements: [failPlanned(slug, type)] } }
  }
}
