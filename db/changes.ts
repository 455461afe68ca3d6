import { and, asc, eq, gt } from 'drizzle-orm'
import type { Read } from './reader.ts'
import { changes } from './schema/writer.ts'

export type ChangeRow = typeof changes.$inferSelect

/** Reads what changed of one topic after a sequence number, in commit order; the cursor of projections and interfaces. */
export async function listChanges(
  db: Read,
  topic: string,
  afterSeq: number,
  limit: number,
): Promise<readonly ChangeRow[]> {
  return await db
    .select()
    .from(changes)
    .where(and(gt(changes.seq, afterSeq), eq(changes.topic, topic)))
    .orderBy(asc(changes.seq))
    .limit(limit)
}
