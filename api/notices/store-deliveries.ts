import { asc, desc, eq } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { noticeChoices, noticeDeliveries } from '../../db/schema/notices.ts'

export type DeliveryRow = typeof noticeDeliveries.$inferSelect
export type NoticeChoice = (typeof noticeChoices.$inferSelect)['choice']

const DELIVERIES_MAX = 200

/** Finds how the person of a Vorgang wants to get its notices; undefined where nobody asked. */
export async function findChoice(db: Read, vorgangId: string): Promise<NoticeChoice | undefined> {
  return (await db.select().from(noticeChoices).where(eq(noticeChoices.vorgangId, vorgangId)).limit(1))[0]?.choice
}

/** Lists the deliveries of all notices of a Vorgang, oldest first; at most 200. */
export async function listDeliveries(db: Read, vorgangId: string): Promise<readonly DeliveryRow[]> {
  return await db
    .select()
    .from(noticeDeliveries)
    .where(eq(noticeDeliveries.vorgangId, vorgangId))
    .orderBy(asc(noticeDeliveries.id))
    .limit(DELIVERIES_MAX)
}

/** Finds the delivery of a notice that counts: the newest. */
export async function findLatestDelivery(db: Read, noticeId: string): Promise<DeliveryRow | undefined> {
  return (
    await db
      .select()
      .from(noticeDeliveries)
      .where(eq(noticeDeliveries.noticeId, noticeId))
      .orderBy(desc(noticeDeliveries.id))
      .limit(1)
  )[0]
}

/** Keeps how a person wants to get notices; said once, with the application. */
export const insertChoice = (vorgangId: string, choice: NoticeChoice, atMs: number): Statement => ({
  sql: 'INSERT INTO notice_choices (vorgang_id, choice, at_ms) VALUES (?, ?, ?)',
  args: [vorgangId, choice, atMs],
})

export const insertDelivery = (row: Omit<DeliveryRow, 'dispatchedAtMs' | 'dispatchedBy' | 'version'>): Statement => ({
  sql: 'INSERT INTO notice_deliveries (id, notice_id, vorgang_id, regime, chosen_by, chosen_source, rule, provided_at_ms, notified_on, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)',
  args: [
    row.id,
    row.noticeId,
    row.vorgangId,
    row.regime,
    row.chosenBy,
    row.chosenSource,
    row.rule,
    row.providedAtMs,
    row.notifiedOn,
  ],
})

/** Records that a letter was posted, once; its rule is that of the day. */
export const dispatchDelivery = (
  id: string,
  posted: { readonly rule: string; readonly by: string; readonly atMs: number; readonly notifiedOn: string },
): Guard => ({
  name: 'delivery-waiting',
  sql: 'UPDATE notice_deliveries SET rule = ?, dispatched_at_ms = ?, dispatched_by = ?, notified_on = ?, version = version + 1 WHERE id = ? AND dispatched_at_ms IS NULL AND rule IS NULL',
  args: [posted.rule, posted.atMs, posted.by, posted.notifiedOn, id],
})

/** Keeps the day of notification of a notice that was fetched; the first one stays. */
export const fetchDelivery = (id: string, notifiedOn: string): Statement => ({
  sql: 'UPDATE notice_deliveries SET notified_on = ?, version = version + 1 WHERE id = ? AND notified_on IS NULL',
  args: [notifiedOn, id],
})
