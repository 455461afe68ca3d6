import * as v from 'valibot'
import { type JournalValue, join, type Plan } from '../../db/batch.ts'
import { planJob, planRepeatedJob } from '../jobs/plan.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import type { PaymentNews, PaymentsCtx } from './ctx.ts'
import { isOver, type Move, moveBy, nextAskMs } from './machine.ts'
import type { Told } from './provider.ts'
import {
  findPayment,
  findTransaction,
  findTransactionAtProvider,
  moveTransaction,
  type PaymentRow,
  settlePayment,
  type TransactionRow,
  withdrawPayment,
} from './store.ts'

const TRIES_MAX = 5
export const ACTOR = 'system:payment'

type Pair = { readonly payment: PaymentRow; readonly transaction: TransactionRow }
/** What must be known of a transaction to end it. */
export type Fresh = Pick<TransactionRow, 'id' | 'version' | 'providerReference'>
type FreshPair = { readonly payment: PaymentRow; readonly transaction: Fresh }

/**
 * Asks the provider what became of a transaction and keeps what it says, in one guarded batch. Answers false where the
 * provider could not be asked. Nothing else moves a transaction: a return or a call from outside only leads here.
 */
export async function askTransaction(ctx: PaymentsCtx, transactionId: string): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const pair = await readPair(ctx, transactionId)
    const told = pair === null ? null : await ask(ctx, pair.transaction)
    if (pair === null || told === null) {
      return false
    }
    const plan = await prepareTold(ctx, pair, told)
    if (plan === null || (await ctx.write(plan)).ok) {
      return true
    }
  }
  return false
}

async function readPair(ctx: PaymentsCtx, transactionId: string): Promise<Pair | null> {
  const transaction = await findTransaction(ctx.db, transactionId)
  const payment = transaction === undefined ? undefined : await findPayment(ctx.db, transaction.paymentId)
  return transaction === undefined || payment === undefined ? null : { payment, transaction }
}

/** Null: the provider does not answer, or never heard of it. */
async function ask(ctx: PaymentsCtx, transaction: TransactionRow): Promise<Told | null> {
  const { providerTransactionId } = transaction
  if (ctx.paymentProvider === null || providerTransactionId === null) {
    return null
  }
  const answer = await ctx.paymentProvider.ask(providerTransactionId)
  return answer.kind === 'unreachable' ? null : answer
}

/** What is written for the provider's word; null where it is nothing new. */
async function prepareTold(ctx: PaymentsCtx, pair: Pair, told: Told): Promise<Plan | null> {
  const { payment, transaction } = pair
  const move = moveBy(told, {
    state: transaction.state,
    amountCents: transaction.amountCents,
    ageMs: ctx.now() - transaction.createdAtMs,
    payment: payment.state,
  })
  switch (move.kind) {
    case 'none':
      return null
    case 'settle':
      return await prepareSettled(ctx, pair, told)
    case 'end':
      return await prepareEnd(ctx, pair, move)
    default:
      return join(
        { guards: [moved(ctx, transaction, told, move)] },
        line(ctx, pair, `payment-${move.kind}`, { amountCents: told.kind === 'paid' ? told.amountCents : 0 }),
        ctx.planPaymentMail(`payment-${move.kind}`, payment.vorgangId, transaction.id),
      )
  }
}

/** Money came for what is due. Where the process waits no longer, it is money to be given back. */
async function prepareSettled(ctx: PaymentsCtx, pair: Pair, told: Told): Promise<Plan> {
  const { payment, transaction } = pair
  const news = await newsOf(ctx, payment, 'received')
  if (news === null) {
    return join(
      { guards: [moved(ctx, transaction, told, { kind: 'surplus' }), withdrawPayment(payment)] },
      line(ctx, pair, 'payment-surplus', { amountCents: transaction.amountCents }),
      ctx.planPaymentMail('payment-surplus', payment.vorgangId, transaction.id),
    )
  }
  return join(
    {
      guards: [moved(ctx, transaction, told, { kind: 'settle' }), settlePayment(payment, transaction.id, ctx.now())],
    },
    line(ctx, pair, 'payment-received', {
      amountCents: payment.amountCents,
      paymentReference: payment.paymentReference,
    }),
    news,
    ctx.planPaymentMail('payment-received', payment.vorgangId, transaction.id),
    planJob({ kind: 'payment-receipt', key: payment.id, payload: { paymentId: payment.id }, dueAtMs: ctx.now() }),
  )
}

type End = Extract<Move, { kind: 'end' }>

/** Ended without money. The person is told by mail only where they cannot have seen it themselves. */
async function prepareEnd(ctx: PaymentsCtx, pair: Pair, move: End): Promise<Plan> {
  const { payment, transaction } = pair
  const isNew = !isOver(transaction.state) && payment.state === 'due'
  const news = isNew ? await newsOf(ctx, payment, 'failed') : null
  return join(
    { guards: [ended(ctx, transaction, move)] },
    line(ctx, pair, 'payment-ended', { to: move.to, reason: move.reason }),
    news ?? {},
    isNew && move.to === 'failed' ? ctx.planPaymentMail('payment-failed', payment.vorgangId, transaction.id) : {},
  )
}

/** Ends a transaction that the provider never confirmed: nobody has its address, so nobody can pay it. */
export const planUnconfirmed = (ctx: PaymentsCtx, pair: FreshPair, reason: string): Plan =>
  join(
    { guards: [ended(ctx, pair.transaction, { kind: 'end', to: 'failed', reason })] },
    line(ctx, pair, 'payment-ended', { to: 'failed', reason }),
  )

const newsOf = (ctx: PaymentsCtx, payment: PaymentRow, news: PaymentNews): Promise<Plan | null> =>
  ctx.planPaymentNews({
    vorgangId: payment.vorgangId,
    effectKey: payment.effectKey,
    news,
    amountCents: payment.amountCents,
  })

function moved(ctx: PaymentsCtx, transaction: TransactionRow, told: Told, move: Pick<Move, 'kind'>) {
  const paid = told.kind === 'paid' ? told : null
  return moveTransaction(transaction, {
    state: move.kind === 'mismatch' ? 'mismatch' : 'paid',
    isSurplus: move.kind === 'surplus',
    reportedCents: paid?.amountCents ?? null,
    method: paid?.method ?? null,
    reason: null,
    providerReference: paid?.reference ?? transaction.providerReference,
    settledAtMs: ctx.now(),
  })
}

const ended = (ctx: PaymentsCtx, transaction: Fresh, move: End) =>
  moveTransaction(transaction, {
    state: move.to,
    isSurplus: false,
    reportedCents: null,
    method: null,
    reason: move.reason,
    providerReference: transaction.providerReference,
    settledAtMs: ctx.now(),
  })

/** One line of the eAkte's journal about a payment. */
export function line(
  ctx: PaymentsCtx,
  { payment, transaction }: FreshPair,
  type: string,
  body: Readonly<Record<string, JournalValue>>,
): Plan {
  const ids = { vorgang: payment.vorgangId, payment: payment.id, transaction: transaction.id }
  return {
    journal: [{ eakteId: payment.eakteId, type, atMs: ctx.now(), actor: ACTOR, body: { ...ids, ...body } }],
  }
}

/** Orders the next question about a transaction. */
export const planAsk = (transactionId: string, dueAtMs: number): Plan =>
  planRepeatedJob({ kind: 'payment-check', key: transactionId, payload: { transactionId }, dueAtMs })

const Payload = v.object({ transactionId: v.string() })

/**
 * Handler of job `payment-check`: asks about a transaction until its end is certain, ever more seldom. A provider that is
 * down is asked again; money that comes late, after a cancellation or for something paid before is found here.
 */
export async function runPaymentCheck(ctx: PaymentsCtx, job: Job): Promise<JobResult> {
  const { transactionId } = v.parse(Payload, job.payload)
  const pair = await readPair(ctx, transactionId)
  if (pair === null || pair.transaction.providerTransactionId === null) {
    return { done: true }
  }
  const told = await ask(ctx, pair.transaction)
  const plan = told === null ? null : await prepareTold(ctx, pair, told)
  const waitMs = nextAskMs(pair.transaction.state, ctx.now() - pair.transaction.createdAtMs)
  const isSettled = plan !== null && told?.kind === 'paid'
  if (waitMs === null || isSettled) {
    return { done: true, ...(plan === null ? {} : { plan }) }
  }
  return { again: ctx.now() + waitMs, ...(plan === null ? {} : { plan }) }
}

/** Somebody says that a transaction changed: it is asked about now. Whoever says so and whatever they say proves nothing. */
export async function hearOfTransaction(ctx: PaymentsCtx, providerTransactionId: string): Promise<void> {
  const provider = ctx.paymentProvider
  const transaction =
    provider === null ? undefined : await findTransactionAtProvider(ctx.db, provider.id, providerTransactionId)
  if (transaction !== undefined && transaction.state !== 'paid' && transaction.state !== 'mismatch') {
    await ctx.write(planAsk(transaction.id, ctx.now()))
  }
}
