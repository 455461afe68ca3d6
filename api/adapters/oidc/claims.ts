import * as v from 'valibot'
import type { Claims } from '../../identity/provider.ts'

const TEAMS_MAX = 200
const NAME_MAX = 200
const ROLES = ['clerk', 'lead', 'editor', 'operator'] as const
const TEAM = /^[a-z0-9][a-z0-9-]{0,59}$/

const Texts = v.pipe(
  v.optional(v.union([v.string(), v.array(v.unknown())]), []),
  v.transform((value) => (typeof value === 'string' ? [value] : value).filter((item) => typeof item === 'string')),
)
const Raw = v.object({
  sub: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  name: v.optional(v.string()),
  preferred_username: v.optional(v.string()),
  groups: Texts,
  roles: Texts,
})

/**
 * Reads a person's rights from a provider's claims: `groups` holds teams (`steuern` or `team:steuern`, `/steuern` as
 * Keycloak writes paths) and may hold roles (`role:clerk`); `roles` holds roles (`clerk` or `role:clerk`).
 * What is not understood gives no right. Null where the claims have no subject.
 */
export function readClaims(raw: unknown): Claims | null {
  const parsed = v.safeParse(Raw, raw)
  if (!parsed.success) {
    return null
  }
  const { sub, name, preferred_username, groups, roles } = parsed.output
  const named = [...groups.filter((group) => group.startsWith('role:')), ...roles].map((role) =>
    role.replace(/^role:/, ''),
  )
  const teams = groups.map((group) => group.replace(/^(?:team:|\/)/, '')).filter((team) => TEAM.test(team))
  return {
    subject: sub,
    name: (name ?? preferred_username ?? '').normalize('NFC').slice(0, NAME_MAX),
    roles: ROLES.filter((role) => named.includes(role)),
    teams: [...new Set(teams)].sort().slice(0, TEAMS_MAX),
  }
}

const Authentication = v.object({ acr: v.optional(v.nullable(v.string()), null), amr: Texts })

/** Reads how the person was authenticated from the claims of an ID token. */
export const readAuthentication = (raw: unknown): { readonly acr: string | null; readonly amr: readonly string[] } => {
  const parsed = v.safeParse(Authentication, raw)
  return parsed.success ? parsed.output : { acr: null, amr: [] }
}
