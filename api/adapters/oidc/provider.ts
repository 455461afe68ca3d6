import * as client from 'openid-client'
import * as v from 'valibot'
import type { Challenge, ClaimsAnswer, IdentityProvider, SignInAnswer } from '../../identity/provider.ts'
import { readAuthentication, readClaims } from './claims.ts'

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

const TIMEOUT_S = 5
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const Tokens = v.strictObject({ access: v.string(), refresh: v.nullable(v.string()) })
type Tokens = v.InferOutput<typeof Tokens>

/**
 * Identity provider by OpenID Connect: code flow with PKCE (S256), state, nonce and `iss`; ID token with signature.
 * The provider's addresses come from the configured issuer's discovery document only, fetched when first needed.
 * Throws at once when the issuer is neither https nor a loopback address that is allowed.
 */
export function createOidcProvider(options: OidcOptions): IdentityProvider {
  const issuer = new URL(options.issuer)
  const isLoopback = options.allowLoopbackHttp && issuer.protocol === 'http:' && LOOPBACK.includes(issuer.hostname)
  if (issuer.protocol !== 'https:' && !isLoopback) {
    throw new Error('the issuer must be an https address')
  }
  const discovered: { config: client.Configuration | null } = { config: null }
  const configuration = async (): Promise<client.Configuration> => {
    discovered.config ??= await discover(options, issuer, isLoopback)
    return discovered.config
  }
  return {
    issuer: options.issuer,
    begin: async (challenge, redirectUri) => {
      try {
        return await authorizationUrl(await configuration(), options, challenge, redirectUri)
      } catch (error) {
        return isOutage(error) ? null : raise(error)
      }
    },
    finish: (challenge, callback) => orOutage(async () => exchange(await configuration(), challenge, callback)),
    ask: (tokens, subject) =>
      orOutage(async () => askAgain(await configuration(), v.parse(Tokens, JSON.parse(tokens)), subject)),
  }
}

/** Tells refusals of the provider or of the checks from a provider that cannot answer. */
async function orOutage<A extends SignInAnswer | ClaimsAnswer>(
  question: () => Promise<A>,
): Promise<A | { readonly kind: 'refused'; readonly reason: string } | { readonly kind: 'unavailable' }> {
  try {
    return await question()
  } catch (error) {
    return isOutage(error) ? { kind: 'unavailable' } : { kind: 'refused', reason: reasonOf(error) }
  }
}

async function discover(options: OidcOptions, issuer: URL, isLoopback: boolean): Promise<client.Configuration> {
  const auth = client.ClientSecretPost(options.clientSecret)
  return await client.discovery(issuer, options.clientId, undefined, auth, {
    timeout: TIMEOUT_S,
    execute: [client.enableNonRepudiationChecks, ...(isLoopback ? [client.allowInsecureRequests] : [])],
  })
}

async function authorizationUrl(
  config: client.Configuration,
  { scope = 'openid profile staff', acrValues }: OidcOptions,
  { state, nonce, verifier }: Challenge,
  redirectUri: string,
): Promise<URL> {
  return client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
  })
}

async function exchange(
  config: client.Configuration,
  { state, nonce, verifier }: Challenge,
  callback: URL,
): Promise<SignInAnswer> {
  const answer = await client.authorizationCodeGrant(config, callback, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  })
  const idToken = answer.claims()
  const userinfo = await client.fetchUserInfo(config, answer.access_token, idToken?.sub ?? '')
  const claims = readClaims(userinfo)
  if (claims === null) {
    return { kind: 'refused', reason: 'no-subject' }
  }
  return { kind: 'signed-in', claims, ...readAuthentication(idToken), tokens: tokensOf(answer, null) }
}

/** Asks userinfo; an access token that ran out is renewed once where the provider gave a refresh token. */
async function askAgain(config: client.Configuration, tokens: Tokens, subject: string): Promise<ClaimsAnswer> {
  const first = await currentClaims(config, tokens.access, subject)
  if (first !== null) {
    return { kind: 'current', claims: first, tokens: JSON.stringify(tokens) }
  }
  if (tokens.refresh === null) {
    return { kind: 'refused' }
  }
  const renewed = await client.refreshTokenGrant(config, tokens.refresh)
  const claims = await currentClaims(config, renewed.access_token, subject)
  return claims === null ? { kind: 'refused' } : { kind: 'current', claims, tokens: tokensOf(renewed, tokens.refresh) }
}

/** Claims of the token's owner; null where the provider does not accept the token any more. */
async function currentClaims(config: client.Configuration, token: string, subject: string) {
  try {
    return readClaims(await client.fetchUserInfo(config, token, subject))
  } catch (error) {
    return statusOf(error) === 401 ? null : raise(error)
  }
}

const tokensOf = (answer: client.TokenEndpointResponse, formerRefresh: string | null): string =>
  JSON.stringify({ access: answer.access_token, refresh: answer.refresh_token ?? formerRefresh } satisfies Tokens)

/** No answer, a late one, or the provider's own fault: says nothing about the person. 400, 401 and 403 do. */
function isOutage(error: unknown): boolean {
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

function statusOf(error: unknown): number | undefined {
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

function raise(error: unknown): never {
  throw error
}
