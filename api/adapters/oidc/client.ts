import * as client from 'openid-client'
import type { Challenge } from '../../identity/provider.ts'

export type OidcOptions = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Asked for with the request; what came is judged by who asked. */
  readonly acrValues: readonly string[]
  /** Demo and test: a provider on loopback may speak http. Never true in production. */
  readonly allowLoopbackHttp: boolean
  readonly scope?: string
}

/** What a provider answered, after all checks. */
export type Exchanged = {
  readonly idClaims: unknown
  readonly userinfo: unknown
  readonly tokens: client.TokenEndpointResponse
}
type Refused = { readonly kind: 'refused'; readonly reason: string }
type Unavailable = { readonly kind: 'unavailable' }

const TIMEOUT_S = 5
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Makes the way to one provider: its addresses come from the configured issuer's discovery document only, fetched when
 * first needed. Throws at once when the issuer is neither https nor a loopback address that is allowed.
 */
export function openOidc(options: OidcOptions): () => Promise<client.Configuration> {
  const issuer = new URL(options.issuer)
  const isLoopback = options.allowLoopbackHttp && issuer.protocol === 'http:' && LOOPBACK.includes(issuer.hostname)
  if (issuer.protocol !== 'https:' && !isLoopback) {
    throw new Error('the issuer must be an https address')
  }
  const discovered: { config: client.Configuration | null } = { config: null }
  return async () => {
    discovered.config ??= await client.discovery(
      issuer,
      options.clientId,
      undefined,
      client.ClientSecretPost(options.clientSecret),
      {
        timeout: TIMEOUT_S,
        execute: [client.enableNonRepudiationChecks, ...(isLoopback ? [client.allowInsecureRequests] : [])],
      },
    )
    return discovered.config
  }
}

/** Address to send the browser to: code flow with PKCE (S256), state and nonce. */
export async function authorizationUrl(
  config: client.Configuration,
  { state, nonce, verifier }: Challenge,
  parameters: {
    readonly redirectUri: string
    readonly scope: string
    readonly acrValues: readonly string[]
    readonly prompt?: 'login'
  },
): Promise<URL> {
  const { redirectUri, scope, acrValues, prompt } = parameters
  return client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
    ...(prompt === undefined ? {} : { prompt }),
  })
}

/** Exchanges the code and asks userinfo; state, nonce, `iss`, signature and subject are checked. */
export async function exchangeCode(
  config: client.Configuration,
  { state, nonce, verifier }: Challenge,
  callback: URL,
): Promise<Exchanged> {
  const tokens = await client.authorizationCodeGrant(config, callback, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  })
  const idClaims = tokens.claims()
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, idClaims?.sub ?? '')
  return { idClaims, userinfo, tokens }
}

/** Tells refusals of the provider or of the checks from a provider that cannot answer. */
export async function orOutage<A>(question: () => Promise<A>): Promise<A | Refused | Unavailable> {
  try {
    return await question()
  } catch (error) {
    return isOutage(error) ? { kind: 'unavailable' } : { kind: 'refused', reason: reasonOf(error) }
  }
}

/** No answer, a late one, or the provider's own fault: says nothing about the person. 400, 401 and 403 do. */
export function isOutage(error: unknown): boolean {
  const status = statusOf(error)
  if (status !== undefined) {
    return ![400, 401, 403].includes(status)
  }
  if (error instanceof client.AuthorizationResponseError) {
    return ['temporarily_unavailable', 'server_error'].includes(error.error)
  }
  if (error instanceof client.ClientError) {
    return OUTAGE_CODES.has(error.code ?? '')
  }
  // `fetch` fails with a TypeError without a code.
  return error instanceof TypeError && !('code' in error)
}
const OUTAGE_CODES = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR'])

/** Status of the answer that an error is about; undefined where none came. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof client.ResponseBodyError || error instanceof client.WWWAuthenticateChallengeError) {
    return error.status
  }
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Response ? cause.status : undefined
}

/** A code for the log: never the library's message, which may hold parts of a token. */
function reasonOf(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError) {
    return /^[a-z_]{1,60}$/.test(error.error) ? error.error : 'provider-error'
  }
  return error instanceof client.ClientError ? (error.code ?? 'check-failed') : 'check-failed'
}
