import fc from 'fast-check'
import { expect, it } from 'vitest'
import { returnPath } from './return-path.ts'

const ORIGIN = 'https://stadt.example'

it.each([
  ['/amt/', '/amt/'],
  ['/amt/postkorb/steuern?seite=2', '/amt/postkorb/steuern?seite=2'],
  ['/redaktion/', '/redaktion/'],
  ['/', '/'],
])('keeps a path of our own: %s', (wanted, expected) => {
  expect(returnPath(wanted)).toBe(expected)
})

it.each([
  '',
  'amt/',
  'https://evil.example/',
  'HTTPS://evil.example',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/%2f/evil.example',
  '/%5cevil.example',
  '/%252fevil.example',
  '/%09/evil.example',
  '/./evil.example/..//x',
  '/..//evil.example',
  '//stadt.example@evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '@evil.example',
  ':evil.example',
  '/amt/\r\nSet-Cookie: sid=x',
  '/amt/;x',
  '/api/v1/identity/sign-in',
  `/${'a'.repeat(500)}`,
])('falls back to the back office instead of %j', (wanted) => {
  expect(returnPath(wanted)).toBe('/amt/')
})

it('falls back where nothing was asked for', () => {
  expect(returnPath(undefined)).toBe('/amt/')
})

it('leads to our own origin and is one clean line, whatever is asked for', () => {
  const hostile = fc.stringMatching(/^[/\\.@:?#%\t\r\n a-z0-9-]{0,40}$/)
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string(), fc.webUrl()), (wanted) => {
      const path = returnPath(wanted)
      expect(new URL(path, ORIGIN).origin).toBe(ORIGIN)
      expect(path).toMatch(/^\/[\x21-\x7e]*$/)
      expect(path.startsWith('//')).toBe(false)
    }),
    { numRuns: 2_000 },
  )
})
