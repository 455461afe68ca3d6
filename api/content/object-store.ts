import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digestOf } from './files.ts'

/** Content files by their digest. Nothing is ever changed or deleted here: drafts and submissions refer to old digests. */
export type ObjectStore = {
  /** Keeps bytes durably; does nothing where they are kept already. */
  readonly put: (digest: string, bytes: Uint8Array) => Promise<void>
  /** Throws where the object is missing or its bytes no longer have the digest. */
  readonly get: (digest: string) => Promise<Uint8Array>
}

const DIGEST = /^[0-9a-f]{64}$/

/** A folder as object store: `<root>/ab/<digest>`, written beside, synced and renamed. */
export function folderObjectStore(root: string): ObjectStore {
  const pathOf = (digest: string): string => {
    if (!DIGEST.test(digest)) {
      throw new Error('not a digest')
    }
    return join(root, digest.slice(0, 2), digest)
  }
  return {
    put: async (digest, bytes) => {
      const path = pathOf(digest)
      if (!(await isThere(path, bytes.length))) {
        await writeDurably(path, bytes)
      }
    },
    get: async (digest) => {
      const bytes = await readFile(pathOf(digest))
      if (digestOf(bytes) !== digest) {
        throw new Error(`content object ${digest} is damaged`)
      }
      return bytes
    },
  }
}

async function isThere(path: string, sizeBytes: number): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found?.size === sizeBytes
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const beside = `${path}.${randomUUID()}.part`
  const file = await open(beside, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
  const entry = await open(folder, 'r')
  try {
    await entry.sync()
  } finally {
    await entry.close()
  }
}
