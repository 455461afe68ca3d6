import * as v from 'valibot'
import { lawfulContent } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import type { Typed } from '../forms/answers.ts'
import type { Form } from '../forms/model.ts'
import type { Given } from '../forms/prefill.ts'
import { TypedAnswers, withAccount } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import { readIdentified } from '../identity/service-accounts.ts'
import { Sources } from '../identity/service-evidence.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type DraftRow, findDraft } from './store.ts'

export const draftMissing = problemType('submissions/draft-missing', 404)
export const draftSent = problemType('submissions/draft-sent', 409)
export const draftExpired = problemType('submissions/draft-expired', 410)

/** What a draft holds beside the answers; all of it sealed with them. */
export type DraftNotes = {
  /** What was typed on a page while another window saved it, by address of the page and name of the control. */
  readonly mine?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  /** Conditions that are not met and were explained: the person applies all the same (§ 24 Abs. 3 VwVfG). */
  readonly anyway?: readonly string[] | undefined
  /** Addresses of pages kept in passing (another language, a break), not sent yet: what is missing there is no fault. */
  readonly unsent?: readonly string[] | undefined
  /** Where a code to go on may be sent, and a notice before the draft expires. */
  readonly email?: string | undefined
  /** Keyed marks of whoever asked others: none of them signs as well. */
  readonly persons?: readonly string[] | undefined
  /** Somebody to be asked for something, as it was typed and refused. */
  readonly inviting?: Inviting | undefined
  /** Which answers came from the applicant's account. */
  readonly sources?: Sources | undefined
}

/** `of`: kind and role (`sign.eltern`, `step.nachweis`); `issue`: what is wrong, by the name of a word. */
export type Inviting = v.InferOutput<typeof InvitingShape>
const InvitingShape = v.object({ of: v.string(), name: v.string(), email: v.string(), issue: v.string() })

/** A draft with its answers opened and the form version it was begun with. */
export type Draft = {
  readonly row: DraftRow
  readonly typed: Typed
  readonly notes: DraftNotes
  readonly form: Form
  readonly content: Content
  readonly today: string
  /** What the account of whoever acts says now; null for guests. */
  readonly given: Given | null
}

const Texts = v.record(v.pipe(v.string(), v.maxLength(200)), v.pipe(v.string(), v.maxLength(20_001)))
const Stored = v.object({
  v: v.literal(1),
  typed: TypedAnswers,
  mine: v.optional(v.record(v.string(), Texts)),
  anyway: v.optional(v.array(v.string())),
  unsent: v.optional(v.array(v.string())),
  email: v.optional(v.string()),
  persons: v.optional(v.array(v.string())),
  inviting: v.optional(InvitingShape),
  sources: v.optional(Sources),
})
const spotOf = (id: string) => ({ table: 'drafts', row: id, column: 'answers' })

/** Seals the answers of a draft, and what stands beside them, for the database. */
export const sealDraft = (
  ctx: SubmissionsCtx,
  row: Pick<DraftRow, 'id' | 'keyId'>,
  { typed, notes }: Pick<Draft, 'typed' | 'notes'>,
): Promise<Buffer> => ctx.keyring.sealJson(row.keyId, spotOf(row.id), { v: 1, typed, ...notes })

/** Finds a draft that the actor may see, whatever its state. Throws 404. */
export async function findOwnDraft(ctx: SubmissionsCtx, actor: Actor, id: string): Promise<DraftRow> {
  authorize(actor, 'draft.read', { draftId: id })
  const row = await findDraft(ctx.db, id)
  if (row === undefined) {
    throw draftMissing(`draft ${id}`)
  }
  return row
}

/** Opens a draft for reading or writing. Throws 404; 409 when it was sent in, 410 when its time is over. */
export async function openDraft(ctx: SubmissionsCtx, actor: Actor, id: string): Promise<Draft> {
  return await openDraftRow(ctx, actor, await findOwnDraft(ctx, actor, id))
}

/**
 * Opens a draft that `findOwnDraft` found; what the actor's account proves stands in the place of what was typed before they
 * signed in. Throws as `openDraft` does, but for 404.
 */
export async function openDraftRow(ctx: SubmissionsCtx, actor: Actor, row: DraftRow): Promise<Draft> {
  const { id } = row
  if (row.state === 'submitted') {
    throw draftSent(`draft ${id}`)
  }
  if (row.state === 'expired' || row.expiresAtMs <= ctx.now()) {
    throw draftExpired(`draft ${id}`)
  }
  const content = await lawfulContent(ctx, row.contentRevisionId)
  const opened = v.parse(Stored, await ctx.keyring.openJson(row.keyId, spotOf(row.id), row.answersSealed))
  const { v: _, typed: stored, ...notes } = opened
  const form = ctx.form(content, row.serviceSlug, row.lang)
  const today = dayInBerlin(ctx.now())
  const given = await givenTo(ctx, actor)
  const before = { typed: stored, sources: notes.sources ?? {} }
  const { typed, sources } = withAccount(form, before, stored, { given, today })
  return { row, typed, notes: { ...notes, sources }, form, content, today, given }
}

async function givenTo(ctx: SubmissionsCtx, actor: Actor): Promise<Given | null> {
  const identified = await readIdentified(ctx, actor)
  return identified === null
    ? null
    : { provider: identified.provider, atMs: ctx.now(), attributes: identified.attributes }
}
