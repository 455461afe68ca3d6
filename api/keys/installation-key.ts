import { execFileSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

/** Key that wraps all data keys. The first of a file is the current one, the others are kept until `rotate` is through. */
export type InstallationKey = { readonly id: string; readonly key: Uint8Array }

/** Where the installation's key comes from. */
export type KeySource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'demo' }

/** A refusal at start, in the operator's words. */
export class KeyRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'KeyRefused'
  }
}

const LINE = /^stadttor-key-1:([a-z0-9-]{4,40}):([A-Za-z0-9_-]{43})$/
const DEMO: InstallationKey = { id: 'demo-key', key: createHmac('sha256', 'stadttor').update('demo').digest() }

/** Reads the installation's keys. Throws `KeyRefused` when the source is missing, malformed, inside the data folder or readable by others. */
export function readInstallationKeys(source: KeySource, dataDir: string): readonly InstallationKey[] {
  if (source.kind === 'demo') {
    return [DEMO]
  }
  const text = source.kind === 'file' ? readKeyFile(source.path, dataDir) : runKeyCommand(source.command)
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, id, key] = LINE.exec(line) ?? []
      if (id === undefined || key === undefined) {
        throw new KeyRefused('a line of the key source is not of the form stadttor-key-1:<id>:<key>')
      }
      return { id, key: new Uint8Array(Buffer.from(key, 'base64url')) }
    })
  if (keys.length === 0) {
    throw new KeyRefused('the key source holds no key; make one with: npm run keys -- init')
  }
  return keys
}

/**
 * Writes a fresh key as first line of a new or existing key file (mode 0600) and returns its id. The file is replaced as a
 * whole and durably: a crash leaves the old one, never half of one.
 */
export function writeNewKey(path: string, dataDir: string, existing: string): string {
  refuseInside(path, dataDir)
  const id = `key-${randomBytes(4).toString('hex')}`
  const line = `stadttor-key-1:${id}:${randomBytes(32).toString('base64url')}\n`
  const fresh = `${path}.new`
  const file = openSync(fresh, 'w', 0o600)
  try {
    writeFileSync(file, line + existing)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(fresh, path)
  return id
}

/**
 * Puts a fresh key before those of a key file, for a rotation; the old ones stay until the last key backup made with them
 * has expired. Returns the fresh key's id. Throws `KeyRefused` where the key does not come from a file we may write.
 */
export function prependNewKey(source: KeySource, dataDir: string): string {
  if (source.kind !== 'file') {
    throw new KeyRefused('the key does not come from a file: put a new first line into its source, then rotate again')
  }
  readInstallationKeys(source, dataDir)
  try {
    return writeNewKey(source.path, dataDir, readFileSync(source.path, 'utf8'))
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'unknown'
    throw new KeyRefused(
      `the key file cannot be written (${code}): put a new first line into ${source.path}, then rotate again`,
    )
  }
}

/** True for the key that stands in the source code, whatever it is called. */
export const isDemoKey = ({ id, key }: InstallationKey): boolean =>
  id.startsWith('demo') || Buffer.from(key).equals(DEMO.key)

/** Value that tells whether a key of the same id is the same key. */
export const checkValue = (key: InstallationKey): string =>
  createHmac('sha256', key.key).update(`stadttor-check:${key.id}`).digest('hex').slice(0, 32)

function readKeyFile(path: string, dataDir: string): string {
  refuseInside(path, dataDir)
  let mode: number
  try {
    mode = statSync(path).mode
  } catch (cause) {
    throw new KeyRefused(`the key file cannot be read: ${path} (${(cause as { code?: string }).code ?? 'unknown'})`)
  }
  if ((mode & 0o077) !== 0) {
    throw new KeyRefused(`the key file is readable by others; run: chmod 600 ${path}`)
  }
  return readFileSync(path, 'utf8')
}

function runKeyCommand(command: string): string {
  const [file = '', ...args] = command.split(' ').filter((part) => part !== '')
  try {
    return execFileSync(file, args, { encoding: 'utf8', timeout: 10_000, maxBuffer: 65_536 })
  } catch {
    throw new KeyRefused(`the key command failed: ${file}`)
  }
}

/** A key beside the data it protects would be copied with every backup. */
function refuseInside(path: string, dataDir: string): void {
  // What does not exist yet lies where its folder really is, whatever links lead there.
  const real = (target: string): string => {
    try {
      return realpathSync(target)
    } catch {
      const folder = dirname(target)
      return folder === target ? target : join(real(folder), basename(target))
    }
  }
  const way = relative(real(resolve(dataDir)), real(resolve(path)))
  if (way !== '..' && !way.startsWith(`..${sep}`)) {
    throw new KeyRefused(`the key file must not lie inside the data folder: ${path}`)
  }
}
