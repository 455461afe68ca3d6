import { createHash, randomBytes } from 'node:crypto'
import { parse } from 'hono/utils/cookie'

/** `citizen` and `staff` hold a session's token, `login` and `account` the sealed state of a sign-in of either under way. */
export type CookieName = 'citizen' | 'staff' | 'login' | 'account'

const NAMES = { citizen: 'sid', staff: 'staff', login: 'login', account: 'konto' } as const
const VALUE = /^[A-Za-z0-9_-]{1,3000}$/

/** A fresh session token: 256 bits, base64url. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** What of a token is stored. The token has 256 bits of chance, so a plain hash cannot be turned back. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Reads a cookie of ours from a request; undefined where it is missing or not of our making. */
export function readCookie(origin: string, name: CookieName, request: Request): string | undefined {
  const full = fullName(origin, name)
  const value = parse(request.headers.get('cookie') ?? '', full)[full]
  return value !== undefined && VALUE.test(value) ? value : undefined
}

/**
 * Line for `Set-Cookie`. Without `maxAgeMs` the cookie ends with the browser.
 * On https the name carries `__Host-`: no other host and no path can set it. Plain http is loopback in demo and test.
 */
export function cookieLine(origin: string, name: CookieName, value: string, maxAgeMs?: number): string {
  const age = maxAgeMs === undefined ? '' : `; Max-Age=${Math.floor(maxAgeMs / 1000)}`
  const secure = isHttps(origin) ? '; Secure' : ''
  return `${fullName(origin, name)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}${age}`
}

/** Line that makes the browser forget a cookie. */
export const forgetLine = (origin: string, name: CookieName): string => cookieLine(origin, name, '', 0)

const isHttps = (origin: string): boolean => origin.startsWith('https://')
const fullName = (origin: string, name: CookieName): string => `${isHttps(origin) ? '__Host-' : ''}${NAMES[name]}`
