import type { Ctx } from '../lib/ctx.ts'
import { type JournalCtxPart, signCheckpoint, signHead } from './checkpoint.ts'
import {
  collectRanges,
  consistencyRanges,
  createAccumulator,
  type Hash,
  inclusionRanges,
  type Range,
} from './merkle.ts'
import { countEntries, listEntries, listHashes } from './store.ts'

const PAGE = 1_000
const ENTRIES_MAX = 100_000

/**
 * Exports an eAkte's journal as JSON lines that `scripts/verify-export.mjs` checks without database and network: a head
 * (signed checkpoint of the log, signed end of this chain, verifier's key), then each entry with its proof of inclusion.
 * `olderSize`: also proves that the log of an older checkpoint is the beginning of this one.
 * One pass over the global log; memory grows with the entries of this eAkte only.
 */
export async function* exportJournal(
  ctx: Ctx & JournalCtxPart,
  eakteId: string,
  { olderSize }: { readonly olderSize?: number } = {},
): AsyncGenerator<string> {
  const rows = await listEntries(ctx.db, eakteId, 0, ENTRIES_MAX)
  const last = rows.at(-1)
  const size = await countEntries(ctx.db)
  const proofs = rows.map((row) => inclusionRanges(row.leaf, size))
  const older = olderSize === undefined ? [] : consistencyRanges(olderSize, size)
  const log = await readLog(ctx, size, [...proofs.flat(), ...older])
  const signer = ctx.journalSigner
  yield `${JSON.stringify({
    kind: 'stadttor-journal',
    v: 1,
    eakte: eakteId,
    key: signer.verifierKey,
    checkpoint: signCheckpoint(signer, size, log.root),
    head: signHead(signer, { eakteId, seq: last?.seq ?? 0, hash: last?.hash ?? '' }),
    ...(olderSize === undefined ? {} : { older: { size: olderSize, proof: older.map(log.proofOf) } }),
  })}\n`
  for (const [index, row] of rows.entries()) {
    yield `${JSON.stringify({ leaf: row.leaf, entry: row.entry, proof: (proofs[index] ?? []).map(log.proofOf) })}\n`
  }
}

/** Proves that the log of size `first` is the beginning of the one of size `second`; base64 hashes (RFC 9162, 2.1.4). */
export async function proveConsistency(ctx: Pick<Ctx, 'db'>, first: number, second: number): Promise<string[]> {
  const ranges = consistencyRanges(first, second)
  const log = await readLog(ctx, second, ranges)
  return ranges.map(log.proofOf)
}

async function readLog(ctx: Pick<Ctx, 'db'>, size: number, ranges: readonly Range[]) {
  const collected = collectRanges(ranges)
  const tree = createAccumulator(undefined, collected.onNode)
  while (tree.size() < size) {
    const rows = await listHashes(ctx.db, tree.size(), Math.min(PAGE, size - tree.size()))
    if (rows.length === 0) {
      throw Object.assign(new Error('the journal is shorter than asked'), { code: 'JOURNAL_GAP' })
    }
    for (const row of rows) {
      tree.append(Buffer.from(row.hash, 'hex'))
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  const base64 = (hash: Hash): string => Buffer.from(hash).toString('base64')
  return { root: tree.root(), proofOf: (range: Range) => base64(collected.rootOf(range)) }
}
