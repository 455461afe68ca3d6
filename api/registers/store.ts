import { asc, eq } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { registerLookups } from '../../db/schema/registers.ts'

export type LookupRow = typeof registerLookups.$inferSelect

/** Lists the questions of a draft, oldest first; at most 100. */
export async function listOfDraft(db: Read, draftId: string): Promise<readonly LookupRow[]> {
  return await db
    .select()
    .from(registerLookups)
    .where(eq(registerLookups.draftId, draftId))
    .orderBy(asc(registerLookups.id))
    .limit(100)
}

/** Lists the questions that were sent in with a Vorgang, oldest first; at most 100. */
export async function listOfVorgang(db: Read, vorgangId: string): Promise<readonly LookupRow[]> {
  return await db
    .select()
    .from(registerLookups)
    .where(eq(registerLookups.vorgangId, vorgangId))
    .orderBy(asc(registerLookups.id))
    .limit(100)
}

/** Records the consent, before anything is asked. */
export const insertLookup = (
  row: Pick<LookupRow, 'id' | 'draftId' | 'keyId' | 'lookup' | 'register' | 'consentAtMs'>,
): Statement => ({
  sql: "INSERT INTO register_lookups (id, draft_id, key_id, lookup, register, state, consent_at_ms, version) VALUES (?, ?, ?, ?, ?, 'asked', ?, 1)",
  args: [row.id, row.draftId, row.keyId, row.lookup, row.register, row.consentAtMs],
})

/** What the register answered. */
export const answerLookup = (id: string, next: Pick<LookupRow, 'state' | 'recordSealed' | 'answeredAtMs'>): Guard => ({
  name: 'lookup-asked',
  sql: "UPDATE register_lookups SET state = ?, record_sealed = ?, answered_at_ms = ?, version = version + 1 WHERE id = ? AND state = 'asked'",
  args: [next.state, next.recordSealed, next.answeredAtMs, id],
})

/** What the person made of the answer. What was rejected is not kept. */
export const decideLookup = (id: string, state: 'used' | 'rejected', atMs: number): Guard => ({
  name: 'lookup-found',
  sql: "UPDATE register_lookups SET state = ?, decided_at_ms = ?, record_sealed = CASE WHEN ? = 'rejected' THEN NULL ELSE record_sealed END, version = version + 1 WHERE id = ? AND state IN ('found', 'used')",
  args: [state, atMs, state, id],
})

/** The draft was sent in: its questions belong to the Vorgang from now on. */
export const attachLookups = (draftId: string, vorgangId: string): Statement => ({
  sql: 'UPDATE register_lookups SET vorgang_id = ?, version = version + 1 WHERE draft_id = ?',
  args: [vorgangId, draftId],
})
