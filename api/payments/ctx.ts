import type { Plan } from '../../db/batch.ts'
import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import type { DocumentsCtx } from '../documents/service.ts'
import type { Vorgang } from '../eakten/service.ts'
import type { Answers } from '../forms/answers.ts'
import type { FeeRules } from './fee-rules.ts'
import type { PaymentProvider } from './provider.ts'

/** What a receipt of a payment says. */
export type PaymentReceiptFacts = {
  readonly content: Content
  readonly lang: string
  readonly serviceSlug: string
  readonly vorgang: Vorgang
  readonly aktenzeichen: string
  readonly paymentReference: string
  readonly providerReference: string | null
  readonly method: string | null
  readonly paidAtMs: number
  readonly totalCents: number
  readonly items: readonly { readonly label: string; readonly count: number; readonly totalCents: number }[]
}

/** Why a process hears of a payment. */
export type PaymentNews = 'received' | 'failed'

export type PaymentsCtx = DocumentsCtx &
  ContentCtx & {
    /** Null where no provider is set: nothing can be paid online. */
    readonly paymentProvider: PaymentProvider | null
    /** What a service costs, as rules; compiled once per content revision. */
    readonly feeRules: (content: Content, serviceSlug: string, lang: string) => FeeRules
    /** Answers of a Vorgang's submission; the caller has checked who asks. */
    readonly answersOf: (vorgangId: string) => Promise<Answers | null>
    /** Name of a service for the payer's bank statement and page. */
    readonly serviceTitle: (serviceSlug: string) => string
    /** Moves the process that waits for a payment; null where it does not wait (any more). */
    readonly planPaymentNews: (input: {
      readonly vorgangId: string
      readonly effectKey: string
      readonly news: PaymentNews
      readonly amountCents: number
    }) => Promise<Plan | null>
    /** Orders a mail about a payment: reference and link only. */
    readonly planPaymentMail: (template: string, vorgangId: string, key: string) => Plan
    /** Sets the receipt of a payment as PDF: the same facts give the same bytes. */
    readonly renderPaymentReceipt: (facts: PaymentReceiptFacts) => Promise<Uint8Array>
  }
