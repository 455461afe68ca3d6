import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { canonicalJson, entryHash } from '../canonical.ts'
import type { WriterOptions } from '../writer-protocol.ts'
import { killBatch, MIGRATIONS, openTestData } from './data.ts'

export type KillPhase = 'before-commit' | 'after-commit' | 'any'

/** Starts a writing process on the folder and lets it be killed; returns which keys it acknowledged, with their numbers. */
export async function writeUntilKilled(
  dataDir: string,
  run: string,
  phase: KillPhase,
  at: number,
): Promise<Map<string, string>> {
  const failpoint = phase === 'any' ? {} : { failpoint: { at: phase, group: at } }
  const options: WriterOptions = { dataDir, migrationsDir: MIGRATIONS, ...failpoint }
  const program = new URL('./kill-child.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, JSON.stringify(options), run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_, signal) => resolve(signal)))
  const said: string[] = []
  const ready = Promise.withResolvers<void>()
  child.stdout.on('data', (chunk: Buffer) => {
    said.push(chunk.toString('utf8'))
    ready.resolve()
  })
  if (phase === 'any') {
    await ready.promise
    await wait(at)
    child.kill('SIGKILL')
  }
  if ((await ended) !== 'SIGKILL') {
    throw new Error(`the process was not killed: ${said.join('').slice(0, 500)}`)
  }
  const acks = said
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('ack '))
  return new Map(acks.map((line) => [line.split(' ')[1] ?? '', line.split(' ')[2] ?? '']))
}

/**
 * What is wrong in a folder after its writers were killed: acknowledged but lost, written twice, numbers or journal with a
 * gap, an integrity fault, a retry that is answered otherwise than the first time. Empty when all holds.
 */
export async function findLosses(dataDir: string, acked: ReadonlyMap<string, string>): Promise<string[]> {
  const data = await openTestData({ dataDir })
  const all = <T>(query: string): Promise<T[]> => data.db.all<T>(sql.raw(query))
  const losses: string[] = []
  const must = (holds: boolean, loss: string): void => {
    if (!holds) {
      losses.push(loss)
    }
  }
  const integrity = await all<{ integrity_check: string }>('PRAGMA integrity_check')
  must(integrity[0]?.integrity_check === 'ok', 'integrity')
  for (const [key, number] of acked) {
    const result = await data.writer.write(killBatch(key))
    must(result.ok && result.replay?.ids['number'] === number, `${key} was acknowledged with ${number}, then not`)
  }
  const rows = await all<{ name: string }>("SELECT name FROM counters WHERE name <> 'total'")
  const total = await all<{ value: number }>("SELECT value FROM counters WHERE name = 'total'")
  const numbers = await all<{ n: number }>("SELECT DISTINCT cast(ids ->> '$.number' AS INTEGER) AS n FROM idempotency")
  must(rows.length === (total[0]?.value ?? 0), `${rows.length} rows, ${total[0]?.value ?? 0} numbers`)
  must(
    numbers.length === rows.length && Math.max(0, ...numbers.map((row) => row.n)) === rows.length,
    'numbers with a gap',
  )
  const journal = await all<{ leaf: number; entry: string; hash: string; key: string }>(
    "SELECT leaf, entry, hash, entry ->> '$.body.key' AS key FROM journal_entries ORDER BY leaf",
  )
  must(new Set(journal.map((row) => row.key)).size === rows.length, 'journal and rows differ')
  must(
    journal.every(
      (row, n) =>
        row.leaf === n && entryHash(row.entry) === row.hash && canonicalJson(JSON.parse(row.entry)) === row.entry,
    ),
    'journal broken',
  )
  await data.close()
  return losses
}
