import type { OpenFile } from '../documents/blobs.ts'
import { discardBlobs, openUpload, readUpload, receiveUpload, type Upload } from '../documents/service.ts'
import type { FileRef, Typed } from '../forms/answers.ts'
import type { Field, FileLimits, Form } from '../forms/model.ts'
import { addFile, pathOfPointer, removeFile, typedFiles } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { changeDraft, type Storing } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { openDraft } from './draft.ts'

export const questionMissing = problemType('submissions/question-missing', 404)
export const fileMissing = problemType('submissions/file-missing', 404)
export const tooManyFiles = problemType('submissions/too-many-files', 409)
export const wrongDigest = problemType('submissions/wrong-digest', 422)

/** A file of a draft as programs see it. */
export type UploadView = FileRef & { readonly pointer: string; readonly sha256: string }
/** A file whose bytes are stored; it belongs to the draft when the plan is written. */
export type StoredUpload = UploadView & Storing
/** Why a file that came with a page was not taken, by a type that the form words. */
export type FileRefusal = { readonly pointer: string; readonly type: string }

/** Keeps a file that was sent alone (with progress shown); the page is sent later. Throws `submissions/too-many-files`. */
export async function saveFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  file: StoredUpload,
): Promise<UploadView> {
  const { pointer, id, name, mediaType, sizeBytes, sha256 } = file
  const answer = { pointer, id, name, mediaType, sizeBytes, sha256 }
  return await changeDraft(ctx, actor, { draftId, files: [file] }, (draft) => {
    if (typedFiles(draft.typed, pointer).some((one) => one.id === id)) {
      return { typed: draft.typed, kept: [], answer }
    }
    const given = withFiles(draft.form, draft.typed, [file])
    if (given.refused.length > 0) {
      throw tooMany(pointer, fileField(draft.form, pointer).file.maxFiles)
    }
    return { typed: given.typed, kept: given.kept, answer }
  })
}

/** Takes a file out of a draft, with its bytes. Throws `submissions/file-missing` where it is not there. */
export async function dropFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  at: { readonly pointer: string; readonly fileId: string },
): Promise<void> {
  await changeDraft(ctx, actor, { draftId, files: [] }, (draft) => {
    if (!typedFiles(draft.typed, at.pointer).some((file) => file.id === at.fileId)) {
      throw fileMissing(`file ${at.fileId}`)
    }
    return { typed: removeFile(draft.typed, at.pointer, at.fileId), kept: [], answer: undefined }
  })
}

export type NewFile = {
  /** Absent: a new one. */
  readonly id?: string
  readonly draftId: string
  readonly pointer: string
  readonly fileName: string
  readonly source: AsyncIterable<Uint8Array>
  /** Bytes that were announced; null where they were not. */
  readonly announcedBytes: number | null
  /** SHA-256 of the bytes as the sender has them, hex; null where it was not sent. */
  readonly sha256: string | null
}

/**
 * Stores the bytes of a file for a question of a page. Type, size and number are those the form allows; a file announced
 * as too large is refused before it is read. Throws `submissions/question-missing`, `too-many-files`, `wrong-digest` and
 * the refusals of `documents/`; nothing is kept then.
 */
export async function storeDraftFile(ctx: SubmissionsCtx, actor: Actor, input: NewFile): Promise<StoredUpload> {
  authorize(actor, 'upload.write', { draftId: input.draftId })
  const draft = await openDraft(ctx, actor, input.draftId)
  const { file: limits } = fileField(draft.form, input.pointer)
  if (typedFiles(draft.typed, input.pointer).length >= limits.maxFiles) {
    throw tooMany(input.pointer, limits.maxFiles)
  }
  const { upload, plan } = await receiveUpload(ctx, {
    ...(input.id === undefined ? {} : { id: input.id }),
    draftId: draft.row.id,
    keyId: draft.row.keyId,
    field: input.pointer,
    fileName: input.fileName,
    source: input.source,
    announcedBytes: input.announcedBytes,
    bytesMax: limits.maxSizeBytes,
    mediaTypes: limits.mediaTypes,
  })
  const { fileName: name, mediaType, sizeBytes, sha256 } = upload.meta
  if (input.sha256 !== null && input.sha256 !== sha256) {
    await discardBlobs(ctx, [upload.blobId])
    throw wrongDigest('the bytes that arrived are not those that were sent')
  }
  return { pointer: input.pointer, id: upload.id, name, mediaType, sizeBytes, sha256, blobId: upload.blobId, plan }
}

/** Opens a file of a draft for its owner. Throws `submissions/file-missing`, `documents/quarantined`. */
export async function openDraftFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  fileId: string,
): Promise<{ readonly upload: Upload; readonly file: OpenFile }> {
  authorize(actor, 'upload.read', { draftId })
  const { row } = await openDraft(ctx, actor, draftId)
  const upload = await readUpload(ctx, row.keyId, draftId, fileId)
  if (upload === null) {
    throw fileMissing(`file ${fileId}`)
  }
  return { upload, file: await openUpload(ctx, row.keyId, upload) }
}

/** Puts stored files into typed answers as far as the form has room for them; the others are refused. Pure. */
export function withFiles(
  form: Form,
  typed: Typed,
  files: readonly StoredUpload[],
): { readonly typed: Typed; readonly kept: readonly StoredUpload[]; readonly refused: readonly FileRefusal[] } {
  const kept: StoredUpload[] = []
  const refused: FileRefusal[] = []
  let now = typed
  for (const file of files) {
    const { pointer, id, name, mediaType, sizeBytes } = file
    if (typedFiles(now, pointer).length >= fileField(form, pointer).file.maxFiles) {
      refused.push({ pointer, type: 'forms/file-count' })
      continue
    }
    now = addFile(now, pointer, { id, name, mediaType, sizeBytes })
    kept.push(file)
  }
  return { typed: now, kept, refused }
}

/** The question for files at a pointer. Throws `submissions/question-missing`. */
export function fileField(form: Form, pointer: string): Field & { readonly file: FileLimits } {
  const field = form.fields.get(pathOfPointer(pointer))
  if (field === undefined || field.kind !== 'file' || field.file === undefined) {
    throw questionMissing('no question for files')
  }
  return { ...field, file: field.file }
}

const tooMany = (pointer: string, max: number) =>
  tooManyFiles('no room for another file', { errors: [{ pointer, type: 'forms/file-count', params: { max } }] })
