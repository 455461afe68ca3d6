import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import { walkedAnswers } from '../forms/service.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, openDraftRow } from './draft.ts'
import { sendDraftMail } from './draft-mail.ts'
import { type Invitation, isOpen, readInvitation } from './invitations.ts'
import { emailOf } from './person.ts'
import { INVITATION_EVENTS, type InvitationEvent, planInvitationMail } from './plan-mail.ts'
import { linkOf } from './service-participants.ts'
import { findDraft } from './store.ts'
import { moveInvitation } from './store-invitations.ts'

const Payload = v.object({ invitationId: v.string(), event: v.picklist(INVITATION_EVENTS) })

/**
 * Handler of job `invitation`: link and number to whoever was asked, news to the applicant, and the end at the deadline. What
 * is over meanwhile, or has nobody to write to, is no failure.
 */
export async function runInvitation(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  const { invitationId, event } = v.parse(Payload, job.payload)
  const invitation = await readInvitation(ctx, invitationId)
  const row = invitation === undefined ? undefined : await findDraft(ctx.db, invitation.row.draftId)
  if (invitation === undefined || row?.state !== 'open' || row.expiresAtMs <= ctx.now()) {
    return { done: true }
  }
  const draft = await openDraftRow(ctx, { kind: 'system', principal: 'mail' }, row)
  if (event === 'expire') {
    return { done: true, plan: planExpire(ctx, invitation) }
  }
  const to = addresseeOf(draft, invitation, event)
  return to === null ? { done: true } : await send(ctx, job, { draft, invitation, event, to })
}

/** The invitation ends where nobody answered; the applicant is told. */
function planExpire(ctx: SubmissionsCtx, { row }: Invitation): Plan {
  return isOpen(row.state) && row.deadlineAtMs <= ctx.now()
    ? join({ guards: [moveInvitation(row, 'expired')] }, planInvitationMail(row, 'news', ctx.now()))
    : {}
}

/** Who gets a mail; null where it is of no use any more. */
function addresseeOf(draft: Draft, { row, state, invitee }: Invitation, event: InvitationEvent): string | null {
  const { form, typed, notes, today } = draft
  switch (event) {
    case 'invite':
    case 'remind':
      return isOpen(state) ? invitee.email : null
    case 'void':
      return row.state === 'void' ? invitee.email : null
    case 'withdrawn':
      return invitee.email
    default:
      return notes.email ?? emailOf(form, walkedAnswers(form, typed, { today }))
  }
}

type Sending = {
  readonly draft: Draft
  readonly invitation: Invitation
  readonly event: InvitationEvent
  readonly to: string
}

const send = (ctx: SubmissionsCtx, job: Job, { draft: { row }, invitation, event, to }: Sending): Promise<JobResult> =>
  sendDraftMail(ctx, {
    kind: `invitation-${event}`,
    to,
    lang: row.lang,
    reference: row.reference,
    link: event === 'news' ? `${ctx.origin}/antrag/weiter` : linkOf(ctx, invitation.row.id),
    dayMs: invitation.row.deadlineAtMs,
    id: `${invitation.row.id}.${event}.${job.id}`,
  })
