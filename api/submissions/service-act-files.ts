import { join, type Plan } from '../../db/batch.ts'
import { planForgetUploads } from '../documents/plan.ts'
import { INTERNAL, prepareDocument, receiveUpload, type Upload } from '../documents/service.ts'
import { planAddToEakte } from '../eakten/plan.ts'
import type { Vorgang } from '../eakten/service.ts'
import type { Actor } from '../lib/actor.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { tooManyFiles } from './service-files.ts'
import { ownVorgang } from './service-status.ts'

/** What may come after sending: the same as the forms' uploads. */
export const ACT_FILE = {
  bytesMax: 20 * 1024 * 1024,
  mediaTypes: ['application/pdf', 'image/jpeg', 'image/png'],
  filesMax: 10,
} as const

export type StoredFile = { readonly upload: Upload; readonly plan: Plan }

/** Stores the bytes of a file that comes after sending. Throws the refusals of `documents/`, and `submissions/too-many-files`. */
export async function storeActFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: {
    readonly vorgangId: string
    /** Files of the same form so far. */
    readonly count: number
    readonly fileName: string
    readonly source: AsyncIterable<Uint8Array>
  },
): Promise<StoredFile> {
  return await storeCaseFile(ctx, await ownVorgang(ctx, actor, input.vorgangId), input)
}

/** The same for a Vorgang that is known to be the sender's. */
export async function storeCaseFile(
  ctx: SubmissionsCtx,
  vorgang: Pick<Vorgang, 'id' | 'keyId'>,
  input: { readonly count: number; readonly fileName: string; readonly source: AsyncIterable<Uint8Array> },
): Promise<StoredFile> {
  if (input.count >= ACT_FILE.filesMax) {
    throw tooManyFiles('no room for another file')
  }
  return await receiveUpload(ctx, {
    draftId: vorgang.id,
    keyId: vorgang.keyId,
    field: '/file',
    fileName: input.fileName,
    source: input.source,
    bytesMax: ACT_FILE.bytesMax,
    mediaTypes: ACT_FILE.mediaTypes,
  })
}

/** Plans that stored files become documents of a Vorgang; answers their ids. The eAkte has to be open. */
export async function prepareActDocuments(
  ctx: SubmissionsCtx,
  at: Pick<Vorgang, 'id' | 'eakteId' | 'keyId'>,
  input: { readonly files: readonly StoredFile[]; readonly by: string } & (
    | { readonly kind: string; readonly title?: string }
    /** Of an order of clerks: no citizen sees them. */
    | { readonly orderId: string }
  ),
): Promise<{ readonly ids: readonly string[]; readonly plan: Plan }> {
  if (input.files.length === 0) {
    return { ids: [], plan: {} }
  }
  const documents = input.files.map(({ upload }) => ({ id: ctx.newId(), upload }))
  const plans = documents.map(({ id, upload: { blobId, meta } }) =>
    prepareDocument(ctx, {
      id,
      eakteId: at.eakteId,
      vorgangId: at.id,
      kind: 'orderId' in input ? INTERNAL : input.kind,
      keyId: at.keyId,
      blobId,
      meta:
        'orderId' in input
          ? { ...meta, orderId: input.orderId }
          : input.title === undefined
            ? meta
            : { ...meta, title: input.title },
      createdBy: input.by,
    }),
  )
  return {
    ids: documents.map(({ id }) => id),
    plan: join(
      planAddToEakte(at.eakteId),
      ...input.files.map((file) => file.plan),
      ...(await Promise.all(plans)),
      planForgetUploads(input.files.map((file) => file.upload)),
    ),
  }
}
