import { describe, expect, it } from 'vitest'
import { cites, readNorm } from './norms.ts'

describe('readNorm', () => {
  it.each([
    ['§ 41 VwVfG', { kind: 'norm', law: 'VwVfG', paragraph: '41' }],
    ['§ 41 Abs. 2a VwVfG', { kind: 'norm', law: 'VwVfG', paragraph: '41' }],
    ['122a AO', { kind: 'norm', law: 'AO', paragraph: '122a' }],
    ['VwGO', { kind: 'norm', law: 'VwGO', paragraph: null }],
    ['§ 67 SGB X', { kind: 'norm', law: 'SGB X', paragraph: '67' }],
    ['Hundesteuersatzung § 2', { kind: 'norm', law: 'Hundesteuersatzung', paragraph: '2' }],
    ['demowert', { kind: 'words', words: 'demowert' }],
    ['  ', null],
  ] as const)('%s', (text, norm) => {
    expect(readNorm(text)).toEqual(norm)
  })
})

describe('cites', () => {
  it.each([
    ['§ 41 VwVfG', '§ 41 Abs. 2 VwVfG; § 122 Abs. 2 AO', true],
    ['§ 122 AO', '§ 41 Abs. 2 VwVfG; § 122 Abs. 2 AO', true],
    ['§ 41 AO', '§ 41 Abs. 2 VwVfG; § 122 Abs. 2 AO', false],
    ['§ 2 VwVfG', '§ 41 Abs. 2 VwVfG', false],
    ['§ 69 VwGO', '§§ 68 bis 70 VwGO; § 3a VwVfG', true],
    ['§ 3a VwVfG', '§§ 68 bis 70 VwGO; § 3a VwVfG', true],
    ['§ 3 VwVfG', '§§ 68 bis 70 VwGO; § 3a VwVfG', false],
    ['§ 80 VwGO', '§§ 68 bis 70, § 80 Abs. 2 Nr. 1 VwGO; § 3a VwVfG', true],
    ['AO', '§ 122a AO', true],
    ['AO', 'DAO und VwGO', false],
    ['§ 2 Hundesteuersatzung', 'Hundesteuersatzung § 2 (Demowert)', true],
    ['§ 8 Hundesteuersatzung', 'Hundesteuersatzung § 2 (Demowert)', false],
    ['demowert', 'Hundesteuersatzung § 2 (Demowert)', true],
  ])('%s in "%s": %s', (wanted, text, isCited) => {
    const norm = readNorm(wanted)
    expect(norm !== null && cites(text, norm)).toBe(isCited)
  })
})
