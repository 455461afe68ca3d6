import { describe, expect, it } from 'vitest'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import type { Content } from '../content/snapshot.ts'
import { loadForm } from './load.ts'
import { checkForms } from './service.ts'
import { loadChanged, seedFiles } from './testing.ts'

const ANSWER = '  R12000000301: { check: gehalten-nach-geburt }\n'
const answered = (text: string) => loadChanged('hund-anmelden', 'form.de.yaml', [[ANSWER, text]])

describe('open points of a data schema', () => {
  it('stay open until the overlay answers them: the form loads all the same, so that it can be tried', () => {
    const result = answered('')
    expect(result.ok ? result.form.openPoints : result.findings).toMatchObject([
      { kind: 'rule', id: 'R12000000301', text: expect.stringContaining('Geburtsdatum') },
    ])
  })

  it.each([
    ['a check', '  R12000000301: { check: gehalten-nach-geburt }\n'],
    ['a step with a condition', '  R12000000301: { condition: ermaessigungsgrund }\n'],
    ['a sentence', '  R12000000301: { reason: Das prüft die Sachbearbeitung am Impfpass. }\n'],
    ['several things of the form', '  R12000000301: { kept: [check:gehalten-nach-geburt, page:ermaessigungsgrund] }\n'],
    ['a clerk', '  R12000000301: { clerk: true }\n'],
    ['who said why not', '  R12000000301: { reason: Das steht im Impfpass., by: Ines, on: 2026-11-26 }\n'],
  ])('are answered by %s', (_, text) => {
    const result = answered(text)
    expect(result.ok ? result.form.openPoints : result.findings).toEqual([])
  })

  it.each([
    ['a check that is gone', '{ check: gehalten-nach-geburd }', ['check:gehalten-nach-geburd']],
    ['a page without condition', '{ condition: kontakt }', ['page:kontakt']],
    ['one of several', '{ kept: [check:gehalten-nach-geburt, page:kontakt] }', ['page:kontakt']],
  ])('open again without %s, and say what is lost', (_, answer, lost) => {
    const result = answered(`  R12000000301: ${answer}\n`)
    expect(result.ok ? result.form.openPoints : result.findings).toMatchObject([{ id: 'R12000000301', lost }])
    expect(result.ok && result.form.clerkPoints).toEqual([])
  })

  it('that a clerk looks at are kept with their words', () => {
    const result = answered('  R12000000301: { clerk: true }\n')
    expect(result.ok && result.form.clerkPoints).toMatchObject([
      { id: 'R12000000301', text: expect.stringContaining('Geburtsdatum') },
    ])
  })

  it.each([
    [
      'a rule that the schema does not have',
      '  R12000000309: { check: gehalten-nach-geburt }\n',
      'forms/unknown-rule',
      'R12000000301',
    ],
    [
      'two answers',
      '  R12000000301: { check: gehalten-nach-geburt, condition: konto }\n',
      'forms/wrong-entry',
      undefined,
    ],
    ['no answer', '  R12000000301: {}\n', 'forms/wrong-entry', undefined],
    ['no sentence', '  R12000000301: { reason: nein }\n', 'forms/wrong-entry', undefined],
  ])('are not answered by %s', (_, text, type, suggestion) => {
    const result = answered(text)
    expect(result.ok ? [] : result.findings).toContainEqual(
      expect.objectContaining({ type, file: 'content/services/hund-anmelden/form.de.yaml', line: expect.any(Number) }),
    )
    expect(result.ok ? '' : result.findings[0]?.suggestion).toBe(suggestion)
  })

  it('keep the form offline: the content check names the point and its line', async () => {
    const files = seedFiles('hund-anmelden')
    const open = { ...files, 'form.de.yaml': (files['form.de.yaml'] ?? '').replace(ANSWER, '') }
    const check = checkForms(readXDatenfelder)
    const line = (files['form.xml'] ?? '').split('\n').findIndex((text) => text.includes('<xdf:regel>')) + 1
    expect(await check(contentOf(open, 'own'))).toMatchObject([
      { type: 'forms/open-point', file: 'services/hund-anmelden/form.xml', line },
    ])
    expect(await check(contentOf(open, 'none'))).toEqual([])
  })

  it('of a code list close when its file lies beside the schema, and the file belongs to the version', () => {
    const files = seedFiles('hund-anmelden')
    const source = (files['form.xml'] ?? '').replace(
      /<xdf:werte>[\s\S]*?<\/xdf:werte>/,
      '<xdf:codelisteReferenz><xdf:canonicalIdentification>urn:probe</xdf:canonicalIdentification><xdf:version>1</xdf:version></xdf:codelisteReferenz>',
    )
    const row = (code: string) => `<Row><Value ColumnRef="c"><SimpleValue>${code}</SimpleValue></Value></Row>`
    const list = `<gc:CodeList xmlns:gc="http://docs.oasis-open.org/codelist/ns/genericode/1.0/"><Identification><Version>1</Version><CanonicalUri>urn:probe</CanonicalUri></Identification><ColumnSet><Column Id="c"/></ColumnSet><SimpleCodeList>${row('maennlich')}${row('weiblich')}</SimpleCodeList></gc:CodeList>`
    const load = (more: Record<string, string>) => {
      return loadForm({ ...files, 'form.xml': source, ...more }, { slug: 'hund-anmelden', readXml: readXDatenfelder })
    }
    const without = load({})
    const beside = load({ 'codelist.probe.xml': list })
    expect(without.ok ? without.form.openPoints : without.findings).toMatchObject([{ kind: 'code-list' }])
    expect(beside.ok ? beside.form.openPoints : beside.findings).toEqual([])
    expect(beside.ok && beside.form.fields.get('hunde.geschlecht')?.options.map(({ code }) => code)).toEqual([
      'maennlich',
      'weiblich',
    ])
    expect(beside.ok && without.ok && beside.form.digest !== without.form.digest).toBe(true)
  })
})

function contentOf(files: Readonly<Record<string, string>>, online: 'own' | 'none'): Content {
  const bytes = new Map(
    Object.entries(files).map(([name, text]) => [`services/hund-anmelden/${name}`, new TextEncoder().encode(text)]),
  )
  const services = new Map([['hund-anmelden', { online }]])
  return { services, paths: [...bytes.keys()], file: (path: string) => bytes.get(path) } as unknown as Content
}

describe('a pattern of a data schema', () => {
  const CHIP = 'pattern="[0-9]{15}"'
  const withPattern = (pattern: string, rules = '') => {
    const files = seedFiles('hund-anmelden')
    const xml = (files['form.xml'] ?? '').replace(CHIP, `pattern="${pattern}"`)
    const overlay = (files['form.de.yaml'] ?? '').replace(ANSWER, `${ANSWER}${rules}`)
    expect(xml).not.toBe(files['form.xml'])
    return loadForm(
      { ...files, 'form.xml': xml, 'form.de.yaml': overlay },
      { slug: 'hund-anmelden', readXml: readXDatenfelder },
    )
  }

  it('that can be matched in many ways is used', () => {
    const result = withPattern('([0-9]+)*(27|[0-9])*')
    const chip = result.ok
      ? [...result.form.fields.values()].find(({ element }) => element.id === 'F12000000214')
      : undefined
    expect(chip?.limits.pattern).toBe('([0-9]+)*(27|[0-9])*')
    expect(result.ok ? result.form.openPoints : result.findings).toEqual([])
  })

  it('that looks ahead is a point the editor answers; the form can be tried, and holds no answer back for it', () => {
    const point = { kind: 'precision', id: 'F12000000214', text: '(?=27).*' }
    const open = withPattern('(?=27).*')
    expect(open.ok ? open.form.openPoints : open.findings).toMatchObject([point])
    const reason = withPattern('(?=27).*', '  F12000000214: { reason: Die Nummer prüft das Feld selbst. }\n')
    expect(reason.ok ? reason.form.openPoints : reason.findings).toEqual([])
    const chip = reason.ok
      ? [...reason.form.fields.values()].find(({ element }) => element.id === 'F12000000214')
      : undefined
    expect(chip).toBeDefined()
    expect(chip?.limits).not.toHaveProperty('pattern')
  })
})
