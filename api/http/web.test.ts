import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { clientAddress, trustedProxies } from './client-address.ts'
import type { StaticFile } from './static-file.ts'
import { createWeb, type PageLocals, type Web, type WebOptions } from './web.ts'

const ORIGIN = 'https://stadt.example'
const bytes = (text: string) => new TextEncoder().encode(text)
const page = (text: string, status = 200): StaticFile => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' },
  digest: 'd'.repeat(64),
  plain: () => bytes(text),
  br: () => bytes(`br:${text}`),
  gzip: () => bytes(`gz:${text}`),
})
const RELEASE = new Map<string, StaticFile>([
  ['/', page('home')],
  ['/leistungen/', page('services')],
  ['/weg/', page('was here', 410)],
  ['/503', page('busy', 503)],
  ['/lost/', { ...page('lost'), plain: () => Promise.reject(new Error('missing')), digest: 'e'.repeat(64) }],
])

let logged: { event: string; fields: Record<string, unknown> }[]
let apiCalls: { path: string; method: string; address: string; body: string }[]
let rendered: { path: string; locals: PageLocals; cookie: string | null }[]
let api: WebOptions['api']
let options: WebOptions

const problem = (status: number, type: string, headers = {}) =>
  new Response(JSON.stringify({ type: `/errors/${type}`, status }), {
    status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...headers },
  })

beforeEach(() => {
  logged = []
  apiCalls = []
  rendered = []
  api = async () => Response.json({ ok: true })
  let nowMs = 0
  options = {
    api: async (request, from) => {
      const { pathname } = new URL(request.url)
      apiCalls.push({
        path: pathname,
        method: request.method,
        address: from.address,
        body: await request.clone().text(),
      })
      return await api(request, from)
    },
    pages: async (request, locals) => {
      const { pathname } = new URL(request.url)
      rendered.push({ path: pathname, locals, cookie: request.headers.get('cookie') })
      const status = locals.problem?.status ?? (pathname === '/unknown' ? 404 : 200)
      return new Response(`page ${pathname}`, { status, headers: { 'Content-Type': 'text/html' } })
    },
    release: (path) => {
      const file = RELEASE.get(path)
      return file ?? (RELEASE.has(`${path}/`) ? { redirect: `${path}/` } : null)
    },
    assets: (path) =>
      path === '/_astro/a.css'
        ? {
            status: 200,
            headers: { 'Content-Type': 'text/css', 'Cache-Control': 'immutable' },
            digest: 'a'.repeat(64),
            plain: () => bytes('a{}'),
          }
        : null,
    probes: { '/health': async () => new Response('ok') },
    origin: ORIGIN,
    hosts: ['127.0.0.1:8080'],
    isHttps: true,
    demo: false,
    trustedProxies: ['10.0.0.0/8'],
    inFlightMax: 2,
    log: (event, fields = {}) => logged.push({ event, fields }),
    newId: () => 'request-1',
    now: () => (nowMs += 1),
  }
})

type Ask = { method?: string; headers?: Record<string, string>; body?: string; address?: string; web?: Web }
const ask = (url: string, { method = 'GET', headers = {}, body, address = '192.0.2.9', web }: Ask = {}) => {
  const host = headers['host'] ?? 'stadt.example'
  const request = new Request(`http://stadt.example${url.startsWith('/') ? '/x' : ''}`, {
    method,
    headers: { host, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const target = new Request(url.startsWith('/') && !url.startsWith('//') ? new URL(url, ORIGIN) : request.url, request)
  return (web ?? createWeb(options)).handle(target, { url, address })
}
const FORM = {
  'content-type': 'application/x-www-form-urlencoded',
  accept: 'text/html',
  origin: ORIGIN,
  'sec-fetch-site': 'same-origin',
}

describe('address guard', () => {
  const bad = [
    '//leistungen/',
    '/a//b',
    '/%2e%2e/etc',
    '/a/../b',
    '/a/./b',
    '/a%2fb',
    '/a%5cb',
    '/a\\b',
    '/a;b=1',
    '/%00',
    '/a%25b',
    'http://evil.example/',
    '*',
    '',
    '/ä',
    '/a b',
  ]
  it.each(bad)('400 for %j, before anything else is asked', async (url) => {
    const answer = await ask(url)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(apiCalls).toEqual([])
    expect(rendered).toEqual([])
    expect(createWeb(options).quick({ method: 'GET', url, header: () => 'stadt.example' })?.status).toBe(400)
  })

  it('never lets an address with an encoded or doubled separator through, wherever it stands', () => {
    const evil = fc.constantFrom('//', '%2f', '%2F', '%5c', '\\', '/../', '/./', '%2e', '%00', '%25')
    const part = fc.stringMatching(/^[a-z]{0,5}$/)
    fc.assert(
      fc.property(part, evil, part, (before, sign, after) => {
        const answer = createWeb(options).quick({
          method: 'GET',
          url: `/${before}${sign}${after}`,
          header: () => 'stadt.example',
        })
        expect(answer?.status).toBe(400)
      }),
    )
  })

  it('looks at the path only: a query may hold anything', async () => {
    expect((await ask('/suche?q=a%2Fb//c;..')).status).toBe(200)
  })
})

describe('Host', () => {
  it.each(['evil.example', 'stadt.example.evil.example', 'stadt.example:81', 'localhost', ''])(
    '421 for %j',
    async (host) => {
      expect((await ask('/', { headers: { host } })).status).toBe(421)
      expect(createWeb(options).quick({ method: 'GET', url: '/', header: () => host })?.status).toBe(421)
    },
  )
  it.each(['stadt.example', 'STADT.example', '127.0.0.1:8080'])('200 for %j', async (host) => {
    expect((await ask('/', { headers: { host } })).status).toBe(200)
  })
  it('answers a probe under any name, and nothing else', async () => {
    expect(await (await ask('/health', { headers: { host: '10.1.2.3' } })).text()).toBe('ok')
    expect((await ask('/health/x', { headers: { host: '10.1.2.3' } })).status).toBe(421)
  })
})

describe('cross-site check', () => {
  const origins = [ORIGIN, 'https://evil.example', 'null', 'http://stadt.example', undefined]
  const sites = ['same-origin', 'same-site', 'cross-site', 'none', undefined]
  const types = [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/json',
    'application/octet-stream',
    undefined,
  ]
  const cases = ['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
    origins.flatMap((origin) => sites.flatMap((site) => types.map((type) => ({ method, origin, site, type })))),
  )
  it(`decides all ${cases.length} cases by origin and site alone, whatever the content type`, async () => {
    for (const { method, origin, site, type } of cases) {
      const headers = {
        ...(origin === undefined ? {} : { origin }),
        ...(site === undefined ? {} : { 'sec-fetch-site': site }),
        ...(type === undefined ? {} : { 'content-type': type }),
      }
      const isOurs =
        origin === undefined
          ? site === 'same-origin'
          : origin === ORIGIN && (site === undefined || site === 'same-origin')
      apiCalls = []
      const answer = await ask('/api/v1/x', { method, headers, body: 'a=1' })
      expect([answer.status, apiCalls.length], JSON.stringify({ method, origin, site, type })).toEqual(
        isOurs ? [200, 1] : [403, 0],
      )
    }
  })
  it('lets GET and HEAD of other sites through', async () => {
    expect(
      (await ask('/', { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } })).status,
    ).toBe(200)
  })
  it('shows a refused form as a page with status 403', async () => {
    const answer = await ask('/api/v1/x', { method: 'POST', headers: { ...FORM, origin: 'null' }, body: 'a=1' })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toBe('page /fehler')
    expect(rendered[0]?.locals.problem).toEqual({ status: 403, type: 'http/cross-site', requestId: 'request-1' })
  })
})

describe('who asks', () => {
  const trusted = trustedProxies(['10.0.0.0/8', '::1', '192.0.2.1'])
  it.each([
    ['198.51.100.7', '203.0.113.5', '198.51.100.7', 'a stranger cannot claim an address'],
    ['10.0.0.1', '203.0.113.5', '203.0.113.5', 'a trusted proxy may'],
    ['::ffff:10.0.0.1', '203.0.113.5', '203.0.113.5', 'also through an IPv6 socket'],
    ['10.0.0.1', '1.1.1.1, 203.0.113.5', '203.0.113.5', 'what the client itself wrote is further left'],
    ['10.0.0.1', '1.1.1.1, 203.0.113.5, 10.0.0.2, 192.0.2.1', '203.0.113.5', 'several proxies'],
    ['10.0.0.1', null, '10.0.0.1', 'nothing forwarded'],
    ['10.0.0.1', 'evil, unknown', '10.0.0.1', 'no address'],
    ['::1', '2001:db8::7', '2001:db8::7', 'IPv6'],
  ])('peer %s, forwarded %s: %s (%s)', (peer, forwarded, expected, _why) => {
    expect(clientAddress(peer, forwarded, trusted)).toBe(expected)
  })
  it('throws on a proxy that is no address', () => {
    expect(() => trustedProxies(['proxy.example'])).toThrow('proxy.example')
    expect(() => trustedProxies(['10.0.0.0/x'])).toThrow()
  })
  it('gives the API the address, also when a page asks', async () => {
    const headers = {
      'x-forwarded-for': '203.0.113.5',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
    }
    await ask('/api/v1/x', { headers })
    await ask('/api/v1/x', { headers, address: '10.0.0.1' })
    expect(apiCalls.map((call) => call.address)).toEqual(['192.0.2.9', '203.0.113.5'])
    await ask('/konto/', { headers, address: '10.0.0.1' })
    expect(rendered[0]?.locals).toMatchObject({ origin: ORIGIN, requestId: 'request-1' })
    await rendered[0]?.locals.api(new Request(`${ORIGIN}/api/v1/y`))
    expect(apiCalls.at(-1)).toMatchObject({ path: '/api/v1/y', address: '203.0.113.5' })
  })
})

describe('problems', () => {
  const html = 'text/html,application/xhtml+xml'
  it.each([
    ['a form', { method: 'POST', headers: FORM, body: 'a=1' }, 'page'],
    ['htmx', { method: 'POST', headers: { ...FORM, accept: '*/*', 'hx-request': 'true' }, body: 'a=1' }, 'page'],
    ['a link', { headers: { accept: html, 'sec-fetch-mode': 'navigate' } }, 'page'],
    ['an old browser', { headers: { accept: html } }, 'page'],
    ['a script', { headers: { accept: html, 'sec-fetch-mode': 'cors' } }, 'problem'],
    ['a program', { headers: { accept: 'application/json' } }, 'problem'],
    [
      'a JSON post that takes HTML too',
      { method: 'POST', headers: { ...FORM, 'content-type': 'application/json' }, body: '{}' },
      'problem',
    ],
    ['a form that takes no HTML', { method: 'POST', headers: { ...FORM, accept: '*/*' }, body: 'a=1' }, 'problem'],
  ] as const)('to %s: the same status as a %#', async (_, how, kind) => {
    for (const status of [400, 401, 403, 404, 409, 413, 422, 429, 500, 503]) {
      api = async () => problem(status, 'forms/closed', { 'Retry-After': '7' })
      const answer = await ask('/api/v1/x', how)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('retry-after')).toBe('7')
      const text = await answer.text()
      expect(kind === 'page' ? text : JSON.parse(text).type).toBe(
        kind === 'page' ? 'page /fehler' : '/errors/forms/closed',
      )
      expect(answer.headers.get('content-type')).toBe(
        kind === 'page' ? 'text/html; charset=utf-8' : 'application/problem+json; charset=utf-8',
      )
      expect(answer.headers.get('content-security-policy')).toContain(
        kind === 'page' ? "form-action 'self'" : 'sandbox',
      )
    }
    if (kind === 'page') {
      expect(rendered[0]?.locals.problem).toEqual({ status: 400, type: 'forms/closed', requestId: 'request-1' })
    }
  })

  it('passes a 303 with its cookies on', async () => {
    api = async () => {
      const headers = new Headers({ Location: '/antrag/1' })
      headers.append('Set-Cookie', 'a=1; HttpOnly')
      headers.append('Set-Cookie', 'b=2; HttpOnly')
      return new Response(null, { status: 303, headers })
    }
    const answer = await ask('/api/v1/x', { method: 'POST', headers: FORM, body: 'a=1' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/antrag/1'])
    expect(answer.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2; HttpOnly'])
    expect(rendered).toEqual([])
  })

  it('keeps cookies of a refusal when it becomes a page', async () => {
    api = async () => problem(401, 'http/not-signed-in', { 'Set-Cookie': 'sid=; Max-Age=0' })
    const answer = await ask('/api/v1/x', { method: 'POST', headers: FORM, body: 'a=1' })
    expect(answer.headers.getSetCookie()).toEqual(['sid=; Max-Age=0'])
  })

  it('500 as a page when something breaks, as plain text when even that does; no message leaves', async () => {
    api = async () => {
      throw new Error('secret')
    }
    const broken = await ask('/api/v1/x', { method: 'POST', headers: FORM, body: 'a=1' })
    expect([broken.status, await broken.text()]).toEqual([500, 'page /fehler'])
    options = { ...options, pages: async () => Promise.reject(new Error('secret')) }
    const worse = await ask('/konto/', { headers: { accept: html } })
    expect([worse.status, await worse.text()]).toEqual([500, 'Internal Server Error'])
    expect(JSON.stringify(logged)).not.toContain('secret')
  })

  describe('a form of the back office that was refused', () => {
    const AT = '/amt/vorgaenge/01a2-b3'
    const sendFrom = (referer: string, body = 'reasons=zu+kurz&outcome=refuse', more: Record<string, string> = {}) =>
      ask('/api/v1/x', {
        method: 'POST',
        headers: { ...FORM, referer, 'content-length': String(body.length), ...more },
        body,
      })
    beforeEach(() => {
      api = async (request) => {
        await request.text()
        return problem(409, 'workflow/task-done')
      }
      options = {
        ...options,
        pages: async (request, locals) => {
          const { pathname, search } = new URL(request.url)
          rendered.push({ path: pathname + search, locals, cookie: null })
          const isThere = pathname === '/fehler' || pathname === AT
          return new Response(`page ${pathname}`, { status: isThere ? 200 : 404 })
        },
      }
    })

    it('is shown on its own page again, with the status of the refusal and what was typed', async () => {
      const answer = await sendFrom(`${ORIGIN}${AT}?dokument=1`)
      expect([answer.status, await answer.text()]).toEqual([409, `page ${AT}`])
      expect(rendered.map(({ path }) => path)).toEqual([`${AT}?dokument=1`])
      expect(rendered[0]?.locals.problem).toEqual({
        status: 409,
        type: 'workflow/task-done',
        requestId: 'request-1',
        form: {
          page: `${AT}?dokument=1`,
          action: '/api/v1/x',
          values: { reasons: 'zu kurz', outcome: 'refuse' },
        },
      })
    })

    it.each([
      ['of another host', `https://anders.example${AT}`, {}],
      ['of another page', `${ORIGIN}/konto/`, {}],
      ['of a page below', `${ORIGIN}${AT}/weiter`, {}],
      ['no address', 'vorgang', {}],
      ['with files', `${ORIGIN}${AT}`, { 'content-type': 'multipart/form-data; boundary=x' }],
      ['too large', `${ORIGIN}${AT}`, { 'content-length': '65537' }],
    ])('becomes the page of errors where it is %s', async (_, referer, more) => {
      const answer = await sendFrom(referer, 'a=1', more)
      expect([answer.status, await answer.text()]).toEqual([409, 'page /fehler'])
      expect(rendered.at(-1)?.locals.problem?.form).toBeUndefined()
    })

    describe('of an editor', () => {
      const SERVICE = '/redaktion/formulare/boot'
      const MULTIPART = { 'content-type': 'multipart/form-data; boundary=x' }
      const sent = (to: string, body: string, more: Record<string, string>) =>
        ask(`/api/v1/editing/services${to}`, {
          method: 'POST',
          headers: { ...FORM, 'content-length': String(body.length), ...more },
          body,
        })
      beforeEach(() => {
        options = {
          ...options,
          pages: async (request, locals) => {
            const { pathname } = new URL(request.url)
            rendered.push({ path: pathname, locals, cookie: null })
            return new Response(`page ${pathname}`, { status: 200 })
          },
        }
      })

      it.each([
        ['the page it stood on', '/boot/files/form.de.yaml', `${SERVICE}/datei/form.de.yaml`],
        ['the list, where a service is begun', '', '/redaktion/formulare/'],
      ])('is shown on %s', async (_, to, page) => {
        const answer = await sent(to, 'text=a%3A+%5B', { referer: `${ORIGIN}${page}` })
        expect([answer.status, await answer.text()]).toEqual([409, `page ${page}`])
        expect(rendered.at(-1)?.locals.problem?.form).toMatchObject({ page, values: { text: 'a: [' } })
      })

      it.each([
        ['the service', '/boot/publish', SERVICE],
        ['the sheet', '/boot/sheets/question.a.b', `${SERVICE}/blatt/question.a.b`],
        ['the file', '/boot/files/form.de.yaml', `${SERVICE}/datei/form.de.yaml`],
        ['the conflict', '/boot/sheets/texts?conflict', `${SERVICE}/konflikt/0198-a`],
        ['all services', '', '/redaktion/formulare/'],
      ])('is shown on the page of %s where the browser names no page', async (_, to, page) => {
        const [path = '', conflict] = to.split('?')
        const body = conflict === undefined ? 'version=1' : 'conflict=0198-a'
        // A page shown again is sent from the address it was sent to.
        const from = { referer: `${ORIGIN}/api/v1/editing/services${path}` }
        expect(await (await sent(path, body, from)).text()).toBe(`page ${page}`)
        expect(await (await sent(path, body, {})).text()).toBe(`page ${page}`)
      })

      it.each([
        ['/redaktion/formulare/', '', '/redaktion/formulare/'],
        [`${SERVICE}?an=publish`, '/boot/publish', SERVICE],
        [`${SERVICE}/vergleich?an=take-over`, '/boot/take-over', `${SERVICE}/vergleich`],
        [`${SERVICE}/blatt/question.a.b`, '/boot/sheets/question.a.b', `${SERVICE}/blatt/question.a.b`],
        [`${SERVICE}/datei/form.de.yaml`, '/boot/files/form.de.yaml', `${SERVICE}/datei/form.de.yaml`],
        [`${SERVICE}/konflikt/0198-a?an=sheets/texts`, '/boot/sheets/texts', `${SERVICE}/konflikt/0198-a`],
      ])('stands at the address of its page: sent to %s', async (to, path, page) => {
        const from = { referer: ORIGIN + to, 'content-length': '7' }
        const answer = await ask(to, { method: 'POST', headers: { ...FORM, ...from }, body: 'title=a' })
        expect([answer.status, await answer.text()]).toEqual([409, `page ${page}`])
        expect(apiCalls).toMatchObject([{ path: `/api/v1/editing/services${path}`, method: 'POST', body: 'title=a' }])
        expect(rendered.at(-1)?.locals.problem?.form).toMatchObject({
          action: `/api/v1/editing/services${path}`,
          values: { title: 'a' },
        })
      })

      it.each([
        `${SERVICE}?an=..`,
        `${SERVICE}?an=sheets/../../../identity/sign-out`,
        `${SERVICE}?an=//evil`,
        `${SERVICE}/fragen`,
        `/redaktion/formulare/?an=publish`,
        '/redaktion/',
      ])('405 for a form that names nothing of a service: %s', async (to) => {
        expect((await ask(to, { method: 'POST', headers: FORM, body: 'a=1' })).status).toBe(405)
        expect(apiCalls).toEqual([])
      })

      it('405 for a program that sends to a page', async () => {
        const headers = { ...FORM, 'content-type': 'application/json' }
        expect((await ask(SERVICE, { method: 'POST', headers, body: '{}' })).status).toBe(405)
      })

      it('is shown on the page of the service where its own is gone', async () => {
        options = {
          ...options,
          pages: async (request, locals) => {
            const { pathname } = new URL(request.url)
            rendered.push({ path: pathname, locals, cookie: null })
            return new Response(`page ${pathname}`, { status: pathname.includes('/konflikt/') ? 404 : 200 })
          },
        }
        const answer = await sent('/boot/sheets/texts', 'title=a', { referer: `${ORIGIN}${SERVICE}/konflikt/0198` })
        expect([answer.status, await answer.text()]).toEqual([409, `page ${SERVICE}`])
      })

      it('keeps what stands beside dropped files, not the files; of one too large only its page', async () => {
        const part = (name: string, value: string) =>
          `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
        const file = part('files"; filename="a.xml', '<a>')
        await sent('', `${part('catalogue', 'key-1')}${file}--x--\r\n`, MULTIPART)
        expect(rendered.at(-1)?.locals.problem?.form?.values).toEqual({ catalogue: 'key-1' })
        await sent('', `${part('catalogue', 'key-1')}--x--\r\n`, { ...MULTIPART, 'content-length': '1000001' })
        expect(rendered.at(-1)?.locals.problem?.form).toMatchObject({ page: '/redaktion/formulare/', values: {} })
      })
    })

    it('becomes the page of errors where its own page cannot be shown any more', async () => {
      const answer = await sendFrom(`${ORIGIN}/amt/vorgaenge/fort`)
      expect([answer.status, await answer.text()]).toEqual([409, 'page /fehler'])
    })
  })

  it('lets a page that stores nothing be asked by a small form, and by nothing else', async () => {
    const asked: { method: string; body: string; cookie: string | null }[] = []
    options = {
      ...options,
      pages: async (request) => {
        const { method, headers } = request
        asked.push({ method, body: await request.text(), cookie: headers.get('cookie') })
        return new Response('page', { headers: { 'Content-Type': 'text/html' } })
      },
    }
    const send = async (path: string, body: string, type: string, site = 'same-origin') =>
      (
        await ask(path, {
          method: 'POST',
          body,
          headers: { 'content-type': type, 'sec-fetch-site': site, origin: ORIGIN, 'x-secret': '1' },
        })
      ).status
    const form = 'application/x-www-form-urlencoded'
    expect(await send('/antrag/vorab/hund', 'a=1', form)).toBe(200)
    expect(asked).toEqual([{ method: 'POST', body: 'a=1', cookie: null }])
    expect(await send('/antrag/vorab/hund/en', 'a=1', form)).toBe(200)
    expect(await send('/antrag/vorab/hund', '{}', 'application/json')).toBe(415)
    expect(await send('/antrag/vorab/hund', 'a'.repeat(20_000), form)).toBe(413)
    expect(await send('/antrag/vorab/hund', 'a=1', form, 'cross-site')).toBe(403)
    expect(await send('/antrag/vorab/hund/en/more', 'a=1', form)).toBe(405)
    expect(await send('/amt/vorgaenge/a-1/zugang/b-2', '', form)).toBe(200)
    expect(await send('/amt/vorgaenge/a-1/zugang/b-2', '', form, 'cross-site')).toBe(403)
    expect(await send('/amt/vorgaenge/a-1', '', form)).toBe(405)
    expect(asked).toHaveLength(3)
  })

  it('405 for a form sent to a page', async () => {
    const answer = await ask('/konto/', { method: 'POST', headers: FORM, body: 'a=1' })
    expect([answer.status, answer.headers.get('allow'), rendered.map((one) => one.path)]).toEqual([
      405,
      'GET, HEAD',
      ['/fehler'],
    ])
  })
})

describe('static files', () => {
  it.each([
    ['gzip, deflate, br', 'br', 'br:home'],
    ['gzip', 'gzip', 'gz:home'],
    ['br;q=0, gzip', 'gzip', 'gz:home'],
    ['BR', null, 'home'],
    ['identity', null, 'home'],
    ['xbr', null, 'home'],
    ['br;q=0.000', null, 'home'],
    ['br;q=0.5', 'br', 'br:home'],
  ])('for Accept-Encoding %j sends %s', async (encodings, encoding, body) => {
    const answer = await ask('/', { headers: { 'accept-encoding': encodings } })
    expect(answer.headers.get('content-encoding')).toBe(encoding)
    expect(answer.headers.get('vary')).toBe('Accept-Encoding')
    expect(await answer.text()).toBe(body)
  })

  it('304 for a known ETag of the same variant only', async () => {
    const br = (await ask('/', { headers: { 'accept-encoding': 'br' } })).headers.get('etag') ?? ''
    const plain = (await ask('/')).headers.get('etag') ?? ''
    expect(br).not.toBe(plain)
    const asked = (tag: string) => ask('/', { headers: { 'accept-encoding': 'br', 'if-none-match': tag } })
    expect(
      await Promise.all([asked(br), asked(`W/${br}, "x"`), asked('*'), asked(plain)]).then((all) =>
        all.map((one) => one.status),
      ),
    ).toEqual([304, 304, 304, 200])
    const known = await asked(br)
    expect([await known.text(), known.headers.get('content-security-policy')]).toEqual([
      '',
      expect.stringContaining("default-src 'none'"),
    ])
    const gone = await ask('/weg/', { headers: { 'if-none-match': '*' } })
    expect(gone.status).toBe(410)
  })

  it('HEAD has the headers of GET and no body', async () => {
    const get = await ask('/')
    const head = await ask('/', { method: 'HEAD' })
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers))
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['4', ''])
  })

  it('308 to the address with the slash, query kept', async () => {
    const answer = await ask('/leistungen?a=1')
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/leistungen/?a=1'])
  })

  it('answers from memory as it does otherwise, and not what it must read first', async () => {
    const web = createWeb(options)
    const header = (name: string) => (name === 'host' ? 'stadt.example' : name === 'accept-encoding' ? 'br' : undefined)
    const quick = web.quick({ method: 'GET', url: '/', header })
    const slow = await ask('/', { headers: { 'accept-encoding': 'br' }, web })
    expect(quick?.status).toBe(slow.status)
    expect(Object.fromEntries(new Headers(quick?.headers))).toEqual(Object.fromEntries(slow.headers))
    expect(
      web.quick({ method: 'GET', url: '/lost/', header: (name) => (name === 'host' ? 'stadt.example' : undefined) }),
    ).toBeNull()
    expect(web.quick({ method: 'POST', url: '/', header })).toBeNull()
  })

  it('renders a page whose bytes are lost, and says so in the log', async () => {
    const answer = await ask('/lost/')
    expect(await answer.text()).toBe('page /lost/')
    expect(logged.map((line) => line.event)).toContain('page-missing')
  })

  it('lets hashed assets be kept', async () => {
    expect((await ask('/_astro/a.css')).headers.get('cache-control')).toBe('immutable')
  })
})

describe('pages', () => {
  it('are rendered under the public origin with the cookies of the visitor, and never stored', async () => {
    const answer = await ask('/konto/', { headers: { cookie: 'sid=1', authorization: 'Bearer x' } })
    expect(rendered[0]).toMatchObject({ path: '/konto/', cookie: 'sid=1' })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('strict-transport-security')).toContain('max-age')
  })
  it('404 keeps its status', async () => {
    expect((await ask('/unknown')).status).toBe(404)
  })
})

describe('overload', () => {
  it('sheds what is too much with 503 and Retry-After, serves static pages on, and takes requests again', async () => {
    const gate = Promise.withResolvers<void>()
    api = async () => {
      await gate.promise
      return Response.json({})
    }
    const web = createWeb(options)
    const waiting = [ask('/api/v1/x', { web }), ask('/api/v1/x', { web })]
    await new Promise((resolve) => setImmediate(resolve))
    const person = await ask('/konto/', { web, headers: { accept: 'text/html' } })
    expect([person.status, person.headers.get('retry-after'), await person.text()]).toEqual([503, '2', 'busy'])
    const program = await ask('/api/v1/x', { web })
    expect([program.status, (await program.json()) as unknown]).toEqual([
      503,
      expect.objectContaining({ type: '/errors/http/overloaded' }),
    ])
    expect((await ask('/', { web })).status).toBe(200)
    expect((await ask('/health', { web })).status).toBe(200)
    gate.resolve()
    expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual([200, 200])
    expect((await ask('/konto/', { web })).status).toBe(200)
  })
})

describe('log', () => {
  it('has one line for each request, without path or query', async () => {
    await ask('/konto/geheim-4711/?q=geheim', { headers: { cookie: 'sid=geheim' } })
    await ask('/api/v1/status/geheim-4711')
    expect(logged.map((line) => line.fields)).toEqual([
      { requestId: 'request-1', method: 'GET', route: 'page', status: 200, ms: expect.any(Number) },
      { requestId: 'request-1', method: 'GET', route: 'api', status: 200, ms: expect.any(Number) },
    ])
    expect(JSON.stringify(logged)).not.toContain('geheim')
  })
})
