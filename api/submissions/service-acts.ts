import { join } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { discardBlobs } from '../documents/service.ts'
import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { isContactCode, readContactChange } from '../messages/service-contact.ts'
import { type Case, readCase } from '../workflow/service.ts'
import type { ActAttempt } from './act-attempt.ts'
import { type ActIssue, type ActTyped, readAct, typedOf } from './act-form.ts'
import type { ActRequest } from './act-request.ts'
import { type Act, possibleActs } from './acts.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { actImpossible, actInvalid, actSent } from './refusals.ts'
import { factsOf } from './service-act-facts.ts'
import { keepTyped, readForm } from './service-act-forms.ts'
import { type PlannedAct, planAct } from './service-act-plans.ts'
import { actPage } from './service-act-submissions.ts'
import { type ActFormRow, moveActForm } from './store.ts'

const TRIES_MAX = 5

export type ActInput = ActRequest & {
  readonly vorgangId: string
  readonly act: Act
  readonly about: string
  /** Version of the form that the person saw; null: as it stands (programs). */
  readonly version: number | null
}
/** `isRefused`: what was typed is kept, and shown again with what is wrong. */
export type ActDone = { readonly vorgangId: string; readonly page: string; readonly isRefused: boolean }

/**
 * Does what a person asks for after sending: a submission of its own with everything that follows from it, in one batch. What
 * is possible is decided by `possibleActs`. Sent twice from the same form it is one. Throws 404 for a foreign Vorgang,
 * `submissions/act-impossible` and `act-sent` (409), and to programs `submissions/act-invalid` (422); bytes of files that
 * were not taken are not kept.
 */
export async function performAct(ctx: SubmissionsCtx, actor: Actor, input: ActInput): Promise<ActDone> {
  const blobs = input.files.map(({ upload }) => upload.blobId)
  try {
    authorize(actor, 'act.perform', { vorgangId: input.vorgangId })
    const { done, isTaken } = await tryActs(ctx, actor, input)
    if (!isTaken) {
      await discardBlobs(ctx, blobs)
    }
    return done
  } catch (error) {
    if (error instanceof Problem) {
      await discardBlobs(ctx, blobs)
    }
    throw error
  }
}

type Tried = { readonly done: ActDone; readonly isTaken: boolean }

async function tryActs(ctx: SubmissionsCtx, actor: Actor, input: ActInput): Promise<Tried> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const kase = await readCase(ctx, input.vorgangId)
    const row = await readForm(ctx, kase, input)
    const version = input.version ?? row.version
    const possible = possibleActs(await factsOf(ctx, kase)).find(
      ({ act, about }) => act === input.act && about === input.about,
    )
    if (version < row.version) {
      return { done: await sentBefore(ctx, kase, input, { ...row, version }), isTaken: false }
    }
    if (possible === undefined) {
      throw actImpossible(`act ${input.act}`)
    }
    const today = dayInBerlin(ctx.now())
    const attempt = { kase, possible, act: input.act, about: input.about, by: actorId(actor), today }
    const tried = await tryAct(ctx, actor, { attempt, row, input })
    if (tried !== null) {
      return tried
    }
  }
  throw changedMeanwhile(`vorgang ${input.vorgangId}`)
}

type Trying = { readonly attempt: ActAttempt; readonly row: ActFormRow; readonly input: ActInput }

/** Null where somebody was quicker: decide again. */
async function tryAct(ctx: SubmissionsCtx, actor: Actor, { attempt, row, input }: Trying): Promise<Tried | null> {
  const typed = typedOf(input.act, input.entries)
  const read = readAct(input.act, typed, input.files.length)
  const issues = [...input.refusals, ...(read.ok ? [] : read.issues.filter((issue) => !isAt(input.refusals, issue)))]
  if (issues.length === 0 && read.ok && input.act === 'contact-code') {
    issues.push(...(await judgeCode(ctx, input.vorgangId, read.values.texts['code'] ?? '')))
  }
  if (issues.length > 0 || !read.ok) {
    return await refuseForm(ctx, { attempt, row, input }, { typed, issues })
  }
  const planned = await planAct(ctx, actor, { attempt, values: read.values, files: input.files })
  const result = await ctx.write({
    ...join(planned.plan, { guards: [moveActForm(row, null, ctx.now())] }),
    idempotency: await idempotencyOf(ctx, attempt.kase, input, { version: row.version, planned }),
  })
  if (!result.ok) {
    return null
  }
  const done = { vorgangId: planned.vorgangId, page: planned.page, isRefused: false }
  return result.replay === undefined
    ? { done, isTaken: true }
    : { done: replayed(input, result.replay), isTaken: false }
}

const isAt = (issues: readonly ActIssue[], { name }: ActIssue): boolean => issues.some((issue) => issue.name === name)

/** The same form once more: what it led to before, or a refusal where it was something else. */
async function sentBefore(ctx: SubmissionsCtx, kase: Case, input: ActInput, row: ActFormRow): Promise<ActDone> {
  const planned = { page: '', vorgangId: '', plan: {} }
  const result = await ctx.write({
    // Never holds: the form has another version by now.
    guards: [moveActForm(row, null, ctx.now())],
    idempotency: await idempotencyOf(ctx, kase, input, { version: row.version, planned }),
  })
  if (result.ok && result.replay !== undefined) {
    return replayed(input, result.replay)
  }
  throw actSent(`act ${input.act}`)
}

const replayed = (
  input: ActInput,
  { location, ids }: { readonly location: string | null; readonly ids: Readonly<Record<string, unknown>> },
): ActDone => ({
  vorgangId: typeof ids['vorgang'] === 'string' ? ids['vorgang'] : input.vorgangId,
  page: location ?? actPage(input.vorgangId, input.act, input.about),
  isRefused: false,
})

async function idempotencyOf(
  ctx: SubmissionsCtx,
  kase: Case,
  input: ActInput,
  { version, planned }: { readonly version: number; readonly planned: PlannedAct },
) {
  const { act, about, vorgangId } = input
  const said = canonicalJson({
    typed: typedOf(act, input.entries),
    files: input.files.map(({ upload }) => upload.meta.sha256),
  })
  return {
    key: `act|${vorgangId}|${act}|${about}|${version}`,
    fingerprint: await ctx.keyring.commit(kase.vorgang.keyId, `act:${vorgangId}:${act}:${about}`, said),
    atMs: ctx.now(),
    answer: { status: 303, location: planned.page, ids: { vorgang: planned.vorgangId } },
  }
}

/** Keeps what was typed with what is wrong, for the page; programs are told at once. Null where a window was quicker. */
async function refuseForm(
  ctx: SubmissionsCtx,
  { attempt, row, input }: Trying,
  wrong: { readonly typed: ActTyped; readonly issues: readonly ActIssue[] },
): Promise<Tried | null> {
  if (!input.isForm) {
    throw actInvalid(`act ${input.act}`, {
      errors: wrong.issues.map(({ name, type }) => ({ pointer: `/${name}`, type: `act/${type}` })),
    })
  }
  const isKept = await keepTyped(ctx, row, wrong)
  const page = `${actPage(attempt.kase.vorgang.id, input.act, input.about)}#fehler`
  return isKept ? { done: { vorgangId: input.vorgangId, page, isRefused: true }, isTaken: false } : null
}

/** A code that is wrong is shown at its place. Throws 429 after too many tries. */
async function judgeCode(ctx: SubmissionsCtx, vorgangId: string, code: string): Promise<readonly ActIssue[]> {
  const change = await readContactChange(ctx, vorgangId)
  const isRight = change !== null && (await isContactCode(ctx, change.id, code))
  return isRight ? [] : [{ name: 'code', type: 'wrong' }]
}
