import * as v from 'valibot'
import { ATTRIBUTES } from '../lib/attribute-names.ts'
import { TRUST_LEVELS } from '../lib/trust-level.ts'

const Level = v.picklist(TRUST_LEVELS)

/** Who the caller is, for pages: enough for a greeting and the navigation, nothing that opens anything. */
export const SessionView = v.variant('kind', [
  v.object({ kind: v.literal('public') }),
  v.object({
    kind: v.literal('citizen'),
    /** Absent for a guest. */
    account: v.optional(v.object({ kind: v.picklist(['person', 'organisation']), trustLevel: Level })),
  }),
  v.object({
    kind: v.literal('staff'),
    name: v.string(),
    roles: v.array(v.picklist(['clerk', 'lead', 'editor', 'operator'])),
    postboxes: v.array(v.string()),
  }),
])
export type SessionView = v.InferOutput<typeof SessionView>

export const SignedOut = v.object({ signedOut: v.literal(true) })
/** A page a person wants to see after signing in; checked by `returnPath`. */
export const ReturnTo = v.optional(v.pipe(v.string(), v.maxLength(2_000)))

/** The least level a sign-in is asked for. */
export const WantedLevel = v.optional(Level, 'none')
/** Ways to sign in that this town has. */
export const Providers = v.object({ bundid: v.boolean(), oidc: v.boolean() })
export type AccountProviders = v.InferOutput<typeof Providers>
/** A form that the browser has to send elsewhere. */
export const LedByForm = v.object({ action: v.string(), fields: v.record(v.string(), v.string()) })
export type LedByForm = v.InferOutput<typeof LedByForm>
export const SamlResponse = v.object({
  SAMLResponse: v.pipe(v.string(), v.maxLength(340_000)),
  RelayState: v.optional(v.pipe(v.string(), v.maxLength(2_000))),
})
export const SessionId = v.pipe(v.string(), v.uuid())

/** What an account says of its owner, for its owner. */
export const AccountView = v.object({
  kind: v.picklist(['person', 'organisation']),
  name: v.string(),
  provider: v.picklist(['bundid', 'oidc']),
  provedBy: v.nullable(v.string()),
  trustLevel: Level,
  attributes: v.array(v.object({ name: v.picklist(ATTRIBUTES), value: v.string(), trustLevel: Level })),
})
export type AccountView = v.InferOutput<typeof AccountView>
export const AccountSessions = v.array(
  v.object({
    id: v.string(),
    isThis: v.boolean(),
    signedInAtMs: v.number(),
    seenAtMs: v.number(),
    trustLevel: Level,
  }),
)
export type AccountSessions = v.InferOutput<typeof AccountSessions>
export const EndedSession = v.object({ ended: v.literal(true) })
