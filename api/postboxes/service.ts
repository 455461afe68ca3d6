import type { Plan } from '../../db/batch.ts'
import type { ContentCtx } from '../content/access.ts'
import { readVorgang } from '../eakten/service.ts'
import type { Person } from '../identity/identity.ts'
import { authorize } from '../identity/permissions.ts'
import type { KeysCtx } from '../keys/keyring.ts'
import { type Actor, actorId, actsFor, insteadOf } from '../lib/actor.ts'
import type { Ctx } from '../lib/ctx.ts'
import { problemType } from '../lib/problem.ts'
import type { Turns } from '../lib/turns.ts'
import type { ProjectionCtx } from '../search/service.ts'
import { planMoveItem } from './plan.ts'
import { takenBy } from './service-taken.ts'
import { findItem, type Item, listItemsOf, listRunning } from './store.ts'

export type { Item } from './store.ts'
export type PostboxesCtx = Ctx &
  ContentCtx &
  KeysCtx &
  ProjectionCtx & {
    readonly caseNames: CaseNames
    /** Visitors go first where much is read. */
    readonly turns: Turns
    readonly serviceTitle: (slug: string) => string
    /** What can be asked in a service, as it is asked today. */
    readonly questions: (slug: string) => readonly Question[]
    /** Name of a member of staff, for those who may see what they have; null where nobody has the id. */
    readonly staffName: (userId: string) => Promise<string | null>
    /** Who works in the team of a postbox. */
    readonly team: (postbox: string) => Promise<readonly Person[]>
    /** Refuses what waits for somebody else than this person, by the rules of its process. */
    readonly checkTaking: (actor: Actor, item: Item) => Promise<void>
  }
/** One question of a service's form. */
export type Question = { readonly path: string; readonly label: string }
/** Names of applicants by Vorgang, from the search database; missing ones are not there yet. */
export type CaseNames = (vorgangIds: readonly string[]) => Promise<ReadonlyMap<string, string>>

export const itemMissing = problemType('postboxes/item-missing', 404)
export const itemNotYours = problemType('postboxes/item-not-yours', 409)

/** What was moved. */
type Moved = { readonly vorgangId: string }

const TRIES_MAX = 5

/** Finds where a Vorgang lies: its main item. Says nothing about rights. */
export const readItem = (ctx: Ctx, vorgangId: string) => findItem(ctx.db, vorgangId)

/** Lists the Vorgänge of a service that lie in some postboxes and are not done. Says nothing about rights. */
export const readRunning = (db: Ctx['db'], service: string, postboxes: readonly string[]) =>
  listRunning(db, service, postboxes)

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
      throw await takenBy(ctx, item)
    }
    await ctx.checkTaking(actor, item)
    const move = planMoveItem(item, { assignee: userId, isNew: 0 })
    if (await writeMove(ctx, item, move, { actor, type: 'item-taken' })) {
      return { vorgangId: item.vorgangId }
    }
  }
  throw await takenBy(ctx, { id })
}

/**
 * Gives an item back to its team: one's own, or that of an absent colleague for whom one stands in. Throws
 * `postboxes/item-not-yours` (409) where somebody else has it, or nobody.
 */
export async function returnItem(ctx: PostboxesCtx, actor: Actor, id: string): Promise<Moved> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const item = await ownItem(ctx, actor, 'postbox.return', id)
    if (!actsFor(actor, item.assignee)) {
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
  const body = { vorgang: item.vorgangId, postbox: item.postbox, ...insteadOf(actor, item.assignee) }
  const line = { eakteId: vorgang.eakteId, type, atMs: ctx.now(), actor: actorId(actor), body }
  return (await ctx.write({ ...move, journal: [line] })).ok
}
