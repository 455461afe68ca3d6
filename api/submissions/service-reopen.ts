import { join, type Plan } from '../../db/batch.ts'
import { planReopenEakte } from '../eakten/plan.ts'
import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { planMail } from '../messages/plan.ts'
import { prepareLetter } from '../messages/service-letters.ts'
import { planEvent } from '../workflow/plan.ts'
import type { Case } from '../workflow/service.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { ownCase } from './service-vorgang.ts'

export const stillRunning = problemType('submissions/still-running', 409)

const TRIES_MAX = 5

/**
 * Takes a Vorgang that was closed up again: its process begins anew at its first task, the eAkte is open, and the person is
 * told why by letter and mail. Throws 404 to other teams, 409 for one that still runs, 422 without a reason.
 */
export async function reopenVorgang(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly vorgangId: string; readonly message: string },
): Promise<{ readonly vorgangId: string }> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const kase = await ownCase(ctx, actor, input.vorgangId)
    authorize(actor, 'vorgang.decide', { postboxes: [kase.item.postbox] })
    const plan = await planReopen(ctx, actor, kase, input.message)
    if ((await ctx.write(plan)).ok) {
      return { vorgangId: input.vorgangId }
    }
  }
  throw changedMeanwhile(`vorgang ${input.vorgangId}`)
}

async function planReopen(ctx: SubmissionsCtx, actor: Actor, kase: Case, message: string): Promise<Plan> {
  const { vorgang } = kase
  const by = actorId(actor)
  const atMs = ctx.now()
  const moved = planEvent({
    kase,
    event: { type: 'reopen' },
    nowMs: atMs,
    newId: ctx.newId,
    actor: by,
    outcome: null,
    item: { assignee: actor.kind === 'staff' ? actor.userId : null },
  })
  if (!moved.ok) {
    throw stillRunning(`vorgang ${vorgang.id}`)
  }
  const at = { vorgangId: vorgang.id, eakteId: vorgang.eakteId, keyId: vorgang.keyId, by }
  const letter = await prepareLetter(ctx, at, message)
  return join(
    planReopenEakte(vorgang.eakteId),
    moved.plan,
    letter.plan,
    {
      journal: [{ eakteId: vorgang.eakteId, type: 'vorgang-reopened', atMs, actor: by, body: { vorgang: vorgang.id } }],
    },
    planMail('reopened', vorgang.id, letter.letterId, atMs),
  )
}
