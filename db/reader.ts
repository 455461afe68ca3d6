import type { LibSQLDatabase } from 'drizzle-orm/libsql'

/** A read-only drizzle handle. */
export type Read = LibSQLDatabase
