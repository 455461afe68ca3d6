/** Methods without side effects. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const BAD_PATH = /\/\/|\\|%(?:2f|5c|2e|00|25|0[0-9a-f]|1[0-9a-f])|[\x00-\x20\x7f-\uffff]|(?:^|\/)\.{1,2}(?:\/|$)|;/i

/**
 * Refuses addresses that two parts of the chain could read differently: double slashes, encoded slashes and dots,
 * dot segments, backslashes, absolute form. `rawUrl` is the request line's target, before any parsing.
 */
export function isCanonicalUrl(rawUrl: string): boolean {
  const path = rawUrl.split(/[?#]/, 1)[0] ?? ''
  return rawUrl.length <= 4_096 && path.startsWith('/') && !BAD_PATH.test(path)
}

/**
 * Paths to which something from outside posts. Another site's form (BundID): the message is signed, used once, and bound to a
 * request of ours. The city's mail server: it shows a secret that no browser has. Cookies do not come along (`SameSite=Lax`)
 * and open nothing there. A test compares the list with the routes that declare `csrf: 'signed'`.
 */
export const SIGNED_ELSEWHERE: ReadonlySet<string> = new Set([
  '/api/v1/identity/account/bundid/acs',
  '/api/v1/messages/inbound',
])

/**
 * Cross-site check for every unsafe method and every content type (static pages cannot hold a token).
 * Browsers send Origin or Sec-Fetch-Site with each unsafe request; a request with neither is refused as well.
 */
export function isSameSite(method: string, headers: Headers, origin: string): boolean {
  if (SAFE.has(method)) {
    return true
  }
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') {
    return false
  }
  const from = headers.get('origin')
  return from === null ? site === 'same-origin' : from === origin
}
