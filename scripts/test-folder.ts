import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

/** Memory as a file system, where Linux has it. */
const MEMORY = '/dev/shm'
const GIB = 1024 ** 3
/** So much that the tests never compete with the machine for it; they clean up after themselves. */
const NEEDED_BYTES = 6 * GIB

/**
 * Gives the unit tests a folder of their own for what they write, and takes it away again. It lies in memory where there is enough:
 * hundreds of databases that make every write durable would wait for the disk, and a killed process loses nothing there either.
 * An own `TMPDIR` is left as it is. Not for the product under Deno, which needs all rights to write into `/dev`.
 */
export async function inTestFolder<T>(work: () => Promise<T>): Promise<T> {
  if (process.env['TMPDIR'] !== undefined || !hasRoom()) {
    return await work()
  }
  const folder = mkdtempSync(join(MEMORY, 'stadttor-'))
  process.env['TMPDIR'] = folder
  try {
    return await work()
  } finally {
    delete process.env['TMPDIR']
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= NEEDED_BYTES && process.availableMemory() >= 2 * NEEDED_BYTES
  } catch {
    return false
  }
}
