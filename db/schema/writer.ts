import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Gapless counters; only the writer raises them. */
export const counters = sqliteTable('counters', {
  name: text('name').primaryKey(),
  value: integer('value').notNull(),
})

/** What a use case answered to a key; holds status, location and ids, never personal data. Kept seven days. */
export const idempotency = sqliteTable('idempotency', {
  key: text('key').primaryKey(),
  fingerprint: text('fingerprint').notNull(),
  status: integer('status').notNull(),
  location: text('location').notNull(),
  ids: text('ids').notNull(),
  atMs: integer('at_ms').notNull(),
})

/** Sequence of changes in commit order: the cursor for projections and interfaces. */
export const changes = sqliteTable('changes', {
  seq: integer('seq').primaryKey({ autoIncrement: true }),
  topic: text('topic').notNull(),
  entityId: text('entity_id').notNull(),
})
