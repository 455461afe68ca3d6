import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** A browser's session; the token itself is only in the cookie, here stands its SHA-256. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    tokenHash: text('token_hash').notNull(),
    kind: text('kind', { enum: ['citizen', 'staff'] }).notNull(),
    userId: text('user_id'),
    createdAtMs: integer('created_at_ms').notNull(),
    seenAtMs: integer('seen_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
    endedAtMs: integer('ended_at_ms'),
    sealed: blob('sealed', { mode: 'buffer' }),
    /** The account a citizen is signed in with, how well it was proved, and when. */
    accountId: text('account_id'),
    trustLevel: text('trust_level', { enum: ['basic', 'substantial', 'high'] }),
    signedInAtMs: integer('signed_in_at_ms'),
  },
  (t) => [
    uniqueIndex('sessions_token').on(t.tokenHash),
    index('sessions_user').on(t.userId),
    index('sessions_account').on(t.accountId),
  ],
)

/** What a citizen's session may open. */
export const sessionGrants = sqliteTable(
  'session_grants',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id),
    kind: text('kind', { enum: ['draft', 'vorgang', 'invitation'] }).notNull(),
    entityId: text('entity_id').notNull(),
    grantedAtMs: integer('granted_at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.sessionId, t.kind, t.entityId] }),
    index('session_grants_entity').on(t.kind, t.entityId),
  ],
)

/** Staff known from the identity provider; key is (issuer, subject). Claims are read again, rights never outlive them. */
export const staff = sqliteTable(
  'staff',
  {
    id: text('id').primaryKey(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    nameSealed: blob('name_sealed', { mode: 'buffer' }).notNull(),
    claims: text('claims').notNull(),
    claimsAtMs: integer('claims_at_ms').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [uniqueIndex('staff_subject').on(t.issuer, t.subject)],
)

/**
 * Days on which somebody does not work, and who stands in for them, if anybody does. First and last day count. Why somebody is
 * absent is asked and kept nowhere.
 */
export const absences = sqliteTable(
  'absences',
  {
    id: text('id').primaryKey(),
    userId: text('user_id').notNull(),
    substituteId: text('substitute_id'),
    fromOn: text('from_on').notNull(),
    untilOn: text('until_on').notNull(),
    /** Who entered it: the person, or a lead of a team of theirs. */
    setBy: text('set_by').notNull(),
    state: text('state', { enum: ['set', 'ended'] }).notNull(),
    version: integer('version').notNull(),
  },
  (t) => [
    index('absences_substitute').on(t.substituteId, t.untilOn).where(sql`state = 'set'`),
    index('absences_user').on(t.userId, t.untilOn).where(sql`state = 'set'`),
  ],
)

/** One-time codes that open the status page; stored as keyed hash, used once. */
export const accessCodes = sqliteTable(
  'access_codes',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    codeHash: text('code_hash').notNull(),
    kind: text('kind', { enum: ['receipt', 'mail', 'draft', 'invitation'] }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
    usedAtMs: integer('used_at_ms'),
  },
  (t) => [index('access_codes_vorgang').on(t.vorgangId)],
)

/** Failed tries, counted per reference and per address prefix, for throttling. */
export const signInTries = sqliteTable(
  'sign_in_tries',
  {
    id: text('id').primaryKey(),
    scope: text('scope').notNull(),
    atMs: integer('at_ms').notNull(),
  },
  (t) => [index('sign_in_tries_scope').on(t.scope, t.atMs)],
)

/** Citizens' and organisations' accounts; known by a keyed hash of what the provider calls them here, attributes sealed. */
export const accounts = sqliteTable(
  'accounts',
  {
    id: text('id').primaryKey(),
    kind: text('kind', { enum: ['person', 'organisation'] }).notNull(),
    provider: text('provider', { enum: ['bundid', 'oidc'] }).notNull(),
    subjectHash: text('subject_hash').notNull(),
    keyId: text('key_id').notNull(),
    attributesSealed: blob('attributes_sealed', { mode: 'buffer' }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [uniqueIndex('accounts_subject').on(t.subjectHash)],
)

/** What an account may open, wherever its owner signs in. */
export const accountGrants = sqliteTable(
  'account_grants',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    kind: text('kind', { enum: ['draft', 'vorgang'] }).notNull(),
    entityId: text('entity_id').notNull(),
    grantedAtMs: integer('granted_at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.kind, t.entityId] }),
    index('account_grants_entity').on(t.kind, t.entityId),
  ],
)

/** Requests sent to a SAML provider: each is answered once, and what came waits sealed for the browser that asked. */
export const samlRequests = sqliteTable(
  'saml_requests',
  {
    id: text('id').primaryKey(),
    askedAtMs: integer('asked_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
    answeredAtMs: integer('answered_at_ms'),
    answerSealed: blob('answer_sealed', { mode: 'buffer' }),
  },
  (t) => [index('saml_requests_expiry').on(t.expiresAtMs)],
)

/** Assertions that were used: none signs in twice. */
export const samlAssertions = sqliteTable(
  'saml_assertions',
  { id: text('id').primaryKey(), usedAtMs: integer('used_at_ms').notNull() },
  (t) => [index('saml_assertions_used').on(t.usedAtMs)],
)

/** How the person who sent something in was identified, kept with it: account, level, provider, and what was taken over. */
export const identityEvidence = sqliteTable(
  'identity_evidence',
  {
    submissionId: text('submission_id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    keyId: text('key_id').notNull(),
    sealed: blob('sealed', { mode: 'buffer' }).notNull(),
    atMs: integer('at_ms').notNull(),
  },
  (t) => [index('identity_evidence_vorgang').on(t.vorgangId)],
)
