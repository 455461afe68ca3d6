import * as v from 'valibot'
import type { Plan } from '../../db/batch.ts'
import { ATTRIBUTES, type AttributeName } from '../lib/attribute-names.ts'
import { TRUST_LEVELS, type TrustLevel } from '../lib/trust-level.ts'
import type { IdentityCtx } from './identity.ts'
import { insertEvidence, listEvidence } from './store-accounts.ts'

const Level = v.picklist(TRUST_LEVELS)

/** Where an answer came from: what of the account, how well it was proved, by whom, when it was taken over. */
export type Source = {
  readonly source: 'account'
  readonly attribute: AttributeName
  readonly trustLevel: TrustLevel
  readonly provider: string
  readonly atMs: number
}
const StoredSource = v.object({
  source: v.literal('account'),
  attribute: v.picklist(ATTRIBUTES),
  trustLevel: Level,
  provider: v.string(),
  atMs: v.number(),
})
/** Shape of stored sources, by pointer. */
export const Sources = v.record(v.pipe(v.string(), v.maxLength(200)), StoredSource)
export type Sources = Readonly<Record<string, Source>>

const Evidence = v.object({
  v: v.literal(1),
  account: v.nullable(
    v.object({
      kind: v.picklist(['person', 'organisation']),
      provider: v.string(),
      provedBy: v.nullable(v.string()),
      trustLevel: Level,
      signedInAtMs: v.number(),
      name: v.string(),
    }),
  ),
  sources: Sources,
  writtenForm: v.nullable(v.object({ replacedBy: v.string(), needed: Level })),
})
/** How whoever sent something in was identified, as kept with the submission. */
export type Evidence = v.InferOutput<typeof Evidence>

/** Keeps how the sender was identified beside the submission, under its key, and commits to it in the journal's words. */
export async function planEvidence(
  ctx: IdentityCtx,
  at: { readonly submissionId: string; readonly vorgangId: string; readonly keyId: string },
  evidence: Omit<Evidence, 'v'>,
): Promise<{ readonly plan: Plan; readonly commitment: string }> {
  const text = JSON.stringify({ v: 1, ...evidence })
  const sealed = await ctx.keyring.seal(at.keyId, evidenceSpot(at.submissionId), text)
  return {
    plan: { statements: [insertEvidence({ ...at, sealed, atMs: ctx.now() })] },
    commitment: await ctx.keyring.commit(at.keyId, `identity:${at.submissionId}`, text),
  }
}

/** Reads how the senders of a Vorgang's submissions were identified; the caller has checked who asks. */
export async function readEvidence(ctx: IdentityCtx, vorgangId: string): Promise<ReadonlyMap<string, Evidence>> {
  const rows = await listEvidence(ctx.db, vorgangId)
  const opened = rows.map(async (row) => {
    const value = await ctx.keyring.openJson(row.keyId, evidenceSpot(row.submissionId), row.sealed)
    return [row.submissionId, v.parse(Evidence, value)] as const
  })
  return new Map(await Promise.all(opened))
}

const evidenceSpot = (row: string) => ({ table: 'identity_evidence', row, column: 'sealed' })
