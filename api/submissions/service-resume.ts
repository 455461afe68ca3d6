import * as v from 'valibot'
import { authorize } from '../identity/permissions.ts'
import { codeText } from '../identity/plan.ts'
import { codeRefused, currentDraftCode, redeemCode, requestMailCode } from '../identity/service-codes.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import type { Actor } from '../lib/actor.ts'
import { readReference } from '../lib/ids.ts'
import { Problem, problemType } from '../lib/problem.ts'
import { changeDraft } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { openDraft, openDraftRow } from './draft.ts'
import { sendDraftMail } from './draft-mail.ts'
import { NOTICE_BEFORE_MS, planDraftCodeMail, planSavedMail } from './plan-mail.ts'
import { type DraftRow, findDraft, findDraftByReference } from './store.ts'

/** Number and code do not belong together; the same whether the number, the code or both are wrong, or the draft is gone. */
export const resumeRefused = problemType('submissions/resume-refused', 403)

/** What a person needs to go on elsewhere: number and one-time code of the draft, until when it is kept, where it goes on. */
export type SavedDraft = {
  readonly reference: string | null
  readonly code: string | null
  readonly hasEmail: boolean
  readonly expiresAtMs: number
}

/** Reads how a draft can be gone on with. Throws as `openDraft`. */
export async function readSaved(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<SavedDraft> {
  const { row, notes } = await openDraft(ctx, actor, draftId)
  return {
    reference: row.reference,
    code: await currentDraftCode(ctx, draftId),
    hasEmail: notes.email !== undefined,
    expiresAtMs: row.expiresAtMs,
  }
}

/** Keeps an address with the draft and sends the number and the way back to it; a notice follows before the draft expires. */
export async function mailSaved(ctx: SubmissionsCtx, actor: Actor, draftId: string, email: string): Promise<void> {
  const plan = planSavedMail(draftId, ctx.newId(), ctx.now())
  await changeDraft(ctx, actor, { draftId, files: [], plan }, (draft) => ({
    typed: draft.typed,
    notes: { email },
    kept: [],
    answer: undefined,
  }))
}

export type ResumeTry = { readonly reference: string; readonly client: string }

/**
 * Opens a draft elsewhere by its number and a one-time code. Every try is counted before it is judged; whatever is wrong is
 * refused alike. Throws `submissions/resume-refused` (403), `identity/too-many-tries` (429).
 */
export async function resumeDraft(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: ResumeTry & { readonly code: string },
): Promise<{ readonly draftId: string; readonly setCookie: string }> {
  const row = await openRow(ctx, input.reference)
  try {
    const { reference, client, code } = input
    const redeemed = await redeemCode(ctx, actor, {
      reference,
      client,
      code,
      vorgangId: row?.id ?? null,
      opens: 'draft',
    })
    return { draftId: redeemed.vorgangId, setCookie: redeemed.setCookie }
  } catch (error) {
    if (error instanceof Problem && error.type === codeRefused().type) {
      throw resumeRefused()
    }
    throw error
  }
}

/** Asks for a code to the address that a draft holds. Answers the same whether there is such a draft or not. */
export async function requestDraftCode(ctx: SubmissionsCtx, actor: Actor, input: ResumeTry): Promise<void> {
  authorize(actor, 'status.sign-in')
  const row = await openRow(ctx, input.reference)
  await requestMailCode(ctx, actor, { ...input, vorgangId: row?.id ?? null }, (codeId) =>
    planDraftCodeMail(row?.id ?? '', codeId, ctx.now()),
  )
}

async function openRow(ctx: SubmissionsCtx, typed: string): Promise<DraftRow | undefined> {
  const reference = readReference(typed)
  const row = reference === null ? undefined : await findDraftByReference(ctx.db, reference)
  return row !== undefined && isOpen(ctx, row) ? row : undefined
}

const isOpen = (ctx: SubmissionsCtx, row: DraftRow): boolean => row.state === 'open' && row.expiresAtMs > ctx.now()

const Payload = v.object({ draftId: v.string(), codeId: v.optional(v.string()) })

/** Handler of job `draft-mail`: the draft's number and the way back. Nobody to write to is no failure. */
export async function runSavedMail(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  return await sendMail(ctx, job, 'draft-saved')
}

/** Handler of job `draft-code`: a one-time code for a draft, on its own, without the number. */
export async function runDraftCode(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  return await sendMail(ctx, job, 'draft-code')
}

/** Handler of job `draft-notice`: says that a draft will expire; one that was touched meanwhile is looked at again later. */
export async function runDraftNotice(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  const row = await findDraft(ctx.db, v.parse(Payload, job.payload).draftId)
  const dueAtMs = (row?.expiresAtMs ?? 0) - NOTICE_BEFORE_MS
  return row !== undefined && dueAtMs > ctx.now() ? { again: dueAtMs } : await sendMail(ctx, job, 'draft-expiring')
}

async function sendMail(ctx: SubmissionsCtx, job: Job, kind: string): Promise<JobResult> {
  const { draftId, codeId } = v.parse(Payload, job.payload)
  const row = await findDraft(ctx.db, draftId)
  if (row === undefined || !isOpen(ctx, row)) {
    return { done: true }
  }
  const { notes } = await openDraftRow(ctx, { kind: 'system', principal: 'mail' }, row)
  if (notes.email === undefined) {
    return { done: true }
  }
  return await sendDraftMail(ctx, {
    kind,
    to: notes.email,
    lang: row.lang,
    reference: row.reference,
    link: `${ctx.origin}/antrag/weiter`,
    dayMs: row.expiresAtMs,
    id: `${draftId}.${job.kind}.${job.id}`,
    ...(codeId === undefined ? {} : { code: codeText(ctx, codeId) }),
  })
}
