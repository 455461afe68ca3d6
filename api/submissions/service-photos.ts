import { createHash } from 'node:crypto'
import { mergePhotos as mergeFiles, readUpload, readUploads, receiveUpload, type Upload } from '../documents/service.ts'
import type { FileRef } from '../forms/answers.ts'
import { isPicture, replaceFiles, typedFiles } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { Problem, type ProblemType, problemType } from '../lib/problem.ts'
import { wordsOf } from '../lib/words.ts'
import { changeDraft } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, openDraft } from './draft.ts'
import { type DraftFrame, pageOf } from './draft-frame.ts'
import { fileField, type StoredUpload, type UploadView } from './service-files.ts'

/** Nothing may be started here that could merge, or the question takes no PDF. */
export const mergeImpossible = problemType('submissions/merge-impossible', 409)
/** A photo that was named is not (any more) among those of the question. */
export const photosChanged = problemType('submissions/photos-changed', 409)
export const photosFew = problemType('submissions/photos-few', 422)
export const photosWaiting = problemType('submissions/photos-waiting', 409)
export const photoUnreadable = problemType('submissions/photo-unreadable', 422)
export const photosTooLarge = problemType('submissions/photos-too-large', 422)

/** Photos that the page shows. */
const PHOTOS_MAX = 50

type At = { readonly draftId: string; readonly pointer: string }
type Sheet = At & {
  /** Ids of the photos in the order of their pages. */
  readonly order: readonly string[]
}
export type PhotosPage = DraftFrame & {
  readonly service: { readonly slug: string; readonly title: string }
  readonly pointer: string
  readonly question: string
  readonly maxSizeBytes: number
  /** `isOpen`: looked through, so that it can be shown. */
  readonly photos: readonly (Pick<FileRef, 'id' | 'name' | 'sizeBytes'> & { readonly isOpen: boolean })[]
}

/**
 * Lists the pictures of a question in an order that was chosen; those it does not name come last. Throws 404 for a draft of
 * somebody else or a question that takes no files, and `submissions/merge-impossible`.
 */
export async function readPhotos(ctx: SubmissionsCtx, actor: Actor, { order, ...at }: Sheet): Promise<PhotosPage> {
  authorize(actor, 'upload.read', { draftId: at.draftId })
  const draft = await openDraft(ctx, actor, at.draftId)
  const { field } = mergingOf(ctx, draft, at.pointer)
  const photos = inOrder(typedFiles(draft.typed, at.pointer).filter(isPicture), order).slice(0, PHOTOS_MAX)
  const locked = (await readUploads(ctx, draft.row.keyId, draft.row.id)).filter(isLocked).map(({ id }) => id)
  return pageOf(ctx, actor, draft).framed({
    service: { slug: draft.row.serviceSlug, title: draft.form.title },
    pointer: at.pointer,
    question: field.label,
    maxSizeBytes: field.file.maxSizeBytes,
    photos: photos.map(({ id, name, sizeBytes }) => ({ id, name, sizeBytes, isOpen: !locked.includes(id) })),
  })
}

/**
 * Puts photos of a question into one PDF that stands in the draft in their place, all in one write: whatever is refused or
 * fails, the photos stay. The same photos twice become one file. Throws what `readPhotos` throws, `documents/press-busy`, and
 * the types above; where it is about one photo, it is named by its place.
 */
export async function mergePhotos(ctx: SubmissionsCtx, actor: Actor, sheet: Sheet): Promise<UploadView> {
  authorize(actor, 'upload.write', { draftId: sheet.draftId })
  const draft = await openDraft(ctx, actor, sheet.draftId)
  const kept = await keptFile(ctx, draft, sheet)
  if (kept !== null) {
    return kept
  }
  try {
    const file = await storeMerged(ctx, draft, sheet)
    await changeDraft(ctx, actor, { draftId: sheet.draftId, files: [file] }, ({ typed }) => {
      if (typedFiles(typed, sheet.pointer).some(({ id }) => id === file.id)) {
        return { typed, kept: [], answer: undefined }
      }
      requireAll(typedFiles(typed, sheet.pointer), sheet.order)
      const { id, name, mediaType, sizeBytes } = file
      const merged = replaceFiles(typed, sheet.pointer, sheet.order, { id, name, mediaType, sizeBytes })
      return { typed: merged, kept: [file], answer: undefined }
    })
  } catch (error) {
    // Another one of the same was quicker and has taken the photos.
    const quicker = await keptFile(ctx, await openDraft(ctx, actor, sheet.draftId), sheet)
    if (quicker === null) {
      throw error
    }
    return quicker
  }
  const made = await keptFile(ctx, await openDraft(ctx, actor, sheet.draftId), sheet)
  if (made === null) {
    throw photosChanged('the file was removed meanwhile')
  }
  return made
}

/** The order of photos after one went up or down by one place. Pure. */
export function movedPhotos(order: readonly string[], id: string, by: -1 | 1): readonly string[] {
  const from = order.indexOf(id)
  const to = from + by
  if (from < 0 || to < 0 || to >= order.length) {
    return order
  }
  return order.toSpliced(from, 1).toSpliced(to, 0, id)
}

async function storeMerged(ctx: SubmissionsCtx, draft: Draft, sheet: Sheet): Promise<StoredUpload> {
  const { pointer, order } = sheet
  const { field, press } = mergingOf(ctx, draft, pointer)
  const photos = await findPhotos(ctx, draft, sheet)
  const words = wordsOf(ctx.content.live().content.words, draft.row.lang)
  const labels = photos.map(({ meta }, at) => words('photos.page', { number: at + 1, name: meta.fileName }))
  const pages = { title: field.label, lang: draft.row.lang, labels }
  const made = await mergeFiles({ ...ctx, press }, draft.row.keyId, photos, pages)
  if (!(made instanceof Uint8Array)) {
    throw made.kind === 'unreadable'
      ? photoUnreadable('no picture', about(photoUnreadable, order, made.at))
      : photosTooLarge()
  }
  const { upload, plan } = await receiveUpload(ctx, {
    id: mergedId(sheet),
    draftId: draft.row.id,
    keyId: draft.row.keyId,
    field: pointer,
    fileName: `${field.label.replaceAll(/[/\\]/g, ' ')}.pdf`,
    source: once(made),
    announcedBytes: made.length,
    bytesMax: field.file.maxSizeBytes,
    mediaTypes: field.file.mediaTypes,
  }).catch((error: unknown) => {
    throw error instanceof Problem && error.type === 'documents/file-too-large' ? photosTooLarge() : error
  })
  const { fileName: name, mediaType, sizeBytes, sha256 } = upload.meta
  return { pointer, id: upload.id, name, mediaType, sizeBytes, sha256, blobId: upload.blobId, plan }
}

/** The photos that were chosen, opened as far as their metadata. */
async function findPhotos(
  ctx: SubmissionsCtx,
  { row, typed }: Draft,
  { pointer, order }: Sheet,
): Promise<readonly Upload[]> {
  requireAll(typedFiles(typed, pointer).filter(isPicture), order)
  if (order.length < 2) {
    throw photosFew()
  }
  const uploads = new Map((await readUploads(ctx, row.keyId, row.id)).map((upload) => [upload.id, upload]))
  return order.map((id, index) => {
    const upload = uploads.get(id)
    if (upload === undefined) {
      throw photosChanged(`file ${id}`)
    }
    if (isLocked(upload)) {
      throw photosWaiting('not looked through, or rejected', about(photosWaiting, order, index))
    }
    return upload
  })
}

/** Not looked through yet, or found to be harmful. */
const isLocked = ({ scanState }: Pick<Upload, 'scanState'>): boolean =>
  scanState === 'quarantined' || scanState === 'rejected'

function requireAll(files: readonly Pick<FileRef, 'id'>[], order: readonly string[]): void {
  if (new Set(order).size < order.length || !order.every((id) => files.some((file) => file.id === id))) {
    throw photosChanged('not the photos of this question')
  }
}

/** Names the photo that a refusal is about: its place, and its id. */
const about = ({ type }: ProblemType, order: readonly string[], index: number) => ({
  errors: [{ pointer: `/order/${index}`, type, params: { file: order[index] ?? '' } }],
})

function mergingOf(ctx: SubmissionsCtx, draft: Draft, pointer: string) {
  const field = fileField(draft.form, pointer)
  if (ctx.press === null || !field.file.mediaTypes.includes('application/pdf')) {
    throw mergeImpossible()
  }
  return { field, press: ctx.press }
}

function inOrder<T extends { readonly id: string }>(files: readonly T[], order: readonly string[]): readonly T[] {
  const named = order.flatMap((id) => files.find((file) => file.id === id) ?? [])
  return [...new Set([...named, ...files])]
}

/** The file that these photos became, where the draft holds it already. */
async function keptFile(ctx: SubmissionsCtx, { row, typed }: Draft, sheet: Sheet): Promise<UploadView | null> {
  const id = mergedId(sheet)
  const isThere = typedFiles(typed, sheet.pointer).some((file) => file.id === id)
  const found = isThere ? await readUpload(ctx, row.keyId, row.id, id) : null
  if (found === null) {
    return null
  }
  const { fileName: name, mediaType, sizeBytes, sha256 } = found.meta
  return { pointer: sheet.pointer, id, name, mediaType, sizeBytes, sha256 }
}

/** The same photos in the same order always become the same file (UUIDv8). */
function mergedId({ draftId, order }: Sheet): string {
  const hex = createHash('sha256')
    .update(`${draftId} ${order.join(' ')}`)
    .digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
