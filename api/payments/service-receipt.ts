import * as v from 'valibot'
import { join } from '../../db/batch.ts'
import { prepareDocument, storeMadeFile } from '../documents/service.ts'
import { planAddToEakte } from '../eakten/plan.ts'
import { readEakte, readVorgang, type Vorgang } from '../eakten/service.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { problemType } from '../lib/problem.ts'
import { wordsOf } from '../lib/words.ts'
import type { PaymentsCtx } from './ctx.ts'
import { openDetails } from './service-claims.ts'
import { ACTOR } from './service-settle.ts'
import { findPayment, findTransaction, type PaymentRow } from './store.ts'

export const notPaid = problemType('payments/not-paid', 409)

/** Sets the receipt of a paid payment: the same payment gives the same bytes. Throws `payments/not-paid`. The caller has checked who asks. */
export async function makePaymentReceipt(ctx: PaymentsCtx, payment: PaymentRow): Promise<Uint8Array> {
  const vorgang = await readVorgang(ctx, payment.vorgangId)
  if (vorgang === undefined || payment.state !== 'paid' || payment.paidAtMs === null) {
    throw notPaid(`payment ${payment.id}`)
  }
  return await render(ctx, payment, vorgang, payment.paidAtMs)
}

async function render(ctx: PaymentsCtx, payment: PaymentRow, vorgang: Vorgang, paidAtMs: number) {
  const [eakte, transaction, details, content] = await Promise.all([
    readEakte(ctx, payment.eakteId),
    findTransaction(ctx.db, payment.transactionId ?? ''),
    openDetails(ctx, payment),
    ctx.content.at(vorgang.contentRevisionId),
  ])
  return await ctx.renderPaymentReceipt({
    content,
    lang: vorgang.lang,
    serviceSlug: vorgang.serviceSlug,
    vorgang,
    aktenzeichen: eakte?.aktenzeichen ?? '',
    paymentReference: payment.paymentReference,
    providerReference: transaction?.providerReference ?? null,
    method: transaction?.method ?? null,
    paidAtMs,
    totalCents: payment.amountCents,
    items: details.items.map(({ label, count, totalCents }) => ({ label, count, totalCents })),
  })
}

const Payload = v.object({ paymentId: v.string() })

/** Handler of job `payment-receipt`: the receipt becomes a document of the eAkte, while that is open. */
export async function runPaymentReceipt(ctx: PaymentsCtx, job: Job): Promise<JobResult> {
  const { paymentId } = v.parse(Payload, job.payload)
  const payment = await findPayment(ctx.db, paymentId)
  const [vorgang, eakte] = await Promise.all([
    readVorgang(ctx, payment?.vorgangId ?? ''),
    readEakte(ctx, payment?.eakteId ?? ''),
  ])
  if (payment === undefined || vorgang === undefined || eakte === undefined) {
    return { dead: 'no-such-payment' }
  }
  if (eakte.state !== 'open') {
    return { done: true }
  }
  const bytes = await makePaymentReceipt(ctx, payment)
  const content = await ctx.content.at(vorgang.contentRevisionId)
  const title = wordsOf(content.words, vorgang.lang)('document.payment-receipt')
  const fileName = `${payment.paymentReference}.pdf`
  const stored = await storeMadeFile(ctx, vorgang.keyId, { bytes, fileName, mediaType: 'application/pdf', title })
  const document = await prepareDocument(ctx, {
    id: ctx.newId(),
    eakteId: eakte.id,
    vorgangId: vorgang.id,
    kind: 'payment-receipt',
    keyId: vorgang.keyId,
    blobId: stored.blobId,
    meta: stored.meta,
    createdBy: ACTOR,
  })
  return { done: true, plan: join(planAddToEakte(eakte.id), stored.plan, document) }
}
