import { reachedLevel } from '../forms/service.ts'
import { type Actor, trustLevelOf } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { isAtLeast, stronger, type TrustLevel } from '../lib/trust-level.ts'
import type { Draft } from './draft.ts'

/** The applicant has to be signed in, or at a higher level; the level needed stands in `errors`. Nothing typed is lost. */
export const levelNeeded = problemType('submissions/level-needed', 403)

/**
 * The level somebody needs for a page of a draft, or, with null, for sending it in. A service's level counts from its first
 * page on, unless a step says from where: then pages before it are open to guests, and the service's level counts at the end.
 */
export function neededLevel(
  draft: Pick<Draft, 'content' | 'row' | 'form' | 'typed' | 'today'>,
  address: string | null,
): TrustLevel {
  const { form, typed, today } = draft
  const service = draft.content.services.get(draft.row.serviceSlug)?.trustLevel ?? 'none'
  const reached = reachedLevel(form, typed, address, { today })
  return address === null || !reached.isMarked ? stronger(service, reached.level) : reached.level
}

/** Passes where the actor is sure enough. Throws `submissions/level-needed` (403). */
export function requireLevel(actor: Actor, needed: TrustLevel): void {
  if (!isAtLeast(trustLevelOf(actor), needed)) {
    throw levelNeeded(`level ${needed}`, { errors: [{ pointer: '/trustLevel', type: needed }] })
  }
}
