import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** An operation cannot be done as asked; the message is for the operator and names what to do. */
export class OperationRefused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'OperationRefused'
    this.code = code
  }
}

/** One file of a backup: path relative to it, with `/`. */
export type FileEntry = { readonly path: string; readonly sizeBytes: number; readonly sha256: string }

/** SHA-256 of a file, hex, at constant memory. Never for a database that this process has open: closing it drops locks. */
export async function hashFile(path: string): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk)
    sizeBytes += chunk.length
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

/** Copies a file, synced, hashing what is written. Creates the folder it goes to. */
export async function copyHashed(from: string, to: string): Promise<{ sizeBytes: number; sha256: string }> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  let sizeBytes = 0
  const file = await open(to, 'wx', 0o600)
  try {
    await pipeline(createReadStream(from), async (source) => {
      for await (const chunk of source as AsyncIterable<Uint8Array>) {
        hash.update(chunk)
        sizeBytes += chunk.length
        await file.writeFile(chunk)
      }
    })
    await file.sync()
  } finally {
    await file.close()
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

/** Makes a folder that only we can read. Throws `OperationRefused` where it cannot be written. */
export async function makeTarget(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code, name } = error as { code?: string; name?: string }
    const hint =
      name === 'NotCapable' ? '; under Deno it must be among the folders of --allow-read and --allow-write' : ''
    throw new OperationRefused('TARGET_NOT_WRITABLE', `${folder} cannot be written (${code ?? name})${hint}`)
  }
}

/** Makes a file or folder entry durable. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Every file below a folder, as paths relative to it; none where the folder is missing. `tmp` folders are left out. */
export async function* walkFiles(root: string, under = ''): AsyncGenerator<string> {
  const entries = await readdir(join(root, under), { withFileTypes: true }).catch(() => [])
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (entry.isDirectory() && entry.name !== 'tmp') {
      yield* walkFiles(root, path)
    }
    if (entry.isFile()) {
      yield path
    }
  }
}

/** True where a path exists. */
export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Refuses a target inside a folder that it must be apart from. */
export function refuseInside(target: string, folder: string, message: string): void {
  const way = relative(resolve(folder), resolve(target))
  if (!way.startsWith('..')) {
    throw new OperationRefused('TARGET_INSIDE', message)
  }
}

/** `20261123T080000Z`: a time in names of files, sortable. */
export const stampOf = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')

/** Reads the time of a stamped name like `keys-20261123T080000Z.db`; null where it has none. */
export function stampMs(path: string): number | null {
  const [, y, mo, d, h, mi, s] = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(basename(path)) ?? []
  return y === undefined ? null : Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s))
}

/** Measures the phases of an operation, in seconds, in the order they ran. */
export function createPhases(say: (line: string) => void) {
  const seconds: Record<string, number> = {}
  return {
    seconds,
    run: async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const startedMs = performance.now()
      const result = await work()
      seconds[name] = Math.round(performance.now() - startedMs) / 1_000
      say(`${name}: ${seconds[name]?.toFixed(2)} s`)
      return result
    },
  }
}
