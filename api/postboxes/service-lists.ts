import { notFound } from '../http/problem.ts'
import { authorize, can } from '../identity/permissions.ts'
import { type Actor, stoodInOf } from '../lib/actor.ts'
import { type CaseCard, caseFields } from '../search/service.ts'
import { type Filter, LANES, OPEN, type Selection, type View } from './filter.ts'
import { type Asked, dueUntil, lateUntil, pageOf, type Staff } from './pages.ts'
import type { WaitsFor } from './plan.ts'
import type { PostboxesCtx, Question } from './service.ts'
import { selectionOf } from './service-selections.ts'
import { readSavedView, readSavedViews, type SavedView } from './service-views.ts'
import { type Cursor, countTaken, countUntil, type Item, type Lane, listWorkCounts, sumDue } from './store.ts'

export type { Filter, Selection, View } from './filter.ts'
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
  /** Name of the colleague who has taken it; null where nobody has, or the reader themselves. */
  readonly colleague: string | null
  /** Name of the absent colleague who has taken it and for whom the reader stands in. */
  readonly standsInFor: string | null
  /** Nobody has it, and it does not wait for a second person who this one is not. */
  readonly mayTake: boolean
  /** What was answered to the questions of the columns, in their order. */
  readonly cells: readonly string[]
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
  /** Answers in columns, and what some must hold; null where nothing was chosen. */
  readonly selection: Selection | null
  /** Under which the selection is known. */
  readonly selectionId: string | null
  /** The selection that was asked for is too old; the list is shown without it. */
  readonly isSelectionGone: boolean
  /** Questions of the service that the list is narrowed to. */
  readonly questions: readonly Question[]
  /** Which saved list this is; null where it is none. */
  readonly saved: { readonly id: string; readonly name: string } | null
  /** Lists that the person saved. */
  readonly savedViews: readonly { readonly id: string; readonly name: string }[]
  /** Where the next page begins; absent on the last. */
  readonly next?: string
}
export type PostboxCount = {
  readonly id: string
  readonly name: string
  readonly open: number
  readonly free: number
  readonly sign: number
  readonly waiting: number
}
/**
 * How much each list of a person over all their postboxes holds. `done` is not counted; `late` is for leads alone, and counts no
 * further than 100.
 */
export type Work = Readonly<Record<Exclude<View, 'done'>, number>>

/** Whoever has so many is not helped by a number. */
const LATE_MAX = 100
const ownerOf = (postbox: string): string => `postbox:${postbox}`

/** Lists the postboxes of the actor's teams with counts, in the order of content, and what their lists hold together. */
export async function listPostboxes(
  ctx: PostboxesCtx,
  actor: Actor,
): Promise<{ readonly postboxes: readonly PostboxCount[]; readonly work: Work }> {
  const mine = actor.kind === 'staff' ? actor.postboxes : []
  authorize(actor, 'postbox.list', { postboxes: mine })
  const known = [...ctx.content.live().content.postboxes].filter(([id]) => mine.includes(id))
  const owners = known.map(([id]) => ownerOf(id))
  const isLead = actor.kind === 'staff' && actor.roles.includes('lead')
  const [counts, due, own, late] = await Promise.all([
    listWorkCounts(ctx.db, owners),
    sumDue(ctx.db, owners, dueUntil(ctx)),
    countMine(ctx, actor),
    isLead ? countUntil(ctx.db, mine, LANES.late, { untilOn: lateUntil(ctx), max: LATE_MAX }) : 0,
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
      late,
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
  /** Id of a selection that the person made. */
  readonly selection?: string
  /** Id of a list that the person saved: it says everything else but the page. */
  readonly saved?: string
  readonly after?: string
}

/**
 * Lists one page of a person's work, nearest deadline first, what is done by the latest deadline first. Reads no more rows the more lies in
 * the town. Answers a postbox of another team like one that is not there.
 */
export async function listItems(ctx: PostboxesCtx, actor: Actor, input: ListInput): Promise<ItemList> {
  const asked = await askedOf(ctx, actor, input)
  const { actor: staff, filter, selection, saved, postbox } = asked
  const { rows, next } = await pageOf(ctx, asked)
  const ids = rows.map((row) => row.vorgangId)
  const [names, fields] = [await ctx.caseNames(ids), caseFields(ctx, asked.selection === null ? [] : ids)]
  const colleagues = await colleaguesIn(ctx, staff, rows)
  const { content } = ctx.content.live()
  const nameOf = (id: string): string => content.postboxes.get(id)?.name.de ?? id
  const titled = (slug: string) => ({ slug, title: ctx.serviceTitle(slug) })
  return {
    postbox: postbox === null ? null : { id: postbox, name: nameOf(postbox) },
    view: asked.view,
    ...{ filter, selection },
    selectionId: selection === null ? null : (saved?.id ?? input.selection ?? null),
    isSelectionGone: input.selection !== undefined && selection === null,
    saved: saved === null ? null : { id: saved.id, name: saved.name },
    savedViews: (await readSavedViews(ctx, staff)).map(({ id, name }) => ({ id, name })),
    questions: filter.service === undefined ? [] : ctx.questions(filter.service),
    services: [...new Set(rows.map((row) => row.serviceSlug))].map(titled),
    postboxes: [...new Set(rows.map((row) => row.postbox))].map((id) => ({ id, name: nameOf(id) })),
    choices: [...content.services]
      .filter(([, { postbox }]) => asked.postboxes.includes(postbox))
      .map(([slug]) => titled(slug))
      .sort((a, b) => a.title.localeCompare(b.title, 'de')),
    items: rows.map((item) => ({
      ...viewOf(item, { actor: staff, applicant: names.get(item.vorgangId) ?? null }),
      colleague: (item.assignee === null ? undefined : colleagues.get(item.assignee)) ?? null,
      cells: cellsOf(fields.get(item.vorgangId), selection),
    })),
    ...(next === null ? {} : { next: `${next.dueOn}~${next.id}` }),
  }
}

/** Names of those others who have something of these, by id. */
export async function colleaguesIn(
  ctx: PostboxesCtx,
  actor: Staff,
  rows: readonly Item[],
): Promise<ReadonlyMap<string, string | null>> {
  const ids = new Set(
    rows.flatMap(({ assignee }) => (assignee === null || assignee === actor.userId ? [] : [assignee])),
  )
  return new Map(await Promise.all([...ids].map(async (id) => [id, await ctx.staffName(id)] as const)))
}

type Wanted = Asked & { readonly postbox: string | null; readonly saved: SavedView | null }

/**
 * What a list is asked for, once it is known who may ask; a saved one as it was saved. Throws 404 for a postbox of another
 * team, and for what somebody else saved.
 */
export async function askedOf(ctx: PostboxesCtx, actor: Actor, input: ListInput): Promise<Wanted> {
  const all = actor.kind === 'staff' ? actor.postboxes : []
  if (actor.kind !== 'staff' || (input.saved !== undefined && all.length === 0)) {
    authorize(actor, 'postbox.list', { postboxes: [] })
    throw notFound()
  }
  const saved = input.saved === undefined ? null : await readSavedView(ctx, actor, input.saved)
  if (input.saved !== undefined && saved === null) {
    throw notFound()
  }
  const { view, filter = {}, postbox = null } = saved ?? input
  const postboxes = postbox === null ? all : [postbox]
  authorize(actor, 'postbox.list', { postboxes })
  const selection =
    saved === null ? await selectionOf(ctx, actor, { id: input.selection, service: filter.service }) : saved.selection
  return { actor, postboxes, postbox, view, filter, selection, saved, after: readCursor(input.after) }
}

const cellsOf = (fields: CaseCard['fields'] | undefined, selection: Selection | null): readonly string[] =>
  (selection?.columns ?? []).map((path) => fields?.find((field) => field.path === path)?.text ?? '')

function viewOf(
  item: Item,
  { actor, applicant }: { readonly actor: Staff; readonly applicant: string | null },
): Omit<ItemView, 'cells' | 'colleague'> {
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

/** Anybody of the team may do a task, unless it asks for a second person: one who may sign, and not the first. */
const isFor = ({ postbox, preparedBy }: Item, actor: Actor): boolean =>
  preparedBy === null || can(actor, 'vorgang.co-sign', { postboxes: [postbox], preparedBy })

export function nextOf({ kind, state, taskId, title, waitsFor }: Item): NextStep {
  if (state === 'done') {
    return { kind: 'done' }
  }
  if (taskId !== null || kind === 'order') {
    return { kind: 'task', title }
  }
  return state === 'open' ? { kind: 'errand' } : { kind: 'wait', waitsFor }
}

function readCursor(text: string | undefined): Cursor | null {
  const [, dueOn, id] = /^(\d{4}-\d{2}-\d{2})~([0-9a-f-]{36})$/.exec(text ?? '') ?? []
  return dueOn === undefined || id === undefined ? null : { dueOn, id }
}
