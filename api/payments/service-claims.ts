import * as v from 'valibot'
import { type Plan, ref } from '../../db/batch.ts'
import type { Content } from '../content/snapshot.ts'
import type { Answers } from '../forms/answers.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import type { PaymentsCtx } from './ctx.ts'
import { type Fee, type FeeDates, feeFor } from './fee.ts'
import { findPaymentOfStep, insertPayment, numberPayment, type PaymentRow } from './store.ts'

export const feeUnclear = problemType('payments/fee-unclear', 500)

const Details = v.object({
  v: v.literal(1),
  items: v.array(
    v.object({
      feeId: v.string(),
      label: v.string(),
      count: v.number(),
      unitCents: v.number(),
      totalCents: v.number(),
      bound: v.exactOptional(v.picklist(['least', 'most'])),
    }),
  ),
  versions: v.array(v.object({ id: v.string(), validFrom: v.string(), source: v.string(), isDemo: v.boolean() })),
})
export type PaymentDetails = v.InferOutput<typeof Details>

const KASSENZEICHEN = ref('kassenzeichen')
const spotOf = (id: string) => ({ table: 'payments', row: id, column: 'details' })

/** What an application costs on its days. Throws `payments/fee-unclear` where the city's table does not say. */
export function readFee(
  ctx: PaymentsCtx,
  of: { readonly content: Content; readonly serviceSlug: string; readonly lang: string },
  answers: Answers,
  dates: FeeDates,
): Fee {
  const result = feeFor(ctx.feeRules(of.content, of.serviceSlug, of.lang), answers, dates)
  if (!result.ok) {
    throw feeUnclear(`fee ${result.at}: ${result.reason}`)
  }
  return result.fee
}

/** What will be asked for as things stand; null where answers and table do not tell it, so that a person has to look first. */
export async function foreseeFee(
  ctx: PaymentsCtx,
  of: {
    readonly vorgangId: string
    readonly content: Content
    readonly serviceSlug: string
    readonly lang: string
    readonly receivedOn: string
  },
): Promise<Fee | null> {
  const dates = { receivedOn: of.receivedOn, decidedOn: dayInBerlin(ctx.now()) }
  const answers = (await ctx.answersOf(of.vorgangId)) ?? {}
  const result = feeFor(ctx.feeRules(of.content, of.serviceSlug, of.lang), answers, dates)
  return result.ok ? result.fee : null
}

export type PaymentStep = {
  readonly vorgangId: string
  readonly eakteId: string
  readonly keyId: string
  readonly content: Content
  /** Key of the process step that waits. */
  readonly effectKey: string
  readonly fee: Fee
  readonly actor: string
}

/** Records what is owed for one step of a process; the Kassenzeichen is assigned while the batch runs. */
export async function preparePayment(ctx: PaymentsCtx, step: PaymentStep): Promise<Plan> {
  const id = ctx.newId()
  const atMs = ctx.now()
  const { fee, keyId } = step
  const details: PaymentDetails = { v: 1, items: [...fee.items], versions: [...fee.versions] }
  const year = Number(dayInBerlin(atMs).slice(0, 4))
  return {
    numbers: [numberPayment(step.content.city.referencePrefix, year)],
    statements: [
      insertPayment(
        {
          id,
          vorgangId: step.vorgangId,
          eakteId: step.eakteId,
          keyId,
          effectKey: step.effectKey,
          amountCents: fee.totalCents,
          detailsSealed: await ctx.keyring.sealJson(keyId, spotOf(id), details),
          createdAtMs: atMs,
        },
        KASSENZEICHEN,
      ),
    ],
    journal: [
      {
        eakteId: step.eakteId,
        type: 'payment-requested',
        atMs,
        actor: step.actor,
        body: {
          vorgang: step.vorgangId,
          payment: id,
          amountCents: fee.totalCents,
          paymentReference: KASSENZEICHEN,
          fees: fee.versions.map((version) => `${version.id}@${version.validFrom}`).join(' '),
        },
      },
    ],
  }
}

/**
 * Prepares the payment step of a process: what is owed is recorded once and waited for; nothing is where nothing is owed
 * or a clerk has freed the person of it.
 */
export async function preparePaymentStep(
  ctx: PaymentsCtx,
  step: Omit<PaymentStep, 'fee'> & {
    readonly serviceSlug: string
    readonly lang: string
    readonly receivedOn: string
    readonly isExempt: boolean
  },
): Promise<{ readonly isDue: boolean; readonly plan: Plan; readonly totalCents: number }> {
  const known = await findPaymentOfStep(ctx.db, step.vorgangId, step.effectKey)
  if (known !== undefined) {
    return { isDue: known.state === 'due', plan: {}, totalCents: known.amountCents }
  }
  const dates = { receivedOn: step.receivedOn, decidedOn: dayInBerlin(ctx.now()) }
  const fee = readFee(ctx, step, (await ctx.answersOf(step.vorgangId)) ?? {}, dates)
  if (fee.isFree || step.isExempt) {
    return { isDue: false, plan: step.isExempt && !fee.isFree ? waived(ctx, step, fee) : {}, totalCents: 0 }
  }
  return { isDue: true, plan: await preparePayment(ctx, { ...step, fee }), totalCents: fee.totalCents }
}

function waived(ctx: PaymentsCtx, step: Omit<PaymentStep, 'fee'>, fee: Fee): Plan {
  const body = { vorgang: step.vorgangId, amountCents: fee.totalCents }
  return {
    journal: [{ eakteId: step.eakteId, type: 'payment-waived', atMs: ctx.now(), actor: step.actor, body }],
  }
}

/** Opens what a payment consists of. */
export async function openDetails(ctx: PaymentsCtx, payment: PaymentRow): Promise<PaymentDetails> {
  return v.parse(Details, await ctx.keyring.openJson(payment.keyId, spotOf(payment.id), payment.detailsSealed))
}
