import * as v from 'valibot'
import { join } from '../../db/batch.ts'
import { planForgetUploads } from '../documents/plan.ts'
import { discardBlobs, readUploadPlaces } from '../documents/service.ts'
import type { Typed } from '../forms/answers.ts'
import { findPage, firstStep, nextStep, readStepBody, refuseFile, resumeStep, validateStep } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import { planActorGrant } from '../identity/plan.ts'
import { ensureCitizenSession } from '../identity/service.ts'
import { planJob } from '../jobs/plan.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import { type Change, changeDraft, DRAFT_LIFE_MS } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, sealTyped } from './draft.ts'
import { type FileRefusal, type StoredUpload, withFiles } from './service-files.ts'
import { closeDraft, countOpenDrafts, type DraftRow, insertDraft, listExpiredDrafts } from './store.ts'

export const serviceNotOnline = problemType('submissions/service-not-online', 404)
export const stepMissing = problemType('submissions/step-missing', 404)
export const tooManyDrafts = problemType('submissions/too-many-drafts', 429)

/** Drafts that are not sent in yet: of a guest's browser, and of an account. */
const DRAFTS_MAX = { guest: 20, account: 100 } as const

/** Where a page leads: another step, or the review. */
export type NextPage = {
  readonly draftId: string
  readonly to: 'step' | 'review' | 'left'
  readonly address: string
  readonly isInvalid: boolean
}

/** Begins a draft of an online service. The data key is made first, then the draft and the session's right to it. */
export async function startDraft(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly service: string; readonly lang: string; readonly request: Request },
): Promise<{ readonly draftId: string; readonly address: string; readonly setCookie: string }> {
  authorize(actor, 'draft.start')
  const { revisionId, content } = ctx.content.live()
  const service = content.services.get(input.service)
  if (service === undefined || !(service.online === 'own' || service.online === 'assistant')) {
    throw serviceNotOnline(`service ${input.service}`)
  }
  await refuseTooMany(ctx, actor)
  const form = ctx.form(content, input.service, input.lang)
  const draftId = ctx.newId()
  const keyId = ctx.newId()
  await ctx.keyring.createKey(keyId)
  const session = ensureCitizenSession(ctx, actor, input.request)
  const atMs = ctx.now()
  const row = {
    id: draftId,
    serviceSlug: input.service,
    formDigest: form.digest,
    contentRevisionId: revisionId,
    lang: form.lang,
    keyId,
    answersSealed: await sealTyped(ctx, { id: draftId, keyId }, {}),
    createdAtMs: atMs,
    updatedAtMs: atMs,
    expiresAtMs: atMs + DRAFT_LIFE_MS,
  }
  const granted = planActorGrant(actor, session.sessionId, { kind: 'draft', id: draftId }, atMs)
  const result = await ctx.write(join(session.plan, { statements: [insertDraft(row)] }, granted))
  if (!result.ok) {
    throw new Error('a draft with fresh ids was refused')
  }
  return { draftId, address: firstStep(form, { today: today(ctx) }), setCookie: session.setCookie }
}

async function refuseTooMany(ctx: SubmissionsCtx, actor: Actor): Promise<void> {
  const grants = actor.kind === 'citizen' ? actor.grants.filter((grant) => grant.kind === 'draft') : []
  const max = DRAFTS_MAX[actor.kind === 'citizen' && actor.account !== undefined ? 'account' : 'guest']
  // Grants outlive their drafts: they are counted only where there are many.
  if (
    grants.length >= max &&
    (await countOpenDrafts(
      ctx.db,
      grants.map((grant) => grant.id),
    )) >= max
  ) {
    throw tooManyDrafts()
  }
}

export type StepInput = {
  readonly draftId: string
  readonly address: string
  readonly entries: readonly (readonly [string, unknown])[]
  readonly isChanging: boolean
  /** Files that came with the page, already stored, and those that were refused. */
  readonly files: readonly StoredUpload[]
  readonly refused: readonly FileRefusal[]
  readonly request: Request
}

/**
 * Keeps what a page sent, valid or not, and says where to go. The browser's session lives on with the draft: its cookie is
 * to be set again. Throws 404 for a page that cannot be reached.
 */
export async function saveStep(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: StepInput,
): Promise<{ readonly next: NextPage; readonly setCookie: string }> {
  const { draftId, files } = input
  const { plan, setCookie } = ensureCitizenSession(ctx, actor, input.request)
  const next = await changeDraft(ctx, actor, { draftId, files, plan }, (draft): Change<NextPage> => {
    const read = readStepBody(draft.form, draft.typed, input.address, { entries: input.entries, today: draft.today })
    if (read === undefined) {
      throw stepMissing()
    }
    const given = withFiles(draft.form, read.typed, input.files)
    const typed = [...given.refused, ...input.refused].reduce<Typed>(
      (now, { pointer, type }) => refuseFile(now, pointer, type),
      given.typed,
    )
    const isRefused = given.refused.length + input.refused.length > 0
    return { typed, kept: given.kept, answer: pageAfter(draft, typed, { ...input, kind: read.action.kind, isRefused }) }
  })
  return { next, setCookie }
}

type Sent = Pick<StepInput, 'draftId' | 'address' | 'isChanging'> & {
  readonly kind: string
  readonly isRefused: boolean
}

function pageAfter(draft: Draft, typed: Typed, { draftId, address, isChanging, kind, isRefused }: Sent): NextPage {
  const options = { today: draft.today }
  const stay: NextPage = { draftId, to: 'step', address, isInvalid: isRefused }
  if (kind === 'leave') {
    return { ...stay, to: 'left', isInvalid: false }
  }
  if (kind !== 'continue') {
    const page = findPage(draft.form, typed, address, options)
    const back = page === undefined ? resumeStep(draft.form, typed, options) : null
    return back?.kind === 'step' ? { ...stay, address: back.address } : stay
  }
  if (!validateStep(draft.form, address, typed, options).ok) {
    return { ...stay, isInvalid: true }
  }
  const next = nextStep(draft.form, typed, address, { ...options, isChanging })
  return next.kind === 'review' ? { ...stay, to: 'review', address: '' } : { ...stay, address: next.address }
}

const today = (ctx: SubmissionsCtx): string => dayInBerlin(ctx.now())

const EXPIRED_AT_ONCE = 200

/**
 * Ends drafts whose time is over: answers are emptied, files forgotten, and the destruction of their keys ordered, each in
 * one batch, so that a crash in between leaves no key behind. Returns how many.
 */
export async function expireDrafts(ctx: SubmissionsCtx): Promise<number> {
  let count = 0
  for (;;) {
    const rows = await listExpiredDrafts(ctx.db, ctx.now(), EXPIRED_AT_ONCE)
    const ended = await Promise.all(rows.map((row) => expireDraft(ctx, row)))
    count += ended.filter((isEnded) => isEnded).length
    if (rows.length < EXPIRED_AT_ONCE || !ended.includes(true)) {
      return count
    }
  }
}

/** False where somebody touched the draft meanwhile. */
async function expireDraft(ctx: SubmissionsCtx, row: DraftRow): Promise<boolean> {
  const uploads = await readUploadPlaces(ctx, row.id)
  const result = await ctx.write(
    join(
      { guards: [closeDraft(row, 'expired', ctx.now())] },
      planForgetUploads(uploads),
      planJob({ kind: 'destroy-key', key: row.keyId, payload: { keyId: row.keyId }, dueAtMs: ctx.now() }),
    ),
  )
  if (result.ok) {
    await discardBlobs(
      ctx,
      uploads.map((upload) => upload.blobId),
    )
  }
  return result.ok
}

const KeyPayload = v.object({ keyId: v.string() })

/** Handler of job `destroy-key`: what the key sealed cannot be read any more, here and in backups. */
export async function destroyKey(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  await ctx.keyring.destroy([v.parse(KeyPayload, job.payload).keyId])
  return { done: true }
}
