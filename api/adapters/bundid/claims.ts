import type { AccountClaims } from '../../identity/account-provider.ts'
import { weaker } from '../../lib/trust-level.ts'
import type { Assertion } from './assertion.ts'
import { attributeLevel, NAMED, OID } from './attributes.ts'

/** Turns BundID's attributes into claims; where it names several levels for the sign-in, the weakest counts. */
export function claimsOf(
  assertion: Assertion,
  subject: string,
  levels: readonly AccountClaims['trustLevel'][],
): AccountClaims {
  const trustLevel = levels.reduce((one, other) => weaker(one, other) as AccountClaims['trustLevel'], 'high')
  const provedBy = assertion.attributes.get(OID.provedBy)?.value ?? ''
  return {
    subject,
    kind: 'person',
    trustLevel,
    provedBy: /^[A-Za-z0-9 -]{1,40}$/.test(provedBy) ? provedBy : null,
    attributes: NAMED.flatMap(([oid, name]) => {
      const found = assertion.attributes.get(oid)
      return found === undefined ? [] : [{ name, value: found.value, trustLevel: attributeLevel(found.trustLevel) }]
    }),
  }
}
