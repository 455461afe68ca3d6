import type { Told } from './provider.ts'

export const TRANSACTION_STATES = [
  'created',
  'redirected',
  'paid',
  'cancelled',
  'failed',
  'expired',
  'mismatch',
] as const
export type TransactionState = (typeof TRANSACTION_STATES)[number]
export type PaymentState = 'due' | 'paid' | 'withdrawn'

/** A transaction nobody paid within this time counts as over; it is asked about all the same. */
export const EXPIRES_AFTER_MS = 60 * 60_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** What ended without money is still asked about for a day, what stayed open for two weeks: late money must be seen. */
const ASKED_AFTER_END_MS = DAY_MS
const ASKED_OPEN_MS = 14 * DAY_MS

export type Known = {
  readonly state: TransactionState
  readonly amountCents: number
  readonly ageMs: number
  /** Of the payment that the transaction belongs to. */
  readonly payment: PaymentState
}

/** What follows from the provider's word. `none`: nothing that was not known. */
export type Move =
  | { readonly kind: 'none' }
  /** The payment is settled by it. */
  | { readonly kind: 'settle' }
  /** Money that is not owed (any more): to be given back. */
  | { readonly kind: 'surplus' }
  /** Another amount than was asked for: a person must look. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'end'; readonly to: 'cancelled' | 'failed' | 'expired'; readonly reason: string }

/**
 * Decides what a transaction becomes when the provider says something. Pure and idempotent: the same word twice moves
 * once; what is paid or disputed never moves again. A transaction that ended without money can still turn out paid.
 */
export function moveBy(told: Told, known: Known): Move {
  if (known.state === 'paid' || known.state === 'mismatch') {
    return { kind: 'none' }
  }
  switch (told.kind) {
    case 'paid':
      if (told.amountCents !== known.amountCents) {
        return { kind: 'mismatch' }
      }
      return { kind: known.payment === 'due' ? 'settle' : 'surplus' }
    case 'cancelled':
    case 'failed':
      return known.state === told.kind
        ? { kind: 'none' }
        : { kind: 'end', to: told.kind, reason: `provider-${told.kind}` }
    case 'unknown':
      return isOver(known.state) ? { kind: 'none' } : { kind: 'end', to: 'failed', reason: 'provider-unknown' }
    default:
      return known.state === 'redirected' && known.ageMs >= EXPIRES_AFTER_MS
        ? { kind: 'end', to: 'expired', reason: 'not-paid-in-time' }
        : { kind: 'none' }
  }
}

/** Ended without money, as far as is known. */
export const isOver = (state: TransactionState): boolean =>
  state === 'cancelled' || state === 'failed' || state === 'expired'

/** The payer may be at the provider's page with it right now. */
export const isUnderway = (state: TransactionState): boolean => state === 'created' || state === 'redirected'

/** How long to wait before the provider is asked again; null: never again. */
export function nextAskMs(state: TransactionState, ageMs: number): number | null {
  if (state === 'paid' || state === 'mismatch') {
    return null
  }
  if (ageMs >= (state === 'cancelled' || state === 'failed' ? ASKED_AFTER_END_MS : ASKED_OPEN_MS)) {
    return null
  }
  if (ageMs < 10 * MINUTE_MS) {
    return MINUTE_MS
  }
  if (ageMs < HOUR_MS) {
    return 5 * MINUTE_MS
  }
  return ageMs < DAY_MS ? HOUR_MS : 6 * HOUR_MS
}
