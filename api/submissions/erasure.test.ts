import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fillDraft, sendStep, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'

const DAY_MS = 86_400_000
const PIECE_BYTES = 24
const FILES = ['stadttor.db', 'stadttor.db-wal', 'keys.db', 'keys.db-wal']

let town: Town
beforeEach(async () => {
  town = await openTown()
})
afterEach(() => town.close())

describe('a draft whose time is over', () => {
  it('leaves no sealed byte of its answers, its files or its key in the databases and their logs', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'erklaerung', file: smallPdf('old') })
    const early = await sealedOf(draftId)
    await sendStep(caller, draftId, 'name')
    const late = await sealedOf(draftId)
    expect(late.answers).not.toEqual(early.answers)
    const needles = [early.answers, late.answers, late.upload, wrappedKey(late.keyId)]
    for (const needle of needles) {
      expect(piecesLeft([needle]), 'the search sees what is there').toBeGreaterThan(0)
    }

    town.clock.advance(31 * DAY_MS)
    await town.tick()
    expect((await sealedOf(draftId)).answers).toBe('')
    expect(piecesLeft(needles)).toBe(0)
  })

  it('leaves them as soon as a backup that was being made has ended', async () => {
    const draftId = await fillDraft(town.newCaller(), { until: 'name' })
    const { answers } = await sealedOf(draftId)
    const reading = new Database(join(town.dataDir, 'stadttor.db'))
    reading.exec('BEGIN')
    reading.prepare('SELECT count(*) FROM drafts').get()
    town.clock.advance(31 * DAY_MS)
    await town.tick()
    expect((await sealedOf(draftId)).answers).toBe('')
    expect(piecesLeft([answers])).toBeGreaterThan(0)
    reading.exec('COMMIT')
    reading.close()
    town.clock.advance(60_000)
    await town.tick()
    expect(piecesLeft([answers])).toBe(0)
  })
})

async function sealedOf(draftId: string) {
  const draft = await town.ctx.db.get<{ answers: string; keyId: string }>(
    `SELECT hex(answers_sealed) AS answers, key_id AS keyId FROM drafts WHERE id = '${draftId}'`,
  )
  const uploads = await town.ctx.db.all<{ meta: string }>(
    `SELECT hex(meta_sealed) AS meta FROM uploads WHERE draft_id = '${draftId}'`,
  )
  return { ...draft, upload: uploads[0]?.meta ?? '' }
}

/** Read from a copy: only the writer opens the keys themselves. */
function wrappedKey(id: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'stadttor-keys-'))
  const made = spawnSync('cp', ['keys.db', 'keys.db-wal', copy], { cwd: town.dataDir })
  expect(made.status).toBe(0)
  const keys = new Database(join(copy, 'keys.db'))
  const row = keys.prepare('SELECT hex(wrapped) AS wrapped FROM data_keys WHERE id = ?').get([id])
  keys.close()
  rmSync(copy, { recursive: true })
  return (row as { wrapped: string }).wrapped
}

/** Counts pieces of hex texts in the databases' files as another process reads them: this one must not open them. */
function piecesLeft(needles: readonly string[]): number {
  const program = `
    const { readFileSync } = require('node:fs')
    const { files, needles, size } = JSON.parse(readFileSync(0, 'utf8'))
    const bytes = Buffer.concat(files.map((file) => readFileSync(file)))
    let left = 0
    for (const needle of needles.map((hex) => Buffer.from(hex, 'hex'))) {
      for (let at = 0; at + size <= needle.length; at += size) {
        left += bytes.includes(needle.subarray(at, at + size)) ? 1 : 0
      }
    }
    console.log(left)`
  const files = FILES.map((name) => join(town.dataDir, name))
  const input = JSON.stringify({ files, needles, size: PIECE_BYTES })
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], { input, encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return Number(stdout)
}
