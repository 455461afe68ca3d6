import { openTestData } from '../../db/testing.ts'
import { settableClock } from './clock.ts'
import type { Ctx } from './ctx.ts'
import { newId } from './ids.ts'

export const TEST_START_MS = Date.UTC(2026, 10, 23, 8)

/** A context on a real data folder of its own with a clock that stands still; for tests of modules that need no more. */
export async function openTestCtx() {
  const data = await openTestData()
  const clock = settableClock(TEST_START_MS)
  const logged: { event: string; fields: Readonly<Record<string, unknown>> }[] = []
  const ctx: Ctx = {
    town: 'teststadt',
    origin: 'http://localhost',
    mode: 'test',
    db: data.db,
    write: data.writer.write,
    now: clock.now,
    newId: () => newId(clock.now()),
    log: (event, fields = {}) => logged.push({ event, fields }),
  }
  return { ctx, clock, logged, data, close: data.close }
}
