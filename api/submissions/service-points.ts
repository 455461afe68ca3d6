import { planKeptEakte } from '../eakten/plan.ts'
import { readVorgang } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { CHECKED, lastChecks, UNCHECKED } from './points.ts'
import { ownCase } from './service-vorgang.ts'

export const pointMissing = problemType('submissions/point-missing', 404)
export const pointClosed = problemType('submissions/point-closed', 409)

/**
 * Says that a clerk looked at a rule in words, or takes that back; one line in the journal each time it changes. It blocks no
 * decision. Throws 404 to other teams and for what is no such rule of this form, 409 once the Vorgang has ended.
 */
export async function checkPoint(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly vorgangId: string; readonly pointId: string; readonly isChecked: boolean },
): Promise<{ readonly vorgangId: string }> {
  const { vorgangId, pointId, isChecked } = input
  const kase = await ownCase(ctx, actor, vorgangId)
  authorize(actor, 'point.check', { postboxes: [kase.item.postbox] })
  const { vorgang, state } = kase
  // An objection is about the answers that led to the notice.
  const about =
    vorgang.aboutVorgangId === null ? vorgang : ((await readVorgang(ctx, vorgang.aboutVorgangId)) ?? vorgang)
  const form = ctx.form(await ctx.content.at(about.contentRevisionId), about.serviceSlug, about.lang)
  if (!form.clerkPoints.some(({ id }) => id === pointId)) {
    throw pointMissing(`vorgang ${vorgangId}`)
  }
  if (state.status === 'ended') {
    throw pointClosed(`vorgang ${vorgangId}`)
  }
  const last = (await lastChecks(ctx, vorgangId, vorgang.eakteId)).get(pointId) ?? null
  if ((last !== null) === isChecked) {
    return { vorgangId }
  }
  const line = {
    eakteId: vorgang.eakteId,
    type: isChecked ? CHECKED : UNCHECKED,
    atMs: ctx.now(),
    actor: actorId(actor),
    body: { vorgang: vorgangId, point: pointId },
  }
  if (!(await ctx.write({ ...planKeptEakte(vorgang.eakteId), journal: [line] })).ok) {
    throw changedMeanwhile(`vorgang ${vorgangId}`)
  }
  return { vorgangId }
}
