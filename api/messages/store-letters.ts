import { and, asc, desc, eq, gt } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { contactChanges, errands, inspections, letters } from '../../db/schema/messages.ts'

export type LetterRow = typeof letters.$inferSelect
export type ErrandRow = typeof errands.$inferSelect
export type ContactChangeRow = typeof contactChanges.$inferSelect
export type InspectionRow = typeof inspections.$inferSelect

/** Lists what the office wrote to the person of a Vorgang, oldest first; at most 100. */
export async function listLetters(db: Read, vorgangId: string): Promise<readonly LetterRow[]> {
  return await db.select().from(letters).where(eq(letters.vorgangId, vorgangId)).orderBy(asc(letters.id)).limit(100)
}

/** Lists the errands of a Vorgang, oldest first; at most 200. */
export async function listErrands(db: Read, vorgangId: string): Promise<readonly ErrandRow[]> {
  return await db.select().from(errands).where(eq(errands.vorgangId, vorgangId)).orderBy(asc(errands.id)).limit(200)
}

/** Finds an errand. */
export async function findErrand(db: Read, id: string): Promise<ErrandRow | undefined> {
  return (await db.select().from(errands).where(eq(errands.id, id)).limit(1))[0]
}

/** Finds the new address of a Vorgang that still waits for its code. */
export async function findOpenContactChange(
  db: Read,
  vorgangId: string,
  nowMs: number,
): Promise<ContactChangeRow | undefined> {
  const open = and(
    eq(contactChanges.vorgangId, vorgangId),
    eq(contactChanges.state, 'open'),
    gt(contactChanges.expiresAtMs, nowMs),
  )
  return (await db.select().from(contactChanges).where(open).orderBy(desc(contactChanges.id)).limit(1))[0]
}

/** Finds a change of contact by id. */
export async function findContactChange(db: Read, id: string): Promise<ContactChangeRow | undefined> {
  return (await db.select().from(contactChanges).where(eq(contactChanges.id, id)).limit(1))[0]
}

/** Finds the newest file inspection that was granted for a Vorgang, over or not. */
export async function findInspection(db: Read, vorgangId: string): Promise<InspectionRow | undefined> {
  return (
    await db
      .select()
      .from(inspections)
      .where(eq(inspections.vorgangId, vorgangId))
      .orderBy(desc(inspections.id))
      .limit(1)
  )[0]
}

export const insertLetter = (row: LetterRow): Statement => ({
  sql: 'INSERT INTO letters (id, vorgang_id, key_id, text_sealed, created_by, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
  args: [row.id, row.vorgangId, row.keyId, row.textSealed, row.createdBy, row.createdAtMs],
})

/** Opens an errand; a second bounce of a Vorgang whose first is still open changes nothing. */
export const insertErrand = (
  row: Pick<ErrandRow, 'id' | 'vorgangId' | 'kind' | 'submissionId' | 'dueOn' | 'createdAtMs'>,
): Statement => ({
  sql: "INSERT INTO errands (id, vorgang_id, kind, submission_id, due_on, state, created_at_ms, version) VALUES (?, ?, ?, ?, ?, 'open', ?, 1) ON CONFLICT (vorgang_id, kind) WHERE state = 'open' AND kind = 'bounce' DO NOTHING",
  args: [row.id, row.vorgangId, row.kind, row.submissionId, row.dueOn, row.createdAtMs],
})

/** Ticks an open errand off; refused by guard `errand-open` when somebody was quicker. */
export const finishErrandRow = (id: string, by: string, letterId: string | null, atMs: number): Guard => ({
  name: 'errand-open',
  sql: "UPDATE errands SET state = 'done', done_at_ms = ?, done_by = ?, letter_id = ?, version = version + 1 WHERE id = ? AND state = 'open'",
  args: [atMs, by, letterId, id],
})

export const insertContactChange = (row: Omit<ContactChangeRow, 'state' | 'tries'>): Statement => ({
  sql: "INSERT INTO contact_changes (id, vorgang_id, key_id, email_sealed, state, tries, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, 'open', 0, ?, ?)",
  args: [row.id, row.vorgangId, row.keyId, row.emailSealed, row.createdAtMs, row.expiresAtMs],
})

/** Earlier addresses that still wait are of no use any more. */
export const replaceContactChanges = (vorgangId: string): Statement => ({
  sql: "UPDATE contact_changes SET state = 'replaced' WHERE vorgang_id = ? AND state = 'open'",
  args: [vorgangId],
})

/** Counts a try of a code; refused by guard `contact-tries` when there were too many. */
export const countContactTry = (id: string, max: number): Guard => ({
  name: 'contact-tries',
  sql: "UPDATE contact_changes SET tries = tries + 1 WHERE id = ? AND state = 'open' AND tries < ?",
  args: [id, max],
})

/** The code was right: refused by guard `contact-open` when it was used or replaced meanwhile. */
export const confirmContactChange = (id: string): Guard => ({
  name: 'contact-open',
  sql: "UPDATE contact_changes SET state = 'confirmed' WHERE id = ? AND state = 'open'",
  args: [id],
})

export const insertInspection = (row: InspectionRow): Statement => ({
  sql: 'INSERT INTO inspections (id, vorgang_id, withheld, until_on, granted_by, granted_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
  args: [row.id, row.vorgangId, row.withheld, row.untilOn, row.grantedBy, row.grantedAtMs],
})
