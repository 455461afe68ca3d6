import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openReader, type Read } from '../../db/reader.ts'
import { snapshotMain } from '../../db/snapshot.ts'
import { BACKUP_LEASE } from '../documents/service.ts'
import { type Lease, releaseLease, renewLease, takeLease } from '../jobs/service.ts'
import { planCheckpoint } from '../journal/service.ts'
import type { OperationsCtx, Say } from './context.ts'
import {
  copyHashed,
  createPhases,
  hashFile,
  makeTarget,
  OperationRefused,
  refuseInside,
  stampOf,
  syncPath,
  walkFiles,
} from './files.ts'
import { type Manifest, openFileList } from './manifest.ts'
import { countRows, findCheckpointNote, listBlobIds } from './store.ts'

export type BackupReport = {
  readonly folder: string
  readonly files: number
  readonly sizeBytes: number
  readonly counts: Readonly<Record<string, number>>
  readonly damaged: readonly string[]
  readonly seconds: Readonly<Record<string, number>>
}
type FileList = Awaited<ReturnType<typeof openFileList>>

const LEASE_MS = 3_600_000
const PAGE = 500
const COPIES_AT_ONCE = 16
/** Folders copied whole beside blobs: named by digest, so what is written meanwhile does no harm. */
const FOLDERS = ['content', 'pages']

/**
 * Backs up a running town into `<target>/backup-<UTC>`: database as of one moment, every blob it names, content and pages,
 * and a manifest with the hash of everything. Neither keys nor `search.db` are in it. The folder appears under its name only
 * when it is whole and durable. Damaged or missing blobs are listed, they do not stop the backup.
 * Throws `OperationRefused`: target inside the data folder, another backup runs, lease lost.
 */
export async function createBackup(
  ctx: OperationsCtx,
  target: string,
  say: Say = () => undefined,
): Promise<BackupReport> {
  refuseInside(target, ctx.dataDir, 'a backup inside the data folder would be lost with it')
  const lease = await takeLease(ctx, BACKUP_LEASE, LEASE_MS)
  if (lease === null) {
    throw new OperationRefused('BACKUP_RUNNING', 'another backup is running')
  }
  const folder = join(target, `backup-${stampOf(ctx.now())}`)
  const partial = `${folder}.partial`
  try {
    await makeTarget(join(partial, 'blobs'))
    const report = await fill(ctx, lease, partial, say)
    await rename(partial, folder)
    await syncPath(target)
    ctx.log('backup-made', { count: report.files, bytes: report.sizeBytes })
    return { folder, ...report }
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined)
    throw error
  } finally {
    await releaseLease(ctx, lease)
  }
}

async function fill(
  ctx: OperationsCtx,
  lease: Lease,
  partial: string,
  say: Say,
): Promise<Omit<BackupReport, 'folder'>> {
  const phases = createPhases(say)
  const list = await openFileList(partial)
  const database = join(partial, 'stadttor.db')
  await phases.run('database', async () => {
    const checkpoint = await planCheckpoint(ctx)
    if (checkpoint !== null) {
      await ctx.write(checkpoint)
    }
    await snapshotMain({ from: join(ctx.dataDir, 'stadttor.db'), to: database })
    await syncPath(database)
  })
  const snapshot = await openReader(database)
  let found: { counts: Record<string, number>; checkpoint: string | null; damaged: string[] }
  try {
    const counts = await countRows(snapshot.db)
    const checkpoint = await findCheckpointNote(snapshot.db)
    const damaged = await phases.run('blobs', () => copyBlobs(ctx, lease, snapshot.db, { partial, list }))
    found = { counts, checkpoint, damaged }
  } finally {
    snapshot.close()
  }
  await list.add({ path: 'stadttor.db', ...(await hashFile(database)) })
  await phases.run('content and pages', () => copyFolders(ctx.dataDir, partial, list))
  const files = await list.close()
  const manifest: Manifest = { format: 1, town: ctx.town, app: ctx.appVersion, createdAtMs: ctx.now(), files, ...found }
  await writeManifest(partial, manifest)
  return {
    files: files.count,
    sizeBytes: files.sizeBytes,
    counts: found.counts,
    damaged: found.damaged,
    seconds: phases.seconds,
  }
}

async function copyBlobs(
  ctx: OperationsCtx,
  lease: Lease,
  db: Read,
  to: { readonly partial: string; readonly list: FileList },
): Promise<string[]> {
  const damaged: string[] = []
  const folder = join(to.partial, 'blobs')
  for (let after = ''; ; ) {
    const ids = await listBlobIds(db, after, PAGE)
    for (let at = 0; at < ids.length; at += COPIES_AT_ONCE) {
      const some = ids.slice(at, at + COPIES_AT_ONCE)
      const copied = await Promise.all(some.map((id) => copyBlob(ctx, id, folder)))
      for (const [index, entry] of copied.entries()) {
        if (entry === null) {
          damaged.push(some[index] ?? '')
        } else {
          await to.list.add(entry)
        }
      }
    }
    after = ids.at(-1) ?? ''
    if (ids.length < PAGE) {
      return damaged
    }
    if (!(await renewLease(ctx, lease, LEASE_MS))) {
      throw new OperationRefused('LEASE_LOST', 'the backup took too long and lost its lease')
    }
  }
}

/** Copies one blob and reads it back: its name is the hash of its bytes, so damage shows here and not at the restore. */
async function copyBlob(ctx: OperationsCtx, id: string, folder: string) {
  const path = `${id.slice(0, 2)}/${id}`
  const copy = join(folder, path)
  try {
    await ctx.blobs.copyTo(id, folder)
    await syncPath(copy)
    const { sizeBytes, sha256 } = await hashFile(copy)
    if (sha256 === id) {
      return { path: `blobs/${path}`, sizeBytes, sha256 }
    }
    await rm(copy)
  } catch {
    // missing or unreadable: named in the report
  }
  ctx.log('backup-blob-damaged', { id })
  return null
}

async function copyFolders(dataDir: string, partial: string, list: FileList): Promise<void> {
  for (const name of FOLDERS) {
    const paths = await Array.fromAsync(walkFiles(join(dataDir, name)))
    for (let at = 0; at < paths.length; at += COPIES_AT_ONCE) {
      const some = paths.slice(at, at + COPIES_AT_ONCE)
      const copied = await Promise.all(
        some.map((path) => copyHashed(join(dataDir, name, path), join(partial, name, path))),
      )
      for (const [index, entry] of copied.entries()) {
        await list.add({ path: `${name}/${some[index] ?? ''}`, ...entry })
      }
    }
  }
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const file = await open(join(folder, 'manifest.json'), 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncPath(folder)
}
