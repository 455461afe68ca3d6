import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { Engine } from './engine.ts'
import type { WriterOptions } from './writer-protocol.ts'

/**
 * Brings the data to the newest schema, each migration in one transaction, after a copy of old data was made.
 * Forward only. Returns how many ran. Throws `DATABASE_NEWER` when the data was written by a newer program.
 */
export function migrate(db: Engine, options: WriterOptions): number {
  db.exec('CREATE TABLE IF NOT EXISTS schema_migrations (at INTEGER PRIMARY KEY, hash TEXT NOT NULL)')
  const known = db.prepare('SELECT at, hash FROM schema_migrations ORDER BY at').all() as { at: number; hash: string }[]
  const files = readMigrationFiles({ migrationsFolder: options.migrationsDir })
  for (const done of known) {
    const file = files.find((candidate) => candidate.folderMillis === done.at)
    if (file === undefined) {
      throw Object.assign(new Error('the data was written by a newer version of the program'), {
        code: 'DATABASE_NEWER',
      })
    }
    if (file.hash !== done.hash) {
      throw Object.assign(new Error(`migration ${done.at} was changed after its release`), {
        code: 'MIGRATION_CHANGED',
      })
    }
  }
  const open = files.filter((file) => !known.some((done) => done.at === file.folderMillis))
  if (open.length > 0 && known.length > 0) {
    copyBefore(db, options.dataDir, known.at(-1)?.at ?? 0)
  }
  for (const file of open) {
    db.exec('BEGIN IMMEDIATE')
    try {
      for (const statement of file.sql) {
        db.exec(statement)
      }
      db.prepare('INSERT INTO schema_migrations (at, hash) VALUES (?, ?)').run(file.folderMillis, file.hash)
      db.exec('COMMIT')
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }
  assertTriggers(db, files)
  return open.length
}

function copyBefore(db: Engine, dataDir: string, at: number): void {
  const folder = join(dataDir, 'before-migration')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${at}.db`)
  if (!existsSync(path)) {
    db.prepare('VACUUM INTO ?').run(path)
  }
}

/** A table rebuild drops triggers silently; the guard rails must be exactly the committed ones. */
function assertTriggers(db: Engine, files: readonly { sql: readonly string[] }[]): void {
  const expected = new Set<string>()
  for (const statement of files.flatMap((file) => file.sql)) {
    const made = /CREATE TRIGGER (\w+)/.exec(statement)?.[1]
    const dropped = /DROP TRIGGER (\w+)/.exec(statement)?.[1]
    if (made !== undefined) {
      expected.add(made)
    }
    if (dropped !== undefined) {
      expected.delete(dropped)
    }
  }
  const rows = db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all() as { name: string }[]
  const actual = new Set(rows.map((row) => row.name))
  const differing = [...expected]
    .filter((name) => !actual.has(name))
    .concat([...actual].filter((name) => !expected.has(name)))
  if (differing.length > 0) {
    throw Object.assign(new Error(`triggers differ from the committed list: ${differing.join(', ')}`), {
      code: 'TRIGGERS_DIFFER',
    })
  }
}
