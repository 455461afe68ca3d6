import { eq } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { contentPointer, contentRevisions } from '../../db/schema/content.ts'

export type RevisionRow = typeof contentRevisions.$inferSelect

/** Finds the live revision with the version of the pointer to it; undefined before the first one. */
export async function findPointer(db: Read): Promise<{ revision: RevisionRow; version: number } | undefined> {
  const rows = await db
    .select({ revision: contentRevisions, version: contentPointer.version })
    .from(contentPointer)
    .innerJoin(contentRevisions, eq(contentRevisions.id, contentPointer.revisionId))
    .where(eq(contentPointer.id, 1))
    .limit(1)
  return rows[0]
}

/** Finds a revision by id. */
export async function findRevision(db: Read, id: string): Promise<RevisionRow | undefined> {
  return (await db.select().from(contentRevisions).where(eq(contentRevisions.id, id)).limit(1))[0]
}

/** True where a revision was made with this note. */
export async function hasNote(db: Read, note: string): Promise<boolean> {
  const rows = await db
    .select({ id: contentRevisions.id })
    .from(contentRevisions)
    .where(eq(contentRevisions.note, note))
    .limit(1)
  return rows.length > 0
}

export function insertRevision(row: RevisionRow): Statement {
  return {
    sql: 'INSERT INTO content_revisions (id, created_at_ms, created_by, note, manifest_digest) VALUES (?, ?, ?, ?, ?)',
    args: [row.id, row.createdAtMs, row.createdBy, row.note, row.manifestDigest],
  }
}

/** The pointer still stands where it was read. It is moved by {@link movePointer}, after the revision's row exists. */
export const guardPointer = (version: number): Guard => ({
  name: 'content-pointer',
  sql: 'UPDATE content_pointer SET version = version + 1 WHERE id = 1 AND version = ?',
  args: [version],
})

export const movePointer = (revisionId: string): Statement => ({
  sql: 'UPDATE content_pointer SET revision_id = ? WHERE id = 1',
  args: [revisionId],
})

/** Sets the pointer for the first time; its primary key refuses a second first time. */
export const insertPointer = (revisionId: string): Statement => ({
  sql: 'INSERT INTO content_pointer (id, revision_id, version) VALUES (1, ?, 1)',
  args: [revisionId],
})
