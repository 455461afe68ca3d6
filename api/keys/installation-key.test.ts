import { createHmac, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isDemoKey, readInstallationKeys, writeNewKey } from './installation-key.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'stadttor-key-'))
  mkdirSync(join(home, 'data'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const lineOf = (key: Uint8Array): string => `stadttor-key-1:town-key:${Buffer.from(key).toString('base64url')}\n`

function keyAt(path: string): () => unknown {
  writeFileSync(path, lineOf(randomBytes(32)), { mode: 0o600 })
  return () => readInstallationKeys({ kind: 'file', path }, join(home, 'data'))
}

describe('a key file inside the data folder is refused', () => {
  const refusal = 'must not lie inside the data folder'
  it('whatever it is called', () => {
    expect(keyAt(join(home, 'data', 'key'))).toThrow(refusal)
    expect(keyAt(join(home, 'data', '..key'))).toThrow(refusal)
  })
  it('also by a link to it', () => {
    keyAt(join(home, 'data', 'key'))
    symlinkSync(join(home, 'data', 'key'), join(home, 'link'))
    expect(() => readInstallationKeys({ kind: 'file', path: join(home, 'link') }, join(home, 'data'))).toThrow(refusal)
  })
  it('also by a linked folder, and also while it does not exist yet', () => {
    symlinkSync(join(home, 'data'), join(home, 'folder'))
    expect(keyAt(join(home, 'folder', 'key'))).toThrow(refusal)
    expect(() => writeNewKey(join(home, 'folder', 'new'), join(home, 'data'), '')).toThrow(refusal)
  })
  it('also where the data folder is a link', () => {
    symlinkSync(join(home, 'data'), join(home, 'linked'))
    const path = join(home, 'data', 'key')
    keyAt(path)
    expect(() => readInstallationKeys({ kind: 'file', path }, join(home, 'linked'))).toThrow(refusal)
  })
})

describe('a key file beside the data folder', () => {
  it('is taken, also where its folder begins with the same name', () => {
    mkdirSync(join(home, 'data-keys'))
    expect(keyAt(join(home, 'data-keys', 'key'))).not.toThrow()
    expect(keyAt(join(home, '..key'))).not.toThrow()
  })
  it('is told by name when it is missing', () => {
    const path = join(home, 'nowhere')
    expect(() => readInstallationKeys({ kind: 'file', path }, join(home, 'data'))).toThrow('cannot be read')
  })
  it('is told without its content when it is broken', () => {
    const path = join(home, 'broken')
    writeFileSync(path, 'stadttor-key-1:town-key:Geheimnis\n', { mode: 0o600 })
    expect(() => readInstallationKeys({ kind: 'file', path }, join(home, 'data'))).toThrow(/^(?!.*Geheimnis)/)
  })
})

it('knows the demo key whatever it is called', () => {
  const demo = createHmac('sha256', 'stadttor').update('demo').digest()
  const path = join(home, 'key')
  writeFileSync(path, lineOf(demo), { mode: 0o600 })
  const [key] = readInstallationKeys({ kind: 'file', path }, join(home, 'data'))
  expect(readFileSync(path, 'utf8')).not.toContain('demo')
  expect(key !== undefined && isDemoKey(key)).toBe(true)
})
