import { notFound } from '../http/problem.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { findByNumber, findCases, type Hit, keepQuery, readQuery } from '../search/service.ts'
import { type PostboxesCtx, postboxesOf } from './service.ts'
import { type NextStep, nextOf } from './service-lists.ts'
import { type Item, listItemsOfMany } from './store.ts'

/** A Vorgang that was found, with where it lies and why it was found. */
export type FoundCase = Pick<
  Item,
  'vorgangId' | 'reference' | 'aktenzeichen' | 'serviceSlug' | 'receivedAtMs' | 'dueOn' | 'state' | 'step'
> & {
  readonly serviceTitle: string
  readonly applicant: string | null
  /** Name of the postbox where it lies now. */
  readonly postbox: string
  readonly next: NextStep
  /** Answers in which what was typed stands, three at most. */
  readonly why: readonly { readonly label: string; readonly text: string }[]
}
export type FoundCases = {
  readonly query: string
  /** Why nothing was looked for; null where it was. */
  readonly issue: 'empty' | 'too-short' | null
  readonly items: readonly FoundCase[]
  /** Vorgang after which the next page begins; absent on the last. */
  readonly next?: string
}

const PAGE_SIZE = 50
/** Pages that are looked through at most where what was found has just moved elsewhere. */
const LOOKS_MAX = 4
const WHY_MAX = 3
type Staff = Actor & { kind: 'staff' }

/**
 * Begins a search among the Vorgänge that the person reaches now. A whole number of one of them leads straight to it; what
 * else was typed is kept for twelve hours under an id, so that no name stands in an address.
 */
export async function beginSearch(
  ctx: PostboxesCtx,
  actor: Actor,
  query: string,
): Promise<{ readonly vorgangId: string } | { readonly searchId: string }> {
  const staff = finder(actor)
  const found = findByNumber(ctx, { query, postboxes: staff.postboxes, size: 2 })
  const [only, another] = await reached(ctx, staff, found)
  return only !== undefined && another === undefined
    ? { vorgangId: only.vorgangId }
    : { searchId: keepQuery(ctx, staff.userId, query) }
}

/**
 * Reads a page of what a search finds now, the newest Vorgang first. Throws `http/not-found` for a search of somebody else, or
 * one older than twelve hours. Says of nothing outside of the person's postboxes that it is there: it is neither read nor counted.
 */
export async function readSearch(
  ctx: PostboxesCtx,
  actor: Actor,
  input: { readonly searchId: string; readonly after?: string },
): Promise<FoundCases> {
  const staff = finder(actor)
  const query = readQuery(ctx, staff.userId, input.searchId)
  if (query === null) {
    throw notFound()
  }
  const issue = issueOf(query)
  if (issue !== null) {
    return { query, issue, items: [] }
  }
  const { found, next } = await pageOf(ctx, staff, { query, after: input.after })
  return { query, issue, items: found, ...(next === undefined ? {} : { next }) }
}

function finder(actor: Actor): Staff {
  authorize(actor, 'vorgang.find', { postboxes: actor.kind === 'staff' ? actor.postboxes : [] })
  if (actor.kind !== 'staff') {
    throw notFound()
  }
  return actor
}

function issueOf(query: string): FoundCases['issue'] {
  const signs = query.match(/[\p{L}\p{N}]/gu)?.length ?? 0
  return signs === 0 ? 'empty' : signs < 2 ? 'too-short' : null
}

async function pageOf(
  ctx: PostboxesCtx,
  actor: Staff,
  { query, after }: { readonly query: string; readonly after: string | undefined },
): Promise<{ readonly found: readonly FoundCase[]; readonly next?: string }> {
  const size = PAGE_SIZE + 1
  const found: FoundCase[] = []
  let from = after
  for (let looks = 0; looks < LOOKS_MAX && found.length < size; looks += 1) {
    const start = from === undefined ? {} : { after: from }
    const hits = findCases(ctx, { query, postboxes: actor.postboxes, ...start, size })
    const ids = hits.map(({ vorgangId }) => vorgangId)
    const mains = new Map((await reached(ctx, actor, ids)).map((item) => [item.vorgangId, item]))
    found.push(
      ...hits.flatMap((hit) => {
        const item = mains.get(hit.vorgangId)
        return item === undefined ? [] : [viewOf(ctx, item, hit)]
      }),
    )
    from = ids.at(-1)
    if (hits.length < size) {
      break
    }
  }
  const last = found.length < size ? undefined : found[PAGE_SIZE - 1]
  return { found: found.slice(0, PAGE_SIZE), ...(last === undefined ? {} : { next: last.vorgangId }) }
}

/** Main items of those Vorgänge that the person reaches at this moment, in the order given. */
async function reached(ctx: PostboxesCtx, actor: Staff, vorgangIds: readonly string[]): Promise<readonly Item[]> {
  const items = Map.groupBy(await listItemsOfMany(ctx.db, vorgangIds), ({ vorgangId }) => vorgangId)
  return vorgangIds.flatMap((id) => {
    const own = items.get(id) ?? []
    const main = own.find(({ kind }) => kind === 'case')
    return main !== undefined && postboxesOf(own).some((postbox) => actor.postboxes.includes(postbox)) ? [main] : []
  })
}

function viewOf(ctx: PostboxesCtx, item: Item, hit: Hit): FoundCase {
  const { vorgangId, reference, aktenzeichen, serviceSlug, receivedAtMs, dueOn, state, step } = item
  const labels = new Map(ctx.questions(serviceSlug).map(({ path, label }) => [path, label]))
  const texts = new Map(hit.fields.map(({ path, text }) => [path, text]))
  return {
    ...{ vorgangId, reference, aktenzeichen, serviceSlug, receivedAtMs, dueOn, state, step },
    serviceTitle: ctx.serviceTitle(serviceSlug),
    applicant: hit.name,
    postbox: ctx.content.live().content.postboxes.get(item.postbox)?.name.de ?? item.postbox,
    next: nextOf(item),
    why: hit.why.slice(0, WHY_MAX).map((path) => ({ label: labels.get(path) ?? path, text: texts.get(path) ?? '' })),
  }
}
