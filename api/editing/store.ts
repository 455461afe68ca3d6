import { asc, eq, lte } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { editingConflicts, editingPreviews, editingWorkspaces } from '../../db/schema/editing.ts'

export type WorkspaceRow = typeof editingWorkspaces.$inferSelect
export type ConflictRow = typeof editingConflicts.$inferSelect
export type PreviewRow = typeof editingPreviews.$inferSelect

const WORKSPACES_MAX = 500

/** Finds what editors have changed of a service and not published. */
export async function findWorkspace(db: Read, slug: string): Promise<WorkspaceRow | undefined> {
  return (await db.select().from(editingWorkspaces).where(eq(editingWorkspaces.slug, slug)).limit(1))[0]
}

/** Lists every service with unpublished changes, at most 500. */
export async function listWorkspaces(db: Read): Promise<readonly WorkspaceRow[]> {
  return await db.select().from(editingWorkspaces).orderBy(asc(editingWorkspaces.slug)).limit(WORKSPACES_MAX)
}

/** Finds what somebody sent too late. */
export async function findConflict(db: Read, id: string): Promise<ConflictRow | undefined> {
  return (await db.select().from(editingConflicts).where(eq(editingConflicts.id, id)).limit(1))[0]
}

/** Lists what waits to be taken over or dropped for a service. */
export async function listConflicts(db: Read, slug: string): Promise<readonly ConflictRow[]> {
  return await db
    .select()
    .from(editingConflicts)
    .where(eq(editingConflicts.slug, slug))
    .orderBy(asc(editingConflicts.id))
    .limit(50)
}

/** Finds a form that is being tried. */
export async function findPreview(db: Read, id: string): Promise<PreviewRow | undefined> {
  return (await db.select().from(editingPreviews).where(eq(editingPreviews.id, id)).limit(1))[0]
}

/** Lists trials whose time is over. */
export async function listExpiredPreviews(db: Read, nowMs: number): Promise<readonly PreviewRow[]> {
  return await db
    .select()
    .from(editingPreviews)
    .where(lte(editingPreviews.expiresAtMs, nowMs))
    .orderBy(asc(editingPreviews.expiresAtMs))
    .limit(100)
}

export const insertWorkspace = (row: Omit<WorkspaceRow, 'version'>): Statement => ({
  sql: 'INSERT INTO editing_workspaces (slug, base_revision_id, state_json, version, updated_at_ms, updated_by) VALUES (?, ?, ?, 1, ?, ?)',
  args: [row.slug, row.baseRevisionId, row.stateJson, row.updatedAtMs, row.updatedBy],
})

/** Puts a new state in place of the version that was read. */
export const updateWorkspace = (row: WorkspaceRow): Guard => ({
  name: 'editing-workspace',
  sql: 'UPDATE editing_workspaces SET base_revision_id = ?, state_json = ?, updated_at_ms = ?, updated_by = ?, version = version + 1 WHERE slug = ? AND version = ?',
  args: [row.baseRevisionId, row.stateJson, row.updatedAtMs, row.updatedBy, row.slug, row.version],
})

/** Ends a workspace in a known version: it was published, or thrown away. */
export const deleteWorkspace = ({ slug, version }: Pick<WorkspaceRow, 'slug' | 'version'>): Guard => ({
  name: 'editing-workspace',
  sql: 'DELETE FROM editing_workspaces WHERE slug = ? AND version = ?',
  args: [slug, version],
})

export const insertConflict = (row: ConflictRow): Statement => ({
  sql: 'INSERT INTO editing_conflicts (id, slug, sheet, values_json, created_at_ms, created_by) VALUES (?, ?, ?, ?, ?, ?)',
  args: [row.id, row.slug, row.sheet, row.valuesJson, row.createdAtMs, row.createdBy],
})

export const deleteConflict = (id: string): Statement => ({
  sql: 'DELETE FROM editing_conflicts WHERE id = ?',
  args: [id],
})

export const insertPreview = (row: Omit<PreviewRow, 'version'>): Statement => ({
  sql: 'INSERT INTO editing_previews (id, slug, key_id, answers_sealed, created_by, expires_at_ms, version) VALUES (?, ?, ?, ?, ?, ?, 1)',
  args: [row.id, row.slug, row.keyId, row.answersSealed, row.createdBy, row.expiresAtMs],
})

export const updatePreview = (row: Pick<PreviewRow, 'id' | 'version'>, answersSealed: Buffer): Guard => ({
  name: 'editing-preview',
  sql: 'UPDATE editing_previews SET answers_sealed = ?, version = version + 1 WHERE id = ? AND version = ?',
  args: [answersSealed, row.id, row.version],
})

export const deletePreview = (id: string): Statement => ({
  sql: 'DELETE FROM editing_previews WHERE id = ?',
  args: [id],
})
