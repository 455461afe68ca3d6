import { join, type Plan } from '../../db/batch.ts'
import { readDocuments } from '../documents/service.ts'
import { planKeptEakte } from '../eakten/plan.ts'
import { authorize, can } from '../identity/permissions.ts'
import { type Actor, actorId, actsFor, insteadOf } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import { problemType } from '../lib/problem.ts'
import {
  type Order,
  type OrderAnswer,
  type OrderKind,
  orderEnded,
  prepareAnswer,
  prepareOrders,
  prepareWithdrawal,
  type Recipient,
  readOrder,
} from '../orders/service.ts'
import { planMoveItem } from '../postboxes/plan.ts'
import type { Item } from '../postboxes/service.ts'
import { mayGo } from '../postboxes/service-move.ts'
import { itemTaken } from '../postboxes/service-taken.ts'
import type { Case } from '../workflow/service.ts'
import { checkTaking } from '../workflow/service-taking.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { prepareActDocuments, type StoredFile, storeCaseFile } from './service-act-files.ts'
import { ownCase } from './service-vorgang.ts'
import { writeOnce } from './write-once.ts'

export const recipientWrong = problemType('submissions/recipient-wrong', 422)
export const orderDayWrong = problemType('submissions/order-day-wrong', 422)
export const orderQuestionMissing = problemType('submissions/order-question-missing', 422)
export const orderAnswerMissing = problemType('submissions/order-answer-missing', 422)

/** A follow-up may lie as long as a condition of a notice does. */
const DAYS_MAX = 3 * 366
const RECIPIENTS_MAX = 5
const RECIPIENT = /^(postbox|person):([a-z0-9-]{1,80})(?::([0-9a-f-]{36}))?$/
/** These mean nothing without a question or a reason. */
const ASKING: readonly OrderKind[] = ['opinion', 'co-sign', 'follow-up', 'translation']

type OfVorgang = { readonly vorgangId: string }
export type GiveInput = OfVorgang & {
  readonly kind: OrderKind
  /** `postbox:<id>` for anybody of a team, `person:<postbox>:<user id>` for one of it; blank ones are none. */
  readonly to: readonly string[]
  /** One after the other, in the order of `to`. */
  readonly isSerial: boolean
  readonly dueOn: string
  readonly question: string
  readonly note: string
  readonly seen: string
}

/**
 * Gives orders about a Vorgang to persons or teams, at the same time or one after the other. Throws 404 to offices that only take
 * part; 422 `submissions/recipient-wrong` (nobody, a stranger, one who may not sign, tax data leaving the tax office § 30 AO,
 * another office once the Vorgang has ended), `order-day-wrong`, `order-question-missing`.
 */
export async function giveOrders(ctx: SubmissionsCtx, actor: Actor, input: GiveInput): Promise<OfVorgang> {
  const kase = await ownCase(ctx, actor, input.vorgangId)
  authorize(actor, 'order.give', { postboxes: [kase.item.postbox] })
  const recipients = await recipientsOf(ctx, actor, kase, input)
  const [question, note, today] = [prose(input.question), prose(input.note), dayInBerlin(ctx.now())]
  if (!/^\d{4}-\d{2}-\d{2}$/.test(input.dueOn) || input.dueOn <= today || input.dueOn > addDays(today, DAYS_MAX)) {
    throw orderDayWrong('dueOn', { errors: [{ pointer: '/orderDueOn', type: 'future' }] })
  }
  if (question === '' && ASKING.includes(input.kind)) {
    throw orderQuestionMissing('question', { errors: [{ pointer: '/question', type: 'missing' }] })
  }
  const { kind, isSerial, dueOn } = input
  const asked = { kind, recipients, isSerial, dueOn, question, note }
  const plan = join(planKeptEakte(kase.eakte.id), await prepareOrders(ctx, atOf(kase, actor), asked))
  return await writeOnce(ctx, actor, { ...input, kind: 'order', said: asked }, plan)
}

const prose = (text: string): string => text.replaceAll('\r\n', '\n').normalize('NFC').trim()

async function recipientsOf(
  ctx: SubmissionsCtx,
  actor: Actor,
  kase: Case,
  { to, kind }: Pick<GiveInput, 'to' | 'kind'>,
): Promise<readonly Recipient[]> {
  const named = to.map((text, index) => ({ text: text.trim(), pointer: `/to${index + 1}` }))
  const given = named.filter(({ text }) => text !== '')
  if (given.length === 0 || given.length > RECIPIENTS_MAX) {
    throw recipientWrong('nobody', { errors: [{ pointer: '/to1', type: 'missing' }] })
  }
  const found = given.map(async ({ text, pointer }) => {
    const recipient = await recipientOf(ctx, actor, { kase, kind, text })
    if (typeof recipient === 'string') {
      throw recipientWrong(recipient, { errors: [{ pointer, type: recipient }] })
    }
    return recipient
  })
  return await Promise.all(found)
}

type Named = { readonly kase: Case; readonly kind: OrderKind; readonly text: string }

/** Whom a recipient names, or why an order cannot go there. */
async function recipientOf(ctx: SubmissionsCtx, actor: Actor, { kase, kind, text }: Named) {
  const [, what, postbox = '', userId] = RECIPIENT.exec(text) ?? []
  if (what === undefined || (what === 'person') !== (userId !== undefined)) {
    return 'stranger'
  }
  if (!ctx.content.live().content.postboxes.has(postbox)) {
    return 'stranger'
  }
  if (postbox !== kase.item.postbox && !mayGo(ctx, kase.item, postbox)) {
    return 'tax-secret'
  }
  if (postbox !== kase.item.postbox && kase.state.status === 'ended') {
    return 'ended'
  }
  const team = await ctx.team(postbox)
  const able = kind === 'co-sign' ? team.filter((person) => maySign(person, postbox, actor)) : team
  if (userId === undefined) {
    return kind === 'co-sign' && able.length === 0 ? 'no-signer' : { postbox, userId: null }
  }
  return able.some((person) => person.userId === userId)
    ? { postbox, userId }
    : kind === 'co-sign'
      ? 'no-signer'
      : 'stranger'
}

type Person = Awaited<ReturnType<SubmissionsCtx['team']>>[number]

/** Whoever asks for a signature never gives it, and not everybody may sign. */
function maySign({ userId, name, roles }: Person, postbox: string, asking: Actor): boolean {
  const person: Actor = { kind: 'staff', sessionId: '', userId, name, roles, postboxes: [postbox] }
  const preparedBy = actorId(asking).replace(/^staff:/, '')
  return can(person, 'vorgang.co-sign', { postboxes: [postbox], preparedBy })
}

export type AnswerInput = OfVorgang & {
  readonly orderId: string
  readonly answer: OrderAnswer
  readonly text: string
}

/**
 * Answers an order: whoever took it, or the first of the team; who stands in for an absent colleague answers under their own name,
 * and never signs for them. Throws 404 where it lies with another team, 403 or 409 as four eyes ask, 409 `orders/ended` and
 * `postboxes/item-taken`, 422 `submissions/order-answer-missing` for an opinion, an objection or
 * a translation that says nothing.
 */
export async function answerOrder(ctx: SubmissionsCtx, actor: Actor, input: AnswerInput): Promise<OfVorgang> {
  const { kase, order, item } = await openOrder(ctx, actor, input)
  if (order.kind === 'co-sign' ? isTakenByOther(actor, item) : !isFreeFor(actor, item)) {
    throw itemTaken(`order ${order.id}`)
  }
  const text = prose(input.text)
  const answer = order.kind === 'co-sign' ? input.answer : 'done'
  if (text === '' && (await needsText(ctx, { ...order, vorgangId: input.vorgangId }, answer))) {
    throw orderAnswerMissing('text', { errors: [{ pointer: '/answerText', type: 'missing' }] })
  }
  if (order.kind === 'co-sign' && answer === 'done') {
    throw orderAnswerMissing('answer', { errors: [{ pointer: '/answer', type: 'missing' }] })
  }
  const instead = insteadOf(actor, item.assignee)
  const plan = join(
    planKeptEakte(kase.eakte.id),
    await prepareAnswer(ctx, atOf(kase, actor), { order, item, answer, text, instead }),
    planNew(kase.item, actor),
  )
  if (!(await ctx.write(plan)).ok) {
    throw changedMeanwhile(`order ${order.id}`)
  }
  return { vorgangId: input.vorgangId }
}

/** An opinion and an objection are words; a translation may be a document. */
async function needsText(ctx: SubmissionsCtx, { id, kind, vorgangId }: Order & OfVorgang, answer: OrderAnswer) {
  if (kind !== 'translation') {
    return kind === 'opinion' || answer === 'objected'
  }
  const documents = await readDocuments(ctx, [vorgangId])
  return !documents.some(({ meta }) => meta.orderId === id)
}

const isTakenByOther = (actor: Actor, { assignee }: Item): boolean =>
  assignee !== null && (actor.kind !== 'staff' || assignee !== actor.userId)
const isFreeFor = (actor: Actor, { assignee }: Item): boolean => assignee === null || actsFor(actor, assignee)

/** Whoever has the Vorgang sees that something came, unless they did it themselves. */
export function planNew(item: Item, actor: Actor): Plan {
  const isOwn = actor.kind === 'staff' && item.assignee === actor.userId
  return isOwn || item.isNew === 1 || item.state === 'done' ? {} : planMoveItem(item, { isNew: 1 })
}

/** Puts files beside an order that is open, before it is answered. No citizen sees them. Throws as {@link answerOrder}, and what uploads are refused for. */
export async function attachToOrder(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: OfVorgang & { readonly orderId: string; readonly files: readonly StoredFile[] },
): Promise<OfVorgang> {
  const { kase, order } = await openOrder(ctx, actor, input)
  const documents = await prepareActDocuments(
    ctx,
    { id: kase.vorgang.id, eakteId: kase.eakte.id, keyId: kase.vorgang.keyId },
    { files: input.files, by: actorId(actor), orderId: order.id },
  )
  if (!(await ctx.write(documents.plan)).ok) {
    throw changedMeanwhile(`order ${order.id}`)
  }
  return { vorgangId: input.vorgangId }
}

/** Stores a file for an order, before it is put beside it. Throws as {@link attachToOrder}. */
export async function storeOrderFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: OfVorgang & {
    readonly orderId: string
    readonly count: number
    readonly fileName: string
    readonly source: AsyncIterable<Uint8Array>
  },
): Promise<StoredFile> {
  const { kase } = await openOrder(ctx, actor, input)
  return await storeCaseFile(ctx, kase.vorgang, input)
}

/** An order that waits for an answer of this person's team. */
async function openOrder(
  ctx: SubmissionsCtx,
  actor: Actor,
  { vorgangId, orderId }: OfVorgang & { readonly orderId: string },
): Promise<{ readonly kase: Case; readonly order: Order; readonly item: Item }> {
  const kase = await ownCase(ctx, actor, vorgangId)
  const order = await readOrder(ctx, vorgangId, orderId)
  const item = kase.items.find(({ id }) => id === orderId)
  authorize(actor, 'order.answer', { postboxes: [item?.postbox ?? order.postbox] })
  if (order.state !== 'open' || item === undefined || item.state === 'done') {
    throw orderEnded(`order ${orderId}`)
  }
  await checkTaking(ctx, actor, item)
  return { kase, order, item }
}

/** Takes an order back; what waits behind it begins. Throws 404 to offices that only take part, 409 `orders/ended`. */
export async function withdrawOrder(
  ctx: SubmissionsCtx,
  actor: Actor,
  { vorgangId, orderId }: OfVorgang & { readonly orderId: string },
): Promise<OfVorgang> {
  const kase = await ownCase(ctx, actor, vorgangId)
  authorize(actor, 'order.give', { postboxes: [kase.item.postbox] })
  const order = await readOrder(ctx, vorgangId, orderId)
  if (order.state !== 'open' && order.state !== 'waiting') {
    throw orderEnded(`order ${orderId}`)
  }
  const item = kase.items.find(({ id }) => id === orderId)
  const plan = await prepareWithdrawal(ctx, atOf(kase, actor), { order, item })
  if (!(await ctx.write(join(planKeptEakte(kase.eakte.id), plan))).ok) {
    throw changedMeanwhile(`order ${orderId}`)
  }
  return { vorgangId }
}

const atOf = ({ vorgang, eakte, item }: Case, actor: Actor) => ({
  vorgangId: vorgang.id,
  eakteId: eakte.id,
  keyId: vorgang.keyId,
  by: actorId(actor),
  reference: item.reference,
  aktenzeichen: item.aktenzeichen,
  serviceSlug: item.serviceSlug,
  receivedAtMs: item.receivedAtMs,
})
