import { join, type Plan } from '../../db/batch.ts'
import { planForgetUploads } from '../documents/plan.ts'
import { discardBlobs, readUploadPlaces } from '../documents/service.ts'
import type { Typed } from '../forms/answers.ts'
import { filesIn } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { Problem, problemType } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, type DraftNotes, openDraft, sealDraft } from './draft.ts'
import { planVoid } from './invitations.ts'
import { planNotice } from './plan-mail.ts'
import { type DraftRow, updateDraft } from './store.ts'

export const changedMeanwhile = problemType('submissions/changed-meanwhile', 409)

/** A draft lives this long after it was last touched; it is no application and keeps no deadline. */
export const DRAFT_LIFE_MS = 30 * 86_400_000
const TRIES_MAX = 5

/** A file whose bytes are stored, and what records it. */
export type Storing = { readonly id: string; readonly blobId: string; readonly plan: Plan }
export type Change<T> = {
  readonly typed: Typed
  /** What changes beside the answers; the rest stays. */
  readonly notes?: DraftNotes
  /** Another language from now on. */
  readonly lang?: string
  /** Files that come with the change and are taken; the bytes of the others are not kept. */
  readonly kept: readonly Storing[]
  readonly answer: T
}

type Changing = {
  readonly draftId: string
  readonly files: readonly Storing[]
  readonly plan?: Plan
  /** What else is written, made anew for each version of the draft before it is decided. */
  readonly planFor?: (draft: Draft) => Promise<Plan>
}

/**
 * Reads, decides and writes a draft; decides again when another window was quicker, at most five times. Files that the
 * draft holds no longer are forgotten in the same batch. Throws 404, 409 and 410 as `openDraft`, what `decide` throws,
 * and `submissions/changed-meanwhile`.
 */
export async function changeDraft<T>(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: Changing,
  decide: (draft: Draft) => Change<T>,
): Promise<T> {
  try {
    authorize(actor, 'draft.write', { draftId: input.draftId })
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const draft = await openDraft(ctx, actor, input.draftId)
      const planned = (await input.planFor?.(draft)) ?? {}
      const change = decide(draft)
      const isWritten = await writeChange(ctx, draft, change, {
        files: input.files,
        plan: join(input.plan ?? {}, planned),
      })
      if (isWritten) {
        return change.answer
      }
    }
    throw changedMeanwhile(`draft ${input.draftId}`)
  } catch (error) {
    // Refused for certain. After an unconfirmed write the bytes stay for the sweep: a row may name them.
    if (error instanceof Problem) {
      await discardBlobs(ctx, blobsOf(input.files))
    }
    throw error
  }
}

async function writeChange(
  ctx: SubmissionsCtx,
  draft: Draft,
  { typed, kept, lang = draft.row.lang, ...change }: Change<unknown>,
  { files, plan }: { readonly files: readonly Storing[]; readonly plan: Plan },
): Promise<boolean> {
  const { row, typed: before, notes: notesBefore } = draft
  const atMs = ctx.now()
  const still = new Set(filesIn(typed).map(({ file }) => file.id))
  const hasLost = filesIn(before).some(({ file }) => !still.has(file.id))
  const lost = hasLost ? (await readUploadPlaces(ctx, row.id)).filter((upload) => !still.has(upload.id)) : []
  const notes = { ...notesBefore, ...change.notes }
  const expiresAtMs = lifeOf(row, atMs)
  const answersSealed = await sealDraft(ctx, row, { typed, notes })
  const result = await ctx.write(
    join(
      { guards: [updateDraft(row, { answersSealed, lang, atMs, expiresAtMs })] },
      plan,
      notes.email === undefined ? {} : planNotice(row.id, expiresAtMs),
      ...kept.map((file) => file.plan),
      await planVoid(ctx, { ...draft, typed }),
      planForgetUploads(lost),
    ),
  )
  if (result.ok) {
    await discardBlobs(ctx, [...blobsOf(lost), ...blobsOf(files.filter((file) => !kept.includes(file)))])
  }
  return result.ok
}

/** A draft that was printed lives as long as its paper says. */
const lifeOf = (row: Pick<DraftRow, 'expiresAtMs'>, atMs: number): number =>
  Math.max(row.expiresAtMs, atMs + DRAFT_LIFE_MS)

const blobsOf = (files: readonly { readonly blobId: string }[]): readonly string[] => files.map((file) => file.blobId)
