import { and, asc, desc, eq } from 'drizzle-orm'
import type { Guard, NumberRequest, Ref, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { paymentExemptions, payments, paymentTransactions } from '../../db/schema/payments.ts'

export type PaymentRow = typeof payments.$inferSelect
export type ExemptionRow = typeof paymentExemptions.$inferSelect
export type TransactionRow = typeof paymentTransactions.$inferSelect

/** Finds a payment. */
export async function findPayment(db: Read, id: string): Promise<PaymentRow | undefined> {
  return (await db.select().from(payments).where(eq(payments.id, id)).limit(1))[0]
}

/** Finds the payment for which one step of a process waits. */
export async function findPaymentOfStep(
  db: Read,
  vorgangId: string,
  effectKey: string,
): Promise<PaymentRow | undefined> {
  return (
    await db
      .select()
      .from(payments)
      .where(and(eq(payments.vorgangId, vorgangId), eq(payments.effectKey, effectKey)))
      .limit(1)
  )[0]
}

/** Lists the payments of a Vorgang, oldest first; at most 50. */
export async function listPayments(db: Read, vorgangId: string): Promise<readonly PaymentRow[]> {
  return await db.select().from(payments).where(eq(payments.vorgangId, vorgangId)).orderBy(asc(payments.id)).limit(50)
}

/** Finds a transaction. */
export async function findTransaction(db: Read, id: string): Promise<TransactionRow | undefined> {
  return (await db.select().from(paymentTransactions).where(eq(paymentTransactions.id, id)).limit(1))[0]
}

/** Finds a transaction by the id the provider gave it. */
export async function findTransactionAtProvider(
  db: Read,
  provider: string,
  providerTransactionId: string,
): Promise<TransactionRow | undefined> {
  return (
    await db
      .select()
      .from(paymentTransactions)
      .where(
        and(
          eq(paymentTransactions.provider, provider),
          eq(paymentTransactions.providerTransactionId, providerTransactionId),
        ),
      )
      .limit(1)
  )[0]
}

/** Lists the transactions of a payment, oldest first; at most 100. */
export async function listTransactions(db: Read, paymentId: string): Promise<readonly TransactionRow[]> {
  return await db
    .select()
    .from(paymentTransactions)
    .where(eq(paymentTransactions.paymentId, paymentId))
    .orderBy(asc(paymentTransactions.id))
    .limit(100)
}

/** Next Kassenzeichen of a year, e.g. `CB-2026-0000123`; gapless. */
export const numberPayment = (prefix: string, year: number): NumberRequest => ({
  as: 'kassenzeichen',
  counter: `kassenzeichen:${year}`,
  prefix: `${prefix}-${year}-`,
  digits: 7,
})

/** Records what is owed; the Kassenzeichen is the writer's. */
export const insertPayment = (
  row: Pick<
    PaymentRow,
    'id' | 'vorgangId' | 'eakteId' | 'keyId' | 'effectKey' | 'amountCents' | 'detailsSealed' | 'createdAtMs'
  >,
  paymentReference: Ref,
): Statement => ({
  sql: "INSERT INTO payments (id, vorgang_id, eakte_id, key_id, effect_key, amount_cents, payment_reference, details_sealed, state, created_at_ms, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'due', ?, 1)",
  args: [
    row.id,
    row.vorgangId,
    row.eakteId,
    row.keyId,
    row.effectKey,
    row.amountCents,
    paymentReference,
    row.detailsSealed,
    row.createdAtMs,
  ],
})

/** A due payment in a known version is settled by a transaction. */
export const settlePayment = (row: Pick<PaymentRow, 'id' | 'version'>, transactionId: string, atMs: number): Guard => ({
  name: 'payment-version',
  sql: "UPDATE payments SET state = 'paid', paid_at_ms = ?, transaction_id = ?, version = version + 1 WHERE id = ? AND version = ? AND state = 'due'",
  args: [atMs, transactionId, row.id, row.version],
})

/** A due payment in a known version gets another transaction: two windows do not open two. */
export const touchPayment = (row: Pick<PaymentRow, 'id' | 'version'>): Guard => ({
  name: 'payment-version',
  sql: "UPDATE payments SET version = version + 1 WHERE id = ? AND version = ? AND state = 'due'",
  args: [row.id, row.version],
})

/** A due payment is owed no longer: the process has gone on without it. */
export const withdrawPayment = (row: Pick<PaymentRow, 'id' | 'version'>): Guard => ({
  name: 'payment-version',
  sql: "UPDATE payments SET state = 'withdrawn', version = version + 1 WHERE id = ? AND version = ? AND state = 'due'",
  args: [row.id, row.version],
})

export const insertTransaction = (
  row: Pick<TransactionRow, 'id' | 'paymentId' | 'provider' | 'amountCents' | 'createdAtMs'>,
): Statement => ({
  sql: "INSERT INTO payment_transactions (id, payment_id, provider, amount_cents, state, is_surplus, created_at_ms, version) VALUES (?, ?, ?, ?, 'created', 0, ?, 1)",
  args: [row.id, row.paymentId, row.provider, row.amountCents, row.createdAtMs],
})

/** The provider opened it: from now on it can be paid. */
export const openTransaction = (
  row: Pick<TransactionRow, 'id' | 'version'>,
  at: { readonly providerTransactionId: string; readonly reference: string | null; readonly redirectSealed: Buffer },
): Guard => ({
  name: 'transaction-version',
  sql: "UPDATE payment_transactions SET state = 'redirected', provider_transaction_id = ?, provider_reference = ?, redirect_sealed = ?, version = version + 1 WHERE id = ? AND version = ? AND state = 'created'",
  args: [at.providerTransactionId, at.reference, at.redirectSealed, row.id, row.version],
})

/** What became of a transaction in a known version. */
export const moveTransaction = (
  row: Pick<TransactionRow, 'id' | 'version'>,
  next: Pick<
    TransactionRow,
    'state' | 'isSurplus' | 'reportedCents' | 'method' | 'reason' | 'providerReference' | 'settledAtMs'
  >,
): Guard => ({
  name: 'transaction-version',
  sql: 'UPDATE payment_transactions SET state = ?, is_surplus = ?, reported_cents = ?, method = ?, reason = ?, provider_reference = ?, settled_at_ms = ?, version = version + 1 WHERE id = ? AND version = ?',
  args: [
    next.state,
    next.isSurplus ? 1 : 0,
    next.reportedCents,
    next.method,
    next.reason,
    next.providerReference,
    next.settledAtMs,
    row.id,
    row.version,
  ],
})

/** Finds the newest word on a claimed freedom of charge. */
export async function findExemption(db: Read, vorgangId: string): Promise<ExemptionRow | undefined> {
  return (
    await db
      .select()
      .from(paymentExemptions)
      .where(eq(paymentExemptions.vorgangId, vorgangId))
      .orderBy(desc(paymentExemptions.id))
      .limit(1)
  )[0]
}

export const insertExemption = (row: ExemptionRow): Statement => ({
  sql: 'INSERT INTO payment_exemptions (id, vorgang_id, key_id, is_granted, reasons_sealed, decided_by, decided_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
  args: [row.id, row.vorgangId, row.keyId, row.isGranted ? 1 : 0, row.reasonsSealed, row.decidedBy, row.decidedAtMs],
})
