import { createHmac, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillDraft, submit } from './support/applicant.ts'
import { runCommand, runProgram } from './support/command.ts'
import { type Product, startProduct } from './support/product.ts'
import { expect, outsideTest as test } from './support/test.ts'

/*
 * The product as an operator starts it: what it refuses to start with, what it tells when it dies, how its key is
 * changed while it runs. No browser.
 */
const HOST = 'service.stadt.test'
const SECRET = 'Zwergspitz-im-Nebel'

let home = ''
let running: Product[] = []
test.beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'st-'))
})
test.afterEach(async () => {
  await Promise.all(running.map((product) => product.kill('SIGKILL')))
  running = []
  rmSync(home, { recursive: true, force: true })
})

async function start(options: Parameters<typeof startProduct>[0]): Promise<Product> {
  const product = await startProduct(options)
  running.push(product)
  return product
}

/** Settings of a town in production, with a key of its own. Its provider cannot be reached. */
function productionEnv(): Record<string, string> {
  const env = {
    STADTTOR_MODE: 'production',
    STADTTOR_DATA: join(home, 'data'),
    STADTTOR_PORT: '0',
    STADTTOR_ORIGIN: `https://${HOST}`,
    STADTTOR_KEY_FILE: join(home, 'key'),
    STADTTOR_OIDC_ISSUER: 'https://anmeldung.stadt.test',
    STADTTOR_OIDC_CLIENT_SECRET_FILE: join(home, 'secret'),
    STADTTOR_SMTP_URL: 'smtps://mail.stadt.test',
    STADTTOR_MAIL_FROM: 'antwort-nicht-moeglich@stadt.test',
  }
  writeFileSync(env.STADTTOR_OIDC_CLIENT_SECRET_FILE, SECRET, { mode: 0o600 })
  const key = randomBytes(32).toString('base64url')
  writeFileSync(env.STADTTOR_KEY_FILE, `stadttor-key-1:town-key:${key}\n`, { mode: 0o600 })
  return env
}

type Asked = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

/** Asks as the proxy in front does: plain http, the public name in Host. */
function askAsProxy(product: Product, method: string, path: string, headers: Record<string, string> = {}) {
  const port = Number(product.log().find((line) => line['event'] === 'listening')?.['port'])
  return new Promise<Asked>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path, headers: { host: HOST, ...headers } }
    const req = request(options, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      const body = (): string => Buffer.concat(chunks).toString('utf8')
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: body() }))
    })
    req.on('error', reject)
    req.end(method === 'POST' ? 'service=hund-anmelden' : '')
  })
}

test('production starts with its settings, keeps its doors narrow, and says nothing of its secrets', async () => {
  const env = productionEnv()
  const product = await start({ env, dataDir: env['STADTTOR_DATA'] ?? '', mode: 'production' })
  expect(await askAsProxy(product, 'GET', '/ready')).toMatchObject({ status: 200 })
  const home = await askAsProxy(product, 'GET', '/')
  expect(home.status).toBe(200)
  expect(home.headers['strict-transport-security']).toBe('max-age=63072000; includeSubDomains')
  for (const host of ['localhost', '127.0.0.1', `${HOST}.evil.test`, `evil.test`]) {
    expect((await askAsProxy(product, 'GET', '/', { host })).status, host).toBe(421)
  }
  const form = {
    origin: `https://${HOST}`,
    accept: 'text/html',
    'content-type': 'application/x-www-form-urlencoded',
  }
  const begun = await askAsProxy(product, 'POST', '/api/v1/submissions/drafts', form)
  expect(begun.status).toBe(303)
  expect(begun.headers['set-cookie']?.join()).toMatch(
    /^__Host-sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=\d+$/,
  )
  const plain = await askAsProxy(product, 'POST', '/api/v1/submissions/drafts', { ...form, origin: `http://${HOST}` })
  expect(plain.status).toBe(403)
  const signIn = await askAsProxy(product, 'GET', '/api/v1/identity/sign-in', { accept: 'text/html' })
  expect(signIn.status, 'the provider cannot be reached').toBe(503)
  expect((await product.admin('POST', '/test/clock', { ms: 0 })).status).toBe(409)
  expect(await product.kill('SIGTERM')).toBe(0)
  const key = /:([\w-]{43})$/m.exec(readFileSync(env['STADTTOR_KEY_FILE'] ?? '', 'utf8'))?.[1] ?? ''
  expect(key).not.toBe('')
  for (const secret of [SECRET, key]) {
    expect(product.output()).not.toContain(secret)
  }
})

type Refusal = {
  readonly name: string
  readonly change: (env: Record<string, string>) => Record<string, string>
  readonly says: string
}
const refusals: readonly Refusal[] = [
  {
    name: 'a key inside the data folder',
    change: (env) => ({ STADTTOR_KEY_FILE: moveKey(env, join(env['STADTTOR_DATA'] ?? '', 'key')) }),
    says: 'STADTTOR_KEY_FILE',
  },
  {
    name: 'a link to a key inside the data folder',
    change: (env) => {
      symlinkSync(moveKey(env, join(env['STADTTOR_DATA'] ?? '', 'key')), join(home, 'link'))
      return { STADTTOR_KEY_FILE: join(home, 'link') }
    },
    says: 'must not lie inside the data folder',
  },
  {
    name: 'a key that others can read',
    change: (env) => {
      chmodSync(env['STADTTOR_KEY_FILE'] ?? '', 0o640)
      return {}
    },
    says: 'readable by others',
  },
  {
    name: 'the demo key in a file',
    change: () => {
      const key = createHmac('sha256', 'stadttor').update('demo').digest('base64url')
      writeFileSync(join(home, 'demo'), `stadttor-key-1:town-key:${key}\n`, { mode: 0o600 })
      return { STADTTOR_KEY_FILE: join(home, 'demo') }
    },
    says: 'demo key',
  },
  {
    name: 'a key that is none',
    change: () => {
      writeFileSync(join(home, 'broken'), `stadttor-key-1:town-key:${SECRET}\n`, { mode: 0o600 })
      return { STADTTOR_KEY_FILE: join(home, 'broken') }
    },
    says: 'STADTTOR_KEY_FILE',
  },
  {
    name: 'a secret in the environment',
    change: () => ({ STADTTOR_OIDC_CLIENT_SECRET: SECRET }),
    says: 'STADTTOR_OIDC_CLIENT_SECRET',
  },
]

function moveKey(env: Record<string, string>, to: string): string {
  mkdirSync(env['STADTTOR_DATA'] ?? '', { recursive: true })
  writeFileSync(to, readFileSync(env['STADTTOR_KEY_FILE'] ?? ''), { mode: 0o600 })
  return to
}

test('production refuses what is unsafe, names the setting, and shows no value', async () => {
  for (const { name, change, says } of refusals) {
    rmSync(home, { recursive: true })
    mkdirSync(home)
    const env = productionEnv()
    const { code, out, err } = await runProgram(['api/server.ts'], { ...env, ...change(env) })
    expect(code, `${name}: ${err}`).toBe(78)
    expect(err, name).toContain(says)
    const key = /:([\w-]{43})$/m.exec(readFileSync(join(home, 'key'), 'utf8'))?.[1] ?? ''
    for (const secret of [SECRET, key]) {
      expect(out + err, name).not.toContain(secret)
    }
  }
})

test('what nobody caught ends the process with its kind in the log and not a word of it', async ({ outside }) => {
  const raise = `Promise.reject(Object.assign(new Error('${SECRET}'), { code: 'E_PLANTED' }))`
  for (const planted of [raise, `setTimeout(() => { throw new Error('${SECRET}') })`]) {
    const program = `import{isMainThread as m}from'node:worker_threads';m&&process.on('SIGUSR2',()=>{${planted}})`
    const product = await start({
      env: { ...outside.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` },
    })
    expect(await product.kill('SIGUSR2')).toBe(70)
    expect(product.log().at(-1)).toMatchObject({ event: 'uncaught' })
    expect(product.output()).not.toContain(SECRET)
    rmSync(product.dataDir, { recursive: true, force: true })
  }
})

test('a page that fails is told by its route and the kind of error, and not a word of it', async ({ outside }) => {
  const program = `const own=URLSearchParams.prototype.get;URLSearchParams.prototype.get=function(name){const value=own.call(this,name);if(value==='${SECRET}'&&/dist.server/.test(new Error().stack))throw new RangeError('no '+value);return value}`
  const product = await start({
    env: { ...outside.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` },
  })
  const answer = await fetch(`${product.origin}/suche?q=${SECRET}`, { headers: { accept: 'text/html' } })
  const page = await answer.text()
  expect([answer.status, page.includes(SECRET)]).toEqual([500, false])
  const line = product.log().find(({ event }) => event === 'page-failed')
  expect(line).toMatchObject({ route: '/suche', reason: expect.stringMatching(/^RangeError\b/) })
  expect(page).toContain(String(line?.['requestId']))
  expect(product.output()).not.toContain(SECRET)
})

test('the key is changed while the product runs; then the old one is needed no more', async ({ outside }) => {
  const env = {
    ...outside.env,
    STADTTOR_MODE: 'test',
    STADTTOR_DATA: join(home, 'data'),
    STADTTOR_KEY_FILE: join(home, 'key'),
  }
  expect(await runCommand('keys', ['init', env.STADTTOR_KEY_FILE], env)).toMatchObject({ code: 0 })
  const again = await runCommand('keys', ['init', env.STADTTOR_KEY_FILE], env)
  expect(again.code).not.toBe(0)
  const first = await start({ env, dataDir: env.STADTTOR_DATA })
  const draft = await fillDraft(first.origin, 'before')
  const load = { isOn: true, drafts: [draft] }
  const others = (async () => {
    while (load.isOn) {
      load.drafts.push(await fillDraft(first.origin, `meanwhile ${load.drafts.length}`))
    }
  })()
  const [before = ''] = idsIn(env.STADTTOR_KEY_FILE)
  const rotated = await runCommand('keys', ['rotate'], env)
  load.isOn = false
  await others
  expect(rotated, rotated.err).toMatchObject({ code: 0 })
  const [fresh = '', old] = idsIn(env.STADTTOR_KEY_FILE)
  expect([old, fresh === before]).toEqual([before, false])
  const check = await runCommand('keys', ['check'], env)
  expect(check.out).toContain(`installation key ${fresh}; data keys are wrapped by: ${fresh}\n`)
  expect(await first.kill('SIGTERM')).toBe(0)
  writeFileSync(env.STADTTOR_KEY_FILE, `${readFileSync(env.STADTTOR_KEY_FILE, 'utf8').split('\n')[0]}\n`, {
    mode: 0o600,
  })
  const second = await start({ env, dataDir: env.STADTTOR_DATA })
  for (const each of load.drafts) {
    each.applicant.moveTo(second.origin)
    expect(await submit(each)).not.toBe('')
  }
})

const idsIn = (keyFile: string): string[] =>
  [...readFileSync(keyFile, 'utf8').matchAll(/^stadttor-key-1:([\w-]+):/gm)].map(([, id = '']) => id)
