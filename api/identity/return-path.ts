import { isCanonicalUrl } from '../http/guard.ts'

const FALLBACK = '/amt/'
const LENGTH_MAX = 500

/**
 * Where a browser is led after signing in: a path of our own, else `fallback` (the back office's first page).
 * Never an address of another origin, however it is disguised (double slashes, backslashes, control characters, user info).
 */
export function returnPath(wanted: string | undefined, fallback = FALLBACK): string {
  if (wanted === undefined || wanted.length > LENGTH_MAX || !isCanonicalUrl(wanted) || wanted.startsWith('/api/')) {
    return fallback
  }
  const url = URL.parse(wanted, 'https://here.invalid')
  return url?.origin === 'https://here.invalid' ? url.pathname + url.search : fallback
}
