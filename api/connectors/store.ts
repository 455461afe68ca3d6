import { asc, eq } from 'drizzle-orm'
import type { Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { deliveries } from '../../db/schema/connectors.ts'

export type DeliveryRow = typeof deliveries.$inferSelect

/** Finds a delivery. */
export async function findDelivery(db: Read, id: string): Promise<DeliveryRow | undefined> {
  return (await db.select().from(deliveries).where(eq(deliveries.id, id)).limit(1))[0]
}

/** Lists the deliveries of a Vorgang, oldest first; at most 100. */
export async function listDeliveries(db: Read, vorgangId: string): Promise<readonly DeliveryRow[]> {
  return await db
    .select()
    .from(deliveries)
    .where(eq(deliveries.vorgangId, vorgangId))
    .orderBy(asc(deliveries.id))
    .limit(100)
}

/** Records that something is to be handed over; the same event of a Vorgang and connector once. */
export const insertDelivery = (
  row: Pick<DeliveryRow, 'id' | 'vorgangId' | 'connector' | 'event' | 'createdAtMs'>,
): Statement => ({
  sql: "INSERT INTO deliveries (id, vorgang_id, connector, event, state, attempts, created_at_ms) VALUES (?, ?, ?, ?, 'pending', 0, ?) ON CONFLICT (vorgang_id, connector, event) DO NOTHING",
  args: [row.id, row.vorgangId, row.connector, row.event, row.createdAtMs],
})

export const updateDelivery = (
  id: string,
  next: Pick<DeliveryRow, 'state' | 'attempts' | 'lastStatus' | 'deliveredAtMs'>,
): Statement => ({
  sql: 'UPDATE deliveries SET state = ?, attempts = ?, last_status = ?, delivered_at_ms = ? WHERE id = ?',
  args: [next.state, next.attempts, next.lastStatus, next.deliveredAtMs, id],
})
