import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Where each Vorgang waits: exactly one postbox. `waiting`: for the citizen or another system; `done`: nobody. */
export const postboxItems = sqliteTable(
  'postbox_items',
  {
    vorgangId: text('vorgang_id').primaryKey(),
    postbox: text('postbox').notNull(),
    taskId: text('task_id'),
    step: text('step').notNull(),
    state: text('state', { enum: ['open', 'waiting', 'done'] }).notNull(),
    assignee: text('assignee'),
    dueOn: text('due_on').notNull(),
    reference: text('reference').notNull(),
    aktenzeichen: text('aktenzeichen').notNull(),
    serviceSlug: text('service_slug').notNull(),
    receivedAtMs: integer('received_at_ms').notNull(),
    isNew: integer('is_new').notNull(),
    /** Title of the task, in the words of the process it runs on. */
    title: text('title'),
    /** Whom or what the process waits for where there is no task. */
    waitsFor: text('waits_for', { enum: ['answer', 'payment', 'delivery', 'message', 'deadline', 'program'] }),
    /** Of a task for a second person: user id of the first, who may not do it. */
    preparedBy: text('prepared_by'),
    version: integer('version').notNull(),
  },
  (t) => [
    index('postbox_items_open').on(t.postbox, t.dueOn, t.vorgangId).where(sql`state = 'open'`),
    index('postbox_items_mine').on(t.assignee, t.dueOn, t.vorgangId).where(sql`state = 'open'`),
    index('postbox_items_state').on(t.postbox, t.state, t.dueOn, t.vorgangId),
  ],
)

/** Counts per postbox, moved by plus and minus one within the batch that moves the item. */
export const postboxCounts = sqliteTable('postbox_counts', {
  postbox: text('postbox').primaryKey(),
  open: integer('open').notNull(),
  waiting: integer('waiting').notNull(),
})
