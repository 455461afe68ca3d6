import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * One question to a register, with the person's consent; also the protocol that the person reads. `recordSealed`: what was
 * asked with and what came back, null where nothing did.
 */
export const registerLookups = sqliteTable(
  'register_lookups',
  {
    id: text('id').primaryKey(),
    draftId: text('draft_id').notNull(),
    /** Set when the draft is sent in. */
    vorgangId: text('vorgang_id'),
    keyId: text('key_id').notNull(),
    lookup: text('lookup').notNull(),
    register: text('register').notNull(),
    state: text('state', {
      enum: ['asked', 'found', 'used', 'rejected', 'not-found', 'refused', 'wrong-person', 'unreachable'],
    }).notNull(),
    recordSealed: blob('record_sealed', { mode: 'buffer' }),
    consentAtMs: integer('consent_at_ms').notNull(),
    answeredAtMs: integer('answered_at_ms'),
    decidedAtMs: integer('decided_at_ms'),
    version: integer('version').notNull(),
  },
  (t) => [index('register_lookups_draft').on(t.draftId, t.id), index('register_lookups_vorgang').on(t.vorgangId, t.id)],
)
