import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** One thing to do later: outbox deliveries, timers, publishing, checkpoints. Payload holds ids only. */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    key: text('key').notNull(),
    payload: text('payload').notNull(),
    state: text('state', { enum: ['open', 'done', 'dead', 'cancelled'] }).notNull(),
    dueAtMs: integer('due_at_ms').notNull(),
    leaseUntilMs: integer('lease_until_ms').notNull(),
    leaseEpoch: integer('lease_epoch').notNull(),
    attempts: integer('attempts').notNull(),
    lastError: text('last_error'),
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (t) => [
    uniqueIndex('jobs_kind_key').on(t.kind, t.key),
    index('jobs_open').on(t.dueAtMs, t.id).where(sql`state = 'open'`),
    index('jobs_dead').on(t.kind, t.id).where(sql`state = 'dead'`),
  ],
)

/** Exclusive permission for a while (publisher, backup); the epoch guards every result. */
export const leases = sqliteTable('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  epoch: integer('epoch').notNull(),
  untilMs: integer('until_ms').notNull(),
})
