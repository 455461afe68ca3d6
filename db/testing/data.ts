import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batch, ref } from '../batch.ts'
import { openReader } from '../reader.ts'
import { startWriter } from '../writer.ts'
import type { WriterOptions } from '../writer-protocol.ts'

export const MIGRATIONS = new URL('../migrations', import.meta.url).pathname

/** Makes an empty folder for one test; `remove` deletes it. */
export function testFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'stadttor-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Opens a real data folder for one test: its writer and a reader on the same file. */
export async function openTestData(options: Partial<WriterOptions> = {}) {
  const folder = options.dataDir === undefined ? testFolder() : { path: options.dataDir, remove: () => undefined }
  const writer = await startWriter({ migrationsDir: MIGRATIONS, ...options, dataDir: folder.path })
  const reader = await openReader(join(folder.path, 'stadttor.db'))
  return {
    dataDir: folder.path,
    writer,
    db: reader.db,
    close: async () => {
      reader.close()
      await writer.close()
      folder.remove()
    },
  }
}

/** One batch of everything: number, row, journal, idempotency. */
export function killBatch(key: string): Batch {
  return {
    idempotency: {
      key,
      fingerprint: key,
      atMs: 1,
      answer: { status: 201, location: '/', ids: { number: ref('number') } },
    },
    numbers: [{ as: 'number', counter: 'total', prefix: '', digits: 1 }],
    statements: [{ sql: 'INSERT INTO counters (name, value) VALUES (?, 1)', args: [key] }],
    journal: [{ eakteId: key.slice(-1), type: 'noted', atMs: 1, actor: 'system:test', body: { key } }],
  }
}
