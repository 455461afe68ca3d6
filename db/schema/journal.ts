import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** Append-only, per eAkte chained by SHA-256; every entry is also a leaf of one global log. */
export const journalEntries = sqliteTable(
  'journal_entries',
  {
    leaf: integer('leaf').primaryKey(),
    eakteId: text('eakte_id').notNull(),
    seq: integer('seq').notNull(),
    type: text('type').notNull(),
    atMs: integer('at_ms').notNull(),
    entry: text('entry').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [uniqueIndex('journal_entries_chain').on(t.eakteId, t.seq)],
)

/** Last link of each chain, kept so that appending reads one row. */
export const journalHeads = sqliteTable('journal_heads', {
  eakteId: text('eakte_id').primaryKey(),
  seq: integer('seq').notNull(),
  hash: text('hash').notNull(),
})

/** Signed roots over the global log (C2SP checkpoint note). */
export const journalCheckpoints = sqliteTable(
  'journal_checkpoints',
  {
    size: integer('size').primaryKey(),
    root: text('root').notNull(),
    frontier: text('frontier').notNull(),
    note: text('note').notNull(),
    atMs: integer('at_ms').notNull(),
  },
  (t) => [index('journal_checkpoints_at').on(t.atMs)],
)
