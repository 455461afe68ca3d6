import { describe, expect, it } from 'vitest'
import { readAuthentication, readClaims } from './claims.ts'

describe('readClaims', () => {
  it.each([
    ['teams and roles apart', { groups: ['steuern'], roles: ['clerk'] }, ['steuern'], ['clerk']],
    ['all in groups, prefixed', { groups: ['team:steuern', 'role:lead'] }, ['steuern'], ['lead']],
    ['groups as paths', { groups: ['/steuern'], roles: ['role:editor'] }, ['steuern'], ['editor']],
    ['one group as text', { groups: 'steuern', roles: 'operator' }, ['steuern'], ['operator']],
    ['twice the same', { groups: ['b', 'a', 'b'], roles: ['clerk', 'clerk'] }, ['a', 'b'], ['clerk']],
    ['nothing', {}, [], []],
    ['unknown roles', { roles: ['admin', 'root', 'Clerk', 'clerk '] }, [], []],
    ['no roles from plain group names', { groups: ['clerk'] }, ['clerk'], []],
    ['what is no team', { groups: ['Alle Mitarbeiter', '../x', '', '/a/b', 7, null, 'x'.repeat(61)] }, [], []],
  ])('reads %s', (_name, raw, teams, roles) => {
    expect(readClaims({ sub: 's', name: 'N', ...raw })).toEqual({ subject: 's', name: 'N', teams, roles })
  })

  it('refuses claims without a subject', () => {
    expect([{}, { sub: '' }, { sub: 7 }, { sub: 'x'.repeat(256) }, null, 'x'].map(readClaims)).toEqual(
      Array(6).fill(null),
    )
  })

  it('writes a name in NFC and at most 200 signs', () => {
    expect(readClaims({ sub: 's', name: 'Scho\u0308n' })?.name).toBe('Sch\u00f6n')
    expect(readClaims({ sub: 's', name: 'x'.repeat(999) })?.name).toHaveLength(200)
  })
})

describe('readAuthentication', () => {
  it.each([
    [
      { acr: 'a', amr: ['pwd', 'otp'] },
      { acr: 'a', amr: ['pwd', 'otp'] },
    ],
    [{ amr: 'mfa' }, { acr: null, amr: ['mfa'] }],
    [{}, { acr: null, amr: [] }],
    [
      { acr: 1, amr: ['mfa'] },
      { acr: null, amr: [] },
    ],
    [undefined, { acr: null, amr: [] }],
  ])('reads %o', (raw, expected) => {
    expect(readAuthentication(raw)).toEqual(expected)
  })
})
