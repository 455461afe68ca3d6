import { join, type Plan } from '../../db/batch.ts'
import { planJob, planRepeatedJob } from '../jobs/plan.ts'

/** A draft's person is told this long before it expires. */
export const NOTICE_BEFORE_MS = 7 * 86_400_000

/** Orders the notice before a draft expires, or moves it: the draft lives longer with every change. */
export const planNotice = (draftId: string, expiresAtMs: number): Plan =>
  planRepeatedJob({
    kind: 'draft-notice',
    key: draftId,
    payload: { draftId },
    dueAtMs: expiresAtMs - NOTICE_BEFORE_MS,
  })

/** Orders the mail with the draft's number and the page to go on; ordered twice with the same key it is sent once. */
export const planSavedMail = (draftId: string, key: string, nowMs: number): Plan =>
  planJob({ kind: 'draft-mail', key: `${draftId}:${key}`, payload: { draftId }, dueAtMs: nowMs })

/** Orders the mail that brings a one-time code for a draft; the job holds the code's id only. */
export const planDraftCodeMail = (draftId: string, codeId: string, nowMs: number): Plan =>
  planJob({ kind: 'draft-code', key: codeId, payload: { draftId, codeId }, dueAtMs: nowMs })

/** What happens about an invitation without a request: mails to whoever was asked, news to the applicant, and its end. */
export const INVITATION_EVENTS = ['invite', 'remind', 'void', 'withdrawn', 'news', 'expire'] as const
export type InvitationEvent = (typeof INVITATION_EVENTS)[number]

/** Orders one of them; the same of one version of an invitation happens once. The job holds ids only. */
export const planInvitationMail = (
  { id, version }: { readonly id: string; readonly version: number },
  event: InvitationEvent,
  dueAtMs: number,
): Plan =>
  planJob({ kind: 'invitation', key: `${id}:${event}:${version}`, payload: { invitationId: id, event }, dueAtMs })

const DAY_MS = 86_400_000

/** Orders the reminder and the end of an invitation: three days before its last day, or half of a shorter time. */
export const planInvitationDays = (
  invitation: { readonly id: string; readonly version: number },
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
): { readonly deadlineAtMs: number; readonly plan: Plan } => {
  const deadlineAtMs = nowMs + days * DAY_MS
  const remindAtMs = deadlineAtMs - Math.min(3, days / 2) * DAY_MS
  const plan = join(
    planInvitationMail(invitation, 'remind', remindAtMs),
    planInvitationMail(invitation, 'expire', deadlineAtMs),
  )
  return { deadlineAtMs, plan }
}
