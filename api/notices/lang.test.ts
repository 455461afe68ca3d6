import { describe, expect, it } from 'vitest'
import type { Content } from '../content/snapshot.ts'
import { letterLang, noticeLang } from './lang.ts'

const contentWith = (...paths: readonly string[]): Content =>
  ({ file: (path: string) => (paths.includes(path) ? new Uint8Array() : undefined) }) as unknown as Content
const LETTERS = ['letters/letter.dsb.yaml', 'letters/remedies.dsb.yaml']
const TEMPLATE = 'services/hund/notice.approval.dsb.yaml'

describe('the language of a letter', () => {
  it('is the wanted one only where template, words and remedies have it, else German', () => {
    expect(noticeLang(contentWith(...LETTERS, TEMPLATE), 'hund', 'approval', 'dsb')).toBe('dsb')
    expect(noticeLang(contentWith(...LETTERS, TEMPLATE), 'hund', 'refusal', 'dsb')).toBe('de')
    expect(noticeLang(contentWith(TEMPLATE, 'letters/letter.dsb.yaml'), 'hund', 'approval', 'dsb')).toBe('de')
    expect(letterLang(contentWith(...LETTERS), 'dsb')).toBe('dsb')
    expect(letterLang(contentWith(), 'en')).toBe('de')
  })
})
