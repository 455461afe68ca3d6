import { isLeaseHeld } from '../jobs/service.ts'
import type { DocumentsCtx } from './service.ts'
import { listKnownBlobs } from './store.ts'

/** Held while a backup runs: it names bytes of an earlier moment, so none are deleted then. */
export const BACKUP_LEASE = 'backup'

const GROUP = 200
/** What is younger may belong to a request that has not written yet. */
const SPARED_MS = 24 * 3_600_000

type SweepCtx = Pick<DocumentsCtx, 'db' | 'blobs' | 'now'>

/**
 * Takes bytes from the store that the database does not name: refused, taken back, or left over by a crash; returns how
 * many. Call it after the write that forgot them. While a backup runs nothing goes; the daily sweep makes up for it.
 */
export async function discardBlobs(ctx: SweepCtx, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) {
    return 0
  }
  const known = await listKnownBlobs(ctx.db, ids)
  const loose = ids.filter((id) => !known.has(id))
  if (loose.length === 0 || (await isLeaseHeld(ctx.db, BACKUP_LEASE, ctx.now()))) {
    return 0
  }
  await Promise.all(loose.map((id) => ctx.blobs.remove(id)))
  return loose.length
}

/** Looks through the whole store for orphans older than a day and takes them out; returns how many. For a daily job. */
export async function sweepBlobs(ctx: SweepCtx): Promise<number> {
  let group: string[] = []
  let count = 0
  for await (const { id, writtenAtMs } of ctx.blobs.list()) {
    if (writtenAtMs < ctx.now() - SPARED_MS) {
      group.push(id)
    }
    if (group.length >= GROUP) {
      count += await discardBlobs(ctx, group)
      group = []
    }
  }
  return count + (await discardBlobs(ctx, group))
}
