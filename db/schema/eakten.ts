import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

export const eakten = sqliteTable(
  'eakten',
  {
    id: text('id').primaryKey(),
    aktenzeichen: text('aktenzeichen').notNull(),
    filePlan: text('file_plan').notNull(),
    serviceSlug: text('service_slug').notNull(),
    state: text('state', { enum: ['open', 'closed', 'disposing', 'destroyed'] }).notNull(),
    openedAtMs: integer('opened_at_ms').notNull(),
    closedAtMs: integer('closed_at_ms'),
    retentionRule: text('retention_rule').notNull(),
    retainUntilOn: text('retain_until_on'),
    version: integer('version').notNull(),
  },
  (t) => [uniqueIndex('eakten_aktenzeichen').on(t.aktenzeichen)],
)

export const vorgaenge = sqliteTable(
  'vorgaenge',
  {
    id: text('id').primaryKey(),
    eakteId: text('eakte_id')
      .notNull()
      .references(() => eakten.id),
    reference: text('reference').notNull(),
    serviceSlug: text('service_slug').notNull(),
    contentRevisionId: text('content_revision_id').notNull(),
    keyId: text('key_id').notNull(),
    lang: text('lang').notNull(),
    state: text('state').notNull(),
    outcome: text('outcome'),
    openedAtMs: integer('opened_at_ms').notNull(),
    closedAtMs: integer('closed_at_ms'),
    version: integer('version').notNull(),
    /** An application, or an objection to a notice. */
    kind: text('kind', { enum: ['application', 'objection'] })
      .notNull()
      .default('application'),
    /** Of an objection: the Vorgang whose notice it is against. */
    aboutVorgangId: text('about_vorgang_id'),
    aboutNoticeId: text('about_notice_id'),
  },
  (t) => [
    uniqueIndex('vorgaenge_reference').on(t.reference),
    index('vorgaenge_eakte').on(t.eakteId, t.id),
    uniqueIndex('vorgaenge_objection').on(t.aboutNoticeId),
    index('vorgaenge_open_revision').on(t.contentRevisionId).where(sql`closed_at_ms is null`),
  ],
)
