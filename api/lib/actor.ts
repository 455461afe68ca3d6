/** Who acts. Passed as an argument into every use case; never ambient. */
export type Actor =
  | { readonly kind: 'public' }
  | { readonly kind: 'citizen'; readonly sessionId: string; readonly grants: readonly Grant[] }
  | {
      readonly kind: 'staff'
      readonly sessionId: string
      readonly userId: string
      readonly name: string
      readonly roles: readonly StaffRole[]
      readonly postboxes: readonly string[]
    }
  | { readonly kind: 'system'; readonly principal: string }

export type StaffRole = 'clerk' | 'lead' | 'editor' | 'operator'

/** What a citizen's session may open: a draft it began, or a Vorgang it proved to know. */
export type Grant = { readonly kind: 'draft' | 'vorgang'; readonly id: string }

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
