import { createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import type { Sealer } from '../../notices/ctx.ts'
import { canSeal, cmsSizeMax, detachedCms } from './cms.ts'
import { closeSeal, openForSeal, sealedBytes } from './pdf-update.ts'

/** A certificate or key that cannot seal; the message is for the operator. */
export class SealRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SealRefused'
  }
}

/**
 * Makes the sealer of an authority with a key that lies in a file: PAdES B-B over the whole document.
 * @param certificates PEM, the seal's own first.
 * @param key PEM without a password, RSA or ECDSA.
 * @param isTrustNeeded refuse a certificate that signed itself, as those for trying out did.
 * @throws SealRefused where they do not fit each other.
 */
export function createPadesSealer(
  { certificates, key }: { readonly certificates: readonly string[]; readonly key: string },
  { isTrustNeeded = false }: { readonly isTrustNeeded?: boolean } = {},
): Sealer {
  const { chain, privateKey } = readSeal(certificates, key)
  const own = chain[0]
  if (isTrustNeeded && own?.verify(own.publicKey) === true) {
    throw new SealRefused('the certificate of the seal is signed by itself: nobody could trust it')
  }
  const name = /(?:^|\n|\+ )CN=(.+?)(?: \+ [A-Z]+=|\n|$)/.exec(own?.subject ?? '')?.[1] ?? ''
  const signer = {
    certificates: chain,
    sign: async (bytes: Uint8Array) => sign('sha256', bytes, privateKey),
  }
  return {
    name,
    validUntilMs: Date.parse(own?.validTo ?? ''),
    seal: async (pdf, atMs) => {
      const open = openForSeal(pdf, { name, atMs, sizeBytes: cmsSizeMax(chain) })
      return closeSeal(open, await detachedCms(sealedBytes(open), signer))
    },
  }
}

function readSeal(certificates: readonly string[], key: string) {
  let chain: readonly X509Certificate[]
  let privateKey: KeyObject
  try {
    chain = certificates.map((pem) => new X509Certificate(pem))
    privateKey = createPrivateKey(key)
  } catch {
    throw new SealRefused(
      'certificate or key of the seal cannot be read: both have to be PEM, the key without password',
    )
  }
  const [own] = chain
  if (own === undefined || !own.checkPrivateKey(privateKey)) {
    throw new SealRefused('the key of the seal does not belong to its certificate, which has to stand first')
  }
  if (!canSeal(own)) {
    throw new SealRefused('the key of the seal has to be RSA or ECDSA')
  }
  return { chain, privateKey }
}
