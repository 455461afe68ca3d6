import {
  documentMissing,
  type FileMeta,
  openDocument,
  openPage,
  type Preview,
  readDocumentPlace,
  type readDocuments,
  readPreviews,
  type ScanState,
} from '../documents/service.ts'
import { authorize, can } from '../identity/permissions.ts'
import { staffName } from '../identity/service.ts'
import type { Actor } from '../lib/actor.ts'
import { postboxesOf, readItems } from '../postboxes/service.ts'
import type { SubmissionsCtx } from './ctx.ts'

export type DocumentView = {
  readonly id: string
  readonly vorgangId: string
  readonly kind: string
  readonly title: string
  readonly fileName: string
  readonly mediaType: string
  readonly sizeBytes: number
  readonly createdAtMs: number
  /** `quarantined` and `rejected` cannot be opened. */
  readonly scanState: ScanState
  /** How paper became this file; `by` is a member of staff's name. */
  readonly scan?: FileMeta['scan']
  /** What another office said; `by` is a member of staff's name. */
  readonly opinion?: FileMeta['opinion']
  /** Pages to look at; absent where none were made (yet). */
  readonly preview?: Preview
}
/** Opens a document of a Vorgang of the clerk's postboxes. Throws 404 for everything else. */
export async function openCaseDocument(ctx: SubmissionsCtx, actor: Actor, documentId: string) {
  authorize(actor, 'postbox.list', { postboxes: actor.kind === 'staff' ? actor.postboxes : [] })
  const place = await readDocumentPlace(ctx, documentId)
  const items = place === undefined ? [] : await readItems(ctx, place.vorgangId)
  if (!can(actor, 'document.read', { postboxes: postboxesOf(items) })) {
    throw documentMissing(`document ${documentId}`)
  }
  return await openDocument(ctx, documentId)
}

/** Opens one page of a document of a Vorgang of the clerk's postboxes. Throws 404 as `openCaseDocument`, `documents/no-preview`. */
export async function openCasePage(ctx: SubmissionsCtx, actor: Actor, documentId: string, page: number) {
  const { entry } = await openCaseDocument(ctx, actor, documentId)
  return await openPage(ctx, entry.blobId, page)
}

/** Documents as pages show them; who scanned is named. */
export async function documentViews(
  ctx: SubmissionsCtx,
  documents: Awaited<ReturnType<typeof readDocuments>>,
): Promise<readonly DocumentView[]> {
  const previews = await readPreviews(
    ctx,
    documents.map((document) => document.blobId),
  )
  return await Promise.all(
    documents.map(async ({ id, vorgangId, kind, createdAtMs, scanState, blobId, meta }) => {
      const preview = previews.get(blobId)
      const { fileName, mediaType, sizeBytes, title = fileName, scan, opinion } = meta
      const by = scan === undefined ? null : await staffName(ctx, scan.by.replace(/^staff:/, ''))
      const said =
        opinion === undefined
          ? {}
          : { opinion: { ...opinion, by: (await staffName(ctx, opinion.by.replace(/^staff:/, ''))) ?? '' } }
      const scanned = scan === undefined ? {} : { scan: { ...scan, by: by ?? '' } }
      return {
        id,
        vorgangId,
        kind,
        title,
        fileName,
        mediaType,
        sizeBytes,
        createdAtMs,
        scanState,
        ...scanned,
        ...said,
        ...(preview === undefined ? {} : { preview }),
      }
    }),
  )
}
