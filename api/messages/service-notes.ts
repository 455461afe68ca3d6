import * as v from 'valibot'
import type { Plan } from '../../db/batch.ts'
import { problemType } from '../lib/problem.ts'
import type { MessagesCtx } from './ctx.ts'
import type { LetterAt } from './service-letters.ts'
import { countNoteRows, findNote, insertNote, listNotes, type NoteRow, strikeNoteRow } from './store-notes.ts'

export const noteTextMissing = problemType('messages/note-text-missing', 422)
export const noteMissing = problemType('messages/note-missing', 404)

const NOTE_LENGTH_MAX = 5_000
const NoteText = v.pipe(
  v.string(),
  v.transform((text) => text.replaceAll('\r\n', '\n').normalize('NFC').trim()),
  v.minLength(1),
  v.maxLength(NOTE_LENGTH_MAX),
)
const spotOf = (row: string) => ({ table: 'notes', row, column: 'text' })

/** A note that clerks wrote for each other. `by`: id of the actor. */
export type Note = Pick<NoteRow, 'id' | 'createdAtMs' | 'struckAtMs'> & { readonly text: string; readonly by: string }

/**
 * Prepares a note: sealed text and a journal line. Throws `messages/note-text-missing` (422) for one without text or too long.
 */
export async function prepareNote(
  ctx: MessagesCtx,
  at: LetterAt,
  text: unknown,
): Promise<{ readonly noteId: string; readonly plan: Plan }> {
  const read = v.safeParse(NoteText, text)
  if (!read.success) {
    throw noteTextMissing('text', { errors: [{ pointer: '/note', type: read.issues[0].type }] })
  }
  const [id, createdAtMs] = [ctx.newId(), ctx.now()]
  const { vorgangId, eakteId, keyId, by } = at
  const textSealed = await ctx.keyring.seal(keyId, spotOf(id), read.output)
  const content = await ctx.keyring.commit(keyId, `note:${id}`, read.output)
  const body = { vorgang: vorgangId, note: id, content }
  return {
    noteId: id,
    plan: {
      statements: [insertNote({ id, vorgangId, keyId, textSealed, createdBy: by, createdAtMs })],
      journal: [{ eakteId, type: 'note-written', atMs: createdAtMs, actor: by, body }],
    },
  }
}

/** Reads the notes of a Vorgang, newest first, those struck out too. For the office alone; the caller has checked who asks. */
export async function readNotes(ctx: MessagesCtx, vorgangId: string): Promise<readonly Note[]> {
  const rows = await listNotes(ctx.db, vorgangId)
  return await Promise.all(
    rows.map(async ({ id, keyId, textSealed, createdBy, createdAtMs, struckAtMs }) => ({
      id,
      createdAtMs,
      struckAtMs,
      by: createdBy,
      text: (await ctx.keyring.open(keyId, spotOf(id), textSealed)).toString('utf8'),
    })),
  )
}

/** Counts the notes of a Vorgang that stand. */
export const countNotes = (ctx: Pick<MessagesCtx, 'db'>, vorgangId: string): Promise<number> =>
  countNoteRows(ctx.db, vorgangId)

/** Finds who wrote a note of a Vorgang, and whether it stands. Throws 404 for one of another Vorgang, too. */
export async function readNoteAuthor(
  ctx: Pick<MessagesCtx, 'db'>,
  vorgangId: string,
  id: string,
): Promise<{ readonly by: string; readonly isStruck: boolean }> {
  const found = await findNote(ctx.db, id)
  if (found === undefined || found.vorgangId !== vorgangId) {
    throw noteMissing(`note ${id}`)
  }
  return { by: found.createdBy, isStruck: found.struckAtMs !== null }
}

/** Strikes a note out: its text stays and is marked; refused by guard `note-stands`. */
export const planStrikeNote = (at: Omit<LetterAt, 'keyId'>, id: string, atMs: number): Plan => ({
  guards: [strikeNoteRow(id, atMs)],
  journal: [
    { eakteId: at.eakteId, type: 'note-struck', atMs, actor: at.by, body: { vorgang: at.vorgangId, note: id } },
  ],
})
