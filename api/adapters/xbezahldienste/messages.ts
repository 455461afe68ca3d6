import * as v from 'valibot'
import type { PaymentOrder, Told } from '../../payments/provider.ts'

const Text = v.pipe(v.string(), v.maxLength(2_082))
const Cents = v.pipe(
  v.number(),
  v.minValue(0),
  v.maxValue(999_999),
  v.transform((euros) => Math.round(euros * 100)),
)
const Optional = v.optional(v.nullable(Text), null)

const Information = v.object({
  transactionId: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  transactionRedirectUrl: Optional,
  transactionReference: Optional,
  paymentMethod: Optional,
  status: v.picklist(['INITIAL', 'PAYED', 'FAILED', 'CANCELED']),
})

/** A transaction as XBezahldienste 1.0 answers it; what we do not use is left out. `grosAmount` is the standard's spelling. */
export const Transaction = v.object({
  paymentInformation: Information,
  paymentRequest: v.object({ requestId: Text, grosAmount: Cents, currency: v.literal('EUR') }),
})
export type Transaction = v.InferOutput<typeof Transaction>

/** An error after RFC 7807 with the standard's own code. */
export const Failure = v.object({ functionalCode: v.optional(v.pipe(v.string(), v.regex(/^[A-Z_]{1,60}$/))) })

/** Writes an order as the standard asks for it: amounts in euros with cents, purpose without signs of its own. */
export function orderMessage(order: PaymentOrder): Record<string, unknown> {
  return {
    requestId: order.requestId,
    requestTimestamp: new Date(order.atMs).toISOString(),
    currency: 'EUR',
    grosAmount: euros(order.amountCents),
    purpose: plain(order.paymentReference, 27),
    description: order.description.slice(0, 250),
    redirectUrl: order.returnUrl,
    items: order.items.map((item) => ({
      id: item.id.slice(0, 36),
      reference: order.paymentReference,
      description: item.label.slice(0, 250),
      taxRate: 0,
      ...pieces(item),
      totalNetAmount: euros(item.totalCents),
      totalTaxAmount: 0,
      singleTaxAmount: 0,
    })),
  }
}

/** The standard knows whole pieces alone: what is counted with decimals, or has a least amount, is one piece. */
function pieces({ count, unitCents, totalCents }: PaymentOrder['items'][number]): Record<string, number> {
  const isWhole = Number.isInteger(count) && count * unitCents === totalCents
  return { quantity: isWhole ? count : 1, singleNetAmount: euros(isWhole ? unitCents : totalCents) }
}

/** What a transaction says. The amount is the one it was opened with over there, so another one cannot pass for ours. */
export function toldBy({ paymentInformation, paymentRequest }: Transaction): Told {
  switch (paymentInformation.status) {
    case 'PAYED':
      return {
        kind: 'paid',
        amountCents: paymentRequest.grosAmount,
        reference: paymentInformation.transactionReference,
        method: paymentInformation.paymentMethod,
      }
    case 'FAILED':
      return { kind: 'failed' }
    case 'CANCELED':
      return { kind: 'cancelled' }
    default:
      return { kind: 'open' }
  }
}

/** Cents as euros: the number that JSON writes with at most two decimal places. */
const euros = (cents: number): number => Number((cents / 100).toFixed(2))

const plain = (text: string, length: number): string => text.replace(/[^\w\s-]/g, ' ').slice(0, length)
