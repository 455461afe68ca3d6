import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type ContentFile, digestOf } from './files.ts'

/** Content files by their digest. Nothing is ever changed or deleted here: drafts and submissions refer to old digests. */
export type ObjectStore = {
  /** Keeps files; durable when the promise resolves. Does nothing for those that are kept already. */
  readonly put: (files: readonly ContentFile[]) => Promise<void>
  /** Throws where the object is missing or its bytes no longer have the digest. */
  readonly get: (digest: string) => Promise<Uint8Array>
  /** The same at once, for the few files of a large revision that are really looked at. */
  readonly getNow: (digest: string) => Uint8Array
}

const DIGEST = /^[0-9a-f]{64}$/
const AT_A_TIME = 16

/** A folder as object store: `<root>/ab/<digest>`, written beside, synced and renamed; then the folders are synced. */
export function folderObjectStore(root: string): ObjectStore {
  const pathOf = (digest: string): string => {
    if (!DIGEST.test(digest)) {
      throw new Error('not a digest')
    }
    return join(root, digest.slice(0, 2), digest)
  }
  return {
    put: async (files) => {
      const folders = new Set<string>()
      await forEach([...new Map(files.map((file) => [file.digest, file])).values()], async ({ digest, bytes }) => {
        const path = pathOf(digest)
        if ((await stat(path).catch(() => null))?.size !== bytes.length) {
          await writeBeside(path, bytes)
          folders.add(dirname(path))
        }
      })
      await forEach([...folders], syncFolder)
      if (folders.size > 0) {
        await syncFolder(root)
      }
    },
    get: async (digest) => checked(digest, await readFile(pathOf(digest))),
    getNow: (digest) => checked(digest, readFileSync(pathOf(digest))),
  }
}

/** Does some work for each item, several at a time, because each waits for the disk. */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      await work(item)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, worker))
}

function checked(digest: string, bytes: Uint8Array): Uint8Array {
  if (digestOf(bytes) !== digest) {
    throw new Error(`content object ${digest} is damaged`)
  }
  return bytes
}

async function writeBeside(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${randomUUID()}.part`
  const file = await open(beside, 'wx')
  try {
    await file.writeFile(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
