import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * One thing that waits for somebody. Each Vorgang has its main item, which says where the Vorgang lies; a task that is open
 * beside the main one (another office takes part) has an item of its own. `waiting`: for the citizen, another office or
 * another system; `done`: for nobody.
 */
export const postboxItems = sqliteTable(
  'postbox_items',
  {
    /** Of the main item the id of its Vorgang, of one beside it that of its task or order. */
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    kind: text('kind', { enum: ['case', 'task', 'order'] }).notNull(),
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
    waitsFor: text('waits_for', {
      enum: ['answer', 'payment', 'delivery', 'message', 'deadline', 'program', 'office'],
    }),
    /** Of a task for a second person: user id of the first, who may not do it. */
    preparedBy: text('prepared_by'),
    version: integer('version').notNull(),
    /** Where it stands in lists: unclaimed, taken, for a second person (unclaimed or taken), waiting or done. */
    lane: text('lane', { enum: ['free', 'taken', 'sign', 'signing', 'waiting', 'done'] })
      .notNull()
      .generatedAlwaysAs(
        sql`CASE state WHEN 'open' THEN CASE WHEN prepared_by IS NULL THEN CASE WHEN assignee IS NULL THEN 'free' ELSE 'taken' END WHEN assignee IS NULL THEN 'sign' ELSE 'signing' END ELSE state END`,
        { mode: 'virtual' },
      ),
  },
  (t) => [
    index('postbox_items_postbox').on(t.postbox, t.lane, t.dueOn, t.id),
    index('postbox_items_service').on(t.postbox, t.serviceSlug, t.lane, t.dueOn, t.id),
    index('postbox_items_assignee').on(t.assignee, t.lane, t.dueOn, t.id).where(sql`assignee IS NOT NULL`),
    index('postbox_items_vorgang').on(t.vorgangId),
  ],
)

/**
 * How much lies where: by owner (`postbox:<id>` or `staff:<id>`) and lane. Triggers move it by one within the batch that
 * moves the item (ADR 28); nothing is counted of what is done.
 */
export const workCounts = sqliteTable(
  'work_counts',
  { owner: text('owner').notNull(), lane: text('lane').notNull(), count: integer('count').notNull() },
  (t) => [primaryKey({ columns: [t.owner, t.lane] })],
)

/**
 * The open ones by the day they are due, each once: of the person who took it, else of its postbox. What is due until a day
 * is a sum over days, never over items.
 */
export const workDue = sqliteTable(
  'work_due',
  { owner: text('owner').notNull(), dueOn: text('due_on').notNull(), count: integer('count').notNull() },
  (t) => [primaryKey({ columns: [t.owner, t.dueOn] })],
)

/**
 * A list that somebody wants to find again: its name, what it is narrowed to, its columns. All of it is sealed, because it may be
 * about a person.
 */
export const savedViews = sqliteTable(
  'saved_views',
  {
    id: text('id').primaryKey(),
    userId: text('user_id').notNull(),
    sealed: blob('sealed', { mode: 'buffer' }).notNull(),
    savedAtMs: integer('saved_at_ms').notNull(),
  },
  (t) => [index('saved_views_user').on(t.userId, t.id)],
)

/**
 * What left the house as a table: who took it, when, which list (sealed, as it may name a person) and how many rows. Written before
 * the first row goes out, ended once; rows stay null where the product stopped meanwhile.
 */
export const listExports = sqliteTable(
  'list_exports',
  {
    id: text('id').primaryKey(),
    userId: text('user_id').notNull(),
    atMs: integer('at_ms').notNull(),
    format: text('format', { enum: ['csv', 'xlsx'] }).notNull(),
    listSealed: blob('list_sealed', { mode: 'buffer' }).notNull(),
    rows: integer('rows'),
    endedAtMs: integer('ended_at_ms'),
  },
  (t) => [index('list_exports_user').on(t.userId, t.id)],
)
