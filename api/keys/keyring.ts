import { randomBytes } from 'node:crypto'
import type { KeyAnswer, KeyCommand, KeyRow } from '../../db/writer-protocol.ts'
import { problemType } from '../lib/problem.ts'
import { commitment, deriveKey, open, seal } from '../lib/seal.ts'
import { checkValue, type InstallationKey, KeyRefused } from './installation-key.ts'

/** Place of a sealed value without the town, which the keyring adds. */
export type Spot = { readonly table: string; readonly row: string; readonly column: string }

export type Keyring = {
  readonly currentKeyId: string
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
  /** Wraps every data key by the current installation key; returns how many were wrapped anew. */
  readonly rotate: () => Promise<number>
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
  const [current] = options.keys
  if (current === undefined) {
    throw new KeyRefused('no installation key')
  }
  await proveKeys(options)
  await options.command({ op: 'put-kek', id: current.id, checkValue: checkValue(current) })
  const cache = new Map<string, Uint8Array>()

  const dataKey = async (id: string): Promise<Uint8Array> => {
    const known = cache.get(id)
    if (known !== undefined) {
      return known
    }
    const answer = await options.command({ op: 'get', id })
    const row = answer.ok ? answer.rows?.[0] : undefined
    if (row === undefined) {
      throw keyGone(`data key ${id}`)
    }
    const key = unwrap(options, row)
    remember(cache, id, key)
    return key
  }
  const createKey = async (id: string): Promise<void> => {
    const key = new Uint8Array(randomBytes(32))
    const wrapped = wrap(options.town, current, id, key)
    const answer = await options.command({ op: 'put', id, kekId: current.id, wrapped, atMs: options.now() })
    if (!answer.ok) {
      throw new Error('a data key could not be stored')
    }
    remember(cache, id, key)
  }
  if (!(await exists(options, TOWN_KEY))) {
    await createKey(TOWN_KEY)
  }
  const townKey = await dataKey(TOWN_KEY)
  const place = (spot: Spot) => ({ town: options.town, ...spot })
  const sealBytes: Keyring['seal'] = async (keyId, spot, plain) =>
    seal(await dataKey(keyId), place(spot), typeof plain === 'string' ? Buffer.from(plain) : plain)
  const openBytes: Keyring['open'] = async (keyId, spot, sealed) => open(await dataKey(keyId), place(spot), sealed)

  return {
    currentKeyId: current.id,
    createKey,
    dataKey,
    seal: sealBytes,
    open: openBytes,
    sealJson: (keyId, spot, value) => sealBytes(keyId, spot, JSON.stringify(value)),
    openJson: async (keyId, spot, sealed) => JSON.parse((await openBytes(keyId, spot, sealed)).toString('utf8')),
    commit: async (keyId, label, value) => commitment(await dataKey(keyId), label, value),
    purpose: (name) => deriveKey(townKey, `purpose:${name}`),
    destroy: async (ids) => {
      for (const id of ids) {
        cache.delete(id)
      }
      const answer = await options.command({ op: 'destroy', ids, atMs: options.now() })
      if (!answer.ok) {
        throw new Error('keys could not be destroyed')
      }
    },
    rotate: () => rotate(options, current),
  }
}

async function proveKeys(options: Options): Promise<void> {
  const answer = await options.command({ op: 'keks' })
  for (const known of answer.ok ? (answer.keks ?? []) : []) {
    const held = options.keys.find((key) => key.id === known.id)
    if (held !== undefined && checkValue(held) !== known.checkValue) {
      throw new KeyRefused(`the installation key ${known.id} is not the one this data was written with`)
    }
  }
  const first = await options.command({ op: 'get', id: TOWN_KEY })
  const row = first.ok ? first.rows?.[0] : undefined
  if (row !== undefined && !options.keys.some((key) => key.id === row.kekId)) {
    throw new KeyRefused(`the installation key ${row.kekId} is missing; this data cannot be opened without it`)
  }
}

async function rotate(options: Options, current: InstallationKey): Promise<number> {
  let count = 0
  for (;;) {
    const answer = await options.command({ op: 'list-wrapped-by-other', kekId: current.id, limit: 500 })
    const rows = answer.ok ? (answer.rows ?? []) : []
    if (rows.length === 0) {
      return count
    }
    for (const row of rows) {
      const wrapped = wrap(options.town, current, row.id, unwrap(options, row))
      await options.command({ op: 'rewrap', id: row.id, kekId: current.id, wrapped })
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

function unwrap(options: Options, row: KeyRow): Uint8Array {
  const kek = options.keys.find((key) => key.id === row.kekId)
  if (kek === undefined) {
    throw new KeyRefused(`the installation key ${row.kekId} is missing`)
  }
  return new Uint8Array(
    open(kek.key, { town: options.town, table: 'data_keys', row: row.id, column: 'wrapped' }, row.wrapped),
  )
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
