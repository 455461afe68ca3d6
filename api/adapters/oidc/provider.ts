import * as client from 'openid-client'
import * as v from 'valibot'
import type { Challenge, ClaimsAnswer, IdentityProvider, SignInAnswer } from '../../identity/provider.ts'
import { readAuthentication, readClaims } from './claims.ts'
import { authorizationUrl, exchangeCode, isOutage, type OidcOptions, openOidc, orOutage, statusOf } from './client.ts'

const Tokens = v.strictObject({ access: v.string(), refresh: v.nullable(v.string()) })
type Tokens = v.InferOutput<typeof Tokens>

/**
 * Staff's identity provider by OpenID Connect: code flow with PKCE (S256), state, nonce and `iss`; ID token with signature.
 * Throws at once when the issuer is neither https nor a loopback address that is allowed.
 */
export function createOidcProvider(options: OidcOptions): IdentityProvider {
  const configuration = openOidc(options)
  const { scope = 'openid profile staff', acrValues } = options
  return {
    issuer: options.issuer,
    begin: async (challenge, redirectUri) => {
      try {
        return await authorizationUrl(await configuration(), challenge, { redirectUri, scope, acrValues })
      } catch (error) {
        return isOutage(error) ? null : raise(error)
      }
    },
    finish: (challenge, callback) => orOutage(async () => exchange(await configuration(), challenge, callback)),
    ask: (tokens, subject) =>
      orOutage(async () => askAgain(await configuration(), v.parse(Tokens, JSON.parse(tokens)), subject)),
  }
}

async function exchange(config: client.Configuration, challenge: Challenge, callback: URL): Promise<SignInAnswer> {
  const { idClaims, userinfo, tokens } = await exchangeCode(config, challenge, callback)
  const claims = readClaims(userinfo)
  if (claims === null) {
    return { kind: 'refused', reason: 'no-subject' }
  }
  return { kind: 'signed-in', claims, ...readAuthentication(idClaims), tokens: tokensOf(tokens, null) }
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

function raise(error: unknown): never {
  throw error
}
