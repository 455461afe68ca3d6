import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Pages and manifests by the SHA-256 of their bytes: written once, never changed. */
export type PageStore = {
  /** Keeps bytes and gives their digest; not durable before `sync`. Bytes that are there are not written again. */
  readonly put: (bytes: Uint8Array) => Promise<string>
  /** Reads and checks bytes. Rejects where they are missing or damaged. */
  readonly read: (digest: string) => Promise<Uint8Array>
  /** Makes everything put since the last call durable: files are synced as they are written, their folders here. */
  readonly sync: () => Promise<void>
  /** Deletes what `isNeeded` denies; gives how many. For the time when no publisher runs. */
  readonly sweep: (isNeeded: (digest: string) => boolean) => Promise<number>
}

const DIGEST = /^[0-9a-f]{64}$/

/** Opens a page store in a folder: `<folder>/ab/<digest>`. What a crash left half-written is thrown away. */
export async function openPageStore(folder: string): Promise<PageStore> {
  const temporary = join(folder, 'tmp')
  await mkdir(temporary, { recursive: true, mode: 0o700 })
  for (const name of await readdir(temporary)) {
    await unlink(join(temporary, name))
  }
  const known = await listStored(folder)
  const parts = new Set<string>()
  const unsynced = new Set<string>()
  const pathOf = (digest: string): string => {
    if (!DIGEST.test(digest)) {
      throw new Error('not a digest')
    }
    return join(folder, digest.slice(0, 2), digest)
  }
  return {
    put: async (bytes) => {
      const digest = sha256(bytes)
      if (!known.has(digest)) {
        const part = join(folder, digest.slice(0, 2))
        if (!parts.has(part)) {
          await mkdir(part, { recursive: true, mode: 0o700 })
          parts.add(part)
        }
        await writeDurably(join(temporary, randomUUID()), pathOf(digest), bytes)
        known.add(digest)
        unsynced.add(part)
      }
      return digest
    },
    read: async (digest) => {
      const bytes = await readFile(pathOf(digest))
      if (sha256(bytes) !== digest) {
        known.delete(digest)
        throw new Error('a stored page is damaged')
      }
      return bytes
    },
    sync: async () => {
      const folders = [...unsynced]
      unsynced.clear()
      await Promise.all([folder, ...folders].map(syncFolder))
    },
    sweep: async (isNeeded) => {
      const unneeded = [...known].filter((digest) => !isNeeded(digest))
      for (const digest of unneeded) {
        known.delete(digest)
        await unlink(pathOf(digest))
      }
      return unneeded.length
    },
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function listStored(folder: string): Promise<Set<string>> {
  const found = new Set<string>()
  for (const part of await readdir(folder)) {
    if (/^[0-9a-f]{2}$/.test(part)) {
      for (const name of await readdir(join(folder, part))) {
        if (DIGEST.test(name)) {
          found.add(name)
        }
      }
    }
  }
  return found
}

async function writeDurably(temporary: string, path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
