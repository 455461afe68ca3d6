import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Batch, type JournalEntry, join as joinPlans, type Plan, ref } from './batch.ts'
import { openReadWrite } from './engine.ts'
import { openReader } from './reader.ts'
import { MIGRATIONS, openTestData, testFolder } from './testing/data.ts'
import { startWriter, WriteFailed } from './writer.ts'

let data: Awaited<ReturnType<typeof openTestData>>
beforeEach(async () => {
  data = await openTestData()
})
afterEach(() => data.close())

const all = <T>(query: string): Promise<T[]> => data.db.all<T>(sql.raw(query))
const counter = (name: string, value: number) => ({
  sql: 'INSERT INTO counters (name, value) VALUES (?, ?)',
  args: [name, value],
})
const entry = (eakteId: string, body: JournalEntry['body'] = {}): JournalEntry => ({
  eakteId,
  type: 'noted',
  atMs: 1,
  actor: 'system:test',
  body,
})
const number = (as: string): Plan => ({ numbers: [{ as, counter: 'akten', prefix: 'CB-', digits: 4 }] })
const raise = (from: number) => ({
  name: 'version',
  sql: "UPDATE counters SET value = value + 1 WHERE name = 'version' AND value = ?",
  args: [from],
})
const answer = (key: string, fingerprint = 'f', ids = {}): Pick<Batch, 'idempotency'> => ({
  idempotency: { key, fingerprint, atMs: 1, answer: { status: 201, location: '/there', ids } },
})

describe('a batch', () => {
  it('assigns numbers, fills them in where they are named and answers them', async () => {
    const result = await data.writer.write({
      ...number('az'),
      statements: [{ sql: 'INSERT INTO counters (name, value) VALUES (?, 7)', args: [ref('az')] }],
      journal: [entry('e', { az: ref('az') })],
    })
    expect(result).toEqual({ ok: true, refs: { az: 'CB-0001' } })
    expect(await all("SELECT value FROM counters WHERE name = 'CB-0001'")).toEqual([{ value: 7 }])
    expect(await all("SELECT entry ->> '$.body.az' AS az FROM journal_entries")).toEqual([{ az: 'CB-0001' }])
  })

  it('is refused whole when a guard does not hold, and gives its number back', async () => {
    await data.writer.write({ statements: [counter('version', 1)] })
    const plan = joinPlans({ guards: [raise(2)] }, number('az'), { statements: [counter('written', 1)] })
    expect(await data.writer.write(plan)).toEqual({ ok: false, reason: 'guard', guard: 'version' })
    expect(await all("SELECT name FROM counters WHERE name <> 'version'")).toEqual([])
    expect(await data.writer.write({ ...number('az') })).toMatchObject({ refs: { az: 'CB-0001' } })
  })

  it('is refused whole by a constraint, which is named, without the values', async () => {
    await data.writer.write({ statements: [counter('a', 1)] })
    const secret = 'Erika Mustermann'
    const result = await data.writer.write({ statements: [counter(secret, 1), counter('a', 1)] })
    expect(result).toEqual({ ok: false, reason: 'constraint', constraint: 'counters.name' })
    expect(await all('SELECT name FROM counters')).toEqual([{ name: 'a' }])
    const foreign = { sql: "INSERT INTO content_pointer VALUES (1, 'nowhere', 1)", args: [] }
    expect(await data.writer.write({ statements: [foreign] })).toMatchObject({ ok: false, reason: 'constraint' })
  })

  it('fails with a code and without SQL or values when a statement is wrong', async () => {
    const failed = data.writer.write({ statements: [{ sql: 'INSERT INTO nowhere VALUES (?)', args: ['Mustermann'] }] })
    const error = await failed.then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(WriteFailed)
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/nowhere|Mustermann/)
    const unknownRef = data.writer.write({ statements: [{ sql: 'SELECT ?', args: [ref('never')] }] })
    await expect(unknownRef).rejects.toBeInstanceOf(WriteFailed)
  })

  it('keeps bytes as they are, also where they are the only value of a statement', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
    const sql =
      'INSERT INTO sessions (id, token_hash, kind, created_at_ms, seen_at_ms, expires_at_ms, sealed) ' +
      "VALUES ('s', 'h', 'citizen', 1, 1, 1, ?)"
    await data.writer.write({ statements: [{ sql, args: [bytes] }] })
    expect(await all('SELECT hex(sealed) AS hex FROM sessions')).toEqual([
      { hex: Buffer.from(bytes).toString('hex').toUpperCase() },
    ])
  })

  it('numbers the changes in order of commit', async () => {
    await data.writer.write({ changes: [{ topic: 'vorgang', id: 'a' }] })
    await data.writer.write({ changes: [{ topic: 'vorgang', id: 'b' }] })
    expect(await all('SELECT seq, entity_id FROM changes')).toEqual([
      { seq: 1, entity_id: 'a' },
      { seq: 2, entity_id: 'b' },
    ])
  })
})

describe('batches that come at once', () => {
  it('leave gapless numbers although every third is refused, at one attempt each', async () => {
    await data.writer.write({ statements: [counter('version', 1)] })
    const before = data.writer.stats()
    const results = await Promise.all(
      Array.from({ length: 192 }, (_, n) =>
        data.writer.write(joinPlans(n % 3 === 0 ? { guards: [raise(99)] } : {}, number('az'))),
      ),
    )
    const given = results.flatMap((result) => (result.ok ? [result.refs['az']] : []))
    expect(given.length).toBe(128)
    expect(given.toSorted()).toEqual(given.map((_, n) => `CB-${String(n + 1).padStart(4, '0')}`))
    const after = data.writer.stats()
    expect(after.attempts - before.attempts).toBe(192)
  })

  it('let exactly one of them win what all decided about', async () => {
    await data.writer.write({ statements: [counter('version', 1)] })
    const results = await Promise.all(Array.from({ length: 64 }, () => data.writer.write({ guards: [raise(1)] })))
    expect(results.filter((result) => result.ok).length).toBe(1)
    expect(await all("SELECT value FROM counters WHERE name = 'version'")).toEqual([{ value: 2 }])
  })

  it('write the effect of one idempotency key once and answer all the same', async () => {
    const post = (n: number) =>
      data.writer.write({ ...answer('key', 'f', { az: ref('az') }), ...number('az'), journal: [entry('e', { n })] })
    const results = await Promise.all(Array.from({ length: 50 }, (_, n) => post(n)))
    const answers = results.map((result) => (result.ok ? (result.replay?.ids['az'] ?? result.refs['az']) : result))
    expect(new Set(answers)).toEqual(new Set(['CB-0001']))
    expect(await all('SELECT count(*) AS n FROM journal_entries')).toEqual([{ n: 1 }])
    expect(await data.writer.write({ ...answer('key', 'other') })).toEqual({
      ok: false,
      reason: 'idempotency-mismatch',
    })
  })

  it('keep the chain of each eAkte and the global log gapless', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, n) => data.writer.write({ journal: [entry(`e${n % 7}`)] })))
    expect(await all('SELECT count(*) AS n, min(leaf) AS first, max(leaf) AS last FROM journal_entries')).toEqual([
      { n: 200, first: 0, last: 199 },
    ])
    const broken = await all(
      `SELECT 1 FROM journal_entries a LEFT JOIN journal_entries b ON b.eakte_id = a.eakte_id AND b.seq = a.seq - 1
       WHERE a.entry ->> '$.prev' IS NOT b.hash`,
    )
    expect(broken).toEqual([])
  })
})

describe('append-only tables', () => {
  const forbidden = [
    "UPDATE journal_entries SET type = 'x'",
    'DELETE FROM journal_entries',
    "INSERT OR REPLACE INTO journal_entries SELECT leaf, eakte_id, seq, 'x', at_ms, entry, hash FROM journal_entries",
    "INSERT INTO journal_entries VALUES (5, 'e', 9, 'x', 1, '{}', 'ab')",
    'DELETE FROM journal_checkpoints',
    "INSERT OR REPLACE INTO journal_checkpoints VALUES (1, 'x', '', '', 1)",
    "UPDATE content_revisions SET note = 'x'",
  ]
  it.each(forbidden)('refuse %s', async (statement) => {
    await data.writer.write({
      journal: [entry('e')],
      statements: [
        { sql: "INSERT INTO journal_checkpoints VALUES (1, 'r', '', '', 1)", args: [] },
        { sql: "INSERT INTO content_revisions VALUES ('r', 1, 'x', '', 'd')", args: [] },
      ],
    })
    const result = await data.writer.write({ statements: [{ sql: statement, args: [] }] })
    expect(result).toMatchObject({ ok: false, reason: 'constraint', constraint: expect.stringContaining('.') })
  })
})

describe('the data folder', () => {
  it('is written durably, with foreign keys, and what is deleted is gone', async () => {
    const folder = testFolder()
    const db = openReadWrite(join(folder.path, 'any.db'))
    const value = (pragma: string) => Object.values(db.prepare(`PRAGMA ${pragma}`).get() as object)[0]
    expect(
      ['synchronous', 'foreign_keys', 'trusted_schema', 'secure_delete', 'recursive_triggers', 'journal_mode'].map(
        value,
      ),
    ).toEqual([2, 1, 0, 1, 1, 'wal'])
    db.close()
    folder.remove()
  })

  it('is read by connections that cannot write and never checkpoint', async () => {
    await expect(data.db.run(sql.raw("INSERT INTO counters VALUES ('x', 1)"))).rejects.toThrow()
    expect(await all('PRAGMA query_only')).toEqual([{ query_only: 1 }])
    expect(await all('PRAGMA wal_autocheckpoint')).toEqual([{ wal_autocheckpoint: 0 }])
  })

  it('is given to one process only, and the other says why', () => {
    const program = `
      import { startWriter } from '${new URL('./writer.ts', import.meta.url).href}'
      await startWriter({ dataDir: ${JSON.stringify(data.dataDir)}, migrationsDir: ${JSON.stringify(MIGRATIONS)} })
        .then(() => console.log('opened'), (error) => console.log(error.code, error.message))
      process.exit()`
    const file = join(data.dataDir, 'other.mjs')
    writeFileSync(file, program)
    const other = spawnSync(process.execPath, [file], { encoding: 'utf8' })
    expect(other.stdout).toContain('DATA_FOLDER_IN_USE another process uses this data folder')
  })

  it('is not opened when it was written by a newer program or a restore broke off', async () => {
    const folder = testFolder()
    const options = { dataDir: folder.path, migrationsDir: MIGRATIONS }
    await (await startWriter(options)).close()
    const db = new Database(join(folder.path, 'stadttor.db'))
    db.exec("INSERT INTO schema_migrations VALUES (9999999999999, 'x')")
    db.close()
    await expect(startWriter(options)).rejects.toMatchObject({ code: 'DATABASE_NEWER' })
    const half = testFolder()
    mkdirSync(join(half.path, 'restoring'))
    await expect(startWriter({ ...options, dataDir: half.path })).rejects.toMatchObject({ code: 'RESTORE_UNFINISHED' })
    folder.remove()
    half.remove()
  })

  it('is not opened when a guard rail is missing', async () => {
    const folder = testFolder()
    const options = { dataDir: folder.path, migrationsDir: MIGRATIONS }
    await (await startWriter(options)).close()
    const db = new Database(join(folder.path, 'stadttor.db'))
    db.exec('DROP TRIGGER journal_entries_no_delete')
    db.close()
    await expect(startWriter(options)).rejects.toMatchObject({ code: 'TRIGGERS_DIFFER' })
    folder.remove()
  })

  it('can be opened again with everything that was acknowledged', async () => {
    const folder = testFolder()
    const options = { dataDir: folder.path, migrationsDir: MIGRATIONS }
    const first = await startWriter(options)
    await first.write({ statements: [counter('a', 1)] })
    await first.close()
    const second = await startWriter(options)
    expect(second.migrated).toBe(0)
    const reader = await openReader(join(folder.path, 'stadttor.db'))
    expect(await reader.db.all(sql.raw('SELECT name FROM counters'))).toEqual([{ name: 'a' }])
    reader.close()
    await second.close()
    folder.remove()
  })
})

describe('a writer that is gone', () => {
  it('says so instead of leaving callers waiting', async () => {
    const other = await openTestData()
    await other.writer.close()
    await expect(other.writer.write({ statements: [counter('a', 1)] })).rejects.toMatchObject({ code: 'WRITER_GONE' })
    expect(await other.writer.keys({ op: 'keks' })).toEqual({ ok: false, reason: 'failed' })
  })
})
