import { copyFile, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { RESTORE_FOLDER } from '../../db/engine.ts'
import { readDestroyed } from '../../db/keys-store.ts'
import { openReader } from '../../db/reader.ts'
import { startWriter, type Writer } from '../../db/writer.ts'
import type { BlobStore } from '../documents/blobs.ts'
import { openDocument } from '../documents/service.ts'
import { createJournalSigner } from '../journal/service.ts'
import { type InstallationKey, openKeyring } from '../keys/service.ts'
import type { Log } from '../lib/log.ts'
import type { OperationsCtx, Say } from './context.ts'
import { copyHashed, createPhases, exists, OperationRefused, syncPath } from './files.ts'
import { chooseKeyBackup } from './keys-backup.ts'
import { type Manifest, readFileList, readManifest } from './manifest.ts'
import { countRows, sampleDocuments } from './store.ts'
import { type VerifyReport, verifyTown } from './verify.ts'

export type RestoreOptions = {
  readonly from: string
  /** A key backup or a folder of them. */
  readonly keysFrom: string
  readonly dataDir: string
  readonly migrationsDir: string
  readonly town: string
  readonly installationKeys: readonly InstallationKey[]
  readonly openBlobs: (folder: string) => Promise<BlobStore>
  /** Opens this many documents to the last byte with the restored keys; 0 for none. */
  readonly sample: number
  readonly now: () => number
  readonly log: Log
  readonly say: Say
}
export type RestoreReport = {
  readonly files: number
  readonly counts: Readonly<Record<string, number>>
  readonly verify: VerifyReport
  readonly opened: number
  /** Documents of the sample whose key was destroyed: they must not open. */
  readonly destroyed: number
  readonly seconds: Readonly<Record<string, number>>
}

/**
 * Restores a backup into an empty data folder. Everything is copied and proven in `<data>/restoring` first: hashes of all
 * files, destroyed keys taken out again, the installation's key, references, counts, journal against the backup's
 * checkpoint, a sample of documents. Only then it moves into place. A failure leaves the folder empty; after a crash the
 * server refuses to start on it. `search.db` is built anew by the server.
 * Throws `OperationRefused`, `KeyRefused`.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  await refuseUsedFolder(options.dataDir)
  const manifest = await readManifest(options.from)
  if (manifest.town !== options.town) {
    throw new OperationRefused('OTHER_TOWN', `this is a backup of ${manifest.town}, not of ${options.town}`)
  }
  const keys = await chooseKeyBackup(options.keysFrom)
  const staged = join(options.dataDir, RESTORE_FOLDER)
  await mkdir(staged, { recursive: true, mode: 0o700 })
  const phases = createPhases(options.say)
  try {
    await phases.run('files', () => copyFiles(options.from, staged, manifest))
    const report = await proveStaged(options, { staged, manifest, keys }, phases)
    await phases.run('in place', () => moveUp(staged, options.dataDir))
    return { files: manifest.files.count, counts: manifest.counts, ...report, seconds: phases.seconds }
  } catch (error) {
    await rm(staged, { recursive: true, force: true })
    throw error
  }
}

async function refuseUsedFolder(dataDir: string): Promise<void> {
  const names: readonly string[] = await readdir(dataDir).catch(() => [])
  if (names.length > 0) {
    const what = names.includes(RESTORE_FOLDER) ? 'an unfinished restore' : `${names.slice(0, 3).join(', ')}`
    throw new OperationRefused('DATA_FOLDER_NOT_EMPTY', `the data folder ${dataDir} is not empty: ${what}`)
  }
}

async function copyFiles(from: string, staged: string, manifest: Manifest): Promise<void> {
  let count = 0
  for await (const entry of readFileList(from)) {
    const copied = await copyHashed(join(from, entry.path), join(staged, entry.path)).catch((error: unknown) => {
      const code = String((error as { code?: unknown }).code ?? 'unknown')
      throw new OperationRefused('FILE_MISSING', `${entry.path} of the backup cannot be read (${code})`)
    })
    const isNamedRight = !entry.path.startsWith('blobs/') || basename(entry.path) === copied.sha256
    if (copied.sha256 !== entry.sha256 || copied.sizeBytes !== entry.sizeBytes || !isNamedRight) {
      throw new OperationRefused('FILE_CHANGED', `${entry.path} is not the file that was backed up`)
    }
    count += 1
  }
  if (count !== manifest.files.count || !(await exists(join(staged, 'stadttor.db')))) {
    throw new OperationRefused('FILES_MISSING', 'the backup does not have all its files')
  }
}

type Staged = {
  readonly staged: string
  readonly manifest: Manifest
  readonly keys: { readonly chosen: string; readonly beside: readonly string[] }
}

async function proveStaged(
  options: RestoreOptions,
  { staged, manifest, keys }: Staged,
  phases: ReturnType<typeof createPhases>,
) {
  await copyFile(keys.chosen, join(staged, 'keys.db'))
  const writer = await startWriter({ dataDir: staged, migrationsDir: options.migrationsDir })
  const reader = await openReader(join(staged, 'stadttor.db'))
  try {
    await phases.run('keys', () => replayDestroyed(options, writer, keys.beside))
    const ctx = await stagedCtx(options, { staged, writer, db: reader.db })
    const counts = await countRows(reader.db)
    const differing = Object.keys(manifest.counts).filter((table) => counts[table] !== manifest.counts[table])
    if (differing.length > 0) {
      throw new OperationRefused('COUNTS_DIFFER', `not all rows are there: ${differing.join(', ')}`)
    }
    const trusted = manifest.checkpoint === null ? [] : [manifest.checkpoint]
    const verify = await phases.run('verify', () => verifyTown(ctx, { trusted, say: options.say }))
    refuseBroken(verify, manifest)
    return { verify, ...(await phases.run('sample', () => openSample(ctx, options.sample))) }
  } finally {
    reader.close()
    await writer.close()
  }
}

/** What was destroyed after the chosen copy was made is destroyed again, before anything is served. */
async function replayDestroyed(options: RestoreOptions, writer: Writer, beside: readonly string[]): Promise<void> {
  const known = await writer.keys({ op: 'destroyed' })
  const ids = new Set([...(known.ok ? (known.ids ?? []) : []), ...beside.flatMap(readDestroyed)])
  const answer = await writer.keys({ op: 'destroy', ids: [...ids], atMs: options.now() })
  if (!answer.ok) {
    throw new OperationRefused('KEYS_NOT_REPLAYED', 'destroyed keys could not be taken out again')
  }
}

async function stagedCtx(
  options: RestoreOptions,
  { staged, writer, db }: { readonly staged: string; readonly writer: Writer; readonly db: OperationsCtx['db'] },
): Promise<OperationsCtx> {
  const { town, now, log } = options
  const keyring = await openKeyring({ town, keys: options.installationKeys, command: writer.keys, now })
  return {
    town,
    origin: '',
    mode: 'production',
    db,
    write: writer.write,
    now,
    newId: () => '',
    log,
    keyring,
    blobs: await options.openBlobs(join(staged, 'blobs')),
    scanner: null,
    press: null,
    journalSigner: createJournalSigner(`stadttor/${town}/journal`, keyring.purpose('journal-signing')),
    dataDir: staged,
    appVersion: '',
    keyCommand: writer.keys,
  }
}

/** What was damaged when the backup was made cannot hinder the restore; anything else does. */
function refuseBroken(verify: VerifyReport, manifest: Manifest): void {
  const { finding } = verify.journal
  if (finding !== undefined) {
    throw new OperationRefused('JOURNAL_BROKEN', `the journal does not verify: ${finding.detail} (${finding.kind})`)
  }
  const missing = verify.damaged.filter((id) => !manifest.damaged.includes(id))
  if (missing.length > 0 || verify.faults.length > 0) {
    throw new OperationRefused(
      'REFERENCES_BROKEN',
      `not whole: ${[...verify.faults, ...missing].slice(0, 5).join(', ')}`,
    )
  }
}

async function openSample(ctx: OperationsCtx, count: number): Promise<{ opened: number; destroyed: number }> {
  const gone = await ctx.keyring.destroyed()
  const result = { opened: 0, destroyed: 0 }
  for (const document of count === 0 ? [] : await sampleDocuments(ctx.db, count)) {
    if (gone.has(document.keyId)) {
      result.destroyed += 1
      continue
    }
    const { file } = await openDocument(ctx, document.id)
    let bytes = 0
    for await (const chunk of file.bytes()) {
      bytes += chunk.byteLength
    }
    if (bytes !== file.sizeBytes) {
      throw new OperationRefused('DOCUMENT_UNREADABLE', `document ${document.id} does not open`)
    }
    result.opened += 1
  }
  return result
}

/** The database goes last: before that the folder is not taken for a whole one. */
async function moveUp(staged: string, dataDir: string): Promise<void> {
  for (const name of ['lock.db', 'stadttor.db-shm', 'keys.db-shm']) {
    await rm(join(staged, name), { force: true })
  }
  for (const name of ['stadttor.db-wal', 'keys.db-wal']) {
    // emptied when the writer closed; one that is not belongs to its database and moves with it
    if ((await stat(join(staged, name)).catch(() => null))?.size === 0) {
      await rm(join(staged, name))
    }
  }
  const names = await readdir(staged)
  for (const name of names.sort((a, b) => Number(a === 'stadttor.db') - Number(b === 'stadttor.db'))) {
    await rename(join(staged, name), join(dataDir, name))
  }
  await rmdir(staged)
  await syncPath(dataDir)
}
