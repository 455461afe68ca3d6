import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { join as joinPlans } from '../../db/batch.ts'
import { openReader } from '../../db/reader.ts'
import { testFolder } from '../../db/testing/data.ts'
import { startWriter } from '../../db/writer.ts'
import { openFolderStore } from '../adapters/folder/blob-store.ts'
import { openDocument, prepareDocument, storeMadeFile } from '../documents/service.ts'
import { isLeaseHeld } from '../jobs/service.ts'
import { createJournalSigner } from '../journal/service.ts'
import { readInstallationKeys, writeNewKey } from '../keys/installation-key.ts'
import { openKeyring } from '../keys/keyring.ts'
import { type TestContext, testContext } from '../testing/context.ts'
import {
  backUpKeys,
  createBackup,
  type OperationsCtx,
  type RestoreOptions,
  restoreBackup,
  verifyTown,
} from './service.ts'

const MIGRATIONS = new URL('../../db/migrations', import.meta.url).pathname
let town: TestContext
let ctx: OperationsCtx
let away: ReturnType<typeof testFolder>
beforeEach(async () => {
  town = await testContext()
  away = testFolder()
  ctx = {
    ...town,
    blobs: await openFolderStore(join(town.dataDir, 'blobs')),
    scanner: null,
    press: null,
    journalSigner: createJournalSigner('stadttor/test/journal', town.keyring.purpose('journal-signing')),
    appVersion: '0.1.0',
    keyCommand: town.writer.keys,
  }
})
afterEach(async () => {
  await town.close()
  away.remove()
})

/** Puts one document into an eAkte of its own, sealed by its own key. */
async function addDocument(text: string): Promise<{ id: string; keyId: string; blobId: string }> {
  const id = ctx.newId()
  const keyId = `key-${id}`
  await ctx.keyring.createKey(keyId)
  const file = { bytes: Buffer.from(text), fileName: 'a.txt', mediaType: 'text/plain', title: 'a' }
  const made = await storeMadeFile(ctx, keyId, file)
  const input = { id, eakteId: `e-${id}`, vorgangId: `v-${id}`, kind: 'evidence', keyId, blobId: made.blobId }
  const plan = await prepareDocument(ctx, { ...input, meta: made.meta, createdBy: 'citizen' })
  expect(await ctx.write(joinPlans(made.plan, plan))).toMatchObject({ ok: true })
  return { id, keyId, blobId: made.blobId }
}

const said: string[] = []
const options = (from: string, more: Partial<RestoreOptions> = {}): RestoreOptions => ({
  from,
  keysFrom: join(away.path, 'keys'),
  dataDir: join(away.path, 'new'),
  migrationsDir: MIGRATIONS,
  town: 'test',
  installationKeys: readInstallationKeys({ kind: 'demo' }, away.path),
  openBlobs: openFolderStore,
  sample: 100,
  now: town.now,
  log: town.log,
  say: (line) => said.push(line),
  ...more,
})

/** Opens a restored folder as the product does. */
async function openRestored(dataDir: string): Promise<OperationsCtx & { close: () => Promise<void> }> {
  const writer = await startWriter({ dataDir, migrationsDir: MIGRATIONS })
  const reader = await openReader(join(dataDir, 'stadttor.db'))
  const keys = readInstallationKeys({ kind: 'demo' }, dataDir)
  const keyring = await openKeyring({ town: 'test', keys, command: writer.keys, now: town.now })
  const blobs = await openFolderStore(join(dataDir, 'blobs'))
  const close = async (): Promise<void> => {
    reader.close()
    await writer.close()
  }
  return { ...ctx, db: reader.db, write: writer.write, keyring, blobs, dataDir, keyCommand: writer.keys, close }
}

async function textOf(from: OperationsCtx, id: string): Promise<string> {
  const { file } = await openDocument(from, id)
  return Buffer.concat(await Array.fromAsync(file.bytes())).toString('utf8')
}

describe('backup and restore', () => {
  it('brings everything acknowledged before back on an empty folder, provably', async () => {
    const documents = await Promise.all(Array.from({ length: 12 }, (_, n) => addDocument(`text ${n}`)))
    mkdirSync(join(town.dataDir, 'content', 'ab'), { recursive: true })
    writeFileSync(join(town.dataDir, 'content', 'ab', 'abc'), 'content file')
    const backup = await createBackup(ctx, join(away.path, 'backups'))
    await backUpKeys(ctx, join(away.path, 'keys'))
    expect(backup).toMatchObject({ damaged: [], counts: { documents: 12, blobs: 12, journal_entries: 12 } })
    const report = await restoreBackup(options(backup.folder))
    expect(report).toMatchObject({ opened: 12, destroyed: 0, verify: { ok: true, journal: { entries: 12 } } })
    expect(Object.keys(report.seconds)).toEqual(['files', 'keys', 'verify', 'sample', 'in place'])
    expect(readdirSync(join(away.path, 'new')).sort()).toEqual(['blobs', 'content', 'keys.db', 'stadttor.db'])
    const restored = await openRestored(join(away.path, 'new'))
    expect(await textOf(restored, documents[7]?.id ?? '')).toBe('text 7')
    expect(readFileSync(join(away.path, 'new', 'content', 'ab', 'abc'), 'utf8')).toBe('content file')
    await restored.close()
  })

  it('goes on while others write, and holds a state that was true at one moment', async () => {
    await addDocument('first')
    const state = { writing: true, written: 0 }
    const others = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (state.writing) {
          await addDocument(`more ${state.written}`)
          state.written += 1
        }
      }),
    )
    const backup = await createBackup(ctx, away.path)
    state.writing = false
    await others
    await backUpKeys(ctx, join(away.path, 'keys'))
    expect(state.written).toBeGreaterThan(0)
    const report = await restoreBackup(options(backup.folder))
    expect(report.verify.ok).toBe(true)
    expect(report.opened).toBe(Math.min(100, backup.counts['documents'] ?? 0))
  })

  it('contains no clear text and neither keys nor search', async () => {
    await addDocument('Kanarienvogel Erika Mustermann')
    writeFileSync(join(town.dataDir, 'search.db'), 'projection')
    const { folder } = await createBackup(ctx, away.path)
    const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((it) => it.isFile())
    for (const file of names) {
      const bytes = readFileSync(join(file.parentPath, file.name))
      expect(bytes.includes('Mustermann')).toBe(false)
    }
    expect(names.map((it) => it.name)).not.toContain('keys.db')
    expect(names.map((it) => it.name)).not.toContain('search.db')
  })

  it('does not give a text back whose key was destroyed after the backup', async () => {
    const kept = await addDocument('kept')
    const gone = await addDocument('gone')
    const backup = await createBackup(ctx, away.path)
    await backUpKeys(ctx, join(away.path, 'keys'))
    await ctx.keyring.destroy([gone.keyId])
    town.clock.advance(60_000)
    await backUpKeys(ctx, join(away.path, 'keys'))
    const [oldKeys = ''] = readdirSync(join(away.path, 'keys')).sort()
    const report = await restoreBackup(options(backup.folder, { keysFrom: join(away.path, 'keys', oldKeys) }))
    expect(report).toMatchObject({ opened: 1, destroyed: 1 })
    const restored = await openRestored(join(away.path, 'new'))
    expect(await textOf(restored, kept.id)).toBe('kept')
    await expect(textOf(restored, gone.id)).rejects.toMatchObject({ type: 'keys/key-gone', status: 410 })
    await expect(ctx.keyring.createKey(gone.keyId)).rejects.toThrow()
    await restored.close()
  })

  it('lists damaged and missing files and can be restored all the same', async () => {
    const [good, rotten, lost] = [await addDocument('good'), await addDocument('rotten'), await addDocument('lost')]
    const pathOf = (id: string) => join(town.dataDir, 'blobs', id.slice(0, 2), id)
    writeFileSync(pathOf(rotten.blobId), 'other bytes')
    rmSync(pathOf(lost.blobId))
    expect(await verifyTown(ctx)).toMatchObject({ ok: false, damaged: [rotten.blobId, lost.blobId].sort() })
    const backup = await createBackup(ctx, away.path)
    expect(backup.damaged.toSorted()).toEqual([rotten.blobId, lost.blobId].sort())
    await backUpKeys(ctx, join(away.path, 'keys'))
    const report = await restoreBackup(options(backup.folder, { sample: 0 }))
    expect(report.verify.damaged.toSorted()).toEqual([rotten.blobId, lost.blobId].sort())
    expect(good.blobId).not.toBe(rotten.blobId)
  })

  it('runs one at a time, holds the lease meanwhile and leaves no half folder', async () => {
    await addDocument('a')
    const target = join(away.path, 'b')
    const first = createBackup(ctx, target)
    const second = createBackup(ctx, target).catch((error: unknown) => error)
    expect([await first, await second].map((it) => (it as { code?: string }).code)).toContain('BACKUP_RUNNING')
    expect(await isLeaseHeld(ctx.db, 'backup', ctx.now())).toBe(false)
    await expect(createBackup(ctx, join(town.dataDir, 'backups'))).rejects.toMatchObject({ code: 'TARGET_INSIDE' })
    writeFileSync(join(away.path, 'file'), '')
    const noFolder = join(away.path, 'file')
    await expect(createBackup(ctx, noFolder)).rejects.toMatchObject({ code: 'TARGET_NOT_WRITABLE' })
    await expect(backUpKeys(ctx, noFolder)).rejects.toMatchObject({ code: 'TARGET_NOT_WRITABLE' })
    expect(readdirSync(target).filter((name) => name.endsWith('.partial'))).toEqual([])
  })
})

describe('restore refuses', () => {
  let folder: string
  beforeEach(async () => {
    await addDocument('a')
    folder = (await createBackup(ctx, away.path)).folder
    await backUpKeys(ctx, join(away.path, 'keys'))
  })
  const refused = async (more: Partial<RestoreOptions>, code: string): Promise<void> => {
    await expect(restoreBackup(options(folder, more))).rejects.toMatchObject({ code })
    expect(existsSync(join(away.path, 'new', 'restoring'))).toBe(false)
    expect(existsSync(join(away.path, 'new', 'stadttor.db'))).toBe(false)
  }
  const firstBlob = () => {
    const blob = readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true }).find((it) => it.isFile())
    return join(blob?.parentPath ?? '', blob?.name ?? '')
  }

  it('a folder that is not empty', async () => {
    mkdirSync(join(away.path, 'new'))
    writeFileSync(join(away.path, 'new', 'something'), '')
    await refused({}, 'DATA_FOLDER_NOT_EMPTY')
  })
  it('a changed file', async () => {
    writeFileSync(firstBlob(), 'changed')
    await refused({}, 'FILE_CHANGED')
  })
  it('a missing file', async () => {
    rmSync(firstBlob())
    await refused({}, 'FILE_MISSING')
  })
  it('a list of files that was shortened, with or without its manifest', async () => {
    const list = join(folder, 'files.jsonl')
    writeFileSync(list, readFileSync(list, 'utf8').split('\n').slice(1).join('\n'))
    await refused({}, 'FILES_CHANGED')
  })
  it('a path that leads out of the folder', async () => {
    const { createHash } = await import('node:crypto')
    const text = `${JSON.stringify({ path: 'blobs/../../x', sizeBytes: 1, sha256: 'a'.repeat(64) })}\n`
    writeFileSync(join(folder, 'files.jsonl'), text)
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
    manifest.files.sha256 = createHash('sha256').update(text).digest('hex')
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
    await refused({}, 'FILES_UNREADABLE')
  })
  it('a backup that was not finished', async () => {
    rmSync(join(folder, 'manifest.json'))
    await refused({}, 'NO_MANIFEST')
  })
  it('a backup of another town', () => refused({ town: 'elsewhere' }, 'OTHER_TOWN'))
  it('to go on without a key backup', () => refused({ keysFrom: join(away.path, 'nothing') }, 'NO_KEY_BACKUP'))
  it('another installation key, naming the one that is missing', async () => {
    const file = join(away.path, 'other.key')
    writeNewKey(file, town.dataDir, '')
    const installationKeys = readInstallationKeys({ kind: 'file', path: file }, town.dataDir)
    await expect(restoreBackup(options(folder, { installationKeys }))).rejects.toThrow(
      'installation key demo-key is missing',
    )
    expect(existsSync(join(away.path, 'new', 'stadttor.db'))).toBe(false)
  })
})

describe('key backups', () => {
  it('are kept for 30 days', async () => {
    const folder = join(away.path, 'keys')
    await backUpKeys(ctx, folder)
    town.clock.advance(29 * 86_400_000)
    expect(await backUpKeys(ctx, folder)).toMatchObject({ removed: 0 })
    town.clock.advance(2 * 86_400_000)
    expect(await backUpKeys(ctx, folder)).toMatchObject({ removed: 1 })
    expect(readdirSync(folder).length).toBe(2)
  })

  it('hold no key in clear', async () => {
    await ctx.keyring.createKey('k')
    const key = await ctx.keyring.dataKey('k')
    const { path } = await backUpKeys(ctx, join(away.path, 'keys'))
    expect(readFileSync(path).includes(Buffer.from(key))).toBe(false)
    cpSync(path, join(away.path, 'copy.db'))
    await expect(backUpKeys(ctx, join(town.dataDir, 'k'))).rejects.toMatchObject({ code: 'TARGET_INSIDE' })
  })
})
