import { and, eq, gte, isNull, sql } from 'drizzle-orm'
import type { Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { listExports } from '../../db/schema/postboxes.ts'

export type ExportRow = typeof listExports.$inferSelect

/** How many tables one person began to take since an instant and has not got to the end of. */
export async function countRunning(db: Read, userId: string, sinceMs: number): Promise<number> {
  const rows = await db
    .select({ count: sql<number>`count(*)` })
    .from(listExports)
    .where(and(eq(listExports.userId, userId), isNull(listExports.endedAtMs), gte(listExports.atMs, sinceMs)))
  return rows[0]?.count ?? 0
}

export const insertExport = (row: Omit<ExportRow, 'rows' | 'endedAtMs'>): Statement => ({
  sql: 'INSERT INTO list_exports (id, user_id, at_ms, format, list_sealed) VALUES (?, ?, ?, ?, ?)',
  args: [row.id, row.userId, row.atMs, row.format, row.listSealed],
})

export const endExport = (id: string, rows: number, atMs: number): Statement => ({
  sql: 'UPDATE list_exports SET rows = ?, ended_at_ms = ? WHERE id = ?',
  args: [rows, atMs, id],
})
