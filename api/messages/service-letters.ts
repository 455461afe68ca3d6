import * as v from 'valibot'
import type { Plan } from '../../db/batch.ts'
import { problemType } from '../lib/problem.ts'
import type { MessagesCtx } from './ctx.ts'
import {
  type ErrandRow,
  findErrand,
  findInspection,
  finishErrandRow,
  insertInspection,
  insertLetter,
  listErrands,
  listLetters,
} from './store-letters.ts'

export const letterTextMissing = problemType('messages/letter-text-missing', 422)
export const errandMissing = problemType('messages/errand-missing', 404)

const LETTER_LENGTH_MAX = 5_000
const LetterText = v.pipe(
  v.string(),
  v.transform((text) => text.replaceAll('\r\n', '\n').normalize('NFC').trim()),
  v.minLength(1),
  v.maxLength(LETTER_LENGTH_MAX),
)

export type LetterView = { readonly id: string; readonly text: string; readonly createdAtMs: number }
export type Errand = Pick<
  ErrandRow,
  'id' | 'kind' | 'submissionId' | 'dueOn' | 'state' | 'createdAtMs' | 'doneAtMs'
> & {
  readonly vorgangId: string
  readonly doneBy: string | null
}

/** What a letter belongs to, and who writes it. */
export type LetterAt = {
  readonly vorgangId: string
  readonly eakteId: string
  readonly keyId: string
  readonly by: string
}

/**
 * Prepares a letter of the office to the person of a Vorgang: sealed text and a journal line; the mail that tells of it is
 * ordered by whoever writes. Throws `messages/letter-text-missing` (422) for one without text or too long.
 */
export async function prepareLetter(
  ctx: MessagesCtx,
  at: LetterAt,
  text: unknown,
): Promise<{ readonly letterId: string; readonly plan: Plan }> {
  const read = v.safeParse(LetterText, text)
  if (!read.success) {
    throw letterTextMissing('message', { errors: [{ pointer: '/message', type: read.issues[0].type }] })
  }
  const id = ctx.newId()
  const createdAtMs = ctx.now()
  const textSealed = await ctx.keyring.seal(at.keyId, { table: 'letters', row: id, column: 'text' }, read.output)
  const content = await ctx.keyring.commit(at.keyId, `letter:${id}`, read.output)
  return {
    letterId: id,
    plan: {
      statements: [
        insertLetter({ id, vorgangId: at.vorgangId, keyId: at.keyId, textSealed, createdBy: at.by, createdAtMs }),
      ],
      journal: [
        {
          eakteId: at.eakteId,
          type: 'letter-written',
          atMs: createdAtMs,
          actor: at.by,
          body: { vorgang: at.vorgangId, letter: id, content },
        },
      ],
    },
  }
}

/** Reads what the office wrote to the person of a Vorgang, oldest first. The caller has checked who asks. */
export async function readLetters(ctx: MessagesCtx, vorgangId: string): Promise<readonly LetterView[]> {
  const rows = await listLetters(ctx.db, vorgangId)
  return await Promise.all(
    rows.map(async ({ id, keyId, textSealed, createdAtMs }) => ({
      id,
      createdAtMs,
      text: (await ctx.keyring.open(keyId, { table: 'letters', row: id, column: 'text' }, textSealed)).toString('utf8'),
    })),
  )
}

/** Lists the errands of a Vorgang, oldest first. The caller has checked who asks. */
export const readErrands = (ctx: Pick<MessagesCtx, 'db'>, vorgangId: string): Promise<readonly Errand[]> =>
  listErrands(ctx.db, vorgangId)

/** Finds an errand of a Vorgang. Throws 404 for one of another Vorgang, too. */
export async function readErrand(ctx: Pick<MessagesCtx, 'db'>, vorgangId: string, id: string): Promise<Errand> {
  const found = await findErrand(ctx.db, id)
  if (found === undefined || found.vorgangId !== vorgangId) {
    throw errandMissing(`errand ${id}`)
  }
  return found
}

/** Ticks an errand off, with the letter that answers it; refused by guard `errand-open`. */
export const planFinishErrand = (
  errand: Pick<Errand, 'id' | 'vorgangId' | 'kind'>,
  done: { readonly eakteId: string; readonly by: string; readonly letterId: string | null; readonly atMs: number },
): Plan => ({
  guards: [finishErrandRow(errand.id, done.by, done.letterId, done.atMs)],
  journal: [
    {
      eakteId: done.eakteId,
      type: 'errand-done',
      atMs: done.atMs,
      actor: done.by,
      body: { vorgang: errand.vorgangId, errand: errand.id, kind: errand.kind },
    },
  ],
})

export type Inspection = {
  readonly untilOn: string
  readonly withheld: readonly string[]
  readonly grantedAtMs: number
}

/** The file inspection that was granted last; null where none was. It is over after `untilOn`. */
export async function readInspection(ctx: Pick<MessagesCtx, 'db'>, vorgangId: string): Promise<Inspection | null> {
  const row = await findInspection(ctx.db, vorgangId)
  return row === undefined
    ? null
    : {
        untilOn: row.untilOn,
        withheld: v.parse(v.array(v.string()), JSON.parse(row.withheld)),
        grantedAtMs: row.grantedAtMs,
      }
}

/** Grants file inspection until the end of a day, without the documents that are withheld. */
export const planInspection = (
  at: LetterAt,
  grant: {
    readonly id: string
    readonly untilOn: string
    readonly withheld: readonly string[]
    readonly atMs: number
  },
): Plan => ({
  statements: [
    insertInspection({
      id: grant.id,
      vorgangId: at.vorgangId,
      withheld: JSON.stringify(grant.withheld),
      untilOn: grant.untilOn,
      grantedBy: at.by,
      grantedAtMs: grant.atMs,
    }),
  ],
  journal: [
    {
      eakteId: at.eakteId,
      type: 'inspection-granted',
      atMs: grant.atMs,
      actor: at.by,
      body: { vorgang: at.vorgangId, until: grant.untilOn, withheld: grant.withheld.length },
    },
  ],
})
