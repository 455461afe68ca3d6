import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ref } from '../../db/batch.ts'
import { openReader } from '../../db/reader.ts'
import { type TestContext, testContext } from '../testing/context.ts'
import { createJournalSigner, readCheckpoint } from './checkpoint.ts'
import { isConsistent } from './merkle.ts'
import {
  checkpointJob,
  exportJournal,
  findCheckpoint,
  type JournalCtx,
  listJournal,
  planCheckpoint,
  proveConsistency,
  verifyJournal,
} from './service.ts'

const signer = createJournalSigner('stadttor/teststadt/journal', new Uint8Array(32).fill(7))
let test: TestContext
let ctx: JournalCtx
beforeEach(async () => {
  test = await testContext()
  ctx = { ...test, journalSigner: signer }
})
afterEach(() => test.close())

const enter = (eakteId: string, type: string, body = {}) =>
  ctx.write({ journal: [{ eakteId, type, atMs: ctx.now(), actor: 'staff:1', body }] })

async function fill(entries: number, eakten = 5): Promise<void> {
  await Promise.all(Array.from({ length: entries }, (_, n) => enter(`eakte-${n % eakten}`, 'noted', { n })))
}
async function checkpoint(): Promise<void> {
  const plan = await planCheckpoint(ctx)
  if (plan !== null) {
    expect(await ctx.write(plan)).toMatchObject({ ok: true })
  }
}

/** Changes the data as somebody with the file and without the program could, and verifies what is left. */
async function verifyAfter(sql: readonly string[], trusted: readonly string[] = []) {
  const db = new Database(join(test.dataDir, 'stadttor.db'))
  db.exec('PRAGMA wal_autocheckpoint = 0')
  for (const name of ['no_update', 'no_delete', 'no_replace', 'in_order']) {
    db.exec(`DROP TRIGGER IF EXISTS journal_entries_${name}`)
    db.exec(`DROP TRIGGER IF EXISTS journal_checkpoints_${name}`)
  }
  for (const statement of sql) {
    db.exec(statement)
  }
  db.close()
  const reader = await openReader(join(test.dataDir, 'stadttor.db'))
  const report = await verifyJournal({ ...ctx, db: reader.db }, trusted)
  reader.close()
  return report
}

describe('journal', () => {
  it('verifies what the writer wrote, with and without checkpoints', async () => {
    expect(await verifyJournal(ctx)).toMatchObject({ ok: true, entries: 0 })
    await fill(23)
    await checkpoint()
    await fill(40)
    await checkpoint()
    await fill(3)
    expect(await verifyJournal(ctx)).toMatchObject({ ok: true, entries: 66, eakten: 5, checkpoints: 2 })
  })

  it('lists an eAkte by sequence, with values the writer assigned', async () => {
    await ctx.write({
      numbers: [{ as: 'az', counter: 'files', prefix: 'A-', digits: 3 }],
      journal: [{ eakteId: 'e', type: 'opened', atMs: 1, actor: 'citizen', body: { aktenzeichen: ref('az') } }],
    })
    await enter('e', 'taken')
    await enter('other', 'taken')
    expect(await listJournal(ctx, 'e')).toEqual([
      { seq: 1, type: 'opened', atMs: 1, actor: 'citizen', body: { aktenzeichen: 'A-001' } },
      { seq: 2, type: 'taken', atMs: ctx.now(), actor: 'staff:1', body: {} },
    ])
    expect(await listJournal(ctx, 'e', { afterSeq: 1 })).toHaveLength(1)
  })

  it('makes a checkpoint only when something was written, as a note others can read', async () => {
    expect(await checkpointJob(ctx)).toEqual({ again: ctx.now() + 300_000 })
    await fill(9)
    await checkpoint()
    expect(await planCheckpoint(ctx)).toBeNull()
    const found = await findCheckpoint(ctx)
    expect(found?.size).toBe(9)
    expect(found?.note.split('\n')[0]).toBe('stadttor/teststadt/journal')
    expect(readCheckpoint(found?.note ?? '', signer.verifierKey)?.size).toBe(9)
    const other = createJournalSigner(signer.origin, new Uint8Array(32).fill(8))
    expect(readCheckpoint(found?.note ?? '', other.verifierKey)).toBeNull()
    expect(readCheckpoint(found?.note.replace('\n9\n', '\n8\n') ?? '', signer.verifierKey)).toBeNull()
  })

  it('proves that an older log is the beginning of the newer one', async () => {
    await fill(13)
    await checkpoint()
    const older = readCheckpoint((await findCheckpoint(ctx))?.note ?? '', signer.verifierKey)
    await fill(21)
    await checkpoint()
    const newer = readCheckpoint((await findCheckpoint(ctx))?.note ?? '', signer.verifierKey)
    const proof = await proveConsistency(ctx, 13, 34)
    if (older === null || newer === null) {
      throw new Error('no checkpoint')
    }
    expect(
      isConsistent(
        older,
        newer,
        proof.map((hash) => Buffer.from(hash, 'base64')),
      ),
    ).toBe(true)
  })
})

describe('a journal that was tampered with', () => {
  beforeEach(async () => {
    await fill(20)
    await checkpoint()
    await fill(10)
  })
  const cases: readonly [string, readonly string[], object][] = [
    [
      'a changed entry',
      [`UPDATE journal_entries SET entry = replace(entry, '"n":7', '"n":8') WHERE leaf = 7`],
      { kind: 'hash-differs', eakteId: 'eakte-2', seq: 2, leaf: 7 },
    ],
    [
      'a changed entry with its hash made to fit',
      ["UPDATE journal_entries SET entry = '{}', hash = 'ab' WHERE leaf = 7"],
      { kind: 'entry-unreadable', leaf: 7 },
    ],
    [
      'a changed column',
      ["UPDATE journal_entries SET type = 'other' WHERE leaf = 3"],
      { kind: 'columns-differ', leaf: 3 },
    ],
    [
      'an entry with a blank more',
      [`UPDATE journal_entries SET entry = replace(entry, '"v":1', '"v": 1') WHERE leaf = 3`],
      { kind: 'entry-not-canonical', leaf: 3 },
    ],
    ['a deleted entry', ['DELETE FROM journal_entries WHERE leaf = 11'], { kind: 'leaf-missing', leaf: 11 }],
    [
      'a deleted entry with the gap closed',
      ['DELETE FROM journal_entries WHERE leaf = 11', 'UPDATE journal_entries SET leaf = leaf - 1 WHERE leaf > 11'],
      { kind: 'checkpoint-differs', detail: expect.stringContaining('leaves 0 to 19') },
    ],
    [
      'a deleted entry behind the last checkpoint with the gap closed',
      ['DELETE FROM journal_entries WHERE leaf = 23', 'UPDATE journal_entries SET leaf = leaf - 1 WHERE leaf > 23'],
      { kind: 'seq-missing', eakteId: 'eakte-3', seq: 5 },
    ],
    [
      'two entries in each other’s place',
      [
        'UPDATE journal_entries SET leaf = 999 WHERE leaf = 22',
        'UPDATE journal_entries SET leaf = 22 WHERE leaf = 27',
        'UPDATE journal_entries SET leaf = 27 WHERE leaf = 999',
      ],
      { kind: 'chain-out-of-order', eakteId: 'eakte-2' },
    ],
    ['a lost end', ['DELETE FROM journal_entries WHERE leaf > 14'], { kind: 'log-truncated', leaf: 15 }],
    [
      'a lost end behind the last checkpoint',
      ['DELETE FROM journal_entries WHERE leaf > 26'],
      { kind: 'head-differs', eakteId: 'eakte-2', seq: 5 },
    ],
    [
      'a whole chain gone behind the last checkpoint',
      ["INSERT INTO journal_heads VALUES ('gone', 1, 'ab')"],
      { kind: 'head-differs', eakteId: 'gone' },
    ],
    [
      'a checkpoint that was changed',
      ['UPDATE journal_checkpoints SET size = 19'],
      { kind: 'checkpoint-forged', leaf: 18 },
    ],
    [
      'a frontier that was changed',
      ["UPDATE journal_checkpoints SET frontier = ''"],
      { kind: 'checkpoint-differs', leaf: 19 },
    ],
  ]
  it.each(cases)('is found: %s', async (_, sql, expected) => {
    const report = await verifyAfter(sql)
    expect(report.ok).toBe(false)
    expect(report.finding).toMatchObject(expected)
  })

  it('is found although everything inside was computed anew, by a checkpoint kept outside', async () => {
    const kept = (await findCheckpoint(ctx))?.note ?? ''
    const forger = await testContext()
    await forger.write({
      journal: [{ eakteId: 'eakte-0', type: 'invented', atMs: 1, actor: 'staff:1', body: {} }],
    })
    const forged = { ...forger, journalSigner: signer }
    expect(await verifyJournal(forged)).toMatchObject({ ok: true })
    expect(await verifyJournal(forged, [kept])).toMatchObject({ ok: false, finding: { kind: 'log-truncated' } })
    await forger.close()
    expect(await verifyJournal(ctx, [kept])).toMatchObject({ ok: true })
  })

  it('is found: an entry written into the middle', async () => {
    const report = await verifyAfter([
      'UPDATE journal_entries SET leaf = leaf + 1000 WHERE leaf > 24',
      'UPDATE journal_entries SET leaf = leaf - 999 WHERE leaf > 1000',
      "INSERT INTO journal_entries SELECT 25, 'eakte-9', 1, type, at_ms, entry, hash FROM journal_entries WHERE leaf = 3",
    ])
    expect(report.finding).toMatchObject({ kind: 'columns-differ', leaf: 25 })
  })
})

describe('exported journal', () => {
  const verifier = new URL('../../scripts/verify-export.mjs', import.meta.url).pathname
  const run = (text: string, ...options: string[]) => {
    const file = join(test.dataDir, 'export.jsonl')
    writeFileSync(file, text)
    const answer = spawnSync(process.execPath, [verifier, file, ...options], { encoding: 'utf8' })
    return { code: answer.status, said: `${answer.stdout}${answer.stderr}` }
  }
  const exported = async (olderSize?: number): Promise<string> =>
    (await Array.fromAsync(exportJournal(ctx, 'eakte-3', olderSize === undefined ? {} : { olderSize }))).join('')

  it('holds by itself, with the known key and with an older checkpoint', async () => {
    await fill(37)
    await checkpoint()
    const older = join(test.dataDir, 'older.txt')
    writeFileSync(older, (await findCheckpoint(ctx))?.note ?? '')
    await fill(20)
    const text = await exported(37)
    expect(run(text)).toMatchObject({ code: 0, said: expect.stringContaining('11 entries') })
    expect(run(text, '--key', signer.verifierKey, '--older', older)).toMatchObject({ code: 0 })
  })

  it('is refused with the first bad entry when anything was changed, left out, moved or cut', async () => {
    await fill(37)
    const text = await exported()
    const lines = text.trimEnd().split('\n')
    const [head = '', one = '', two = '', three = '', ...rest] = lines
    const file = (...it: string[]) => it.join('\n')
    expect(run(file(head, one, two.replace('\\"n\\":8', '\\"n\\":9'), three, ...rest)).said).toContain(
      'entry 2 is not the one in the log',
    )
    expect(run(file(head, one, three, ...rest)).said).toContain('entry 2 is missing')
    expect(run(file(head, two, one, three, ...rest)).said).toContain('entry 1 is missing')
    expect(run(file(...lines.slice(0, -1))).said).toContain('ends at entry 6, the eAkte has 7')
    expect(run(file(head, one, one, two, three, ...rest)).said).toContain('entry 2 is missing')
    expect(run(file(head.replace('journal\\n37', 'journal\\n36'), one)).said).toContain('signature')
    const other = createJournalSigner(signer.origin, new Uint8Array(32).fill(8))
    expect(run(text, '--key', other.verifierKey)).toMatchObject({ code: 1 })
  })
})
