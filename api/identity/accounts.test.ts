import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bundid, startBundid } from '../../e2e/servers/bundid/index.ts'
import { type Citizens, startCitizens } from '../../e2e/servers/idp/citizens.ts'
import { createBundidProvider } from '../adapters/bundid/provider.ts'
import { createOidcAccounts } from '../adapters/oidc/account-provider.ts'
import { planGrant } from './plan.ts'
import { resolveActor } from './service.ts'
import { readIdentified } from './service-accounts.ts'
import { type Browser, cookieHeader, type IdentityTest, identityContext, openBrowser, passProvider } from './testing.ts'

const HOUR_MS = 3_600_000
const ROOT = '/api/v1/identity/account'

let citizens: Citizens
let bundid: Bundid
let ctx: IdentityTest
beforeAll(async () => {
  citizens = await startCitizens()
  bundid = await startBundid()
})
afterAll(async () => {
  await citizens.close()
  await bundid.close()
})
beforeEach(async () => {
  const { clientId, clientSecret, url: issuer } = citizens
  ctx = await identityContext(null, {
    accounts: {
      oidc: createOidcAccounts({ issuer, clientId, clientSecret, allowLoopbackHttp: true }),
      bundid: createBundidProvider({
        entryPoint: bundid.entryPoint,
        issuer: bundid.issuer,
        certificates: [bundid.certificate],
        entityId: bundid.entityId,
        privateKey: bundid.clientKey,
        decryptionKey: bundid.clientKey,
        displayName: () => 'Stadt',
        serviceId: 'BMI-4711',
      }),
    },
  })
})
afterEach(async () => {
  await citizens.control({ reset: true })
  await bundid.control({ reset: true })
  await ctx.close()
})

type Options = { level?: string; to?: string; method?: string }
async function signIn(
  browser: Browser,
  account: string,
  { level = 'none', to = '/konto/', method = 'ausweis' }: Options = {},
) {
  const start = await browser.request(`${ROOT}/sign-in?level=${level}&to=${encodeURIComponent(to)}`)
  return await browser.request(await passProvider(start.headers.get('location') ?? '', account, { method }))
}

type Form = { action: string; fields: { SAMLRequest: string } }
async function askBundid(browser: Browser, level = 'none', to = '/konto/'): Promise<Form> {
  return (await (await browser.request(`${ROOT}/bundid?level=${level}&to=${encodeURIComponent(to)}`)).json()) as Form
}
const postResponse = (browser: Browser, response: string): Promise<Response> =>
  browser.request(`${ROOT}/bundid/acs`, { method: 'POST', body: new URLSearchParams({ SAMLResponse: response }) })

const actorOf = (browser: Browser) =>
  resolveActor(ctx, new Request('http://localhost:8080/', { headers: { cookie: cookieHeader(browser.cookies) } }))

async function problemOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { type: string }).type.replace('/errors/', '')
}

describe('sign-in by OpenID Connect', () => {
  it('303 leads back to the page wanted, with an account at the level that was proved', async () => {
    const browser = openBrowser(ctx)
    const answer = await signIn(browser, 'mara.lehmann', { to: '/antrag/x/name', level: 'substantial' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/antrag/x/name'])
    expect(await actorOf(browser)).toMatchObject({ kind: 'citizen', account: { kind: 'person', trustLevel: 'high' } })
    const identified = await readIdentified(ctx, await actorOf(browser))
    expect(identified?.attributes).toMatchObject({
      givenNames: { value: 'Mara Łucja', trustLevel: 'high' },
      'address.street': { value: 'Sandower Straße', trustLevel: 'high' },
      'address.houseNumber': { value: '12 a', trustLevel: 'high' },
      email: { value: 'mara.lehmann@beispiel.example', trustLevel: 'basic' },
    })
  })

  it('knows a person again, and two people apart, by what the provider calls them here only', async () => {
    const [one, two, other] = [openBrowser(ctx), openBrowser(ctx), openBrowser(ctx)]
    await signIn(one, 'mara.lehmann')
    await signIn(two, 'mara.lehmann', { method: 'passwort' })
    await signIn(other, 'jurij.krautz')
    const ids = await Promise.all(
      [one, two, other].map(async (each) => ((await actorOf(each)) as { account?: { id: string } }).account?.id),
    )
    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('signs a company in with its name, form and register number', async () => {
    const browser = openBrowser(ctx)
    await signIn(browser, 'backstube.nowak')
    const view = (await (await browser.request(ROOT)).json()) as Record<string, unknown>
    expect(view).toMatchObject({ kind: 'organisation', name: 'Backstube Nowak GmbH' })
    expect(view['attributes']).toContainEqual({
      name: 'organisation.registerNumber',
      value: 'HRB 4711 CB',
      trustLevel: 'high',
    })
    expect(view['attributes']).toContainEqual({
      name: 'organisation.address.houseNumber',
      value: '3',
      trustLevel: 'high',
    })
  })

  it('values are worth no more than the sign-in of today', async () => {
    const browser = openBrowser(ctx)
    await signIn(browser, 'mara.lehmann', { method: 'ausweis' })
    const later = openBrowser(ctx)
    await signIn(later, 'mara.lehmann', { method: 'passwort' })
    expect((await readIdentified(ctx, await actorOf(later)))?.attributes.givenNames?.trustLevel).toBe('basic')
  })

  it('leads to the page that explains when the provider proved less than was asked for', async () => {
    await citizens.control({ acr: 'STORK-QAA-Level-1' })
    const browser = openBrowser(ctx)
    const answer = await signIn(browser, 'mara.lehmann', { level: 'substantial', to: '/antrag/x/name' })
    expect(answer.headers.get('location')).toBe('/konto/anmelden/?weiter=%2Fantrag%2Fx%2Fname&niveau=substantial')
    expect(await actorOf(browser)).toMatchObject({ account: { trustLevel: 'basic' } })
  })

  it.each(['//elsewhere.example', 'https://elsewhere.example/', '/\\elsewhere', '/api/v1/identity/session'])(
    'never leads to %s',
    async (to) => {
      expect((await signIn(openBrowser(ctx), 'mara.lehmann', { to })).headers.get('location')).toBe('/konto/')
    },
  )

  it.each(['wrong-nonce', 'wrong-signature', 'wrong-issuer', 'wrong-audience', 'expired'] as const)(
    '403 refuses an ID token with %s and makes no session',
    async (mode) => {
      await citizens.control({ mode })
      const browser = openBrowser(ctx)
      const answer = await signIn(browser, 'mara.lehmann')
      expect([answer.status, await problemOf(answer)]).toEqual([403, 'identity/sign-in-refused'])
      expect([...browser.cookies.keys()]).toEqual([])
    },
  )

  it('400 refuses an answer in a browser that did not ask', async () => {
    const asked = openBrowser(ctx)
    const start = await asked.request(`${ROOT}/sign-in`)
    const callback = await passProvider(start.headers.get('location') ?? '', 'mara.lehmann', { method: 'ausweis' })
    expect((await openBrowser(ctx).request(callback)).status).toBe(400)
  })

  it('403 refuses the same answer a second time', async () => {
    const browser = openBrowser(ctx)
    const start = await browser.request(`${ROOT}/sign-in`)
    const login = browser.cookies.get('konto') ?? ''
    const callback = await passProvider(start.headers.get('location') ?? '', 'mara.lehmann', { method: 'ausweis' })
    expect((await browser.request(callback)).status).toBe(303)
    browser.cookies.set('konto', login)
    expect((await browser.request(callback)).status).toBe(403)
  })

  it('503 while the provider is down', async () => {
    await citizens.control({ mode: 'down' })
    expect((await openBrowser(ctx).request(`${ROOT}/sign-in`)).status).toBe(503)
  })
})

describe('sign-in by BundID', () => {
  it('303 in two steps: the response is taken without cookies, the browser that asked fetches it', async () => {
    const browser = openBrowser(ctx)
    const { action, fields } = await askBundid(browser, 'substantial', '/antrag/x/name')
    expect(action).toBe(bundid.entryPoint)
    const response = bundid.answer(fields.SAMLRequest, { username: 'mara.lehmann', method: 'eID' })
    const acs = await postResponse(openBrowser(ctx), response)
    expect([acs.status, acs.headers.get('location'), acs.headers.getSetCookie()]).toEqual([
      303,
      `${ROOT}/bundid/finish`,
      [],
    ])
    const fetched = await browser.request(`${ROOT}/bundid/finish`)
    expect([fetched.status, fetched.headers.get('location')]).toEqual([303, '/antrag/x/name'])
    expect(await actorOf(browser)).toMatchObject({ account: { kind: 'person', trustLevel: 'high' } })
  })

  it('400 refuses to fetch what another browser asked for, and to fetch twice', async () => {
    const browser = openBrowser(ctx)
    const { fields } = await askBundid(browser)
    const login = browser.cookies.get('konto') ?? ''
    await postResponse(browser, bundid.answer(fields.SAMLRequest, { username: 'mara.lehmann', method: 'eID' }))
    const stranger = openBrowser(ctx)
    await askBundid(stranger)
    expect((await stranger.request(`${ROOT}/bundid/finish`)).status).toBe(400)
    expect((await browser.request(`${ROOT}/bundid/finish`)).status).toBe(303)
    browser.cookies.set('konto', login)
    expect((await browser.request(`${ROOT}/bundid/finish`)).status).toBe(400)
  })

  it('403 refuses a response a second time, also when both come at once', async () => {
    const browser = openBrowser(ctx)
    const { fields } = await askBundid(browser)
    const response = bundid.answer(fields.SAMLRequest, { username: 'mara.lehmann', method: 'eID' })
    const both = await Promise.all([postResponse(browser, response), postResponse(browser, response)])
    expect(both.map((answer) => answer.status).sort()).toEqual([303, 403])
    expect((await postResponse(browser, response)).status).toBe(403)
  })

  it('403 refuses the response to a request that is too old', async () => {
    const browser = openBrowser(ctx)
    const { fields } = await askBundid(browser)
    const response = bundid.answer(fields.SAMLRequest, { username: 'mara.lehmann', method: 'eID' })
    ctx.clock.set(ctx.now() + 11 * 60_000)
    expect((await postResponse(browser, response)).status).toBe(403)
  })

  it('403 refuses a wrong response and writes neither names nor ids down', async () => {
    const browser = openBrowser(ctx)
    const { fields } = await askBundid(browser)
    const choice = { username: 'mara.lehmann', method: 'eID', mode: 'tampered' } as const
    const answer = await postResponse(browser, bundid.answer(fields.SAMLRequest, choice))
    expect([answer.status, await problemOf(answer)]).toEqual([403, 'identity/sign-in-refused'])
    expect(ctx.logged.join('')).toContain('"reason":"signature"')
    expect(ctx.logged.join('')).not.toMatch(/STANDIN|Lehmann|mara/)
  })
})

describe('a session', () => {
  const draft = { kind: 'draft', id: '01900000-0000-7000-8000-000000000001' } as const
  async function guestWithDraft(): Promise<Browser> {
    const browser = openBrowser(ctx)
    const { newCitizenSession } = await import('./citizen-session.ts')
    const session = newCitizenSession(ctx)
    await ctx.write(session.plan)
    await ctx.write(planGrant(session.sessionId, draft, ctx.now()))
    browser.cookies.set('sid', /sid=([^;]*)/.exec(session.setCookie)?.[1] ?? '')
    return browser
  }

  it('gets a fresh token with the sign-in and with every step up; the former opens nothing', async () => {
    const browser = await guestWithDraft()
    const tokens = [browser.cookies.get('sid')]
    await signIn(browser, 'mara.lehmann', { method: 'passwort' })
    tokens.push(browser.cookies.get('sid'))
    await signIn(browser, 'mara.lehmann', { method: 'ausweis', level: 'high' })
    tokens.push(browser.cookies.get('sid'))
    expect(new Set(tokens).size).toBe(3)
    const old = openBrowser(ctx)
    for (const token of tokens.slice(0, 2)) {
      old.cookies.set('sid', token ?? '')
      expect((await actorOf(old)).kind).toBe('public')
    }
  })

  it('gives the drafts of a guest to the account, and shows them wherever it signs in', async () => {
    const browser = await guestWithDraft()
    await signIn(browser, 'mara.lehmann')
    const elsewhere = openBrowser(ctx)
    await signIn(elsewhere, 'mara.lehmann', { method: 'passwort' })
    for (const each of [browser, elsewhere]) {
      expect(await actorOf(each)).toMatchObject({ grants: [draft] })
    }
    await browser.request('/api/v1/identity/sign-out', { method: 'POST' })
    expect((await actorOf(browser)).kind).toBe('public')
  })

  it('of another person in the same browser is another session: drafts stay with the first', async () => {
    const browser = await guestWithDraft()
    await signIn(browser, 'mara.lehmann')
    await signIn(browser, 'jurij.krautz')
    expect(await actorOf(browser)).toMatchObject({ grants: [] })
  })

  it('is over after two hours without use, and after twelve in all', async () => {
    const browser = openBrowser(ctx)
    await signIn(browser, 'mara.lehmann')
    ctx.clock.set(ctx.now() + 2 * HOUR_MS)
    expect((await actorOf(browser)).kind).toBe('public')
    await signIn(browser, 'mara.lehmann')
    for (let hours = 0; hours < 11; hours += 1) {
      ctx.clock.set(ctx.now() + HOUR_MS)
      expect((await actorOf(browser)).kind).toBe('citizen')
    }
    ctx.clock.set(ctx.now() + HOUR_MS)
    expect((await actorOf(browser)).kind).toBe('public')
  })

  it('is listed, can be ended elsewhere, and a foreign one is missing', async () => {
    const [here, there, other] = [openBrowser(ctx), openBrowser(ctx), openBrowser(ctx)]
    await signIn(here, 'mara.lehmann')
    await signIn(there, 'mara.lehmann', { method: 'passwort' })
    await signIn(other, 'jurij.krautz')
    const list = (await (await here.request(`${ROOT}/sessions`)).json()) as { id: string; isThis: boolean }[]
    expect(list.length).toBe(2)
    const away = list.find((session) => !session.isThis)?.id
    const end = (browser: Browser) => browser.request(`${ROOT}/sessions/${away}/end`, { method: 'POST' })
    expect((await end(other)).status).toBe(404)
    expect((await end(here)).status).toBe(200)
    expect((await actorOf(there)).kind).toBe('public')
    expect((await actorOf(here)).kind).toBe('citizen')
  })
})

describe('the database', () => {
  it('holds neither names nor what the provider calls people', async () => {
    await signIn(openBrowser(ctx), 'mara.lehmann')
    const { readFileSync } = await import('node:fs')
    const bytes = ['stadttor.db', 'stadttor.db-wal']
      .map((name) => readFileSync(`${ctx.dataDir}/${name}`, 'latin1'))
      .join('')
    expect(bytes).not.toMatch(/Lehmann|Sandower|beispiel\.example|STANDIN/)
  })
})
