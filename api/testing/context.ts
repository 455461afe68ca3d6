import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openReader } from '../../db/reader.ts'
import { startWriter, type Writer } from '../../db/writer.ts'
import { readInstallationKeys } from '../keys/installation-key.ts'
import { type KeysCtx, openKeyring } from '../keys/keyring.ts'
import { settableClock } from '../lib/clock.ts'
import type { Ctx } from '../lib/ctx.ts'
import { createIds } from '../lib/ids.ts'
import { createLog } from '../lib/log.ts'

export type TestContext = Ctx &
  KeysCtx & {
    readonly clock: ReturnType<typeof settableClock>
    readonly writer: Writer
    readonly dataDir: string
    /** Every line that was logged, oldest first. */
    readonly logged: readonly string[]
    /** Closes reader and writer and deletes the data folder. */
    readonly close: () => Promise<void>
  }

export type TestOptions = {
  /** Instant at which the clock stands, e.g. `'2026-11-02T09:00:00Z'`. */
  readonly now?: string
  readonly origin?: string
  readonly mode?: Ctx['mode']
}

const MIGRATIONS = fileURLToPath(new URL('../../db/migrations', import.meta.url))

/** A context for module tests: a real database in a folder of its own, the demo key, a clock that stands still. */
export async function testContext(options: TestOptions = {}): Promise<TestContext> {
  const dataDir = mkdtempSync(join(tmpdir(), 'stadttor-test-'))
  const clock = settableClock(Date.parse(options.now ?? '2026-11-02T09:00:00Z'))
  const logged: string[] = []
  const writer = await startWriter({ dataDir, migrationsDir: MIGRATIONS })
  const reader = await openReader(join(dataDir, 'stadttor.db'))
  const keys = readInstallationKeys({ kind: 'demo' }, dataDir)
  const keyring = await openKeyring({ town: 'test', keys, command: writer.keys, now: clock.now })
  return {
    town: 'test',
    origin: options.origin ?? 'http://localhost:8080',
    mode: options.mode ?? 'test',
    db: reader.db,
    write: writer.write,
    now: clock.now,
    newId: createIds(clock.now),
    log: createLog((line) => logged.push(line), clock.now),
    keyring,
    clock,
    writer,
    dataDir,
    logged,
    close: async () => {
      reader.close()
      await writer.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
