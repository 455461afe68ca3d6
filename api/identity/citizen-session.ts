import type { Plan } from '../../db/batch.ts'
import { notAllowed } from '../http/route.ts'
import type { Actor } from '../lib/actor.ts'
import { cookieLine, hashToken, newToken, readCookie } from './cookies.ts'
import type { IdentityCtx } from './identity.ts'
import { extendSession, insertSession } from './store.ts'

/** A draft must survive a closed browser: the session that began it lives as long as a draft, 30 days. */
export const CITIZEN_SESSION_MS = 30 * 86_400_000
/** A sign-in ends after this time, whatever was done meanwhile; the account's drafts wait for the next. */
export const ACCOUNT_SESSION_MS = 12 * 3_600_000

export type CitizenSession = {
  readonly sessionId: string
  /** To be joined into the write that grants something to the session, before the grant. */
  readonly plan: Plan
  readonly setCookie: string
}

/**
 * Gives the session in which a citizen begins a draft: the one they have, prolonged to a draft's life, or a new one.
 * Writes nothing itself. Throws `http/not-allowed` to staff, whose browser acts for the office until they sign out.
 */
export function ensureCitizenSession(ctx: IdentityCtx, actor: Actor, request: Request): CitizenSession {
  const known = readCookie(ctx.origin, 'citizen', request)
  if (actor.kind === 'citizen' && actor.account !== undefined && known !== undefined) {
    return {
      sessionId: actor.sessionId,
      plan: {},
      setCookie: cookieLine(ctx.origin, 'citizen', known, ACCOUNT_SESSION_MS),
    }
  }
  if (actor.kind === 'citizen' && known !== undefined) {
    return {
      sessionId: actor.sessionId,
      plan: { statements: [extendSession(actor.sessionId, ctx.now() + CITIZEN_SESSION_MS)] },
      setCookie: cookieLine(ctx.origin, 'citizen', known, CITIZEN_SESSION_MS),
    }
  }
  if (actor.kind === 'staff' || actor.kind === 'system') {
    throw notAllowed('staff do not open a citizen session')
  }
  return newCitizenSession(ctx)
}

/** A fresh citizen session; the plan must run before anything is granted to it. */
export function newCitizenSession(ctx: IdentityCtx): CitizenSession {
  const nowMs = ctx.now()
  const sessionId = ctx.newId()
  const token = newToken()
  const nobody = { userId: null, sealed: null, accountId: null, trustLevel: null, signedInAtMs: null }
  const row = { id: sessionId, tokenHash: hashToken(token), kind: 'citizen', ...nobody } as const
  const times = { createdAtMs: nowMs, seenAtMs: nowMs, expiresAtMs: nowMs + CITIZEN_SESSION_MS }
  return {
    sessionId,
    plan: { statements: [insertSession({ ...row, ...times })] },
    setCookie: cookieLine(ctx.origin, 'citizen', token, CITIZEN_SESSION_MS),
  }
}
