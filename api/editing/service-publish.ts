import { join } from '../../db/batch.ts'
import { authorize } from '../identity/permissions.ts'
import { planRepeatedJob } from '../jobs/plan.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { changedMeanwhile, keep } from './service-change.ts'
import { movedFiles } from './service-read.ts'
import { untranslated } from './spoken.ts'
import { type EditingCtx, filesWith, readState } from './state.ts'
import { deleteWorkspace } from './store.ts'
import { deletePlanned } from './store-law.ts'

export const nothingChanged = problemType('editing/nothing-changed', 409)
export const liveMoved = problemType('editing/live-moved', 409)
export const germanOnly = problemType('editing/german-only', 422)

export type PublishedService = { readonly revisionId: string }

/**
 * Publishes what editors changed of one service: a new content revision, checked as a whole and moved to by a guarded
 * batch that also ends the unpublished state and orders the release of the pages that changed. The pages follow within seconds
 * without anybody waiting for them (`arePagesShown` of the overview), also where this process ends here.
 * Drafts that are running end on the version they began with. The revision says who published; nothing is half published.
 * Where a language of the city lacks texts of the form, people will read those in German: that is allowed, German being the official
 * language, but only to somebody who says they know (`germanParts`).
 * Throws `editing/german-only` (422) where nobody said so, `content/refused` with every finding, `editing/live-moved` where somebody else changed the same service in the
 * live content, `editing/changed-meanwhile` where the state is not the one that was shown.
 */
export async function publishService(
  ctx: EditingCtx,
  actor: Actor,
  { slug, version, germanParts }: { readonly slug: string; readonly version: number; readonly germanParts: boolean },
): Promise<PublishedService> {
  authorize(actor, 'content.publish')
  const state = await readState(ctx, slug)
  if (state.row === undefined) {
    throw nothingChanged(`service ${slug}`)
  }
  if (state.row.version !== version) {
    throw changedMeanwhile(`service ${slug}`)
  }
  const moved = await movedFiles(ctx, state)
  if (moved.length > 0) {
    throw liveMoved(`files ${moved.join(', ')}`)
  }
  const gaps = germanParts ? [] : untranslated(state, ctx.content.live().content)
  if (gaps.length > 0) {
    const errors = gaps.map(({ lang, missing }) => ({ pointer: '/germanParts', type: 'editing/german-only', params: { lang, missing } })) // biome-ignore format: one thought
    throw germanOnly(`service ${slug} in ${gaps.map(({ lang }) => lang).join(', ')}`, { errors })
  }
  const basedOn = ctx.content.live().revisionId
  const order = planRepeatedJob({ kind: 'publish', key: ctx.town, payload: {}, dueAtMs: ctx.now() })
  const ended = join({ guards: [deleteWorkspace(state.row)], statements: [deletePlanned(slug)] }, order)
  const published = await ctx.content.publish(actor, await filesWith(ctx, state), {
    note: `service ${slug}`,
    basedOn,
    plan: () => ended,
  })
  if (!published.isNew) {
    // What is live already needs no revision; the state is the same and ends.
    await ctx.write(ended)
  }
  ctx.log('editing-published', { service: slug, actor: actorId(actor) })
  return { revisionId: published.revisionId }
}

/**
 * Says that an editor has seen what somebody else changed in the live content meanwhile, and wants their own files all the
 * same: the work goes on from the live revision.
 */
export async function takeOver(ctx: EditingCtx, actor: Actor, slug: string): Promise<void> {
  authorize(actor, 'content.edit')
  const state = await readState(ctx, slug)
  if (
    state.row !== undefined &&
    !(await keep(ctx, actor, state, { ...state, baseRevisionId: ctx.content.live().revisionId }))
  ) {
    throw changedMeanwhile(`service ${slug}`)
  }
}
