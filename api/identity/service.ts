import { TOWN_KEY } from '../keys/keyring.ts'
import type { Actor, Grant } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import { forgetLine, hashToken, readCookie } from './cookies.ts'
import type { IdentityCtx } from './identity.ts'
import { authorize } from './permissions.ts'
import { planEndSession } from './plan.ts'
import { findCurrentPerson } from './recheck.ts'
import { readStoodIn } from './service-absences.ts'
import {
  deleteOld,
  deleteProofs,
  findSession,
  findStaff,
  type GrantRow,
  listGrants,
  type Session,
  touchSession,
} from './store.ts'
import { deleteOldAbsences } from './store-absences.ts'
import { deleteOldSignIns, findAccount, listAccountGrants } from './store-accounts.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Who was away when is of use for a year, for questions about what a substitute did. */
const ABSENCES_DAYS = 366
/** A session's use is noted at most this often, so idle times are exact to a minute. */
const TOUCH_MS = MINUTE_MS
const STAFF_IDLE_MS = 60 * MINUTE_MS
/** What a citizen proved by a code stays open this long, from the last use and in all. */
const PROOF_IDLE_MS = 30 * MINUTE_MS
const PROOF_MS = 8 * HOUR_MS
/** A sign-in that is not used this long is over: the machine may be somebody else's by now. */
export const ACCOUNT_IDLE_MS = 2 * HOUR_MS

export { ensureCitizenSession } from './citizen-session.ts'
export { createIdentity, type IdentityCtx } from './identity.ts'
export { authorize } from './permissions.ts'

const PUBLIC: Actor = { kind: 'public' }

/**
 * Finds out who makes a request. Staff before citizen where a browser holds both cookies.
 * Never refuses: whoever is not known, whose time is over, or whom the provider no longer vouches for, is the public.
 */
export async function resolveActor(ctx: IdentityCtx, request: Request): Promise<Actor> {
  return (await resolveStaff(ctx, request)) ?? (await resolveCitizen(ctx, request)) ?? PUBLIC
}

/** Ends the actor's session at once; having none is no fault. Returns the lines that make the browser forget it. */
export async function endSession(ctx: IdentityCtx, actor: Actor): Promise<readonly string[]> {
  authorize(actor, 'session.end')
  if (actor.kind === 'citizen' || actor.kind === 'staff') {
    await ctx.write(planEndSession(actor.sessionId, ctx.now()))
    ctx.log('signed-out', { kind: actor.kind })
  }
  return [forgetLine(ctx.origin, actor.kind === 'citizen' ? 'citizen' : 'staff'), forgetLine(ctx.origin, 'login')]
}

/** Line that makes a browser forget a citizen's session that has ended. */
export const forgetSession = (ctx: IdentityCtx): string => forgetLine(ctx.origin, 'citizen')

/** Name of a member of staff, for those who may see the thing they worked on; null where nobody has the id. */
export async function staffName(ctx: IdentityCtx, userId: string): Promise<string | null> {
  const row = await findStaff(ctx.db, userId)
  if (row === undefined) {
    return null
  }
  const spot = { table: 'staff', row: row.id, column: 'name_sealed' }
  return (await ctx.keyring.open(TOWN_KEY, spot, row.nameSealed)).toString('utf8')
}

/** Deletes sessions, tries and codes that are over since a day, and absences since a year; for a job that runs daily. */
export async function sweepIdentity(ctx: IdentityCtx): Promise<void> {
  const absences = deleteOldAbsences(addDays(dayInBerlin(ctx.now()), -ABSENCES_DAYS))
  await ctx.write({
    statements: [...deleteOld(ctx.now() - DAY_MS), ...deleteOldSignIns(ctx.now() - DAY_MS), absences],
  })
}

async function resolveStaff(ctx: IdentityCtx, request: Request): Promise<Actor | null> {
  const session = await readSession(ctx, 'staff', request)
  if (session === undefined || session.userId === null || ctx.now() - session.seenAtMs >= STAFF_IDLE_MS) {
    return null
  }
  const person = await findCurrentPerson(ctx, { ...session, userId: session.userId })
  if (person === null) {
    return null
  }
  return {
    kind: 'staff',
    sessionId: session.id,
    userId: person.userId,
    name: person.name,
    roles: person.roles,
    postboxes: person.teams,
    standsInFor: await readStoodIn(ctx, person.userId),
  }
}

async function resolveCitizen(ctx: IdentityCtx, request: Request): Promise<Actor | null> {
  const session = await readSession(ctx, 'citizen', request)
  if (session === undefined) {
    return null
  }
  const nowMs = ctx.now()
  const isSignedIn = session.accountId !== null && session.trustLevel !== null
  if (isSignedIn && nowMs - session.seenAtMs >= ACCOUNT_IDLE_MS) {
    return null
  }
  const rows = await listGrants(ctx.db, session.id)
  if (nowMs - session.seenAtMs >= TOUCH_MS) {
    const isIdle = nowMs - session.seenAtMs >= PROOF_IDLE_MS
    // In one batch: the next request sees the session in use again, and must not find the old proof with it.
    const forget = isIdle ? [deleteProofs(session.id, nowMs - PROOF_IDLE_MS)] : []
    await ctx.write({ statements: [touchSession(session.id, nowMs), ...forget] })
  }
  const isOpen = (row: GrantRow): boolean =>
    row.kind === 'draft' ||
    (nowMs - Math.max(session.seenAtMs, row.grantedAtMs) < PROOF_IDLE_MS && nowMs - row.grantedAtMs < PROOF_MS)
  const grants: readonly Grant[] = rows.filter(isOpen).map((row) => ({ kind: row.kind, id: row.entityId }))
  const signedIn = await resolveAccount(ctx, session)
  return signedIn === null
    ? { kind: 'citizen', sessionId: session.id, grants }
    : { kind: 'citizen', sessionId: session.id, grants: [...signedIn.grants, ...grants], account: signedIn.account }
}

/** The account of a session with everything it may open; null for a guest, and where the account was deleted. */
async function resolveAccount(ctx: IdentityCtx, { accountId, trustLevel }: Session) {
  const row = accountId === null ? undefined : await findAccount(ctx.db, accountId)
  if (row === undefined || trustLevel === null) {
    return null
  }
  const granted = await listAccountGrants(ctx.db, row.id)
  const grants = granted.map((grant): Grant => ({ kind: grant.kind, id: grant.entityId }))
  return { account: { id: row.id, kind: row.kind, trustLevel }, grants }
}

async function readSession(ctx: IdentityCtx, kind: Session['kind'], request: Request): Promise<Session | undefined> {
  const token = readCookie(ctx.origin, kind, request)
  const session = token === undefined ? undefined : await findSession(ctx.db, kind, hashToken(token))
  return session !== undefined && ctx.now() < session.expiresAtMs ? session : undefined
}
