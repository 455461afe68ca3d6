import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** Answers not yet sent in, kept as typed. */
export const drafts = sqliteTable(
  'drafts',
  {
    id: text('id').primaryKey(),
    /** Number by which a person goes on with it elsewhere; drafts from before there were such numbers have none. */
    reference: text('reference'),
    serviceSlug: text('service_slug').notNull(),
    formDigest: text('form_digest').notNull(),
    contentRevisionId: text('content_revision_id').notNull(),
    lang: text('lang').notNull(),
    keyId: text('key_id').notNull(),
    answersSealed: blob('answers_sealed', { mode: 'buffer' }).notNull(),
    state: text('state', { enum: ['open', 'submitted', 'expired'] }).notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
    version: integer('version').notNull(),
    /** The Vorgang whose answers it corrects; null for a new application. */
    correctsId: text('corrects_id'),
  },
  (t) => [
    uniqueIndex('drafts_reference').on(t.reference),
    index('drafts_expiry').on(t.expiresAtMs, t.id).where(sql`state = 'open'`),
    index('drafts_corrects').on(t.correctsId).where(sql`state = 'open' and corrects_id is not null`),
  ],
)

/** What a person sent in; unchangeable, with the exact form version it was made with. */
export const submissions = sqliteTable(
  'submissions',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    draftId: text('draft_id').notNull(),
    serviceSlug: text('service_slug').notNull(),
    formDigest: text('form_digest').notNull(),
    contentRevisionId: text('content_revision_id').notNull(),
    lang: text('lang').notNull(),
    keyId: text('key_id').notNull(),
    answersSealed: blob('answers_sealed', { mode: 'buffer' }).notNull(),
    receivedAtMs: integer('received_at_ms').notNull(),
    /** What it is: the application itself, or an act after sending. */
    kind: text('kind', {
      enum: [
        'application',
        'answer',
        'correction',
        'document',
        'withdrawal',
        'contact',
        'call',
        'help',
        'inspection',
        'objection',
        'mail',
      ],
    })
      .notNull()
      .default('application'),
  },
  (t) => [uniqueIndex('submissions_draft').on(t.draftId), index('submissions_vorgang').on(t.vorgangId)],
)

/**
 * A printed form: its code opens the draft's answers at the counter, once. Kept as a hash: whoever reads the table learns
 * no code. The draft lives at least as long.
 */
export const paperCodes = sqliteTable(
  'paper_codes',
  {
    codeHash: text('code_hash').primaryKey(),
    draftId: text('draft_id').notNull(),
    /** Answers as they stand on the paper, whatever the draft becomes afterwards. */
    answersSealed: blob('answers_sealed', { mode: 'buffer' }),
    /** Version of the draft that was printed; the code is made from it. */
    draftVersion: integer('draft_version'),
    createdAtMs: integer('created_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
    vorgangId: text('vorgang_id'),
  },
  (t) => [index('paper_codes_draft').on(t.draftId), index('paper_codes_age').on(t.expiresAtMs)],
)

/**
 * The form of an act after sending as it stands: what was typed and refused, and the version that makes sending it twice one
 * act. `about` names what it is about (a notice), else it is empty.
 */
export const actForms = sqliteTable(
  'act_forms',
  {
    vorgangId: text('vorgang_id').notNull(),
    act: text('act').notNull(),
    about: text('about').notNull(),
    keyId: text('key_id').notNull(),
    typedSealed: blob('typed_sealed', { mode: 'buffer' }),
    updatedAtMs: integer('updated_at_ms').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [primaryKey({ columns: [t.vorgangId, t.act, t.about] })],
)

/**
 * Somebody whom an applicant asked: to agree with the whole (`sign`), or to answer one page (`step`). Who they are and what
 * came of it is sealed under the draft's key and goes with it. They get a link with the id and a code by another way.
 */
export const invitations = sqliteTable(
  'invitations',
  {
    id: text('id').primaryKey(),
    draftId: text('draft_id').notNull(),
    kind: text('kind', { enum: ['sign', 'step'] }).notNull(),
    /** Id of the role, or of the step, in the form. */
    role: text('role').notNull(),
    /** `void`: it was given, and what they had seen was changed afterwards. */
    state: text('state', {
      enum: ['invited', 'opened', 'given', 'void', 'declined', 'withdrawn', 'expired'],
    }).notNull(),
    keyId: text('key_id').notNull(),
    inviteeSealed: blob('invitee_sealed', { mode: 'buffer' }).notNull(),
    /** What was signed, by whom and how they proved it; or why they declined. */
    recordSealed: blob('record_sealed', { mode: 'buffer' }),
    createdAtMs: integer('created_at_ms').notNull(),
    deadlineAtMs: integer('deadline_at_ms').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [index('invitations_draft').on(t.draftId, t.id)],
)

/**
 * Somebody lost every way to their Vorgang and proved at the counter who they are: one clerk asks that access is given anew,
 * another one confirms or refuses. What was asked for is sealed, and never changed.
 */
export const accessRenewals = sqliteTable(
  'access_renewals',
  {
    id: text('id').primaryKey(),
    vorgangId: text('vorgang_id').notNull(),
    keyId: text('key_id').notNull(),
    /** How the person was identified, their new address, and why. */
    contentSealed: blob('content_sealed', { mode: 'buffer' }).notNull(),
    state: text('state', { enum: ['open', 'confirmed', 'refused', 'withdrawn', 'expired'] }).notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedAtMs: integer('requested_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
    decidedBy: text('decided_by'),
    decidedAtMs: integer('decided_at_ms'),
    /** Why it was refused. */
    commentSealed: blob('comment_sealed', { mode: 'buffer' }),
    /** Addresses that news went to before. */
    formerSealed: blob('former_sealed', { mode: 'buffer' }),
    /** JSON list of Vorgang and id of its new code. */
    codes: text('codes'),
    /** When the codes were shown to whoever confirmed; they are shown once. */
    shownAtMs: integer('shown_at_ms'),
  },
  (t) => [
    index('access_renewals_vorgang').on(t.vorgangId, t.id),
    uniqueIndex('access_renewals_open').on(t.vorgangId).where(sql`state = 'open'`),
  ],
)
