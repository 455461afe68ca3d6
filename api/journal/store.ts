import { and, asc, desc, eq, gt, gte, inArray, lt, sql } from 'drizzle-orm'
import type { Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { journalCheckpoints, journalEntries, journalHeads } from '../../db/schema/journal.ts'
import type { ChainRow, CheckpointRow, JournalRow } from './verify.ts'

const ROW = {
  leaf: journalEntries.leaf,
  eakteId: journalEntries.eakteId,
  seq: journalEntries.seq,
  type: journalEntries.type,
  atMs: journalEntries.atMs,
  entry: journalEntries.entry,
  hash: journalEntries.hash,
}

/** Lists rows of the log from leaf `from` on. */
export const listLog = async (db: Read, from: number, limit: number): Promise<JournalRow[]> =>
  await db
    .select(ROW)
    .from(journalEntries)
    .where(gte(journalEntries.leaf, from))
    .orderBy(asc(journalEntries.leaf))
    .limit(limit)

/** Lists hashes of the log from leaf `from` on, gapless. */
export const listHashes = async (db: Read, from: number, limit: number): Promise<{ leaf: number; hash: string }[]> =>
  await db
    .select({ leaf: journalEntries.leaf, hash: journalEntries.hash })
    .from(journalEntries)
    .where(gte(journalEntries.leaf, from))
    .orderBy(asc(journalEntries.leaf))
    .limit(limit)

/** Lists rows by eAkte and sequence after the given one, each with the head its eAkte has in the same snapshot. */
export const listChains = async (
  db: Read,
  after: { readonly eakteId: string; readonly seq: number },
  limit: number,
): Promise<ChainRow[]> =>
  await db
    .select({ ...ROW, headSeq: journalHeads.seq, headHash: journalHeads.hash })
    .from(journalEntries)
    .leftJoin(journalHeads, eq(journalHeads.eakteId, journalEntries.eakteId))
    .where(sql`(${journalEntries.eakteId}, ${journalEntries.seq}) > (${after.eakteId}, ${after.seq})`)
    .orderBy(asc(journalEntries.eakteId), asc(journalEntries.seq))
    .limit(limit)

/** Finds a head whose eAkte has no entry at all. */
export async function findHeadWithoutEntries(db: Read): Promise<string | null> {
  const rows = await db
    .select({ eakteId: journalHeads.eakteId })
    .from(journalHeads)
    .where(sql`NOT EXISTS (SELECT 1 FROM journal_entries e WHERE e.eakte_id = ${journalHeads.eakteId})`)
    .limit(1)
  return rows[0]?.eakteId ?? null
}

/** Counts the entries of the log: leaves are gapless. */
export async function countEntries(db: Read): Promise<number> {
  const rows = await db.select({ size: sql<number>`coalesce(max(leaf) + 1, 0)` }).from(journalEntries)
  return rows[0]?.size ?? 0
}

/** Lists an eAkte's entries after `afterSeq`. */
export const listEntries = async (db: Read, eakteId: string, afterSeq: number, limit: number): Promise<JournalRow[]> =>
  await db
    .select(ROW)
    .from(journalEntries)
    .where(and(eq(journalEntries.eakteId, eakteId), gt(journalEntries.seq, afterSeq)))
    .orderBy(asc(journalEntries.seq))
    .limit(limit)

/** Lists an eAkte's entries before `before` (all where absent), newest first. */
export const listEntriesBefore = async (
  db: Read,
  eakteId: string,
  before: number | undefined,
  limit: number,
): Promise<JournalRow[]> =>
  await db
    .select(ROW)
    .from(journalEntries)
    .where(and(eq(journalEntries.eakteId, eakteId), before === undefined ? undefined : lt(journalEntries.seq, before)))
    .orderBy(desc(journalEntries.seq))
    .limit(limit)

/** Lists an eAkte's newest entries of these types, newest first. */
export const listEntriesOf = async (
  db: Read,
  eakteId: string,
  types: readonly string[],
  limit: number,
): Promise<JournalRow[]> =>
  await db
    .select(ROW)
    .from(journalEntries)
    .where(and(eq(journalEntries.eakteId, eakteId), inArray(journalEntries.type, [...types])))
    .orderBy(desc(journalEntries.seq))
    .limit(limit)

/** Lists checkpoints larger than `afterSize`. */
export const listCheckpoints = async (db: Read, afterSize: number, limit: number): Promise<CheckpointRow[]> =>
  await db
    .select()
    .from(journalCheckpoints)
    .where(gt(journalCheckpoints.size, afterSize))
    .orderBy(asc(journalCheckpoints.size))
    .limit(limit)

/** Finds the newest checkpoint. */
export async function findLastCheckpoint(db: Read): Promise<(CheckpointRow & { atMs: number }) | null> {
  const rows = await db.select().from(journalCheckpoints).orderBy(desc(journalCheckpoints.size)).limit(1)
  return rows[0] ?? null
}

export const insertCheckpoint = (row: CheckpointRow & { readonly atMs: number }): Statement => ({
  sql: 'INSERT INTO journal_checkpoints (size, root, frontier, note, at_ms) VALUES (?, ?, ?, ?, ?)',
  args: [row.size, row.root, row.frontier, row.note, row.atMs],
})
