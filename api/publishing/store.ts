import { eq } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { releasePointer, releases } from '../../db/schema/publishing.ts'

export type Release = typeof releases.$inferSelect

/** Finds the live release and the pointer's version; undefined before the first publish. */
export async function findCurrentRelease(db: Read): Promise<{ release: Release; version: number } | undefined> {
  const rows = await db
    .select({ release: releases, version: releasePointer.version })
    .from(releasePointer)
    .innerJoin(releases, eq(releases.id, releasePointer.releaseId))
    .where(eq(releasePointer.id, 1))
    .limit(1)
  return rows[0]
}

/** Finds a release by id. */
export async function findRelease(db: Read, id: string): Promise<Release | undefined> {
  return (await db.select().from(releases).where(eq(releases.id, id)).limit(1))[0]
}

export const insertRelease = (row: Release): Statement => ({
  sql: 'INSERT INTO releases (id, created_at_ms, created_by, content_revision_id, manifest_digest, pages_total, pages_rendered) VALUES (?, ?, ?, ?, ?, ?, ?)',
  args: [
    row.id,
    row.createdAtMs,
    row.createdBy,
    row.contentRevisionId,
    row.manifestDigest,
    row.pagesTotal,
    row.pagesRendered,
  ],
})

/** Holds while nobody moved the pointer since `version` was read; the first release has no pointer to guard. */
export const guardPointer = (version: number): Guard => ({
  name: 'release-pointer',
  sql: 'UPDATE release_pointer SET version = version + 1 WHERE id = 1 AND version = ?',
  args: [version],
})

/** Points at a release; `version` 0: for the first time, refused where another was first. */
export const setPointer = (releaseId: string, version: number): Statement =>
  version === 0
    ? { sql: 'INSERT INTO release_pointer (id, release_id, version) VALUES (1, ?, 1)', args: [releaseId] }
    : { sql: 'UPDATE release_pointer SET release_id = ? WHERE id = 1', args: [releaseId] }
