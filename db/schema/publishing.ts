import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** One published state of the static site: a manifest (path → status, headers, digests) over the page store. */
export const releases = sqliteTable('releases', {
  id: text('id').primaryKey(),
  createdAtMs: integer('created_at_ms').notNull(),
  createdBy: text('created_by').notNull(),
  contentRevisionId: text('content_revision_id').notNull(),
  manifestDigest: text('manifest_digest').notNull(),
  pagesTotal: integer('pages_total').notNull(),
  pagesRendered: integer('pages_rendered').notNull(),
})

/** The live release; undo is pointing to an older one. */
export const releasePointer = sqliteTable('release_pointer', {
  id: integer('id').primaryKey(),
  releaseId: text('release_id')
    .notNull()
    .references(() => releases.id),
  version: integer('version').notNull(),
})
