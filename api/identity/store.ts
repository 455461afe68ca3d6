import { and, asc, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import { hot, type Read } from '../../db/reader.ts'
import { accessCodes, sessionGrants, sessions, staff } from '../../db/schema/identity.ts'
import type { Grant } from '../lib/actor.ts'

export type Session = typeof sessions.$inferSelect
export type StaffRow = typeof staff.$inferSelect
export type CodeRow = typeof accessCodes.$inferSelect
export type GrantRow = typeof sessionGrants.$inferSelect

const GRANTS_MAX = 200
const STAFF_MAX = 5000

// Both are read for every request that carries a cookie.
const sessionByToken = hot((db) =>
  db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.tokenHash, sql.placeholder('tokenHash')),
        eq(sessions.kind, sql.placeholder('kind')),
        isNull(sessions.endedAtMs),
      ),
    )
    .limit(1),
)
const grantsBySession = hot((db) =>
  db
    .select()
    .from(sessionGrants)
    .where(eq(sessionGrants.sessionId, sql.placeholder('sessionId')))
    .orderBy(desc(sessionGrants.grantedAtMs))
    .limit(GRANTS_MAX),
)

/** Finds a session of one kind that was not ended, by the hash of its token. */
export async function findSession(db: Read, kind: Session['kind'], tokenHash: string): Promise<Session | undefined> {
  return (await sessionByToken(db).all({ tokenHash, kind }))[0]
}

/** Lists what a session may open, newest first; at most 200. */
export async function listGrants(db: Read, sessionId: string): Promise<readonly GrantRow[]> {
  return await grantsBySession(db).all({ sessionId })
}

/** Finds a member of staff by our id. */
export async function findStaff(db: Read, id: string): Promise<StaffRow | undefined> {
  return (await db.select().from(staff).where(eq(staff.id, id)).limit(1))[0]
}

/** Finds a member of staff by what the provider calls them; never by name or mail address. */
export async function findStaffBySubject(db: Read, issuer: string, subject: string): Promise<StaffRow | undefined> {
  const found = and(eq(staff.issuer, issuer), eq(staff.subject, subject))
  return (await db.select().from(staff).where(found).limit(1))[0]
}

/** Lists the members of staff who ever signed in, by our id; a city has some hundreds. */
export async function listStaff(db: Read): Promise<readonly StaffRow[]> {
  return await db.select().from(staff).orderBy(asc(staff.id)).limit(STAFF_MAX)
}

/** Lists the codes of a Vorgang that still open it, newest first; at most 20. */
export async function listOpenCodes(db: Read, vorgangId: string, nowMs: number): Promise<readonly CodeRow[]> {
  const open = and(
    eq(accessCodes.vorgangId, vorgangId),
    isNull(accessCodes.usedAtMs),
    gt(accessCodes.expiresAtMs, nowMs),
  )
  return await db.select().from(accessCodes).where(open).orderBy(desc(accessCodes.id)).limit(20)
}

export const insertSession = (row: Omit<Session, 'endedAtMs'>): Statement => ({
  sql: 'INSERT INTO sessions (id, token_hash, kind, user_id, created_at_ms, seen_at_ms, expires_at_ms, sealed, account_id, trust_level, signed_in_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  args: [
    row.id,
    row.tokenHash,
    row.kind,
    row.userId,
    row.createdAtMs,
    row.seenAtMs,
    row.expiresAtMs,
    row.sealed,
    row.accountId,
    row.trustLevel,
    row.signedInAtMs,
  ],
})

/** Notes that a session is in use; never turns time back. */
export const touchSession = (id: string, nowMs: number): Statement => ({
  sql: 'UPDATE sessions SET seen_at_ms = ? WHERE id = ? AND seen_at_ms < ?',
  args: [nowMs, id, nowMs],
})

export const extendSession = (id: string, expiresAtMs: number): Statement => ({
  sql: 'UPDATE sessions SET expires_at_ms = ? WHERE id = ? AND expires_at_ms < ? AND ended_at_ms IS NULL AND account_id IS NULL',
  args: [expiresAtMs, id, expiresAtMs],
})

/** Gives a session another token; holds only while it was not ended. */
export const renewToken = (id: string, tokenHash: string, nowMs: number, expiresAtMs: number): Guard => ({
  name: 'session-live',
  sql: 'UPDATE sessions SET token_hash = ?, seen_at_ms = ?, expires_at_ms = ? WHERE id = ? AND ended_at_ms IS NULL',
  args: [tokenHash, nowMs, expiresAtMs, id],
})

export const storeSealed = (id: string, sealed: Uint8Array, nowMs: number): Statement => ({
  sql: 'UPDATE sessions SET sealed = ?, seen_at_ms = ? WHERE id = ? AND ended_at_ms IS NULL',
  args: [sealed, nowMs, id],
})

/** Ends a session and forgets what was sealed in it. */
export const endSessionRow = (id: string, nowMs: number): Statement => ({
  sql: 'UPDATE sessions SET ended_at_ms = ?, sealed = NULL WHERE id = ? AND ended_at_ms IS NULL',
  args: [nowMs, id],
})

export const endSessionOfToken = (tokenHash: string, nowMs: number): Statement => ({
  sql: 'UPDATE sessions SET ended_at_ms = ?, sealed = NULL WHERE token_hash = ? AND ended_at_ms IS NULL',
  args: [nowMs, tokenHash],
})

export const insertGrant = (sessionId: string, grant: Grant, nowMs: number): Statement => ({
  sql: 'INSERT INTO session_grants (session_id, kind, entity_id, granted_at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (session_id, kind, entity_id) DO UPDATE SET granted_at_ms = excluded.granted_at_ms',
  args: [sessionId, grant.kind, grant.id, nowMs],
})

/** As `insertGrant`, but only where this session or its account may open the Vorgang `heldId` in the moment of writing. */
export const insertGrantOfHolder = (
  holder: { readonly sessionId: string; readonly accountId: string | null; readonly heldId: string },
  grant: Grant,
  nowMs: number,
): Statement => ({
  sql: `INSERT INTO session_grants (session_id, kind, entity_id, granted_at_ms) SELECT ?, ?, ?, ? WHERE ${HOLDS} ON CONFLICT (session_id, kind, entity_id) DO UPDATE SET granted_at_ms = excluded.granted_at_ms`,
  args: [holder.sessionId, grant.kind, grant.id, nowMs, ...holdsArgs(holder)],
})

/** Condition that a session, or the account it is signed in with, may open a Vorgang; its values are `holdsArgs`. */
export const HOLDS =
  "(EXISTS (SELECT 1 FROM session_grants WHERE session_id = ? AND kind = 'vorgang' AND entity_id = ?) OR EXISTS (SELECT 1 FROM account_grants WHERE account_id = ? AND kind = 'vorgang' AND entity_id = ?))"
export const holdsArgs = (holder: {
  readonly sessionId: string
  readonly accountId: string | null
  readonly heldId: string
}): readonly (string | null)[] => [holder.sessionId, holder.heldId, holder.accountId, holder.heldId]

/** Takes a thing from every session that may open it. */
export const deleteGrantsOf = (grant: Grant): Statement => ({
  sql: 'DELETE FROM session_grants WHERE kind = ? AND entity_id = ?',
  args: [grant.kind, grant.id],
})

export const deleteGrants = (sessionId: string): Statement => ({
  sql: 'DELETE FROM session_grants WHERE session_id = ?',
  args: [sessionId],
})

/** Takes back what was proved by a code until an instant; drafts stay. */
export const deleteProofs = (sessionId: string, untilMs: number): Statement => ({
  sql: "DELETE FROM session_grants WHERE session_id = ? AND kind IN ('vorgang', 'invitation') AND granted_at_ms <= ?",
  args: [sessionId, untilMs],
})

export const insertStaff = (row: Omit<StaffRow, 'version'>): Statement => ({
  sql: 'INSERT INTO staff (id, issuer, subject, name_sealed, claims, claims_at_ms, version) VALUES (?, ?, ?, ?, ?, ?, 1)',
  args: [row.id, row.issuer, row.subject, row.nameSealed, row.claims, row.claimsAtMs],
})

/** Stores what the provider says now; what it said later is not overwritten by what it said earlier. */
export const updateStaff = (row: Pick<StaffRow, 'id' | 'nameSealed' | 'claims' | 'claimsAtMs'>): Statement => ({
  sql: 'UPDATE staff SET name_sealed = ?, claims = ?, claims_at_ms = ?, version = version + 1 WHERE id = ? AND claims_at_ms <= ?',
  args: [row.nameSealed, row.claims, row.claimsAtMs, row.id, row.claimsAtMs],
})

export const insertCode = (row: Omit<CodeRow, 'usedAtMs'>): Statement => ({
  sql: 'INSERT INTO access_codes (id, vorgang_id, code_hash, kind, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
  args: [row.id, row.vorgangId, row.codeHash, row.kind, row.createdAtMs, row.expiresAtMs],
})

/** Uses a code up; refused when somebody was quicker or its time is over. */
export const spendCode = (id: string, nowMs: number): Guard => ({
  name: 'code-unused',
  sql: 'UPDATE access_codes SET used_at_ms = ? WHERE id = ? AND used_at_ms IS NULL AND expires_at_ms > ?',
  args: [nowMs, id, nowMs],
})

/** Uses up every code of a thing that was not used. */
export const spendCodesOf = (entityId: string, nowMs: number): Statement => ({
  sql: 'UPDATE access_codes SET used_at_ms = ? WHERE vorgang_id = ? AND used_at_ms IS NULL',
  args: [nowMs, entityId],
})

export type TryLimit = { readonly id: string; readonly scope: string; readonly max: number; readonly sinceMs: number }

/** Counts a try, unless `max` were counted since; the writer runs one batch after the other, so no burst slips through. */
export const countTry = (name: string, limit: TryLimit, nowMs: number): Guard => ({
  name,
  sql: 'INSERT INTO sign_in_tries (id, scope, at_ms) SELECT ?, ?, ? WHERE (SELECT count(*) FROM sign_in_tries WHERE scope = ? AND at_ms > ?) < ?',
  args: [limit.id, limit.scope, nowMs, limit.scope, limit.sinceMs, limit.max],
})

/** As `countTry`, but who has not tried from `newcomer` before may always try once. */
export const countTryOfNewcomer = (name: string, limit: TryLimit, newcomer: string, nowMs: number): Guard => ({
  name,
  sql: 'INSERT INTO sign_in_tries (id, scope, at_ms) SELECT ?, ?, ? WHERE (SELECT count(*) FROM sign_in_tries WHERE scope = ? AND at_ms > ?) < ? OR (SELECT count(*) FROM sign_in_tries WHERE scope = ? AND at_ms > ?) <= 1',
  args: [limit.id, limit.scope, nowMs, limit.scope, limit.sinceMs, limit.max, newcomer, limit.sinceMs],
})

export const deleteTries = (scope: string): Statement => ({
  sql: 'DELETE FROM sign_in_tries WHERE scope = ?',
  args: [scope],
})

export const deleteTry = (id: string): Statement => ({ sql: 'DELETE FROM sign_in_tries WHERE id = ?', args: [id] })

/** Deletes what is over since before `beforeMs`; at most 1,000 rows of each kind. */
export const deleteOld = (beforeMs: number): readonly Statement[] => [
  {
    sql: `DELETE FROM session_grants WHERE session_id IN (${OLD_SESSIONS})`,
    args: [beforeMs, beforeMs],
  },
  { sql: `DELETE FROM sessions WHERE id IN (${OLD_SESSIONS})`, args: [beforeMs, beforeMs] },
  {
    sql: 'DELETE FROM sign_in_tries WHERE id IN (SELECT id FROM sign_in_tries WHERE at_ms < ? LIMIT 1000)',
    args: [beforeMs],
  },
  {
    sql: 'DELETE FROM access_codes WHERE id IN (SELECT id FROM access_codes WHERE expires_at_ms < ? OR used_at_ms < ? LIMIT 1000)',
    args: [beforeMs, beforeMs],
  },
]
const OLD_SESSIONS = 'SELECT id FROM sessions WHERE expires_at_ms < ? OR ended_at_ms < ? ORDER BY id LIMIT 1000'
