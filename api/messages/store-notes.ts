import { and, count, desc, eq, isNull } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { notes } from '../../db/schema/messages.ts'

export type NoteRow = typeof notes.$inferSelect

/** Lists the notes of a Vorgang, newest first; at most 200. */
export async function listNotes(db: Read, vorgangId: string): Promise<readonly NoteRow[]> {
  return await db.select().from(notes).where(eq(notes.vorgangId, vorgangId)).orderBy(desc(notes.id)).limit(200)
}

/** Counts the notes of a Vorgang that are not struck out. */
export async function countNoteRows(db: Read, vorgangId: string): Promise<number> {
  const rows = await db
    .select({ count: count() })
    .from(notes)
    .where(and(eq(notes.vorgangId, vorgangId), isNull(notes.struckAtMs)))
  return rows[0]?.count ?? 0
}

/** Finds a note. */
export async function findNote(db: Read, id: string): Promise<NoteRow | undefined> {
  return (await db.select().from(notes).where(eq(notes.id, id)).limit(1))[0]
}

export const insertNote = (row: Omit<NoteRow, 'struckAtMs'>): Statement => ({
  sql: 'INSERT INTO notes (id, vorgang_id, key_id, text_sealed, created_by, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
  args: [row.id, row.vorgangId, row.keyId, row.textSealed, row.createdBy, row.createdAtMs],
})

/** Strikes a note out; refused by guard `note-stands` when it was before. */
export const strikeNoteRow = (id: string, atMs: number): Guard => ({
  name: 'note-stands',
  sql: 'UPDATE notes SET struck_at_ms = ? WHERE id = ? AND struck_at_ms IS NULL',
  args: [atMs, id],
})
