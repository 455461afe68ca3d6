import { can } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { type Case, vorgangMissing } from '../workflow/service.ts'
import { type AccessView, readRenewal, viewOf } from './access-renewal.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { ownCase } from './service-vorgang.ts'
import type { RenewalRow } from './store-access.ts'

export type AccessAt = { readonly vorgangId: string; readonly accessId: string }

export type AccessPage = {
  readonly vorgangId: string
  readonly reference: string
  readonly aktenzeichen: string
  readonly serviceTitle: string
  /** Language of the person, for what they are handed. */
  readonly lang: string
  readonly access: AccessView
}

/** Data of the page on which the new codes are shown, without them. Throws 404 as `confirmAccess`. */
export async function readAccessPage(ctx: SubmissionsCtx, actor: Actor, at: AccessAt): Promise<AccessPage> {
  const { kase, row } = await openRenewal(ctx, actor, at)
  const { vorgang, eakte, content } = kase
  return {
    vorgangId: vorgang.id,
    reference: vorgang.reference,
    aktenzeichen: eakte.aktenzeichen,
    serviceTitle: ctx.form(content, vorgang.serviceSlug, 'de').title,
    lang: vorgang.lang,
    access: await viewOf(ctx, actor, row),
  }
}

/** The renewal and its case, where the actor works the postbox it lies in; 404 for everybody else, an office that takes part too. */
export async function openRenewal(
  ctx: SubmissionsCtx,
  actor: Actor,
  { vorgangId, accessId }: AccessAt,
): Promise<{ readonly kase: Case; readonly row: RenewalRow }> {
  const kase = await ownCase(ctx, actor, vorgangId)
  if (!can(actor, 'access.request', { postboxes: [kase.item.postbox] })) {
    throw vorgangMissing(`vorgang ${vorgangId}`)
  }
  return { kase, row: await readRenewal(ctx, vorgangId, accessId) }
}
