import type { StaffRole } from '../lib/actor.ts'

/** What a provider says of a member of staff at this moment. Teams are ids of postboxes. */
export type Claims = {
  readonly subject: string
  readonly name: string
  readonly roles: readonly StaffRole[]
  readonly teams: readonly string[]
}

/** What ties an answer of the provider to the browser that asked. */
export type Challenge = { readonly state: string; readonly nonce: string; readonly verifier: string }

export type SignInAnswer =
  | {
      readonly kind: 'signed-in'
      readonly claims: Claims
      /** How the person was authenticated; null and empty where the provider does not say. */
      readonly acr: string | null
      readonly amr: readonly string[]
      /** Whatever the provider needs to be asked again; opaque here, kept sealed. */
      readonly tokens: string
    }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable' }

export type ClaimsAnswer =
  | { readonly kind: 'current'; readonly claims: Claims; readonly tokens: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable' }

/**
 * Signs staff in and says what they may do. Refusals and outages are answers, not exceptions: what follows from them
 * is decided here. Implementations check signature, issuer, audience, lifetime, nonce and state before they answer.
 */
export type IdentityProvider = {
  readonly issuer: string
  /** Address to send the browser to; null while the provider cannot be reached. */
  readonly begin: (challenge: Challenge, redirectUri: string) => Promise<URL | null>
  /** `callback`: the address the browser came back to, on our own origin, with the provider's parameters. */
  readonly finish: (challenge: Challenge, callback: URL) => Promise<SignInAnswer>
  /** Asks again what the person may do; `refused` when the provider no longer stands by them. */
  readonly ask: (tokens: string, subject: string) => Promise<ClaimsAnswer>
}
