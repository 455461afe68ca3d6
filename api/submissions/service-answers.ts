import { join, type Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { discardBlobs } from '../documents/service.ts'
import { planAddToEakte } from '../eakten/plan.ts'
import type { Vorgang } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { Problem } from '../lib/problem.ts'
import { prepareAnswer, readRequests, requestAnswered } from '../messages/service.ts'
import { prepareMessage } from '../workflow/service.ts'
import { type ActIssue, type ActTyped, itemName, REQUEST_ITEMS_MAX, readAct, typedOf } from './act-form.ts'
import type { ActRequest } from './act-request.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { actInvalid } from './refusals.ts'
import { prepareActDocuments, type StoredFile } from './service-act-files.ts'
import { keepTyped, readForm } from './service-act-forms.ts'
import { prepareActSubmission } from './service-act-submissions.ts'
import { ownVorgang } from './service-status.ts'

const TRIES_MAX = 5

export type AnswerInput = {
  readonly vorgangId: string
  readonly requestId: string
  readonly text: string
  /** What was said to each item of the request, in their order. */
  readonly items?: readonly string[]
  readonly files: readonly StoredFile[]
}

/**
 * Answers a request for information as it was sent, by a person or a program. What a person typed and what is wrong with it is
 * kept and shown at its place; a program is told at once. Throws what `answerRequest` throws.
 */
export async function answerAsSent(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: ActRequest & { readonly vorgangId: string; readonly requestId: string },
): Promise<{ readonly vorgangId: string; readonly page: string }> {
  const { vorgangId, requestId, files, refusals } = input
  const typed = typedOf('answer', input.entries)
  const read = readAct('answer', typed, files.length)
  const issues = [...refusals, ...(read.ok || refusals.length > 0 ? [] : read.issues)]
  const isOpen = (await readRequests(ctx, vorgangId)).some(({ id, state }) => id === requestId && state === 'open')
  if (isOpen && issues.length > 0 && (input.isForm || refusals.length > 0)) {
    await discardBlobs(
      ctx,
      files.map(({ upload }) => upload.blobId),
    )
    if (!input.isForm) {
      throw actInvalid('answer', {
        errors: issues.map(({ name, type }) => ({ pointer: `/${name}`, type: `act/${type}` })),
      })
    }
    await keepRefused(ctx, actor, { vorgangId, requestId }, { typed, issues })
    return { vorgangId, page: `/status/${vorgangId}#fehler` }
  }
  const answered = await answerRequest(ctx, actor, {
    vorgangId,
    requestId,
    text: typed['text'] ?? '',
    items: itemsOf(typed),
    files,
  })
  return { ...answered, page: `/status/${vorgangId}` }
}

/** What was said to each item of a request; none where none has anything. */
function itemsOf(typed: ActTyped): readonly string[] {
  const items = Array.from({ length: REQUEST_ITEMS_MAX }, (_, index) => typed[itemName(index)] ?? '')
  const last = items.findLastIndex((item) => item.trim() !== '')
  return items.slice(0, last + 1)
}

async function keepRefused(
  ctx: SubmissionsCtx,
  actor: Actor,
  at: { readonly vorgangId: string; readonly requestId: string },
  wrong: { readonly typed: ActTyped; readonly issues: readonly ActIssue[] },
): Promise<void> {
  const vorgang = await ownVorgang(ctx, actor, at.vorgangId)
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const row = await readForm(ctx, { vorgang }, { act: 'answer', about: at.requestId })
    if (await keepTyped(ctx, row, wrong)) {
      return
    }
  }
  throw changedMeanwhile(`request ${at.requestId}`)
}

/**
 * Answers a request for information: text and documents join the eAkte, and the Vorgang comes back to its clerk.
 * Sent twice it is one answer. Throws 404, 409 where it was answered before with something else, 422 where it says
 * nothing; bytes of files that were not taken are not kept.
 */
export async function answerRequest(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: AnswerInput,
): Promise<{ readonly vorgangId: string }> {
  const blobs = input.files.map(({ upload }) => upload.blobId)
  try {
    const isReplay = await writeAnswer(ctx, actor, input)
    if (isReplay) {
      await discardBlobs(ctx, blobs)
    }
    return { vorgangId: input.vorgangId }
  } catch (error) {
    if (error instanceof Problem) {
      await discardBlobs(ctx, blobs)
    }
    throw error
  }
}

async function writeAnswer(ctx: SubmissionsCtx, actor: Actor, input: AnswerInput): Promise<boolean> {
  authorize(actor, 'request.answer', { vorgangId: input.vorgangId })
  const vorgang = await ownVorgang(ctx, actor, input.vorgangId)
  const { requestId, text, items = [], files } = input
  const said = canonicalJson({
    text,
    ...(items.length === 0 ? {} : { items }),
    files: files.map(({ upload }) => upload.meta.sha256),
  })
  const idempotency = {
    key: `answer|${requestId}`,
    fingerprint: await ctx.keyring.commit(vorgang.keyId, `answer-to:${requestId}`, said),
    answer: { status: 303, location: `/status/${vorgang.id}`, ids: { vorgang: vorgang.id } },
  }
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const plan = await planAnswer(ctx, actorId(actor), vorgang, input)
    const result = await ctx.write({ ...plan, idempotency: { ...idempotency, atMs: ctx.now() } })
    if (result.ok) {
      return result.replay !== undefined
    }
    if (result.reason === 'idempotency-mismatch' || (result.reason === 'guard' && result.guard === 'request-open')) {
      throw requestAnswered(`request ${requestId}`)
    }
  }
  throw changedMeanwhile(`request ${requestId}`)
}

async function planAnswer(ctx: SubmissionsCtx, by: string, vorgang: Vorgang, input: AnswerInput): Promise<Plan> {
  const { id: vorgangId, eakteId } = vorgang
  const answer = await prepareAnswer(ctx, {
    requestId: input.requestId,
    vorgangId,
    eakteId,
    text: input.text,
    documents: input.files.length,
    by,
    ...(input.items === undefined ? {} : { items: input.items }),
  })
  const moved = await prepareMessage(ctx, { vorgangId, name: 'answer-received', values: {}, actor: by })
  const documents = await prepareActDocuments(ctx, vorgang, { files: input.files, kind: 'answer-attachment', by })
  const submission = await prepareActSubmission(ctx, {
    id: ctx.newId(),
    vorgang,
    kind: 'answer',
    payload: {
      format: 1,
      act: 'answer',
      texts: { text: input.text, request: input.requestId },
      choices: [],
      documents: [...documents.ids],
    },
    by,
  })
  return join(answer, planAddToEakte(eakteId), moved.plan, documents.plan, submission)
}
