import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * What one clerk asks of another about a Vorgang, beside its process. What was asked stays as it was asked, and what ended stays
 * ended: triggers refuse everything else. One that is open lies in a postbox as an item of its own, with the order's id.
 */
export const orders = sqliteTable(
  'orders',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    /** Orders that were given together. */
    seriesId: text('series_id').notNull(),
    /** Of orders one after the other the place in line, from 0; of those at the same time always 0. */
    position: integer('position').notNull(),
    kind: text('kind', { enum: ['information', 'co-sign', 'opinion', 'follow-up', 'file', 'translation'] }).notNull(),
    /** `waiting`: for the one before it. */
    state: text('state', { enum: ['waiting', 'open', 'done', 'withdrawn'] }).notNull(),
    postbox: text('postbox').notNull(),
    /** The one of the postbox's team who is asked; null for anybody of it. */
    userId: text('user_id'),
    dueOn: text('due_on').notNull(),
    keyId: text('key_id').notNull(),
    /** Question and note. */
    contentSealed: blob('content_sealed', { mode: 'buffer' }).notNull(),
    createdBy: text('created_by').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    openedAtMs: integer('opened_at_ms'),
    answer: text('answer', { enum: ['agreed', 'objected', 'done'] }),
    answerSealed: blob('answer_sealed', { mode: 'buffer' }),
    endedBy: text('ended_by'),
    endedAtMs: integer('ended_at_ms'),
  },
  (t) => [index('orders_vorgang').on(t.vorgangId, t.id), index('orders_series').on(t.seriesId, t.position)],
)

/** Somebody outside who is asked for an opinion by link and code, until a day; as append-only as orders. */
export const experts = sqliteTable(
  'experts',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    state: text('state', { enum: ['open', 'answered', 'revoked'] }).notNull(),
    keyId: text('key_id').notNull(),
    /** Who is asked what, and which documents they may open. */
    askedSealed: blob('asked_sealed', { mode: 'buffer' }).notNull(),
    untilOn: text('until_on').notNull(),
    createdBy: text('created_by').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    answerSealed: blob('answer_sealed', { mode: 'buffer' }),
    endedAtMs: integer('ended_at_ms'),
  },
  (t) => [index('experts_vorgang').on(t.vorgangId, t.id)],
)
