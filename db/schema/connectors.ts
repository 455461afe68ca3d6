import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** One transfer of one submission or decision through a connector, with its attempts. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    connector: text('connector').notNull(),
    event: text('event').notNull(),
    state: text('state', { enum: ['pending', 'delivered', 'failed'] }).notNull(),
    attempts: integer('attempts').notNull(),
    lastStatus: text('last_status'),
    createdAtMs: integer('created_at_ms').notNull(),
    deliveredAtMs: integer('delivered_at_ms'),
  },
  (t) => [
    uniqueIndex('deliveries_once').on(t.vorgangId, t.connector, t.event),
    index('deliveries_state').on(t.state, t.id),
  ],
)
