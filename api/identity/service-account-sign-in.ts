import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { join } from '../../db/batch.ts'
import { notAllowed } from '../http/route.ts'
import { TOWN_KEY } from '../keys/keyring.ts'
import type { Actor } from '../lib/actor.ts'
import { ATTRIBUTES } from '../lib/attribute-names.ts'
import type { Problem, problemType } from '../lib/problem.ts'
import { open, seal } from '../lib/seal.ts'
import { isAtLeast, TRUST_LEVELS, type TrustLevel } from '../lib/trust-level.ts'
import { tidyAttributes } from './account-attributes.ts'
import type { AccountClaims } from './account-provider.ts'
import { ACCOUNT_SESSION_MS } from './citizen-session.ts'
import { cookieLine, forgetLine, hashToken, newToken, readCookie } from './cookies.ts'
import type { IdentityCtx } from './identity.ts'
import { planEndSession } from './plan.ts'
import { returnPath } from './return-path.ts'
import { accountSubjectHash, sealAttributes } from './service-accounts.ts'
import { type Led, providerUnavailable, signInExpired, signInRefused } from './service-sign-in.ts'
import { insertSession } from './store.ts'
import {
  answerSamlRequest,
  findAccountBySubject,
  findSamlRequest,
  insertAccount,
  insertSamlRequest,
  signInSession,
  takeDrafts,
  takeSamlAnswer,
  updateAccount,
  useAssertion,
} from './store-accounts.ts'

/** Path to which the OpenID provider leads back; with the origin it is the address registered there. */
export const ACCOUNT_CALLBACK_PATH = '/api/v1/identity/account/callback'
/** Where BundID sends its response, and where the browser then fetches what came of it. */
export const ACS_PATH = '/api/v1/identity/account/bundid/acs'
const FETCH_PATH = '/api/v1/identity/account/bundid/finish'

const LOGIN_MS = 10 * 60_000
/** Between BundID's response and the browser that fetches it lies one redirect. */
const FETCH_MS = 60_000
const LOGIN_PLACE = { table: 'account-login', row: 'cookie', column: 'state' } as const
const ACCOUNT_PAGE = '/konto/'

export type AccountProviderName = 'bundid' | 'oidc'
/** What somebody wants who signs in: a page to return to, and the least level it needs. */
export type Wanted = { readonly to: string | undefined; readonly level: TrustLevel }
/** A form that the browser has to send elsewhere. */
export type LedByForm = {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly setCookies: readonly string[]
}

const Login = v.object({
  provider: v.picklist(['bundid', 'oidc']),
  state: v.string(),
  nonce: v.string(),
  verifier: v.string(),
  to: v.string(),
  level: v.picklist(TRUST_LEVELS),
  untilMs: v.number(),
})
type Login = v.InferOutput<typeof Login>

/** Sends the browser to the OpenID provider. Throws `identity/provider-unavailable`; `http/not-allowed` to staff. */
export async function beginAccountSignIn(ctx: IdentityCtx, actor: Actor, wanted: Wanted): Promise<Led> {
  refuseStaff(actor)
  const provider = ctx.identity.accounts.oidc
  const login = newLogin(ctx, 'oidc', wanted)
  const redirectUri = `${ctx.origin}${ACCOUNT_CALLBACK_PATH}`
  const location = (await provider?.begin(login, { redirectUri, level: login.level })) ?? null
  if (location === null) {
    throw providerUnavailable('accounts by OpenID Connect')
  }
  return { location: location.href, setCookies: [loginLine(ctx, login)] }
}

/**
 * Ends a sign-in at the OpenID provider: the account is known or made, the session gets a fresh token, and the drafts of the
 * session belong to the account. Throws as staff's sign-in does; nothing is changed then.
 */
export async function finishAccountSignIn(ctx: IdentityCtx, actor: Actor, request: Request): Promise<Led> {
  refuseStaff(actor)
  const login = readLogin(ctx, request, 'oidc')
  const provider = ctx.identity.accounts.oidc
  if (provider === null) {
    throw refusal(ctx, providerUnavailable)
  }
  const answer = await provider.finish(login, new URL(ctx.origin + ACCOUNT_CALLBACK_PATH + new URL(request.url).search))
  if (answer.kind === 'unavailable') {
    throw refusal(ctx, providerUnavailable)
  }
  if (answer.kind === 'refused') {
    throw refusal(ctx, signInRefused, answer.reason)
  }
  return await storeSignIn(ctx, actor, login, { claims: answer.claims, issuer: provider.issuer })
}

/** Makes the signed request that the browser sends to BundID; it is remembered for ten minutes and bound to the browser. */
export async function beginBundidSignIn(ctx: IdentityCtx, actor: Actor, wanted: Wanted): Promise<LedByForm> {
  refuseStaff(actor)
  const provider = ctx.identity.accounts.bundid
  if (provider === null) {
    throw providerUnavailable('accounts by BundID')
  }
  const login = newLogin(ctx, 'bundid', wanted)
  const requestId = requestIdOf(login)
  const { level } = login
  const { action, fields } = await provider.begin({ requestId, level, callbackUrl: `${ctx.origin}${ACS_PATH}` })
  const nowMs = ctx.now()
  await ctx.write({ statements: [insertSamlRequest(requestId, nowMs, nowMs + LOGIN_MS)] })
  return { action, fields, setCookies: [loginLine(ctx, login)] }
}

/**
 * Takes BundID's response, which comes from elsewhere and without our cookies: checks it, uses request and assertion up in one
 * batch, and keeps what it says sealed for the browser that asked. Throws `identity/sign-in-refused`.
 */
export async function receiveBundidResponse(ctx: IdentityCtx, response: string): Promise<Led> {
  const provider = ctx.identity.accounts.bundid
  if (provider === null) {
    throw providerUnavailable('accounts by BundID')
  }
  const nowMs = ctx.now()
  const answer = await provider.finish(response, {
    callbackUrl: `${ctx.origin}${ACS_PATH}`,
    askedAtMs: async (id) => {
      const row = await findSamlRequest(ctx.db, id)
      return row === undefined || row.answeredAtMs !== null || row.expiresAtMs <= nowMs ? null : row.askedAtMs
    },
  })
  if (answer.kind === 'refused') {
    throw refusal(ctx, signInRefused, answer.reason)
  }
  const { requestId, assertionId, claims } = answer
  const sealed = await ctx.keyring.sealJson(TOWN_KEY, answerSpot(requestId), claims)
  const result = await ctx.write({
    guards: [answerSamlRequest(requestId, sealed, nowMs), useAssertion(assertionId, nowMs)],
  })
  if (!result.ok) {
    throw refusal(ctx, signInRefused, 'replayed')
  }
  return { location: FETCH_PATH, setCookies: [] }
}

/** Ends a sign-in at BundID in the browser that began it: nobody else has the sealed cookie that names the request. */
export async function finishBundidSignIn(ctx: IdentityCtx, actor: Actor, request: Request): Promise<Led> {
  refuseStaff(actor)
  const login = readLogin(ctx, request, 'bundid')
  const requestId = requestIdOf(login)
  const row = await findSamlRequest(ctx.db, requestId)
  const issuer = ctx.identity.accounts.bundid?.issuer
  if (row === undefined || row.answerSealed === null || issuer === undefined) {
    throw refusal(ctx, signInExpired)
  }
  const claims = v.parse(Claims, await ctx.keyring.openJson(TOWN_KEY, answerSpot(requestId), row.answerSealed))
  const taken = await ctx.write({ guards: [takeSamlAnswer(requestId, ctx.now() - FETCH_MS)] })
  if (!taken.ok) {
    throw refusal(ctx, signInExpired)
  }
  return await storeSignIn(ctx, actor, login, { claims, issuer })
}

const Claims = v.object({
  subject: v.string(),
  kind: v.picklist(['person', 'organisation']),
  trustLevel: v.picklist(['basic', 'substantial', 'high']),
  provedBy: v.nullable(v.string()),
  attributes: v.array(
    v.object({ name: v.picklist(ATTRIBUTES), value: v.unknown(), trustLevel: v.picklist(TRUST_LEVELS) }),
  ),
})

type SignedIn = { readonly claims: AccountClaims; readonly issuer: string }

async function storeSignIn(ctx: IdentityCtx, actor: Actor, login: Login, signedIn: SignedIn): Promise<Led> {
  for (const attempt of [1, 2]) {
    const token = newToken()
    const account = await planAccount(ctx, login.provider, signedIn)
    const session = planSession(ctx, actor, { accountId: account.id, token, level: signedIn.claims.trustLevel })
    const result = await ctx.write(join(account.plan, session))
    if (result.ok) {
      ctx.log('signed-in', { kind: 'account', code: login.provider, reason: signedIn.claims.trustLevel })
      return {
        location: isAtLeast(signedIn.claims.trustLevel, login.level) ? login.to : tooWeakPage(login),
        setCookies: [cookieLine(ctx.origin, 'citizen', token, ACCOUNT_SESSION_MS), forgetLine(ctx.origin, 'account')],
      }
    }
    ctx.log('sign-in-collided', { attempt })
  }
  throw refusal(ctx, providerUnavailable, 'collided')
}

/** The provider proved less than was asked for: the person is signed in, and told what is missing. */
const tooWeakPage = ({ to, level }: Login): string =>
  `/konto/anmelden/?${new URLSearchParams({ weiter: to, niveau: level })}`

/** The account is known by the hash of its subject; its key is made before it. What the provider says now replaces what it said. */
async function planAccount(ctx: IdentityCtx, provider: AccountProviderName, { claims, issuer }: SignedIn) {
  const subjectHash = accountSubjectHash(ctx, issuer, claims.subject)
  const said = { provedBy: claims.provedBy, attributes: tidyAttributes(claims.attributes) }
  const known = await findAccountBySubject(ctx.db, subjectHash)
  const nowMs = ctx.now()
  if (known !== undefined) {
    const row = { id: known.id, kind: claims.kind, attributesSealed: await sealAttributes(ctx, known, said) }
    return { id: known.id, plan: { guards: [updateAccount({ ...row, updatedAtMs: nowMs })] } }
  }
  const [id, keyId] = [ctx.newId(), ctx.newId()]
  await ctx.keyring.createKey(keyId)
  const attributesSealed = await sealAttributes(ctx, { id, keyId }, said)
  const row = { id, kind: claims.kind, provider, subjectHash, keyId, attributesSealed }
  return { id, plan: { statements: [insertAccount({ ...row, createdAtMs: nowMs, updatedAtMs: nowMs })] } }
}

type NewSession = {
  readonly accountId: string
  readonly token: string
  readonly level: AccountClaims['trustLevel']
}

/** A guest's session, or one of the same account, goes on under a fresh token; another account's ends and a new one begins. */
function planSession(ctx: IdentityCtx, actor: Actor, { accountId, token, level }: NewSession) {
  const nowMs = ctx.now()
  const proved = { accountId, trustLevel: level }
  const expiresAtMs = nowMs + ACCOUNT_SESSION_MS
  const goesOn = actor.kind === 'citizen' && (actor.account === undefined || actor.account.id === accountId)
  if (goesOn) {
    const row = { id: actor.sessionId, tokenHash: hashToken(token), ...proved, atMs: nowMs, expiresAtMs }
    return { guards: [signInSession(row)], statements: takeDrafts(actor.sessionId, accountId, nowMs) }
  }
  const times = { createdAtMs: nowMs, seenAtMs: nowMs, signedInAtMs: nowMs, expiresAtMs }
  const row = { id: ctx.newId(), tokenHash: hashToken(token), kind: 'citizen', userId: null, sealed: null } as const
  const former = actor.kind === 'citizen' ? planEndSession(actor.sessionId, nowMs) : {}
  return join(former, { statements: [insertSession({ ...row, ...proved, ...times })] })
}

function newLogin(ctx: IdentityCtx, provider: AccountProviderName, { to, level }: Wanted): Login {
  const random = (): string => randomBytes(32).toString('base64url')
  const untilMs = ctx.now() + LOGIN_MS
  return {
    provider,
    state: random(),
    nonce: random(),
    verifier: random(),
    to: returnPath(to, ACCOUNT_PAGE),
    level,
    untilMs,
  }
}

/** Id of the SAML request: an NCName nobody can guess. */
const requestIdOf = ({ state }: Login): string => `_${state}`

function loginLine(ctx: IdentityCtx, login: Login): string {
  const sealed = seal(loginKey(ctx), { town: ctx.town, ...LOGIN_PLACE }, Buffer.from(JSON.stringify(login)))
  return cookieLine(ctx.origin, 'account', sealed.toString('base64url'), LOGIN_MS)
}

/** Throws `identity/sign-in-expired` where this browser began no such sign-in, or too long ago. */
function readLogin(ctx: IdentityCtx, request: Request, provider: AccountProviderName): Login {
  const cookie = readCookie(ctx.origin, 'account', request)
  const login = cookie === undefined ? null : openLogin(ctx, cookie)
  if (login === null || login.provider !== provider || ctx.now() >= login.untilMs) {
    throw refusal(ctx, signInExpired)
  }
  return login
}

function openLogin(ctx: IdentityCtx, cookie: string): Login | null {
  try {
    const plain = open(loginKey(ctx), { town: ctx.town, ...LOGIN_PLACE }, Buffer.from(cookie, 'base64url'))
    return v.parse(Login, JSON.parse(plain.toString('utf8')))
  } catch {
    // Not sealed by us: as good as none.
    return null
  }
}

/** A browser acts for the office until its clerk signs out. */
function refuseStaff(actor: Actor): void {
  if (actor.kind === 'staff' || actor.kind === 'system') {
    throw notAllowed('staff do not sign in as citizens')
  }
}

function refusal(ctx: IdentityCtx, type: ReturnType<typeof problemType>, reason: string = type.type): Problem {
  ctx.log('sign-in-refused', { kind: 'account', reason, error: type.type })
  return type(reason, { headers: { 'Set-Cookie': forgetLine(ctx.origin, 'account') } })
}

const loginKey = (ctx: IdentityCtx): Uint8Array => ctx.keyring.purpose('account-login')
const answerSpot = (row: string) => ({ table: 'saml_requests', row, column: 'answer_sealed' })
