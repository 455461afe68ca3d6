import { sql } from 'drizzle-orm'
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** What is owed for one step of a Vorgang. `detailsSealed`: items and the versions of the fees they were judged by. */
export const payments = sqliteTable(
  'payments',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    eakteId: text('eakte_id').notNull(),
    keyId: text('key_id').notNull(),
    /** Key of the process step that waits for it. */
    effectKey: text('effect_key').notNull(),
    amountCents: integer('amount_cents').notNull(),
    /** Kassenzeichen, assigned by the writer. */
    paymentReference: text('payment_reference').notNull(),
    detailsSealed: blob('details_sealed', { mode: 'buffer' }).notNull(),
    state: text('state', { enum: ['due', 'paid', 'withdrawn'] }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    paidAtMs: integer('paid_at_ms'),
    /** The transaction by which it was paid. */
    transactionId: text('transaction_id'),
    version: integer('version').notNull(),
  },
  (t) => [
    uniqueIndex('payments_step').on(t.vorgangId, t.effectKey),
    uniqueIndex('payments_reference').on(t.paymentReference),
  ],
)

/** One try to pay at the provider. Its id is the request id over there. */
export const paymentTransactions = sqliteTable(
  'payment_transactions',
  {
    id: text('id').primaryKey(),
    paymentId: text('payment_id')
      .notNull()
      .references(() => payments.id),
    provider: text('provider').notNull(),
    /** Id at the provider; null until it answered. */
    providerTransactionId: text('provider_transaction_id'),
    providerReference: text('provider_reference'),
    amountCents: integer('amount_cents').notNull(),
    state: text('state', {
      enum: ['created', 'redirected', 'paid', 'cancelled', 'failed', 'expired', 'mismatch'],
    }).notNull(),
    /** Paid although the payment was settled before: to be given back. */
    isSurplus: integer('is_surplus', { mode: 'boolean' }).notNull(),
    /** What the provider says was paid. */
    reportedCents: integer('reported_cents'),
    method: text('method'),
    /** A code: why it ended without money. */
    reason: text('reason'),
    /** Address of the provider's page; whoever knows it can pay. */
    redirectSealed: blob('redirect_sealed', { mode: 'buffer' }),
    createdAtMs: integer('created_at_ms').notNull(),
    settledAtMs: integer('settled_at_ms'),
    version: integer('version').notNull(),
  },
  (t) => [
    index('payment_transactions_payment').on(t.paymentId, t.id),
    uniqueIndex('payment_transactions_provider')
      .on(t.provider, t.providerTransactionId)
      .where(sql`provider_transaction_id is not null`),
  ],
)

/** A clerk's word on a claimed freedom of charge. */
export const paymentExemptions = sqliteTable(
  'payment_exemptions',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    keyId: text('key_id').notNull(),
    isGranted: integer('is_granted', { mode: 'boolean' }).notNull(),
    reasonsSealed: blob('reasons_sealed', { mode: 'buffer' }).notNull(),
    decidedBy: text('decided_by').notNull(),
    decidedAtMs: integer('decided_at_ms').notNull(),
  },
  (t) => [index('payment_exemptions_vorgang').on(t.vorgangId, t.id)],
)
