import type { Plan } from '../../db/batch.ts'
import type { Ctx } from '../lib/ctx.ts'
import { type JournalCtxPart, readCheckpoint, signCheckpoint } from './checkpoint.ts'
import { createAccumulator } from './merkle.ts'
import {
  findHeadWithoutEntries,
  findLastCheckpoint,
  insertCheckpoint,
  listChains,
  listCheckpoints,
  listEntries,
  listEntriesBefore,
  listEntriesOf,
  listHashes,
  listLog,
} from './store.ts'
import {
  createChainCheck,
  createLogCheck,
  frontierText,
  type JournalFinding,
  type JournalRow,
  readFrontier,
} from './verify.ts'

export { createJournalSigner } from './checkpoint.ts'
export { exportJournal, proveConsistency } from './export.ts'
export type { JournalFinding } from './verify.ts'
export type JournalCtx = Ctx & JournalCtxPart

export type JournalReport = {
  readonly ok: boolean
  readonly entries: number
  readonly eakten: number
  readonly checkpoints: number
  /** Root of the global log, base64. */
  readonly root: string
  readonly finding?: JournalFinding
}

const PAGE = 1_000
const CHECKPOINT_EVERY_MS = 300_000

/**
 * Verifies the whole journal: every entry's form and hash, every chain, the global log, every checkpoint. Ends at the first
 * finding. Memory does not grow with the journal; other work gets its turn between pages of 1,000.
 * `trusted`: checkpoints that were kept outside.
 */
export async function verifyJournal(ctx: JournalCtx, trusted: readonly string[] = []): Promise<JournalReport> {
  const checkpoints = await allCheckpoints(ctx)
  const log = createLogCheck({ verifierKey: ctx.journalSigner.verifierKey, checkpoints, trusted })
  const chain = createChainCheck()
  const report = (finding: JournalFinding | null): JournalReport => ({
    ok: finding === null,
    entries: log.size(),
    eakten: chain.chains(),
    checkpoints: checkpoints.length,
    root: Buffer.from(log.root()).toString('base64'),
    ...(finding === null ? {} : { finding }),
  })
  const inLog =
    (await firstFinding((last) => listLog(ctx.db, (last?.leaf ?? -1) + 1, PAGE), log.accept)) ?? log.finish()
  if (inLog !== null) {
    return report(inLog)
  }
  const start = { eakteId: '', seq: 0 }
  const inChain =
    (await firstFinding((last) => listChains(ctx.db, last ?? start, PAGE), chain.accept)) ?? chain.finish()
  if (inChain !== null) {
    return report(inChain)
  }
  const eakteId = await findHeadWithoutEntries(ctx.db)
  const detail = 'the chain is gone, its head is left'
  return report(eakteId === null ? null : { kind: 'head-differs', eakteId, seq: 1, leaf: null, detail })
}

/** A line of an eAkte's journal, worded by whoever shows it. */
export type JournalLine = {
  readonly seq: number
  readonly type: string
  readonly atMs: number
  readonly actor: string
  readonly body: Readonly<Record<string, string | number | boolean | null>>
}

/** Lists an eAkte's journal after `afterSeq`, at most `limit` (100). Who may see it is the caller's question. */
export async function listJournal(
  ctx: Pick<Ctx, 'db'>,
  eakteId: string,
  { afterSeq = 0, limit = 100 } = {},
): Promise<readonly JournalLine[]> {
  return (await listEntries(ctx.db, eakteId, afterSeq, Math.min(limit, 500))).map(lineOf)
}

/** Lists an eAkte's journal before line `before`, newest first, at most `limit` (100). Who may see it is the caller's question. */
export async function listJournalBefore(
  ctx: Pick<Ctx, 'db'>,
  eakteId: string,
  { before, limit = 100 }: { readonly before?: number; readonly limit?: number } = {},
): Promise<readonly JournalLine[]> {
  return (await listEntriesBefore(ctx.db, eakteId, before, Math.min(limit, 500))).map(lineOf)
}

/** Lists the newest lines of these types of an eAkte's journal, at most 500, oldest first. Who may see it is the caller's question. */
export async function listJournalOf(
  ctx: Pick<Ctx, 'db'>,
  eakteId: string,
  types: readonly string[],
): Promise<readonly JournalLine[]> {
  return (await listEntriesOf(ctx.db, eakteId, types, 500)).map(lineOf).toReversed()
}

function lineOf({ seq, type, atMs, entry }: Pick<JournalRow, 'seq' | 'type' | 'atMs' | 'entry'>): JournalLine {
  const { actor, body } = JSON.parse(entry) as Pick<JournalLine, 'actor' | 'body'>
  return { seq, type, atMs, actor, body }
}

/** Plans a checkpoint over everything written so far; null when nothing was written since the last one. */
export async function planCheckpoint(ctx: JournalCtx): Promise<Plan | null> {
  const last = await findLastCheckpoint(ctx.db)
  const tree = createAccumulator({ size: last?.size ?? 0, nodes: readFrontier(last?.frontier ?? '') })
  for (;;) {
    const rows = await listHashes(ctx.db, tree.size(), PAGE)
    for (const row of rows) {
      if (row.leaf !== tree.size()) {
        throw Object.assign(new Error('the journal has a gap'), { code: 'JOURNAL_GAP' })
      }
      tree.append(Buffer.from(row.hash, 'hex'))
    }
    if (rows.length < PAGE) {
      break
    }
    await breathe()
  }
  if (tree.size() === (last?.size ?? 0)) {
    return null
  }
  const row = {
    size: tree.size(),
    root: Buffer.from(tree.root()).toString('hex'),
    frontier: frontierText(tree.frontier().nodes),
    note: signCheckpoint(ctx.journalSigner, tree.size(), tree.root()),
    atMs: ctx.now(),
  }
  return { statements: [insertCheckpoint(row)] }
}

/** Job handler: a checkpoint every five minutes while the journal grows. */
export async function checkpointJob(ctx: JournalCtx): Promise<{ readonly again: number; readonly plan?: Plan }> {
  const plan = await planCheckpoint(ctx)
  return { again: ctx.now() + CHECKPOINT_EVERY_MS, ...(plan === null ? {} : { plan }) }
}

/** Finds the newest checkpoint as a signed note, to be kept outside; null before the first. */
export async function findCheckpoint(ctx: JournalCtx): Promise<{ note: string; size: number; atMs: number } | null> {
  const row = await findLastCheckpoint(ctx.db)
  if (row === null || readCheckpoint(row.note, ctx.journalSigner.verifierKey) === null) {
    return null
  }
  return { note: row.note, size: row.size, atMs: row.atMs }
}

async function allCheckpoints(ctx: JournalCtx) {
  const found = await listCheckpoints(ctx.db, -1, PAGE)
  for (let page = found; page.length === PAGE; ) {
    page = await listCheckpoints(ctx.db, page.at(-1)?.size ?? 0, PAGE)
    found.push(...page)
  }
  return found
}

async function firstFinding<Row>(
  read: (last: Row | undefined) => Promise<Row[]>,
  accept: (row: Row) => JournalFinding | null,
): Promise<JournalFinding | null> {
  let last: Row | undefined
  for (;;) {
    const rows = await read(last)
    for (const row of rows) {
      const finding = accept(row)
      if (finding !== null) {
        return finding
      }
    }
    last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) {
      return null
    }
    await breathe()
  }
}

/** Reads are synchronous: lets requests that wait have their turn. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
