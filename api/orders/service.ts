import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import type { KeysCtx } from '../keys/keyring.ts'
import type { Ctx } from '../lib/ctx.ts'
import { problemType } from '../lib/problem.ts'
import { type NewItem, planMoveItem, planNewItem } from '../postboxes/plan.ts'
import type { Item } from '../postboxes/service.ts'
import {
  answerOrder,
  findOrder,
  insertOrder,
  listBehind,
  listOrders,
  type OrderRow,
  openOrder,
  withdrawOrderRow,
} from './store.ts'

export type OrdersCtx = Ctx & KeysCtx
export type OrderKind = OrderRow['kind']
export type OrderAnswer = NonNullable<OrderRow['answer']>
export const ORDER_KINDS = [
  'information',
  'co-sign',
  'opinion',
  'follow-up',
  'file',
  'translation',
] as const satisfies OrderKind[]

export const orderMissing = problemType('orders/missing', 404)
export const orderEnded = problemType('orders/ended', 409)

/** Titles of the items in which orders lie, as lists show them. */
const TITLES: Readonly<Record<OrderKind, string>> = {
  information: 'Zur Kenntnis',
  'co-sign': 'Mitzeichnung',
  opinion: 'Stellungnahme',
  'follow-up': 'Wiedervorlage',
  file: 'Zu den Akten',
  translation: 'Übersetzung',
}

const Asked = v.object({ v: v.literal(1), question: v.string(), note: v.string() })
const Answered = v.object({ v: v.literal(1), text: v.string() })
const spotOf = (row: string, column: 'content' | 'answer') => ({ table: 'orders', row, column })

/** To whom an order goes: one of a team, or anybody of it. */
export type Recipient = { readonly postbox: string; readonly userId: string | null }
/** Facts of the Vorgang that an order is about. */
export type OrderAt = Pick<NewItem, 'vorgangId' | 'reference' | 'aktenzeichen' | 'serviceSlug' | 'receivedAtMs'> & {
  readonly eakteId: string
  readonly keyId: string
  readonly by: string
}
export type Order = Pick<
  OrderRow,
  | 'id'
  | 'seriesId'
  | 'position'
  | 'kind'
  | 'state'
  | 'postbox'
  | 'userId'
  | 'dueOn'
  | 'createdBy'
  | 'createdAtMs'
  | 'answer'
  | 'endedBy'
  | 'endedAtMs'
> & { readonly question: string; readonly note: string; readonly answerText: string }

/**
 * Prepares orders that are given together: all at once, or one after the other. Those that begin lie in their postboxes as items
 * beside the Vorgang's own; that of a second signature is for others than who asks.
 */
export async function prepareOrders(
  ctx: OrdersCtx,
  at: OrderAt,
  input: {
    readonly kind: OrderKind
    readonly recipients: readonly Recipient[]
    readonly isSerial: boolean
    readonly dueOn: string
    readonly question: string
    readonly note: string
  },
): Promise<Plan> {
  const [seriesId, createdAtMs] = [ctx.newId(), ctx.now()]
  const plans = input.recipients.map(async (recipient, index): Promise<Plan> => {
    const id = ctx.newId()
    const isOpen = !input.isSerial || index === 0
    const text = { v: 1, question: input.question, note: input.note }
    const row = {
      ...recipient,
      id,
      seriesId,
      vorgangId: at.vorgangId,
      position: input.isSerial ? index : 0,
      kind: input.kind,
      state: isOpen ? ('open' as const) : ('waiting' as const),
      dueOn: input.dueOn,
      keyId: at.keyId,
      contentSealed: await ctx.keyring.sealJson(at.keyId, spotOf(id, 'content'), text),
      createdBy: at.by,
      createdAtMs,
      openedAtMs: isOpen ? createdAtMs : null,
    }
    const content = await ctx.keyring.commit(at.keyId, `order:${id}`, `${input.question}\n${input.note}`)
    const to = recipient.userId === null ? recipient.postbox : `staff:${recipient.userId}`
    const body = { vorgang: at.vorgangId, order: id, kind: input.kind, to, dueOn: input.dueOn, content }
    return join(
      {
        statements: [insertOrder(row)],
        journal: [{ eakteId: at.eakteId, type: 'order-given', atMs: createdAtMs, actor: at.by, body }],
      },
      isOpen ? planNewItem(itemOf(at, row)) : {},
    )
  })
  return join(...(await Promise.all(plans)))
}

function itemOf(
  at: Omit<OrderAt, 'eakteId' | 'keyId' | 'by'>,
  order: Pick<OrderRow, 'id' | 'kind' | 'postbox' | 'userId' | 'dueOn' | 'createdBy'>,
): NewItem {
  return {
    id: order.id,
    vorgangId: at.vorgangId,
    kind: 'order',
    postbox: order.postbox,
    taskId: null,
    step: `order-${order.kind}`,
    state: 'open',
    assignee: order.userId,
    dueOn: order.dueOn,
    reference: at.reference,
    aktenzeichen: at.aktenzeichen,
    serviceSlug: at.serviceSlug,
    receivedAtMs: at.receivedAtMs,
    title: TITLES[order.kind],
    waitsFor: null,
    // Whoever asks for a signature never gives it.
    preparedBy: order.kind === 'co-sign' ? order.createdBy.replace(/^staff:/, '') : null,
  }
}

/** Reads the orders about a Vorgang, oldest first. For the office alone; the caller has checked who asks. */
export async function readOrders(ctx: OrdersCtx, vorgangId: string): Promise<readonly Order[]> {
  return await Promise.all((await listOrders(ctx.db, vorgangId)).map((row) => openRow(ctx, row)))
}

/** Finds an order about a Vorgang. Throws 404 for one of another Vorgang, too. */
export async function readOrder(ctx: OrdersCtx, vorgangId: string, id: string): Promise<Order> {
  const row = await findOrder(ctx.db, id)
  if (row === undefined || row.vorgangId !== vorgangId) {
    throw orderMissing(`order ${id}`)
  }
  return await openRow(ctx, row)
}

async function openRow(ctx: OrdersCtx, row: OrderRow): Promise<Order> {
  const { id, keyId, contentSealed, answerSealed } = row
  const asked = v.parse(Asked, await ctx.keyring.openJson(keyId, spotOf(id, 'content'), contentSealed))
  const answered =
    answerSealed === null
      ? { text: '' }
      : v.parse(Answered, await ctx.keyring.openJson(keyId, spotOf(id, 'answer'), answerSealed))
  const { seriesId, position, kind, state, postbox, userId, dueOn, createdBy, createdAtMs, answer, endedBy } = row
  const when = { createdAtMs, endedAtMs: row.endedAtMs }
  return {
    ...when,
    id,
    seriesId,
    position,
    kind,
    state,
    postbox,
    userId,
    dueOn,
    createdBy,
    answer,
    endedBy,
    question: asked.question,
    note: asked.note,
    answerText: answered.text,
  }
}

/**
 * Prepares the answer to an open order: its item is done, and the next in line begins; who objects to a signature ends the line.
 * Refused by guard `order-open`.
 */
export async function prepareAnswer(
  ctx: OrdersCtx,
  at: OrderAt,
  input: {
    readonly order: Order
    readonly item: Item
    readonly answer: OrderAnswer
    readonly text: string
    /** The absent colleague for whom somebody acts. */
    readonly instead: { readonly for?: string }
  },
): Promise<Plan> {
  const { order, item, answer, text } = input
  const endedAtMs = ctx.now()
  const answerSealed = await ctx.keyring.sealJson(at.keyId, spotOf(order.id, 'answer'), { v: 1, text })
  const content = await ctx.keyring.commit(at.keyId, `order-answer:${order.id}`, text)
  const body = { vorgang: at.vorgangId, order: order.id, kind: order.kind, answer, content, ...input.instead }
  return join(
    { guards: [answerOrder(order.id, { answer, answerSealed, endedBy: at.by, endedAtMs })] },
    planMoveItem(item, { state: 'done', isNew: 0, assignee: at.by.replace(/^staff:/, '') }),
    { journal: [{ eakteId: at.eakteId, type: 'order-answered', atMs: endedAtMs, actor: at.by, body }] },
    await (answer === 'objected' ? planEndLine(ctx, at, order) : planNextInLine(ctx, at, order)),
  )
}

/** Prepares that an order is taken back: what waits behind it goes on. Refused by guard `order-open`. */
export async function prepareWithdrawal(
  ctx: OrdersCtx,
  at: OrderAt,
  { order, item }: { readonly order: Order; readonly item: Item | undefined },
): Promise<Plan> {
  const atMs = ctx.now()
  const body = { vorgang: at.vorgangId, order: order.id, kind: order.kind }
  return join(
    {
      guards: [withdrawOrderRow(order, at.by, atMs)],
      journal: [{ eakteId: at.eakteId, type: 'order-withdrawn', atMs, actor: at.by, body }],
    },
    item === undefined || item.state === 'done' ? {} : planMoveItem(item, { state: 'done', isNew: 0 }),
    order.state === 'open' ? await planNextInLine(ctx, at, order) : {},
  )
}

async function planNextInLine(ctx: OrdersCtx, at: OrderAt, order: Order): Promise<Plan> {
  const [next] = await listBehind(ctx.db, order)
  return next === undefined
    ? {}
    : join({ guards: [openOrder(next.id, ctx.now())] }, planNewItem(itemOf(at, { ...next })))
}

async function planEndLine(ctx: OrdersCtx, at: OrderAt, order: Order): Promise<Plan> {
  const behind = await listBehind(ctx.db, order)
  return { guards: behind.map((row) => withdrawOrderRow(row, at.by, ctx.now())) }
}
