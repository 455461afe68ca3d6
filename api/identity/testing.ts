import { Hono } from 'hono'
import { DEMO_PASSWORD, type Idp } from '../../e2e/servers/idp/index.ts'
import { createOidcProvider } from '../adapters/oidc/provider.ts'
import type { Env } from '../http/env.ts'
import { answerProblems } from '../http/problem.ts'
import { type TestContext, testContext } from '../testing/context.ts'
import { type AccountProviders, createIdentity, type IdentityCtx, type IdentitySettings } from './identity.ts'
import type { IdentityProvider } from './provider.ts'
import { identityRoutes } from './routes.ts'
import { accountRoutes } from './routes-account.ts'
import { resolveActor } from './service.ts'

export type IdentityTest = IdentityCtx & TestContext
export const MFA: IdentitySettings = {
  mfaAcr: ['https://refeds.org/profile/mfa'],
  mfaAmr: ['mfa', 'hwk'],
  recheckMs: 0,
}

/** A context with the module's part, for tests of what stands on it. */
export async function identityContext(
  provider: IdentityProvider | null,
  { origin, accounts, ...settings }: Partial<IdentitySettings> & { origin?: string; accounts?: AccountProviders } = {},
): Promise<IdentityTest> {
  const ctx = await testContext(origin === undefined ? {} : { origin })
  return { ...ctx, identity: createIdentity(provider, { ...MFA, ...settings }, accounts) }
}

/** The adapter as the product makes it, against the stand-in. */
export const providerOf = (idp: Idp): IdentityProvider =>
  createOidcProvider({
    issuer: idp.url,
    clientId: idp.clientId,
    clientSecret: idp.clientSecret,
    acrValues: MFA.mfaAcr,
    allowLoopbackHttp: true,
  })

export type Browser = {
  readonly cookies: Map<string, string>
  readonly request: (path: string, init?: RequestInit) => Promise<Response>
}

/** A browser of the module's own routes: keeps cookies, follows nothing. */
export function openBrowser(ctx: IdentityCtx): Browser {
  const app = new Hono<Env>()
  app.onError(answerProblems(ctx.log))
  app.use('*', async (c, next) => {
    c.set('requestId', 'test')
    c.set('clientAddress', '192.0.2.1')
    c.set('limit', () => undefined)
    c.set('actor', await resolveActor(ctx, c.req.raw))
    await next()
  })
  app.route('/api/v1/identity', identityRoutes(ctx))
  app.route('/api/v1/identity', accountRoutes(ctx))
  const cookies = new Map<string, string>()
  return {
    cookies,
    request: async (path, init = {}) => {
      const headers = { cookie: cookieHeader(cookies), ...(init.headers as Record<string, string>) }
      const answer = await app.request(path, { ...init, headers })
      keepCookies(cookies, answer)
      return answer
    },
  }
}

export const cookieHeader = (cookies: ReadonlyMap<string, string>): string =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

function keepCookies(cookies: Map<string, string>, answer: Response): void {
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (value === '') {
      cookies.delete(name)
    } else {
      cookies.set(name, value)
    }
  }
}

/** Fills the provider's form and returns the address it leads back to, which nobody has asked yet. */
export async function passProvider(
  start: string,
  account: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const jar = new Map<string, string>()
  let url = new URL(start)
  let form: URLSearchParams | null = null
  for (let hop = 0; hop < 10; hop += 1) {
    const answer: Response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: cookieHeader(jar) },
      ...(form === null ? {} : { method: 'POST', body: form }),
    })
    keepCookies(jar, answer)
    const location: string | null = answer.headers.get('location')
    if (location === null && form !== null) {
      throw new Error(`the provider's form answered ${answer.status}`)
    }
    form = location === null ? new URLSearchParams({ account, password: DEMO_PASSWORD, ...more }) : null
    url = location === null ? url : new URL(location, url)
    if (url.pathname.startsWith('/api/v1/identity/')) {
      return url.pathname + url.search
    }
  }
  throw new Error('the provider leads round in circles')
}

/** Signs in as far as the callback's answer. */
export async function signIn(browser: Browser, account: string, to = '/amt/'): Promise<Response> {
  const start = await browser.request(`/api/v1/identity/sign-in?to=${encodeURIComponent(to)}`)
  return await browser.request(await passProvider(start.headers.get('location') ?? '', account))
}

export const sessionOf = async (browser: Browser): Promise<Record<string, unknown>> =>
  (await (await browser.request('/api/v1/identity/session')).json()) as Record<string, unknown>
