import { randomBytes } from 'node:crypto'
import { join, type Plan } from '../../db/batch.ts'
import type { Problem } from '../lib/problem.ts'
import { problemType } from '../lib/problem.ts'
import { open, seal } from '../lib/seal.ts'
import { cookieLine, forgetLine, hashToken, newToken, readCookie } from './cookies.ts'
import type { IdentityCtx } from './identity.ts'
import type { Challenge, IdentityProvider, SignInAnswer } from './provider.ts'
import { sealSession, staffRow, subjectKey } from './recheck.ts'
import { returnPath } from './return-path.ts'
import { endSessionOfToken, findStaffBySubject, insertSession, insertStaff, updateStaff } from './store.ts'

/** The sign-in was begun in another browser, too long ago, or not at all. */
export const signInExpired = problemType('identity/sign-in-expired', 400)
/** The provider said no, or its answer does not hold. */
export const signInRefused = problemType('identity/sign-in-refused', 403)
/** Staff must sign in with a second factor. */
export const secondFactorMissing = problemType('identity/second-factor-missing', 403)
/** The provider knows the person, and gives them no role here. */
export const roleMissing = problemType('identity/role-missing', 403)
export const providerUnavailable = problemType('identity/provider-unavailable', 503)

/** Path of the callback; with the origin it is the address registered at the provider. */
export const CALLBACK_PATH = '/api/v1/identity/callback'
const LOGIN_MS = 10 * 60_000
const SESSION_MS = 10 * 60 * 60_000
const LOGIN_PLACE = { table: 'login', row: 'cookie', column: 'state' } as const

type Login = Challenge & { readonly to: string; readonly untilMs: number }
export type Led = { readonly location: string; readonly setCookies: readonly string[] }
type SignedIn = Extract<SignInAnswer, { kind: 'signed-in' }>

/**
 * Begins a sign-in: sends the browser to the provider and binds the answer to it by a sealed cookie of ten minutes.
 * Throws `identity/provider-unavailable`.
 */
export async function beginSignIn(ctx: IdentityCtx, to: string | undefined): Promise<Led> {
  const provider = providerOf(ctx)
  const random = (): string => randomBytes(32).toString('base64url')
  const login: Login = {
    state: random(),
    nonce: random(),
    verifier: random(),
    to: returnPath(to),
    untilMs: ctx.now() + LOGIN_MS,
  }
  const location = await provider.begin(login, `${ctx.origin}${CALLBACK_PATH}`)
  if (location === null) {
    throw providerUnavailable()
  }
  const sealed = seal(loginKey(ctx), { town: ctx.town, ...LOGIN_PLACE }, Buffer.from(JSON.stringify(login)))
  const cookie = cookieLine(ctx.origin, 'login', sealed.toString('base64url'), LOGIN_MS)
  return { location: location.href, setCookies: [cookie] }
}

/**
 * Ends a sign-in: checks the provider's answer and makes a session with a fresh token.
 * Throws `identity/sign-in-expired`, `-refused`, `identity/second-factor-missing`, `identity/role-missing` and
 * `identity/provider-unavailable`; no session is made then, and the browser forgets the attempt.
 */
export async function finishSignIn(ctx: IdentityCtx, request: Request): Promise<Led> {
  const provider = providerOf(ctx)
  const login = readLogin(ctx, request)
  if (login === null) {
    throw refusal(ctx, signInExpired)
  }
  const callback = new URL(`${ctx.origin}${CALLBACK_PATH}${new URL(request.url).search}`)
  const answer = await provider.finish(login, callback)
  if (answer.kind === 'unavailable') {
    throw refusal(ctx, providerUnavailable)
  }
  if (answer.kind === 'refused') {
    throw refusal(ctx, signInRefused, answer.reason)
  }
  if (!isMultiFactor(ctx, answer)) {
    throw refusal(ctx, secondFactorMissing)
  }
  if (answer.claims.roles.length === 0) {
    throw refusal(ctx, roleMissing)
  }
  const token = await storeSignIn(ctx, provider, answer, readCookie(ctx.origin, 'staff', request))
  return {
    location: login.to,
    setCookies: [cookieLine(ctx.origin, 'staff', token), forgetLine(ctx.origin, 'login')],
  }
}

/** One batch: the person, the new session, and the end of the one this browser had. Returns the session's token. */
async function storeSignIn(
  ctx: IdentityCtx,
  provider: IdentityProvider,
  answer: SignedIn,
  former: string | undefined,
): Promise<string> {
  const token = newToken()
  for (const attempt of [1, 2]) {
    const person = await planPerson(ctx, provider.issuer, answer)
    const session = await planSession(ctx, person.userId, token, answer)
    const result = await ctx.write(join(planForget(ctx, former), person.plan, session))
    if (result.ok) {
      ctx.log('signed-in', { kind: 'staff', actor: `staff:${person.userId}` })
      return token
    }
    ctx.log('sign-in-collided', { attempt })
  }
  throw providerUnavailable('two first sign-ins of one person at once')
}

async function planPerson(
  ctx: IdentityCtx,
  issuer: string,
  { claims }: SignedIn,
): Promise<{ readonly userId: string; readonly plan: Plan }> {
  const subject = subjectKey(ctx, issuer, claims.subject)
  const known = await findStaffBySubject(ctx.db, issuer, subject)
  const userId = known?.id ?? ctx.newId()
  const row = await staffRow(ctx, userId, claims)
  const statement = known === undefined ? insertStaff({ ...row, issuer, subject }) : updateStaff(row)
  return { userId, plan: { statements: [statement] } }
}

async function planSession(ctx: IdentityCtx, userId: string, token: string, answer: SignedIn): Promise<Plan> {
  const nowMs = ctx.now()
  const id = ctx.newId()
  const { claims, tokens } = answer
  const sealed = await sealSession(ctx, id, { v: 1, subject: claims.subject, tokens, checkedAtMs: nowMs })
  const times = { createdAtMs: nowMs, seenAtMs: nowMs, expiresAtMs: nowMs + SESSION_MS }
  const noAccount = { accountId: null, trustLevel: null, signedInAtMs: null }
  const row = { id, tokenHash: hashToken(token), kind: 'staff', userId, sealed, ...times, ...noAccount } as const
  return { statements: [insertSession(row)] }
}

const planForget = (ctx: IdentityCtx, former: string | undefined): Plan =>
  former === undefined ? {} : { statements: [endSessionOfToken(hashToken(former), ctx.now())] }

function isMultiFactor(ctx: IdentityCtx, { acr, amr }: SignedIn): boolean {
  const { mfaAcr, mfaAmr } = ctx.identity.settings
  return (acr !== null && mfaAcr.includes(acr)) || amr.some((method) => mfaAmr.includes(method))
}

function readLogin(ctx: IdentityCtx, request: Request): Login | null {
  const cookie = readCookie(ctx.origin, 'login', request)
  if (cookie === undefined) {
    return null
  }
  try {
    const plain = open(loginKey(ctx), { town: ctx.town, ...LOGIN_PLACE }, Buffer.from(cookie, 'base64url'))
    const login = JSON.parse(plain.toString('utf8')) as Login
    return ctx.now() < login.untilMs ? login : null
  } catch {
    // Not sealed by us: as good as none.
    return null
  }
}

function refusal(ctx: IdentityCtx, type: ReturnType<typeof problemType>, reason: string = type.type): Problem {
  ctx.log('sign-in-refused', { reason, error: type.type })
  return type(reason, { headers: { 'Set-Cookie': forgetLine(ctx.origin, 'login') } })
}

function providerOf(ctx: IdentityCtx): IdentityProvider {
  if (ctx.identity.provider === null) {
    throw providerUnavailable('no provider is configured')
  }
  return ctx.identity.provider
}

const loginKey = (ctx: IdentityCtx): Uint8Array => ctx.keyring.purpose('login')
