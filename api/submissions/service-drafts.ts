import * as v from 'valibot'
import { join } from '../../db/batch.ts'
import { availabilityOn } from '../content/service.ts'
import { planForgetUploads } from '../documents/plan.ts'
import { discardBlobs, readUploadPlaces } from '../documents/service.ts'
import type { Typed } from '../forms/answers.ts'
import type { Form } from '../forms/model.ts'
import { firstStep, isLevelMarked, judge, precheckNames } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import { planActorGrant } from '../identity/plan.ts'
import { ensureCitizenSession } from '../identity/service.ts'
import { planJob } from '../jobs/plan.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { newReference } from '../lib/ids.ts'
import { problemType } from '../lib/problem.ts'
import type { TrustLevel } from '../lib/trust-level.ts'
import { DRAFT_LIFE_MS } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { sealDraft } from './draft.ts'
import { requireLevel } from './service-level.ts'
import { closeDraft, countOpenDrafts, type DraftRow, insertDraft, listExpiredDrafts } from './store.ts'
import { forgetInvitations } from './store-invitations.ts'

export const serviceNotOnline = problemType('submissions/service-not-online', 404)
export const servicePaused = problemType('submissions/service-paused', 409)
export const tooManyDrafts = problemType('submissions/too-many-drafts', 429)

/** Drafts that are not sent in yet: of a guest's browser, and of an account. */
const DRAFTS_MAX = { guest: 20, account: 100 } as const

export type StartInput = {
  readonly service: string
  readonly lang: string
  /** Answers of the pre-check that the person takes along, by name of the control; others are not looked at. */
  readonly carried: Readonly<Record<string, string>>
  /** The pre-check said no, and the person applies all the same. */
  readonly isAnyway: boolean
  readonly request: Request
}

/** Begins a draft of an online service. The data key is made first, then the draft and the session's right to it. */
export async function startDraft(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: StartInput,
): Promise<{
  readonly draftId: string
  readonly page: 'step' | 'tasks'
  readonly address: string
  readonly setCookie: string
}> {
  authorize(actor, 'draft.start')
  const { revisionId, content } = ctx.content.live()
  const service = content.services.get(input.service)
  if (service === undefined || !(service.online === 'own' || service.online === 'assistant')) {
    throw serviceNotOnline(`service ${input.service}`)
  }
  if (availabilityOn(service, today(ctx)).state !== 'open') {
    throw servicePaused(`service ${input.service}`)
  }
  await refuseTooMany(ctx, actor)
  const form = ctx.form(content, input.service, input.lang)
  requireLevel(actor, levelToBegin(form, service))
  const typed = carriedInto(form, input.carried)
  const unmet = input.isAnyway ? judge(form, typed, { today: today(ctx) }).unmet.map(({ id }) => id) : []
  const draftId = ctx.newId()
  const keyId = ctx.newId()
  await ctx.keyring.createKey(keyId)
  const session = ensureCitizenSession(ctx, actor, input.request)
  const atMs = ctx.now()
  const row = {
    id: draftId,
    reference: newReference(`E${content.city.referencePrefix}`.slice(0, 4), Number(today(ctx).slice(0, 4))),
    serviceSlug: input.service,
    formDigest: form.digest,
    contentRevisionId: revisionId,
    lang: input.lang,
    keyId,
    answersSealed: await sealDraft(
      ctx,
      { id: draftId, keyId },
      { typed, notes: unmet.length > 0 ? { anyway: unmet } : {} },
    ),
    createdAtMs: atMs,
    updatedAtMs: atMs,
    expiresAtMs: atMs + DRAFT_LIFE_MS,
  }
  const granted = planActorGrant(actor, session.sessionId, { kind: 'draft', id: draftId }, atMs)
  const result = await ctx.write(join(session.plan, { statements: [insertDraft(row)] }, granted))
  if (!result.ok) {
    throw new Error('a draft with fresh ids was refused')
  }
  const address = firstStep(form, { today: today(ctx) })
  return { draftId, page: form.hasTasks ? 'tasks' : 'step', address, setCookie: session.setCookie }
}

/** Only questions of the pre-check; a page asked with others still has to be sent. */
function carriedInto(form: Form, carried: Readonly<Record<string, string>>): Typed {
  const names = precheckNames(form)
  return Object.fromEntries(Object.entries(carried).filter(([name]) => names.has(name)))
}

/** What a service needs before its first page; where a step says from when, nothing yet. */
const levelToBegin = (form: Form, service: { readonly trustLevel: TrustLevel }): TrustLevel =>
  isLevelMarked(form) ? 'none' : service.trustLevel

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
      { statements: [forgetInvitations(row.id)] },
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
