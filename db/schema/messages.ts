import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** Where a person wants to be told of news; may be withdrawn or changed, the submission stays as it is. */
export const contacts = sqliteTable('contacts', {
  vorgangId: text('vorgang_id').primaryKey(),
  keyId: text('key_id').notNull(),
  lang: text('lang').notNull(),
  emailSealed: blob('email_sealed', { mode: 'buffer' }),
  version: integer('version').notNull(),
})

/** Request for information: a clerk asks, the citizen answers on the status page. */
export const informationRequests = sqliteTable(
  'information_requests',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    keyId: text('key_id').notNull(),
    textSealed: blob('text_sealed', { mode: 'buffer' }).notNull(),
    dueOn: text('due_on').notNull(),
    state: text('state', { enum: ['open', 'answered', 'withdrawn'] }).notNull(),
    createdBy: text('created_by').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    answeredAtMs: integer('answered_at_ms'),
    version: integer('version').notNull(),
  },
  (t) => [index('information_requests_vorgang').on(t.vorgangId, t.id)],
)

export const informationAnswers = sqliteTable(
  'information_answers',
  {
    id: text('id').primaryKey(),
    requestId: text('request_id').notNull(),
    keyId: text('key_id').notNull(),
    textSealed: blob('text_sealed', { mode: 'buffer' }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (t) => [uniqueIndex('information_answers_request').on(t.requestId)],
)
