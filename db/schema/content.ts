import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Immutable state of all content: a manifest (path → digest) over a content-addressed store. */
export const contentRevisions = sqliteTable('content_revisions', {
  id: text('id').primaryKey(),
  createdAtMs: integer('created_at_ms').notNull(),
  createdBy: text('created_by').notNull(),
  note: text('note').notNull(),
  manifestDigest: text('manifest_digest').notNull(),
})

/** The live content revision; moved by a guarded batch. */
export const contentPointer = sqliteTable('content_pointer', {
  id: integer('id').primaryKey(),
  revisionId: text('revision_id')
    .notNull()
    .references(() => contentRevisions.id),
  version: integer('version').notNull(),
})
