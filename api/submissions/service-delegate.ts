import { join } from '../../db/batch.ts'
import { findPage, validateStep } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { changeDraft } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import type { Draft } from './draft.ts'
import { digestOf, type Invitation, isOpen, taskOf } from './invitations.ts'
import { invitationOver, isSameAsOthers, levelOf, openAsked, planGiven, samePerson } from './service-invitation.ts'
import { requireLevel } from './service-level.ts'
import { notAsked } from './service-participants.ts'
import { decideStep } from './service-steps.ts'
import type { StepRequest } from './step-request.ts'

/** Somebody who was asked to answer one page, and as whom they write it: with the draft, without account, this page only. */
export type Delegate = { readonly draftId: string; readonly address: string; readonly acting: Actor }

/**
 * Says as whom whoever was asked writes their page, before a byte is read of what they send. Throws 404 to whom it is foreign,
 * 403 where they have to sign in first, 409 where it is over or the applicant themself.
 */
export async function delegateOf(ctx: SubmissionsCtx, actor: Actor, invitationId: string): Promise<Delegate> {
  authorize(actor, 'invitation.answer', { invitationId })
  const { invitation, draft } = await openAsked(ctx, actor, invitationId)
  await requireAsked(ctx, actor, { invitation, draft })
  const draftId = draft.row.id
  const sessionId = actor.kind === 'citizen' ? actor.sessionId : ''
  const acting: Actor = { kind: 'citizen', sessionId, grants: [{ kind: 'draft', id: draftId }] }
  return { draftId, address: invitation.row.role, acting }
}

/** Whether a control or a file belongs to the page. */
export function isOnPage(draft: Draft, address: string, pointer: string): boolean {
  const { form, typed, today } = draft
  return findPage(form, typed, address, { today })?.page.asked.some((asked) => asked.pointer === pointer) ?? false
}

async function requireAsked(
  ctx: SubmissionsCtx,
  actor: Actor,
  { invitation, draft }: { readonly invitation: Invitation; readonly draft: Draft },
): Promise<void> {
  const { row, state } = invitation
  if (row.kind !== 'step' || taskOf(draft, row) === undefined) {
    throw notAsked(`invitation ${row.id}`)
  }
  if (!isOpen(state)) {
    throw invitationOver(`invitation ${row.id}`)
  }
  requireLevel(actor, levelOf(draft, invitation))
  if (await isSameAsOthers(ctx, actor, draft, invitation)) {
    throw samePerson(`invitation ${row.id}`)
  }
}

/**
 * Keeps what somebody sent for their page, as if the applicant had, and hands it back once nothing on it is wrong. What the
 * applicant saved meanwhile stays, as between two windows.
 */
export async function answerStep(
  ctx: SubmissionsCtx,
  actor: Actor,
  invitationId: string,
  sent: Pick<StepRequest, 'entries' | 'files' | 'refused'>,
): Promise<{ readonly isGiven: boolean; readonly isInvalid: boolean }> {
  const { draftId, address, acting } = await delegateOf(ctx, actor, invitationId)
  const input = { draftId, address, isChanging: false, ...sent }
  return await changeDraft(
    ctx,
    acting,
    {
      draftId,
      files: sent.files,
      planFor: async (draft) => {
        const { invitation } = await openAsked(ctx, actor, invitationId)
        await requireAsked(ctx, actor, { invitation, draft })
        const decided = decideStep(draft, input)
        const after = { ...draft, typed: decided.typed }
        if (!isHandedBack(after, address, decided)) {
          return {}
        }
        const task = taskOf(after, invitation.row)
        const record = { title: task?.title ?? '', digest: digestOf(ctx, after, invitation.row), declarations: [] }
        return join(await planGiven(ctx, actor, { invitation, draft: after }, record))
      },
    },
    (draft) => {
      const decided = decideStep(draft, input)
      const isGiven = isHandedBack({ ...draft, typed: decided.typed }, address, decided)
      // In which language the applicant reads is theirs to say.
      const { lang: _, ...change } = decided
      return { ...change, answer: { isGiven, isInvalid: decided.answer.next.isInvalid } }
    },
  )
}

/** The page was sent on, is right, and no other window stands against it. */
function isHandedBack(
  { form, typed, today }: Draft,
  address: string,
  { notes, answer }: ReturnType<typeof decideStep>,
): boolean {
  const { next } = answer
  const isSettled = notes?.mine?.[address] === undefined
  const isStaying = next.isInvalid || next.to === 'left' || (next.to === 'step' && next.address === address)
  return isSettled && !isStaying && validateStep(form, address, typed, { today }).ok
}
