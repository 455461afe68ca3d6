import { and, asc, count, desc, eq, gt, inArray, lte, sql } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import { hot, type Read } from '../../db/reader.ts'
import { actForms, drafts, paperCodes, submissions } from '../../db/schema/submissions.ts'

export type DraftRow = typeof drafts.$inferSelect
export type SubmissionRow = typeof submissions.$inferSelect
export type SubmissionKind = SubmissionRow['kind']
export type ActFormRow = typeof actForms.$inferSelect

const draftById = hot((db) =>
  db
    .select()
    .from(drafts)
    .where(eq(drafts.id, sql.placeholder('id')))
    .limit(1),
)

/** Finds a draft. */
export async function findDraft(db: Read, id: string): Promise<DraftRow | undefined> {
  return (await draftById(db).all({ id }))[0]
}

/** Lists those of the drafts that are not sent in, the one touched last first; at most 200. */
export async function listOpenDrafts(db: Read, ids: readonly string[]): Promise<readonly DraftRow[]> {
  const open = and(inArray(drafts.id, [...ids]), sql`state = 'open'`)
  return await db.select().from(drafts).where(open).orderBy(desc(drafts.updatedAtMs)).limit(200)
}

/** Counts those of the drafts that are not sent in and not over. */
export async function countOpenDrafts(db: Read, ids: readonly string[]): Promise<number> {
  const open = and(inArray(drafts.id, [...ids]), sql`state = 'open'`)
  return (await db.select({ count: count() }).from(drafts).where(open))[0]?.count ?? 0
}

/** Finds a draft by the number a person knows it by. */
export async function findDraftByReference(db: Read, reference: string): Promise<DraftRow | undefined> {
  return (await db.select().from(drafts).where(eq(drafts.reference, reference)).limit(1))[0]
}

/** Finds what became of a draft that was sent in. */
export async function findSubmissionOfDraft(db: Read, draftId: string): Promise<SubmissionRow | undefined> {
  return (await db.select().from(submissions).where(eq(submissions.draftId, draftId)).limit(1))[0]
}

/** Counts the mails of a Vorgang since a moment. */
export async function countMails(db: Read, vorgangId: string, sinceMs: number): Promise<number> {
  const found = and(
    eq(submissions.vorgangId, vorgangId),
    eq(submissions.kind, 'mail'),
    gt(submissions.receivedAtMs, sinceMs),
  )
  return (await db.select({ count: count() }).from(submissions).where(found))[0]?.count ?? 0
}

const submissionByVorgang = hot((db) =>
  db
    .select()
    .from(submissions)
    .where(and(eq(submissions.vorgangId, sql.placeholder('vorgangId')), eq(submissions.kind, 'application')))
    .orderBy(asc(submissions.id))
    .limit(1),
)

/** Finds the application of a Vorgang. */
export async function findSubmissionOfVorgang(db: Read, vorgangId: string): Promise<SubmissionRow | undefined> {
  return (await submissionByVorgang(db).all({ vorgangId }))[0]
}

/** Finds the answers of a Vorgang that hold now: the application, or its newest correction. */
export async function findLatestAnswers(db: Read, vorgangId: string): Promise<SubmissionRow | undefined> {
  const kinds = inArray(submissions.kind, ['application', 'correction'])
  return (
    await db
      .select()
      .from(submissions)
      .where(and(eq(submissions.vorgangId, vorgangId), kinds))
      .orderBy(desc(submissions.id))
      .limit(1)
  )[0]
}

/** Lists everything that was sent in to a Vorgang, oldest first; at most 200. */
export async function listSubmissions(db: Read, vorgangId: string): Promise<readonly SubmissionRow[]> {
  return await db
    .select()
    .from(submissions)
    .where(eq(submissions.vorgangId, vorgangId))
    .orderBy(asc(submissions.id))
    .limit(200)
}

/** Finds the form of an act as it stands. */
export async function findActForm(
  db: Read,
  at: Pick<ActFormRow, 'vorgangId' | 'act' | 'about'>,
): Promise<ActFormRow | undefined> {
  const same = and(eq(actForms.vorgangId, at.vorgangId), eq(actForms.act, at.act), eq(actForms.about, at.about))
  return (await db.select().from(actForms).where(same).limit(1))[0]
}

/** Lists open drafts whose time is over. */
export async function listExpiredDrafts(db: Read, nowMs: number, limit: number): Promise<readonly DraftRow[]> {
  return await db
    .select()
    .from(drafts)
    .where(and(sql`state = 'open'`, lte(drafts.expiresAtMs, nowMs)))
    .orderBy(asc(drafts.expiresAtMs), asc(drafts.id))
    .limit(limit)
}

/** Counts open drafts of a service whose time is not over. */
export async function countDraftsOf(db: Read, slug: string, nowMs: number): Promise<number> {
  const rows = await db
    .select({ count: sql<number>`count(*)` })
    .from(drafts)
    .where(and(sql`state = 'open'`, gt(drafts.expiresAtMs, nowMs), eq(drafts.serviceSlug, slug)))
  return rows[0]?.count ?? 0
}

export const insertDraft = (
  row: Omit<DraftRow, 'state' | 'version' | 'correctsId'> & { readonly correctsId?: string },
): Statement => ({
  sql: "INSERT INTO drafts (id, reference, service_slug, form_digest, content_revision_id, lang, key_id, answers_sealed, state, created_at_ms, updated_at_ms, expires_at_ms, version, corrects_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, 1, ?)",
  args: [
    row.id,
    row.reference,
    row.serviceSlug,
    row.formDigest,
    row.contentRevisionId,
    row.lang,
    row.keyId,
    row.answersSealed,
    row.createdAtMs,
    row.updatedAtMs,
    row.expiresAtMs,
    row.correctsId ?? null,
  ],
})

/** Puts new answers in place of the version that was read. */
export const updateDraft = (
  draft: Pick<DraftRow, 'id' | 'version'>,
  to: { readonly answersSealed: Buffer; readonly lang: string; readonly atMs: number; readonly expiresAtMs: number },
): Guard => ({
  name: 'draft-version',
  sql: "UPDATE drafts SET answers_sealed = ?, lang = ?, updated_at_ms = ?, expires_at_ms = ?, version = version + 1 WHERE id = ? AND version = ? AND state = 'open'",
  args: [to.answersSealed, to.lang, to.atMs, to.expiresAtMs, draft.id, draft.version],
})

/** An open draft in a known version is sent in. */
export const closeDraft = (
  draft: Pick<DraftRow, 'id' | 'version'>,
  state: 'submitted' | 'expired',
  atMs: number,
): Guard => ({
  name: 'draft-version',
  sql: "UPDATE drafts SET state = ?, updated_at_ms = ?, answers_sealed = x'', version = version + 1 WHERE id = ? AND version = ? AND state = 'open'",
  args: [state, atMs, draft.id, draft.version],
})

export const insertSubmission = (row: SubmissionRow): Statement => ({
  sql: 'INSERT INTO submissions (id, vorgang_id, draft_id, service_slug, form_digest, content_revision_id, lang, key_id, answers_sealed, received_at_ms, kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  args: [
    row.id,
    row.vorgangId,
    row.draftId,
    row.serviceSlug,
    row.formDigest,
    row.contentRevisionId,
    row.lang,
    row.keyId,
    row.answersSealed,
    row.receivedAtMs,
    row.kind,
  ],
})

export type PaperRow = typeof paperCodes.$inferSelect

/** Finds a printed form by the hash of its code. */
export async function findPaper(db: Read, codeHash: string): Promise<PaperRow | undefined> {
  return (await db.select().from(paperCodes).where(eq(paperCodes.codeHash, codeHash)).limit(1))[0]
}

/** Finds what was printed last of a draft. */
export async function findPaperOfDraft(db: Read, draftId: string): Promise<PaperRow | undefined> {
  const newest = db.select().from(paperCodes).where(eq(paperCodes.draftId, draftId))
  return (await newest.orderBy(desc(paperCodes.createdAtMs)).limit(1))[0]
}

export const insertPaper = (row: Omit<PaperRow, 'vorgangId'>): Statement => ({
  sql: 'INSERT INTO paper_codes (code_hash, draft_id, answers_sealed, draft_version, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (code_hash) DO NOTHING',
  args: [row.codeHash, row.draftId, row.answersSealed, row.draftVersion, row.createdAtMs, row.expiresAtMs],
})

/** A printed form becomes a Vorgang, once. */
export const usePaper = (codeHash: string, vorgangId: string): Guard => ({
  name: 'paper-unused',
  sql: 'UPDATE paper_codes SET vorgang_id = ?, answers_sealed = NULL WHERE code_hash = ? AND vorgang_id IS NULL',
  args: [vorgangId, codeHash],
})

/** Forgets printed forms whose time is over. */
export const forgetPapers = (beforeMs: number): Statement => ({
  sql: 'DELETE FROM paper_codes WHERE expires_at_ms < ?',
  args: [beforeMs],
})

/**
 * Puts the form of an act from a known version (0: never touched) to the next, with what was typed or with nothing; refused
 * by guard `act-form` when another window was quicker.
 */
export const moveActForm = (
  row: Pick<ActFormRow, 'vorgangId' | 'act' | 'about' | 'keyId' | 'version'>,
  typedSealed: Buffer | null,
  atMs: number,
): Guard =>
  row.version === 0
    ? {
        name: 'act-form',
        sql: 'INSERT INTO act_forms (vorgang_id, act, about, key_id, typed_sealed, updated_at_ms, version) VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (vorgang_id, act, about) DO NOTHING',
        args: [row.vorgangId, row.act, row.about, row.keyId, typedSealed, atMs],
      }
    : {
        name: 'act-form',
        sql: 'UPDATE act_forms SET typed_sealed = ?, updated_at_ms = ?, version = version + 1 WHERE vorgang_id = ? AND act = ? AND about = ? AND version = ?',
        args: [typedSealed, atMs, row.vorgangId, row.act, row.about, row.version],
      }
