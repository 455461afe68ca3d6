import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import { candidates, caseFields } from '../search/service.ts'
import {
  answersFit,
  type Filter,
  isInView,
  isLookedThrough,
  LANES,
  rowFits,
  type Selection,
  type View,
} from './filter.ts'
import type { PostboxesCtx } from './service.ts'
import { type Cursor, type Item, listItemsOfMany, listLanes, type Owners, type Page } from './store.ts'

export type Staff = Actor & { kind: 'staff' }
/** A list as it is asked for, by somebody who may. */
export type Asked = {
  readonly actor: Staff
  readonly postboxes: readonly string[]
  readonly view: View
  readonly filter: Filter
  readonly selection: Selection | null
  readonly after: Cursor | null
  /** Rows of a page; 50 where nothing else is said. */
  readonly size?: number
}
type Paged = { readonly rows: readonly Item[]; readonly next: Cursor | null }

const PAGE_SIZE = 50
const sizeOf = ({ size = PAGE_SIZE }: Asked): number => size
/** Rows that are looked through at most for one page where the index cannot say what fits. */
const SCAN_MAX = 2_000
const SCAN_SIZE = SCAN_MAX / 4
/** As many as fit are looked up one by one; where more do, a look through the list meets them soon. */
const CANDIDATES_MAX = 1_000
const CASES_AT_ONCE = 100
/** What is due within so many days is pressing. */
const DUE_DAYS = 3

/** The last day of what is called due. */
export const dueUntil = (ctx: Pick<PostboxesCtx, 'now'>): string => addDays(dayInBerlin(ctx.now()), DUE_DAYS)

/** The last day that is overdue. */
export const lateUntil = (ctx: Pick<PostboxesCtx, 'now'>): string => addDays(dayInBerlin(ctx.now()), -1)

/** The last day due that a view shows. */
const lastDayOf = (ctx: PostboxesCtx, view: View): string | undefined =>
  view === 'due' ? dueUntil(ctx) : view === 'late' ? lateUntil(ctx) : undefined

/**
 * One page of a list, and where the next begins. Reads as many rows as it shows where the index knows what fits; else it looks
 * through 2,000 at most, so that a page may be short and still not the last.
 */
export async function pageOf(ctx: PostboxesCtx, asked: Asked): Promise<Paged> {
  const texts = asked.selection?.answers.map(({ text }) => text) ?? []
  const found = texts.length === 0 ? null : candidates(ctx, { texts, postboxes: asked.postboxes, max: CANDIDATES_MAX })
  return found === null ? await lookThrough(ctx, asked) : await pick(ctx, asked, found)
}

/** A page of those Vorgänge that may fit. */
async function pick(ctx: PostboxesCtx, asked: Asked, vorgangIds: readonly string[]): Promise<Paged> {
  const items: Item[] = []
  for (let at = 0; at < vorgangIds.length; at += CASES_AT_ONCE) {
    items.push(...(await listItemsOfMany(ctx.db, vorgangIds.slice(at, at + CASES_AT_ONCE))))
  }
  const where = { ...asked, lastOn: lastDayOf(ctx, asked.view) }
  const inView = items.filter((item) => isInView(item, asked.view, where))
  const { after } = asked
  const order = isDescending(asked.view) ? (a: Place, b: Place) => byDue(b, a) : byDue
  const rows = fitting(ctx, asked, inView)
    .filter((item) => after === null || order(after, item) < 0)
    .sort(order)
  const size = sizeOf(asked)
  return { rows: rows.slice(0, size), next: rows.length > size ? cursorOf(rows[size - 1]) : null }
}

async function lookThrough(ctx: PostboxesCtx, asked: Asked): Promise<Paged> {
  const isSearched = isLookedThrough(asked.filter) || (asked.selection?.answers.length ?? 0) > 0
  const wanted = sizeOf(asked)
  const size = isSearched ? SCAN_SIZE : wanted
  const found: Item[] = []
  let { after } = asked
  for (let looked = 0; looked < SCAN_MAX && found.length < wanted; looked += size) {
    const rows = await rowsOf(ctx, asked, { after, size: size + 1, ...boundsOf(asked.filter) })
    found.push(...fitting(ctx, asked, rows.slice(0, size)))
    if (rows.length <= size && found.length <= wanted) {
      return { rows: found, next: null }
    }
    after = cursorOf(rows[size - 1]) ?? after
  }
  return found.length < wanted
    ? { rows: found, next: after }
    : { rows: found.slice(0, wanted), next: cursorOf(found[wanted - 1]) }
}

function fitting(ctx: PostboxesCtx, { actor, filter, selection }: Asked, rows: readonly Item[]): Item[] {
  const fit = rows.filter((row) => actor.postboxes.includes(row.postbox) && rowFits(row, filter, actor))
  const answers = selection?.answers ?? []
  if (answers.length === 0) {
    return fit
  }
  const fields = caseFields(
    ctx,
    fit.map(({ vorgangId }) => vorgangId),
  )
  return fit.filter(({ vorgangId }) => answersFit(fields.get(vorgangId), answers))
}

const boundsOf = ({ service, dueFrom, dueUntil: untilOn }: Filter): Pick<Page, 'service' | 'fromOn' | 'untilOn'> => ({
  ...(service === undefined ? {} : { service }),
  ...(dueFrom === undefined ? {} : { fromOn: dueFrom }),
  ...(untilOn === undefined ? {} : { untilOn }),
})

async function rowsOf(ctx: PostboxesCtx, asked: Asked, wanted: Page): Promise<readonly Item[]> {
  const { actor, view } = asked
  const team = { postboxes: asked.postboxes }
  const stoodIn = (actor.standsInFor ?? []).map(({ userId }) => userId)
  const me: Owners = { ...team, assignees: [actor.userId, ...stoodIn] }
  const [untilOn] = [wanted.untilOn, lastDayOf(ctx, view)].filter((day) => day !== undefined).sort()
  const page = untilOn === undefined ? wanted : { ...wanted, untilOn }
  switch (view) {
    case 'mine':
      return await listLanes(ctx.db, me, LANES.mine, page)
    case 'due': {
      const lists = await Promise.all([
        listLanes(ctx.db, me, LANES.mine, page),
        listLanes(ctx.db, team, LANES.due, page),
      ])
      return lists.flat().sort(byDue).slice(0, page.size)
    }
    default:
      return await listLanes(ctx.db, team, LANES[view], { ...page, isDescending: isDescending(view) })
  }
}

const isDescending = (view: View): boolean => view === 'done'

type Place = Pick<Item, 'dueOn' | 'id'>
const byDue = (a: Place, b: Place): number =>
  a.dueOn === b.dueOn ? Number(a.id > b.id) - Number(a.id < b.id) : a.dueOn < b.dueOn ? -1 : 1

const cursorOf = (row: Item | undefined): Cursor | null => (row === undefined ? null : { dueOn: row.dueOn, id: row.id })
