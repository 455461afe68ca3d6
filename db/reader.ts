import type { Client, InStatement, InValue, ResultSet } from '@libsql/client'
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql'
import Database from 'libsql'

/** A read-only drizzle handle. */
export type Read = LibSQLDatabase

export type Reader = { readonly db: Read; readonly close: () => void }

const PRAGMAS = [
  'query_only = 1',
  'wal_autocheckpoint = 0',
  'trusted_schema = OFF',
  'busy_timeout = 2000',
  'temp_store = MEMORY',
]
const PREPARED_MAX = 300

/**
 * Opens a file for reading only: it never writes and never checkpoints.
 * One connection, because local calls run to their end before the next begins, and pragmas then hold for all of them.
 * It stands on the engine itself: the client of the same house prepares every statement anew, which took longer than
 * running it, and answers with stale rows for ever after one SQLITE_BUSY. Integers beyond 2^53 would lose digits.
 */
export async function openReader(path: string, encryptionKey?: string): Promise<Reader> {
  // biome-ignore lint/suspicious/noExplicitAny: the engine's types lack encryptionKey
  const engine = new Database(path, (encryptionKey === undefined ? {} : { encryptionKey }) as any)
  for (const pragma of PRAGMAS) {
    engine.exec(`PRAGMA ${pragma}`)
  }
  const prepared = new Map<string, Prepared>()
  const execute = async (statement: InStatement): Promise<ResultSet> => {
    const { sql, args = [] } = typeof statement === 'string' ? { sql: statement } : statement
    const { run, names, shape } = prepare(engine, prepared, sql)
    const rows = run.all(Object.values(args).map(plain)).map((values) => toRow(shape, names, values as unknown[]))
    return {
      columns: [...names],
      columnTypes: [],
      rows,
      rowsAffected: 0,
      lastInsertRowid: undefined,
      toJSON: () => null,
    }
  }
  return { db: drizzle(readingClient(execute)), close: () => engine.close() }
}

/** What drizzle asks of a client where nothing is written: single statements. */
function readingClient(execute: Client['execute']): Client {
  const refuse = async (): Promise<never> => {
    throw new Error('the reader runs single statements only')
  }
  const client: Partial<Client> = {
    execute,
    batch: refuse,
    transaction: refuse,
    migrate: refuse,
    executeMultiple: refuse,
  }
  return client as Client
}

type Prepared = {
  readonly run: Database.Statement<unknown[]>
  readonly names: readonly string[]
  /** Prototype of the rows: reads by position, which drizzle does, what stands under `VALUES`. */
  readonly shape: object
}
const VALUES = Symbol('values')
type Row = ResultSet['rows'][number] & { [VALUES]: readonly unknown[] }

function prepare(engine: Database.Database, prepared: Map<string, Prepared>, sql: string): Prepared {
  const known = prepared.get(sql)
  if (known !== undefined) {
    return known
  }
  if (prepared.size >= PREPARED_MAX) {
    prepared.clear()
  }
  const run = engine.prepare(sql)
  run.raw(true)
  const names = run.columns().map((column) => column.name)
  const fresh = { run, names, shape: shapeOf(names.length) }
  prepared.set(sql, fresh)
  return fresh
}

function shapeOf(length: number): object {
  const positions = Array.from({ length }, (_, index) => [
    index,
    {
      get(this: Row) {
        return this[VALUES][index]
      },
    },
  ])
  return Object.defineProperties({}, { length: { value: length }, ...Object.fromEntries(positions) })
}

/** A name that stands twice (a join) keeps its first value, as the client does. */
function toRow(shape: object, names: readonly string[], values: readonly unknown[]): Row {
  const row: Record<string | symbol, unknown> = Object.create(shape)
  row[VALUES] = values
  for (let index = names.length - 1; index >= 0; index -= 1) {
    row[names[index] ?? ''] = values[index]
  }
  return row as unknown as Row
}

const plain = (value: InValue): unknown =>
  typeof value === 'boolean' ? Number(value) : value instanceof Date ? value.getTime() : value

/**
 * A query that is built once for a handle and then only filled in: building takes longer than running it.
 * Values that differ stand as `sql.placeholder('name')`.
 */
export function hot<Q extends { readonly prepare: () => unknown }>(
  build: (db: Read) => Q,
): (db: Read) => ReturnType<Q['prepare']> {
  const known = new WeakMap<Read, ReturnType<Q['prepare']>>()
  return (db) => {
    const query = known.get(db) ?? (build(db).prepare() as ReturnType<Q['prepare']>)
    known.set(db, query)
    return query
  }
}
