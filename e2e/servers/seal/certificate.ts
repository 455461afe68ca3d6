import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { BitString, Integer, Utf8String } from 'asn1js'
import * as pki from 'pkijs'

/** A seal that nobody trusts: for demo and tests. PEM, the key without password. */
export type DemoSeal = { readonly certificate: string; readonly key: string }

const COMMON_NAME = '2.5.4.3'
const KEY_USAGE = '2.5.29.15'
const BASIC_CONSTRAINTS = '2.5.29.19'
const DAY_MS = 86_400_000
/** Signs of nonRepudiation and digitalSignature. */
const SEALS_ONLY = 0b1100_0000

/**
 * Makes a key and a certificate of an authority that it signed itself, valid for a year from yesterday.
 * @param kind of the key: real seals have either.
 */
export function demoSeal(
  name = 'Stadt Cottbus/Chóśebuz, Demo-Siegel',
  kind: 'rsa' | 'ec' = 'rsa',
  fromMs = Date.now() - DAY_MS,
): DemoSeal {
  const { publicKey, privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = new pki.Certificate({
    version: 2,
    serialNumber: new Integer({ valueHex: serial() }),
    notBefore: new pki.Time({ value: new Date(fromMs) }),
    notAfter: new pki.Time({ value: new Date(fromMs + 365 * DAY_MS) }),
    extensions: [
      extension(BASIC_CONSTRAINTS, new pki.BasicConstraints({ cA: false }).toSchema().toBER()),
      extension(KEY_USAGE, new BitString({ valueHex: new Uint8Array([SEALS_ONLY]).buffer, unusedBits: 6 }).toBER()),
    ],
  })
  for (const party of [certificate.issuer, certificate.subject]) {
    party.typesAndValues.push(
      new pki.AttributeTypeAndValue({ type: COMMON_NAME, value: new Utf8String({ value: name }) }),
    )
  }
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })).buffer
  certificate.subjectPublicKeyInfo = pki.PublicKeyInfo.fromBER(spki)
  signItself(certificate, privateKey, kind)
  return {
    certificate: pem(Buffer.from(certificate.toSchema(true).toBER())),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function signItself(certificate: pki.Certificate, key: KeyObject, kind: 'rsa' | 'ec'): void {
  const algorithmId = kind === 'rsa' ? '1.2.840.113549.1.1.11' : '1.2.840.10045.4.3.2'
  certificate.signature = new pki.AlgorithmIdentifier({ algorithmId })
  certificate.signatureAlgorithm = new pki.AlgorithmIdentifier({ algorithmId })
  const body = Buffer.from(certificate.encodeTBS().toBER())
  certificate.tbsView = new Uint8Array(body)
  certificate.signatureValue = new BitString({ valueHex: new Uint8Array(sign('sha256', body, key)).buffer })
}

function serial(): ArrayBuffer {
  const bytes = createHash('sha256').update(randomBytes(16)).digest().subarray(0, 16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return new Uint8Array(bytes).buffer
}

const extension = (extnID: string, extnValue: ArrayBuffer): pki.Extension =>
  new pki.Extension({ extnID, critical: true, extnValue })

const pem = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n').trim()}\n-----END CERTIFICATE-----\n`
