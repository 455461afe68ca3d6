import { expect } from '@playwright/test'
import type { Got } from './program.ts'

const isPublicFile = (path: string): boolean => /^\/_astro\//.test(path)

/** Expects what makes a browser careful with an answer, whatever its status and kind. */
export function expectHeaders({ url, status, headers }: Got): void {
  const path = new URL(url).pathname
  const where = `${status} ${path}`
  const csp = headers.get('content-security-policy') ?? ''
  expect(csp, where).toContain("default-src 'none'")
  expect(csp, where).toMatch(/frame-ancestors '(none|self)'/)
  const isDocument = headers.has('content-disposition')
  expect(csp, where).not.toMatch(isDocument ? /unsafe-eval|script-src|\*/ : /unsafe-|\*|https?:/)
  expect(headers.get('x-content-type-options'), where).toBe('nosniff')
  expect(headers.get('referrer-policy'), where).toMatch(/^(same-origin|no-referrer)$/)
  expect(headers.get('x-frame-options'), where).toMatch(/^(DENY|SAMEORIGIN)$/)
  expect(headers.get('cross-origin-opener-policy'), where).toBe('same-origin')
  expect(headers.get('cross-origin-resource-policy'), where).toBe('same-origin')
  expect(headers.get('permissions-policy'), where).toContain('camera=()')
  expect(headers.get('access-control-allow-origin'), where).toBeNull()
  expect([headers.get('server'), headers.get('x-powered-by')], where).toEqual([null, null])
  const type = headers.get('content-type') ?? ''
  expect(type.startsWith('text/') ? type : 'charset=utf-8', where).toMatch(/charset=utf-8/i)
  if (/^\/(amt|antrag|status\/.|api\/v1\/(submissions|identity|notices|postboxes))/.test(path)) {
    expect(headers.get('cache-control'), where).toBe('no-store')
  }
  if (isPublicFile(path) && status === 200) {
    expect(headers.get('cache-control'), where).toContain('immutable')
  }
}
