import type { Plan } from '../../db/batch.ts'
import type { ContentCtx } from '../content/access.ts'
import { readVorgang } from '../eakten/service.ts'
import { authorize, can } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import type { Ctx } from '../lib/ctx.ts'
import { problemType } from '../lib/problem.ts'
import { planMoveItem, type WaitsFor } from './plan.ts'
import {
  type Cursor,
  findItem,
  type Item,
  type Lane,
  listItemsOf,
  listLanes,
  listWorkCounts,
  type Owners,
} from './store.ts'

export type { Item } from './store.ts'
export type PostboxesCtx = Ctx &
  ContentCtx & {
    readonly caseNames: CaseNames
    readonly serviceTitle: (slug: string) => string
    /** Refuses what waits for somebody else than this person, by the rules of its process. */
    readonly checkTaking: (actor: Actor, item: Item) => Promise<void>
  }
/** Names of applicants by Vorgang, from the search database; missing ones are not there yet. */
export type CaseNames = (vorgangIds: readonly string[]) => Promise<ReadonlyMap<string, string>>

export const itemMissing = problemType('postboxes/item-missing', 404)
export const itemTaken = problemType('postboxes/item-taken', 409)
export const itemNotYours = problemType('postboxes/item-not-yours', 409)

export type View = 'team' | 'mine' | 'waiting' | 'done'
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
  /** Nobody has it, and it does not wait for a second person who this one is not. */
  readonly mayTake: boolean
}
export type ItemList = {
  readonly postbox: { readonly id: string; readonly name: string }
  readonly view: View
  readonly items: readonly ItemView[]
  /** Titles of the services on this page. */
  readonly services: readonly { readonly slug: string; readonly title: string }[]
  /** Where the next page begins; absent on the last. */
  readonly next?: string
}
export type PostboxCount = {
  readonly id: string
  readonly name: string
  readonly open: number
  readonly waiting: number
}

/** What was moved. */
type Moved = { readonly vorgangId: string }

const PAGE_SIZE = 50
const TRIES_MAX = 5
const OPEN: readonly Lane[] = ['free', 'taken', 'sign', 'signing']
/** Which lanes a view shows. */
const LANES: Readonly<Record<View, readonly Lane[]>> = {
  team: OPEN,
  mine: ['taken', 'signing'],
  waiting: ['waiting'],
  done: ['done'],
}
const ownerOf = (postbox: string): string => `postbox:${postbox}`

/** Finds where a Vorgang lies: its main item. Says nothing about rights. */
export const readItem = (ctx: Ctx, vorgangId: string) => findItem(ctx.db, vorgangId)

/** Lists all items of a Vorgang, the main one first. Says nothing about rights. */
export const readItems = (ctx: Ctx, vorgangId: string) => listItemsOf(ctx.db, vorgangId)

/**
 * Postboxes through which a Vorgang is reached: where it lies, and until it is done where a task beside it is or was. An
 * office that took part sees what it took part in; what came of it afterwards is no longer its business.
 */
export function postboxesOf(items: readonly Item[]): readonly string[] {
  const isOver = items.some(({ kind, state }) => kind === 'case' && state === 'done')
  return items.filter(({ kind }) => kind === 'case' || !isOver).map(({ postbox }) => postbox)
}

/** Lists the postboxes of the actor's teams with counts, in the order of content. */
export async function listPostboxes(ctx: PostboxesCtx, actor: Actor): Promise<readonly PostboxCount[]> {
  const mine = actor.kind === 'staff' ? actor.postboxes : []
  authorize(actor, 'postbox.list', { postboxes: mine })
  const { content } = ctx.content.live()
  const counts = await listWorkCounts(ctx.db, mine.map(ownerOf))
  const countIn = (id: string, lanes: readonly Lane[]): number =>
    counts.reduce(
      (sum, row) => (row.owner === ownerOf(id) && lanes.includes(row.lane as Lane) ? sum + row.count : sum),
      0,
    )
  return [...content.postboxes]
    .filter(([id]) => mine.includes(id))
    .map(([id, postbox]) => ({
      id,
      name: postbox.name.de,
      open: countIn(id, OPEN),
      waiting: countIn(id, ['waiting']),
    }))
}

/** Lists one page of a postbox: unclaimed and taken items of the team, those of the actor, waiting or done ones. */
export async function listItems(
  ctx: PostboxesCtx,
  actor: Actor,
  input: { readonly postbox: string; readonly view: View; readonly after?: string },
): Promise<ItemList> {
  authorize(actor, 'postbox.list', { postboxes: [input.postbox] })
  const page = { after: readCursor(input.after), size: PAGE_SIZE + 1 }
  const rows = await rowsOf(ctx, actor, input, page)
  const shown = rows
    .slice(0, PAGE_SIZE)
    .filter((row) => actor.kind === 'staff' && actor.postboxes.includes(row.postbox))
  const names = await ctx.caseNames(shown.map((row) => row.vorgangId))
  const last = rows.length > PAGE_SIZE ? shown.at(-1) : undefined
  return {
    postbox: {
      id: input.postbox,
      name: ctx.content.live().content.postboxes.get(input.postbox)?.name.de ?? input.postbox,
    },
    view: input.view,
    services: [...new Set(shown.map((row) => row.serviceSlug))].map((slug) => ({
      slug,
      title: ctx.serviceTitle(slug),
    })),
    items: shown.map((item) => {
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
        applicant: names.get(row.vorgangId) ?? null,
        isMine: actor.kind === 'staff' && row.assignee === actor.userId,
        mayTake: row.assignee === null && row.state === 'open' && isFor(item, actor),
      }
    }),
    ...(last === undefined ? {} : { next: `${last.dueOn}~${last.id}` }),
  }
}

/** Anybody of the team may do a task, unless it asks for a second person: one who may sign, and not the first. */
const isFor = ({ postbox, preparedBy }: Item, actor: Actor): boolean =>
  preparedBy === null || can(actor, 'vorgang.co-sign', { postboxes: [postbox], preparedBy })

function nextOf({ state, taskId, title, waitsFor }: Item): NextStep {
  if (state === 'done') {
    return { kind: 'done' }
  }
  if (taskId !== null) {
    return { kind: 'task', title }
  }
  return state === 'open' ? { kind: 'errand' } : { kind: 'wait', waitsFor }
}

/**
 * Takes an item. Taking one's own again changes nothing; one that another took is refused with 409, and so is one that
 * waits for a second person to whom was the first.
 */
export async function takeItem(ctx: PostboxesCtx, actor: Actor, id: string): Promise<Moved> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const item = await ownItem(ctx, actor, 'postbox.take', id)
    const userId = actor.kind === 'staff' ? actor.userId : ''
    if (item.assignee === userId) {
      return { vorgangId: item.vorgangId }
    }
    if (item.assignee !== null || item.state === 'done') {
      throw itemTaken(`item ${id}`)
    }
    await ctx.checkTaking(actor, item)
    const move = planMoveItem(item, { assignee: userId, isNew: 0 })
    if (await writeMove(ctx, item, move, { actor, type: 'item-taken' })) {
      return { vorgangId: item.vorgangId }
    }
  }
  throw itemTaken(`item ${id}`)
}

/** Gives an item back to its team. Throws `postboxes/item-not-yours` (409) where somebody else has it, or nobody. */
export async function returnItem(ctx: PostboxesCtx, actor: Actor, id: string): Promise<Moved> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const item = await ownItem(ctx, actor, 'postbox.return', id)
    if (actor.kind !== 'staff' || item.assignee !== actor.userId) {
      throw itemNotYours(`item ${id}`)
    }
    if (await writeMove(ctx, item, planMoveItem(item, { assignee: null }), { actor, type: 'item-returned' })) {
      return { vorgangId: item.vorgangId }
    }
  }
  throw itemNotYours(`item ${id}`)
}

async function ownItem(
  ctx: PostboxesCtx,
  actor: Actor,
  action: 'postbox.take' | 'postbox.return',
  id: string,
): Promise<Item> {
  const item = await findItem(ctx.db, id)
  authorize(actor, action, { postboxes: item === undefined ? [] : [item.postbox] })
  if (item === undefined) {
    throw itemMissing(`item ${id}`)
  }
  return item
}

/** False where the item moved since it was read: decide again. */
async function writeMove(
  ctx: PostboxesCtx,
  item: Item,
  move: Plan,
  { actor, type }: { readonly actor: Actor; readonly type: string },
): Promise<boolean> {
  const vorgang = await readVorgang(ctx, item.vorgangId)
  if (vorgang === undefined) {
    throw itemMissing(`item ${item.vorgangId}`)
  }
  const body = { vorgang: item.vorgangId, postbox: item.postbox }
  const line = { eakteId: vorgang.eakteId, type, atMs: ctx.now(), actor: actorId(actor), body }
  return (await ctx.write({ ...move, journal: [line] })).ok
}

async function rowsOf(
  ctx: PostboxesCtx,
  actor: Actor,
  input: { readonly postbox: string; readonly view: View },
  page: { readonly after: Cursor | null; readonly size: number },
): Promise<readonly Item[]> {
  const owners: Owners =
    input.view === 'mine' ? { assignees: actor.kind === 'staff' ? [actor.userId] : [] } : { postboxes: [input.postbox] }
  return await listLanes(ctx.db, owners, LANES[input.view], page)
}

function readCursor(text: string | undefined): Cursor | null {
  const [, dueOn, id] = /^(\d{4}-\d{2}-\d{2})~([0-9a-f-]{36})$/.exec(text ?? '') ?? []
  return dueOn === undefined || id === undefined ? null : { dueOn, id }
}
