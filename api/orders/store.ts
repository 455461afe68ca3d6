import { and, asc, eq, gt } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { orders } from '../../db/schema/orders.ts'

export type OrderRow = typeof orders.$inferSelect
export type NewOrder = Omit<OrderRow, 'answer' | 'answerSealed' | 'endedBy' | 'endedAtMs'>

/** More than are ever given about one Vorgang. */
const ORDERS_MAX = 200

/** Lists the orders about a Vorgang, oldest first. */
export async function listOrders(db: Read, vorgangId: string): Promise<readonly OrderRow[]> {
  return await db.select().from(orders).where(eq(orders.vorgangId, vorgangId)).orderBy(asc(orders.id)).limit(ORDERS_MAX)
}

/** Finds an order. */
export async function findOrder(db: Read, id: string): Promise<OrderRow | undefined> {
  return (await db.select().from(orders).where(eq(orders.id, id)).limit(1))[0]
}

/** Lists the orders of a series that wait behind a place in line, next first. */
export async function listBehind(
  db: Read,
  { seriesId, position }: Pick<OrderRow, 'seriesId' | 'position'>,
): Promise<readonly OrderRow[]> {
  return await db
    .select()
    .from(orders)
    .where(and(eq(orders.seriesId, seriesId), gt(orders.position, position), eq(orders.state, 'waiting')))
    .orderBy(asc(orders.position))
    .limit(ORDERS_MAX)
}

export const insertOrder = (row: NewOrder): Statement => ({
  sql: 'INSERT INTO orders (id, vorgang_id, series_id, position, kind, state, postbox, user_id, due_on, key_id, content_sealed, created_by, created_at_ms, opened_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  args: [
    row.id,
    row.vorgangId,
    row.seriesId,
    row.position,
    row.kind,
    row.state,
    row.postbox,
    row.userId,
    row.dueOn,
    row.keyId,
    row.contentSealed,
    row.createdBy,
    row.createdAtMs,
    row.openedAtMs,
  ],
})

/** Opens the next one in line; refused by guard `order-waits` when it does not wait any more. */
export const openOrder = (id: string, atMs: number): Guard => ({
  name: 'order-waits',
  sql: "UPDATE orders SET state = 'open', opened_at_ms = ? WHERE id = ? AND state = 'waiting'",
  args: [atMs, id],
})

/** Ends an order with its answer; refused by guard `order-open` when it is not open any more. */
export const answerOrder = (
  id: string,
  end: Required<Pick<OrderRow, 'answer' | 'answerSealed' | 'endedBy' | 'endedAtMs'>>,
): Guard => ({
  name: 'order-open',
  sql: "UPDATE orders SET state = 'done', answer = ?, answer_sealed = ?, ended_by = ?, ended_at_ms = ? WHERE id = ? AND state = 'open'",
  args: [end.answer, end.answerSealed, end.endedBy, end.endedAtMs, id],
})

/** Takes an order back from a known state; refused by guard `order-open` when it is another one. */
export const withdrawOrderRow = ({ id, state }: Pick<OrderRow, 'id' | 'state'>, by: string, atMs: number): Guard => ({
  name: 'order-open',
  sql: "UPDATE orders SET state = 'withdrawn', ended_by = ?, ended_at_ms = ? WHERE id = ? AND state = ? AND ended_at_ms IS NULL",
  args: [by, atMs, id, state],
})
