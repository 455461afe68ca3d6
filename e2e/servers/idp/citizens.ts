import { createHash, randomBytes } from 'node:crypto'
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
import { CITIZEN_METHODS, type CitizenAccount, type CitizenMethod, DEMO_PASSWORD, demoCitizens } from './accounts.ts'
import { forgetSession, type IdpMode, isLoopback, spoil } from './index.ts'
import { createStore } from './store.ts'
import { newSigningKey, type SigningKey } from './tokens.ts'

export type CitizensCommand = {
  readonly mode?: IdpMode
  readonly delayMs?: number
  /** The provider answers with this level whatever was chosen and asked for. */
  readonly acr?: string
  /** Changes or adds an account. */
  readonly account?: CitizenAccount
  readonly reset?: boolean
}
export type Citizens = StandIn<CitizensCommand> & { readonly clientId: string; readonly clientSecret: string }

type State = { mode: IdpMode; delayMs: number; acr: string | null; accounts: Map<string, CitizenAccount> }
type Parts = { issuer: string; clientId: string; clientSecret: string; key: SigningKey; state: State }

const page = readFileSync(new URL('./login.html', import.meta.url), 'utf8')
const SCOPES = ['openid', 'profile', 'email', 'phone', 'address', 'organisation']
const ACRS = Object.values(CITIZEN_METHODS).map((method) => method.acr)

/**
 * Starts the citizens' identity provider: OpenID Connect as a broker in front of BundID speaks it. Subjects are pairwise;
 * the person chooses by what they prove who they are, and `acr` says what that is worth.
 */
export async function startCitizens(options: Address = {}): Promise<Citizens> {
  const [clientId, clientSecret] = ['stadttor-konto', randomBytes(24).toString('base64url')]
  const first = (): State => ({
    mode: 'ok',
    delayMs: 0,
    acr: null,
    accounts: new Map(demoCitizens.map((account) => [account.username, account])),
  })
  const state = first()
  const key = newSigningKey()
  const control = async (command: CitizensCommand): Promise<unknown> => {
    if (command.reset === true) {
      Object.assign(state, first())
    }
    state.mode = command.mode ?? state.mode
    state.delayMs = command.delayMs ?? state.delayMs
    state.acr = command.acr ?? state.acr
    if (command.account !== undefined) {
      state.accounts.set(command.account.username, command.account)
    }
    return { mode: state.mode, accounts: [...state.accounts.keys()] }
  }
  const http = await startHttp(options, (issuer) => {
    const provider = createProvider({ issuer, clientId, clientSecret, key, state })
    return createListener(provider, state, control)
  })
  return { ...http, control, clientId, clientSecret }
}

function createProvider({ issuer, clientId, clientSecret, key, state }: Parts): Provider {
  const provider = new Provider(issuer, {
    adapter: createStore(),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: ['http://localhost/'],
        token_endpoint_auth_method: 'client_secret_post',
        subject_type: 'pairwise',
      },
    ],
    subjectTypes: ['pairwise'],
    pairwiseIdentifier: (_ctx, accountId) =>
      createHash('sha256').update(`${clientId} ${accountId}`).digest('base64url'),
    jwks: { keys: [key.jwk] },
    acrValues: ACRS,
    scopes: SCOPES,
    claims: {
      openid: ['sub', 'acr', 'amr'],
      profile: ['given_name', 'family_name', 'birthdate', 'place_of_birth', 'nationality', 'assertion_proved_by'],
      email: ['email'],
      phone: ['phone_number'],
      address: ['address'],
      organisation: ['organisation'],
    },
    pkce: { required: () => true },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 3600, Session: 600, Grant: 600 },
    findAccount: (ctx, sub) => {
      const account = state.accounts.get(sub)
      const acr = ctx.oidc?.session?.acr
      const proved = Object.values(CITIZEN_METHODS).find((method) => method.acr === acr)?.provedBy
      return account === undefined
        ? undefined
        : { accountId: sub, claims: () => ({ sub, ...account.claims, assertion_proved_by: proved }) }
    },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId, accountId: ctx.oidc.session?.accountId ?? '' })
      grant.addOIDCScope(SCOPES.join(' '))
      await grant.save()
      return grant
    },
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.body = `<!doctype html><title>error</title><pre>${escapeHtml(JSON.stringify(out, null, 2))}</pre>`
    },
  })
  provider.Client.prototype.redirectUriAllowed = isLoopback
  provider.use(async (ctx: KoaContextWithOIDC, next) => {
    await next()
    const body = ctx.body as { id_token?: string } | undefined
    if (ctx.oidc?.route === 'token' && typeof body?.id_token === 'string') {
      body.id_token = spoil(body.id_token, key, state.mode)
    }
  })
  return provider
}

function createListener(
  provider: Provider,
  state: State,
  control: (command: CitizensCommand) => Promise<unknown>,
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
    if (req.url?.startsWith('/auth?')) {
      forgetSession(req)
    }
    try {
      await (req.url?.startsWith('/interaction/') ? answerLogin(provider, state, req, res) : handle(req, res))
    } catch (cause) {
      sendJson(res, 400, { error: cause instanceof Error ? cause.message : String(cause) })
    }
  }
}

async function answerLogin(provider: Provider, state: State, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { uid } = await provider.interactionDetails(req, res)
  if (req.method !== 'POST') {
    sendHtml(res, 200, renderLogin(state, uid, false))
    return
  }
  const form = new URLSearchParams((await readBody(req)).toString('utf8'))
  if (form.get('action') === 'cancel') {
    await provider.interactionFinished(req, res, { error: 'access_denied' }, { mergeWithLastSubmission: false })
    return
  }
  const account = state.accounts.get(form.get('account') ?? '')
  if (account === undefined || form.get('password') !== DEMO_PASSWORD) {
    sendHtml(res, 422, renderLogin(state, uid, true))
    return
  }
  const method = CITIZEN_METHODS[(form.get('method') ?? 'passwort') as CitizenMethod] ?? CITIZEN_METHODS.passwort
  const login = { accountId: account.username, acr: state.acr ?? method.acr, amr: [method.provedBy] }
  await provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false })
}

function renderLogin(state: State, uid: string, isRetry: boolean): string {
  const radio = (name: string, value: string, label: string, isFirst: boolean): string =>
    `<div class="account"><input type="radio" name="${name}" id="${name}-${escapeHtml(value)}" value="${escapeHtml(value)}" required${isFirst ? ' checked' : ''}><label for="${name}-${escapeHtml(value)}">${escapeHtml(label)}</label></div>`
  const accounts = [...state.accounts.values()].map((one, index) =>
    radio('account', one.username, nameOf(one), index === 0),
  )
  const methods = Object.entries(CITIZEN_METHODS).map(([name, { label }], index) =>
    radio('method', name, label, index === 0),
  )
  return fillTemplate(page, {
    titlePrefix: isRetry ? 'Fehler: ' : '',
    htmlError: isRetry ? '<div class="error" role="alert"><p>Konto und Passwort passen nicht zusammen.</p></div>' : '',
    htmlAccounts: `${accounts.join('\n')}</fieldset><fieldset><legend>Wie melden Sie sich an?</legend>${methods.join('\n')}`,
    action: `/interaction/${uid}`,
    password: DEMO_PASSWORD,
  })
}

function nameOf({ name, claims }: CitizenAccount): string {
  const organisation = claims['organisation'] as { name?: string } | undefined
  return organisation?.name === undefined ? name : `${organisation.name} (${name})`
}
