import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openReader } from './reader.ts'
import { startWriter } from './writer.ts'
import type { WriterOptions } from './writer-protocol.ts'

export const MIGRATIONS = new URL('./migrations', import.meta.url).pathname

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
