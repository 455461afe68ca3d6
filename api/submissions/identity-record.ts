import { join, type Plan } from '../../db/batch.ts'
import { accountName, readAccountSessions, readIdentified } from '../identity/service-accounts.ts'
import { planEvidence } from '../identity/service-evidence.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { isAtLeast } from '../lib/trust-level.ts'
import type { SubmissionsCtx } from './ctx.ts'
import type { Draft } from './draft.ts'

type At = { readonly eakteId: string; readonly vorgangId: string; readonly submissionId: string; readonly atMs: number }

/**
 * Keeps with a submission how its sender was identified: by whom, at which level, when, and which answers the account proved.
 * Where the service lets that take the place of writing (§ 9a Abs. 5 OZG) it says so. Nothing for a guest.
 */
export async function planIdentity(ctx: SubmissionsCtx, actor: Actor, draft: Draft, at: At): Promise<Plan> {
  const identified = await readIdentified(ctx, actor)
  if (identified === null) {
    return {}
  }
  const { row, content, notes } = draft
  const { kind, provider, provedBy, trustLevel } = identified
  const here = (await readAccountSessions(ctx, actor)).find((session) => session.isThis)
  const isReplaced =
    content.services.get(row.serviceSlug)?.writtenForm === 'replaced' && isAtLeast(trustLevel, 'substantial')
  const place = { submissionId: at.submissionId, vorgangId: at.vorgangId, keyId: row.keyId }
  const signedInAtMs = here?.signedInAtMs ?? at.atMs
  const { plan, commitment } = await planEvidence(ctx, place, {
    account: { kind, provider, provedBy, trustLevel, signedInAtMs, name: accountName(identified) },
    sources: notes.sources ?? {},
    writtenForm: isReplaced ? { replacedBy: '§ 9a Abs. 5 OZG', needed: 'substantial' } : null,
  })
  return join(plan, {
    journal: [
      {
        eakteId: at.eakteId,
        atMs: at.atMs,
        actor: actorId(actor),
        type: 'applicant-identified',
        body: {
          vorgang: at.vorgangId,
          submission: at.submissionId,
          provider,
          level: trustLevel,
          writtenForm: isReplaced ? 'replaced' : 'none',
          evidence: commitment,
        },
      },
    ],
  })
}
