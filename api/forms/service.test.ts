import { describe, expect, it } from 'vitest'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import type { CatalogueService } from '../content/mirror.ts'
import type { Content } from '../content/snapshot.ts'
import { checkForms, createForms } from './service.ts'
import { seedFiles } from './testing.ts'

function contentOf(files: Readonly<Record<string, string>>, described: Partial<CatalogueService> = {}): Content {
  const bytes = new Map(
    Object.entries(files).map(([name, text]) => [`services/hund-anmelden/${name}`, new TextEncoder().encode(text)]),
  )
  const services = new Map([['hund-anmelden', { online: 'own', catalogue: 'a.b.1' }]])
  const mirror = { services: new Map([['a.b.1', { name: {}, texts: [], ...described }]]) }
  const access = { services, mirror, paths: [...bytes.keys()], file: (path: string) => bytes.get(path) }
  return access as unknown as Content
}
const files = seedFiles('hund-anmelden')
const seed = contentOf(files)

describe('createForms', () => {
  it('loads a version once, and another version apart from it', () => {
    const form = createForms(readXDatenfelder)
    const first = form(seed, 'hund-anmelden', 'de')
    expect(form(contentOf(files), 'hund-anmelden', 'de')).toBe(first)
    const changed = contentOf({ ...files, 'form.de.yaml': `${files['form.de.yaml'] ?? ''}\n# changed\n` })
    expect(form(changed, 'hund-anmelden', 'de').digest).not.toBe(first.digest)
  })

  it('speaks German where a language has nothing, and says so; 404 where a service has no form', () => {
    const form = createForms(readXDatenfelder)
    const sorbian = form(seed, 'hund-anmelden', 'dsb')
    const german = form(seed, 'hund-anmelden', 'de')
    expect(sorbian.title).toBe(german.title)
    expect(sorbian.germanTexts.has(german.title)).toBe(true)
    expect(german.germanTexts.size).toBe(0)
    expect(() => form(seed, 'personalausweis', 'de')).toThrow(
      expect.objectContaining({ type: 'forms/no-form', status: 404 }),
    )
  })

  it('calls the service as its page does where the form has no title in a language, and says what then is German', () => {
    const form = createForms(readXDatenfelder)
    const { 'form.en.yaml': _, ...untold } = files
    const short = [{ kind: 'paragraph', spans: [{ text: 'Do you keep a dog?' }] }] as const
    const described = { name: { de: 'Hund', en: 'A dog' }, texts: [{ code: '05', text: { en: short }, links: [] }] }
    const german = form(seed, 'hund-anmelden', 'de')
    const english = form(contentOf(untold, described), 'hund-anmelden', 'en')
    expect(english).toMatchObject({ title: 'A dog', start: { lead: 'Do you keep a dog?' } })
    expect([...english.germanTexts]).not.toContain('A dog')
    expect(form(contentOf(untold, described), 'hund-anmelden', 'de').title).toBe(german.title)
    expect(form(contentOf(untold, { name: { de: 'Hund' } }), 'hund-anmelden', 'en').title).toBe(german.title)
    // The form's own words come first.
    expect(form(contentOf(files, described), 'hund-anmelden', 'en').title).toBe(form(seed, 'hund-anmelden', 'en').title)
    expect(form(seed, 'hund-anmelden', 'en').title).not.toBe('A dog')
  })
})

describe('checkForms', () => {
  const check = checkForms(readXDatenfelder)
  it('finds nothing wrong with the seed', () => {
    expect(check(seed)).toEqual([])
  })

  it('refuses a wrong expression with file, line, reason and suggestion', () => {
    const wrong = {
      ...files,
      'form.de.yaml': (files['form.de.yaml'] ?? '').replace(
        'zahlung.art = "lastschrift"',
        'zahlung.atr = "lastschrift"',
      ),
    }
    expect(check(contentOf(wrong))).toMatchObject([
      {
        file: 'services/hund-anmelden/form.de.yaml',
        line: expect.any(Number),
        type: 'feel/unknown-name',
        suggestion: 'art',
      },
    ])
  })

  it('refuses an example that does not give what it says, and a form file without its other half', () => {
    const wrong = {
      ...files,
      'examples.yaml': (files['examples.yaml'] ?? '').replace('type: forms/date-real', 'type: forms/date-day'),
    }
    expect(check(contentOf(wrong))).toMatchObject([
      { type: 'forms/example', file: 'services/hund-anmelden/examples.yaml' },
    ])
    const misnamed = {
      ...files,
      'examples.yaml': (files['examples.yaml'] ?? '').replace('/halter/anschrift/plz:', '/halter/anschrift/pls:'),
    }
    expect(check(contentOf(misnamed))).toMatchObject([{ type: 'forms/example', suggestion: '/halter/anschrift/plz' }])
    const { 'form.xml': _, ...half } = files
    expect(check(contentOf(half))).toMatchObject([{ type: 'forms/no-file' }])
  })
})
