import type { AttributeName } from '../../lib/attribute-names.ts'
import type { TrustLevel } from '../../lib/trust-level.ts'

/** Names of BundID's attributes. @see bundid-simulator's field definitions; `.1` is Version, `.2` AssertionProvedBy. */
export const OID = {
  bPK2: 'urn:oid:1.3.6.1.4.1.25484.494450.3',
  qaaLevel: 'urn:oid:1.2.40.0.10.2.1.1.261.94',
  provedBy: 'urn:oid:1.3.6.1.4.1.25484.494450.2',
  version: 'urn:oid:1.3.6.1.4.1.25484.494450.1',
  legacyPostboxHandle: 'urn:oid:2.5.4.18',
} as const

/** What we ask for beside the identifiers, and what it is called here. Nothing is asked for that no form uses. */
export const NAMED: readonly (readonly [oid: string, name: AttributeName])[] = [
  ['urn:oid:2.5.4.42', 'givenNames'],
  ['urn:oid:2.5.4.4', 'familyName'],
  ['urn:oid:1.2.40.0.10.2.1.1.225566', 'birthName'],
  ['urn:oid:1.2.40.0.10.2.1.1.55', 'birthDate'],
  ['urn:oid:1.3.6.1.5.5.7.9.2', 'birthPlace'],
  ['urn:oid:1.2.40.0.10.2.1.1.225577', 'nationality'],
  ['urn:oid:0.9.2342.19200300.100.1.3', 'email'],
  ['urn:oid:2.5.4.20', 'phone'],
  ['urn:oid:2.5.4.16', 'address.street'],
  ['urn:oid:2.5.4.17', 'address.postalCode'],
  ['urn:oid:2.5.4.7', 'address.city'],
  ['urn:oid:1.2.40.0.10.2.1.1.225599', 'address.country'],
]

/** Attributes without which nobody is signed in. */
export const REQUIRED: ReadonlySet<string> = new Set([OID.bPK2, OID.qaaLevel])

type Signed = Exclude<TrustLevel, 'none'>
/** STORK levels; 2 is not used by BundID and proves no more than 1. */
const STORK: Readonly<Record<string, Signed>> = {
  'STORK-QAA-Level-1': 'basic',
  'STORK-QAA-Level-2': 'basic',
  'STORK-QAA-Level-3': 'substantial',
  'STORK-QAA-Level-4': 'high',
}
const ATTRIBUTE_LEVELS: Readonly<Record<string, TrustLevel>> = {
  UNTERGEORDNET: 'none',
  NORMAL: 'basic',
  SUBSTANTIELL: 'substantial',
  HOCH: 'high',
}
const ASKED: Readonly<Record<TrustLevel, string>> = {
  none: 'STORK-QAA-Level-1',
  basic: 'STORK-QAA-Level-1',
  substantial: 'STORK-QAA-Level-3',
  high: 'STORK-QAA-Level-4',
}

/** The level to ask for. */
export const askedLevel = (level: TrustLevel): string => ASKED[level]

/** Reads a STORK level, as context class or as the bare number; undefined for anything else. */
export const storkLevel = (text: string): Signed | undefined => {
  const name = /^[1-4]$/.test(text.trim()) ? `STORK-QAA-Level-${text.trim()}` : text.trim()
  return Object.hasOwn(STORK, name) ? STORK[name] : undefined
}

/** Reads `akdb:TrustLevel` of one attribute; one that is not named proves nothing. */
export const attributeLevel = (text: string): TrustLevel =>
  (Object.hasOwn(ATTRIBUTE_LEVELS, text) ? ATTRIBUTE_LEVELS[text] : undefined) ?? 'none'
