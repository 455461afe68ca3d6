import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOidcProvider } from './provider.ts'

type Answer = { readonly status: number; readonly body?: unknown; readonly text?: string }
const CLAIMS = { sub: 'jana', name: 'Jana', groups: ['steuern'], roles: ['clerk'] }

let server: Server
let issuer: string
let userinfo: (token: string) => Answer
let token: (form: URLSearchParams) => Answer
let asked: string[]

beforeEach(async () => {
  asked = []
  userinfo = (bearer) => (bearer === 'fresh' ? { status: 200, body: CLAIMS } : { status: 401 })
  token = () => ({ status: 400, body: { error: 'invalid_grant' } })
  server = createServer(async (req, res) => {
    const path = req.url ?? ''
    asked.push(path)
    const chunks: Buffer[] = []
    for await (const chunk of req as AsyncIterable<Buffer>) {
      chunks.push(chunk)
    }
    const answers: Record<string, () => Answer> = {
      '/.well-known/openid-configuration': () => ({
        status: 200,
        body: {
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/me`,
          jwks_uri: `${issuer}/jwks`,
        },
      }),
      '/me': () => userinfo((req.headers.authorization ?? '').replace('Bearer ', '')),
      '/token': () => token(new URLSearchParams(Buffer.concat(chunks).toString())),
    }
    const { status, body, text } = answers[path]?.() ?? { status: 404 }
    const challenge = status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}
    res.writeHead(status, { 'content-type': 'application/json', ...challenge }).end(text ?? JSON.stringify(body ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterEach(
  () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
)

const options = () => ({
  issuer,
  clientId: 'stadttor',
  clientSecret: 'secret',
  acrValues: [],
  allowLoopbackHttp: true,
})
const ask = (tokens: { access: string; refresh: string | null }) =>
  createOidcProvider(options()).ask(JSON.stringify(tokens), 'jana')

describe('createOidcProvider', () => {
  it.each([
    ['plain http elsewhere', { issuer: 'http://idp.example', allowLoopbackHttp: true }],
    ['loopback http in production', { issuer: 'http://localhost:9', allowLoopbackHttp: false }],
    ['a name that only begins like loopback', { issuer: 'http://localhost.evil.example', allowLoopbackHttp: true }],
    ['another scheme', { issuer: 'file:///etc/passwd', allowLoopbackHttp: true }],
  ])('refuses %s', (_name, changes) => {
    expect(() => createOidcProvider({ ...options(), ...changes })).toThrow('https')
  })

  it('asks nobody before it is needed', async () => {
    createOidcProvider(options())
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toEqual([])
  })
})

describe('ask', () => {
  it('tells the current claims and keeps the tokens', async () => {
    expect(await ask({ access: 'fresh', refresh: null })).toEqual({
      kind: 'current',
      claims: { subject: 'jana', name: 'Jana', roles: ['clerk'], teams: ['steuern'] },
      tokens: JSON.stringify({ access: 'fresh', refresh: null }),
    })
  })

  it('refuses a token the provider does not accept any more', async () => {
    expect(await ask({ access: 'old', refresh: null })).toEqual({ kind: 'refused' })
  })

  it('renews a token that ran out, keeping the former refresh token where no other came', async () => {
    token = (form) =>
      form.get('refresh_token') === 'r1' && form.get('grant_type') === 'refresh_token'
        ? { status: 200, body: { access_token: 'fresh', token_type: 'bearer' } }
        : { status: 400, body: { error: 'invalid_grant' } }
    expect(await ask({ access: 'old', refresh: 'r1' })).toMatchObject({
      kind: 'current',
      tokens: JSON.stringify({ access: 'fresh', refresh: 'r1' }),
    })
    token = () => ({ status: 200, body: { access_token: 'fresh', token_type: 'bearer', refresh_token: 'r2' } })
    expect(await ask({ access: 'old', refresh: 'r1' })).toMatchObject({
      tokens: JSON.stringify({ access: 'fresh', refresh: 'r2' }),
    })
  })

  it('refuses when the refresh token is refused', async () => {
    expect(await ask({ access: 'old', refresh: 'r1' })).toMatchObject({ kind: 'refused' })
  })

  it('refuses claims of somebody else', async () => {
    userinfo = () => ({ status: 200, body: { ...CLAIMS, sub: 'marko' } })
    expect(await ask({ access: 'fresh', refresh: null })).toMatchObject({ kind: 'refused' })
  })

  it.each([
    ['503', { status: 503 }],
    ['404', { status: 404 }],
    ['too many requests', { status: 429 }],
    ['a redirect', { status: 302 }],
    ['what is not JSON', { status: 200, text: '<html>' }],
  ] as const)('takes %s for an outage, not for a refusal', async (_name, answer) => {
    userinfo = () => answer
    expect(await ask({ access: 'fresh', refresh: null })).toEqual({ kind: 'unavailable' })
  })

  it('takes a provider that is gone for an outage', async () => {
    const provider = createOidcProvider(options())
    expect(await provider.ask(JSON.stringify({ access: 'fresh', refresh: null }), 'jana')).toMatchObject({
      kind: 'current',
    })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(await provider.ask(JSON.stringify({ access: 'fresh', refresh: null }), 'jana')).toEqual({
      kind: 'unavailable',
    })
  })
})
