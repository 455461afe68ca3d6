import { rmSync } from 'node:fs'
import Database from 'libsql'

/** Clear projections of sealed data; rebuildable, so nothing here waits for the disk. */
export type Projection = {
  readonly run: (sql: string, ...args: readonly (string | number | null)[]) => void
  readonly all: (
    sql: string,
    ...args: readonly (string | number | null)[]
  ) => readonly Readonly<Record<string, unknown>>[]
  readonly transaction: (work: () => void) => void
  readonly close: () => void
}

/**
 * Opens `search.db`, encrypted as a whole. With another key, or damaged, it is thrown away and begun anew.
 * One connection reads and writes, in the calling thread; `synchronous` is off because losing it costs only a rebuild.
 */
export function openProjection(path: string, key: Uint8Array, schema: string): Projection {
  try {
    return open(path, key, schema)
  } catch {
    for (const ending of ['', '-wal', '-shm']) {
      rmSync(`${path}${ending}`, { force: true })
    }
    return open(path, key, schema)
  }
}

function open(path: string, key: Uint8Array, schema: string): Projection {
  // biome-ignore lint/suspicious/noExplicitAny: the engine's types lack encryptionKey
  const db = new Database(path, { encryptionKey: Buffer.from(key).toString('hex') } as any)
  try {
    for (const pragma of [
      'journal_mode = WAL',
      'synchronous = OFF',
      'secure_delete = ON',
      'trusted_schema = OFF',
      'temp_store = MEMORY',
    ]) {
      db.exec(`PRAGMA ${pragma}`)
    }
    db.exec(schema)
  } catch (error) {
    db.close()
    throw error
  }
  const prepared = new Map<string, Database.Statement<unknown[]>>()
  const prepare = (sql: string): Database.Statement<unknown[]> => {
    const statement = prepared.get(sql) ?? db.prepare<unknown[]>(sql)
    prepared.set(sql, statement)
    return statement
  }
  return {
    run: (sql, ...args) => {
      prepare(sql).run(...args)
    },
    all: (sql, ...args) => prepare(sql).all(...args) as Readonly<Record<string, unknown>>[],
    transaction: (work) => {
      db.exec('BEGIN IMMEDIATE')
      try {
        work()
        db.exec('COMMIT')
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    },
    close: () => db.close(),
  }
}
