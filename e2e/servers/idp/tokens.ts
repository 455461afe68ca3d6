import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'

export type SigningKey = { readonly kid: string; readonly key: KeyObject; readonly jwk: Record<string, unknown> }

/** A fresh RS256 key, as the provider's key set wants it. */
export function newSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const kid = createHash('sha256').update(der).digest('base64url').slice(0, 16)
  return { kid, key: privateKey, jwk: { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } }
}

/** A signed JWT; with `signWith` of another key it names the right key and is not made with it. */
export function signJwt(payload: object, key: SigningKey, { typ = 'JWT', signWith = key } = {}): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part({ alg: 'RS256', typ, kid: key.kid })}.${part(payload)}`
  return `${body}.${sign('sha256', Buffer.from(body), signWith.key).toString('base64url')}`
}

export const readJwt = (jwt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'))

/** @see OpenID Connect Back-Channel Logout 1.0, section 2.4 */
export function logoutToken(
  key: SigningKey,
  claims: { issuer: string; audience: string; subject: string; nowMs: number },
): string {
  const seconds = Math.floor(claims.nowMs / 1000)
  const payload = {
    iss: claims.issuer,
    aud: claims.audience,
    sub: claims.subject,
    iat: seconds,
    exp: seconds + 120,
    jti: randomUUID(),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  }
  return signJwt(payload, key, { typ: 'logout+jwt' })
}
