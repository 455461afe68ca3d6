import { createHash, type X509Certificate } from 'node:crypto'
import * as asn1 from 'asn1js'
import * as pki from 'pkijs'

const SHA_256 = '2.16.840.1.101.3.4.2.1'
const DATA = '1.2.840.113549.1.7.1'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'
/** Of the key that signs. */
const SIGNATURE_ALGORITHMS: Readonly<Record<string, string>> = {
  rsa: '1.2.840.113549.1.1.11',
  ec: '1.2.840.10045.4.3.2',
}
/** SET OF, as it is signed. */
const SET_TAG = 0x31

/** Signs bytes by SHA-256 with the key of a certificate: RSA PKCS#1 v1.5, or ECDSA as DER. */
export type Sign = (bytes: Uint8Array) => Promise<Uint8Array>
export type Signer = {
  /** The signer's own first, then those above it. */
  readonly certificates: readonly X509Certificate[]
  readonly sign: Sign
}

/** Room that a CMS of these certificates takes at most, in bytes: beside them the signature and the attributes. */
export const cmsSizeMax = (certificates: readonly X509Certificate[]): number =>
  certificates.reduce((sum, { raw }) => sum + raw.byteLength, 0) + 2_048

/**
 * Makes the detached CMS of a PDF seal: PAdES baseline B-B (ETSI EN 319 142-1), with the signing certificate bound by its
 * digest and no time of its own.
 * @param parts what is sealed, in its order.
 */
export async function detachedCms(parts: readonly Uint8Array[], { certificates, sign }: Signer): Promise<Uint8Array> {
  const [own] = certificates
  if (own === undefined) {
    throw new Error('a signer without certificate')
  }
  const hash = createHash('sha256')
  for (const part of parts) {
    hash.update(part)
  }
  const attributes = inOrder([
    attribute(CONTENT_TYPE, new asn1.ObjectIdentifier({ value: DATA })),
    attribute(MESSAGE_DIGEST, octets(hash.digest())),
    attribute(SIGNING_CERTIFICATE_V2, signingCertificate(own)),
  ])
  const signedAttrs = new pki.SignedAndUnsignedAttributes({ type: 0, attributes })
  const toSign = Buffer.from(signedAttrs.toSchema().toBER())
  toSign[0] = SET_TAG
  const chain = certificates.map(({ raw }) => pki.Certificate.fromBER(exact(raw)))
  const certificate = pki.Certificate.fromBER(exact(own.raw))
  const sha256 = new pki.AlgorithmIdentifier({ algorithmId: SHA_256 })
  const signed = new pki.SignedData({
    version: 1,
    digestAlgorithms: [sha256],
    encapContentInfo: new pki.EncapsulatedContentInfo({ eContentType: DATA }),
    certificates: chain,
    signerInfos: [
      new pki.SignerInfo({
        version: 1,
        sid: new pki.IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        digestAlgorithm: sha256,
        signedAttrs,
        signatureAlgorithm: new pki.AlgorithmIdentifier({ algorithmId: signatureAlgorithm(own) }),
        signature: octets(await sign(toSign)),
      }),
    ],
  })
  const info = new pki.ContentInfo({ contentType: pki.ContentInfo.SIGNED_DATA, content: signed.toSchema(true) })
  return new Uint8Array(info.toSchema().toBER())
}

/** Whether a key of this certificate can seal here. */
export const canSeal = ({ publicKey }: X509Certificate): boolean =>
  (publicKey.asymmetricKeyType ?? '') in SIGNATURE_ALGORITHMS

function signatureAlgorithm({ publicKey }: X509Certificate): string {
  const algorithm = SIGNATURE_ALGORITHMS[publicKey.asymmetricKeyType ?? '']
  if (algorithm === undefined) {
    throw new Error(`no seal with a key of type ${publicKey.asymmetricKeyType}`)
  }
  return algorithm
}

/** The certificate by its SHA-256 (RFC 5035): another one of the same key does not fit. */
function signingCertificate({ raw }: X509Certificate): asn1.Sequence {
  const id = new asn1.Sequence({ value: [octets(createHash('sha256').update(raw).digest())] })
  return new asn1.Sequence({ value: [new asn1.Sequence({ value: [id] })] })
}

const attribute = (type: string, value: unknown): pki.Attribute => new pki.Attribute({ type, values: [value] })
const octets = (bytes: Uint8Array): asn1.OctetString => new asn1.OctetString({ valueHex: exact(bytes) })

/** DER puts the members of a set into the order of their encodings. */
const inOrder = (attributes: readonly pki.Attribute[]): pki.Attribute[] =>
  attributes
    .map((one) => ({ one, encoded: Buffer.from(one.toSchema().toBER()) }))
    .sort((a, b) => Buffer.compare(a.encoded, b.encoded))
    .map(({ one }) => one)

/** The bytes alone: a Buffer may be a view into a larger one. */
const exact = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer
