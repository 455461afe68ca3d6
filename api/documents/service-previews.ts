import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { Problem, problemType } from '../lib/problem.ts'
import { type OpenFile, openFile, storeFile } from './blobs.ts'
import { checkImage } from './image-check.ts'
import type { ReadRange } from './pdf-check.ts'
import type { DocumentsCtx } from './service.ts'
import { wholeFile } from './service-press.ts'
import {
  type BlobRow,
  findBlob,
  findPreviewPage,
  insertBlob,
  insertPreview,
  insertPreviewPage,
  listPreviews,
} from './store.ts'
import { stripPicture } from './strip.ts'

export const noPreview = problemType('documents/no-preview', 409)

const Payload = v.object({ blobId: v.string() })
const PAGES_MAX = 20
/** About 150 dots an inch on A4: small print stays legible. */
const WIDTH_PIXELS = 1_240
const PICTURE_BYTES_MAX = 40 * 1024 * 1024
const QUARANTINE_WAIT_MS = 30_000

export type Preview = {
  readonly state: 'made' | 'unreadable'
  /** Pages of the file; at most the first 20 were made. */
  readonly pageCount: number
  readonly shownCount: number
  /** What a clerk should know before opening the original: `script`, `attachment`, `media`, `form`, `restricted`. */
  readonly flags: readonly string[]
}

/**
 * Does the work of job `preview`: pictures and text of the pages of a PDF, made out of process; of a photo the same photo
 * without its metadata. What is made is sealed by the file's own key, marked as derived from it, and goes with it. A file in
 * quarantine waits; one that cannot be read is said to be so. Nothing is made where no process may be started.
 */
export async function makePreview(ctx: DocumentsCtx, job: Job): Promise<JobResult> {
  const { blobId } = v.parse(Payload, job.payload)
  const blob = await findBlob(ctx.db, blobId)
  if (blob === undefined || blob.scanState === 'rejected' || (await listPreviews(ctx.db, [blobId])).length > 0) {
    return { done: true }
  }
  if (blob.scanState === 'quarantined') {
    return { again: ctx.now() + QUARANTINE_WAIT_MS }
  }
  try {
    const plan = blob.mediaType === 'application/pdf' ? await planPages(ctx, blob) : await planPicture(ctx, blob)
    return plan === null ? { done: true } : { done: true, plan }
  } catch (error) {
    if (error instanceof Problem && error.status === 503) {
      return { again: 'back-off', reason: 'press-busy' }
    }
    throw error
  }
}

async function planPages(ctx: DocumentsCtx, blob: BlobRow): Promise<Plan | null> {
  if (ctx.press === null) {
    return null
  }
  const bytes = await wholeFile(ctx, blob.keyId, blob.id)
  const made = await ctx.press.pages(bytes, { pagesMax: PAGES_MAX, widthPixels: WIDTH_PIXELS })
  if (typeof made === 'string') {
    ctx.log('preview-failed', { reason: made })
    return unreadable(ctx, blob, made)
  }
  const pages = await Promise.all(
    made.pages.map(({ number, width, height, text, bytes: image }) =>
      planPage(ctx, blob, { number, width, height, text, mediaType: 'image/png', source: once(image) }),
    ),
  )
  return join(said(ctx, blob, { state: 'made', pageCount: made.pageCount, flags: made.flags.join(' ') }), ...pages)
}

async function planPicture(ctx: DocumentsCtx, blob: BlobRow): Promise<Plan | null> {
  const { mediaType } = blob
  if (mediaType !== 'image/jpeg' && mediaType !== 'image/png') {
    return null
  }
  const file = await openFile(ctx.blobs, await ctx.keyring.dataKey(blob.keyId), blob.id)
  const read: ReadRange = rangesOf(file)
  const size = await checkImage(mediaType, read, file.sizeBytes)
  if (size.kind !== 'whole') {
    return unreadable(ctx, blob, 'unreadable')
  }
  const { width, height } = size
  const source = stripPicture(mediaType, read, file.sizeBytes)
  const page = await planPage(ctx, blob, { number: 1, width, height, text: '', mediaType, source })
  return join(said(ctx, blob, { state: 'made', pageCount: 1, flags: '' }), page)
}

/** Reads a file in ranges; two neighbours of one segment are decrypted once. */
export function rangesOf(file: OpenFile): ReadRange {
  const kept = { start: 0, bytes: Buffer.alloc(0) }
  const PIECE = 64 * 1024
  return async (start, end) => {
    const isKept = start >= kept.start && end <= kept.start + kept.bytes.length
    if (!isKept) {
      const from = Math.floor(start / PIECE) * PIECE
      const to = Math.min(file.sizeBytes, Math.ceil(end / PIECE) * PIECE)
      kept.bytes = Buffer.concat(await Array.fromAsync(file.bytes(from, to)))
      kept.start = from
    }
    return kept.bytes.subarray(start - kept.start, end - kept.start)
  }
}

const said = (
  ctx: DocumentsCtx,
  blob: BlobRow,
  facts: { readonly state: 'made' | 'unreadable'; readonly pageCount: number; readonly flags: string },
): Plan => ({ statements: [insertPreview({ blobId: blob.id, createdAtMs: ctx.now(), ...facts })] })

const unreadable = (ctx: DocumentsCtx, blob: BlobRow, flags: string): Plan =>
  said(ctx, blob, { state: 'unreadable', pageCount: 0, flags })

type NewPage = {
  readonly number: number
  readonly width: number
  readonly height: number
  readonly text: string
  readonly mediaType: string
  readonly source: AsyncIterable<Uint8Array>
}

async function planPage(ctx: DocumentsCtx, blob: BlobRow, page: NewPage): Promise<Plan> {
  const { keyId } = blob
  const stored = await storeFile(ctx.blobs, await ctx.keyring.dataKey(keyId), page.source, PICTURE_BYTES_MAX)
  const id = ctx.newId()
  const textSealed = await ctx.keyring.seal(keyId, { table: 'preview_pages', row: id, column: 'text' }, page.text)
  return {
    statements: [
      insertBlob({
        id: stored.blobId,
        keyId,
        sizeBytes: stored.sizeBytes,
        mediaType: page.mediaType,
        scanState: 'clean',
        createdAtMs: ctx.now(),
        derivedFrom: blob.id,
      }),
      insertPreviewPage({
        id,
        blobId: blob.id,
        pageNumber: page.number,
        imageBlobId: stored.blobId,
        keyId,
        textSealed,
        widthPixels: page.width,
        heightPixels: page.height,
      }),
    ],
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Previews of files, by blob; files without one are not among them. */
export async function readPreviews(
  ctx: Pick<DocumentsCtx, 'db'>,
  blobIds: readonly string[],
): Promise<ReadonlyMap<string, Preview>> {
  const rows = await listPreviews(ctx.db, blobIds)
  return new Map(
    rows.map(({ blobId, state, pageCount, flags }) => [
      blobId,
      { state, pageCount, shownCount: Math.min(pageCount, PAGES_MAX), flags: flags.split(' ').filter(Boolean) },
    ]),
  )
}

export type OpenPage = {
  readonly file: OpenFile
  readonly mediaType: string
  readonly width: number
  readonly height: number
  readonly text: string
}

/** Opens one page of a file as a picture, with its text. Throws `documents/no-preview`. The caller has checked who asks. */
export async function openPage(ctx: DocumentsCtx, blobId: string, page: number): Promise<OpenPage> {
  const row = await findPreviewPage(ctx.db, blobId, page)
  const image = row === undefined ? undefined : await findBlob(ctx.db, row.imageBlobId)
  if (row === undefined || image === undefined) {
    throw noPreview(`page ${page}`)
  }
  const { keyId, textSealed, widthPixels: width, heightPixels: height } = row
  const text = await ctx.keyring.open(keyId, { table: 'preview_pages', row: row.id, column: 'text' }, textSealed)
  const file = await openFile(ctx.blobs, await ctx.keyring.dataKey(keyId), image.id)
  return { file, mediaType: image.mediaType, width, height, text: text.toString('utf8') }
}
