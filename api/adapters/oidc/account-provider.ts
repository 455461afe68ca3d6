import type { AccountAnswer, OidcAccounts } from '../../identity/account-provider.ts'
import { acrValuesFor, readAccountClaims } from './account-claims.ts'
import { authorizationUrl, exchangeCode, isOutage, type OidcOptions, openOidc, orOutage } from './client.ts'

const SCOPE = 'openid profile email phone address organisation'

/**
 * Citizens' accounts by OpenID Connect, in production a broker in front of BundID. A level is asked for by `acr_values` and
 * a fresh sign-in; which one came, whoever asked has to look. Tokens are dropped: nothing is asked later.
 */
export function createOidcAccounts(options: Omit<OidcOptions, 'acrValues'>): OidcAccounts {
  const configuration = openOidc({ ...options, acrValues: [] })
  return {
    issuer: options.issuer,
    begin: async (challenge, { redirectUri, level }) => {
      try {
        return await authorizationUrl(await configuration(), challenge, {
          redirectUri,
          scope: options.scope ?? SCOPE,
          acrValues: acrValuesFor(level),
          prompt: 'login',
        })
      } catch (error) {
        if (isOutage(error)) {
          return null
        }
        throw error
      }
    },
    finish: (challenge, callback) =>
      orOutage(async (): Promise<AccountAnswer> => {
        const { idClaims, userinfo } = await exchangeCode(await configuration(), challenge, callback)
        const claims = readAccountClaims(userinfo, idClaims)
        return claims === null ? { kind: 'refused', reason: 'no-subject' } : { kind: 'signed-in', claims }
      }),
  }
}
