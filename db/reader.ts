import { createClient } from '@libsql/client/sqlite3'
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql'

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

/**
 * Opens a file for reading only: it never writes and never checkpoints.
 * One connection, because local calls run to their end before the next begins, and pragmas then hold for all of them.
 */
export async function openReader(path: string, encryptionKey?: string): Promise<Reader> {
  const client = createClient({
    url: `file:${path}`,
    concurrency: 1,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  })
  for (const pragma of PRAGMAS) {
    await client.execute(`PRAGMA ${pragma}`)
  }
  return { db: drizzle(client), close: () => client.close() }
}
