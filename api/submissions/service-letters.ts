import * as v from 'valibot'
import { join } from '../../db/batch.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { planErrand } from '../messages/plan.ts'
import { readErrands } from '../messages/service-letters.ts'
import { deliveryNeeds, prepareNextDelivery } from '../notices/service-delivery.ts'
import { readCase } from '../workflow/service.ts'
import { errandDueOn } from './acts.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { planFlag } from './service-act-submissions.ts'

/** Kind of the errand that asks a clerk to post a notice; ticking it off is the day it was posted. */
export const POST_ERRAND = 'post-notice'

const Payload = v.object({ vorgangId: v.string(), noticeId: v.string() })

/**
 * Handler of job `notice-delivery`: a notice that goes by post is put before the clerks, and one that nobody fetched in
 * time begins a delivery by post, which orders this job again. Run twice there is one errand.
 */
export async function runNoticeDelivery(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  const { vorgangId, noticeId } = v.parse(Payload, job.payload)
  const kase = await readCase(ctx, vorgangId)
  const needs = await deliveryNeeds(ctx, kase, noticeId)
  if (needs === 'next') {
    return { done: true, plan: prepareNextDelivery(ctx, kase, noticeId) }
  }
  const errands = await readErrands(ctx, vorgangId)
  if (needs === null || errands.some(({ kind, state }) => kind === POST_ERRAND && state === 'open')) {
    return { done: true }
  }
  const atMs = ctx.now()
  const dueOn = errandDueOn(POST_ERRAND, kase.content.deadlines, dayInBerlin(atMs))
  const errand = { id: ctx.newId(), vorgangId, kind: POST_ERRAND, submissionId: null, dueOn, atMs }
  return { done: true, plan: join(planErrand(errand), planFlag(kase.item, dueOn)) }
}
