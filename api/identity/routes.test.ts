import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Idp, startIdp } from '../../e2e/servers/idp/index.ts'
import {
  type Browser,
  type IdentityTest,
  identityContext,
  MFA,
  openBrowser,
  passProvider,
  providerOf,
  sessionOf,
  signIn,
} from './testing.ts'

const MINUTE_MS = 60_000
const SIGN_IN = '/api/v1/identity/sign-in'

let idp: Idp
let ctx: IdentityTest
let browser: Browser
beforeAll(async () => {
  idp = await startIdp()
})
afterAll(() => idp.close())
beforeEach(async () => {
  await idp.control({ reset: true })
  ctx = await identityContext(providerOf(idp))
  browser = openBrowser(ctx)
})
afterEach(() => ctx.close())

const problemOf = async (answer: Response): Promise<unknown> => ((await answer.json()) as { type: string }).type

describe('GET /api/v1/identity/sign-in', () => {
  it('302 leads to the provider with PKCE, state, nonce and the wish for a second factor', async () => {
    const answer = await browser.request(SIGN_IN)
    const url = new URL(answer.headers.get('location') ?? '')
    expect(answer.status).toBe(302)
    expect(url.origin).toBe(idp.url)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      redirect_uri: 'http://localhost:8080/api/v1/identity/callback',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      acr_values: MFA.mfaAcr[0],
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('302 binds the attempt to the browser by a cookie that shows nothing of it', async () => {
    const answer = await browser.request(`${SIGN_IN}?to=/amt/postkorb/steuern`)
    const [line = ''] = answer.headers.getSetCookie()
    expect(line).toMatch(/^login=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/)
    const state = new URL(answer.headers.get('location') ?? '').searchParams.get('state') ?? ''
    expect(Buffer.from(line.slice(6), 'base64url').toString('latin1')).not.toMatch(new RegExp(`${state}|postkorb`))
  })

  it('503 while the provider is down, and 302 again once it is back', async () => {
    await idp.control({ mode: 'down' })
    const answer = await browser.request(SIGN_IN)
    expect([answer.status, await problemOf(answer)]).toEqual([503, '/errors/identity/provider-unavailable'])
    await idp.control({ mode: 'ok' })
    expect((await browser.request(SIGN_IN)).status).toBe(302)
  })
})

describe('GET /api/v1/identity/callback', () => {
  it('303 leads to the page asked for, with a session of a fresh token', async () => {
    const answer = await signIn(browser, 'jana.noack', '/amt/postkorb/steuern?seite=2')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/amt/postkorb/steuern?seite=2'])
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^staff=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
      'login=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
    ])
    expect(await sessionOf(browser)).toEqual({
      kind: 'staff',
      name: 'Jana Noack',
      roles: ['clerk'],
      postboxes: ['steuern'],
    })
  })

  it('303 sets a __Host- cookie with Secure where the origin is https', async () => {
    const secure = await identityContext(providerOf(idp), { origin: 'https://localhost' })
    try {
      const answer = await signIn(openBrowser(secure), 'jana.noack')
      expect(answer.headers.getSetCookie()[0]).toMatch(
        /^__Host-staff=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      )
    } finally {
      await secure.close()
    }
  })

  it('303 gives the token another value and ends the former session of this browser', async () => {
    await signIn(browser, 'jana.noack')
    const former = browser.cookies.get('staff') ?? ''
    await signIn(browser, 'marko.lehnigk')
    expect(browser.cookies.get('staff')).not.toBe(former)
    const other = openBrowser(ctx)
    other.cookies.set('staff', former)
    expect(await sessionOf(other)).toEqual({ kind: 'public' })
  })

  it('303 knows the same person again, and takes the same subject of another provider for somebody else', async () => {
    await signIn(browser, 'jana.noack')
    await signIn(openBrowser(ctx), 'jana.noack')
    const second = await startIdp()
    try {
      await signIn(openBrowser({ ...ctx, identity: { ...ctx.identity, provider: providerOf(second) } }), 'jana.noack')
      expect(await ctx.db.all('SELECT DISTINCT issuer FROM staff')).toHaveLength(2)
      expect(await ctx.db.all('SELECT id FROM staff')).toHaveLength(2)
    } finally {
      await second.close()
    }
  })

  it('400 without the cookie of the browser that began, with a forged one, and after ten minutes', async () => {
    const start = await browser.request(SIGN_IN)
    const back = await passProvider(start.headers.get('location') ?? '', 'jana.noack')
    const other = openBrowser(ctx)
    const answers = [await other.request(back)]
    other.cookies.set('login', Buffer.alloc(80, 1).toString('base64url'))
    answers.push(await other.request(back))
    ctx.clock.advance(10 * MINUTE_MS)
    answers.push(await browser.request(back))
    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400])
    expect(await ctx.db.all('SELECT id FROM sessions')).toEqual([])
  })

  it("403 with the answer to another browser's question (login CSRF)", async () => {
    const attacker = openBrowser(ctx)
    const start = await attacker.request(SIGN_IN)
    const back = await passProvider(start.headers.get('location') ?? '', 'jana.noack')
    await browser.request(SIGN_IN)
    const answer = await browser.request(back)
    expect([answer.status, await problemOf(answer)]).toEqual([403, '/errors/identity/sign-in-refused'])
    expect(await sessionOf(browser)).toEqual({ kind: 'public' })
  })

  it('403 with the iss of another provider (mix-up)', async () => {
    const start = await browser.request(SIGN_IN)
    const back = new URL(await passProvider(start.headers.get('location') ?? '', 'jana.noack'), ctx.origin)
    expect(back.searchParams.get('iss')).toBe(idp.url)
    back.searchParams.set('iss', 'https://elsewhere.example')
    expect((await browser.request(back.pathname + back.search)).status).toBe(403)
  })

  it('400 when the same answer comes twice', async () => {
    const start = await browser.request(SIGN_IN)
    const back = await passProvider(start.headers.get('location') ?? '', 'jana.noack')
    expect((await browser.request(back)).status).toBe(303)
    expect((await browser.request(back)).status).toBe(400)
  })

  it.each(['wrong-nonce', 'wrong-signature', 'wrong-issuer', 'wrong-audience', 'expired'] as const)(
    '403 with an ID token that does not hold: %s',
    async (mode) => {
      await idp.control({ mode })
      const answer = await signIn(browser, 'jana.noack')
      expect([answer.status, await problemOf(answer)]).toEqual([403, '/errors/identity/sign-in-refused'])
      expect(await ctx.db.all('SELECT id FROM sessions')).toEqual([])
    },
  )

  it('403 without a second factor, and no session', async () => {
    const answer = await signIn(browser, 'olaf.wessolek')
    expect([answer.status, await problemOf(answer)]).toEqual([403, '/errors/identity/second-factor-missing'])
    expect([...browser.cookies.keys()]).toEqual([])
    expect(await ctx.db.all('SELECT id FROM sessions')).toEqual([])
  })

  it('403 for a person without a role here', async () => {
    await idp.control({ account: { username: 'nora.ohne', groups: ['steuern'], roles: [] } })
    const answer = await signIn(browser, 'nora.ohne')
    expect([answer.status, await problemOf(answer)]).toEqual([403, '/errors/identity/role-missing'])
  })

  it('503 when the provider goes down on the way', async () => {
    const start = await browser.request(SIGN_IN)
    const back = await passProvider(start.headers.get('location') ?? '', 'jana.noack')
    await idp.control({ mode: 'down' })
    expect((await browser.request(back)).status).toBe(503)
  })
})

describe('GET /api/v1/identity/session', () => {
  it('shows a revoked right with the next request', async () => {
    await signIn(browser, 'marko.lehnigk')
    await idp.control({ account: { username: 'marko.lehnigk', roles: ['clerk'], groups: ['ordnung'] } })
    expect(await sessionOf(browser)).toMatchObject({ roles: ['clerk'], postboxes: ['ordnung'] })
  })

  it('ends the session of an account that was disabled; enabling it again does not bring the session back', async () => {
    await signIn(browser, 'jana.noack')
    await idp.control({ account: { username: 'jana.noack', disabled: true } })
    expect(await sessionOf(browser)).toEqual({ kind: 'public' })
    await idp.control({ account: { username: 'jana.noack', disabled: false } })
    expect(await sessionOf(browser)).toEqual({ kind: 'public' })
  })

  it('trusts the last known rights for 15 minutes of outage, then nothing, and again when the provider is back', async () => {
    await signIn(browser, 'jana.noack')
    await idp.control({ mode: 'down' })
    ctx.clock.advance(15 * MINUTE_MS - 1)
    expect(await sessionOf(browser)).toMatchObject({ kind: 'staff', roles: ['clerk'] })
    ctx.clock.advance(1)
    expect(await sessionOf(browser)).toEqual({ kind: 'public' })
    await idp.control({ mode: 'ok' })
    ctx.clock.advance(MINUTE_MS)
    expect(await sessionOf(browser)).toMatchObject({ kind: 'staff' })
  })

  it('asks the provider no more often than set, and once for requests that come together', async () => {
    const asked: string[] = []
    const provider = providerOf(idp)
    const counting: typeof provider = {
      ...provider,
      ask: (tokens, subject) => {
        asked.push(subject)
        return provider.ask(tokens, subject)
      },
    }
    const slow = {
      ...ctx,
      identity: { ...ctx.identity, provider: counting, settings: { ...MFA, recheckMs: MINUTE_MS } },
    }
    const clerk = openBrowser(slow)
    await signIn(clerk, 'jana.noack')
    ctx.clock.advance(MINUTE_MS - 1)
    await sessionOf(clerk)
    expect(asked).toHaveLength(0)
    ctx.clock.advance(1)
    await Promise.all(Array.from({ length: 8 }, () => sessionOf(clerk)))
    expect(asked).toHaveLength(1)
    await sessionOf(clerk)
    expect(asked).toHaveLength(1)
  })

  it('ends after 60 minutes without use', async () => {
    await signIn(browser, 'jana.noack')
    ctx.clock.advance(59 * MINUTE_MS)
    expect(await sessionOf(browser)).toMatchObject({ kind: 'staff' })
    ctx.clock.advance(60 * MINUTE_MS)
    expect(await sessionOf(browser)).toEqual({ kind: 'public' })
  })

  it('ends ten hours after signing in, however busy', async () => {
    await signIn(browser, 'jana.noack')
    for (let half = 1; half < 20; half += 1) {
      ctx.clock.advance(30 * MINUTE_MS)
      expect(await sessionOf(browser)).toMatchObject({ kind: 'staff' })
    }
    ctx.clock.advance(30 * MINUTE_MS)
    expect(await sessionOf(browser)).toEqual({ kind: 'public' })
  })

  it('writes at most once a minute for a session in use', async () => {
    await signIn(browser, 'jana.noack')
    const before = ctx.writer.stats().batches
    for (let count = 0; count < 5; count += 1) {
      ctx.clock.advance(10_000)
      await sessionOf(browser)
    }
    expect(ctx.writer.stats().batches - before).toBe(0)
    ctx.clock.advance(10_000)
    await sessionOf(browser)
    expect(ctx.writer.stats().batches - before).toBe(1)
  })
})

describe('POST /api/v1/identity/sign-out', () => {
  const signOut = () =>
    browser.request('/api/v1/identity/sign-out', {
      method: 'POST',
      body: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    })

  it('303 ends the session on the server and clears what the browser kept', async () => {
    await signIn(browser, 'jana.noack')
    const token = browser.cookies.get('staff') ?? ''
    const answer = await signOut()
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect(answer.headers.get('clear-site-data')).toBe('"cache", "storage"')
    expect(browser.cookies.has('staff')).toBe(false)
    browser.cookies.set('staff', token)
    expect(await sessionOf(browser)).toEqual({ kind: 'public' })
    expect(await ctx.db.all('SELECT id FROM sessions WHERE sealed IS NOT NULL')).toEqual([])
  })

  it('303 also for who was signed out already', async () => {
    expect((await signOut()).status).toBe(303)
  })
})

describe('what is kept of staff', () => {
  it('shows neither name, sign-in name nor token in the database and the log', async () => {
    await signIn(browser, 'jana.noack')
    await sessionOf(browser)
    const token = browser.cookies.get('staff') ?? ''
    const folder = ctx.dataDir
    const bytes = readdirSync(folder)
      .filter((name) => name.startsWith('stadttor.db'))
      .map((name) => readFileSync(join(folder, name)))
    const text = `${Buffer.concat(bytes).toString('latin1')}${ctx.logged.join('')}`
    expect(text).toContain('steuern')
    for (const canary of ['Jana', 'Noack', 'jana.noack', token, '"access"']) {
      expect(text).not.toContain(canary)
    }
  })
})
