import * as v from 'valibot'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { sendFormerMail } from '../messages/service-mail.ts'
import { readCase } from '../workflow/service.ts'
import { openFormer } from './access-renewal.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { planEnd } from './service-access.ts'
import { findRenewal } from './store-access.ts'

const Payload = v.object({ vorgangId: v.string(), accessId: v.string() })

/** Handler of job `access-expiry`: a request to give access anew that nobody decided about ends, and changes nothing. */
export async function expireAccess(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  const { vorgangId, accessId } = v.parse(Payload, job.payload)
  const row = await findRenewal(ctx.db, accessId)
  if (row === undefined || row.state !== 'open') {
    return { done: true }
  }
  const kase = await readCase(ctx, vorgangId)
  const end = { state: 'expired', by: 'system:process', comment: '' } as const
  return { done: true, plan: await planEnd(ctx, kase, row, end) }
}

/**
 * Handler of job `mail-access`: tells an address that news went to until now that access was given anew, so that somebody whom
 * another one pretended to be learns of it.
 */
export async function runAccessMail(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  const { vorgangId, accessId } = v.parse(Payload, job.payload)
  const row = await findRenewal(ctx.db, accessId)
  const former = row === undefined ? [] : await openFormer(ctx, row)
  const contact = former.find((one) => one.vorgangId === vorgangId)
  return contact === undefined
    ? { dead: 'no-such-address' }
    : await sendFormerMail(ctx, job, { vorgangId, template: 'access-renewed-former', key: accessId, contact })
}
