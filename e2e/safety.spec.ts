import { fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { decideCase } from './support/case.ts'
import { expectHeaders } from './support/headers.ts'
import { FOREIGN, HOSTILE, TWO_FACED } from './support/hostile.ts'
import { type Product, startProduct } from './support/product.ts'
import { applicantOf, type Got, newProgram, type Program, signIn } from './support/program.ts'
import { expect, outsideTest as test } from './support/test.ts'
import { rawRequest, sendRaw } from './support/wire.ts'

/*
 * The product under attack, over HTTP: headers of every kind of answer, addresses, cross-site writes, broken bodies,
 * hostile parameters, guessing. One town, prepared once; nothing may ever be answered by 5xx. No browser.
 */
const API = '/api/v1/submissions'
const NOBODY = '00000000-0000-7000-8000-000000000000'
const UPLOAD = { name: 'impfpass.pdf', type: 'application/pdf', bytes: smallPdf('Impfpass, erfunden') }

type Town = {
  readonly product: Product
  readonly citizen: Program
  readonly clerk: Program
  readonly draftId: string
  readonly vorgangId: string
  readonly reference: string
  readonly code: string
}
let town: Town
const all: Got[] = []

test.beforeAll(async ({ outside }) => {
  test.setTimeout(120_000)
  const product = await startProduct({ env: { ...outside.env, STADTTOR_TRUSTED_PROXIES: '127.0.0.1,::1' } })
  const citizen = newProgram(product.origin)
  const applicant = applicantOf(citizen)
  const sent = await fillDraft(applicant, 'hund-anmelden', ONE_DOG, UPLOAD)
  const { location } = await submitDraft(applicant, sent)
  const receipt = (await citizen.stay(location)).body.toString()
  const vorgangId = /status\/([0-9a-f-]{36})/.exec(receipt)?.[1] ?? ''
  const reference = /CB-\d{4}-\w{4}-\w{4}/.exec(receipt)?.[0] ?? ''
  const code = /([2-9A-Z]{4}-[2-9A-Z]{4})(?![-\w])/.exec(receipt.replaceAll(reference, ''))?.[1] ?? ''
  await product.tick()
  const file = { name: 'antwort.pdf', bytes: smallPdf('Antwort, erfunden') }
  const texts = { message: 'Bitte mehr.', answer: 'Hier.', reasons: 'Gründe.', comment: 'Noch einmal.' }
  const [clerk] = await decideCase(product, citizen, vorgangId, { ...texts, file })
  const draftId = await fillDraft(applicant, 'hund-anmelden', ONE_DOG, UPLOAD)
  town = { product, citizen, clerk, draftId, vorgangId, reference, code }
})
test.afterAll(async () => {
  await town?.product.stop()
})
test.afterEach(() => {
  expect(all.filter(({ status }) => status >= 500).map(({ url, status }) => `${status} ${url}`)).toEqual([])
  for (const { url, body } of all.filter(({ status }) => status >= 400)) {
    expect(body.toString(), url).not.toMatch(
      /\.ts:\d|node_modules|\/api\/.*\.ts|SQLITE|SELECT |INSERT |at async |libsql/,
    )
  }
  all.length = 0
})

async function ask(program: Program, path: string, init: RequestInit = {}): Promise<Got> {
  const got = await program.stay(path, init)
  all.push(got)
  return got
}

/** Every way the product answers a reader, by who reads: pages, data, files, redirects, refusals. */
function readings(): readonly (readonly [Program, string, number])[] {
  const { citizen, clerk, draftId, vorgangId, product } = town
  const stranger = newProgram(product.origin)
  return [
    [stranger, '/', 200],
    [stranger, '/leistungen/', 200],
    [stranger, '/leistungen/hund-anmelden/', 200],
    [stranger, '/suche?q=hund', 200],
    [stranger, '/status/', 200],
    [stranger, '/antrag/beginnen/hund-anmelden', 200],
    [stranger, '/gibt-es-nicht', 404],
    [stranger, '/leistungen/hund-anmelden', 308],
    [stranger, '/amt/', 303],
    [stranger, `/status/${vorgangId}`, 303],
    [stranger, '/api/v1/catalogue/frame', 200],
    [stranger, '/api/v1/nothing', 404],
    [stranger, `${API}/status/${vorgangId}`, 401],
    [stranger, '/api/v1/identity/session', 200],
    [stranger, '/health', 200],
    [stranger, '/ready', 200],
    [citizen, `/antrag/${draftId}/name`, 200],
    [citizen, `/antrag/${draftId}/pruefen`, 200],
    [citizen, `/status/${vorgangId}`, 200],
    [citizen, `${API}/status/${vorgangId}`, 200],
    [citizen, `${API}/status/${NOBODY}`, 404],
    [citizen, `${API}/status/x`, 422],
    [citizen, `${API}/vorgaenge/${vorgangId}`, 403],
    [citizen, `${API}/status/${vorgangId}/copy.pdf`, 200],
    [clerk, '/amt/', 303],
    [clerk, '/amt/postkorb/steuern', 200],
    [clerk, `/amt/vorgaenge/${vorgangId}`, 200],
    [clerk, '/amt/postkorb/ordnung', 404],
  ]
}

test('every kind of answer carries the headers that make a browser careful', async () => {
  test.setTimeout(60_000)
  for (const [program, path, status] of readings()) {
    for (const method of ['GET', 'HEAD']) {
      const got = await ask(program, path, { method })
      expect(got.status, `${method} ${path}`).toBe(status)
      expectHeaders(got)
      expect(method === 'HEAD' ? got.body.length : 0).toBe(0)
    }
    const page = await ask(program, path)
    const tag = page.headers.get('etag')
    if (tag !== null) {
      const again = await ask(program, path, { headers: { 'if-none-match': tag } })
      expect(again.status, path).toBe(304)
      expectHeaders(again)
    }
  }
  const home = (await ask(newProgram(town.product.origin), '/')).body.toString()
  const assets = [...home.matchAll(/(?:href|src)="(\/_astro\/[^"]+)"/g)].map(([, path = '']) => path)
  expect(assets.length).toBeGreaterThan(1)
  for (const path of assets) {
    expectHeaders(await ask(newProgram(town.product.origin), path))
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const got = await ask(newProgram(town.product.origin), '/', { method, headers: { origin: town.product.origin } })
    expect(got.status, method).toBe(405)
    expectHeaders(got)
  }
})

test('what is read by one stays foreign to the other', async () => {
  const { citizen, clerk, draftId, vorgangId, product } = town
  const other = newProgram(product.origin)
  await applicantOf(other).post(`${API}/drafts`, { service: 'hund-anmelden' })
  for (const program of [other, clerk]) {
    for (const path of [
      `${API}/drafts/${draftId}`,
      `${API}/drafts/${draftId}/steps/name`,
      `${API}/drafts/${draftId}/review`,
      `${API}/status/${vorgangId}`,
      `${API}/status/${vorgangId}/copy.pdf`,
    ]) {
      expect([401, 403, 404], path).toContain((await ask(program, path)).status)
    }
  }
  for (const path of [`${API}/vorgaenge/${vorgangId}`, '/api/v1/postboxes/steuern/items', '/api/v1/postboxes']) {
    expect([401, 403, 404], path).toContain((await ask(citizen, path)).status)
  }
})

test('an address that could be read in two ways is refused, whoever asks for it', async () => {
  const { product, clerk } = town
  for (const target of TWO_FACED) {
    const line = `GET ${target}`
    const { status } = await sendRaw(product.origin, rawRequest(product.origin, line, { Cookie: clerk.cookies() }))
    expect([400, 421], line).toContain(status)
  }
  for (const path of ['/AMT/', '/Amt/', '/API/v1/identity/session', '/amt/%E2%80%AE', '/_astro/', '/.git/config']) {
    const { status } = await sendRaw(
      product.origin,
      rawRequest(product.origin, `GET ${path}`, { Cookie: clerk.cookies() }),
    )
    expect([400, 404], path).toContain(status)
  }
  for (const host of ['evil.test', 'localhost', '', `localhost:1`, `${new URL(product.origin).host}.evil.test`]) {
    const { status } = await sendRaw(product.origin, rawRequest(product.origin, 'GET /', { Host: host }))
    expect([400, 421], host).toContain(status)
  }
  const forwarded = { 'X-Forwarded-Host': 'evil.test', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil.test' }
  const { head, body } = await sendRaw(product.origin, rawRequest(product.origin, 'GET /amt/', forwarded))
  expect(head + body).not.toContain('evil.test')
})

test('requests that smuggle, stop half-way or never end are cut off', async () => {
  const { origin } = town.product
  const host = new URL(origin).host
  const post = `POST ${API}/drafts HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\n`
  const attacks = [
    `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /amt/ HTTP/1.1\r\n\r\n`,
    `${post}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`,
    `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    `${post}Content-Length: -1\r\n\r\n`,
    `${post}X: ${'a'.repeat(20_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: ${host}\r\n X: folded\r\n\r\n`,
    `GET / HTTP/1.1\nHost: ${host}\n\n\0`,
    `GET / HTTP/1.1\r\n\r\n`,
    `GET / HTTP/9.9\r\nHost: ${host}\r\n\r\n`,
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ]
  for (const bytes of attacks) {
    const { status } = await sendRaw(origin, bytes)
    expect([0, 200, 400, 403, 408, 413, 431, 505], bytes.slice(0, 120)).toContain(status)
    expect(bytes.startsWith('POST') && status === 200, bytes.slice(0, 120)).toBe(false)
  }
  expect((await ask(newProgram(origin), '/health')).status).toBe(200)
})

const writes = (): readonly (readonly [string, string])[] => {
  const { draftId, vorgangId } = town
  return [
    ['POST', `${API}/drafts`],
    ['POST', `${API}/drafts/${draftId}/steps/name`],
    ['POST', `${API}/drafts/${draftId}/submit`],
    ['PUT', `${API}/drafts/${draftId}/files?question=/unterlagen/nachweis`],
    ['DELETE', `${API}/drafts/${draftId}/files/${NOBODY}?question=/unterlagen/nachweis`],
    ['POST', `${API}/status/sign-in`],
    ['POST', `${API}/status/code`],
    ['POST', `${API}/status/${vorgangId}/requests/${NOBODY}`],
    ['POST', `/api/v1/postboxes/items/${vorgangId}/take`],
    ['POST', `/api/v1/postboxes/items/${vorgangId}/return`],
    ['POST', `/api/v1/workflow/vorgaenge/${vorgangId}/tasks/${NOBODY}/complete`],
    ['POST', '/api/v1/identity/sign-out'],
    ['PATCH', '/'],
    ['POST', '/status/'],
  ]
}

test('nothing is written for another site, whatever the content type says', async () => {
  test.setTimeout(60_000)
  const { product, citizen, clerk } = town
  const origin = product.origin
  const froms: readonly Record<string, string>[] = [
    {},
    { origin: 'null' },
    { origin: 'https://evil.test' },
    { origin: `${origin}.evil.test` },
    { origin: origin.replace('http:', 'https:') },
    { origin: 'http://localhost' },
    { origin, 'sec-fetch-site': 'cross-site' },
    { origin, 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { referer: `${origin}/` },
  ]
  const types = [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/json',
    '',
  ]
  for (const [index, [method, path]] of writes().entries()) {
    for (const from of froms) {
      // Every write from every wrong place; the types take turns, so that each pair of place and type occurs.
      const type = types[(index + froms.indexOf(from)) % types.length] ?? ''
      for (const who of [citizen, clerk]) {
        const headers = { ...from, ...(type === '' ? {} : { 'content-type': type }), 'hx-request': 'true' }
        const { status } = await ask(who, path, { method, headers, body: '{}' })
        expect(status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(403)
      }
    }
  }
  expect((await ask(citizen, `${API}/drafts/${town.draftId}`)).status, 'still there').toBe(200)
  expect((await ask(clerk, '/api/v1/postboxes')).status, 'still signed in').toBe(200)
  expect((await ask(clerk, '/api/v1/identity/sign-out')).status, 'no way by GET').toBe(404)
})

test('a sign-in leads nowhere else, keeps no session that somebody brought, and marks its cookies', async () => {
  test.setTimeout(60_000)
  const { product, clerk } = town
  for (const place of FOREIGN.slice(0, 6)) {
    const program = newProgram(product.origin)
    const back = await signIn(program, 'jana.noack', place)
    expect(new URL(back.url).origin, JSON.stringify(place)).toBe(product.origin)
    expect(new URL(back.url).pathname, JSON.stringify(place)).toMatch(/^\/(amt\/|[@.%]|$)/)
    all.push(back)
  }
  for (const place of FOREIGN) {
    const { headers, status } = await ask(
      newProgram(product.origin),
      `/api/v1/identity/sign-in?to=${encodeURIComponent(place)}`,
    )
    expect([302, 422], place).toContain(status)
    expect(headers.get('location') ?? '', place).not.toContain('evil.test')
  }
  const brought = newProgram(product.origin)
  const token = 'A'.repeat(43)
  const led = await brought.stay('/api/v1/identity/sign-in', { headers: { cookie: `staff=${token}; sid=${token}` } })
  for (const line of led.headers.getSetCookie()) {
    expect(line).toMatch(/^login=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
  }
  await signIn(brought, 'jana.noack')
  expect(brought.cookies()).not.toContain(token)
  const [, first = ''] = /staff=([\w-]+)/.exec(brought.cookies()) ?? []
  await signIn(brought, 'jana.noack')
  const [, second = ''] = /staff=([\w-]+)/.exec(brought.cookies()) ?? []
  expect([first.length, second.length, first === second]).toEqual([43, 43, false])
  const old = await ask(newProgram(product.origin), '/api/v1/postboxes', { headers: { cookie: `staff=${first}` } })
  expect(old.status, 'the former session ended').toBe(401)
  const callback = '/api/v1/identity/callback?code=x&state=y'
  expect((await ask(newProgram(product.origin), callback)).status, 'an answer nobody asked for').toBe(400)
  expect((await ask(clerk, callback)).status).toBe(400)
})

test('broken and hostile bodies and parameters are refused in order', async () => {
  test.setTimeout(60_000)
  const { citizen, clerk, draftId, vorgangId, product } = town
  const origin = product.origin
  const json = ['null', '[]', '"x"', '1', '{', '', '{"a":{"b":1}}', '{"__proto__":{"x":1}}', '['.repeat(9_000)]
  const forms = ['', '&&&', '=', 'a=1&a=2', '%', '%zz=%zz', 'a=%ff', `a=${'x'.repeat(300_000)}`, 'a=1&'.repeat(600)]
  const part = (head: string): string => `--b\r\n${head}\r\n\r\n%PDF-1.4\r\n--b--\r\n`
  const multipart = [
    '',
    '--b',
    part('Content-Disposition: form-data'),
    part('Content-Disposition: form-data; name="__proto__"; filename="x.pdf"'),
    part('Content-Disposition: form-data; name="/unterlagen/nachweis"; filename="\0.pdf"'),
    part('Content-Disposition: form-data; name="/unterlagen/nachweis"; filename="../../x.pdf"').slice(0, -4),
    part(`Content-Disposition: form-data; name="${'n'.repeat(5_000)}"`),
    part('X: x\r\n'.repeat(50)),
  ]
  const bodies = [
    ...json.map((body) => ['application/json', body] as const),
    ...forms.map((body) => ['application/x-www-form-urlencoded', body] as const),
    ...multipart.map((body) => ['multipart/form-data; boundary=b', body] as const),
    ['multipart/form-data', 'x'] as const,
    ['application/xml', '<x/>'] as const,
    ['text/plain', 'x'] as const,
  ]
  for (const [method, path] of writes().filter(
    ([method, path]) => method === 'POST' && !/submit|sign-out|drafts$/.test(path),
  )) {
    for (const [type, body] of bodies) {
      const who = path.includes('/submissions/') ? citizen : clerk
      await ask(who, path, { method, body, headers: { origin, 'content-type': type, accept: 'application/json' } })
    }
  }
  for (const text of HOSTILE) {
    const wrong = encodeURIComponent(text.slice(0, 300))
    await ask(citizen, `/suche?q=${wrong}`)
    await ask(citizen, `${API}/drafts/${draftId}/steps/name`, form(origin, { '/halter/vornamen': text, [text]: text }))
    await ask(citizen, `${API}/status/sign-in`, form(origin, { reference: text.slice(0, 39), code: text.slice(0, 39) }))
    await ask(clerk, `/api/v1/postboxes/steuern/items?view=${wrong}&after=${wrong}`)
    await ask(clerk, `/amt/postkorb/steuern?ansicht=${wrong}&nach=${wrong}`)
    await ask(clerk, `/amt/vorgaenge/${vorgangId}?dokument=${wrong}`)
    const named = { origin, 'x-file-name': wrong.slice(0, 8_000), 'content-type': 'application/octet-stream' }
    const question = `${API}/drafts/${draftId}/files?question=${wrong}`
    await ask(citizen, question, { method: 'PUT', headers: named, body: Buffer.from(UPLOAD.bytes) })
  }
  for (const range of [
    'bytes=0-',
    'bytes=-1',
    'bytes=9-1',
    'bytes=0-0,2-3',
    'bytes=999999-',
    'x',
    `bytes=${'9'.repeat(30)}-`,
  ]) {
    const got = await ask(citizen, `${API}/status/${vorgangId}/copy.pdf`, { headers: { range } })
    expect([200, 206, 416], range).toContain(got.status)
  }
})

const form = (origin: string, fields: Readonly<Record<string, string>>): RequestInit => ({
  method: 'POST',
  headers: { origin, accept: 'text/html' },
  body: new URLSearchParams(fields),
})

test('guessing a code is slowed where it is tried, and tells nothing of references', async () => {
  const { product, reference, code } = town
  const guess = (from: string, fields: { reference: string; code: string }) =>
    ask(newProgram(product.origin), `${API}/status/sign-in`, {
      ...form(product.origin, fields),
      headers: { origin: product.origin, accept: 'application/json', 'x-forwarded-for': from },
    })
  const unknown = await guess('192.0.2.1', { reference: 'CB-2026-AAAA-AAAA', code: 'ABCD-EFGH' })
  const known = await guess('192.0.2.1', { reference, code: 'ABCD-EFGH' })
  const shape = ({ status, body, headers }: Got) => [
    status,
    body.toString().replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ''),
    [...headers.keys()].sort().join(),
  ]
  expect(shape(known)).toEqual(shape(unknown))
  expect(known.status).toBe(403)
  const statuses: number[] = []
  for (let tries = 0; tries < 8; tries += 1) {
    statuses.push((await guess('192.0.2.7', { reference, code: `AB${tries + 2}D-EFGH` })).status)
  }
  expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429, 429])
  const right = await guess('192.0.2.7', { reference, code })
  expect([right.status, Number(right.headers.get('retry-after')) > 0], 'not even with the right code').toEqual([
    429,
    true,
  ])
  const askedFor = await Promise.all(
    [reference, 'CB-2026-AAAA-AAAA'].map((each) =>
      ask(newProgram(product.origin), `${API}/status/code`, {
        ...form(product.origin, { reference: each }),
        headers: { origin: product.origin, accept: 'application/json', 'x-forwarded-for': '192.0.2.9' },
      }),
    ),
  )
  expect(shape(askedFor[0] as Got)).toEqual(shape(askedFor[1] as Got))
  const owner = await guess('198.51.100.4', { reference, code })
  expect(owner.status, 'the owner elsewhere is not locked out').toBe(200)
})
