import { readVorgang } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { readOpenCode } from '../identity/service-codes.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { codesOf, viewOf } from './access-renewal.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type AccessAt, openRenewal } from './service-access-read.ts'
import { showRenewal } from './store-access.ts'

/** The codes were shown before, are not the actor's to hand over, or open nothing any more. */
export const accessShown = problemType('submissions/access-shown', 409)

export type HandedCode = { readonly vorgangId: string; readonly reference: string; readonly code: string }

/**
 * Shows the new codes to whoever confirmed, once, so that they can be printed and handed over; the journal says so. One that the
 * person used up meanwhile, having got another by mail, is not among them. Throws 404 to other teams, and
 * `submissions/access-shown` (409).
 */
export async function showCodes(
  ctx: SubmissionsCtx,
  actor: Actor,
  at: AccessAt,
): Promise<{ readonly codes: readonly HandedCode[] }> {
  const { kase, row } = await openRenewal(ctx, actor, at)
  authorize(actor, 'access.confirm', {
    postboxes: [kase.item.postbox],
    preparedBy: row.requestedBy.replace(/^staff:/, ''),
  })
  const { canShowCodes } = await viewOf(ctx, actor, row)
  const codes = canShowCodes ? await Promise.all(codesOf(row).map((one) => handed(ctx, one))) : []
  const open = codes.flatMap((one) => one ?? [])
  if (open.length === 0) {
    throw accessShown(`renewal ${row.id}`)
  }
  const [by, atMs] = [actorId(actor), ctx.now()]
  const written = await ctx.write({
    guards: [showRenewal(row.id, { by, atMs })],
    journal: [
      {
        eakteId: kase.vorgang.eakteId,
        type: 'access-code-shown',
        atMs,
        actor: by,
        body: { vorgang: row.vorgangId, access: row.id },
      },
    ],
  })
  if (!written.ok) {
    throw accessShown(`renewal ${row.id}`)
  }
  return { codes: open }
}

async function handed(
  ctx: SubmissionsCtx,
  one: { readonly vorgangId: string; readonly codeId: string },
): Promise<HandedCode | null> {
  const [vorgang, code] = await Promise.all([readVorgang(ctx, one.vorgangId), readOpenCode(ctx, one)])
  return vorgang === undefined || code === null ? null : { vorgangId: vorgang.id, reference: vorgang.reference, code }
}
