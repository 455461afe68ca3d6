import { createPublicKey, verify } from 'node:crypto'
import * as client from 'openid-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBody, startHttp } from '../stand-in.ts'
import { ACR_MFA, DEMO_PASSWORD, type Idp, startIdp } from './index.ts'
import { readJwt } from './tokens.ts'

const redirectUri = 'http://localhost:1/back'
let idp: Idp
let config: client.Configuration

beforeEach(async () => {
  idp = await startIdp()
  config = await client.discovery(new URL(idp.url), idp.clientId, idp.clientSecret, undefined, {
    execute: [client.allowInsecureRequests],
  })
})
afterEach(() => idp.close())

/** Follows redirects with cookies until the provider leaves to `redirectUri`; posts the login form on the way. */
async function signIn(username: string, extra: Record<string, string> = {}, cookies = new Map<string, string>()) {
  const verifier = client.randomPKCECodeVerifier()
  const nonce = client.randomNonce()
  const state = client.randomState()
  const start = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile staff',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce,
    state,
    ...extra,
  })
  const back = await walk(start, { account: username, password: DEMO_PASSWORD }, cookies)
  return client.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: verifier,
    expectedNonce: nonce,
    expectedState: state,
    idTokenExpected: true,
  })
}

async function walk(start: URL, form: Record<string, string>, cookies = new Map<string, string>()): Promise<URL> {
  let next = start
  let body: URLSearchParams | undefined
  for (let hop = 0; hop < 10; hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(next, {
      redirect: 'manual',
      headers: { cookie },
      ...(body === undefined ? {} : { method: 'POST', body }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const location = answer.headers.get('location')
    if (location?.startsWith(redirectUri)) {
      return new URL(location)
    }
    if (location === null && body !== undefined) {
      throw new Error(`login answered ${answer.status}`)
    }
    body = location === null ? new URLSearchParams(form) : undefined
    next = location === null ? next : new URL(location, next)
  }
  throw new Error('no end of redirects')
}

describe('the identity provider', () => {
  it('signs in with PKCE and tells teams, roles and the second factor', async () => {
    const tokens = await signIn('jana.noack', { acr_values: ACR_MFA })
    expect(tokens.claims()).toMatchObject({
      sub: 'jana.noack',
      groups: ['steuern'],
      roles: ['clerk'],
      acr: ACR_MFA,
      amr: ['pwd', 'otp', 'mfa'],
    })
  })

  it('asks again who it is, also in a browser that was signed in', async () => {
    const cookies = new Map<string, string>()
    const first = await signIn('jana.noack', {}, cookies)
    expect((await signIn('marko.lehnigk', {}, cookies)).claims()?.sub).toBe('marko.lehnigk')
    expect((await client.fetchUserInfo(config, first.access_token, 'jana.noack')).sub).toBe('jana.noack')
  })

  it('tells when there was no second factor', async () => {
    const claims = (await signIn('olaf.wessolek', { acr_values: ACR_MFA })).claims()
    expect(claims?.['amr']).toEqual(['pwd'])
    expect(claims?.acr).not.toBe(ACR_MFA)
  })

  it('refuses a wrong password and an authorization without PKCE', async () => {
    const start = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid' })
    const back = await walk(start, {})
    expect(back.searchParams.get('error')).toBe('invalid_request')
    const withPkce = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    })
    await expect(walk(withPkce, { account: 'jana.noack', password: 'wrong' })).rejects.toThrow('login answered 422')
  })

  it('shows a changed right in the next userinfo, and nothing once the account is disabled', async () => {
    const { access_token } = await signIn('jana.noack')
    const read = () => client.fetchUserInfo(config, access_token, 'jana.noack')
    expect((await read())['groups']).toEqual(['steuern'])
    await idp.control({ account: { username: 'jana.noack', groups: [] } })
    expect((await read())['groups']).toEqual([])
    await idp.control({ account: { username: 'jana.noack', disabled: true } })
    await expect(read()).rejects.toThrow()
  })

  it.each(['wrong-nonce', 'wrong-signature', 'wrong-issuer', 'wrong-audience', 'expired'] as const)(
    'makes an ID token that must be refused: %s',
    async (mode) => {
      client.enableNonRepudiationChecks(config)
      await idp.control({ mode })
      await expect(signIn('jana.noack')).rejects.toThrow()
      await idp.control({ reset: true })
      await expect(signIn('jana.noack')).resolves.toBeDefined()
    },
  )

  it('is controlled over HTTP, and gone when down', async () => {
    const post = (body: unknown) => fetch(`${idp.url}/_control`, { method: 'POST', body: JSON.stringify(body) })
    expect((await post({ mode: 'down' })).status).toBe(200)
    await expect(fetch(`${idp.url}/.well-known/openid-configuration`)).rejects.toThrow()
    await post({ mode: 'ok' })
    expect((await fetch(`${idp.url}/.well-known/openid-configuration`)).status).toBe(200)
  })

  it('sends a signed logout token to the address it is told', async () => {
    let sent = ''
    const product = await startHttp({}, () => async (req, res) => {
      sent = new URLSearchParams((await readBody(req)).toString('utf8')).get('logout_token') ?? ''
      res.writeHead(204).end()
    })
    const answer = await idp.control({ logout: { username: 'jana.noack', uri: product.url } })
    await product.close()
    expect(answer).toEqual({ status: 204 })
    expect(readJwt(sent)).toMatchObject({ iss: idp.url, aud: idp.clientId, sub: 'jana.noack' })
    expect(readJwt(sent)['events']).toHaveProperty(['http://schemas.openid.net/event/backchannel-logout'])
    const { keys } = (await (await fetch(`${idp.url}/jwks`)).json()) as { keys: Record<string, string>[] }
    const [head = '', body = '', signature = ''] = sent.split('.')
    const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' })
    expect(verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
  })
})
