import { join, type Plan } from '../../db/batch.ts'
import { prepareDocument, receiveUpload, type Upload } from '../documents/service.ts'
import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { prepareAnswer } from '../messages/service.ts'
import { prepareMessage } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { changedMeanwhile } from './service-drafts.ts'
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
 * Sent twice it is one answer. Throws 404, 409 where it was answered before with something else, 422 where it says nothing.
 */
export async function answerRequest(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: AnswerInput,
): Promise<{ readonly vorgangId: string }> {
  authorize(actor, 'request.answer', { vorgangId: input.vorgangId })
  const vorgang = await ownVorgang(ctx, actor, input.vorgangId)
  const by = actorId(actor)
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const answer = await prepareAnswer(ctx, {
      requestId: input.requestId,
      vorgangId: vorgang.id,
      eakteId: vorgang.eakteId,
      text: input.text,
      documents: input.files.length,
      by,
    })
    const moved = await prepareMessage(ctx, { vorgangId: vorgang.id, name: 'answer-received', values: {}, actor: by })
    const documents = await Promise.all(
      input.files.map(({ upload }) =>
        prepareDocument(ctx, {
          id: ctx.newId(),
          eakteId: vorgang.eakteId,
          vorgangId: vorgang.id,
          kind: 'answer-attachment',
          keyId: vorgang.keyId,
          blobId: upload.blobId,
          meta: upload.meta,
          createdBy: by,
        }),
      ),
    )
    const result = await ctx.write(join(answer, moved.plan, ...input.files.map((file) => file.plan), ...documents))
    if (result.ok) {
      return { vorgangId: vorgang.id }
    }
  }
  throw changedMeanwhile(`request ${input.requestId}`)
}
