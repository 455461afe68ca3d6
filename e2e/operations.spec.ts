import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillDraft, newApplicant, type ReadyDraft, submit } from './support/applicant.ts'
import { runCommand, runProgram } from './support/command.ts'
import { type Product, startProduct } from './support/product.ts'
import { expect, outsideTest as test } from './support/test.ts'

/*
 * Operating from outside: commands to a running server, the lock, backup and restore, the key. No browser.
 */
const STATUS = '/api/v1/submissions/status'
type Town = { readonly home: string; readonly env: Record<string, string>; readonly start: () => Promise<Product> }

let towns: Town[] = []
let running: Product[] = []
test.afterEach(async () => {
  await Promise.all(running.map((product) => product.kill('SIGTERM')))
  for (const town of towns) {
    rmSync(town.home, { recursive: true, force: true })
  }
  towns = []
  running = []
})

/** A town with an installation key of its own, as `keys -- init` makes it. */
async function newTown(outsideEnv: Readonly<Record<string, string>>): Promise<Town> {
  const home = mkdtempSync(join(tmpdir(), 'st-'))
  const env = {
    ...outsideEnv,
    STADTTOR_MODE: 'test',
    STADTTOR_DATA: join(home, 'data'),
    STADTTOR_KEY_FILE: join(home, 'key'),
  }
  const made = await runCommand('keys', ['init', env.STADTTOR_KEY_FILE], env)
  expect(made).toMatchObject({ code: 0 })
  const start = async (): Promise<Product> => {
    const product = await startProduct({ env, dataDir: env.STADTTOR_DATA })
    running.push(product)
    return product
  }
  const town = { home, env, start }
  towns.push(town)
  return town
}

/** Downloads the document of a submission and compares it with what was sent. */
async function expectDocument({ applicant, sha256 }: ReadyDraft, vorgangId: string): Promise<void> {
  const status = await applicant.ask('GET', `${STATUS}/${vorgangId}`)
  expect(status.status).toBe(200)
  const [document] = status.body['documents'] as { id: string }[]
  expect(document).toBeDefined()
  const file = await applicant.download(`${STATUS}/${vorgangId}/documents/${document?.id ?? ''}`)
  expect(file).toBe(sha256)
}

test('a second server on the same data refuses and says why, also after every command ran inside the first', async ({
  outside,
}) => {
  const town = await newTown(outside.env)
  const product = await town.start()
  const ran: Record<string, number> = {}
  const commands: readonly (readonly [string, ...string[]])[] = [
    ['verify'],
    ['sync'],
    ['sync', '--publish'],
    ['publish', '--to', join(town.home, 'site')],
    ['keys', 'check'],
    ['keys', 'rotate'],
    ['keys', 'backup', join(town.home, 'keys')],
    ['backup', join(town.home, 'backups')],
    ['verify'],
  ]
  for (const [name, ...args] of commands) {
    const { code, err } = await runCommand(name, args, town.env)
    ran[[name, ...args.slice(0, 1)].join(' ')] = code
    expect(code, `${name} ${args.join(' ')}: ${err}`).toBe(0)
  }
  const second = await runProgram(['api/server.ts'], { ...town.env, STADTTOR_PORT: '0' })
  expect(second.code).toBe(78)
  expect(second.err).toContain('another process uses this data folder')
  const draft = await fillDraft(product.origin, 'still writing')
  await expectDocument(draft, await submit(draft))
})

test('what was acknowledged before a backup under load is there again after a restore on an empty folder', async ({
  outside,
}) => {
  const town = await newTown(outside.env)
  const first = await town.start()
  const before = await Promise.all(Array.from({ length: 6 }, (_, n) => fillDraft(first.origin, `before ${n}`)))
  const acked = await Promise.all(before.map(async (draft) => ({ draft, vorgangId: await submit(draft) })))
  const load = { isOn: true, sent: 0 }
  const others = Array.from({ length: 4 }, async () => {
    while (load.isOn) {
      await submit(await fillDraft(first.origin, `meanwhile ${load.sent}`))
      load.sent += 1
    }
  })
  const backup = await runCommand('backup', [join(town.home, 'backups')], town.env)
  load.isOn = false
  await Promise.all(others)
  expect(backup, backup.err).toMatchObject({ code: 0 })
  expect(await runCommand('keys', ['backup', join(town.home, 'keys')], town.env)).toMatchObject({ code: 0 })
  await first.kill('SIGKILL')
  rmSync(town.env['STADTTOR_DATA'] ?? '', { recursive: true })

  const [name = ''] = readdirSync(join(town.home, 'backups'))
  const args = [join(town.home, 'backups', name), '--keys', join(town.home, 'keys'), '--verify']
  const restored = await runCommand('restore', args, town.env)
  expect(restored, restored.err).toMatchObject({ code: 0 })
  expect(restored.out).toMatch(/restored; files \d+\.\d\d s/)
  expect(restored.out).toMatch(/opened [1-9]\d* documents/)
  console.log(`sent meanwhile: ${load.sent}\n${backup.out}${restored.out}`)

  const again = await runCommand('restore', args, town.env)
  expect(again.code).toBe(1)
  expect(again.err).toContain('is not empty')
  const second = await town.start()
  for (const { draft, vorgangId } of acked) {
    draft.applicant.moveTo(second.origin)
    await expectDocument(draft, vorgangId)
  }
  expect(await runCommand('verify', [], town.env)).toMatchObject({ code: 0 })
  await submit(await fillDraft(second.origin, 'goes on'))
})

test('without the installation key the start is refused, naming the key', async ({ outside }) => {
  const town = await newTown(outside.env)
  const product = await town.start()
  const check = await runCommand('keys', ['check'], town.env)
  const [, id = ''] = /installation key (key-[0-9a-f]{8})/.exec(check.out) ?? []
  await product.kill('SIGTERM')
  const other = join(town.home, 'other')
  await runCommand('keys', ['init', other], town.env)
  const env = { ...town.env, STADTTOR_KEY_FILE: other, STADTTOR_PORT: '0' }
  const refused = await runProgram(['api/server.ts'], env)
  expect(refused.code).toBe(78)
  expect(refused.err).toContain(`the installation key ${id} is missing`)
  const alone = await runCommand('keys', ['check'], env)
  expect(alone.code).toBe(1)
  expect(alone.err).toContain(`the installation key ${id} is missing`)
  rmSync(town.env['STADTTOR_KEY_FILE'] ?? '')
  const missing = await runProgram(['api/server.ts'], { ...town.env, STADTTOR_PORT: '0' })
  expect(missing.err).toContain('the key file cannot be read')
  const inside = join(town.env['STADTTOR_DATA'] ?? '', 'key')
  expect((await runCommand('keys', ['init', inside], town.env)).err).toContain('must not lie inside the data folder')
})

test('no personal data in clear in database, log, blobs, search or backup', async ({ outside }) => {
  const town = await newTown(outside.env)
  const product = await town.start()
  const draft = await fillDraft(product.origin, 'Kanarienvogel im Anhang')
  await submit(draft)
  await product.tick()
  const left = newApplicant(product.origin)
  await left.ask('GET', '/api/v1/submissions/drafts/Sandower')
  expect(await runCommand('backup', [join(town.home, 'backups')], town.env)).toMatchObject({ code: 0 })
  expect(await runCommand('keys', ['backup', join(town.home, 'keys')], town.env)).toMatchObject({ code: 0 })
  const canaries = ['Lehmann-Nowak', 'Łucja', 'Sandower', '0981 0000', '276098100001234', 'Bello', 'Kanarienvogel']
  const files = readdirSync(town.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(20)
  const found: string[] = []
  for (const file of files.filter((entry) => !/[\\/](pages|content|site)([\\/]|$)/.test(entry.parentPath))) {
    const bytes = readFileSync(join(file.parentPath, file.name))
    for (const canary of canaries.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')])) {
      if (bytes.includes(canary)) {
        found.push(`${file.name}: ${canary.toString()}`)
      }
    }
  }
  expect(found).toEqual([])
  expect(canaries.filter((text) => product.output().includes(text))).toEqual([])
})
