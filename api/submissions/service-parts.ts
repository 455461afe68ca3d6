import { createHash } from 'node:crypto'
import {
  dropParts,
  fileTooLarge,
  type PartPlace,
  readParts,
  readUpload,
  receivedBytes,
  storePart,
} from '../documents/service.ts'
import { typedFiles } from '../forms/service.ts'
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
 * whole. After a broken connection the sender asks how much is here and goes on from there. Sent again when the file is
 * kept already, also many times at once, it is the same file.
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
  const kept = await keptFile(ctx, draft, part)
  if (kept !== null) {
    return { receivedBytes: part.totalBytes, file: kept }
  }
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
    await keepWhole(ctx, actor, part, place)
  } catch (error) {
    // Another one of the same was quicker and has taken the pieces.
    const quicker = await keptFile(ctx, await openDraft(ctx, actor, part.draftId), part)
    if (quicker !== null) {
      return { receivedBytes: now, file: quicker }
    }
    if (error instanceof Problem) {
      await dropParts(ctx, place)
    }
    throw error
  }
  const file = await keptFile(ctx, await openDraft(ctx, actor, part.draftId), part)
  return { receivedBytes: now, ...(file === null ? {} : { file }) }
}

async function keepWhole(ctx: SubmissionsCtx, actor: Actor, part: NewPart, place: PartPlace): Promise<void> {
  const { draftId, pointer, fileName, totalBytes } = part
  const stored = await storeDraftFile(ctx, actor, {
    id: fileIdOf(part),
    draftId,
    pointer,
    fileName,
    source: readParts(ctx, place),
    announcedBytes: totalBytes,
    sha256: null,
  })
  await saveFile(ctx, actor, draftId, stored)
  await dropParts(ctx, place)
}

/** The file that an upload became, where it is kept already. */
async function keptFile(
  ctx: SubmissionsCtx,
  { row, typed }: Draft,
  { pointer, ...upload }: Pick<NewPart, 'draftId' | 'uploadId' | 'pointer'>,
): Promise<UploadView | null> {
  const id = fileIdOf(upload)
  const isThere = typedFiles(typed, pointer).some((file) => file.id === id)
  const found = isThere ? await readUpload(ctx, row.keyId, upload.draftId, id) : null
  if (found === null) {
    return null
  }
  const { fileName: name, mediaType, sizeBytes, sha256 } = found.meta
  return { pointer, id, name, mediaType, sizeBytes, sha256 }
}

/** An upload always becomes the same file. Its id is the sender's choice, so it counts only together with the draft (UUIDv8). */
function fileIdOf({ draftId, uploadId }: Pick<NewPart, 'draftId' | 'uploadId'>): string {
  const hex = createHash('sha256').update(`${draftId} ${uploadId}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
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
