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
  },
  (t) => [uniqueIndex('sessions_token').on(t.tokenHash), index('sessions_user').on(t.userId)],
)

/** What a citizen's session may open. */
export const sessionGrants = sqliteTable(
  'session_grants',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id),
    kind: text('kind', { enum: ['draft', 'vorgang'] }).notNull(),
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

/** One-time codes that open the status page; stored as keyed hash, used once. */
export const accessCodes = sqliteTable(
  'access_codes',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    codeHash: text('code_hash').notNull(),
    kind: text('kind', { enum: ['receipt', 'mail', 'draft'] }).notNull(),
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
