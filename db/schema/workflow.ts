import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** State of a Vorgang's process: what `advance` returned last. */
export const processInstances = sqliteTable('process_instances', {
  vorgangId: text('vorgang_id').primaryKey(),
  definitionDigest: text('definition_digest').notNull(),
  state: text('state').notNull(),
  version: integer('version').notNull(),
})

export const tasks = sqliteTable(
  'tasks',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    key: text('key').notNull(),
    node: text('node').notNull(),
    postbox: text('postbox').notNull(),
    state: text('state', { enum: ['open', 'done', 'cancelled'] }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    completedAtMs: integer('completed_at_ms'),
    completedBy: text('completed_by'),
    outcome: text('outcome'),
    version: integer('version').notNull(),
  },
  (t) => [index('tasks_vorgang').on(t.vorgangId, t.state)],
)
