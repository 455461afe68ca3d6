import { asc, eq } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { experts } from '../../db/schema/orders.ts'

export type ExpertRow = typeof experts.$inferSelect

const EXPERTS_MAX = 50

/** Lists whom outside somebody asked about a Vorgang, oldest first. */
export async function listExperts(db: Read, vorgangId: string): Promise<readonly ExpertRow[]> {
  return await db
    .select()
    .from(experts)
    .where(eq(experts.vorgangId, vorgangId))
    .orderBy(asc(experts.id))
    .limit(EXPERTS_MAX)
}

/** Finds one of them. */
export async function findExpert(db: Read, id: string): Promise<ExpertRow | undefined> {
  return (await db.select().from(experts).where(eq(experts.id, id)).limit(1))[0]
}

export const insertExpert = (row: Omit<ExpertRow, 'answerSealed' | 'endedAtMs'>): Statement => ({
  sql: 'INSERT INTO experts (id, vorgang_id, state, key_id, asked_sealed, until_on, created_by, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  args: [row.id, row.vorgangId, row.state, row.keyId, row.askedSealed, row.untilOn, row.createdBy, row.createdAtMs],
})

/** Ends what is open, with an answer or without; refused by guard `expert-open` when it is not open any more. */
export const endExpert = (
  id: string,
  end: { readonly state: 'answered' | 'revoked'; readonly answerSealed: Buffer | null; readonly atMs: number },
): Guard => ({
  name: 'expert-open',
  sql: "UPDATE experts SET state = ?, answer_sealed = ?, ended_at_ms = ? WHERE id = ? AND state = 'open'",
  args: [end.state, end.answerSealed, end.atMs, id],
})
