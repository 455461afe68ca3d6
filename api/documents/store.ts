import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import { hot, type Read } from '../../db/reader.ts'
import {
  blobs,
  documents,
  documentVersions,
  previewPages,
  previews,
  uploadParts,
  uploads,
} from '../../db/schema/documents.ts'

export type BlobRow = typeof blobs.$inferSelect
export type UploadRow = typeof uploads.$inferSelect
export type DocumentRow = typeof documents.$inferSelect
export type DocumentVersionRow = typeof documentVersions.$inferSelect

export type StoredUpload = { readonly upload: UploadRow; readonly blob: BlobRow }

/** Finds an upload with its blob. */
export async function findUpload(db: Read, id: string): Promise<StoredUpload | undefined> {
  const rows = await db
    .select({ upload: uploads, blob: blobs })
    .from(uploads)
    .innerJoin(blobs, eq(blobs.id, uploads.blobId))
    .where(eq(uploads.id, id))
    .limit(1)
  return rows[0]
}

const uploadsByDraft = hot((db) =>
  db
    .select({ upload: uploads, blob: blobs })
    .from(uploads)
    .innerJoin(blobs, eq(blobs.id, uploads.blobId))
    .where(eq(uploads.draftId, sql.placeholder('draftId')))
    .orderBy(asc(uploads.id))
    .limit(200),
)

/** Lists the files a draft holds, oldest first; at most 200. */
export async function listUploads(db: Read, draftId: string): Promise<readonly StoredUpload[]> {
  return await uploadsByDraft(db).all({ draftId })
}

export type StoredVersion = {
  readonly document: DocumentRow
  readonly version: DocumentVersionRow
  readonly blob: BlobRow
}

/** Lists the newest version of every document of the Vorgänge, oldest document first; at most 500. */
export async function listDocuments(db: Read, vorgangIds: readonly string[]): Promise<readonly StoredVersion[]> {
  if (vorgangIds.length === 0) {
    return []
  }
  const rows = await db
    .select({ document: documents, version: documentVersions, blob: blobs })
    .from(documents)
    .innerJoin(documentVersions, eq(documentVersions.documentId, documents.id))
    .innerJoin(blobs, eq(blobs.id, documentVersions.blobId))
    .where(inArray(documents.vorgangId, [...vorgangIds]))
    .orderBy(asc(documents.id), desc(documentVersions.versionNumber))
    .limit(500)
  return rows.filter((row, index) => rows[index - 1]?.document.id !== row.document.id)
}

/** Finds the newest version of a document. */
export async function findDocument(db: Read, id: string): Promise<StoredVersion | undefined> {
  const rows = await db
    .select({ document: documents, version: documentVersions, blob: blobs })
    .from(documents)
    .innerJoin(documentVersions, eq(documentVersions.documentId, documents.id))
    .innerJoin(blobs, eq(blobs.id, documentVersions.blobId))
    .where(eq(documents.id, id))
    .orderBy(desc(documentVersions.versionNumber))
    .limit(1)
  return rows[0]
}

/** Records a stored blob; the same bytes are recorded once. */
export const insertBlob = (row: BlobRow): Statement => ({
  sql: 'INSERT INTO blobs (id, key_id, size_bytes, media_type, scan_state, created_at_ms, derived_from) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
  args: [row.id, row.keyId, row.sizeBytes, row.mediaType, row.scanState, row.createdAtMs, row.derivedFrom],
})

/** Finds what is known of stored bytes. */
export async function findBlob(db: Read, id: string): Promise<BlobRow | undefined> {
  return (await db.select().from(blobs).where(eq(blobs.id, id)).limit(1))[0]
}

/** Bytes in quarantine become what the scanner said; refused where they no longer are there. */
export const markScanned = (id: string, state: 'clean' | 'rejected'): Guard => ({
  name: 'blob-quarantined',
  sql: "UPDATE blobs SET scan_state = ? WHERE id = ? AND scan_state = 'quarantined'",
  args: [state, id],
})

/** Lists the documents of which these bytes are a version; at most 100. */
export async function listDocumentsOfBlob(db: Read, blobId: string): Promise<readonly StoredVersion[]> {
  return await db
    .select({ document: documents, version: documentVersions, blob: blobs })
    .from(documentVersions)
    .innerJoin(documents, eq(documents.id, documentVersions.documentId))
    .innerJoin(blobs, eq(blobs.id, documentVersions.blobId))
    .where(eq(documentVersions.blobId, blobId))
    .orderBy(asc(documents.id))
    .limit(100)
}

export const insertUpload = (row: UploadRow): Statement => ({
  sql: 'INSERT INTO uploads (id, draft_id, field, blob_id, meta_sealed, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
  args: [row.id, row.draftId, row.field, row.blobId, row.metaSealed, row.createdAtMs],
})

/** Forgets files of a draft; what is said of their bytes goes with `deleteLooseBlob`. */
export const deleteUpload = (id: string, draftId: string): Statement => ({
  sql: 'DELETE FROM uploads WHERE id = ? AND draft_id = ?',
  args: [id, draftId],
})

/** Forgets stored bytes that no upload and no document names any more. */
export const deleteLooseBlob = (id: string): Statement => ({
  sql:
    'DELETE FROM blobs WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM uploads WHERE blob_id = ?1) ' +
    'AND NOT EXISTS (SELECT 1 FROM document_versions WHERE blob_id = ?1)',
  args: [id],
})

/** Which of these blobs the database knows. */
export async function listKnownBlobs(db: Read, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ id: blobs.id })
    .from(blobs)
    .where(inArray(blobs.id, [...ids]))
    .limit(ids.length)
  return new Set(rows.map((row) => row.id))
}

export const insertDocument = (row: DocumentRow): Statement => ({
  sql: 'INSERT INTO documents (id, eakte_id, vorgang_id, kind, key_id, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
  args: [row.id, row.eakteId, row.vorgangId, row.kind, row.keyId, row.createdAtMs],
})

export const insertDocumentVersion = (row: DocumentVersionRow): Statement => ({
  sql: 'INSERT INTO document_versions (id, document_id, version_number, blob_id, meta_sealed, created_at_ms, created_by) VALUES (?, ?, ?, ?, ?, ?, ?)',
  args: [row.id, row.documentId, row.versionNumber, row.blobId, row.metaSealed, row.createdAtMs, row.createdBy],
})

export type PreviewRow = typeof previews.$inferSelect
export type PreviewPageRow = typeof previewPages.$inferSelect

/** Lists what was made of these files to look at them. */
export async function listPreviews(db: Read, blobIds: readonly string[]): Promise<readonly PreviewRow[]> {
  return blobIds.length === 0
    ? []
    : await db
        .select()
        .from(previews)
        .where(inArray(previews.blobId, [...blobIds]))
        .limit(blobIds.length)
}

/** Finds one page of a preview. */
export async function findPreviewPage(db: Read, blobId: string, page: number): Promise<PreviewPageRow | undefined> {
  const one = and(eq(previewPages.blobId, blobId), eq(previewPages.pageNumber, page))
  return (await db.select().from(previewPages).where(one).limit(1))[0]
}

export const insertPreview = (row: PreviewRow): Statement => ({
  sql: 'INSERT INTO previews (blob_id, state, page_count, flags, created_at_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT (blob_id) DO NOTHING',
  args: [row.blobId, row.state, row.pageCount, row.flags, row.createdAtMs],
})

export const insertPreviewPage = (row: PreviewPageRow): Statement => ({
  sql: 'INSERT INTO preview_pages (id, blob_id, page_number, image_blob_id, key_id, text_sealed, width_pixels, height_pixels) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (blob_id, page_number) DO NOTHING',
  args: [
    row.id,
    row.blobId,
    row.pageNumber,
    row.imageBlobId,
    row.keyId,
    row.textSealed,
    row.widthPixels,
    row.heightPixels,
  ],
})

export type PartRow = typeof uploadParts.$inferSelect

/** Lists the pieces of a file that is on its way, first byte first; at most 100. */
export async function listParts(db: Read, uploadId: string, draftId: string): Promise<readonly PartRow[]> {
  const own = and(eq(uploadParts.uploadId, uploadId), eq(uploadParts.draftId, draftId))
  return await db.select().from(uploadParts).where(own).orderBy(asc(uploadParts.startByte)).limit(100)
}

/** Records a piece; one that is there already stays. */
export const insertPart = (row: PartRow): Statement => ({
  sql: 'INSERT INTO upload_parts (upload_id, start_byte, end_byte, draft_id, blob_id, created_at_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  args: [row.uploadId, row.startByte, row.endByte, row.draftId, row.blobId, row.createdAtMs],
})

export const deleteParts = (uploadId: string, draftId: string): Statement => ({
  sql: 'DELETE FROM upload_parts WHERE upload_id = ? AND draft_id = ?',
  args: [uploadId, draftId],
})

export const forgetParts = (beforeMs: number): Statement => ({
  sql: 'DELETE FROM upload_parts WHERE created_at_ms < ?',
  args: [beforeMs],
})
