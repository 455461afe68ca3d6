import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

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

/** The deadline of a task: by which version of which rule it was counted, and how, as `Deadline` in JSON. */
export const caseDeadlines = sqliteTable(
  'case_deadlines',
  {
    taskId: text('task_id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    rule: text('rule').notNull(),
    validFrom: text('valid_from'),
    source: text('source'),
    counted: text('counted').notNull(),
    endsOn: text('ends_on').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [index('case_deadlines_vorgang').on(t.vorgangId, t.taskId)],
)

/** How a deadline was lengthened, or stopped from a day until another, why and by whom. Never changed. */
export const caseDeadlineChanges = sqliteTable(
  'case_deadline_changes',
  {
    id: text('id').primaryKey(),
    taskId: text('task_id').notNull(),
    kind: text('kind', { enum: ['extended', 'paused'] }).notNull(),
    fromOn: text('from_on').notNull(),
    untilOn: text('until_on'),
    period: text('period'),
    endsOn: text('ends_on').notNull(),
    keyId: text('key_id').notNull(),
    reasonSealed: blob('reason_sealed', { mode: 'buffer' }).notNull(),
    changedBy: text('changed_by').notNull(),
    changedAtMs: integer('changed_at_ms').notNull(),
  },
  (t) => [index('case_deadline_changes_task').on(t.taskId, t.id)],
)
