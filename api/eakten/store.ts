import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Guard, NumberRequest, Ref, Statement } from '../../db/batch.ts'
import { hot, type Read } from '../../db/reader.ts'
import { eakten, vorgaenge } from '../../db/schema/eakten.ts'

export type Eakte = typeof eakten.$inferSelect
export type Vorgang = typeof vorgaenge.$inferSelect

const CHUNK = 500

/** Finds an eAkte by id. */
export async function findEakte(db: Read, id: string): Promise<Eakte | undefined> {
  return (await db.select().from(eakten).where(eq(eakten.id, id)).limit(1))[0]
}

/** Those of some Vorgänge that are applications, in chunks that a statement can name. */
export async function listApplications(db: Read, ids: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (let at = 0; at < ids.length; at += CHUNK) {
    const rows = await db
      .select({ id: vorgaenge.id })
      .from(vorgaenge)
      .where(and(inArray(vorgaenge.id, ids.slice(at, at + CHUNK)), eq(vorgaenge.kind, 'application')))
      .limit(CHUNK)
    found.push(...rows.map(({ id }) => id))
  }
  return found
}

const vorgangById = hot((db) =>
  db
    .select()
    .from(vorgaenge)
    .where(eq(vorgaenge.id, sql.placeholder('id')))
    .limit(1),
)

/** Finds a Vorgang by id. */
export async function findVorgangRow(db: Read, id: string): Promise<Vorgang | undefined> {
  return (await vorgangById(db).all({ id }))[0]
}

/** Finds a Vorgang by its reference in canonical form (`CB-2026-7K4M-Q2XW`). */
export async function findVorgangByReference(db: Read, reference: string): Promise<Vorgang | undefined> {
  return (await db.select().from(vorgaenge).where(eq(vorgaenge.reference, reference)).limit(1))[0]
}

/** Lists the Vorgänge of an eAkte in the order they were opened; at most 200. */
export async function listVorgaenge(db: Read, eakteId: string): Promise<readonly Vorgang[]> {
  return await db.select().from(vorgaenge).where(eq(vorgaenge.eakteId, eakteId)).orderBy(vorgaenge.id).limit(200)
}

/** Content revisions that open Vorgänge were begun with; at most 1,000. */
export async function listOpenRevisions(db: Read): Promise<readonly string[]> {
  const rows = await db
    .selectDistinct({ id: vorgaenge.contentRevisionId })
    .from(vorgaenge)
    .where(isNull(vorgaenge.closedAtMs))
    .limit(1000)
  return rows.map(({ id }) => id)
}

/** Next number of a file plan position and year, e.g. `HU 2026/00123`; gapless. */
export const numberAktenzeichen = (prefix: string, year: number): NumberRequest => ({
  as: 'aktenzeichen',
  counter: `aktenzeichen:${prefix}:${year}`,
  prefix: `${prefix} ${year}/`,
  digits: 5,
})

/** Inserts an eAkte whose Aktenzeichen the writer assigns. */
export function insertEakte(
  row: Omit<Eakte, 'aktenzeichen' | 'closedAtMs' | 'retainUntilOn' | 'version'>,
  aktenzeichen: Ref,
): Statement {
  return {
    sql: 'INSERT INTO eakten (id, aktenzeichen, file_plan, service_slug, state, opened_at_ms, retention_rule, version) VALUES (?, ?, ?, ?, ?, ?, ?, 1)',
    args: [row.id, aktenzeichen, row.filePlan, row.serviceSlug, row.state, row.openedAtMs, row.retentionRule],
  }
}

export function insertVorgang(row: Omit<Vorgang, 'outcome' | 'closedAtMs' | 'version'>): Statement {
  return {
    sql: 'INSERT INTO vorgaenge (id, eakte_id, reference, service_slug, content_revision_id, key_id, lang, state, opened_at_ms, version, kind, about_vorgang_id, about_notice_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)',
    args: [
      row.id,
      row.eakteId,
      row.reference,
      row.serviceSlug,
      row.contentRevisionId,
      row.keyId,
      row.lang,
      row.state,
      row.openedAtMs,
      row.kind,
      row.aboutVorgangId,
      row.aboutNoticeId,
    ],
  }
}

/** Holds only while the eAkte is open; adding to it needs no more. */
export const guardEakteOpen = (eakteId: string): Guard => ({
  name: 'eakte-open',
  sql: "UPDATE eakten SET state = state WHERE id = ? AND state = 'open'",
  args: [eakteId],
})

/** Holds while the eAkte is kept, open or closed: for what changes nothing that was filed. */
export const guardEakteKept = (eakteId: string): Guard => ({
  name: 'eakte-kept',
  sql: "UPDATE eakten SET state = state WHERE id = ? AND state IN ('open', 'closed')",
  args: [eakteId],
})

/** Opens a closed eAkte again; its retention is counted anew when it is closed. One that is open stays as it is. */
export const reopenEakte = (eakteId: string): Guard => ({
  name: 'eakte-kept',
  sql: "UPDATE eakten SET state = 'open', closed_at_ms = NULL, retain_until_on = NULL, version = version + 1 WHERE id = ? AND state IN ('open', 'closed')",
  args: [eakteId],
})

/** Moves a Vorgang from a known version to its next state. */
export const moveVorgang = (
  row: Pick<Vorgang, 'id' | 'version'>,
  next: { readonly state: string; readonly outcome: string | null; readonly closedAtMs: number | null },
): Guard => ({
  name: 'vorgang-version',
  sql: 'UPDATE vorgaenge SET state = ?, outcome = ?, closed_at_ms = ?, version = version + 1 WHERE id = ? AND version = ?',
  args: [next.state, next.outcome, next.closedAtMs, row.id, row.version],
})

export const updateRetention = (eakteId: string, retainUntilOn: string, closedAtMs: number): Statement => ({
  sql: "UPDATE eakten SET state = 'closed', retain_until_on = ?, closed_at_ms = ?, version = version + 1 WHERE id = ? AND state = 'open'",
  args: [retainUntilOn, closedAtMs, eakteId],
})
