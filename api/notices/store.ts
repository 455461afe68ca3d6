import { and, asc, desc, eq } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { decisions, noticeRetrievals, notices } from '../../db/schema/notices.ts'

export type DecisionRow = typeof decisions.$inferSelect
export type NoticeRow = typeof notices.$inferSelect

/** Finds the decision that counts now: the newest of a Vorgang. */
export async function findLatestDecision(db: Read, vorgangId: string): Promise<DecisionRow | undefined> {
  return (
    await db.select().from(decisions).where(eq(decisions.vorgangId, vorgangId)).orderBy(desc(decisions.id)).limit(1)
  )[0]
}

/** Lists the notices of a Vorgang, oldest first; at most 50. */
export async function listNotices(db: Read, vorgangId: string): Promise<readonly NoticeRow[]> {
  return await db.select().from(notices).where(eq(notices.vorgangId, vorgangId)).orderBy(asc(notices.id)).limit(50)
}

/** Finds a notice. */
export async function findNotice(db: Read, id: string): Promise<NoticeRow | undefined> {
  return (await db.select().from(notices).where(eq(notices.id, id)).limit(1))[0]
}

/** Finds the notice made of a decision. */
export async function findNoticeOfDecision(
  db: Read,
  decisionId: string,
  vorgangId: string,
): Promise<NoticeRow | undefined> {
  return (
    await db
      .select()
      .from(notices)
      .where(and(eq(notices.vorgangId, vorgangId), eq(notices.decisionId, decisionId)))
      .limit(1)
  )[0]
}

/** When a notice was first opened by the citizen. */
export async function findFirstRetrieval(db: Read, noticeId: string): Promise<number | null> {
  const rows = await db
    .select({ atMs: noticeRetrievals.atMs })
    .from(noticeRetrievals)
    .where(eq(noticeRetrievals.noticeId, noticeId))
    .orderBy(asc(noticeRetrievals.atMs))
    .limit(1)
  return rows[0]?.atMs ?? null
}

/** When a notice was opened by the citizen last. */
export async function findLastRetrieval(db: Read, noticeId: string): Promise<number | null> {
  const rows = await db
    .select({ atMs: noticeRetrievals.atMs })
    .from(noticeRetrievals)
    .where(eq(noticeRetrievals.noticeId, noticeId))
    .orderBy(desc(noticeRetrievals.atMs))
    .limit(1)
  return rows[0]?.atMs ?? null
}

export const insertDecision = (
  row: Pick<
    DecisionRow,
    'id' | 'vorgangId' | 'outcome' | 'keyId' | 'contentSealed' | 'contentHash' | 'draftedBy' | 'draftedAtMs'
  >,
): Statement => ({
  sql: "INSERT INTO decisions (id, vorgang_id, outcome, key_id, content_sealed, content_hash, drafted_by, drafted_at_ms, state, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'drafted', 1)",
  args: [
    row.id,
    row.vorgangId,
    row.outcome,
    row.keyId,
    row.contentSealed,
    row.contentHash,
    row.draftedBy,
    row.draftedAtMs,
  ],
})

/** A decision that counts at once: the process's own (§ 35a VwVfG), or a clerk's where no second person is asked. */
export const insertFinalDecision = (row: Parameters<typeof insertDecision>[0]): Statement => ({
  sql: "INSERT INTO decisions (id, vorgang_id, outcome, key_id, content_sealed, content_hash, drafted_by, drafted_at_ms, state, signed_by, signed_at_ms, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'signed', ?, ?, 1)",
  args: [...insertDecision(row).args, row.draftedBy, row.draftedAtMs],
})

/** Signs exactly the content that the person saw; refused when it is another one or no longer open. */
export const signDecision = (row: Pick<DecisionRow, 'id' | 'contentHash'>, by: string, atMs: number): Guard => ({
  name: 'decision-as-seen',
  sql: "UPDATE decisions SET state = 'signed', signed_by = ?, signed_at_ms = ?, version = version + 1 WHERE id = ? AND content_hash = ? AND state = 'drafted' AND drafted_by <> ?",
  args: [by, atMs, row.id, row.contentHash, by],
})

export const returnDecision = (id: string, commentSealed: Buffer): Guard => ({
  name: 'decision-open',
  sql: "UPDATE decisions SET state = 'returned', comment_sealed = ?, version = version + 1 WHERE id = ? AND state = 'drafted'",
  args: [commentSealed, id],
})

export const insertNotice = (row: NoticeRow): Statement => ({
  sql: 'INSERT INTO notices (id, vorgang_id, decision_id, document_id, lang, regime, issued_at_ms, issued_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  args: [row.id, row.vorgangId, row.decisionId, row.documentId, row.lang, row.regime, row.issuedAtMs, row.issuedOn],
})

export const insertRetrieval = (id: string, noticeId: string, atMs: number): Statement => ({
  sql: 'INSERT INTO notice_retrievals (id, notice_id, at_ms) VALUES (?, ?, ?)',
  args: [id, noticeId, atMs],
})
