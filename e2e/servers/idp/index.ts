import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type KoaContextWithOIDC, Provider } from 'oidc-provider'
import {
  type Address,
  answerControl,
  escapeHtml,
  fillTemplate,
  readBody,
  type StandIn,
  sendHtml,
  sendJson,
  startHttp,
} from '../stand-in.ts'
import { ACR_MFA, ACR_PASSWORD, type Account, DEMO_PASSWORD, demoAccounts } from './accounts.ts'
import { createStore } from './store.ts'
import { logoutToken, newSigningKey, readJwt, type SigningKey, signJwt } from './tokens.ts'

export { ACR_MFA, type Account, DEMO_PASSWORD, demoAccounts } from './accounts.ts'

/** How the provider misbehaves: not at all, unreachable, late, or by an ID token that must be refused. */
export type IdpMode =
  | 'ok'
  | 'down'
  | 'slow'
  | 'wrong-nonce'
  | 'wrong-signature'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'expired'

export type IdpCommand = {
  readonly mode?: IdpMode
  /** For `slow`: milliseconds before each answer. */
  readonly delayMs?: number
  /** Changes or adds an account; what it may changes with the next request to userinfo. */
  readonly account?: Partial<Account> & { readonly username: string }
  /** Sends a back-channel logout token for an account to the product. */
  readonly logout?: { readonly username: string; readonly uri: string }
  /** All accounts as at the start, mode `ok`. */
  readonly reset?: boolean
}

export type IdpOptions = Address & {
  readonly clientId?: string
  readonly clientSecret?: string
  readonly clientAuth?: 'client_secret_post' | 'client_secret_basic'
  readonly accounts?: readonly Account[]
}

export type Idp = StandIn<IdpCommand> & { readonly clientId: string; readonly clientSecret: string }

type State = { mode: IdpMode; delayMs: number; accounts: Map<string, Account> }

const loginPage = readFileSync(new URL('./login.html', import.meta.url), 'utf8')

/**
 * Starts the staff's identity provider: OpenID Connect with code flow and PKCE (S256) only, everything in memory.
 * Claims `groups`, `roles`, `name`, `acr`, `amr` stand in ID token and userinfo (scopes `openid profile staff`).
 * Any loopback address may be redirected to, because a product under test finds its port after the provider has started.
 */
export async function startIdp(options: IdpOptions = {}): Promise<Idp> {
  const { clientId = 'stadttor', clientSecret = randomBytes(24).toString('base64url') } = options
  const first = (): Map<string, Account> =>
    new Map((options.accounts ?? demoAccounts).map((account) => [account.username, account]))
  const state: State = { mode: 'ok', delayMs: 0, accounts: first() }
  const key = newSigningKey()
  let issuer = ''
  const control = async (command: IdpCommand): Promise<unknown> => {
    if (command.reset === true) {
      Object.assign(state, { mode: 'ok', delayMs: 0, accounts: first() })
    }
    state.mode = command.mode ?? state.mode
    state.delayMs = command.delayMs ?? state.delayMs
    if (command.account !== undefined) {
      changeAccount(state, command.account)
    }
    if (command.logout !== undefined) {
      const subject = command.logout.username
      const token = logoutToken(key, { issuer, audience: clientId, subject, nowMs: Date.now() })
      return postLogout(command.logout.uri, token)
    }
    return { mode: state.mode, accounts: [...state.accounts.values()] }
  }
  const http = await startHttp(options, (url) => {
    issuer = url
    const provider = createProvider({ issuer, clientId, clientSecret, key, state, clientAuth: options.clientAuth })
    return createListener(provider, state, control)
  })
  return { ...http, control, clientId, clientSecret }
}

function changeAccount(state: State, change: NonNullable<IdpCommand['account']>): void {
  const before = state.accounts.get(change.username) ?? {
    name: change.username,
    groups: [],
    roles: [],
    amr: ['pwd', 'otp', 'mfa'],
    acr: ACR_MFA,
    disabled: false,
  }
  state.accounts.set(change.username, { ...before, ...change })
}

async function postLogout(uri: string, token: string): Promise<unknown> {
  const answer = await fetch(uri, { method: 'POST', body: new URLSearchParams({ logout_token: token }) })
  return { status: answer.status }
}

type ProviderParts = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly key: SigningKey
  readonly state: State
  readonly clientAuth: IdpOptions['clientAuth']
}

function createProvider({ issuer, clientId, clientSecret, key, state, clientAuth }: ProviderParts): Provider {
  const provider = new Provider(issuer, {
    adapter: createStore(),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: ['http://localhost/'],
        token_endpoint_auth_method: clientAuth ?? 'client_secret_post',
      },
    ],
    jwks: { keys: [key.jwk] },
    acrValues: [ACR_MFA, ACR_PASSWORD],
    scopes: ['openid', 'profile', 'staff'],
    claims: { openid: ['sub', 'acr', 'amr'], profile: ['name', 'preferred_username'], staff: ['groups', 'roles'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: 8 * 3600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 3600,
      Session: 8 * 3600,
      Grant: 8 * 3600,
    },
    findAccount: (_ctx, sub) => {
      const account = state.accounts.get(sub)
      return account === undefined || account.disabled ? undefined : { accountId: sub, claims: () => claimsOf(account) }
    },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId, accountId: ctx.oidc.session?.accountId ?? '' })
      grant.addOIDCScope('openid profile staff')
      await grant.save()
      return grant
    },
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.body = `<!doctype html><title>error</title><pre>${escapeHtml(JSON.stringify(out, null, 2))}</pre>`
    },
  })
  provider.Client.prototype.redirectUriAllowed = isLoopback
  provider.Client.prototype.postLogoutRedirectUriAllowed = isLoopback
  provider.use(async (ctx: KoaContextWithOIDC, next) => {
    await next()
    const body = ctx.body as { id_token?: string } | undefined
    if (ctx.oidc?.route === 'token' && typeof body?.id_token === 'string') {
      body.id_token = spoil(body.id_token, key, state.mode)
    }
  })
  return provider
}

/** Any port of this machine: a product under test finds its own after the provider has started. */
export function isLoopback(uri: string): boolean {
  return URL.canParse(uri) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(uri).hostname)
}

function claimsOf(account: Account) {
  const { username, name, groups, roles, amr, acr } = account
  return {
    sub: username,
    name,
    preferred_username: username,
    groups: [...groups],
    roles: [...roles],
    amr: [...amr],
    acr,
  }
}

/** The ID token as the mode wants it; each of the wrong ones must be refused by the product. */
export function spoil(jwt: string, key: SigningKey, mode: IdpMode): string {
  const changes: Partial<Record<IdpMode, object>> = {
    'wrong-nonce': { nonce: 'another-nonce' },
    'wrong-issuer': { iss: 'http://localhost/another-issuer' },
    'wrong-audience': { aud: 'another-client' },
    expired: { iat: 1_600_000_000, exp: 1_600_000_600 },
  }
  if (mode === 'wrong-signature') {
    return signJwt(readJwt(jwt), key, { signWith: newSigningKey() })
  }
  const change = changes[mode]
  return change === undefined ? jwt : signJwt({ ...readJwt(jwt), ...change }, key)
}

function createListener(
  provider: Provider,
  state: State,
  control: (command: IdpCommand) => Promise<unknown>,
): RequestListener {
  const handle = provider.callback()
  return async (req, res) => {
    if (await answerControl(req, res, control)) {
      return
    }
    if (state.mode === 'down') {
      req.socket.destroy()
      return
    }
    if (state.mode === 'slow') {
      await new Promise((resolve) => setTimeout(resolve, state.delayMs))
    }
    if (req.url?.startsWith('/auth')) {
      forgetSession(req)
    }
    try {
      await (req.url?.startsWith('/interaction/') ? answerLogin(provider, state, req, res) : handle(req, res))
    } catch (cause) {
      sendJson(res, 400, { error: cause instanceof Error ? cause.message : String(cause) })
    }
  }
}

/** Every sign-in shows the form, so that one browser can be a clerk now and another clerk a minute later. */
export function forgetSession(req: IncomingMessage): void {
  const cookies = (req.headers.cookie ?? '').split(/;\s*/)
  req.headers.cookie = cookies.filter((cookie) => !cookie.startsWith('_session')).join('; ')
}

async function answerLogin(provider: Provider, state: State, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { uid } = await provider.interactionDetails(req, res)
  if (req.method !== 'POST') {
    sendHtml(res, 200, renderLogin(state, uid, ''))
    return
  }
  const form = new URLSearchParams((await readBody(req)).toString('utf8'))
  const account = state.accounts.get(form.get('account') ?? '')
  if (account === undefined || account.disabled || form.get('password') !== DEMO_PASSWORD) {
    sendHtml(res, 422, renderLogin(state, uid, form.get('account') ?? ''))
    return
  }
  const login = { accountId: account.username, acr: account.acr, amr: [...account.amr] }
  await provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false })
}

function renderLogin(state: State, uid: string, chosen: string): string {
  const isRetry = chosen !== ''
  const error = '<div class="error" role="alert"><p>Konto und Passwort passen nicht zusammen.</p></div>'
  const accounts = [...state.accounts.values()].map((account) => renderAccount(account, account.username === chosen))
  return fillTemplate(loginPage, {
    titlePrefix: isRetry ? 'Fehler: ' : '',
    htmlError: isRetry ? error : '',
    htmlAccounts: accounts.join('\n'),
    action: `/interaction/${uid}`,
    password: DEMO_PASSWORD,
  })
}

function renderAccount(account: Account, isChosen: boolean): string {
  const rights = [...account.groups, ...account.roles, account.amr.includes('mfa') ? 'MFA' : 'ohne MFA'].join(' · ')
  const id = `account-${escapeHtml(account.username)}`
  return `<div class="account">
    <input type="radio" name="account" id="${id}" value="${escapeHtml(account.username)}" required${isChosen ? ' checked' : ''}>
    <label for="${id}">${escapeHtml(account.name)} <span>${escapeHtml(rights)}</span></label>
  </div>`
}
