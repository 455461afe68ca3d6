import { setTimeout as pause } from 'node:timers/promises'
import { join, type Plan } from '../../db/batch.ts'
import { readVorgang } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import type { PaymentsCtx } from './ctx.ts'
import { isOver, isUnderway, type PaymentState, type TransactionState } from './machine.ts'
import { openDetails, type PaymentDetails } from './service-claims.ts'
import { askTransaction, type Fresh, line, planAsk, planUnconfirmed } from './service-settle.ts'
import {
  findPayment,
  insertTransaction,
  listPayments,
  listTransactions,
  openTransaction,
  type PaymentRow,
  type TransactionRow,
  touchPayment,
} from './store.ts'

export type { PaymentsCtx } from './ctx.ts'
export { type Fee, type FeeResult, feeFor } from './fee.ts'
export { compileFee, type FeeRules } from './fee-rules.ts'
export { checkFees } from './service-checks.ts'
export { foreseeFee, preparePayment, preparePaymentStep, readFee } from './service-claims.ts'
export { type ExemptionView, prepareExemption, readExemption } from './service-exemption.ts'
export { makePaymentReceipt, runPaymentReceipt } from './service-receipt.ts'
export { hearOfTransaction, runPaymentCheck } from './service-settle.ts'

export const paymentMissing = problemType('payments/missing', 404)
export const notDue = problemType('payments/not-due', 409)
export const underReview = problemType('payments/under-review', 409)
export const providerUnavailable = problemType('payments/provider-unavailable', 503)
export const changedMeanwhile = problemType('payments/changed-meanwhile', 409)

const TRIES_MAX = 8
/** How long a window that is opening a transaction is waited for, and how often it is looked at meanwhile. */
const OPENING_MS = 10_000
const WAITS_MAX = 5
const WAIT_MS = 150
/** Earlier tries that are asked about before another one is opened. */
const ASKED_BEFORE_MAX = 5
const FIRST_ASK_MS = 60_000

/** A payment as those see it whom it concerns. Amounts are cents. */
export type PaymentView = {
  readonly id: string
  readonly state: PaymentState
  readonly amountCents: number
  /** Kassenzeichen. */
  readonly paymentReference: string
  readonly items: PaymentDetails['items']
  readonly createdAtMs: number
  readonly paidAtMs: number | null
  readonly method: string | null
  /** The newest try; null before the first. */
  readonly last: { readonly state: TransactionState; readonly atMs: number } | null
  /** Money that came although nothing was due any more. */
  readonly surplusCents: number
  /** Another amount came than was asked for: a person looks at it. */
  readonly isUnderReview: boolean
  readonly canPay: boolean
}
export type PaymentPage = PaymentView & {
  readonly vorgangId: string
  readonly reference: string
  readonly serviceTitle: string
  /** Address of the provider's page while a try is underway. */
  readonly redirectUrl: string | null
}

/** Reads the payments of a Vorgang, oldest first. The caller has checked who asks. */
export async function readPayments(ctx: PaymentsCtx, vorgangId: string): Promise<readonly PaymentView[]> {
  const rows = await listPayments(ctx.db, vorgangId)
  return await Promise.all(rows.map(async (row) => await viewOf(ctx, row, await listTransactions(ctx.db, row.id))))
}

/**
 * Reads a payment for the person who is to pay. Coming back from the provider (`isReturning`) the provider is asked first,
 * because the return says nothing. Throws 404 for a foreign or unknown one.
 */
export async function readPayment(
  ctx: PaymentsCtx,
  actor: Actor,
  input: { readonly paymentId: string; readonly isReturning: boolean },
): Promise<PaymentPage> {
  const { paymentId } = input
  const payment = await ownPayment(ctx, actor, paymentId)
  const last = (await listTransactions(ctx.db, paymentId)).at(-1)
  if (input.isReturning && payment.state === 'due' && last?.state === 'redirected') {
    await askTransaction(ctx, last.id)
  }
  const [now, transactions, vorgang] = await Promise.all([
    findPayment(ctx.db, paymentId),
    listTransactions(ctx.db, paymentId),
    readVorgang(ctx, payment.vorgangId),
  ])
  const view = await viewOf(ctx, now ?? payment, transactions)
  return {
    ...view,
    vorgangId: payment.vorgangId,
    reference: vorgang?.reference ?? '',
    serviceTitle: ctx.serviceTitle(vorgang?.serviceSlug ?? ''),
    redirectUrl: view.state === 'due' ? await redirectOf(ctx, payment, transactions.at(-1)) : null,
  }
}

/**
 * Opens a way to pay: a transaction at the provider, or the one that is underway. Every earlier try is asked about first,
 * so that nobody is sent to pay twice. Nothing is lost when it fails: the application stays, the payment stays due.
 * Throws 404; `payments/under-review` and `payments/not-due` (409), `payments/provider-unavailable` (503).
 */
export async function startTransaction(
  ctx: PaymentsCtx,
  actor: Actor,
  paymentId: string,
): Promise<{ readonly paymentId: string }> {
  authorizeStart(actor, (await ownPayment(ctx, actor, paymentId)).vorgangId)
  await askEarlier(ctx, paymentId)
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const payment = await ownPayment(ctx, actor, paymentId)
    const transactions = await listTransactions(ctx.db, paymentId)
    const last = transactions.at(-1)
    if (payment.state === 'paid' || (payment.state === 'due' && last?.state === 'redirected')) {
      return { paymentId }
    }
    if (payment.state !== 'due' || (await nobodyWaits(ctx, payment))) {
      throw notDue(`payment ${paymentId}`)
    }
    if (transactions.some((one) => one.state === 'mismatch')) {
      throw underReview(`payment ${paymentId}`)
    }
    // Another window is just opening one: its answer is waited for, and only then is it taken for lost.
    if (last?.state === 'created' && ctx.now() - last.createdAtMs < OPENING_MS && tries < WAITS_MAX) {
      await pause(WAIT_MS * (tries + 1))
      continue
    }
    const opened = await tryToOpen(ctx, payment, last)
    if (opened) {
      return { paymentId }
    }
  }
  throw changedMeanwhile(`payment ${paymentId}`)
}

async function askEarlier(ctx: PaymentsCtx, paymentId: string): Promise<void> {
  const transactions = await listTransactions(ctx.db, paymentId)
  const unsure = transactions.filter((one) => isOver(one.state) || one.state === 'redirected').slice(-ASKED_BEFORE_MAX)
  for (const { id, state, providerTransactionId } of unsure) {
    const isAnswered = await askTransaction(ctx, id)
    if (!isAnswered && providerTransactionId !== null && isUnderway(state)) {
      throw providerUnavailable(`transaction ${id}`)
    }
  }
}

/** The process may have gone on without the payment, for example because its time was over. */
const nobodyWaits = async (ctx: PaymentsCtx, { vorgangId, effectKey, amountCents }: PaymentRow): Promise<boolean> =>
  (await ctx.planPaymentNews({ vorgangId, effectKey, news: 'received', amountCents })) === null

/** False where another window was quicker: decide again. The transaction is recorded before the provider hears of it. */
async function tryToOpen(ctx: PaymentsCtx, payment: PaymentRow, last: TransactionRow | undefined): Promise<boolean> {
  const provider = ctx.paymentProvider
  if (provider === null) {
    throw providerUnavailable('no provider is set')
  }
  const atMs = ctx.now()
  const id = ctx.newId()
  const { amountCents } = payment
  const written = await ctx.write(
    join(
      last?.state === 'created' ? planUnconfirmed(ctx, { payment, transaction: last }, 'no-answer') : {},
      { guards: [touchPayment(payment)] },
      {
        statements: [
          insertTransaction({ id, paymentId: payment.id, provider: provider.id, amountCents, createdAtMs: atMs }),
        ],
      },
    ),
  )
  if (!written.ok) {
    return false
  }
  const transaction: Fresh = { id, version: 1, providerReference: null }
  const answer = await provider.create(await orderOf(ctx, payment, id, atMs))
  if (answer.kind !== 'created') {
    await ctx.write(planUnconfirmed(ctx, { payment, transaction }, answer.code))
    throw providerUnavailable(`transaction ${id}: ${answer.kind}`)
  }
  const opened = await ctx.write(await planOpened(ctx, { payment, transaction }, answer))
  return opened.ok
}

type Created = { readonly transactionId: string; readonly redirectUrl: string; readonly reference: string | null }

async function planOpened(
  ctx: PaymentsCtx,
  pair: { readonly payment: PaymentRow; readonly transaction: Fresh },
  answer: Created,
): Promise<Plan> {
  const { payment, transaction } = pair
  const spot = { table: 'payment_transactions', row: transaction.id, column: 'redirect' }
  const redirectSealed = await ctx.keyring.seal(payment.keyId, spot, answer.redirectUrl)
  const at = { providerTransactionId: answer.transactionId, reference: answer.reference, redirectSealed }
  return join(
    { guards: [openTransaction(transaction, at)] },
    line(ctx, pair, 'payment-begun', { amountCents: payment.amountCents }),
    planAsk(transaction.id, ctx.now() + FIRST_ASK_MS),
  )
}

async function orderOf(ctx: PaymentsCtx, payment: PaymentRow, requestId: string, atMs: number) {
  const [details, vorgang] = await Promise.all([openDetails(ctx, payment), readVorgang(ctx, payment.vorgangId)])
  return {
    requestId,
    atMs,
    amountCents: payment.amountCents,
    paymentReference: payment.paymentReference,
    description: ctx.serviceTitle(vorgang?.serviceSlug ?? ''),
    returnUrl: `${ctx.origin}/zahlung/${payment.id}?zurueck=1`,
    items: details.items.map(({ feeId, ...item }) => ({ id: feeId, ...item })),
  }
}

async function redirectOf(ctx: PaymentsCtx, payment: PaymentRow, last: TransactionRow | undefined) {
  if (last === undefined || last.state !== 'redirected' || last.redirectSealed === null) {
    return null
  }
  const spot = { table: 'payment_transactions', row: last.id, column: 'redirect' }
  return (await ctx.keyring.open(payment.keyId, spot, last.redirectSealed)).toString('utf8')
}

async function viewOf(
  ctx: PaymentsCtx,
  payment: PaymentRow,
  transactions: readonly TransactionRow[],
): Promise<PaymentView> {
  const { items } = await openDetails(ctx, payment)
  const last = transactions.at(-1)
  const paidBy = transactions.find((one) => one.id === payment.transactionId)
  // Until somebody tries to pay it, nobody writes down that the process has gone on without it.
  const state = payment.state === 'due' && (await nobodyWaits(ctx, payment)) ? 'withdrawn' : payment.state
  const isUnderReview = state === 'due' && transactions.some((one) => one.state === 'mismatch')
  return {
    id: payment.id,
    state,
    amountCents: payment.amountCents,
    paymentReference: payment.paymentReference,
    items,
    createdAtMs: payment.createdAtMs,
    paidAtMs: payment.paidAtMs,
    method: paidBy?.method ?? null,
    last: last === undefined ? null : { state: last.state, atMs: last.settledAtMs ?? last.createdAtMs },
    surplusCents: transactions.reduce((sum, one) => sum + (one.isSurplus ? (one.reportedCents ?? 0) : 0), 0),
    isUnderReview,
    canPay: state === 'due' && !isUnderReview && ctx.paymentProvider !== null,
  }
}

/** Finds a payment that the actor may see. Throws 404. */
export async function ownPayment(ctx: PaymentsCtx, actor: Actor, paymentId: string): Promise<PaymentRow> {
  const payment = await findPayment(ctx.db, paymentId)
  authorize(actor, 'payment.read', payment === undefined ? {} : { vorgangId: payment.vorgangId })
  if (payment === undefined) {
    throw paymentMissing(`payment ${paymentId}`)
  }
  return payment
}

const authorizeStart = (actor: Actor, vorgangId: string): void => authorize(actor, 'payment.start', { vorgangId })
