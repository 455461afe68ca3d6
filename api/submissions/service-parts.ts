import { dropParts, fileTooLarge, type PartPlace, readParts, receivedBytes, storePart } from '../documents/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { Problem, problemType } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, openDraft } from './draft.ts'
import { fileField, saveFile, storeDraftFile, type UploadView } from './service-files.ts'

export const partOutOfOrder = problemType('submissions/part-order', 409)

export type NewPart = {
  readonly draftId: string
  readonly uploadId: string
  readonly pointer: string
  readonly fileName: string
  readonly startByte: number
  readonly totalBytes: number
  readonly source: AsyncIterable<Uint8Array>
}
export type Received = { readonly receivedBytes: number; readonly file?: UploadView }

/**
 * Takes the next piece of a file for a question; with the last one the file is looked into and kept as one that came
 * whole. After a broken connection the sender asks how much is here and goes on from there.
 * Throws what `storeDraftFile` and `saveFile` throw, `documents/file-too-large` at the first piece of a file that says so,
 * and `submissions/part-order` for a piece that does not follow; a file that is refused leaves no piece behind.
 */
export async function savePart(ctx: SubmissionsCtx, actor: Actor, part: NewPart): Promise<Received> {
  authorize(actor, 'upload.write', { draftId: part.draftId })
  const draft = await openDraft(ctx, actor, part.draftId)
  const { file: limits } = fileField(draft.form, part.pointer)
  if (part.totalBytes > limits.maxSizeBytes) {
    throw fileTooLarge(`more than ${limits.maxSizeBytes} bytes`)
  }
  const place = placeOf(draft, part.uploadId)
  const before = await receivedBytes(ctx, place)
  if (part.startByte !== before) {
    throw partOutOfOrder(`${before} bytes are here`, {
      errors: [{ pointer: part.pointer, type: 'part-order', params: { receivedBytes: before } }],
    })
  }
  const now = await storePart(ctx, place, part)
  if (now < part.totalBytes) {
    return { receivedBytes: now }
  }
  try {
    const { draftId, pointer, fileName } = part
    const source = readParts(ctx, place)
    const stored = await storeDraftFile(ctx, actor, {
      draftId,
      pointer,
      fileName,
      source,
      announcedBytes: now,
      sha256: null,
    })
    const file = await saveFile(ctx, actor, draftId, stored)
    await dropParts(ctx, place)
    return { receivedBytes: now, file }
  } catch (error) {
    if (error instanceof Problem) {
      await dropParts(ctx, place)
    }
    throw error
  }
}

/** How many bytes of a file are here. */
export async function readPart(
  ctx: SubmissionsCtx,
  actor: Actor,
  at: { readonly draftId: string; readonly uploadId: string },
): Promise<Received> {
  authorize(actor, 'upload.write', { draftId: at.draftId })
  const draft = await openDraft(ctx, actor, at.draftId)
  return { receivedBytes: await receivedBytes(ctx, placeOf(draft, at.uploadId)) }
}

const placeOf = ({ row }: Draft, uploadId: string): PartPlace => ({ uploadId, draftId: row.id, keyId: row.keyId })
