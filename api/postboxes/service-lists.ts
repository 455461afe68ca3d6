import { notFound } from '../http/problem.ts'
import { authorize, can } from '../identity/permissions.ts'
import { type Actor, stoodInOf } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import type { WaitsFor } from './plan.ts'
import type { PostboxesCtx } from './service.ts'
import {
  type Cursor,
  countTaken,
  type Item,
  type Lane,
  listLanes,
  listWorkCounts,
  type Owners,
  type Page,
  sumDue,
} from './store.ts'

/** What a list shows; `team` is all that is open in a postbox, `free` what nobody took. */
export const VIEWS = ['mine', 'free', 'team', 'due', 'sign', 'waiting', 'done'] as const
export type View = (typeof VIEWS)[number]
/** What happens to a Vorgang next. `title`: of the task, null where it was opened before titles were kept. */
export type NextStep =
  | { readonly kind: 'task'; readonly title: string | null }
  | { readonly kind: 'wait'; readonly waitsFor: WaitsFor | null }
  /** Something that the person asked for beside the process. */
  | { readonly kind: 'errand' }
  | { readonly kind: 'done' }
export type ItemView = Omit<Item, 'version' | 'lane' | 'taskId' | 'title' | 'waitsFor' | 'preparedBy'> & {
  readonly next: NextStep
  readonly applicant: string | null
  readonly isMine: boolean
  /** Name of the absent colleague who has taken it and for whom the reader stands in. */
  readonly standsInFor: string | null
  /** Nobody has it, and it does not wait for a second person who this one is not. */
  readonly mayTake: boolean
}
export type ItemList = {
  /** Null for the list of all postboxes of a person. */
  readonly postbox: { readonly id: string; readonly name: string } | null
  readonly view: View
  readonly filter: Filter
  readonly items: readonly ItemView[]
  /** Titles of the services and names of the postboxes on this page. */
  readonly services: readonly { readonly slug: string; readonly title: string }[]
  readonly postboxes: readonly { readonly id: string; readonly name: string }[]
  /** What can be chosen to see one service alone: those whose work comes to these postboxes. */
  readonly choices: readonly { readonly slug: string; readonly title: string }[]
  /** Where the next page begins; absent on the last. */
  readonly next?: string
}
/** Narrows a list: to one service, to what nobody looked at yet. */
export type Filter = { readonly service?: string; readonly isNew?: boolean }
export type PostboxCount = {
  readonly id: string
  readonly name: string
  readonly open: number
  readonly free: number
  readonly sign: number
  readonly waiting: number
}
/** How much each list of a person over all their postboxes holds; `done` is not counted. */
export type Work = Readonly<Record<Exclude<View, 'done'>, number>>

const PAGE_SIZE = 50
/** Rows that are looked through at most for a page of what is new. */
const SCAN_MAX = 2_000
/** What is due within so many days is pressing. */
const DUE_DAYS = 3
const OPEN: readonly Lane[] = ['free', 'taken', 'sign', 'signing']
/** Which lanes a view shows. */
const LANES: Readonly<Record<View, readonly Lane[]>> = {
  mine: ['taken', 'signing'],
  free: ['free'],
  team: OPEN,
  due: ['free', 'sign'],
  sign: ['sign', 'signing'],
  waiting: ['waiting'],
  done: ['done'],
}
const ownerOf = (postbox: string): string => `postbox:${postbox}`
const dueUntil = (ctx: PostboxesCtx): string => addDays(dayInBerlin(ctx.now()), DUE_DAYS)

/** Lists the postboxes of the actor's teams with counts, in the order of content, and what their lists hold together. */
export async function listPostboxes(
  ctx: PostboxesCtx,
  actor: Actor,
): Promise<{ readonly postboxes: readonly PostboxCount[]; readonly work: Work }> {
  const mine = actor.kind === 'staff' ? actor.postboxes : []
  authorize(actor, 'postbox.list', { postboxes: mine })
  const known = [...ctx.content.live().content.postboxes].filter(([id]) => mine.includes(id))
  const owners = known.map(([id]) => ownerOf(id))
  const [counts, due, own] = await Promise.all([
    listWorkCounts(ctx.db, owners),
    sumDue(ctx.db, owners, dueUntil(ctx)),
    countMine(ctx, actor),
  ])
  const countIn = (of: readonly string[], lanes: readonly Lane[]): number =>
    counts.reduce(
      (sum, { owner, lane, count }) => sum + (of.includes(owner) && lanes.some((l) => l === lane) ? count : 0),
      0,
    )
  return {
    postboxes: known.map(([id, { name }]) => ({
      id,
      name: name.de,
      open: countIn([ownerOf(id)], OPEN),
      free: countIn([ownerOf(id)], LANES.free),
      sign: countIn([ownerOf(id)], LANES.sign),
      waiting: countIn([ownerOf(id)], LANES.waiting),
    })),
    work: {
      mine: own.taken,
      free: countIn(owners, LANES.free),
      team: countIn(owners, LANES.team),
      due: due + own.due,
      sign: countIn(owners, LANES.sign),
      waiting: countIn(owners, LANES.waiting),
    },
  }
}

/** What a person, and absent colleagues for whom they stand in, have taken in postboxes where the person works now. */
async function countMine(ctx: PostboxesCtx, actor: Actor): ReturnType<typeof countTaken> {
  if (actor.kind !== 'staff') {
    return { taken: 0, due: 0 }
  }
  const assignees = [actor.userId, ...(actor.standsInFor ?? []).map(({ userId }) => userId)]
  return await countTaken(ctx.db, { assignees, postboxes: actor.postboxes }, dueUntil(ctx))
}

export type ListInput = {
  /** Of one postbox; of all the person's where absent. */
  readonly postbox?: string
  readonly view: View
  readonly filter?: Filter
  readonly after?: string
}

/**
 * Lists one page of a person's work, nearest deadline first, what is done by the latest deadline first. Reads no more rows the more lies in
 * the town. Answers a postbox of another team like one that is not there.
 */
export async function listItems(ctx: PostboxesCtx, actor: Actor, input: ListInput): Promise<ItemList> {
  const all = actor.kind === 'staff' ? actor.postboxes : []
  authorize(actor, 'postbox.list', { postboxes: input.postbox === undefined ? all : [input.postbox] })
  if (actor.kind !== 'staff') {
    throw notFound()
  }
  const { content } = ctx.content.live()
  const filter = input.filter ?? {}
  const { rows, next } = await pageOf(ctx, actor, { ...input, filter })
  const shown = rows.filter((row) => actor.postboxes.includes(row.postbox))
  const names = await ctx.caseNames(shown.map((row) => row.vorgangId))
  const of = input.postbox === undefined ? all : [input.postbox]
  const nameOf = (id: string): string => content.postboxes.get(id)?.name.de ?? id
  const titled = (slug: string) => ({ slug, title: ctx.serviceTitle(slug) })
  return {
    postbox: input.postbox === undefined ? null : { id: input.postbox, name: nameOf(input.postbox) },
    view: input.view,
    filter,
    services: [...new Set(shown.map((row) => row.serviceSlug))].map(titled),
    postboxes: [...new Set(shown.map((row) => row.postbox))].map((id) => ({ id, name: nameOf(id) })),
    choices: [...content.services]
      .filter(([, { postbox }]) => of.includes(postbox))
      .map(([slug]) => titled(slug))
      .sort((a, b) => a.title.localeCompare(b.title, 'de')),
    items: shown.map((item) => viewOf(item, { actor, applicant: names.get(item.vorgangId) ?? null })),
    ...(next === null ? {} : { next: `${next.dueOn}~${next.id}` }),
  }
}

function viewOf(
  item: Item,
  { actor, applicant }: { readonly actor: Staff; readonly applicant: string | null },
): ItemView {
  const {
    version: _version,
    lane: _lane,
    taskId: _taskId,
    title: _title,
    waitsFor: _waits,
    preparedBy: _by,
    ...row
  } = item
  return {
    ...row,
    next: nextOf(item),
    applicant,
    isMine: row.assignee === actor.userId,
    standsInFor: stoodInOf(actor, row.assignee)?.name ?? null,
    mayTake: row.assignee === null && row.state === 'open' && isFor(item, actor),
  }
}

type Staff = Actor & { kind: 'staff' }
type Paged = { readonly rows: readonly Item[]; readonly next: Cursor | null }

/** One page of a list, and where the next begins: after a bounded look where only few rows fit the filter. */
async function pageOf(ctx: PostboxesCtx, actor: Staff, input: ListInput & { readonly filter: Filter }): Promise<Paged> {
  const { isNew, service } = input.filter
  const fits = (row: Item): boolean => isNew !== true || row.isNew === 1
  const size = isNew === true ? SCAN_MAX / 4 : PAGE_SIZE
  const found: Item[] = []
  let after = readCursor(input.after)
  for (let looked = 0; looked < SCAN_MAX; looked += size) {
    const page = { after, size: size + 1, ...(service === undefined ? {} : { service }) }
    const rows = await rowsOf(ctx, actor, input, page)
    for (const row of rows.slice(0, size)) {
      if (found.length === PAGE_SIZE && fits(row)) {
        return { rows: found, next: cursorOf(found.at(-1)) }
      }
      if (fits(row)) {
        found.push(row)
      }
    }
    if (rows.length <= size) {
      return { rows: found, next: null }
    }
    after = cursorOf(rows[size - 1])
    if (found.length === PAGE_SIZE) {
      break
    }
  }
  return { rows: found, next: found.length === PAGE_SIZE ? cursorOf(found.at(-1)) : after }
}

const cursorOf = (row: Item | undefined): Cursor | null => (row === undefined ? null : { dueOn: row.dueOn, id: row.id })

async function rowsOf(ctx: PostboxesCtx, actor: Staff, input: ListInput, page: Page): Promise<readonly Item[]> {
  const { view } = input
  const team = { postboxes: input.postbox === undefined ? actor.postboxes : [input.postbox] }
  const stoodIn = (actor.standsInFor ?? []).map(({ userId }) => userId)
  const me: Owners = { ...team, assignees: [actor.userId, ...stoodIn] }
  switch (view) {
    case 'mine':
      return await listLanes(ctx.db, me, LANES.mine, page)
    case 'due': {
      const until = { ...page, untilOn: dueUntil(ctx) }
      const lists = await Promise.all([
        listLanes(ctx.db, me, LANES.mine, until),
        listLanes(ctx.db, team, LANES.due, until),
      ])
      return lists.flat().sort(byDue).slice(0, page.size)
    }
    default:
      return await listLanes(ctx.db, team, LANES[view], { ...page, isDescending: view === 'done' })
  }
}

const byDue = (a: Item, b: Item): number =>
  a.dueOn === b.dueOn ? Number(a.id > b.id) - Number(a.id < b.id) : a.dueOn < b.dueOn ? -1 : 1

/** Anybody of the team may do a task, unless it asks for a second person: one who may sign, and not the first. */
const isFor = ({ postbox, preparedBy }: Item, actor: Actor): boolean =>
  preparedBy === null || can(actor, 'vorgang.co-sign', { postboxes: [postbox], preparedBy })

export function nextOf({ state, taskId, title, waitsFor }: Item): NextStep {
  if (state === 'done') {
    return { kind: 'done' }
  }
  if (taskId !== null) {
    return { kind: 'task', title }
  }
  return state === 'open' ? { kind: 'errand' } : { kind: 'wait', waitsFor }
}

function readCursor(text: string | undefined): Cursor | null {
  const [, dueOn, id] = /^(\d{4}-\d{2}-\d{2})~([0-9a-f-]{36})$/.exec(text ?? '') ?? []
  return dueOn === undefined || id === undefined ? null : { dueOn, id }
}
