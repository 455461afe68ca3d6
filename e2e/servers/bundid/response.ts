import { constants, createCipheriv, type KeyObject, publicEncrypt, randomBytes, randomUUID } from 'node:crypto'
import { SignedXml } from 'xml-crypto'
import { METHODS, type Method, type Person } from './people.ts'

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

/** Everything a response says, so that each part can be said wrongly. */
export type Says = {
  readonly issuer: string
  readonly destination: string
  readonly recipient: string
  readonly audience: string
  /** Null leaves the attribute out. */
  readonly inResponseTo: string | null
  readonly assertionId: string
  readonly issuedMs: number
  readonly notBeforeMs: number
  readonly notOnOrAfterMs: number
  readonly person: Person
  readonly method: Method
  /** Overrides what the method is worth. */
  readonly stork?: number
  readonly key: KeyObject
  readonly signs: { readonly assertion: boolean; readonly response: boolean }
  readonly sha1?: boolean
}

const esc = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
const at = (ms: number): string => new Date(ms).toISOString()

export const newId = (): string => `_${randomUUID().replaceAll('-', '')}`

/** Attributes with their names, as bundid-simulator's field definitions have them. */
function attributesOf({ person, method, stork }: Says): readonly (readonly [string, string, string, string])[] {
  const { attributes, stork: own } = METHODS[method]
  return [
    ['1.3.6.1.4.1.25484.494450.3', 'bPK2', person.bPK2, 'NORMAL'],
    ['1.2.40.0.10.2.1.1.261.94', 'EID-CITIZEN-QAA-LEVEL', `STORK-QAA-Level-${stork ?? own}`, 'NORMAL'],
    ['1.3.6.1.4.1.25484.494450.2', 'AssertionProvedBy', method, 'NORMAL'],
    ['1.3.6.1.4.1.25484.494450.1', 'Version', '2023.11', 'NORMAL'],
    ['2.5.4.42', 'givenName', person.givenName, attributes],
    ['2.5.4.4', 'surname', person.surname, attributes],
    ['1.2.40.0.10.2.1.1.55', 'birthdate', person.birthdate, attributes],
    ['1.3.6.1.5.5.7.9.2', 'placeOfBirth', person.placeOfBirth, attributes],
    ['1.2.40.0.10.2.1.1.225577', 'nationality', person.nationality, attributes],
    ['0.9.2342.19200300.100.1.3', 'mail', person.mail, 'NORMAL'],
    ['2.5.4.16', 'postalAddress', person.postalAddress, attributes],
    ['2.5.4.17', 'postalCode', person.postalCode, attributes],
    ['2.5.4.7', 'localityName', person.localityName, attributes],
    ['1.2.40.0.10.2.1.1.225599', 'Country', person.country, attributes],
  ]
}

function assertionXml(says: Says): string {
  const reply = says.inResponseTo === null ? '' : ` InResponseTo="${esc(says.inResponseTo)}"`
  const stork = says.stork ?? METHODS[says.method].stork
  const attributes = attributesOf(says).map(
    ([oid, friendly, value, level]) =>
      `<saml:Attribute FriendlyName="${friendly}" Name="urn:oid:${oid}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" akdb:TrustLevel="${level}"><saml:AttributeValue>${esc(value)}</saml:AttributeValue></saml:Attribute>`,
  )
  return [
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:akdb="https://www.akdb.de/request/2018/09" ID="${says.assertionId}" IssueInstant="${at(says.issuedMs)}" Version="2.0">`,
    `<saml:Issuer>${esc(says.issuer)}</saml:Issuer>`,
    '<saml:Subject>',
    `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">${esc(says.person.username)}</saml:NameID>`,
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">',
    `<saml:SubjectConfirmationData NotOnOrAfter="${at(says.notOnOrAfterMs)}" Recipient="${esc(says.recipient)}"${reply}/>`,
    '</saml:SubjectConfirmation></saml:Subject>',
    `<saml:Conditions NotBefore="${at(says.notBeforeMs)}" NotOnOrAfter="${at(says.notOnOrAfterMs)}"><saml:AudienceRestriction><saml:Audience>${esc(says.audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${at(says.issuedMs)}" SessionIndex="${newId()}"><saml:AuthnContext><saml:AuthnContextClassRef>STORK-QAA-Level-${stork}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
    `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`,
    '</saml:Assertion>',
  ].join('')
}

/** Signs the element of that name, with the signature behind its issuer as the schema wants it. */
export function signXml(
  xml: string,
  element: 'Assertion' | 'Response',
  { key, sha1 = false }: Pick<Says, 'key' | 'sha1'>,
): string {
  const signed = new SignedXml({
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }),
    signatureAlgorithm: sha1 ? 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' : RSA_SHA256,
    canonicalizationAlgorithm: EXCLUSIVE,
  })
  signed.addReference({
    xpath: `//*[local-name(.)='${element}']`,
    transforms: [ENVELOPED, EXCLUSIVE],
    digestAlgorithm: sha1 ? 'http://www.w3.org/2000/09/xmldsig#sha1' : SHA256,
  })
  signed.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `//*[local-name(.)='${element}']/*[local-name(.)='Issuer']`, action: 'after' },
  })
  return signed.getSignedXml()
}

/** The assertion, signed where it should be. */
export function makeAssertion(says: Says): string {
  const xml = assertionXml(says)
  return says.signs.assertion ? signXml(xml, 'Assertion', says) : xml
}

/** A response around whatever stands for the assertion. */
export function makeResponse(says: Says, inside: string, status = 'Success'): string {
  const reply = says.inResponseTo === null ? '' : ` InResponseTo="${esc(says.inResponseTo)}"`
  const xml = [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${newId()}"${reply} IssueInstant="${at(says.issuedMs)}" Destination="${esc(says.destination)}" Version="2.0">`,
    `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${esc(says.issuer)}</saml:Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${status}"/></samlp:Status>`,
    inside,
    '</samlp:Response>',
  ].join('')
  return says.signs.response ? signXml(xml, 'Response', says) : xml
}

/** The assertion so that only the owner of the key can read it: AES-256-GCM, the key by RSA-OAEP. */
export function encryptAssertion(assertion: string, publicKey: KeyObject): string {
  const key = randomBytes(32)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const bytes = Buffer.concat([iv, cipher.update(assertion, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, key)
  return [
    '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">',
    '<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">',
    '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>',
    '<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>',
    '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/></xenc:EncryptionMethod>',
    `<xenc:CipherData><xenc:CipherValue>${wrapped.toString('base64')}</xenc:CipherValue></xenc:CipherData>`,
    '</xenc:EncryptedKey></ds:KeyInfo>',
    `<xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData>`,
    '</xenc:EncryptedData></saml:EncryptedAssertion>',
  ].join('')
}
