import { and, asc, eq, gt, inArray, or, sql } from 'drizzle-orm'
import type { Guard, Ref, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { postboxCounts, postboxItems } from '../../db/schema/postboxes.ts'

export type Item = typeof postboxItems.$inferSelect
export type Cursor = { readonly dueOn: string; readonly vorgangId: string }
export type Page = { readonly after: Cursor | null; readonly size: number }

/** Finds the item of a Vorgang. */
export async function findItem(db: Read, vorgangId: string): Promise<Item | undefined> {
  return (await db.select().from(postboxItems).where(eq(postboxItems.vorgangId, vorgangId)).limit(1))[0]
}

/** Lists the open items of one postbox, nearest deadline first. */
export async function listOpenItems(db: Read, postbox: string, page: Page): Promise<readonly Item[]> {
  return await db
    .select()
    .from(postboxItems)
    .where(and(sql`state = 'open'`, eq(postboxItems.postbox, postbox), after(page.after)))
    .orderBy(asc(postboxItems.dueOn), asc(postboxItems.vorgangId))
    .limit(page.size)
}

/** Lists the open items somebody took. */
export async function listMyItems(db: Read, assignee: string, page: Page): Promise<readonly Item[]> {
  return await db
    .select()
    .from(postboxItems)
    .where(and(sql`state = 'open'`, eq(postboxItems.assignee, assignee), after(page.after)))
    .orderBy(asc(postboxItems.dueOn), asc(postboxItems.vorgangId))
    .limit(page.size)
}

/** Lists items of a postbox that wait for the citizen, or are done. */
export async function listItemsInState(
  db: Read,
  postbox: string,
  state: Item['state'],
  page: Page,
): Promise<readonly Item[]> {
  return await db
    .select()
    .from(postboxItems)
    .where(and(eq(postboxItems.postbox, postbox), eq(postboxItems.state, state), after(page.after)))
    .orderBy(asc(postboxItems.dueOn), asc(postboxItems.vorgangId))
    .limit(page.size)
}

/** Counts of postboxes, from the table of counts. */
export async function listCounts(
  db: Read,
  postboxes: readonly string[],
): Promise<readonly (typeof postboxCounts.$inferSelect)[]> {
  if (postboxes.length === 0) {
    return []
  }
  return await db
    .select()
    .from(postboxCounts)
    .where(inArray(postboxCounts.postbox, [...postboxes]))
    .limit(200)
}

export const insertItem = (
  row: Omit<Item, 'version' | 'aktenzeichen'> & { readonly aktenzeichen: string | Ref },
): Statement => ({
  sql: 'INSERT INTO postbox_items (vorgang_id, postbox, task_id, step, state, assignee, due_on, reference, aktenzeichen, service_slug, received_at_ms, is_new, title, waits_for, prepared_by, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)',
  args: [
    row.vorgangId,
    row.postbox,
    row.taskId,
    row.step,
    row.state,
    row.assignee,
    row.dueOn,
    row.reference,
    row.aktenzeichen,
    row.serviceSlug,
    row.receivedAtMs,
    row.isNew,
    row.title,
    row.waitsFor,
    row.preparedBy,
  ],
})

/** Moves an item from a known version. */
export const updateItem = (
  item: Pick<Item, 'vorgangId' | 'version'>,
  next: Omit<Item, 'vorgangId' | 'version' | 'reference' | 'aktenzeichen' | 'serviceSlug' | 'receivedAtMs'>,
): Guard => ({
  name: 'item-version',
  sql: 'UPDATE postbox_items SET postbox = ?, task_id = ?, step = ?, state = ?, assignee = ?, due_on = ?, is_new = ?, title = ?, waits_for = ?, prepared_by = ?, version = version + 1 WHERE vorgang_id = ? AND version = ?',
  args: [
    next.postbox,
    next.taskId,
    next.step,
    next.state,
    next.assignee,
    next.dueOn,
    next.isNew,
    next.title,
    next.waitsFor,
    next.preparedBy,
    item.vorgangId,
    item.version,
  ],
})

export const addToCount = (postbox: string, open: number, waiting: number): Statement => ({
  sql: 'INSERT INTO postbox_counts (postbox, open, waiting) VALUES (?, ?, ?) ON CONFLICT (postbox) DO UPDATE SET open = open + excluded.open, waiting = waiting + excluded.waiting',
  args: [postbox, open, waiting],
})

function after(cursor: Cursor | null) {
  if (cursor === null) {
    return undefined
  }
  return or(
    gt(postboxItems.dueOn, cursor.dueOn),
    and(eq(postboxItems.dueOn, cursor.dueOn), gt(postboxItems.vorgangId, cursor.vorgangId)),
  )
}
