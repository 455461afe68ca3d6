import { createHash } from 'node:crypto'
import { type JournalReport, verifyJournal } from '../journal/service.ts'
import type { OperationsCtx, Say } from './context.ts'
import { createPhases } from './files.ts'
import { findFaults, listBlobIds } from './store.ts'

export type VerifyReport = {
  readonly ok: boolean
  readonly journal: JournalReport
  readonly blobs: number
  /** Ids of blobs that are named but missing or not what their name says; at most 100. */
  readonly damaged: readonly string[]
  /** What the database finds wrong in itself. */
  readonly faults: readonly string[]
  readonly seconds: Readonly<Record<string, number>>
}

const PAGE = 500
const CHUNK_BYTES = 1024 * 1024
const DAMAGED_MAX = 100

/**
 * Verifies what a town holds: the database itself, the journal, and that every blob that is named is there with the bytes of
 * its name. Reads all; works beside a running server. `trusted`: checkpoints kept outside.
 */
export async function verifyTown(
  ctx: OperationsCtx,
  { trusted = [], say = () => undefined }: { readonly trusted?: readonly string[]; readonly say?: Say } = {},
): Promise<VerifyReport> {
  const phases = createPhases(say)
  const faults = await phases.run('database', () => findFaults(ctx.db))
  const journal = await phases.run('journal', () => verifyJournal(ctx, trusted))
  const { blobs, damaged } = await phases.run('files', () => checkBlobs(ctx))
  const ok = journal.ok && damaged.length === 0 && faults.length === 0
  ctx.log('town-verified', { status: ok ? 'ok' : 'bad', count: journal.entries })
  return { ok, journal, blobs, damaged, faults, seconds: phases.seconds }
}

async function checkBlobs(ctx: OperationsCtx): Promise<{ blobs: number; damaged: string[] }> {
  const damaged: string[] = []
  let blobs = 0
  for (let after = ''; ; ) {
    const ids = await listBlobIds(ctx.db, after, PAGE)
    for (const id of ids) {
      blobs += 1
      if (damaged.length < DAMAGED_MAX && !(await isWhole(ctx, id))) {
        damaged.push(id)
      }
    }
    after = ids.at(-1) ?? ''
    if (ids.length < PAGE) {
      return { blobs, damaged }
    }
  }
}

async function isWhole(ctx: OperationsCtx, id: string): Promise<boolean> {
  try {
    const size = await ctx.blobs.size(id)
    if (size === null) {
      return false
    }
    const hash = createHash('sha256')
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      hash.update(await ctx.blobs.read(id, at, Math.min(size, at + CHUNK_BYTES)))
    }
    return hash.digest('hex') === id
  } catch {
    return false
  }
}
