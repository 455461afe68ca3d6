const COMMON: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  // `no-referrer` would make browsers send `Origin: null` with a form's POST, which the cross-site check refuses.
  'Referrer-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
}
const HSTS = 'max-age=63072000; includeSubDomains'

/** No inline script or style, nothing from elsewhere. Pages that show a document may frame their own origin. */
export const PAGE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
const DATA_CSP = "default-src 'none'; frame-ancestors 'none'; sandbox"
/** A stored document shown inside our own page: its bytes may do nothing. */
export const DOCUMENT_CSP =
  "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"

/** Sets the security headers of an answer, whatever its status; `kind` says what the body is. */
export function secureHeaders(headers: Headers, kind: 'page' | 'data', isHttps: boolean): void {
  for (const [name, value] of Object.entries(COMMON)) {
    if (!headers.has(name)) {
      headers.set(name, value)
    }
  }
  if (!headers.has('Content-Security-Policy')) {
    headers.set('Content-Security-Policy', kind === 'page' ? PAGE_CSP : DATA_CSP)
  }
  if (isHttps) {
    headers.set('Strict-Transport-Security', HSTS)
  }
}
