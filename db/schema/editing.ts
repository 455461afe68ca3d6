import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What editors have changed of one service and not yet published: the whole folder, beside the revision it began from. */
export const editingWorkspaces = sqliteTable('editing_workspaces', {
  slug: text('slug').primaryKey(),
  baseRevisionId: text('base_revision_id').notNull(),
  stateJson: text('state_json').notNull(),
  version: integer('version').notNull(),
  updatedAtMs: integer('updated_at_ms').notNull(),
  updatedBy: text('updated_by').notNull(),
})

/** What an editor sent when somebody else had changed the same thing meanwhile; kept until it is taken over or dropped. */
export const editingConflicts = sqliteTable(
  'editing_conflicts',
  {
    id: text('id').primaryKey(),
    slug: text('slug').notNull(),
    sheet: text('sheet').notNull(),
    valuesJson: text('values_json').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (t) => [index('editing_conflicts_slug').on(t.slug, t.id)],
)

/** A form being tried by an editor: answers that never become a submission. */
export const editingPreviews = sqliteTable(
  'editing_previews',
  {
    id: text('id').primaryKey(),
    slug: text('slug').notNull(),
    keyId: text('key_id').notNull(),
    answersSealed: blob('answers_sealed', { mode: 'buffer' }).notNull(),
    createdBy: text('created_by').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [index('editing_previews_expiry').on(t.expiresAtMs)],
)
