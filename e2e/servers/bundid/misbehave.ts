import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { encryptAssertion, makeAssertion, makeResponse, newId, type Says } from './response.ts'

/** The ways in which a response can be wrong; each must be refused. `plain` is not wrong: an assertion not encrypted. */
export const MISDEEDS = [
  'xsw1',
  'xsw2',
  'xsw3',
  'xsw4',
  'xsw5',
  'xsw6',
  'xsw7',
  'xsw8',
  'unsigned-assertion',
  'unsigned-response',
  'tampered',
  'tampered-encrypted',
  'wrong-audience',
  'wrong-recipient',
  'wrong-destination',
  'wrong-issuer',
  'expired',
  'not-yet-valid',
  'too-old',
  'wrong-certificate',
  'certificate-in-message',
  'no-request',
  'foreign-request',
  'comment-in-name-id',
  'comment-in-bpk2',
  'doctype',
  'cdata',
  'sha1',
  'two-assertions',
  'same-id-twice',
  'no-bpk2',
  'no-level',
  'cancelled',
  'no-base64',
  'empty',
] as const
export type Misdeed = (typeof MISDEEDS)[number]
export type BundidMode = 'ok' | 'plain' | Misdeed

/** Who the attacker wants to be. */
const EVIL = 'STANDIN-BPK2-VICTIM'
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const minutes = (count: number): number => count * 60_000

/** Makes the response that a mode wants, as it is sent: base64. */
export function makeSent(mode: BundidMode, says: Says, encryptFor: KeyObject): string {
  if (mode === 'no-base64' || mode === 'empty') {
    return mode === 'empty' ? '' : '<samlp:Response/>'
  }
  return Buffer.from(makeXml(mode, saidIn(mode, says), encryptFor)).toString('base64')
}

function saidIn(mode: BundidMode, says: Says): Says {
  const elsewhere = 'https://elsewhere.example'
  const other: Partial<Record<BundidMode, Partial<Says>>> = {
    'unsigned-assertion': { signs: { assertion: false, response: true } },
    'unsigned-response': { signs: { assertion: true, response: false } },
    'wrong-audience': { audience: elsewhere },
    'wrong-recipient': { recipient: `${elsewhere}/acs` },
    'wrong-destination': { destination: `${elsewhere}/acs` },
    'wrong-issuer': { issuer: elsewhere },
    expired: { notBeforeMs: says.issuedMs - minutes(10), notOnOrAfterMs: says.issuedMs - minutes(5) },
    'not-yet-valid': { notBeforeMs: says.issuedMs + minutes(5), notOnOrAfterMs: says.issuedMs + minutes(10) },
    'too-old': {
      issuedMs: says.issuedMs - minutes(30),
      notBeforeMs: says.issuedMs - minutes(30),
      notOnOrAfterMs: says.issuedMs + minutes(30),
    },
    'wrong-certificate': { key: stranger },
    'certificate-in-message': { key: stranger },
    'no-request': { inResponseTo: null },
    'foreign-request': { inResponseTo: newId() },
    'no-bpk2': { person: { ...says.person, bPK2: '' } },
    'no-level': { stork: 9 },
    sha1: { sha1: true },
  }
  return { ...says, ...other[mode] }
}

function makeXml(mode: BundidMode, says: Says, encryptFor: KeyObject): string {
  if (mode === 'ok' || mode === 'tampered-encrypted') {
    const encrypted = makeResponse(says, encryptAssertion(makeAssertion(says), encryptFor))
    return mode === 'ok'
      ? encrypted
      : encrypted.replace(
          /(<xenc:CipherValue>.{100})(.)/,
          (_, head: string, sign: string) => head + (sign === 'A' ? 'B' : 'A'),
        )
  }
  if (mode === 'cancelled') {
    return makeResponse(says, '', 'Responder')
  }
  if (mode === 'two-assertions') {
    return makeResponse({ ...says, signs: { ...says.signs, response: false } }, makeAssertion(says).repeat(2))
  }
  const assertion = makeAssertion(says)
  const xml = makeResponse(says, assertion)
  const wrap = WRAPPED[mode]
  return wrap === undefined ? (CHANGED[mode]?.(xml, says) ?? xml) : wrap(xml, assertion, says)
}

const CHANGED: Partial<Record<BundidMode, (xml: string, says: Says) => string>> = {
  tampered: (xml, { person }) => xml.replace(`>${person.bPK2}<`, `>${EVIL}<`),
  // Canonical XML leaves comments out, so the signature still holds; a parser that reads the first piece of text sees another name.
  'comment-in-name-id': (xml, { person }) =>
    xml.replace(`>${person.username}<`, `>${person.username.slice(0, 4)}<!---->${person.username.slice(4)}<`),
  'comment-in-bpk2': (xml, { person }) =>
    xml.replace(`>${person.bPK2}<`, `>${person.bPK2.slice(0, 4)}<!---->${person.bPK2.slice(4)}<`),
  doctype: (xml) => `<!DOCTYPE Response [<!ENTITY who "${EVIL}">]>${xml}`,
  cdata: (xml, { person }) => xml.replace(`>${person.bPK2}<`, `><![CDATA[${person.bPK2}]]><`),
  'same-id-twice': (xml, { assertionId }) => xml.replace('<samlp:Status>', `<samlp:Status ID="${assertionId}">`),
  'certificate-in-message': (xml) =>
    xml.replaceAll(
      '</ds:SignatureValue>',
      '</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>MIIB</ds:X509Certificate></ds:X509Data></ds:KeyInfo>',
    ),
}

const signatureIn = (xml: string): string => /<ds:Signature .*?<\/ds:Signature>/s.exec(xml)?.[0] ?? ''
const withoutSignature = (xml: string): string => xml.replace(signatureIn(xml), '')
/** The same element saying something else, under another id, unsigned. */
const evilOf = (xml: string, { person, assertionId }: Says): string =>
  withoutSignature(xml).replaceAll(person.bPK2, EVIL).replace(`ID="${assertionId}"`, `ID="${newId()}"`)
const renamed = (xml: string): string => xml.replace(/(<samlp:Response [^>]*?)ID="[^"]*"/, `$1ID="${newId()}"`)

type Wrap = (xml: string, assertion: string, says: Says) => string
/** The eight classic ways to leave a signed element where it verifies and put another where it is read. */
const WRAPPED: Partial<Record<BundidMode, Wrap>> = {
  // The signed response moves into the signature of an evil one.
  xsw1: (xml, _assertion, says) => {
    const [signature] = [responseSignature(xml)]
    const original = xml.replace(signature, '')
    const inner = signature.replace('</ds:Signature>', `${original}</ds:Signature>`)
    return withIssuerThen(renamed(evilResponse(xml, says)), inner)
  },
  // The signed response stands before the signature.
  xsw2: (xml, _assertion, says) => {
    const signature = responseSignature(xml)
    return withIssuerThen(renamed(evilResponse(xml, says)), xml.replace(signature, '') + signature)
  },
  // An evil assertion before the signed one.
  xsw3: (xml, assertion, says) => xml.replace(assertion, evilOf(assertion, says) + assertion),
  // The signed assertion inside of an evil one.
  xsw4: (xml, assertion, says) =>
    xml.replace(assertion, evilOf(assertion, says).replace('</saml:Assertion>', `${assertion}</saml:Assertion>`)),
  // The evil assertion keeps the signature, the original stands behind.
  xsw5: (xml, assertion, says) =>
    xml.replace(assertion, signedEvil(assertion, says, signatureIn(assertion)) + withoutSignature(assertion)),
  // The original hides in the signature of the evil one.
  xsw6: (xml, assertion, says) => {
    const signature = signatureIn(assertion)
    const inner = signature.replace('</ds:Signature>', `${withoutSignature(assertion)}</ds:Signature>`)
    return xml.replace(assertion, signedEvil(assertion, says, inner))
  },
  // The evil assertion in an element that schemas look into loosely.
  xsw7: (xml, assertion, says) =>
    xml.replace(assertion, `<samlp:Extensions>${evilOf(assertion, says)}</samlp:Extensions>${assertion}`),
  // The original in an Object of the evil one's signature.
  xsw8: (xml, assertion, says) => {
    const hidden = `<ds:Object>${withoutSignature(assertion)}</ds:Object></ds:Signature>`
    return xml.replace(
      assertion,
      signedEvil(assertion, says, signatureIn(assertion).replace('</ds:Signature>', hidden)),
    )
  },
}

/** The first signature is the response's: it stands behind its issuer. */
const responseSignature = signatureIn
const evilResponse = (xml: string, says: Says): string =>
  xml.replace(responseSignature(xml), '').replaceAll(says.person.bPK2, EVIL)
const withIssuerThen = (xml: string, inserted: string): string =>
  xml.replace('</saml:Issuer>', `</saml:Issuer>${inserted}`)
const signedEvil = (assertion: string, says: Says, signature: string): string =>
  withIssuerThen(evilOf(assertion, says), signature)
