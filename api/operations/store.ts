import { sql } from 'drizzle-orm'
import type { Read } from '../../db/reader.ts'

/*
 * Questions of operating to a whole database, e.g. a snapshot: counts and references across all modules. It names tables by
 * hand because it belongs to no module; it never writes.
 */
const COUNTED = ['submissions', 'vorgaenge', 'eakten', 'documents', 'document_versions', 'blobs', 'journal_entries']

/** Counts the rows that people would miss. */
export async function countRows(db: Read): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of COUNTED) {
    const rows = await db.all<{ n: number }>(sql.raw(`SELECT count(*) AS n FROM ${table}`))
    counts[table] = rows[0]?.n ?? 0
  }
  return counts
}

/** Lists ids of blobs after one, in order. */
export async function listBlobIds(db: Read, after: string, limit: number): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`SELECT id FROM blobs WHERE id > ${after} ORDER BY id LIMIT ${limit}`)
  return rows.map((row) => row.id)
}

/** Picks documents by chance. */
export const sampleDocuments = (db: Read, count: number): Promise<{ id: string; keyId: string }[]> =>
  db.all(sql`SELECT id, key_id AS "keyId" FROM documents ORDER BY random() LIMIT ${count}`)

/** Finds the newest checkpoint's note. */
export async function findCheckpointNote(db: Read): Promise<string | null> {
  const rows = await db.all<{ note: string }>(sql`SELECT note FROM journal_checkpoints ORDER BY size DESC LIMIT 1`)
  return rows[0]?.note ?? null
}

/** What the database itself finds wrong: pages, indexes, foreign keys. Empty when nothing. */
export async function findFaults(db: Read): Promise<string[]> {
  const pages = await db.all<{ integrity_check: string }>(sql`PRAGMA integrity_check`)
  const foreign = await db.all<{ table: string }>(sql`PRAGMA foreign_key_check`)
  return [
    ...pages.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
    ...foreign.map((row) => `a row of ${row.table} refers to nothing`),
  ].slice(0, 20)
}
