import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestData, testFolder } from '../../db/testing/data.ts'
import { type InstallationKey, isDemoKey, readInstallationKeys, writeNewKey } from './installation-key.ts'
import { openKeyring } from './keyring.ts'

const SPOT = { table: 'drafts', row: '1', column: 'answers' }
let data: Awaited<ReturnType<typeof openTestData>>
let outside: ReturnType<typeof testFolder>
beforeEach(async () => {
  data = await openTestData()
  outside = testFolder()
})
afterEach(async () => {
  await data.close()
  outside.remove()
})

const file = (): string => join(outside.path, 'key')
const makeKey = (existing = ''): readonly InstallationKey[] => {
  writeNewKey(file(), data.dataDir, existing)
  return readInstallationKeys({ kind: 'file', path: file() }, data.dataDir)
}
const open = (keys: readonly InstallationKey[], town = 'test') =>
  openKeyring({ town, keys, command: data.writer.keys, now: () => 1 })

describe('keyring', () => {
  it('opens what it sealed, in its place only', async () => {
    const keyring = await open(makeKey())
    await keyring.createKey('k')
    const sealed = await keyring.sealJson('k', SPOT, { name: 'Chóśebuz' })
    expect(await keyring.openJson('k', SPOT, sealed)).toEqual({ name: 'Chóśebuz' })
    await expect(keyring.open('k', { ...SPOT, row: '2' }, sealed)).rejects.toThrow()
    await expect(keyring.open('town', SPOT, sealed)).rejects.toThrow()
    sealed[20] = (sealed[20] ?? 0) ^ 1
    await expect(keyring.open('k', SPOT, sealed)).rejects.toThrow()
  })

  it('refuses to start without the key the data was written with, naming its id, and with a false one of that id', async () => {
    const keys = makeKey()
    await open(keys)
    const missing = keys[0]?.id ?? ''
    await expect(open(makeKey())).rejects.toThrow(`the installation key ${missing} is missing`)
    const forged = { id: missing, key: new Uint8Array(32) }
    await expect(open([forged])).rejects.toThrow(`${missing} is not the one this data was written with`)
    await expect(open([])).rejects.toThrow('no installation key')
  })

  it('rotates while running: old and new texts open by the new key alone, purposes stay the same', async () => {
    const first = makeKey()
    const keyring = await open(first)
    await keyring.createKey('k')
    const sealed = await keyring.seal('k', SPOT, 'text')
    const purpose = keyring.purpose('x')
    const both = makeKey(readFileSync(file(), 'utf8'))
    expect(await keyring.rotate(both)).toBe(2)
    expect(await keyring.rotate(both)).toBe(0)
    await keyring.createKey('later')
    expect(await keyring.check()).toEqual([both[0]?.id])
    const again = await open(both.slice(0, 1))
    expect((await again.open('k', SPOT, sealed)).toString()).toBe('text')
    expect(Buffer.from(again.purpose('x')).equals(Buffer.from(purpose))).toBe(true)
    await expect(open(first)).rejects.toThrow(`${both[0]?.id} is missing`)
  })

  it('names a key that still wraps something after a rotation that broke off', async () => {
    const first = makeKey()
    await (await open(first)).createKey('k')
    const both = makeKey(readFileSync(file(), 'utf8'))
    const second = await open(both)
    await second.createKey('new')
    await expect(open(both.slice(0, 1))).rejects.toThrow(`${first[0]?.id} is missing`)
    await expect(second.rotate(both.slice(0, 1))).rejects.toThrow(`${first[0]?.id} is missing`)
  })

  it('destroys a key for good', async () => {
    const keys = makeKey()
    const keyring = await open(keys)
    await keyring.createKey('k')
    const sealed = await keyring.seal('k', SPOT, 'text')
    const commitment = await keyring.commit('k', 'answer', 'text')
    const reading = keyring.dataKey('k')
    await keyring.destroy(['k'])
    await reading.catch(() => undefined)
    await expect(keyring.open('k', SPOT, sealed)).rejects.toMatchObject({ type: 'keys/key-gone' })
    await expect(keyring.createKey('k')).rejects.toThrow()
    await expect((await open(keys)).open('k', SPOT, sealed)).rejects.toMatchObject({ status: 410 })
    expect(await keyring.destroyed()).toEqual(new Set(['k']))
    expect(commitment).toMatch(/^[0-9a-f]{64}$/)
    const bytes = readFileSync(join(data.dataDir, 'keys.db-wal'))
    expect(bytes.length).toBe(0)
  })
})

describe('installation key', () => {
  it('is refused inside the data folder, readable by others, missing or malformed', () => {
    expect(() => writeNewKey(join(data.dataDir, 'key'), data.dataDir, '')).toThrow('inside the data folder')
    makeKey()
    chmodSync(file(), 0o644)
    expect(() => readInstallationKeys({ kind: 'file', path: file() }, data.dataDir)).toThrow('chmod 600')
    chmodSync(file(), 0o600)
    writeFileSync(file(), 'password')
    expect(() => readInstallationKeys({ kind: 'file', path: file() }, data.dataDir)).toThrow('stadttor-key-1')
    writeFileSync(file(), '# nothing\n')
    expect(() => readInstallationKeys({ kind: 'file', path: file() }, data.dataDir)).toThrow('no key')
    const nowhere = { kind: 'file', path: join(outside.path, 'nowhere') } as const
    expect(() => readInstallationKeys(nowhere, data.dataDir)).toThrow('ENOENT')
  })

  it('may come from a command', () => {
    const [key] = makeKey()
    const [read] = readInstallationKeys({ kind: 'command', command: `cat ${file()}` }, data.dataDir)
    expect(read).toEqual(key)
    expect(isDemoKey(read as InstallationKey)).toBe(false)
    expect(() => readInstallationKeys({ kind: 'command', command: 'false' }, data.dataDir)).toThrow('command failed')
  })
})
