import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, type FileHandle, mkdir, open, opendir, rename, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobStore } from '../../documents/blobs.ts'
import { type Failpoint, noFailpoint } from '../../lib/failpoint.ts'
import { countPassing } from '../../lib/memory.ts'

const ID = /^[0-9a-f]{64}$/
const WRITE_BYTES = 256 * 1024

/**
 * Blob store in a folder: `<root>/ab/<id>`. A file is written to `<root>/tmp`, synced, renamed to its content address,
 * and its folder synced: a crash leaves at worst an orphan, never a reference without bytes.
 */
export async function openFolderStore(root: string, failpoint: Failpoint = noFailpoint): Promise<BlobStore> {
  // What lies there was being written when a process died: nothing can name it.
  await rm(join(root, 'tmp'), { recursive: true, force: true })
  await mkdir(join(root, 'tmp'), { recursive: true, mode: 0o700 })
  const known = new Set<string>()
  const passed = countPassing()
  const pathOf = (id: string): string => {
    if (!ID.test(id)) {
      throw new Error('not a blob id')
    }
    return join(root, id.slice(0, 2), id)
  }
  return {
    write: (source) => writeBlob({ root, known, pathOf, failpoint, passed }, source),
    read: (id, start, end) => readRange(pathOf(id), start, end),
    size: async (id) => {
      try {
        return (await stat(pathOf(id))).size
      } catch {
        return null
      }
    },
    remove: async (id) => {
      await rm(pathOf(id), { force: true })
    },
    list: () => listBlobs(root),
    copyTo: async (id, folder) => {
      const target = join(folder, id.slice(0, 2))
      await mkdir(target, { recursive: true, mode: 0o700 })
      await copyFile(pathOf(id), join(target, id), constants.COPYFILE_FICLONE)
    },
  }
}

type Folder = {
  readonly root: string
  readonly known: Set<string>
  readonly pathOf: (id: string) => string
  readonly failpoint: Failpoint
  readonly passed: (bytes: number) => void
}

async function writeBlob(
  { root, known, pathOf, failpoint, passed }: Folder,
  source: AsyncIterable<Uint8Array>,
): Promise<{ id: string; sizeBytes: number }> {
  const temporary = join(root, 'tmp', randomUUID())
  const file = await open(temporary, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const pieces of gathered(source)) {
      for (const piece of pieces) {
        hash.update(piece)
      }
      const written = await writeAll(file, pieces)
      sizeBytes += written
      passed(written)
      failpoint('upload')
    }
    await file.sync()
    await file.close()
    const id = hash.digest('hex')
    const folder = join(root, id.slice(0, 2))
    if (!known.has(folder)) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await syncFolder(root)
      known.add(folder)
    }
    failpoint('rename')
    await rename(temporary, pathOf(id))
    await syncFolder(folder)
    return { id, sizeBytes }
  } catch (error) {
    await file.close().catch(() => undefined)
    await unlink(temporary).catch(() => undefined)
    throw error
  }
}

/** The pieces a few at a time: each write is handed to another thread, which costs more than writing 64 kB. */
async function* gathered(source: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Uint8Array[]> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of source) {
    pieces.push(piece)
    bytes += piece.byteLength
    if (bytes >= WRITE_BYTES) {
      yield pieces
      pieces = []
      bytes = 0
    }
  }
  if (bytes > 0) {
    yield pieces
  }
}

/** Writes pieces one after the other; what a full disk or a signal left over is written again, or throws. */
async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<number> {
  const total = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
  let { bytesWritten } = await file.writev([...pieces])
  if (bytesWritten < total) {
    const whole = Buffer.concat(pieces, total)
    while (bytesWritten < total) {
      bytesWritten += (await file.write(whole, bytesWritten, total - bytesWritten)).bytesWritten
    }
  }
  return total
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function readRange(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(end - start)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function* listBlobs(root: string): AsyncGenerator<{ id: string; sizeBytes: number; writtenAtMs: number }> {
  for await (const folder of await opendir(root)) {
    if (!folder.isDirectory() || folder.name.length !== 2) {
      continue
    }
    for await (const entry of await opendir(join(root, folder.name))) {
      if (ID.test(entry.name)) {
        const { size, mtimeMs } = await stat(join(root, folder.name, entry.name))
        yield { id: entry.name, sizeBytes: size, writtenAtMs: mtimeMs }
      }
    }
  }
}
