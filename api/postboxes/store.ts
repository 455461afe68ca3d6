import { and, asc, desc, eq, gte, inArray, lte, sql } from 'drizzle-orm'
import type { Guard, Ref, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { postboxItems, workCounts, workDue } from '../../db/schema/postboxes.ts'

export type Item = typeof postboxItems.$inferSelect
export type Lane = Item['lane']
/** Whose list is read. */
export type Owners =
  | { readonly postboxes: readonly string[] }
  /** `postboxes`: in these alone. */
  | { readonly assignees: readonly string[]; readonly postboxes: readonly string[] }
export type Cursor = { readonly dueOn: string; readonly id: string }
export type Page = {
  readonly after: Cursor | null
  readonly size: number
  readonly service?: string
  /** First and last day that is shown. */
  readonly fromOn?: string
  readonly untilOn?: string
  /** Latest first. */
  readonly isDescending?: boolean
}

/** More than a process may have tokens. */
const ITEMS_MAX = 200
const CASES_MAX = 100
const COUNTS_MAX = 2000
const RUNNING_MAX = 5000

/** Finds an item by id: the main one of a Vorgang has the id of the Vorgang. */
export async function findItem(db: Read, id: string): Promise<Item | undefined> {
  return (await db.select().from(postboxItems).where(eq(postboxItems.id, id)).limit(1))[0]
}

/** Lists the items of a Vorgang: the main one, and those of tasks that are or were open beside it. */
export async function listItemsOf(db: Read, vorgangId: string): Promise<readonly Item[]> {
  return await db
    .select()
    .from(postboxItems)
    .where(eq(postboxItems.vorgangId, vorgangId))
    .orderBy(asc(postboxItems.kind), asc(postboxItems.id))
    .limit(ITEMS_MAX)
}

/** Lists the items of at most 100 Vorgänge. */
export async function listItemsOfMany(db: Read, vorgangIds: readonly string[]): Promise<readonly Item[]> {
  return await db
    .select()
    .from(postboxItems)
    .where(inArray(postboxItems.vorgangId, vorgangIds.slice(0, CASES_MAX)))
    .orderBy(asc(postboxItems.kind), asc(postboxItems.id))
    .limit(CASES_MAX * ITEMS_MAX)
}

/**
 * Lists items of postboxes or persons that stand in some lanes, nearest deadline first. Reads no more rows than it shows
 * per owner and lane, whatever lies there.
 */
export async function listLanes(
  db: Read,
  owners: Owners,
  lanes: readonly Lane[],
  page: Page,
): Promise<readonly Item[]> {
  const { service, fromOn, untilOn, isDescending = false } = page
  const order = isDescending ? desc : asc
  return await db
    .select()
    .from(postboxItems)
    .where(
      and(
        ownedBy(owners),
        service === undefined ? undefined : eq(postboxItems.serviceSlug, service),
        inArray(postboxItems.lane, [...lanes]),
        fromOn === undefined ? undefined : gte(postboxItems.dueOn, fromOn),
        untilOn === undefined ? undefined : lte(postboxItems.dueOn, untilOn),
        after(page.after, isDescending),
      ),
    )
    .orderBy(order(postboxItems.dueOn), order(postboxItems.id))
    .limit(page.size)
}

const ownedBy = (owners: Owners) =>
  'assignees' in owners
    ? and(
        sql`assignee IS NOT NULL`,
        inArray(postboxItems.assignee, [...owners.assignees]),
        // Not to be looked for by the index of postboxes: what one person has is little.
        sql`+${postboxItems.postbox} IN ${[...owners.postboxes]}`,
      )
    : inArray(postboxItems.postbox, [...owners.postboxes])

/**
 * Counts what some people have taken in some postboxes, and how much of it is due until a day. Reads that little, 2,000 at most:
 * what is kept by owner counts their other postboxes, too.
 */
export async function countTaken(
  db: Read,
  owners: Extract<Owners, { assignees: readonly string[] }>,
  untilOn: string,
): Promise<{ readonly taken: number; readonly due: number }> {
  const rows = db
    .select({ dueOn: postboxItems.dueOn })
    .from(postboxItems)
    .where(and(ownedBy(owners), inArray(postboxItems.lane, ['taken', 'signing'])))
    .limit(COUNTS_MAX)
    .as('rows')
  const found = await db
    .select({
      taken: sql<number>`count(*)`,
      due: sql<number>`coalesce(sum(${rows.dueOn} <= ${untilOn}), 0)`,
    })
    .from(rows)
  return found[0] ?? { taken: 0, due: 0 }
}

/** Counts what stands in some lanes of some postboxes and is due until a day; counts no further than `max`. */
export async function countUntil(
  db: Read,
  postboxes: readonly string[],
  lanes: readonly Lane[],
  { untilOn, max }: { readonly untilOn: string; readonly max: number },
): Promise<number> {
  const rows = db
    .select({ id: postboxItems.id })
    .from(postboxItems)
    .where(and(ownedBy({ postboxes }), inArray(postboxItems.lane, [...lanes]), lte(postboxItems.dueOn, untilOn)))
    .limit(max)
    .as('rows')
  const found = await db.select({ count: sql<number>`count(*)` }).from(rows)
  return found[0]?.count ?? 0
}

/** Lists the Vorgänge of a service that lie in some postboxes and are not done; at most 5,000. */
export async function listRunning(db: Read, service: string, postboxes: readonly string[]): Promise<readonly string[]> {
  const rows = await db
    .select({ id: postboxItems.vorgangId })
    .from(postboxItems)
    .where(
      and(
        inArray(postboxItems.postbox, [...postboxes]),
        eq(postboxItems.serviceSlug, service),
        inArray(postboxItems.lane, ['free', 'taken', 'sign', 'signing', 'waiting']),
        eq(postboxItems.kind, 'case'),
      ),
    )
    .limit(RUNNING_MAX)
  return rows.map(({ id }) => id)
}

/** How many open items of these owners are due until a day. */
export async function sumDue(db: Read, owners: readonly string[], untilOn: string): Promise<number> {
  const rows = await db
    .select({ count: sql<number>`coalesce(sum(${workDue.count}), 0)` })
    .from(workDue)
    .where(and(inArray(workDue.owner, [...owners]), lte(workDue.dueOn, untilOn)))
  return rows[0]?.count ?? 0
}

/** What lies where, by owner and lane, from the table that triggers keep. */
export async function listWorkCounts(
  db: Read,
  owners: readonly string[],
): Promise<readonly (typeof workCounts.$inferSelect)[]> {
  if (owners.length === 0) {
    return []
  }
  return await db
    .select()
    .from(workCounts)
    .where(inArray(workCounts.owner, [...owners]))
    .limit(COUNTS_MAX)
}

export const insertItem = (
  row: Omit<Item, 'version' | 'lane' | 'aktenzeichen'> & { readonly aktenzeichen: string | Ref },
): Statement => ({
  sql: 'INSERT INTO postbox_items (id, vorgang_id, kind, postbox, task_id, step, state, assignee, due_on, reference, aktenzeichen, service_slug, received_at_ms, is_new, title, waits_for, prepared_by, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)',
  args: [
    row.id,
    row.vorgangId,
    row.kind,
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

/** What of an item can change. */
export type ItemMove = Pick<
  Item,
  'postbox' | 'taskId' | 'step' | 'state' | 'assignee' | 'dueOn' | 'isNew' | 'title' | 'waitsFor' | 'preparedBy'
>

/** Moves an item from a known version. */
export const updateItem = (item: Pick<Item, 'id' | 'version'>, next: ItemMove): Guard => ({
  name: 'item-version',
  sql: 'UPDATE postbox_items SET postbox = ?, task_id = ?, step = ?, state = ?, assignee = ?, due_on = ?, is_new = ?, title = ?, waits_for = ?, prepared_by = ?, version = version + 1 WHERE id = ? AND version = ?',
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
    item.id,
    item.version,
  ],
})

const after = (cursor: Cursor | null, isDescending: boolean) =>
  cursor === null
    ? undefined
    : isDescending
      ? sql`(due_on, id) < (${cursor.dueOn}, ${cursor.id})`
      : sql`(due_on, id) > (${cursor.dueOn}, ${cursor.id})`
