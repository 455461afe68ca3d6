import * as v from 'valibot'
import type { AccountClaims, RawAttribute } from '../../identity/account-provider.ts'
import type { AttributeName } from '../../lib/attribute-names.ts'
import { type TrustLevel, weaker } from '../../lib/trust-level.ts'

type Signed = AccountClaims['trustLevel']
/** What providers call the levels: BundID's broker passes STORK on, others write eIDAS' names. */
const LEVELS: Readonly<Record<string, Signed>> = {
  'STORK-QAA-Level-1': 'basic',
  'STORK-QAA-Level-2': 'basic',
  'STORK-QAA-Level-3': 'substantial',
  'STORK-QAA-Level-4': 'high',
  'http://eidas.europa.eu/LoA/low': 'basic',
  'http://eidas.europa.eu/LoA/substantial': 'substantial',
  'http://eidas.europa.eu/LoA/high': 'high',
}
const ASKED: Readonly<Record<TrustLevel, readonly string[]>> = {
  none: [],
  basic: [],
  substantial: ['STORK-QAA-Level-3', 'STORK-QAA-Level-4'],
  high: ['STORK-QAA-Level-4'],
}

/** Values of `acr_values` that ask for at least a level. */
export const acrValuesFor = (level: TrustLevel): readonly string[] => ASKED[level]

const Text = v.optional(v.unknown())
const Address = v.optional(
  v.object({ street_address: Text, house_number: Text, postal_code: Text, locality: Text, country: Text }),
  {},
)
const Raw = v.object({
  sub: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  bPK2: Text,
  given_name: Text,
  family_name: Text,
  birth_name: Text,
  birthdate: Text,
  date_of_birth: Text,
  place_of_birth: Text,
  nationality: Text,
  email: Text,
  phone_number: Text,
  address: Address,
  street_and_building: Text,
  zip_code: Text,
  city: Text,
  country: Text,
  assertion_proved_by: Text,
  organisation: v.optional(
    v.object({
      name: v.pipe(v.string(), v.minLength(1)),
      legal_form: Text,
      register_number: Text,
      address: Address,
    }),
  ),
})
const Authentication = v.object({ acr: v.optional(v.string()), trust_level_authentication: v.optional(v.string()) })

/** What a person says of themselves is not proved by how they signed in. */
const CONTACT: readonly AttributeName[] = ['email', 'phone']

/**
 * Reads a citizen's claims, in OpenID Connect's names or in those of BundID's and BayernID's broker. A level that is not
 * known is the lowest; where ID token and claim name one, the weaker counts. Null where there is no subject.
 */
export function readAccountClaims(userinfo: unknown, idClaims: unknown): AccountClaims | null {
  const parsed = v.safeParse(Raw, userinfo)
  if (!parsed.success) {
    return null
  }
  const raw = parsed.output
  const trustLevel = levelOf(idClaims)
  const attributes = [...person(raw), ...organisation(raw)].map(
    ([name, value]): RawAttribute => ({ name, value, trustLevel: CONTACT.includes(name) ? 'basic' : trustLevel }),
  )
  const provedBy = typeof raw.assertion_proved_by === 'string' ? raw.assertion_proved_by : ''
  return {
    subject: typeof raw.bPK2 === 'string' && raw.bPK2 !== '' ? raw.bPK2.slice(0, 255) : raw.sub,
    kind: raw.organisation === undefined ? 'person' : 'organisation',
    trustLevel,
    provedBy: /^[A-Za-z0-9 -]{1,40}$/.test(provedBy) ? provedBy : null,
    attributes,
  }
}

function levelOf(idClaims: unknown): Signed {
  const parsed = v.safeParse(Authentication, idClaims)
  const named = parsed.success ? [parsed.output.acr, parsed.output.trust_level_authentication] : []
  const levels = named.flatMap((name) => (name === undefined ? [] : [LEVELS[name] ?? 'basic']))
  return levels.length === 0 ? 'basic' : levels.reduce((one, other) => weaker(one, other) as Signed)
}

type Claims = v.InferOutput<typeof Raw>
type Named = readonly (readonly [AttributeName, unknown])[]

const person = (raw: Claims): Named => [
  ['givenNames', raw.given_name],
  ['familyName', raw.family_name],
  ['birthName', raw.birth_name],
  ['birthDate', raw.birthdate ?? raw.date_of_birth],
  ['birthPlace', raw.place_of_birth],
  ['nationality', raw.nationality],
  ['email', raw.email],
  ['phone', raw.phone_number],
  ['address.street', raw.address.street_address ?? raw.street_and_building],
  ['address.houseNumber', raw.address.house_number],
  ['address.postalCode', raw.address.postal_code ?? raw.zip_code],
  ['address.city', raw.address.locality ?? raw.city],
  ['address.country', raw.address.country ?? raw.country],
]

const organisation = ({ organisation: raw }: Claims): Named =>
  raw === undefined
    ? []
    : [
        ['organisation.name', raw.name],
        ['organisation.legalForm', raw.legal_form],
        ['organisation.registerNumber', raw.register_number],
        ['organisation.address.street', raw.address.street_address],
        ['organisation.address.houseNumber', raw.address.house_number],
        ['organisation.address.postalCode', raw.address.postal_code],
        ['organisation.address.city', raw.address.locality],
        ['organisation.address.country', raw.address.country],
      ]
