import type { TrustLevel } from './trust-level.ts'

/** Who acts. Passed as an argument into every use case; never ambient. */
export type Actor =
  | { readonly kind: 'public' }
  | {
      readonly kind: 'citizen'
      readonly sessionId: string
      readonly grants: readonly Grant[]
      /** Absent for a guest. */
      readonly account?: AccountActor
    }
  | {
      readonly kind: 'staff'
      readonly sessionId: string
      readonly userId: string
      readonly name: string
      readonly roles: readonly StaffRole[]
      readonly postboxes: readonly string[]
      /** Colleagues who are absent today and whose substitute this is; what they have taken, not what they may. */
      readonly standsInFor?: readonly StoodIn[]
    }
  | { readonly kind: 'system'; readonly principal: string }

export type StoodIn = { readonly userId: string; readonly name: string }
export type StaffRole = 'clerk' | 'lead' | 'editor' | 'operator'

/** The account somebody is signed in with, and how sure it is at this moment that it is theirs. */
export type AccountActor = {
  readonly id: string
  readonly kind: 'person' | 'organisation'
  readonly trustLevel: Exclude<TrustLevel, 'none'>
}

/** How sure it is who acts. */
export const trustLevelOf = (actor: Actor): TrustLevel =>
  actor.kind === 'citizen' ? (actor.account?.trustLevel ?? 'none') : 'none'

/** What a citizen's session may open: a draft it began, a Vorgang or an invitation it proved to know. */
export type Grant = { readonly kind: 'draft' | 'vorgang' | 'invitation'; readonly id: string }

/** Stable id of an actor for journal and idempotency keys: no name, no address. */
export function actorId(actor: Actor): string {
  if (actor.kind === 'staff') {
    return `staff:${actor.userId}`
  }
  if (actor.kind === 'citizen') {
    return 'citizen'
  }
  return actor.kind === 'system' ? `system:${actor.principal}` : 'public'
}

/** The absent colleague for whom `actor` may do what `userId` has taken; undefined where it is their own, or not theirs to do. */
export const stoodInOf = (actor: Actor, userId: string | null): StoodIn | undefined =>
  actor.kind === 'staff' ? actor.standsInFor?.find((one) => one.userId === userId) : undefined

/** Whether what `userId` has taken is this person's to do: it is theirs, or they stand in today. */
export const actsFor = (actor: Actor, userId: string | null): boolean =>
  actor.kind === 'staff' && userId !== null && (actor.userId === userId || stoodInOf(actor, userId) !== undefined)

/** What a line of the journal adds where somebody acted for an absent colleague. */
export const insteadOf = (actor: Actor, userId: string | null): { readonly for?: string } =>
  stoodInOf(actor, userId) === undefined ? {} : { for: `staff:${userId}` }
