import * as v from 'valibot'
import type { Plan } from '../../db/batch.ts'
import type { Eakte, Vorgang } from '../eakten/service.ts'
import { problemType } from '../lib/problem.ts'
import type { PaymentsCtx } from './ctx.ts'
import { findExemption, insertExemption } from './store.ts'

export const reasonsMissing = problemType('payments/reasons-missing', 422)

const Reasons = v.pipe(
  v.string(),
  v.transform((text) => text.normalize('NFC').trim()),
  v.maxLength(5_000),
)

/** A clerk's word on a claimed freedom of charge, with the reasons the person reads. */
export type ExemptionView = { readonly isGranted: boolean; readonly reasons: string; readonly atMs: number }

/** Prepares a clerk's word on a claimed freedom of charge. A refusal needs reasons (§ 39 VwVfG). */
export async function prepareExemption(
  ctx: PaymentsCtx,
  kase: { readonly vorgang: Vorgang; readonly eakte: Eakte },
  input: { readonly isGranted: boolean; readonly reasons: unknown; readonly by: string },
): Promise<Plan> {
  const reasons = v.safeParse(Reasons, input.reasons ?? '')
  if (!reasons.success || (!input.isGranted && reasons.output === '')) {
    throw reasonsMissing('reasons', { errors: [{ pointer: '/reasons', type: 'missing' }] })
  }
  const { id: vorgangId, keyId } = kase.vorgang
  const id = ctx.newId()
  const atMs = ctx.now()
  return {
    statements: [
      insertExemption({
        id,
        vorgangId,
        keyId,
        isGranted: input.isGranted,
        reasonsSealed: await ctx.keyring.seal(keyId, spotOf(id), reasons.output),
        decidedBy: input.by,
        decidedAtMs: atMs,
      }),
    ],
    journal: [
      {
        eakteId: kase.eakte.id,
        type: input.isGranted ? 'exemption-granted' : 'exemption-refused',
        atMs,
        actor: input.by,
        body: { vorgang: vorgangId, content: await ctx.keyring.commit(keyId, `exemption:${id}`, reasons.output) },
      },
    ],
  }
}

/** Reads a clerk's word on a claimed freedom of charge; null before it. The caller has checked who asks. */
export async function readExemption(ctx: PaymentsCtx, vorgangId: string): Promise<ExemptionView | null> {
  const row = await findExemption(ctx.db, vorgangId)
  if (row === undefined) {
    return null
  }
  const reasons = await ctx.keyring.open(row.keyId, spotOf(row.id), row.reasonsSealed)
  return { isGranted: row.isGranted, reasons: reasons.toString('utf8'), atMs: row.decidedAtMs }
}

const spotOf = (id: string) => ({ table: 'payment_exemptions', row: id, column: 'reasons' })
