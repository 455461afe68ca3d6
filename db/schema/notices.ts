import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** A decision in the making; co-signing is bound to `contentHash`, an edit makes a new row. */
export const decisions = sqliteTable(
  'decisions',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    outcome: text('outcome', { enum: ['approved', 'refused'] }).notNull(),
    keyId: text('key_id').notNull(),
    contentSealed: blob('content_sealed', { mode: 'buffer' }).notNull(),
    contentHash: text('content_hash').notNull(),
    draftedBy: text('drafted_by').notNull(),
    draftedAtMs: integer('drafted_at_ms').notNull(),
    state: text('state', { enum: ['drafted', 'signed', 'returned', 'superseded'] }).notNull(),
    commentSealed: blob('comment_sealed', { mode: 'buffer' }),
    signedBy: text('signed_by'),
    signedAtMs: integer('signed_at_ms'),
    version: integer('version').notNull(),
  },
  (t) => [index('decisions_vorgang').on(t.vorgangId, t.id)],
)

/** A notice as handed to the citizen; never changed, corrected only by another one. */
export const notices = sqliteTable(
  'notices',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    decisionId: text('decision_id').notNull(),
    documentId: text('document_id').notNull(),
    lang: text('lang').notNull(),
    regime: text('regime').notNull(),
    issuedAtMs: integer('issued_at_ms').notNull(),
    issuedOn: text('issued_on').notNull(),
  },
  (t) => [index('notices_vorgang').on(t.vorgangId, t.id), uniqueIndex('notices_decision').on(t.decisionId)],
)

/** Each time a citizen opened a notice. */
export const noticeRetrievals = sqliteTable(
  'notice_retrievals',
  {
    id: text('id').primaryKey(),
    noticeId: text('notice_id')
      .notNull()
      .references(() => notices.id),
    atMs: integer('at_ms').notNull(),
  },
  (t) => [index('notice_retrievals_notice').on(t.noticeId, t.atMs)],
)
