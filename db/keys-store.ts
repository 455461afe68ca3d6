import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { type Engine, openReadWrite } from './engine.ts'
import type { KeyAnswer, KeyCommand, KeyRow, WriterOptions } from './writer-protocol.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS data_keys (id TEXT PRIMARY KEY, kek_id TEXT NOT NULL, wrapped BLOB NOT NULL, created_at_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS data_keys_kek ON data_keys (kek_id);
CREATE TABLE IF NOT EXISTS destroyed_keys (id TEXT PRIMARY KEY, destroyed_at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS installation_keys (id TEXT PRIMARY KEY, check_value TEXT NOT NULL);
`

/** Opens `keys.db`: wrapped data keys, apart from the data and its backups. */
export function openKeys(options: WriterOptions): Engine {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const db = openReadWrite(join(options.dataDir, 'keys.db'))
  db.exec(SCHEMA)
  return db
}

/** Runs one command on the key store; durable when it returns. A destroyed key never comes back. */
export function runKeyCommand(db: Engine, command: KeyCommand): KeyAnswer {
  try {
    return execute(db, command)
  } catch {
    return { ok: false, reason: 'failed' }
  }
}

function execute(db: Engine, command: KeyCommand): KeyAnswer {
  switch (command.op) {
    case 'put':
      if (isDestroyed(db, command.id)) {
        return { ok: false, reason: 'destroyed' }
      }
      db.prepare('INSERT INTO data_keys (id, kek_id, wrapped, created_at_ms) VALUES (?, ?, ?, ?)').run(
        command.id,
        command.kekId,
        Buffer.from(command.wrapped),
        command.atMs,
      )
      return { ok: true }
    case 'get':
      return {
        ok: true,
        rows: rowsOf(db.prepare('SELECT id, kek_id, wrapped FROM data_keys WHERE id = ?').all(command.id)),
      }
    case 'list-wrapped-by-other':
      return {
        ok: true,
        rows: rowsOf(
          db
            .prepare('SELECT id, kek_id, wrapped FROM data_keys WHERE kek_id <> ? LIMIT ?')
            .all(command.kekId, command.limit),
        ),
      }
    case 'kek-ids':
      return { ok: true, ids: idsOf(db.prepare('SELECT DISTINCT kek_id AS id FROM data_keys').all()) }
    case 'rewrap':
      db.prepare('UPDATE data_keys SET kek_id = ?, wrapped = ? WHERE id = ?').run(
        command.kekId,
        Buffer.from(command.wrapped),
        command.id,
      )
      return { ok: true }
    case 'destroy':
      return destroy(db, command.ids, command.atMs)
    case 'destroyed':
      return { ok: true, ids: idsOf(db.prepare('SELECT id FROM destroyed_keys').all()) }
    case 'put-kek':
      db.prepare('INSERT INTO installation_keys (id, check_value) VALUES (?, ?) ON CONFLICT (id) DO NOTHING').run(
        command.id,
        command.checkValue,
      )
      return { ok: true }
    case 'keks':
      return {
        ok: true,
        keks: db.prepare('SELECT id, check_value AS checkValue FROM installation_keys').all() as {
          id: string
          checkValue: string
        }[],
      }
    case 'snapshot':
      db.prepare('VACUUM INTO ?').run(command.path)
      return { ok: true }
  }
}

function destroy(db: Engine, ids: readonly string[], atMs: number): KeyAnswer {
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const id of ids) {
      db.prepare('DELETE FROM data_keys WHERE id = ?').run(id)
      db.prepare('INSERT INTO destroyed_keys (id, destroyed_at_ms) VALUES (?, ?) ON CONFLICT (id) DO NOTHING').run(
        id,
        atMs,
      )
    }
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  return { ok: true }
}

function isDestroyed(db: Engine, id: string): boolean {
  return db.prepare('SELECT 1 FROM destroyed_keys WHERE id = ?').get(id) !== undefined
}

const idsOf = (rows: unknown[]): string[] => (rows as { id: string }[]).map((row) => row.id)

function rowsOf(rows: unknown[]): KeyRow[] {
  return (rows as { id: string; kek_id: string; wrapped: ArrayBuffer | Uint8Array }[]).map((row) => ({
    id: row.id,
    kekId: row.kek_id,
    wrapped: new Uint8Array(row.wrapped),
  }))
}

/** Ids of destroyed keys in a copy of `keys.db`, e.g. a key backup. Not for the file the writer has open. */
export function readDestroyed(path: string): string[] {
  const db = new Database(path, { readonly: true })
  try {
    return idsOf(db.prepare('SELECT id FROM destroyed_keys').all())
  } finally {
    db.close()
  }
}
