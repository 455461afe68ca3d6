import type { AttributeName } from '../lib/attribute-names.ts'
import type { TrustLevel } from '../lib/trust-level.ts'
import type { Challenge } from './provider.ts'

export type AccountKind = 'person' | 'organisation'

/** A value and how well it is proved. Dates are ISO; text is NFC. */
export type Attribute = { readonly value: string; readonly trustLevel: TrustLevel }
export type Attributes = Readonly<Partial<Record<AttributeName, Attribute>>>
/** A value as a provider sends it, not tidied yet. */
export type RawAttribute = { readonly name: AttributeName; readonly value: unknown; readonly trustLevel: TrustLevel }

/** What a provider says of whoever signed in. `subject` is theirs at this town only (pairwise); never logged. */
export type AccountClaims = {
  readonly subject: string
  readonly kind: AccountKind
  readonly trustLevel: Exclude<TrustLevel, 'none'>
  /** By what it was proved, in the provider's words (`eID`, `Benutzername`); null where it does not say. */
  readonly provedBy: string | null
  readonly attributes: readonly RawAttribute[]
}

export type AccountAnswer =
  | { readonly kind: 'signed-in'; readonly claims: AccountClaims }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable' }

/** Citizens' accounts by OpenID Connect. Implementations check signature, issuer, audience, lifetime, nonce and state. */
export type OidcAccounts = {
  readonly issuer: string
  /** Address to send the browser to; null while the provider cannot be reached. `level` is the least that is asked for. */
  readonly begin: (challenge: Challenge, to: { redirectUri: string; level: TrustLevel }) => Promise<URL | null>
  readonly finish: (challenge: Challenge, callback: URL) => Promise<AccountAnswer>
}

export type SamlAnswer =
  | {
      readonly kind: 'signed-in'
      readonly requestId: string
      readonly assertionId: string
      readonly claims: AccountClaims
    }
  | { readonly kind: 'refused'; readonly reason: string }

/** Citizens' accounts by SAML 2.0 with the POST binding. Keeps nothing: what was asked and answered is remembered here. */
export type SamlAccounts = {
  readonly issuer: string
  /** What the browser has to send where. */
  readonly begin: (request: {
    readonly requestId: string
    readonly level: TrustLevel
    readonly callbackUrl: string
  }) => Promise<{ readonly action: string; readonly fields: Readonly<Record<string, string>> }>
  /** Checks a response against signature, issuer, audience, recipient, time, and the requests that `askedAtMs` knows. */
  readonly finish: (
    response: string,
    at: { readonly callbackUrl: string; readonly askedAtMs: (requestId: string) => Promise<number | null> },
  ) => Promise<SamlAnswer>
}
