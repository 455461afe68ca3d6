import { sql } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  blob,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'

/**
 * Encrypted bytes in the blob store; the id is the SHA-256 of the ciphertext. `unscanned`: no scanner was configured.
 * `derived_from` marks bytes that were made from others (a picture of a page): they go when those go.
 */
export const blobs = sqliteTable(
  'blobs',
  {
    id: text('id').primaryKey(),
    keyId: text('key_id').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    mediaType: text('media_type').notNull(),
    scanState: text('scan_state', { enum: ['quarantined', 'clean', 'rejected', 'unscanned'] }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    derivedFrom: text('derived_from').references((): AnySQLiteColumn => blobs.id, { onDelete: 'cascade' }),
  },
  (t) => [index('blobs_derived').on(t.derivedFrom).where(sql`derived_from IS NOT NULL`)],
)

/** What was made of a file to look at it: pages that can be shown, or that it cannot be read. Flags are codes. */
export const previews = sqliteTable('previews', {
  blobId: text('blob_id')
    .primaryKey()
    .references(() => blobs.id, { onDelete: 'cascade' }),
  state: text('state', { enum: ['made', 'unreadable'] }).notNull(),
  pageCount: integer('page_count').notNull(),
  flags: text('flags').notNull(),
  createdAtMs: integer('created_at_ms').notNull(),
})

/** One page as a picture, and its text. */
export const previewPages = sqliteTable(
  'preview_pages',
  {
    id: text('id').primaryKey(),
    blobId: text('blob_id')
      .notNull()
      .references(() => blobs.id, { onDelete: 'cascade' }),
    pageNumber: integer('page_number').notNull(),
    imageBlobId: text('image_blob_id')
      .notNull()
      .references(() => blobs.id, { onDelete: 'cascade' }),
    keyId: text('key_id').notNull(),
    textSealed: blob('text_sealed', { mode: 'buffer' }).notNull(),
    widthPixels: integer('width_pixels').notNull(),
    heightPixels: integer('height_pixels').notNull(),
  },
  (t) => [
    uniqueIndex('preview_pages_number').on(t.blobId, t.pageNumber),
    index('preview_pages_image').on(t.imageBlobId),
  ],
)

/** A piece of a file that is still on its way; bytes lie in the blob store and are swept a day later. */
export const uploadParts = sqliteTable(
  'upload_parts',
  {
    uploadId: text('upload_id').notNull(),
    startByte: integer('start_byte').notNull(),
    endByte: integer('end_byte').notNull(),
    draftId: text('draft_id').notNull(),
    blobId: text('blob_id').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.uploadId, t.startByte] }), index('upload_parts_age').on(t.createdAtMs)],
)

/** A file given to a draft (or to an answer), not yet part of an eAkte. */
export const uploads = sqliteTable(
  'uploads',
  {
    id: text('id').primaryKey(),
    draftId: text('draft_id').notNull(),
    field: text('field').notNull(),
    blobId: text('blob_id')
      .notNull()
      .references(() => blobs.id),
    metaSealed: blob('meta_sealed', { mode: 'buffer' }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (t) => [index('uploads_draft').on(t.draftId), index('uploads_blob').on(t.blobId)],
)

export const documents = sqliteTable(
  'documents',
  {
    id: text('id').primaryKey(),
    eakteId: text('eakte_id').notNull(),
    vorgangId: text('vorgang_id').notNull(),
    kind: text('kind').notNull(),
    keyId: text('key_id').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (t) => [index('documents_vorgang').on(t.vorgangId, t.id), index('documents_eakte').on(t.eakteId, t.id)],
)

/** Immutable bytes plus metadata. */
export const documentVersions = sqliteTable(
  'document_versions',
  {
    id: text('id').primaryKey(),
    documentId: text('document_id')
      .notNull()
      .references(() => documents.id),
    versionNumber: integer('version_number').notNull(),
    blobId: text('blob_id')
      .notNull()
      .references(() => blobs.id),
    metaSealed: blob('meta_sealed', { mode: 'buffer' }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (t) => [
    uniqueIndex('document_versions_number').on(t.documentId, t.versionNumber),
    index('document_versions_blob').on(t.blobId),
  ],
)
