import { and, asc, eq } from 'drizzle-orm'
import type { Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { savedViews } from '../../db/schema/postboxes.ts'

export type SavedRow = typeof savedViews.$inferSelect

/** More than anybody finds their way among. */
export const VIEWS_MAX = 30

/** Lists what one person saved, the oldest first. */
export async function listSaved(db: Read, userId: string): Promise<readonly SavedRow[]> {
  return await db
    .select()
    .from(savedViews)
    .where(eq(savedViews.userId, userId))
    .orderBy(asc(savedViews.id))
    .limit(VIEWS_MAX)
}

/** Finds what one person saved under an id. */
export async function findSaved(db: Read, userId: string, id: string): Promise<SavedRow | undefined> {
  const rows = await db
    .select()
    .from(savedViews)
    .where(and(eq(savedViews.id, id), eq(savedViews.userId, userId)))
    .limit(1)
  return rows[0]
}

export const insertSaved = (row: SavedRow): Statement => ({
  sql: 'INSERT INTO saved_views (id, user_id, sealed, saved_at_ms) VALUES (?, ?, ?, ?)',
  args: [row.id, row.userId, row.sealed, row.savedAtMs],
})

export const deleteSaved = (userId: string, id: string): Statement => ({
  sql: 'DELETE FROM saved_views WHERE id = ? AND user_id = ?',
  args: [id, userId],
})
