import { canonicalJson, entryHash } from '../../db/canonical.ts'
import { readCheckpoint } from './checkpoint.ts'
import { createAccumulator, type Hash, isSame } from './merkle.ts'

/** A row of the journal as stored. */
export type JournalRow = {
  readonly leaf: number
  readonly eakteId: string
  readonly seq: number
  readonly type: string
  readonly atMs: number
  readonly entry: string
  readonly hash: string
}
/** A stored row with the head that its eAkte had in the same moment. */
export type ChainRow = JournalRow & { readonly headSeq: number | null; readonly headHash: string | null }
export type CheckpointRow = {
  readonly size: number
  readonly root: string
  readonly frontier: string
  readonly note: string
}

/** What is wrong, and where: the first place at which the record no longer is what was written. */
export type JournalFinding = {
  readonly kind:
    | 'entry-unreadable'
    | 'entry-not-canonical'
    | 'columns-differ'
    | 'hash-differs'
    | 'leaf-missing'
    | 'leaf-out-of-order'
    | 'seq-missing'
    | 'previous-differs'
    | 'chain-out-of-order'
    | 'head-differs'
    | 'checkpoint-forged'
    | 'checkpoint-differs'
    | 'log-truncated'
  readonly eakteId: string | null
  readonly seq: number | null
  readonly leaf: number | null
  readonly detail: string
}

type Entry = {
  readonly eakte: string
  readonly seq: number
  readonly type: string
  readonly at: number
  readonly prev: string | null
}
const ENTRY_FIELDS = 'actor alg at body eakte prev seq type v'

/**
 * Checks the global log. Feed it every row in order of `leaf`; the first finding ends it. Memory does not grow with the log.
 * Checkpoints are checked when the log reaches their size: signature, root and stored frontier. `trusted` are notes that
 * were kept outside; what they say about the log must hold, whatever is stored.
 */
export function createLogCheck(options: {
  readonly verifierKey: string
  readonly checkpoints: readonly CheckpointRow[]
  readonly trusted?: readonly string[]
}) {
  const expected = [...options.checkpoints.map(storedOf), ...(options.trusted ?? []).map(trustedOf)].sort(
    (a, b) => a.size - b.size,
  )
  const tree = createAccumulator()
  let next = 0
  let lastGood = 0

  const checkReached = (row: JournalRow | null): JournalFinding | null => {
    for (let it = expected[next]; it !== undefined && it.size <= tree.size(); it = expected[next]) {
      next += 1
      const place = { eakteId: row?.eakteId ?? null, seq: row?.seq ?? null, leaf: row?.leaf ?? null }
      const checkpoint = readCheckpoint(it.note, options.verifierKey)
      if (checkpoint === null || checkpoint.size !== it.size) {
        return {
          kind: 'checkpoint-forged',
          ...place,
          detail: `the checkpoint of size ${it.size} is not signed by this log`,
        }
      }
      const isStoredRight =
        it.root === undefined || (it.root === hexOf(tree.root()) && it.frontier === frontierText(tree.frontier().nodes))
      if (!isSame(checkpoint.root, tree.root()) || !isStoredRight) {
        const range = `leaves ${lastGood} to ${it.size - 1}`
        return { kind: 'checkpoint-differs', ...place, detail: `${range} are not those the checkpoint was made of` }
      }
      lastGood = it.size
    }
    return null
  }
  return {
    accept: (row: JournalRow): JournalFinding | null => {
      const finding = checkRow(row, tree.size())
      if (finding !== null) {
        return finding
      }
      tree.append(Buffer.from(row.hash, 'hex'))
      return checkReached(row)
    },
    finish: (): JournalFinding | null => {
      const reached = checkReached(null)
      const open = expected[next]
      if (reached !== null || open === undefined) {
        return reached
      }
      const detail = `the log ends at ${tree.size()}, but a checkpoint knows ${open.size} entries`
      return { kind: 'log-truncated', eakteId: null, seq: null, leaf: tree.size(), detail }
    },
    size: tree.size,
    root: tree.root,
  }
}

/** Checks the chains of all eAkten. Feed it every row in order of eAkte and `seq`, then call `finish`. */
export function createChainCheck() {
  let last: ChainRow | null = null
  let chains = 0
  const endOfChain = (): JournalFinding | null => {
    if (last === null || (last.headSeq === last.seq && last.headHash === last.hash)) {
      return null
    }
    const detail = `the chain ends at ${last.seq}, its head says ${last.headSeq ?? 'nothing'}`
    return { kind: 'head-differs', eakteId: last.eakteId, seq: last.seq, leaf: last.leaf, detail }
  }
  return {
    accept: (row: ChainRow): JournalFinding | null => {
      const before = last?.eakteId === row.eakteId ? last : null
      const finding = before === null ? endOfChain() : null
      if (finding !== null) {
        return finding
      }
      chains += before === null ? 1 : 0
      last = row
      return checkLink(row, before)
    },
    finish: endOfChain,
    chains: () => chains,
  }
}

/** Text form of a frontier's nodes in the database. */
export const frontierText = (nodes: readonly Hash[]): string => nodes.map(hexOf).join(',')

/** Nodes of a stored frontier. */
export const readFrontier = (text: string): Hash[] =>
  text === '' ? [] : text.split(',').map((node) => Buffer.from(node, 'hex'))

const hexOf = (hash: Hash): string => Buffer.from(hash).toString('hex')

type Expected = { readonly size: number; readonly note: string; readonly root?: string; readonly frontier?: string }
const storedOf = (row: CheckpointRow): Expected => row
/** A note that cannot be read at all is placed at size 0, where it is found forged at once. */
const trustedOf = (note: string): Expected => ({ size: Number(/^[^\n]*\n(\d{1,16})\n/.exec(note)?.[1] ?? 0), note })

function checkRow(row: JournalRow, leaf: number): JournalFinding | null {
  const place = { eakteId: row.eakteId, seq: row.seq, leaf: row.leaf }
  if (row.leaf > leaf) {
    return { kind: 'leaf-missing', ...place, leaf, detail: `leaf ${leaf} is missing; the next one is ${row.leaf}` }
  }
  if (row.leaf < leaf) {
    return { kind: 'leaf-out-of-order', ...place, detail: `leaf ${row.leaf} stands where ${leaf} belongs` }
  }
  const entry = readEntry(row.entry)
  if (entry === null) {
    return { kind: 'entry-unreadable', ...place, detail: 'the entry is not of the known form' }
  }
  if (canonicalJson(entry) !== row.entry) {
    return { kind: 'entry-not-canonical', ...place, detail: 'the entry is not in canonical form' }
  }
  if (entry.eakte !== row.eakteId || entry.seq !== row.seq || entry.type !== row.type || entry.at !== row.atMs) {
    return { kind: 'columns-differ', ...place, detail: `the entry says eAkte ${entry.eakte}, entry ${entry.seq}` }
  }
  if (entryHash(row.entry) !== row.hash) {
    return { kind: 'hash-differs', ...place, detail: 'the entry is not the one that was hashed' }
  }
  return null
}

function checkLink(row: ChainRow, before: ChainRow | null): JournalFinding | null {
  const place = { eakteId: row.eakteId, seq: row.seq, leaf: row.leaf }
  const expected = (before?.seq ?? 0) + 1
  if (row.seq !== expected) {
    return {
      kind: 'seq-missing',
      ...place,
      seq: expected,
      detail: `entry ${expected} is missing; the next is ${row.seq}`,
    }
  }
  if (before !== null && before.leaf >= row.leaf) {
    return {
      kind: 'chain-out-of-order',
      ...place,
      detail: `entry ${row.seq} stands before entry ${before.seq} in the log`,
    }
  }
  const prev = readEntry(row.entry)?.prev
  if (prev !== (before?.hash ?? null)) {
    return { kind: 'previous-differs', ...place, detail: `entry ${row.seq} was not written after entry ${row.seq - 1}` }
  }
  return null
}

function readEntry(text: string): Entry | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  if (parsed === null || typeof parsed !== 'object' || Object.keys(parsed).sort().join(' ') !== ENTRY_FIELDS) {
    return null
  }
  const entry = parsed as Entry & { readonly v: unknown; readonly alg: unknown }
  return entry.v === 1 && entry.alg === 'sha256' ? entry : null
}
