import type { JournalValue, Plan } from '../../db/batch.ts'
import { readVorgang } from '../eakten/service.ts'
import { authorize, can } from '../identity/permissions.ts'
import { type Actor, actorId, actsFor, insteadOf } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { planMoveItem } from './plan.ts'
import { itemMissing, type PostboxesCtx } from './service.ts'
import { findItem, type Item } from './store.ts'
import { takenBy } from './taken.ts'

export const itemClosed = problemType('postboxes/item-closed', 409)
export const notColleague = problemType('postboxes/not-a-colleague', 422)
export const notPostbox = problemType('postboxes/not-a-postbox', 422)
export const waitsForSignature = problemType('postboxes/waits-for-signature', 409)
export const taxSecret = problemType('postboxes/tax-secret', 422)

/** To whom and where an item can be given. */
export type MovePage = {
  readonly itemId: string
  readonly vorgangId: string
  readonly reference: string
  readonly aktenzeichen: string
  readonly serviceTitle: string
  readonly postbox: { readonly id: string; readonly name: string }
  /** Colleagues of its team who may do what is to be done, by name. */
  readonly colleagues: readonly { readonly id: string; readonly name: string }[]
  /** Other postboxes to which it may go. */
  readonly postboxes: readonly { readonly id: string; readonly name: string }[]
  /** Why it may go to none: tax data stay in the tax office (§ 30 AO), a signature is given where the work was done. */
  readonly staysBecause: 'tax-secret' | 'signature' | null
}

const TRIES_MAX = 5

/** Says to whom and where an item can be given. Throws 404 to other teams, `postboxes/item-closed` (409) when it is done. */
export async function readMove(ctx: PostboxesCtx, actor: Actor, id: string): Promise<MovePage> {
  const item = await movable(ctx, actor, id)
  const { content } = ctx.content.live()
  const postboxes = [...content.postboxes]
    .filter(([other]) => other !== item.postbox && mayGo(ctx, item, other))
    .map(([other, { name }]) => ({ id: other, name: name.de }))
  return {
    itemId: item.id,
    vorgangId: item.vorgangId,
    reference: item.reference,
    aktenzeichen: item.aktenzeichen,
    serviceTitle: ctx.serviceTitle(item.serviceSlug),
    postbox: { id: item.postbox, name: content.postboxes.get(item.postbox)?.name.de ?? item.postbox },
    colleagues: (await colleaguesOf(ctx, item))
      .map(({ userId, name }) => ({ id: userId, name }))
      .sort((a, b) => a.name.localeCompare(b.name, 'de')),
    postboxes: item.preparedBy === null ? postboxes : [],
    staysBecause: item.preparedBy !== null ? 'signature' : postboxes.length === 0 ? 'tax-secret' : null,
  }
}

/**
 * Gives an item to a colleague of its team, with whom it is new. Given once more to the same it changes nothing.
 * Throws `postboxes/not-a-colleague` (422) for somebody else, or who must not do what is to be done, e.g. sign their own
 * work; `postboxes/item-taken` (409) where a third person has it, unless the actor leads.
 */
export async function handOver(ctx: PostboxesCtx, actor: Actor, id: string, to: string): Promise<Moved> {
  return await move(ctx, actor, id, async (item) => {
    if (item.assignee === to) {
      return null
    }
    if (!(await colleaguesOf(ctx, item)).some(({ userId }) => userId === to)) {
      throw notColleague(`item ${id}`)
    }
    return { next: { assignee: to, isNew: 1 }, type: 'item-handed-over', body: { to: `staff:${to}` } }
  })
}

/**
 * Sends an item on to another postbox, where nobody has it yet. Throws `postboxes/not-a-postbox` (422), and
 * `postboxes/tax-secret` (422) where tax data would leave the tax office (§ 30 AO), `postboxes/waits-for-signature` (409) where
 * it waits for a second person: nobody chooses another office to sign their work.
 */
export async function forward(ctx: PostboxesCtx, actor: Actor, id: string, postbox: string): Promise<Moved> {
  return await move(ctx, actor, id, async (item) => {
    if (postbox === item.postbox || !ctx.content.live().content.postboxes.has(postbox)) {
      throw notPostbox(`item ${id}`)
    }
    if (item.preparedBy !== null) {
      throw waitsForSignature(`item ${id}`)
    }
    if (!mayGo(ctx, item, postbox)) {
      throw taxSecret(`item ${id}`)
    }
    return { next: { postbox, assignee: null, isNew: 1 }, type: 'item-forwarded', body: { to: postbox } }
  })
}

export type Moved = { readonly vorgangId: string; readonly postbox: string }
type Step = {
  readonly next: Parameters<typeof planMoveItem>[1]
  readonly type: string
  readonly body: Readonly<Record<string, JournalValue>>
}

async function move(
  ctx: PostboxesCtx,
  actor: Actor,
  id: string,
  decide: (item: Item) => Promise<Step | null>,
): Promise<Moved> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const item = await movable(ctx, actor, id)
    const moved = { vorgangId: item.vorgangId, postbox: item.postbox }
    const step = await decide(item)
    if (step === null || (await ctx.write(await planStep(ctx, actor, item, step))).ok) {
      return moved
    }
  }
  throw await takenBy(ctx, { id })
}

async function planStep(ctx: PostboxesCtx, actor: Actor, item: Item, { next, type, body }: Step): Promise<Plan> {
  const vorgang = await readVorgang(ctx, item.vorgangId)
  if (vorgang === undefined) {
    throw itemMissing(`item ${item.id}`)
  }
  const about = { vorgang: item.vorgangId, postbox: item.postbox, ...body, ...insteadOf(actor, item.assignee) }
  const line = { eakteId: vorgang.eakteId, type, atMs: ctx.now(), actor: actorId(actor), body: about }
  return { ...planMoveItem(item, next), journal: [line] }
}

/** An item that this person may give away: nobody has it, they do or an absent colleague whose substitute they are, or they lead. */
async function movable(ctx: PostboxesCtx, actor: Actor, id: string): Promise<Item> {
  const item = await findItem(ctx.db, id)
  authorize(actor, 'postbox.move', { postboxes: item === undefined ? [] : [item.postbox] })
  if (item === undefined || actor.kind !== 'staff') {
    throw itemMissing(`item ${id}`)
  }
  if (item.state === 'done') {
    throw itemClosed(`item ${id}`)
  }
  if (item.assignee !== null && !actsFor(actor, item.assignee) && !actor.roles.includes('lead')) {
    throw await takenBy(ctx, item)
  }
  return item
}

/** Who of a team may have an item: all who may do its task, but who has it. */
async function colleaguesOf(ctx: PostboxesCtx, { postbox, preparedBy, assignee }: Item) {
  const team = await ctx.team(postbox)
  return team.filter(({ userId, name, roles }) => {
    const person: Actor = { kind: 'staff', sessionId: '', userId, name, roles, postboxes: [postbox] }
    const mayDo =
      preparedBy === null
        ? can(person, 'postbox.take', { postboxes: [postbox] })
        : can(person, 'vorgang.co-sign', { postboxes: [postbox], preparedBy })
    return mayDo && userId !== assignee
  })
}

/** Tax data stay in the tax office. */
function mayGo(ctx: PostboxesCtx, item: Item, postbox: string): boolean {
  const { postboxes } = ctx.content.live().content
  return postboxes.get(item.postbox)?.isTaxSecret !== true || postboxes.get(postbox)?.isTaxSecret === true
}
