import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** Encrypted bytes in the blob store; the id is the SHA-256 of the ciphertext. */
export const blobs = sqliteTable('blobs', {
  id: text('id').primaryKey(),
  keyId: text('key_id').notNull(),
  sizeBytes: integer('size_bytes').notNull(),
  mediaType: text('media_type').notNull(),
  scanState: text('scan_state', { enum: ['quarantined', 'clean', 'rejected'] }).notNull(),
  createdAtMs: integer('created_at_ms').notNull(),
})

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
