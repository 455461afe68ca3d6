import { listChanges } from '../../db/changes.ts'
import type { Projection } from '../../db/projection.ts'
import type { Ctx } from '../lib/ctx.ts'
import type { Turns } from '../lib/turns.ts'
import type { CaseCard } from './card.ts'
import {
  type CardRow,
  findAsked,
  findBoxes,
  findCards,
  findFields,
  findMatching,
  findNames,
  forgetAsked,
  numberOf,
  readProgress,
  SEARCH_SCHEMA,
  saveAsked,
  saveCards,
} from './store.ts'
import { holdsWord, matchOf, numberMatchOf, queryWords } from './tokens.ts'

export type { CardField, CaseCard } from './card.ts'
export { holdsAll } from './tokens.ts'
export { SEARCH_SCHEMA }
export type ProjectionCtx = Ctx & { readonly projection: Projection }
export type SearchCtx = ProjectionCtx & {
  /** Visitors go first: cards are read one at a time between what they ask. */
  readonly turns: Turns
  /** What a Vorgang is found by; null where nothing may be shown (destroyed, not there). */
  readonly describeCase: (vorgangId: string) => Promise<CaseCard | null>
}
/** A Vorgang that was found. */
export type Hit = Pick<CardRow, 'vorgangId' | 'name'> & {
  /** Paths of the answers in which what was typed stands. */
  readonly why: readonly string[]
  readonly fields: CaseCard['fields']
}

const BATCH = 200
const CHUNK = 200
/** What somebody looked for can be shown again for so long. */
const ASKED_KEPT_MS = 12 * 3_600_000

/** Brings `search.db` up to the newest change; returns how many changes it took. May be called again at any time. */
export async function projectChanges(ctx: SearchCtx): Promise<number> {
  let taken = 0
  for (;;) {
    const rows = await listChanges(ctx.db, 'vorgang', readProgress(ctx.projection), BATCH)
    const last = rows.at(-1)
    if (last === undefined) {
      return taken
    }
    const cards = new Map<string, CaseCard | null>()
    for (const id of new Set(rows.map((row) => row.entityId))) {
      await ctx.turns.take()
      cards.set(id, await ctx.describeCase(id).catch(() => null))
    }
    saveCards(ctx.projection, cards, last.seq)
    taken += rows.length
  }
}

/** Names of applicants by Vorgang; one that is not projected yet is missing. */
export const caseNames = async (
  ctx: ProjectionCtx,
  vorgangIds: readonly string[],
): Promise<ReadonlyMap<string, string>> => findNames(ctx.projection, vorgangIds)

export type FindInput = {
  readonly query: string
  /** Nothing outside of these is read. */
  readonly postboxes: readonly string[]
  /** Vorgang after which the next page begins. */
  readonly after?: string
  readonly size: number
}

/**
 * Finds Vorgänge by what was typed, the newest first. Reads the words of the given postboxes alone, whatever lies in others;
 * what lies where may be a second old, so the caller asks each again whether it may be shown.
 */
export function findCases(ctx: ProjectionCtx, { query, postboxes, after, size }: FindInput): readonly Hit[] {
  const match = matchOf(query, findBoxes(ctx.projection, postboxes))
  const before = after === undefined ? null : numberOf(ctx.projection, after)
  if (match === null || (after !== undefined && before === null)) {
    return []
  }
  const words = queryWords(query)
  return findCards(ctx.projection, match, { before, size }).map(({ vorgangId, name, fields }) => ({
    vorgangId,
    name,
    fields,
    why: fields.filter((field) => holdsWord(field, words)).map(({ path }) => path),
  }))
}

/** Finds Vorgänge by their whole number, or that of their eAkte, however it is written. */
export function findByNumber(ctx: ProjectionCtx, { query, postboxes, size }: FindInput): readonly string[] {
  const match = numberMatchOf(query, findBoxes(ctx.projection, postboxes))
  return match === null
    ? []
    : findCards(ctx.projection, match, { before: null, size }).map(({ vorgangId }) => vorgangId)
}

/**
 * Vorgänge of some postboxes in whose answers all these texts stand, in whatever answer: never too few. Null where there are
 * more than `max`.
 */
export function candidates(
  ctx: ProjectionCtx,
  {
    texts,
    postboxes,
    max,
  }: { readonly texts: readonly string[]; readonly postboxes: readonly string[]; readonly max: number },
): readonly string[] | null {
  const boxes = findBoxes(ctx.projection, postboxes)
  const matches = texts.map((text) => matchOf(text, boxes))
  if (matches.includes(null)) {
    return []
  }
  const found = findMatching(ctx.projection, matches.map((match) => `(${match})`).join(' AND '), max + 1)
  return found.length > max ? null : found
}

/** What was answered in some Vorgänge, as lists show it. */
export function caseFields(ctx: ProjectionCtx, vorgangIds: readonly string[]): ReadonlyMap<string, CaseCard['fields']> {
  const chunks = Array.from({ length: Math.ceil(vorgangIds.length / CHUNK) }, (_, n) =>
    findFields(ctx.projection, vorgangIds.slice(n * CHUNK, (n + 1) * CHUNK)),
  )
  return new Map(chunks.flatMap((chunk) => [...chunk]))
}

/** Keeps what somebody typed for twelve hours, so that its answer has an address that says nothing; returns the id. */
export function keepQuery(ctx: ProjectionCtx, userId: string, query: string): string {
  const id = ctx.newId()
  saveAsked(ctx.projection, { id, userId, query, atMs: ctx.now() })
  return id
}

/** What this person typed under this id; null where it is another's, too old or nothing. */
export const readQuery = (ctx: ProjectionCtx, userId: string, id: string): string | null =>
  findAsked(ctx.projection, { id, userId, sinceMs: ctx.now() - ASKED_KEPT_MS })

/** Forgets what was typed too long ago. */
export const forgetQueries = (ctx: ProjectionCtx): void => forgetAsked(ctx.projection, ctx.now() - ASKED_KEPT_MS)
