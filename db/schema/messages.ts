import { sql } from 'drizzle-orm'
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
    /** Why it is asked, and which answers of the application it is about; null where that was not said. */
    detailsSealed: blob('details_sealed', { mode: 'buffer' }),
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
    /** What was said to each answer that the request is about. */
    itemsSealed: blob('items_sealed', { mode: 'buffer' }),
  },
  (t) => [uniqueIndex('information_answers_request').on(t.requestId)],
)

/** What the office writes to the person of a Vorgang; shown on the status page like a letter. Never changed. */
export const letters = sqliteTable(
  'letters',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    keyId: text('key_id').notNull(),
    textSealed: blob('text_sealed', { mode: 'buffer' }).notNull(),
    createdBy: text('created_by').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (t) => [index('letters_vorgang').on(t.vorgangId, t.id)],
)

/** Something a clerk has to see or do beside the process: a call, help, a withdrawal, a mail that came back. */
export const errands = sqliteTable(
  'errands',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    kind: text('kind').notNull(),
    /** The submission it came with; null for one of our own (a bounce). */
    submissionId: text('submission_id'),
    dueOn: text('due_on').notNull(),
    state: text('state', { enum: ['open', 'done'] }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    doneAtMs: integer('done_at_ms'),
    doneBy: text('done_by'),
    letterId: text('letter_id'),
    version: integer('version').notNull(),
  },
  (t) => [
    index('errands_vorgang').on(t.vorgangId, t.id),
    uniqueIndex('errands_open_bounce').on(t.vorgangId, t.kind).where(sql`state = 'open' and kind = 'bounce'`),
  ],
)

/** A new address that waits for its code; it replaces the old one only then. */
export const contactChanges = sqliteTable(
  'contact_changes',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    keyId: text('key_id').notNull(),
    emailSealed: blob('email_sealed', { mode: 'buffer' }).notNull(),
    state: text('state', { enum: ['open', 'confirmed', 'replaced'] }).notNull(),
    tries: integer('tries').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (t) => [index('contact_changes_vorgang').on(t.vorgangId, t.id)],
)

/** File inspection that was granted: until when, and which documents are withheld. */
export const inspections = sqliteTable(
  'inspections',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    /** JSON list of ids of documents. */
    withheld: text('withheld').notNull(),
    untilOn: text('until_on').notNull(),
    grantedBy: text('granted_by').notNull(),
    grantedAtMs: integer('granted_at_ms').notNull(),
  },
  (t) => [index('inspections_vorgang').on(t.vorgangId, t.id)],
)

/**
 * What clerks write down for each other about a Vorgang; no citizen ever sees it. A note stays as it was written: it can be struck
 * out by its author, and triggers refuse everything else.
 */
export const notes = sqliteTable(
  'notes',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    keyId: text('key_id').notNull(),
    textSealed: blob('text_sealed', { mode: 'buffer' }).notNull(),
    createdBy: text('created_by').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    struckAtMs: integer('struck_at_ms'),
  },
  (t) => [index('notes_vorgang').on(t.vorgangId, t.id)],
)
