import type { SamlConfig } from '@node-saml/node-saml'
import type { AccountClaims, SamlAccounts, SamlAnswer } from '../../identity/account-provider.ts'
import { type Assertion, readAssertion } from './assertion.ts'
import { askedLevel, OID, storkLevel } from './attributes.ts'
import { claimsOf } from './claims.ts'
import { requestExtension } from './request.ts'
import { type Outer, StrangeMessage, scanResponse } from './scan.ts'

export type BundidOptions = {
  /** Address that takes the signed request. */
  readonly entryPoint: string
  /** Entity id of BundID. */
  readonly issuer: string
  /** Its certificates, PEM; no other is believed, whatever stands in a message. */
  readonly certificates: readonly string[]
  /** Entity id under which this town is registered. */
  readonly entityId: string
  /** PEM; signs requests. */
  readonly privateKey: string
  /** PEM; opens encrypted assertions. */
  readonly decryptionKey: string
  /** Shown by BundID beside its sign-in. */
  readonly displayName: () => string
  readonly serviceId: string
}

const RESPONSE_CHARACTERS_MAX = 340_000
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const SKEW_MS = 5_000
const ASSERTION_AGE_MS = 5 * 60_000
const REQUEST_MS = 10 * 60_000

/**
 * Citizens' accounts by BundID: SAML 2.0, signed request by POST, response signed as a whole and in its assertion, which
 * may be encrypted. `node-saml` checks signatures, times, audience and the request; what it lets pass (another issuer,
 * another recipient, SHA-1, comments) is refused here. Keeps nothing between calls.
 */
export function createBundidProvider(options: BundidOptions): SamlAccounts {
  return {
    issuer: options.issuer,
    begin: async ({ requestId, level, callbackUrl }) => {
      const { saml } = await load()
      const request = saml({
        ...(await configOf(options, callbackUrl)),
        generateUniqueId: () => requestId,
        authnContext: [askedLevel(level)],
        samlAuthnRequestExtensions: requestExtension({
          displayName: options.displayName(),
          serviceId: options.serviceId,
        }),
      })
      const message = await request.getAuthorizeMessageAsync('', undefined, {})
      return { action: options.entryPoint, fields: { SAMLRequest: String(message['SAMLRequest']), RelayState: '' } }
    },
    finish: async (response, { callbackUrl, askedAtMs }) => {
      try {
        return await check(options, response, callbackUrl, askedAtMs)
      } catch (error) {
        return { kind: 'refused', reason: reasonOf(error) }
      }
    },
  }
}

/** Loaded with the first sign-in: a town without BundID never pays for it. */
async function load() {
  const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml')
  return { saml: (config: SamlConfig) => new SAML(config), always: ValidateInResponseTo.always }
}

async function configOf(options: BundidOptions, callbackUrl: string): Promise<SamlConfig> {
  const { always } = await load()
  return {
    entryPoint: options.entryPoint,
    issuer: options.entityId,
    audience: options.entityId,
    callbackUrl,
    idpCert: [...options.certificates],
    idpIssuer: options.issuer,
    privateKey: options.privateKey,
    decryptionPvk: options.decryptionKey,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: true,
    acceptedClockSkewMs: SKEW_MS,
    maxAssertionAgeMs: ASSERTION_AGE_MS,
    validateInResponseTo: always,
    requestIdExpirationPeriodMs: REQUEST_MS,
    disableRequestedAuthnContext: false,
    racComparison: 'minimum',
    identifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
    allowCreate: true,
    forceAuthn: true,
    skipRequestCompression: true,
    // Requests are remembered by whoever asks, in the database; nothing lives here between two calls.
    cacheProvider: { saveAsync: async () => null, getAsync: async () => null, removeAsync: async () => null },
  }
}

async function check(
  options: BundidOptions,
  response: string,
  callbackUrl: string,
  askedAtMs: (requestId: string) => Promise<number | null>,
): Promise<SamlAnswer> {
  if (response.length > RESPONSE_CHARACTERS_MAX || !/^[A-Za-z0-9+/=\s]+$/.test(response)) {
    throw new StrangeMessage('no-base64')
  }
  const xml = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(response, 'base64'))
  const outer = scanResponse(xml)
  checkOuter(options, outer, callbackUrl)
  const askedMs = await askedAtMs(outer.inResponseTo)
  if (askedMs === null) {
    throw new StrangeMessage('not-asked')
  }
  const { saml } = await load()
  const validator = saml({
    ...(await configOf(options, callbackUrl)),
    cacheProvider: {
      saveAsync: async () => null,
      removeAsync: async () => null,
      // The database says by the town's clock whether a request is still open; the library only learns that it is.
      getAsync: async (id) => (id === outer.inResponseTo ? new Date().toISOString() : null),
    },
  })
  const { profile } = await validator.validatePostResponseAsync({ SAMLResponse: response })
  const verified = profile?.getAssertionXml?.() ?? ''
  scanResponse(verified)
  const assertion = readAssertion(verified)
  checkAssertion(options, assertion, { callbackUrl, requestId: outer.inResponseTo, issuer: profile?.issuer ?? '' })
  return {
    kind: 'signed-in',
    requestId: outer.inResponseTo,
    assertionId: assertion.id,
    claims: claimsOrThrow(assertion),
  }
}

function checkOuter(options: BundidOptions, outer: Outer, callbackUrl: string): void {
  if (outer.inResponseTo === '') {
    throw new StrangeMessage('no-request')
  }
  if (outer.destination !== callbackUrl) {
    throw new StrangeMessage('destination')
  }
  if (outer.issuer !== options.issuer) {
    throw new StrangeMessage('issuer')
  }
  if (outer.status !== SUCCESS) {
    throw new StrangeMessage(outer.status.endsWith('Responder') ? 'cancelled' : 'not-successful')
  }
}

type Expected = { readonly callbackUrl: string; readonly requestId: string; readonly issuer: string }

/** What the library does not look at: it takes any issuer and any recipient, and a missing confirmation. */
function checkAssertion(options: BundidOptions, assertion: Assertion, expected: Expected): void {
  if (expected.issuer !== options.issuer || assertion.issuer !== options.issuer) {
    throw new StrangeMessage('issuer')
  }
  if (assertion.recipients.length !== 1 || assertion.recipients[0] !== expected.callbackUrl) {
    throw new StrangeMessage('recipient')
  }
  if (assertion.inResponseTo[0] !== expected.requestId) {
    throw new StrangeMessage('not-asked')
  }
  if (assertion.audiences.length !== 1 || assertion.audiences[0] !== options.entityId) {
    throw new StrangeMessage('audience')
  }
  if (assertion.id === '') {
    throw new StrangeMessage('no-id')
  }
}

function claimsOrThrow(assertion: Assertion): AccountClaims {
  const subject = assertion.attributes.get(OID.bPK2)?.value ?? ''
  const levels = [assertion.attributes.get(OID.qaaLevel)?.value ?? '', ...assertion.contextClasses]
    .map(storkLevel)
    .filter((level) => level !== undefined)
  if (subject === '' || levels.length === 0) {
    throw new StrangeMessage(subject === '' ? 'no-subject' : 'no-level')
  }
  return claimsOf(assertion, subject, levels)
}

/** A code for the log. The library's messages hold issuers and ids of strangers: only their kind is told. */
function reasonOf(error: unknown): string {
  if (error instanceof StrangeMessage) {
    return error.code
  }
  const message = error instanceof Error ? error.message : ''
  const known = [
    [/signature/i, 'signature'],
    [/audience/i, 'audience'],
    [/InResponseTo/i, 'not-asked'],
    [/expired|too old|not yet valid|subject confirmation/i, 'time'],
  ] as const
  return known.find(([pattern]) => pattern.test(message))?.[1] ?? 'check-failed'
}
