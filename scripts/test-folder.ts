import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

/** Memory as a file system, where Linux has it. */
const MEMORY = '/dev/shm'
const GIB = 1024 ** 3
/** What a run of all tests has written at its peak, with room. */
const NEEDED_BYTES = 6 * GIB

/**
 * Gives the tests a folder of their own for what they write, and takes it away again. It lies in memory where there is enough:
 * hundreds of databases that make every write durable would wait for the disk, and a killed process loses nothing there either.
 * An own `TMPDIR` is left as it is.
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
