import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import type { Batch, JournalEntry, JournalValue, StoredAnswer, Value, WriteResult } from './batch.ts'
import { canonicalJson, entryHash } from './canonical.ts'
import { migrate } from './migrate.ts'
import type { BatchResult, WriterOptions } from './writer-protocol.ts'

export type Engine = Database.Database
type Prepared = Database.Statement<unknown[]>
export type MainStore = {
  readonly db: Engine
  readonly lock: Engine
  readonly sqliteVersion: string
  readonly migrated: number
  readonly prepared: Map<string, Prepared>
  readonly failpoint: WriterOptions['failpoint']
  groups: number
}

const PREPARED_MAX = 500
const BUSY_TIMEOUT_MS = 5_000

/** Thrown inside a batch so that its SAVEPOINT is rolled back; becomes the batch's answer. */
class Refused extends Error {
  readonly result: WriteResult
  constructor(result: WriteResult) {
    super('refused')
    this.name = 'Refused'
    this.result = result
  }
}

/** Folder inside the data folder in which a restore works; a folder that has one is not whole. */
export const RESTORE_FOLDER = 'restoring'

/**
 * Opens the data for writing: takes the single-instance lock, sets the pragmas, migrates.
 * Throws `DATA_FOLDER_IN_USE` when another process holds the lock, `RESTORE_UNFINISHED` after a restore that broke off.
 */
export function openMain(options: WriterOptions): MainStore {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  if (existsSync(join(options.dataDir, RESTORE_FOLDER))) {
    throw Object.assign(new Error('a restore into this data folder was not finished; empty it and restore again'), {
      code: 'RESTORE_UNFINISHED',
    })
  }
  const lock = takeLock(join(options.dataDir, 'lock.db'))
  const db = openReadWrite(join(options.dataDir, 'stadttor.db'))
  const migrated = migrate(db, options)
  const version = db.prepare('SELECT sqlite_version() AS version').get() as { version: string }
  return {
    db,
    lock,
    sqliteVersion: version.version,
    migrated,
    prepared: new Map(),
    failpoint: options.failpoint,
    groups: 0,
  }
}

/** Opens a database the way every read-write connection of the product is set: durable, foreign keys, deleted means gone. */
export function openReadWrite(path: string, encryptionKey?: string): Engine {
  // biome-ignore lint/suspicious/noExplicitAny: the engine's types lack encryptionKey
  const db = new Database(path, (encryptionKey === undefined ? {} : { encryptionKey }) as any)
  for (const pragma of [
    'journal_mode = WAL',
    'synchronous = FULL',
    'foreign_keys = ON',
    'trusted_schema = OFF',
    'secure_delete = ON',
    'recursive_triggers = ON',
    `busy_timeout = ${BUSY_TIMEOUT_MS}`,
    'cell_size_check = ON',
    'temp_store = MEMORY',
    'journal_size_limit = 67108864',
    'wal_autocheckpoint = 1000',
  ]) {
    db.exec(`PRAGMA ${pragma}`)
  }
  return db
}

const EMPTY_LOG_WAIT_MS = 50

/**
 * Puts the write-ahead log into the file and cuts it to nothing: what was deleted or overwritten is zeroed in the file
 * (`secure_delete`), but its old pages stay in the log until others happen to cover them. False while somebody reads.
 */
export function emptyLog({ db }: Pick<MainStore, 'db'>): boolean {
  db.exec(`PRAGMA busy_timeout = ${EMPTY_LOG_WAIT_MS}`)
  try {
    const { busy } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }
    return busy === 0
  } finally {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  }
}

/** Runs up to 64 batches under one COMMIT; each in its own SAVEPOINT, so that one that fails harms no other. */
export function runGroup(store: MainStore, batches: readonly Batch[]): readonly BatchResult[] {
  store.groups += 1
  const { db } = store
  try {
    db.exec('BEGIN IMMEDIATE')
    const results = batches.map((batch) => runMember(store, batch))
    dieAt(store, 'before-commit')
    db.exec('COMMIT')
    dieAt(store, 'after-commit')
    return results
  } catch (error) {
    try {
      if (db.inTransaction) {
        db.exec('ROLLBACK')
      }
    } catch {
      // the engine ended the transaction itself; the members are unknown either way
    }
    const code = codeOf(error)
    return batches.map(() => ({ ok: false, reason: 'unknown', code }) as const)
  }
}

function runMember(store: MainStore, batch: Batch): BatchResult {
  const { db } = store
  db.exec('SAVEPOINT member')
  try {
    const result = runBatch(store, batch)
    db.exec('RELEASE member')
    return result
  } catch (error) {
    if (!db.inTransaction) {
      throw error
    }
    db.exec('ROLLBACK TO member')
    db.exec('RELEASE member')
    return answerOf(error)
  }
}

function runBatch(store: MainStore, batch: Batch): WriteResult {
  const replay = findReplay(store, batch)
  if (replay !== null) {
    return replay
  }
  const refs: Record<string, string> = {}
  for (const guard of batch.guards ?? []) {
    if (run(store, guard.sql, guard.args, refs) !== 1) {
      throw new Refused({ ok: false, reason: 'guard', guard: guard.name })
    }
  }
  for (const number of batch.numbers ?? []) {
    const row = prepare(
      store,
      'INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value',
    ).get(number.counter) as { value: number }
    refs[number.as] = `${number.prefix}${String(row.value).padStart(number.digits, '0')}`
  }
  for (const statement of batch.statements ?? []) {
    run(store, statement.sql, statement.args, refs)
  }
  for (const entry of batch.journal ?? []) {
    appendJournal(store, entry, refs)
  }
  for (const change of batch.changes ?? []) {
    run(store, 'INSERT INTO changes (topic, entity_id) VALUES (?, ?)', [change.topic, change.id], refs)
  }
  storeAnswer(store, batch, refs)
  return { ok: true, refs }
}

function findReplay(store: MainStore, batch: Batch): WriteResult | null {
  if (batch.idempotency === undefined) {
    return null
  }
  const { key, fingerprint } = batch.idempotency
  const row = prepare(store, 'SELECT fingerprint, status, location, ids FROM idempotency WHERE key = ?').get(key) as
    | { fingerprint: string; status: number; location: string; ids: string }
    | undefined
  if (row === undefined) {
    return null
  }
  if (row.fingerprint !== fingerprint) {
    return { ok: false, reason: 'idempotency-mismatch' }
  }
  const ids = JSON.parse(row.ids) as StoredAnswer['ids']
  return { ok: true, refs: {}, replay: { status: row.status, location: row.location, ids } }
}

function storeAnswer(store: MainStore, batch: Batch, refs: Record<string, string>): void {
  if (batch.idempotency === undefined) {
    return
  }
  const { key, fingerprint, atMs, answer } = batch.idempotency
  const ids = Object.fromEntries(Object.entries(answer.ids).map(([name, value]) => [name, resolve(value, refs)]))
  run(
    store,
    'INSERT INTO idempotency (key, fingerprint, status, location, ids, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    [key, fingerprint, answer.status, answer.location, JSON.stringify(ids), atMs],
    refs,
  )
}

function appendJournal(store: MainStore, entry: JournalEntry, refs: Record<string, string>): void {
  const head = prepare(store, 'SELECT seq, hash FROM journal_heads WHERE eakte_id = ?').get(entry.eakteId) as
    | { seq: number; hash: string }
    | undefined
  const last = prepare(store, 'SELECT max(leaf) AS leaf FROM journal_entries').get() as { leaf: number | null }
  const seq = (head?.seq ?? 0) + 1
  const body = Object.fromEntries(Object.entries(entry.body).map(([name, value]) => [name, resolve(value, refs)]))
  const canonical = canonicalJson({
    v: 1,
    alg: 'sha256',
    eakte: entry.eakteId,
    seq,
    at: entry.atMs,
    type: entry.type,
    actor: entry.actor,
    body,
    prev: head?.hash ?? null,
  })
  const hash = entryHash(canonical)
  const leaf = (last.leaf ?? -1) + 1
  run(
    store,
    'INSERT INTO journal_entries (leaf, eakte_id, seq, type, at_ms, entry, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [leaf, entry.eakteId, seq, entry.type, entry.atMs, canonical, hash],
    refs,
  )
  run(
    store,
    'INSERT INTO journal_heads (eakte_id, seq, hash) VALUES (?, ?, ?) ON CONFLICT (eakte_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash',
    [entry.eakteId, seq, hash],
    refs,
  )
}

function run(store: MainStore, sql: string, args: readonly Value[], refs: Record<string, string>): number {
  // one array, never spread: the engine takes a lone argument that is an object for named values, and aborts on bytes
  return prepare(store, sql).run(args.map((arg) => resolve(arg, refs))).changes
}

function resolve<T extends Value | JournalValue>(value: T, refs: Record<string, string>): unknown {
  if (value !== null && typeof value === 'object' && 'ref' in value) {
    const found = refs[value.ref]
    if (found === undefined) {
      throw new Error(`unknown ref ${value.ref}`)
    }
    return found
  }
  return value instanceof Uint8Array && !Buffer.isBuffer(value) ? Buffer.from(value) : value
}

function prepare(store: MainStore, sql: string): Prepared {
  const known = store.prepared.get(sql)
  if (known !== undefined) {
    return known
  }
  if (store.prepared.size >= PREPARED_MAX) {
    store.prepared.clear()
  }
  const fresh = store.db.prepare(sql)
  store.prepared.set(sql, fresh)
  return fresh
}

/** Only the constraint's name leaves the writer: SQLite's own message can carry values. */
function answerOf(error: unknown): BatchResult {
  if (error instanceof Refused) {
    return error.result
  }
  const code = codeOf(error)
  if (code.startsWith('SQLITE_CONSTRAINT')) {
    const message = error instanceof Error ? error.message : ''
    return { ok: false, reason: 'constraint', constraint: /([a-z_]+\.[a-z_]+)/.exec(message)?.[1] ?? code }
  }
  return { ok: false, reason: 'error', code }
}

function codeOf(error: unknown): string {
  if (error !== null && typeof error === 'object' && 'code' in error && typeof error.code === 'string') {
    return error.code
  }
  return error instanceof Error ? error.name : 'UNKNOWN'
}

function takeLock(path: string): Engine {
  const lock = new Database(path)
  lock.exec('PRAGMA busy_timeout = 0')
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw Object.assign(new Error('another process uses this data folder', { cause: error }), {
      code: 'DATA_FOLDER_IN_USE',
    })
  }
  return lock
}

function dieAt(store: MainStore, at: 'before-commit' | 'after-commit'): void {
  if (store.failpoint?.at === at && store.failpoint.group === store.groups) {
    process.kill(process.pid, 'SIGKILL')
  }
}
