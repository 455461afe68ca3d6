import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import { hot, type Read } from '../../db/reader.ts'
import { accountGrants, accounts, identityEvidence, samlRequests, sessions } from '../../db/schema/identity.ts'
import type { Grant } from '../lib/actor.ts'
import { HOLDS, holdsArgs, type Session } from './store.ts'

export type AccountRow = typeof accounts.$inferSelect
export type AccountGrantRow = typeof accountGrants.$inferSelect
export type SamlRequestRow = typeof samlRequests.$inferSelect
export type EvidenceRow = typeof identityEvidence.$inferSelect

/** More than a person ever has; what an organisation has beyond it is found by its reference. */
const GRANTS_MAX = 2_000
const SESSIONS_MAX = 100

const accountById = hot((db) =>
  db
    .select()
    .from(accounts)
    .where(eq(accounts.id, sql.placeholder('id')))
    .limit(1),
)
const grantsByAccount = hot((db) =>
  db
    .select()
    .from(accountGrants)
    .where(eq(accountGrants.accountId, sql.placeholder('accountId')))
    .orderBy(desc(accountGrants.grantedAtMs))
    .limit(GRANTS_MAX),
)

/** Finds an account by our id. */
export async function findAccount(db: Read, id: string): Promise<AccountRow | undefined> {
  return (await accountById(db).all({ id }))[0]
}

/** Finds an account by the keyed hash of what its provider calls it. */
export async function findAccountBySubject(db: Read, subjectHash: string): Promise<AccountRow | undefined> {
  return (await db.select().from(accounts).where(eq(accounts.subjectHash, subjectHash)).limit(1))[0]
}

/** Lists what an account may open, newest first; at most 2,000. */
export async function listAccountGrants(db: Read, accountId: string): Promise<readonly AccountGrantRow[]> {
  return await grantsByAccount(db).all({ accountId })
}

/** Lists the sessions in which an account is signed in, the one used last first. */
export async function listAccountSessions(db: Read, accountId: string, nowMs: number): Promise<readonly Session[]> {
  return await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), isNull(sessions.endedAtMs), gt(sessions.expiresAtMs, nowMs)))
    .orderBy(desc(sessions.seenAtMs))
    .limit(SESSIONS_MAX)
}

/** Finds a request sent to a SAML provider. */
export async function findSamlRequest(db: Read, id: string): Promise<SamlRequestRow | undefined> {
  return (await db.select().from(samlRequests).where(eq(samlRequests.id, id)).limit(1))[0]
}

/** Finds how those who sent in a Vorgang's submissions were identified, oldest first. */
export async function listEvidence(db: Read, vorgangId: string): Promise<readonly EvidenceRow[]> {
  return await db
    .select()
    .from(identityEvidence)
    .where(eq(identityEvidence.vorgangId, vorgangId))
    .orderBy(identityEvidence.atMs)
    .limit(50)
}

export const insertAccount = (row: Omit<AccountRow, 'version'>): Statement => ({
  sql: 'INSERT INTO accounts (id, kind, provider, subject_hash, key_id, attributes_sealed, created_at_ms, updated_at_ms, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)',
  args: [
    row.id,
    row.kind,
    row.provider,
    row.subjectHash,
    row.keyId,
    row.attributesSealed,
    row.createdAtMs,
    row.updatedAtMs,
  ],
})

/** Stores what the provider says now; fails where the account was deleted meanwhile. */
export const updateAccount = (row: Pick<AccountRow, 'id' | 'kind' | 'attributesSealed' | 'updatedAtMs'>): Guard => ({
  name: 'account-there',
  sql: 'UPDATE accounts SET kind = ?, attributes_sealed = ?, updated_at_ms = ?, version = version + 1 WHERE id = ?',
  args: [row.kind, row.attributesSealed, row.updatedAtMs, row.id],
})

export const deleteAccount = (id: string): Statement => ({ sql: 'DELETE FROM accounts WHERE id = ?', args: [id] })

export const deleteAccountGrants = (accountId: string): Statement => ({
  sql: 'DELETE FROM account_grants WHERE account_id = ?',
  args: [accountId],
})

export const insertAccountGrant = (accountId: string, grant: Grant, nowMs: number): Statement => ({
  sql: 'INSERT INTO account_grants (account_id, kind, entity_id, granted_at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (account_id, kind, entity_id) DO NOTHING',
  args: [accountId, grant.kind, grant.id, nowMs],
})

/** As `insertAccountGrant`, but only where the session or the account may open the Vorgang `heldId` in the moment of writing. */
export const insertAccountGrantOfHolder = (
  holder: { readonly sessionId: string; readonly accountId: string; readonly heldId: string },
  grant: Grant,
  nowMs: number,
): Statement => ({
  sql: `INSERT INTO account_grants (account_id, kind, entity_id, granted_at_ms) SELECT ?, ?, ?, ? WHERE ${HOLDS} ON CONFLICT (account_id, kind, entity_id) DO NOTHING`,
  args: [holder.accountId, grant.kind, grant.id, nowMs, ...holdsArgs(holder)],
})

/** Takes a thing from every account that may open it. */
export const deleteAccountGrantsOf = (grant: Grant): Statement => ({
  sql: 'DELETE FROM account_grants WHERE kind = ? AND entity_id = ?',
  args: [grant.kind, grant.id],
})

/** Drafts that a session began belong to its account from now on. */
export const takeDrafts = (sessionId: string, accountId: string, nowMs: number): readonly Statement[] => [
  {
    sql: "INSERT INTO account_grants (account_id, kind, entity_id, granted_at_ms) SELECT ?, kind, entity_id, ? FROM session_grants WHERE session_id = ? AND kind = 'draft' ON CONFLICT (account_id, kind, entity_id) DO NOTHING",
    args: [accountId, nowMs, sessionId],
  },
  { sql: "DELETE FROM session_grants WHERE session_id = ? AND kind = 'draft'", args: [sessionId] },
]

/** Signs a session in: what it proved stands in its row; guard that it was not ended. */
export const signInSession = (row: {
  readonly id: string
  readonly tokenHash: string
  readonly accountId: string
  readonly trustLevel: NonNullable<Session['trustLevel']>
  readonly atMs: number
  readonly expiresAtMs: number
}): Guard => ({
  name: 'session-live',
  sql: 'UPDATE sessions SET token_hash = ?, account_id = ?, trust_level = ?, signed_in_at_ms = ?, seen_at_ms = ?, expires_at_ms = ? WHERE id = ? AND ended_at_ms IS NULL AND (account_id IS NULL OR account_id = ?)',
  args: [row.tokenHash, row.accountId, row.trustLevel, row.atMs, row.atMs, row.expiresAtMs, row.id, row.accountId],
})

/** Ends one session of an account; nothing happens where it is another's. */
export const endAccountSession = (accountId: string, sessionId: string, nowMs: number): Guard => ({
  name: 'session-live',
  sql: 'UPDATE sessions SET ended_at_ms = ?, sealed = NULL WHERE id = ? AND account_id = ? AND ended_at_ms IS NULL',
  args: [nowMs, sessionId, accountId],
})

/** Ends every session of an account and forgets that it was signed in there. */
export const endAccountSessions = (accountId: string, nowMs: number): readonly Statement[] => [
  {
    sql: 'DELETE FROM session_grants WHERE session_id IN (SELECT id FROM sessions WHERE account_id = ?)',
    args: [accountId],
  },
  {
    sql: 'UPDATE sessions SET ended_at_ms = coalesce(ended_at_ms, ?), sealed = NULL, account_id = NULL, trust_level = NULL WHERE account_id = ?',
    args: [nowMs, accountId],
  },
]

export const insertSamlRequest = (id: string, askedAtMs: number, expiresAtMs: number): Statement => ({
  sql: 'INSERT INTO saml_requests (id, asked_at_ms, expires_at_ms) VALUES (?, ?, ?)',
  args: [id, askedAtMs, expiresAtMs],
})

/** A request is answered once, in time. */
export const answerSamlRequest = (id: string, answerSealed: Uint8Array, nowMs: number): Guard => ({
  name: 'request-open',
  sql: 'UPDATE saml_requests SET answered_at_ms = ?, answer_sealed = ? WHERE id = ? AND answered_at_ms IS NULL AND expires_at_ms > ?',
  args: [nowMs, answerSealed, id, nowMs],
})

/** An assertion is used once. */
export const useAssertion = (id: string, nowMs: number): Guard => ({
  name: 'assertion-unused',
  sql: 'INSERT INTO saml_assertions (id, used_at_ms) VALUES (?, ?) ON CONFLICT (id) DO NOTHING',
  args: [id, nowMs],
})

/** The browser that asked fetches the answer once, soon after it came. */
export const takeSamlAnswer = (id: string, answeredAfterMs: number): Guard => ({
  name: 'answer-waiting',
  sql: 'UPDATE saml_requests SET answer_sealed = NULL WHERE id = ? AND answer_sealed IS NOT NULL AND answered_at_ms > ?',
  args: [id, answeredAfterMs],
})

export const insertEvidence = (row: EvidenceRow): Statement => ({
  sql: 'INSERT INTO identity_evidence (submission_id, vorgang_id, key_id, sealed, at_ms) VALUES (?, ?, ?, ?, ?)',
  args: [row.submissionId, row.vorgangId, row.keyId, row.sealed, row.atMs],
})

/** Deletes requests and assertions that are over since before `beforeMs`; at most 1,000 of each. */
export const deleteOldSignIns = (beforeMs: number): readonly Statement[] => [
  {
    sql: 'DELETE FROM saml_requests WHERE id IN (SELECT id FROM saml_requests WHERE expires_at_ms < ? LIMIT 1000)',
    args: [beforeMs],
  },
  {
    sql: 'DELETE FROM saml_assertions WHERE id IN (SELECT id FROM saml_assertions WHERE used_at_ms < ? LIMIT 1000)',
    args: [beforeMs],
  },
]
