import { createHmac } from 'node:crypto'
import type { Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'

/**
 * Writes what a clerk adds to a Vorgang once, however often the same is pressed over the same state. `seen`: what the writer saw
 * last. Throws `submissions/changed-meanwhile` where a guard refused.
 */
export async function writeOnce(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly vorgangId: string; readonly kind: string; readonly said: object; readonly seen: string },
  plan: Plan,
): Promise<{ readonly vorgangId: string }> {
  const { vorgangId, kind, seen } = input
  // Keyed, because texts about people must not be guessed from a plain hash.
  const said = createHmac('sha256', ctx.keyring.purpose('fingerprints')).update(canonicalJson(input.said)).digest('hex')
  const answer = { status: 303, location: `/amt/vorgaenge/${vorgangId}`, ids: { vorgang: vorgangId } }
  const key = `${kind}|${actorId(actor)}|${vorgangId}|${seen}|${said}`
  const result = await ctx.write({ ...plan, idempotency: { key, fingerprint: said, atMs: ctx.now(), answer } })
  if (!result.ok) {
    throw changedMeanwhile(`vorgang ${vorgangId}`)
  }
  return { vorgangId }
}
