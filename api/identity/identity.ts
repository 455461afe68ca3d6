import type { KeysCtx } from '../keys/keyring.ts'
import type { StaffRole } from '../lib/actor.ts'
import type { Ctx } from '../lib/ctx.ts'
import type { OidcAccounts, SamlAccounts } from './account-provider.ts'
import type { IdentityProvider } from './provider.ts'

export type IdentitySettings = {
  /** A sign-in counts as multi-factor when its `acr` is one of these, or its `amr` holds one of those. */
  readonly mfaAcr: readonly string[]
  readonly mfaAmr: readonly string[]
  /** Age in milliseconds at which rights are asked for again; 0 asks with every request. */
  readonly recheckMs: number
}

export type Rights = { readonly roles: readonly StaffRole[]; readonly teams: readonly string[] }
export type Person = Rights & { readonly userId: string; readonly name: string }

export type AccountProviders = { readonly bundid: SamlAccounts | null; readonly oidc: OidcAccounts | null }
const NO_ACCOUNTS: AccountProviders = { bundid: null, oidc: null }

/** What the module keeps while the process runs; made once per town by `createIdentity`. */
export type Identity = {
  /** Absent where staff cannot sign in (a catalogue without a back office). */
  readonly provider: IdentityProvider | null
  readonly settings: IdentitySettings
  /** Where citizens sign in; each may be absent. */
  readonly accounts: AccountProviders
  /** Questions to the provider under way, by session: requests that come together ask once. */
  readonly asking: Map<string, Promise<Person | null>>
  /** While the provider is down it is not asked by every request. */
  downUntilMs: number
}

export type IdentityCtx = Ctx & KeysCtx & { readonly identity: Identity }

/** Makes the module's part of the context. */
export const createIdentity = (
  provider: IdentityProvider | null,
  settings: IdentitySettings,
  accounts: AccountProviders = NO_ACCOUNTS,
): Identity => ({
  provider,
  settings,
  accounts,
  asking: new Map(),
  downUntilMs: 0,
})
