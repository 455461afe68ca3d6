import { sql } from 'drizzle-orm'
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

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

/** A new version of a row of a table of the law, from the day it is proposed; a second editor releases it. */
export const lawChanges = sqliteTable(
  'law_changes',
  {
    id: text('id').primaryKey(),
    lawTable: text('law_table', { enum: ['deadlines', 'deliveries', 'fees', 'retention'] }).notNull(),
    rowId: text('row_id').notNull(),
    validFrom: text('valid_from').notNull(),
    /** The whole row as it will stand, as JSON. */
    rowJson: text('row_json').notNull(),
    /** Why, for the second editor. */
    note: text('note').notNull(),
    state: text('state', { enum: ['proposed', 'released', 'refused', 'withdrawn'] }).notNull(),
    proposedBy: text('proposed_by').notNull(),
    proposedAtMs: integer('proposed_at_ms').notNull(),
    decidedBy: text('decided_by'),
    decidedAtMs: integer('decided_at_ms'),
    version: integer('version').notNull(),
  },
  (t) => [
    index('law_changes_state').on(t.state, t.id),
    uniqueIndex('law_changes_open').on(t.lawTable, t.rowId, t.validFrom).where(sql`state = 'proposed'`),
  ],
)

/** The day on which the unpublished state of a service is published by itself; at most one for each service. */
export const plannedPublications = sqliteTable('planned_publications', {
  slug: text('slug').primaryKey(),
  /** Version of the unpublished state that was planned. */
  workspaceVersion: integer('workspace_version').notNull(),
  onDay: text('on_day').notNull(),
  germanParts: integer('german_parts').notNull(),
  plannedBy: text('planned_by').notNull(),
  plannedAtMs: integer('planned_at_ms').notNull(),
  /** Why it was not published when its day came; null while it waits. */
  failure: text('failure'),
  version: integer('version').notNull(),
})

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
