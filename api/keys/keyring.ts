import { randomBytes } from 'node:crypto'
import type { KeyAnswer, KeyCommand, KeyRow } from '../../db/writer-protocol.ts'
import { problemType } from '../lib/problem.ts'
import { commitment, deriveKey, open, seal } from '../lib/seal.ts'
import { checkValue, type InstallationKey, KeyRefused } from './installation-key.ts'

/** Place of a sealed value without the town, which the keyring adds. */
export type Spot = { readonly table: string; readonly row: string; readonly column: string }

export type Keyring = {
  /** Id of the installation key that wraps new data keys. */
  readonly currentKeyId: () => string
  /** Makes a data key; durable when it resolves (key first, then the batch that uses it). */
  readonly createKey: (id: string) => Promise<void>
  readonly seal: (keyId: string, spot: Spot, plain: Uint8Array | string) => Promise<Buffer>
  readonly open: (keyId: string, spot: Spot, sealed: Uint8Array) => Promise<Buffer>
  readonly sealJson: (keyId: string, spot: Spot, value: unknown) => Promise<Buffer>
  readonly openJson: (keyId: string, spot: Spot, sealed: Uint8Array) => Promise<unknown>
  /** The data key itself, for blobs. */
  readonly dataKey: (keyId: string) => Promise<Uint8Array>
  readonly commit: (keyId: string, label: string, value: Uint8Array | string) => Promise<string>
  /** A key for one purpose of the installation (cookies, codes, search); stays the same when the installation's key rotates. */
  readonly purpose: (name: string) => Uint8Array
  /** Destroys data keys for good. What they sealed cannot be opened again. */
  readonly destroy: (ids: readonly string[]) => Promise<void>
  /**
   * Takes over the installation's keys as read anew (the first wraps from now on) and wraps every data key by it; returns
   * how many were wrapped anew. Throws `KeyRefused` when a key that still wraps something is not among them.
   */
  readonly rotate: (keys: readonly InstallationKey[]) => Promise<number>
  /** Proves that every data key is wrapped by a key we hold; returns the ids of the installation keys in use. */
  readonly check: () => Promise<readonly string[]>
  /** Ids of all data keys that were destroyed. */
  readonly destroyed: () => Promise<ReadonlySet<string>>
}
export type KeysCtx = { readonly keyring: Keyring }

/** The data key was destroyed or never existed: the text is gone. */
export const keyGone = problemType('keys/key-gone', 410)

export const TOWN_KEY = 'town'
const CACHE_MAX = 2_000

type Options = {
  readonly town: string
  readonly keys: readonly InstallationKey[]
  readonly command: (command: KeyCommand) => Promise<KeyAnswer>
  readonly now: () => number
}

/**
 * Opens the keyring: proves that the installation's keys are those the data was written with, and loads the town's key.
 * Throws `KeyRefused`, naming the missing key's id.
 */
export async function openKeyring(options: Options): Promise<Keyring> {
  const held = await holdKeys(options, options.keys)
  const cache = new Map<string, Uint8Array>()
  const gone = new Set<string>()
  const purposes = new Map<string, Uint8Array>()
  const { dataKey, createKey } = openDataKeys(options, held, cache, gone)
  if (!(await exists(options, TOWN_KEY))) {
    await createKey(TOWN_KEY)
  }
  const townKey = await dataKey(TOWN_KEY)
  const place = (spot: Spot) => ({ town: options.town, ...spot })
  const sealBytes: Keyring['seal'] = async (keyId, spot, plain) =>
    seal(await dataKey(keyId), place(spot), typeof plain === 'string' ? Buffer.from(plain) : plain)
  const openBytes: Keyring['open'] = async (keyId, spot, sealed) => open(await dataKey(keyId), place(spot), sealed)

  return {
    currentKeyId: () => held.current.id,
    createKey,
    dataKey,
    seal: sealBytes,
    open: openBytes,
    sealJson: (keyId, spot, value) => sealBytes(keyId, spot, JSON.stringify(value)),
    openJson: async (keyId, spot, sealed) => JSON.parse((await openBytes(keyId, spot, sealed)).toString('utf8')),
    commit: async (keyId, label, value) => commitment(await dataKey(keyId), label, value),
    purpose: (name) => {
      const key = purposes.get(name) ?? deriveKey(townKey, `purpose:${name}`)
      purposes.set(name, key)
      return key
    },
    destroy: async (ids) => {
      for (const id of ids) {
        gone.add(id)
        cache.delete(id)
      }
      const answer = await options.command({ op: 'destroy', ids, atMs: options.now() })
      if (!answer.ok) {
        throw new Error('keys could not be destroyed')
      }
    },
    rotate: async (keys) => {
      Object.assign(held, await holdKeys(options, keys))
      return rotate(options, held)
    },
    check: () => proveKeys(options, held.all),
    destroyed: async () => {
      const answer = await options.command({ op: 'destroyed' })
      return new Set(answer.ok ? answer.ids : [])
    },
  }
}

/** The installation's keys in memory; replaced as a whole by a rotation. */
type Held = { current: InstallationKey; all: readonly InstallationKey[] }

async function holdKeys(options: Options, all: readonly InstallationKey[]): Promise<Held> {
  const [current] = all
  if (current === undefined) {
    throw new KeyRefused('no installation key')
  }
  await proveKeys(options, all)
  await options.command({ op: 'put-kek', id: current.id, checkValue: checkValue(current) })
  return { current, all }
}

function openDataKeys(options: Options, held: Held, cache: Map<string, Uint8Array>, gone: ReadonlySet<string>) {
  const dataKey = async (id: string): Promise<Uint8Array> => {
    const known = cache.get(id)
    if (known !== undefined) {
      return known
    }
    const answer = await options.command({ op: 'get', id })
    const row = answer.ok ? answer.rows?.[0] : undefined
    if (row === undefined || gone.has(id)) {
      throw keyGone(`data key ${id}`)
    }
    const key = unwrap(options.town, held, row)
    remember(cache, id, key)
    return key
  }
  const createKey = async (id: string): Promise<void> => {
    const key = new Uint8Array(randomBytes(32))
    const kek = held.current
    const wrapped = wrap(options.town, kek, id, key)
    const answer = await options.command({ op: 'put', id, kekId: kek.id, wrapped, atMs: options.now() })
    if (!answer.ok) {
      throw new Error('a data key could not be stored')
    }
    remember(cache, id, key)
  }
  return { dataKey, createKey }
}

async function proveKeys(options: Options, held: readonly InstallationKey[]): Promise<readonly string[]> {
  const answer = await options.command({ op: 'keks' })
  for (const known of answer.ok ? (answer.keks ?? []) : []) {
    const ours = held.find((key) => key.id === known.id)
    if (ours !== undefined && checkValue(ours) !== known.checkValue) {
      throw new KeyRefused(`the installation key ${known.id} is not the one this data was written with`)
    }
  }
  const used = await options.command({ op: 'kek-ids' })
  const ids = used.ok ? (used.ids ?? []) : []
  for (const id of ids) {
    if (!held.some((key) => key.id === id)) {
      throw new KeyRefused(`the installation key ${id} is missing; this data cannot be opened without it`)
    }
  }
  return ids
}

async function rotate(options: Options, held: Held): Promise<number> {
  const { current } = held
  let count = 0
  for (;;) {
    const answer = await options.command({ op: 'list-wrapped-by-other', kekId: current.id, limit: 500 })
    const rows = answer.ok ? (answer.rows ?? []) : []
    if (rows.length === 0) {
      return count
    }
    for (const row of rows) {
      const wrapped = wrap(options.town, current, row.id, unwrap(options.town, held, row))
      const done = await options.command({ op: 'rewrap', id: row.id, kekId: current.id, wrapped })
      if (!done.ok) {
        throw new Error('a data key could not be wrapped anew')
      }
      count += 1
    }
  }
}

async function exists(options: Options, id: string): Promise<boolean> {
  const answer = await options.command({ op: 'get', id })
  return answer.ok && (answer.rows?.length ?? 0) > 0
}

function wrap(town: string, kek: InstallationKey, id: string, key: Uint8Array): Buffer {
  return seal(kek.key, { town, table: 'data_keys', row: id, column: 'wrapped' }, key)
}

function unwrap(town: string, held: Held, row: KeyRow): Uint8Array {
  const kek = held.all.find((key) => key.id === row.kekId)
  if (kek === undefined) {
    throw new KeyRefused(`the installation key ${row.kekId} is missing`)
  }
  return new Uint8Array(open(kek.key, { town, table: 'data_keys', row: row.id, column: 'wrapped' }, row.wrapped))
}

function remember(cache: Map<string, Uint8Array>, id: string, key: Uint8Array): void {
  if (cache.size >= CACHE_MAX) {
    const oldest = cache.keys().next().value
    if (oldest !== undefined) {
      cache.delete(oldest)
    }
  }
  cache.set(id, key)
}
