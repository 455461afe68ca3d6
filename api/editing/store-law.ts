import { and, desc, eq } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { lawChanges, plannedPublications } from '../../db/schema/editing.ts'

export type LawChangeRow = typeof lawChanges.$inferSelect
export type PlannedRow = typeof plannedPublications.$inferSelect

const SHOWN_MAX = 100

/** Finds a proposed version of a row. */
export async function findLawChange(db: Read, id: string): Promise<LawChangeRow | undefined> {
  return (await db.select().from(lawChanges).where(eq(lawChanges.id, id)).limit(1))[0]
}

/** Lists proposals in a state, the newest first; at most 100. */
export async function listLawChanges(db: Read, state: LawChangeRow['state']): Promise<readonly LawChangeRow[]> {
  return await db
    .select()
    .from(lawChanges)
    .where(eq(lawChanges.state, state))
    .orderBy(desc(lawChanges.id))
    .limit(SHOWN_MAX)
}

/** Finds what is proposed for a row from a day on and not decided. */
export async function findOpenChange(
  db: Read,
  { lawTable, rowId, validFrom }: Pick<LawChangeRow, 'lawTable' | 'rowId' | 'validFrom'>,
): Promise<LawChangeRow | undefined> {
  const same = and(
    eq(lawChanges.lawTable, lawTable),
    eq(lawChanges.rowId, rowId),
    eq(lawChanges.validFrom, validFrom),
    eq(lawChanges.state, 'proposed'),
  )
  return (await db.select().from(lawChanges).where(same).limit(1))[0]
}

export const insertLawChange = (
  row: Omit<LawChangeRow, 'state' | 'decidedBy' | 'decidedAtMs' | 'version'>,
): Statement => ({
  sql: "INSERT INTO law_changes (id, law_table, row_id, valid_from, row_json, note, state, proposed_by, proposed_at_ms, version) VALUES (?, ?, ?, ?, ?, ?, 'proposed', ?, ?, 1)",
  args: [row.id, row.lawTable, row.rowId, row.validFrom, row.rowJson, row.note, row.proposedBy, row.proposedAtMs],
})

/** Decides what was proposed, in the version that was seen; who releases or refuses it is another person, by guard too. */
export const decideLawChange = (
  { id, version }: Pick<LawChangeRow, 'id' | 'version'>,
  {
    state,
    by,
    atMs,
  }: { readonly state: 'released' | 'refused' | 'withdrawn'; readonly by: string; readonly atMs: number },
): Guard => ({
  name: 'law-change-open',
  sql: `UPDATE law_changes SET state = ?, decided_by = ?, decided_at_ms = ?, version = version + 1 WHERE id = ? AND version = ? AND state = 'proposed' AND proposed_by ${state === 'withdrawn' ? '=' : '<>'} ?`,
  args: [state, by, atMs, id, version, by],
})

/** Finds when the unpublished state of a service is to be published. */
export async function findPlanned(db: Read, slug: string): Promise<PlannedRow | undefined> {
  return (await db.select().from(plannedPublications).where(eq(plannedPublications.slug, slug)).limit(1))[0]
}

/** Lists every planned publication, the next first; at most 100. */
export async function listPlanned(db: Read): Promise<readonly PlannedRow[]> {
  return await db.select().from(plannedPublications).orderBy(plannedPublications.onDay).limit(SHOWN_MAX)
}

/** Plans the publication of a service; a plan that there was is replaced. */
export const upsertPlanned = (row: Omit<PlannedRow, 'failure' | 'version'>): Statement => ({
  sql: 'INSERT INTO planned_publications (slug, workspace_version, on_day, german_parts, planned_by, planned_at_ms, version) VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (slug) DO UPDATE SET workspace_version = excluded.workspace_version, on_day = excluded.on_day, german_parts = excluded.german_parts, planned_by = excluded.planned_by, planned_at_ms = excluded.planned_at_ms, failure = NULL, version = version + 1',
  args: [row.slug, row.workspaceVersion, row.onDay, row.germanParts, row.plannedBy, row.plannedAtMs],
})

export const deletePlanned = (slug: string): Statement => ({
  sql: 'DELETE FROM planned_publications WHERE slug = ?',
  args: [slug],
})

export const failPlanned = (slug: string, failure: string): Statement => ({
  sql: 'UPDATE planned_publications SET failure = ?, version = version + 1 WHERE slug = ?',
  args: [failure, slug],
})
