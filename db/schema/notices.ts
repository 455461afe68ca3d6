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

/** How the person of a Vorgang wants to get its notices, as they said when they sent it in. No row: nobody asked them. */
export const noticeChoices = sqliteTable('notice_choices', {
  vorgangId: text('vorgang_id').primaryKey(),
  choice: text('choice', { enum: ['online', 'post'] }).notNull(),
  atMs: integer('at_ms').notNull(),
})

/** One way by which a notice is brought to its person; where it fails, the next one is a row of its own. */
export const noticeDeliveries = sqliteTable(
  'notice_deliveries',
  {
    id: text('id').primaryKey(),
    noticeId: text('notice_id')
      .notNull()
      .references(() => notices.id),
    vorgangId: text('vorgang_id').notNull(),
    /** Id of the delivery in content/deadlines.yaml. */
    regime: text('regime').notNull(),
    /** Which rule chose it, with its version: `konto@2025-01-01`. */
    chosenBy: text('chosen_by').notNull(),
    chosenSource: text('chosen_source').notNull(),
    /** The row it is counted by, as JSON; null until a letter was posted: its day decides. */
    rule: text('rule'),
    providedAtMs: integer('provided_at_ms').notNull(),
    dispatchedAtMs: integer('dispatched_at_ms'),
    dispatchedBy: text('dispatched_by'),
    /** Day on which it counts as notified, as soon as that is known. */
    notifiedOn: text('notified_on'),
    version: integer('version').notNull(),
  },
  (t) => [
    index('notice_deliveries_vorgang').on(t.vorgangId, t.id),
    index('notice_deliveries_notice').on(t.noticeId, t.id),
  ],
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
