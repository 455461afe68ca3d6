import { asc, eq } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { contacts, informationAnswers, informationRequests } from '../../db/schema/messages.ts'

export type ContactRow = typeof contacts.$inferSelect
export type RequestRow = typeof informationRequests.$inferSelect
export type AnswerRow = typeof informationAnswers.$inferSelect

/** Finds where the person of a Vorgang wants to be told. */
export async function findContact(db: Read, vorgangId: string): Promise<ContactRow | undefined> {
  return (await db.select().from(contacts).where(eq(contacts.vorgangId, vorgangId)).limit(1))[0]
}

/** Finds one request for information. */
export async function findRequest(db: Read, id: string): Promise<RequestRow | undefined> {
  return (await db.select().from(informationRequests).where(eq(informationRequests.id, id)).limit(1))[0]
}

/** Lists the requests of a Vorgang with their answers, oldest first; at most 100. */
export async function listRequests(
  db: Read,
  vorgangId: string,
): Promise<readonly { request: RequestRow; answer: AnswerRow | null }[]> {
  return await db
    .select({ request: informationRequests, answer: informationAnswers })
    .from(informationRequests)
    .leftJoin(informationAnswers, eq(informationAnswers.requestId, informationRequests.id))
    .where(eq(informationRequests.vorgangId, vorgangId))
    .orderBy(asc(informationRequests.id))
    .limit(100)
}

export const insertContact = (row: Omit<ContactRow, 'version'>): Statement => ({
  sql: 'INSERT INTO contacts (vorgang_id, key_id, lang, email_sealed, version) VALUES (?, ?, ?, ?, 1)',
  args: [row.vorgangId, row.keyId, row.lang, row.emailSealed],
})

/** Puts another address, or none, in place of the one that was read. */
export const updateContact = (version: number, row: Omit<ContactRow, 'version'>): Guard => ({
  name: 'contact-version',
  sql: 'UPDATE contacts SET key_id = ?, lang = ?, email_sealed = ?, version = version + 1 WHERE vorgang_id = ? AND version = ?',
  args: [row.keyId, row.lang, row.emailSealed, row.vorgangId, version],
})

export const insertRequest = (row: Omit<RequestRow, 'answeredAtMs' | 'version'>): Statement => ({
  sql: 'INSERT INTO information_requests (id, vorgang_id, key_id, text_sealed, due_on, state, created_by, created_at_ms, details_sealed, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)',
  args: [
    row.id,
    row.vorgangId,
    row.keyId,
    row.textSealed,
    row.dueOn,
    row.state,
    row.createdBy,
    row.createdAtMs,
    row.detailsSealed,
  ],
})

/** An open request becomes answered; refused when it already is. */
export const answerRequest = (id: string, atMs: number): Guard => ({
  name: 'request-open',
  sql: "UPDATE information_requests SET state = 'answered', answered_at_ms = ?, version = version + 1 WHERE id = ? AND state = 'open'",
  args: [atMs, id],
})

export const insertAnswer = (row: AnswerRow): Statement => ({
  sql: 'INSERT INTO information_answers (id, request_id, key_id, text_sealed, created_at_ms, items_sealed) VALUES (?, ?, ?, ?, ?, ?)',
  args: [row.id, row.requestId, row.keyId, row.textSealed, row.createdAtMs, row.itemsSealed],
})
