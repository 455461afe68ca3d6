import * as v from 'valibot'
import { join, type Plan, type Statement } from '../../db/batch.ts'
import type { KeysCtx } from '../keys/keyring.ts'
import type { Ctx } from '../lib/ctx.ts'
import { problemType } from '../lib/problem.ts'
import { type BlobStore, fileTooLarge, type OpenFile, openFile, type StoredFile, storeFile, withEnds } from './blobs.ts'
import { cleanFileName, judgeType } from './file-type.ts'
import { inspectFile } from './inspect.ts'
import { planPreview, planScan, type UploadPlace } from './plan.ts'
import type { Press } from './press.ts'
import type { Scanner } from './scanner.ts'
import {
  type BlobRow,
  findDocument,
  findUpload,
  insertBlob,
  insertDocument,
  insertDocumentVersion,
  insertUpload,
  listDocuments,
  listDocumentsOfBlob,
  listUploads,
  type StoredUpload,
  type StoredVersion,
} from './store.ts'

export type DocumentsCtx = Ctx &
  KeysCtx & {
    readonly blobs: BlobStore
    /** Null where no scanner is configured: files are then kept as `unscanned`. */
    readonly scanner: Scanner | null
    /** Opens files out of process; null where processes may not be started. */
    readonly press: Press | null
  }

/** What is known of a file besides its bytes; always sealed. */
export const FileMeta = v.object({
  fileName: v.string(),
  mediaType: v.string(),
  sizeBytes: v.number(),
  sha256: v.string(),
  title: v.optional(v.string()),
  /** Ids of the uploads this file was made from. */
  derivedFrom: v.optional(v.array(v.string())),
  /** The order of clerks that this file belongs to. */
  orderId: v.optional(v.string()),
  /** What another office said, as it was written: by whom, for which office. */
  opinion: v.optional(v.object({ text: v.string(), by: v.string(), office: v.string() })),
  /** How paper became this file (BSI TR-03138): who, when, by what, looked at, and where the paper went. */
  scan: v.optional(
    v.object({
      by: v.string(),
      atMs: v.number(),
      how: v.picklist(['upload']),
      isChecked: v.boolean(),
      original: v.picklist(['returned', 'kept', 'destroyed']),
    }),
  ),
})
export type FileMeta = v.InferOutput<typeof FileMeta>

export type Upload = {
  readonly id: string
  readonly draftId: string
  readonly field: string
  readonly blobId: string
  readonly scanState: ScanState
  readonly meta: FileMeta
}
export type ScanState = 'quarantined' | 'clean' | 'rejected' | 'unscanned'
export type DocumentEntry = {
  readonly id: string
  readonly vorgangId: string
  readonly kind: string
  readonly createdAtMs: number
  readonly scanState: ScanState
  readonly blobId: string
  readonly meta: FileMeta
}

export const fileTypeRefused = problemType('documents/file-type', 422)
export const fileEndingRefused = problemType('documents/file-ending', 422)
export const fileHeic = problemType('documents/file-heic', 422)
export const fileOffice = problemType('documents/file-office', 422)
export const fileArchive = problemType('documents/file-archive', 422)
export const fileDamaged = problemType('documents/file-damaged', 422)
export const filePassword = problemType('documents/file-password', 422)
export const filePixels = problemType('documents/file-pixels', 422)
export const documentMissing = problemType('documents/missing', 404)
export const documentQuarantined = problemType('documents/quarantined', 403)

/** State of bytes that come from outside. Those made here are clean. */
const firstState = (ctx: DocumentsCtx): ScanState => (ctx.scanner === null ? 'unscanned' : 'quarantined')
/** States in which a file may be opened. */
const OPEN: readonly ScanState[] = ['clean', 'unscanned']

export type NewUpload = {
  /** Absent: a new one. The same id twice is the same file, and only one of the two plans can be written. */
  readonly id?: string
  readonly draftId: string
  readonly keyId: string
  readonly field: string
  readonly fileName: string
  readonly source: AsyncIterable<Uint8Array>
  /** Bytes that were announced; null or absent where they were not. */
  readonly announcedBytes?: number | null
  readonly bytesMax: number
  readonly mediaTypes: readonly string[]
}

/**
 * Stores an uploaded file (bytes durable first) and returns the plan that records it.
 * Throws `documents/file-too-large`, `file-empty`, and what `acceptedType` refuses; refused bytes are not kept. The caller takes them
 * out by `discardBlobs` when it does not write the plan.
 */
export async function receiveUpload(ctx: DocumentsCtx, input: NewUpload): Promise<{ upload: Upload; plan: Plan }> {
  if ((input.announcedBytes ?? 0) > input.bytesMax) {
    throw fileTooLarge(`more than ${input.bytesMax} bytes`)
  }
  const stored = await storeFile(ctx.blobs, await ctx.keyring.dataKey(input.keyId), input.source, input.bytesMax)
  const fileName = cleanFileName(input.fileName)
  const mediaType = await acceptedType(ctx, { stored, fileName, input }).catch(async (refusal: unknown) => {
    // Nobody else can have these bytes: every file is encrypted with a salt of its own.
    await ctx.blobs.remove(stored.blobId)
    throw refusal
  })
  const meta: FileMeta = {
    fileName,
    mediaType,
    sizeBytes: stored.sizeBytes,
    sha256: stored.sha256,
  }
  const id = input.id ?? ctx.newId()
  const metaSealed = await ctx.keyring.sealJson(input.keyId, { table: 'uploads', row: id, column: 'meta' }, meta)
  const createdAtMs = ctx.now()
  const { draftId, field } = input
  const { blobId } = stored
  const scanState = firstState(ctx)
  const recorded: Plan = {
    statements: [
      blobStatement(stored, { keyId: input.keyId, mediaType: meta.mediaType, createdAtMs, scanState }),
      insertUpload({ id, draftId, field, blobId, metaSealed, createdAtMs }),
    ],
  }
  return {
    upload: { id, draftId, field, blobId, scanState, meta },
    plan: scanState === 'quarantined' ? join(recorded, planScan(blobId, createdAtMs)) : recorded,
  }
}

/** The type of a stored file, where it is one that is taken and can be opened. Throws what `receiveUpload` refuses. */
async function acceptedType(
  ctx: DocumentsCtx,
  { stored, fileName, input }: { readonly stored: StoredFile; readonly fileName: string; readonly input: NewUpload },
): Promise<string> {
  const verdict = judgeType(stored.head, fileName)
  if (!verdict.ok) {
    throw (REFUSALS[verdict.reason] ?? fileTypeRefused)()
  }
  const { mediaType } = verdict.type
  if (!input.mediaTypes.includes(mediaType)) {
    throw fileTypeRefused()
  }
  const key = await ctx.keyring.dataKey(input.keyId)
  const file = withEnds(await openFile(ctx.blobs, key, stored.blobId), stored)
  const fault = await inspectFile(mediaType, file)
  if (fault !== null) {
    throw (REFUSALS[fault] ?? fileTypeRefused)()
  }
  return mediaType
}

const REFUSALS: Readonly<Record<string, ReturnType<typeof problemType>>> = {
  ending: fileEndingRefused,
  heic: fileHeic,
  office: fileOffice,
  archive: fileArchive,
  damaged: fileDamaged,
  encrypted: filePassword,
  'too-many-pixels': filePixels,
}

/** Finds a file of a draft; null for one that is unknown or of another draft. */
export async function readUpload(
  ctx: DocumentsCtx,
  keyId: string,
  draftId: string,
  id: string,
): Promise<Upload | null> {
  const row = await findUpload(ctx.db, id)
  return row === undefined || row.upload.draftId !== draftId ? null : await toUpload(ctx, keyId, row)
}

/** Lists the files of a draft, oldest first. */
export async function readUploads(ctx: DocumentsCtx, keyId: string, draftId: string): Promise<readonly Upload[]> {
  const rows = await listUploads(ctx.db, draftId)
  return await Promise.all(rows.map((row) => toUpload(ctx, keyId, row)))
}

/** Lists the files of a draft without opening what is sealed: for forgetting them, also when the key is gone. */
export async function readUploadPlaces(
  ctx: Pick<DocumentsCtx, 'db'>,
  draftId: string,
): Promise<readonly UploadPlace[]> {
  const rows = await listUploads(ctx.db, draftId)
  return rows.map(({ upload: { id, blobId } }) => ({ id, draftId, blobId }))
}

export type NewDocument = {
  readonly id: string
  readonly eakteId: string
  readonly vorgangId: string
  readonly kind: string
  readonly keyId: string
  readonly blobId: string
  readonly meta: FileMeta
  readonly createdBy: string
}

/** Makes a document of bytes that are already stored: no byte is encrypted again, only the metadata is sealed for its new place. */
export async function prepareDocument(ctx: DocumentsCtx, input: NewDocument): Promise<Plan> {
  const createdAtMs = ctx.now()
  const versionId = ctx.newId()
  const spot = { table: 'document_versions', row: versionId, column: 'meta' }
  const metaSealed = await ctx.keyring.sealJson(input.keyId, spot, input.meta)
  // What the product made itself is shown as it is.
  const isOurs = input.createdBy.startsWith('system:')
  return join(isOurs ? {} : planPreview(input.blobId, createdAtMs), {
    statements: [
      insertDocument({
        id: input.id,
        eakteId: input.eakteId,
        vorgangId: input.vorgangId,
        kind: input.kind,
        keyId: input.keyId,
        createdAtMs,
      }),
      insertDocumentVersion({
        id: versionId,
        documentId: input.id,
        versionNumber: 1,
        blobId: input.blobId,
        metaSealed,
        createdAtMs,
        createdBy: input.createdBy,
      }),
    ],
    journal: [
      {
        eakteId: input.eakteId,
        type: 'document-added',
        atMs: createdAtMs,
        actor: input.createdBy,
        body: {
          vorgang: input.vorgangId,
          document: input.id,
          kind: input.kind,
          version: 1,
          blob: input.blobId,
          content: await ctx.keyring.commit(input.keyId, `document:${input.id}`, input.meta.sha256),
        },
      },
    ],
  })
}

/** Stores bytes made by the product (a notice, a copy) and returns blob and plan. */
export async function storeMadeFile(
  ctx: DocumentsCtx,
  keyId: string,
  file: { readonly bytes: Uint8Array; readonly fileName: string; readonly mediaType: string; readonly title: string },
): Promise<{ blobId: string; meta: FileMeta; plan: Plan }> {
  const once = async function* (): AsyncGenerator<Uint8Array> {
    yield file.bytes
  }
  const stored = await storeFile(ctx.blobs, await ctx.keyring.dataKey(keyId), once(), 50 * 1024 * 1024)
  return {
    blobId: stored.blobId,
    meta: {
      fileName: file.fileName,
      mediaType: file.mediaType,
      sizeBytes: stored.sizeBytes,
      sha256: stored.sha256,
      title: file.title,
    },
    plan: {
      statements: [
        blobStatement(stored, { keyId, mediaType: file.mediaType, createdAtMs: ctx.now(), scanState: 'clean' }),
      ],
    },
  }
}

/** Kind of a document that clerks keep for each other: no citizen and no other system sees it. */
export const INTERNAL = 'internal'
/** Kind of a document in which another office says what it thinks: the person sees it when the file is inspected, not before. */
export const OPINION = 'opinion'

/** Lists the documents of Vorgänge that file inspection may show: all but what clerks keep for each other. */
export async function readFiledDocuments(
  ctx: DocumentsCtx,
  vorgangIds: readonly string[],
): Promise<readonly DocumentEntry[]> {
  return (await readDocuments(ctx, vorgangIds)).filter(({ kind }) => kind !== INTERNAL)
}

/** Lists the documents of Vorgänge that are not kept for clerks alone, as {@link readDocuments}. */
export async function readSharedDocuments(
  ctx: DocumentsCtx,
  vorgangIds: readonly string[],
): Promise<readonly DocumentEntry[]> {
  return (await readDocuments(ctx, vorgangIds)).filter(({ kind }) => kind !== INTERNAL && kind !== OPINION)
}

/** Lists the documents of Vorgänge with their metadata opened, oldest first. */
export async function readDocuments(
  ctx: DocumentsCtx,
  vorgangIds: readonly string[],
): Promise<readonly DocumentEntry[]> {
  const rows = await listDocuments(ctx.db, vorgangIds)
  return await Promise.all(rows.map((row) => toEntry(ctx, row)))
}

/** Finds out to which Vorgang a document belongs, before anybody may open it. Says nothing about rights. */
export async function readDocumentPlace(
  ctx: DocumentsCtx,
  id: string,
): Promise<{ readonly vorgangId: string; readonly kind: string } | undefined> {
  return (await findDocument(ctx.db, id))?.document
}

/** Opens a document for reading. Throws `documents/missing` or `documents/quarantined`. The caller has checked who asks. */
export async function openDocument(ctx: DocumentsCtx, id: string): Promise<{ entry: DocumentEntry; file: OpenFile }> {
  const row = await findDocument(ctx.db, id)
  if (row === undefined) {
    throw documentMissing(`document ${id}`)
  }
  if (!OPEN.includes(row.blob.scanState)) {
    throw documentQuarantined(`document ${id}`)
  }
  const key = await ctx.keyring.dataKey(row.document.keyId)
  return { entry: await toEntry(ctx, row), file: await openFile(ctx.blobs, key, row.blob.id) }
}

/** Opens an uploaded file of a draft. Throws `documents/quarantined`. */
export async function openUpload(ctx: DocumentsCtx, keyId: string, upload: Upload): Promise<OpenFile> {
  if (!OPEN.includes(upload.scanState)) {
    throw documentQuarantined(`upload ${upload.id}`)
  }
  return await openFile(ctx.blobs, await ctx.keyring.dataKey(keyId), upload.blobId)
}

function blobStatement(
  stored: StoredFile,
  facts: Pick<BlobRow, 'keyId' | 'mediaType' | 'createdAtMs' | 'scanState'>,
): Statement {
  return insertBlob({ id: stored.blobId, sizeBytes: stored.sizeBytes, derivedFrom: null, ...facts })
}

async function toUpload(ctx: DocumentsCtx, keyId: string, row: StoredUpload): Promise<Upload> {
  const { id, draftId, field, metaSealed } = row.upload
  const opened = await ctx.keyring.openJson(keyId, { table: 'uploads', row: id, column: 'meta' }, metaSealed)
  const { id: blobId, scanState } = row.blob
  return { id, draftId, field, blobId, scanState, meta: v.parse(FileMeta, opened) }
}

async function toEntry(ctx: DocumentsCtx, row: StoredVersion): Promise<DocumentEntry> {
  const spot = { table: 'document_versions', row: row.version.id, column: 'meta' }
  const meta = v.parse(FileMeta, await ctx.keyring.openJson(row.document.keyId, spot, row.version.metaSealed))
  const { id, vorgangId, kind, createdAtMs } = row.document
  return { id, vorgangId, kind, createdAtMs, scanState: row.blob.scanState, blobId: row.blob.id, meta }
}

/** Finds the documents that bytes belong to; none for those of a draft. */
export async function readDocumentsOfBlob(ctx: DocumentsCtx, blobId: string): Promise<readonly DocumentEntry[]> {
  const rows = await listDocumentsOfBlob(ctx.db, blobId)
  return await Promise.all(rows.map((row) => toEntry(ctx, row)))
}

export { fileTooLarge } from './blobs.ts'
export { disposition } from './file-type.ts'
export { createPress, type Press } from './press.ts'
export type { Scanner } from './scanner.ts'
export { mergePhotos } from './service-merge.ts'
export { dropParts, type PartPlace, readParts, receivedBytes, storePart, sweepParts } from './service-parts.ts'
export { readCodesOf } from './service-press.ts'
export { makePreview, openPage, type Preview, readPreviews } from './service-previews.ts'
export { scanBlob } from './service-scan.ts'
export { BACKUP_LEASE, discardBlobs, sweepBlobs } from './service-sweep.ts'
