import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import { walkedAnswers } from '../forms/service.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { wordsOf } from '../lib/words.ts'
import { fillMail } from '../messages/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, openDraftRow } from './draft.ts'
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

async function send(ctx: SubmissionsCtx, job: Job, sending: Sending): Promise<JobResult> {
  const { draft, invitation, event, to } = sending
  const { lang, reference } = draft.row
  const { content } = ctx.content.live()
  const words = wordsOf(content.words, lang)
  const day = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, {
    dateStyle: 'long',
    timeZone: 'Europe/Berlin',
  }).format(invitation.row.deadlineAtMs)
  const key = `mail.invitation-${event}`
  const text = { subject: words(`${key}.subject`), text: words(`${key}.text`).replace('{tag}', day) }
  const facts = {
    vorgangsnummer: reference ?? '',
    link: event === 'news' ? `${ctx.origin}/antrag/weiter` : linkOf(ctx, invitation.row.id),
    behoerde: content.city.authority.de,
  }
  const messageId = `<${invitation.row.id}.${event}.${job.id}@${ctx.mailDomain}>`
  try {
    await ctx.mailer.send({ ...fillMail(text, facts), to, lang, messageId })
    return { done: true }
  } catch (error) {
    const isObject = error !== null && typeof error === 'object' && 'responseCode' in error
    const status = isObject ? Number(error.responseCode) : 0
    return status >= 500 && status < 600
      ? { dead: `mail-refused-${status}` }
      : { again: 'back-off', reason: 'mail-not-taken' }
  }
}
