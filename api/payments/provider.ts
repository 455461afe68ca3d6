/** Takes money for the city. Never throws for what the provider answers or does not answer. */
export type PaymentProvider = {
  /** Short name, kept with each transaction. */
  readonly id: string
  /** Opens a transaction; with the same `requestId` at most one exists over there. */
  readonly create: (order: PaymentOrder) => Promise<CreateAnswer>
  /** Asks what became of a transaction: the only thing that says whether money came. */
  readonly ask: (transactionId: string) => Promise<AskAnswer>
}

/** What is to be paid. Holds no personal data: the payment page asks for what it needs itself. */
export type PaymentOrder = {
  readonly requestId: string
  readonly atMs: number
  readonly amountCents: number
  /** Kassenzeichen; shown to the payer as purpose. */
  readonly paymentReference: string
  readonly description: string
  /** Where the payer comes back; the return itself says nothing. */
  readonly returnUrl: string
  readonly items: readonly {
    readonly id: string
    readonly label: string
    readonly count: number
    readonly unitCents: number
    readonly totalCents: number
  }[]
}

export type CreateAnswer =
  | {
      readonly kind: 'created'
      readonly transactionId: string
      readonly redirectUrl: string
      readonly reference: string | null
    }
  /** The order is refused over there; `code` from its list of error codes. */
  | { readonly kind: 'refused'; readonly code: string }
  /** No answer, or none that can be read. Whether a transaction exists is not known; nobody got its address. */
  | { readonly kind: 'unreachable'; readonly code: string }

export type AskAnswer = Told | { readonly kind: 'unreachable'; readonly code: string }
/** What the provider says of a transaction. */
export type Told =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'paid'
      readonly amountCents: number
      readonly reference: string | null
      readonly method: string | null
    }
  | { readonly kind: 'failed' }
  | { readonly kind: 'cancelled' }
  /** The provider knows no such transaction. */
  | { readonly kind: 'unknown' }
