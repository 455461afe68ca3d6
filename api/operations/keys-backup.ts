import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { OperationsCtx } from './context.ts'
import { makeTarget, OperationRefused, refuseInside, stampMs, stampOf, syncPath } from './files.ts'

/** Key backups are kept this long: a destroyed key is gone for good when the last copy that holds it is. */
const KEPT_MS = 30 * 86_400_000
const NAME = /^keys-\d{8}T\d{6}Z\.db$/

/**
 * Copies the wrapped keys to `<folder>/keys-<UTC>.db` and deletes key backups there that are older than 30 days.
 * Useless without the installation's key, which is in no backup. Keep it apart from the data's backups.
 */
export async function backUpKeys(ctx: OperationsCtx, folder: string): Promise<{ path: string; removed: number }> {
  refuseInside(folder, ctx.dataDir, 'a key backup inside the data folder would be lost with it')
  await makeTarget(folder)
  const path = join(folder, `keys-${stampOf(ctx.now())}.db`)
  const partial = `${path}.partial`
  await rm(partial, { force: true })
  const answer = await ctx.keyCommand({ op: 'snapshot', path: partial })
  if (!answer.ok) {
    throw new OperationRefused('KEYS_NOT_COPIED', `the keys could not be copied to ${folder}`)
  }
  await syncPath(partial)
  await rename(partial, path)
  await syncPath(folder)
  const old = (await listKeyBackups(folder)).filter((other) => (stampMs(other) ?? 0) < ctx.now() - KEPT_MS)
  for (const other of old) {
    await rm(other)
  }
  ctx.log('keys-backed-up', { count: old.length })
  return { path, removed: old.length }
}

/** Key backups in a folder, the oldest first. */
export async function listKeyBackups(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => join(folder, name))
}

/**
 * Finds the key backup to restore: the given file, or the newest of the given folder; with every other key backup beside it,
 * because a newer one may know keys that were destroyed since. Throws `OperationRefused` where there is none.
 */
export async function chooseKeyBackup(given: string): Promise<{ chosen: string; beside: readonly string[] }> {
  const found = await stat(given).catch(() => null)
  if (found?.isFile() === true) {
    const beside = await listKeyBackups(dirname(given))
    return { chosen: given, beside: beside.filter((path) => basename(path) !== basename(given)) }
  }
  const all = await listKeyBackups(given)
  const chosen = all.at(-1)
  if (chosen === undefined) {
    throw new OperationRefused('NO_KEY_BACKUP', `no key backup at ${given}; without one nothing can be opened`)
  }
  return { chosen, beside: all.slice(0, -1) }
}
