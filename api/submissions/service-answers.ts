import { join, type Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { planForgetUploads } from '../documents/plan.ts'
import { discardBlobs, prepareDocument, receiveUpload, type Upload } from '../documents/service.ts'
import { planAddToEakte } from '../eakten/plan.ts'
import type { Vorgang } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { Problem } from '../lib/problem.ts'
import { prepareAnswer, requestAnswered } from '../messages/service.ts'
import { prepareMessage } from '../workflow/service.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { ownVorgang } from './service-status.ts'

/** What an answer may bring along: the same as the forms' uploads. */
export const ANSWER_FILE = {
  bytesMax: 20 * 1024 * 1024,
  mediaTypes: ['application/pdf', 'image/jpeg', 'image/png'],
  filesMax: 10,
} as const

const TRIES_MAX = 5

export type StoredFile = { readonly upload: Upload; readonly plan: Plan }

/** Stores the bytes of a file that comes with an answer. Throws the refusals of `documents/`. */
export async function storeAnswerFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: {
    readonly vorgangId: string
    readonly requestId: string
    readonly fileName: string
    readonly source: AsyncIterable<Uint8Array>
  },
): Promise<StoredFile> {
  authorize(actor, 'request.answer', { vorgangId: input.vorgangId })
  const vorgang = await ownVorgang(ctx, actor, input.vorgangId)
  return await receiveUpload(ctx, {
    draftId: input.requestId,
    keyId: vorgang.keyId,
    field: '/answer',
    fileName: input.fileName,
    source: input.source,
    bytesMax: ANSWER_FILE.bytesMax,
    mediaTypes: ANSWER_FILE.mediaTypes,
  })
}

export type AnswerInput = {
  readonly vorgangId: string
  readonly requestId: string
  readonly text: string
  readonly files: readonly StoredFile[]
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
  const { requestId, text, files } = input
  const said = canonicalJson({ text, files: files.map(({ upload }) => upload.meta.sha256) })
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
  const { id: vorgangId, eakteId, keyId } = vorgang
  const answer = await prepareAnswer(ctx, {
    requestId: input.requestId,
    vorgangId,
    eakteId,
    text: input.text,
    documents: input.files.length,
    by,
  })
  const moved = await prepareMessage(ctx, { vorgangId, name: 'answer-received', values: {}, actor: by })
  const documents = input.files.map(({ upload: { blobId, meta } }) =>
    prepareDocument(ctx, {
      id: ctx.newId(),
      eakteId,
      vorgangId,
      kind: 'answer-attachment',
      keyId,
      blobId,
      meta,
      createdBy: by,
    }),
  )
  return join(
    answer,
    planAddToEakte(eakteId),
    moved.plan,
    ...input.files.map((file) => file.plan),
    ...(await Promise.all(documents)),
    planForgetUploads(input.files.map((file) => file.upload)),
  )
}
