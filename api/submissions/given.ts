import type { JournalEntry } from '../../db/batch.ts'
import type { SubmissionsCtx } from './ctx.ts'
import type { Draft } from './draft.ts'
import {
  digestOf,
  givenTo,
  hasParticipants,
  type Invitation,
  type Participation,
  readInvitations,
} from './invitations.ts'
import { readParticipations } from './service-copy.ts'

/**
 * Reads what others gave to a draft and what stands on the answers as they are. A correction that leaves what they read as it
 * was keeps what they gave to the application.
 */
export async function readGiven(
  ctx: SubmissionsCtx,
  draft: Draft,
  invitations?: readonly Invitation[],
): Promise<readonly Participation[]> {
  if (!hasParticipants(draft.form)) {
    return []
  }
  const now = givenTo(ctx, draft, invitations ?? (await readInvitations(ctx, draft.row.id)))
  const { correctsId } = draft.row
  const before = correctsId === null ? [] : await readParticipations(ctx, correctsId)
  const kept = before.filter(
    (one) =>
      one.digest === digestOf(ctx, draft, one) &&
      !now.some(({ kind, role, name }) => kind === one.kind && role === one.role && name === one.name),
  )
  return [...kept, ...now]
}

type At = {
  readonly eakteId: string
  readonly vorgangId: string
  readonly submissionId: string
  readonly keyId: string
  readonly atMs: number
}

/** A line of the eAkte's journal for each of them: what was done, how sure it is who did it, and a commitment to the rest. */
export async function journalOfGiven(
  ctx: SubmissionsCtx,
  given: readonly Participation[],
  at: At,
): Promise<readonly JournalEntry[]> {
  const { eakteId, vorgangId, submissionId, keyId, atMs } = at
  return await Promise.all(
    given.map(async (one, index) => ({
      eakteId,
      atMs,
      actor: 'participant',
      type: one.kind === 'sign' ? 'co-signed' : 'step-answered',
      body: {
        vorgang: vorgangId,
        submission: submissionId,
        role: one.role,
        provider: one.account?.provider ?? 'none',
        level: one.account?.trustLevel ?? 'none',
        writtenForm: one.isWrittenFormReplaced ? 'replaced' : 'none',
        evidence: await ctx.keyring.commit(keyId, `participant:${submissionId}:${index}`, JSON.stringify(one)),
      },
    })),
  )
}
