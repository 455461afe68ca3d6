import { join } from '../../db/batch.ts'
import { planKeptEakte } from '../eakten/plan.ts'
import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { planMail } from '../messages/plan.ts'
import { prepareLetter } from '../messages/service-letters.ts'
import { planStrikeNote, prepareNote, readNoteAuthor } from '../messages/service-notes.ts'
import type { Case } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { ownCase } from './service-vorgang.ts'
import { writeOnce } from './write-once.ts'

export const noteNotYours = problemType('submissions/note-not-yours', 403)

/** `seen`: what the writer saw last; the same text pressed twice over the same is written once. */
type Written = { readonly vorgangId: string; readonly text: string; readonly seen: string }
type OfVorgang = { readonly vorgangId: string }

/** Writes a note for the office alone. Throws 404 to other teams, `messages/note-text-missing` (422). */
export async function writeNote(ctx: SubmissionsCtx, actor: Actor, input: Written): Promise<OfVorgang> {
  const kase = await ownCase(ctx, actor, input.vorgangId)
  authorize(actor, 'note.write', { postboxes: kase.postboxes })
  const { plan } = await prepareNote(ctx, atOf(kase, actor), input.text)
  return await writeOnce(
    ctx,
    actor,
    { ...input, kind: 'note', said: { text: input.text } },
    join(planKeptEakte(kase.eakte.id), plan),
  )
}

/**
 * Strikes one's own note out; its text stays, marked. Struck out before it stays so. Throws 404 to other teams,
 * `submissions/note-not-yours` (403) for the note of somebody else.
 */
export async function strikeNote(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: OfVorgang & { readonly noteId: string },
): Promise<OfVorgang> {
  const kase = await ownCase(ctx, actor, input.vorgangId)
  authorize(actor, 'note.write', { postboxes: kase.postboxes })
  const { by, isStruck } = await readNoteAuthor(ctx, input.vorgangId, input.noteId)
  if (by !== actorId(actor)) {
    throw noteNotYours(`note ${input.noteId}`)
  }
  if (!isStruck) {
    // A second press at the same time loses against the guard, and what it wanted is so.
    await ctx.write(join(planKeptEakte(kase.eakte.id), planStrikeNote(atOf(kase, actor), input.noteId, ctx.now())))
  }
  return { vorgangId: input.vorgangId }
}

/**
 * Writes to the person of a Vorgang, who is told of it by mail. Throws 404 to offices that only take part,
 * `messages/letter-text-missing` (422).
 */
export async function writeLetter(ctx: SubmissionsCtx, actor: Actor, input: Written): Promise<OfVorgang> {
  const kase = await ownCase(ctx, actor, input.vorgangId)
  authorize(actor, 'vorgang.request-information', { postboxes: [kase.item.postbox] })
  const letter = await prepareLetter(ctx, atOf(kase, actor), input.text)
  const mail = planMail('message', kase.vorgang.id, letter.letterId, ctx.now())
  const plan = join(planKeptEakte(kase.eakte.id), letter.plan, mail)
  return await writeOnce(ctx, actor, { ...input, kind: 'letter', said: { text: input.text } }, plan)
}

const atOf = ({ vorgang, eakte }: Case, actor: Actor) => ({
  vorgangId: vorgang.id,
  eakteId: eakte.id,
  keyId: vorgang.keyId,
  by: actorId(actor),
})
