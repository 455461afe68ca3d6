import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Guard, join, type Plan } from '../../db/batch.ts'
import type { Actor, Grant } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { addressPrefix } from './address.ts'
import { ACCOUNT_SESSION_MS, CITIZEN_SESSION_MS, newCitizenSession } from './citizen-session.ts'
import { cookieLine, hashToken, newToken } from './cookies.ts'
import type { IdentityCtx } from './identity.ts'
import { authorize } from './permissions.ts'
import { codeHash, codeText, planCode, planGrant } from './plan.ts'
import { countTry, countTryOfNewcomer, deleteTries, deleteTry, listOpenCodes, renewToken, spendCode } from './store.ts'

/** Reference and code do not belong together; the same whether the reference, the code or both are wrong. */
export const codeRefused = problemType('identity/code-refused', 403)
export const tooManyTries = problemType('identity/too-many-tries', 429)

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/**
 * Limits of tries. Who mistypes is slowed first where they are: their address with this reference, then their address.
 * The reference as a whole is limited only to those who tried before, so that nobody can lock a person out.
 */
const TRIES = {
  pair: { max: 5, forMs: 15 * MINUTE_MS },
  address: { max: 30, forMs: 15 * MINUTE_MS },
  reference: { max: 200, forMs: DAY_MS },
  mailPair: { max: 3, forMs: 60 * MINUTE_MS },
  mailAddress: { max: 10, forMs: 60 * MINUTE_MS },
  mailReference: { max: 10, forMs: DAY_MS },
} as const

/** `reference` as typed, `vorgangId` what it names (a draft where one is opened) or null; `client` is the caller's address. */
export type CodeTry = {
  readonly reference: string
  readonly vorgangId: string | null
  readonly client: string
}

export type Redeemed = {
  readonly sessionId: string
  readonly vorgangId: string
  readonly setCookie: string
  /** The next code of the receipt, where the one used was the receipt's; show it, it is the way back. */
  readonly nextCode: string | null
}

/**
 * Opens a Vorgang to a citizen by reference and one-time code: uses the code up, grants the Vorgang to a session with a
 * fresh token, and makes the next receipt code, all in one batch. Every try is counted before it is judged.
 * Throws `identity/too-many-tries` (429, Retry-After) and `identity/code-refused` (403, the same for whatever is wrong).
 */
export async function redeemCode(
  ctx: IdentityCtx,
  actor: Actor,
  input: CodeTry & { readonly code: string; readonly opens?: Grant['kind'] },
): Promise<Redeemed> {
  authorize(actor, 'status.sign-in')
  const counted = await countSignIn(ctx, input)
  const nowMs = ctx.now()
  const open = await listOpenCodes(ctx.db, input.vorgangId ?? '', nowMs)
  const wanted = Buffer.from(codeHash(ctx, input.vorgangId ?? '', input.code))
  const found = open.filter((row) => timingSafeEqual(Buffer.from(row.codeHash), wanted))[0]
  if (found === undefined || input.vorgangId === null) {
    ctx.log('code-refused')
    throw codeRefused()
  }
  const session = planProvenSession(ctx, actor)
  const next = found.kind === 'mail' ? null : planCode(ctx, input.vorgangId, found.kind)
  const result = await ctx.write(
    join(
      { guards: [spendCode(found.id, nowMs)] },
      session.plan,
      planGrant(session.sessionId, { kind: input.opens ?? 'vorgang', id: input.vorgangId }, nowMs),
      next?.plan ?? {},
      { statements: counted.takeBack },
    ),
  )
  if (!result.ok) {
    throw codeRefused()
  }
  const { sessionId, setCookie } = session
  return { sessionId, setCookie, vorgangId: input.vorgangId, nextCode: next?.code ?? null }
}

/**
 * Asks for a code by mail. Always answers the same, whether the reference is known or not: one write either way.
 * `planMail` adds what sends the mail; it gets the code's id only (`codeText` gives the text when the mail is made).
 * Throws `identity/too-many-tries`.
 */
export async function requestMailCode(
  ctx: IdentityCtx,
  actor: Actor,
  input: CodeTry,
  planMail: (codeId: string) => Plan,
): Promise<void> {
  authorize(actor, 'status.sign-in')
  const id = ctx.newId()
  const { pair, address, reference } = scopesOf(ctx, 'mail', input)
  const guards = [
    guardOf(ctx, 'pair', `${id}:p`, pair, TRIES.mailPair),
    guardOf(ctx, 'address', `${id}:a`, address, TRIES.mailAddress),
    guardOf(ctx, 'reference', `${id}:r`, reference, TRIES.mailReference),
  ]
  const code = input.vorgangId === null ? null : planCode(ctx, input.vorgangId, 'mail')
  const mail = code === null ? {} : join(code.plan, planMail(code.codeId))
  const result = await ctx.write(join({ guards }, mail))
  if (!result.ok) {
    throw tooMany(TRIES.mailPair.forMs)
  }
}

/**
 * The receipt code that opens a Vorgang next; null where none is left. For pages that show it to whoever just proved
 * to be the applicant: the caller has checked `receipt.read` or `status.read`.
 */
export async function currentReceiptCode(ctx: IdentityCtx, vorgangId: string): Promise<string | null> {
  return await currentCode(ctx, vorgangId, 'receipt')
}

/** The code that opens a draft elsewhere; null where none is left. The caller has checked `draft.read`. */
export async function currentDraftCode(ctx: IdentityCtx, draftId: string): Promise<string | null> {
  return await currentCode(ctx, draftId, 'draft')
}

/** The code that opens an invitation next; null where none is left. The caller has checked who asks. */
export async function currentInvitationCode(ctx: IdentityCtx, invitationId: string): Promise<string | null> {
  return await currentCode(ctx, invitationId, 'invitation')
}

/**
 * The text of one receipt code, as long as it opens its Vorgang; null once it was used, replaced or is over. For whoever hands
 * it over: the caller has checked who asks.
 */
export async function readOpenCode(
  ctx: IdentityCtx,
  { vorgangId, codeId }: { readonly vorgangId: string; readonly codeId: string },
): Promise<string | null> {
  const open = await listOpenCodes(ctx.db, vorgangId, ctx.now())
  return open.some(({ id }) => id === codeId) ? codeText(ctx, codeId) : null
}

type Shown = 'receipt' | 'draft' | 'invitation'

async function currentCode(ctx: IdentityCtx, entityId: string, kind: Shown): Promise<string | null> {
  const open = await listOpenCodes(ctx.db, entityId, ctx.now())
  const newest = open.find((row) => row.kind === kind)
  return newest === undefined ? null : codeText(ctx, newest.id)
}

/** Counts a try in a batch of its own, before it is judged: parallel tries cannot all read the same low count. */
async function countSignIn(ctx: IdentityCtx, input: CodeTry) {
  const id = ctx.newId()
  const { pair, address, reference } = scopesOf(ctx, 'try', input)
  const ofReference = limitOf(ctx, `${id}:r`, reference, TRIES.reference)
  const result = await ctx.write({
    guards: [
      guardOf(ctx, 'pair', `${id}:p`, pair, TRIES.pair),
      guardOf(ctx, 'address', `${id}:a`, address, TRIES.address),
      countTryOfNewcomer('reference', ofReference, pair, ctx.now()),
    ],
  })
  if (!result.ok) {
    ctx.log('code-throttled', { reason: result.reason === 'guard' ? result.guard : result.reason })
    throw tooMany(TRIES.pair.forMs)
  }
  return { takeBack: [deleteTries(pair), deleteTry(`${id}:a`), deleteTry(`${id}:r`)] }
}

/** The session that was proved, under a token nobody knew before (no fixation). */
function planProvenSession(ctx: IdentityCtx, actor: Actor): { sessionId: string; plan: Plan; setCookie: string } {
  if (actor.kind !== 'citizen') {
    return newCitizenSession(ctx)
  }
  const token = newToken()
  const nowMs = ctx.now()
  const lifeMs = actor.account === undefined ? CITIZEN_SESSION_MS : ACCOUNT_SESSION_MS
  return {
    sessionId: actor.sessionId,
    plan: { guards: [renewToken(actor.sessionId, hashToken(token), nowMs, nowMs + lifeMs)] },
    setCookie: cookieLine(ctx.origin, 'citizen', token, lifeMs),
  }
}

type Limit = { readonly max: number; readonly forMs: number }

const limitOf = (ctx: IdentityCtx, id: string, scope: string, { max, forMs }: Limit) => ({
  id,
  scope,
  max,
  sinceMs: ctx.now() - forMs,
})

const guardOf = (ctx: IdentityCtx, name: string, id: string, scope: string, limit: Limit): Guard =>
  countTry(name, limitOf(ctx, id, scope, limit), ctx.now())

/** Names by which tries are counted; keyed, because addresses are personal data and references open something. */
function scopesOf(ctx: IdentityCtx, kind: 'try' | 'mail', { reference, client }: CodeTry) {
  const key = ctx.keyring.purpose('tries')
  const plain = reference.toUpperCase().replace(/[^A-Z0-9]/g, '')
  const prefix = addressPrefix(client)
  const scope = (...parts: readonly string[]): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([kind, ...parts]))
      .digest('hex')
  return { pair: scope('pair', prefix, plain), address: scope('address', prefix), reference: scope('reference', plain) }
}

const tooMany = (forMs: number) => tooManyTries('wait', { headers: { 'Retry-After': String(Math.ceil(forMs / 1000)) } })
