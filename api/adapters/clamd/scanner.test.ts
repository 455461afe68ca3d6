import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Clamd, EICAR, startClamd } from '../../../e2e/servers/clamd/index.ts'
import { type ClamdAddress, createClamdScanner } from './scanner.ts'

const CLAMD = '/usr/sbin/clamd'

async function* pieces(bytes: Buffer, size = 60_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size)
  }
}
const scan = (address: ClamdAddress, bytes: Buffer, timeoutMs = 5_000) =>
  createClamdScanner(address, timeoutMs).scan(pieces(bytes))

describe('clamd as a stand-in', () => {
  let clamd: Clamd
  let address: ClamdAddress
  beforeAll(async () => {
    clamd = await startClamd()
    address = { host: '127.0.0.1', port: Number(new URL(clamd.url).port) }
  })
  afterAll(() => clamd.close())

  it('says of a file that it is clean, and gets every byte of it', async () => {
    expect(await scan(address, Buffer.alloc(3_000_000, 7))).toBe('clean')
    expect(clamd.scanned()).toEqual([3_000_000])
  })

  it('finds what is hidden between two pieces', async () => {
    const bytes = Buffer.concat([Buffer.alloc(59_990), Buffer.from(EICAR), Buffer.alloc(100_000)])
    expect(await scan(address, bytes)).toBe('infected')
  })

  it.each(['silent', 'drop', 'too-large', 'nonsense', 'down'] as const)('says nothing where it is %s', async (mode) => {
    await clamd.control({ mode })
    await expect(scan(address, Buffer.alloc(2_000_000), 300)).rejects.toThrow()
    await clamd.control({ reset: true })
  })

  it('says nothing where nobody listens', async () => {
    await expect(scan({ path: '/nowhere/clamd.ctl' }, Buffer.alloc(10))).rejects.toThrow()
  })
})

describe.runIf(existsSync(CLAMD))('clamd itself (Debian: clamav-daemon)', () => {
  let folder: string
  let stop: () => Promise<void>
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stadttor-clamd-'))
    const md5 = createHash('md5').update(EICAR).digest('hex')
    writeFileSync(join(folder, 'own.hdb'), `${md5}:${EICAR.length}:Test.Eicar\n`)
    const settings = [`LocalSocket ${join(folder, 'clamd.ctl')}`, `DatabaseDirectory ${folder}`, 'Foreground yes']
    writeFileSync(join(folder, 'clamd.conf'), `${[...settings, `TemporaryDirectory ${folder}`].join('\n')}\n`)
    const child = spawn(CLAMD, ['-c', join(folder, 'clamd.conf')], { stdio: 'ignore' })
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    stop = async () => {
      child.kill()
      await ended
    }
    for (let tries = 0; tries < 300 && !existsSync(join(folder, 'clamd.ctl')); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }, 40_000)
  afterAll(async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('tells clean from infected', async () => {
    const address = { path: join(folder, 'clamd.ctl') }
    expect(await scan(address, Buffer.from(EICAR), 30_000)).toBe('infected')
    expect(await scan(address, Buffer.alloc(2_000_000, 1), 30_000)).toBe('clean')
  })
})
