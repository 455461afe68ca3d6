import { describe, expect, it } from 'vitest'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import { exampleProblem } from './examples.ts'
import { formDigest, loadForm } from './load.ts'
import { loadChanged, seedExamples, seedFiles, seedForm } from './testing.ts'

const SLUGS = ['hund-anmelden', 'alle-felder']

describe('loadForm', () => {
  it.each(SLUGS)('loads %s, keeping id and version of every data element', (slug) => {
    const form = seedForm(slug)
    expect(
      [...form.fields.values()].every((field) => field.element.id !== '' && field.element.version === '1.0.0'),
    ).toBe(true)
    expect([...form.fields.values()].every((field) => field.why.purpose !== '' && field.why.legalBasis !== '')).toBe(
      true,
    )
  })

  it('gives what the issue asks of the dog form: a repeating group, a condition, a date, money, an IBAN, uploads', () => {
    const form = seedForm('hund-anmelden')
    const kinds = new Set([...form.fields.values()].map((field) => field.kind))
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining(['date', 'file', 'iban', 'money', 'bool', 'select', 'declaration']),
    )
    expect(form.groups.get('hunde')?.loop).toEqual({ min: 1, max: 5 })
    expect(form.fields.get('unterlagen.nachweis')?.file).toEqual({
      mediaTypes: ['application/pdf', 'image/jpeg', 'image/png'],
      maxSizeBytes: 20_000_000,
      maxFiles: 5,
      minFiles: 0,
    })
    expect(form.openPoints).toEqual([])
  })

  it('takes the legal basis of a field from the data schema where its purpose names none', () => {
    const form = seedForm('hund-anmelden')
    expect(form.fields.get('zahlung.iban')?.why.legalBasis).toBe(
      'Hundesteuersatzung (Demodaten) § 9; Art. 14 VO (EU) 260/2012',
    )
    expect(form.fields.get('hunde.kaufpreis')?.limits).toMatchObject({ min: 0, max: 5_000_000 })
  })

  it('gives another digest after any change, the same without', () => {
    const files = seedFiles('hund-anmelden')
    const digest = formDigest(files)
    expect(formDigest(seedFiles('hund-anmelden'))).toBe(digest)
    expect(formDigest({ ...files, 'form.de.yaml': `${files['form.de.yaml'] ?? ''} ` })).not.toBe(digest)
    expect(formDigest({ ...files, 'form.xml': `${files['form.xml'] ?? ''} ` })).not.toBe(digest)
    expect(formDigest({ ...files, 'process.bpmn': 'other' })).toBe(digest)
  })

  const rows: [string, string, string, string, string?][] = [
    [
      'an unknown name in a rule',
      'zahlung.art = "lastschrift"',
      'zahlung.arten = "lastschrift"',
      'feel/unknown-name',
      'art',
    ],
    [
      'an unknown root name',
      'when: ermaessigung.gewuenscht',
      'when: ermässigung.gewuenscht',
      'feel/unknown-name',
      'ermaessigung',
    ],
    [
      'an option that is none',
      'zahlung.art = "lastschrift"',
      'zahlung.art = "lastschrfit"',
      'feel/unknown-option',
      'lastschrift',
    ],
    ['a rule that does not end', 'zahlung.art = "lastschrift"', 'zahlung.art = ', 'feel/syntax'],
    ['the machine clock', '< heute', '< today()', 'feel/clock', 'heute'],
    [
      'an unknown field in a step',
      'fields: [zahlung.art]',
      'fields: [zahlung.arten]',
      'forms/unknown-field',
      'zahlung.art',
    ],
    [
      'a condition on a later answer',
      'when: ermaessigung.gewuenscht',
      'when: zahlung.art = "lastschrift"',
      'forms/later-answer',
    ],
    [
      'a condition on its own answer',
      'when: ermaessigung.gewuenscht',
      'when: ermaessigung.grund = "tierheim"',
      'forms/same-page',
    ],
    [
      'a condition inside a loop on the whole list',
      'fields: [hunde.gefaehrlich]',
      'fields: [hunde.gefaehrlich]\n        when: count(hunde) > 1',
      'forms/later-answer',
    ],
    [
      'a condition that is never true',
      'when: zahlung.art = "lastschrift"',
      'when: zahlung.art = "lastschrift" and zahlung.art = "ueberweisung"',
      'forms/never-true',
    ],
    [
      'a condition that is always true',
      'when: zahlung.art = "lastschrift"',
      'when: zahlung.art = "lastschrift" or zahlung.art != "lastschrift"',
      'forms/always-true',
    ],
    ['a field without purpose', '    why: steuersatz\n', '', 'forms/no-purpose'],
    ['a purpose nobody knows', 'why: steuersatz', 'why: steuersaetze', 'forms/no-purpose', 'steuersatz'],
    ['a field without text', '    label: Rufname\n', '', 'forms/missing-entry'],
    ['a field without words for its errors', '    subject: Der Rufname\n', '', 'forms/missing-text'],
    ['an unknown key', '    label: Rufname\n', '    lable: Rufname\n', 'forms/unknown-entry', 'label'],
    [
      'a data element that does not exist',
      'element: F12000000210',
      'element: F12000000211x',
      'forms/unknown-element',
      'F12000000211',
    ],
    ['a data element of another group', 'element: F12000000210', 'element: F12000000201', 'forms/unknown-element'],
    ['a kind that the data type cannot be', 'kind: iban', 'kind: ibn', 'forms/kind', 'iban'],
    ['an option the schema lacks', 'tierheim: {', 'tierhaim: {', 'forms/unknown-option', 'tierheim'],
    ['an unknown section', 'section: abschluss', 'section: abschlus', 'forms/unknown-section', 'abschluss'],
    ['a step id twice', '- id: erklaerung', '- id: unterlagen', 'forms/step-id'],
    [
      'a field asked twice',
      'fields: [halter.geburtsdatum]',
      'fields: [halter.vornamen, halter.geburtsdatum]',
      'forms/twice',
    ],
    [
      'a field asked nowhere',
      'fields: [halter.kontakt.email, halter.kontakt.telefon]',
      'fields: [halter.kontakt.email]',
      'forms/no-step',
    ],
    ['a field of a loop outside of it', 'fields: [zahlung.art]', 'fields: [zahlung.art, hunde.rufname]', 'forms/loop'],
    ['a loop over a group that does not repeat', 'loop: hunde', 'loop: halter', 'forms/loop'],
    [
      'a check on a field that does not exist',
      'at: hunde.gehaltenSeit',
      'at: hunde.gehaltenSiet',
      'forms/unknown-field',
      'hunde.gehaltenSeit',
    ],
    ['an overlay for another version', 'version: 1.0.0', 'version: 1.1.0', 'forms/other-schema'],
    ['a name from the language', '  unterlagen.nachweis:', '  unterlagen.constructor:', 'forms/key'],
    ['a key twice', 'title: Hund zur', 'format: 1\ntitle: Hund zur', 'yaml/malformed'],
    ['an alias', 'title: Hund zur Hundesteuer anmelden', 'title: &a Hund\nversion: *a', 'yaml/malformed'],
    ['a list nobody holds', 'label: Rufname', 'codeList: laender\n    label: Rufname', 'forms/missing-list'],
    ['a step with an empty page', 'fields: [zahlung.art]', 'fields: []', 'forms/wrong-entry'],
  ]
  it.each<[string, string, string, string, string?]>(rows)(
    'refuses %s with file, line and suggestion',
    (_, from, to, type, suggestion) => {
      const result = loadChanged('hund-anmelden', 'form.de.yaml', [[from, to]])
      const findings = result.ok ? [] : result.findings
      const found = findings.find((finding) => finding.type === type)
      expect(found, JSON.stringify(findings)).toMatchObject({
        file: 'content/services/hund-anmelden/form.de.yaml',
        line: expect.any(Number),
      })
      expect(found?.suggestion, JSON.stringify(found)).toBe(suggestion)
    },
  )

  it('names the line of the wrong rule', () => {
    const source = seedFiles('hund-anmelden')['form.de.yaml'] ?? ''
    const line = source.split('\n').findIndex((text) => text.includes('when: zahlung.art')) + 1
    const result = loadChanged('hund-anmelden', 'form.de.yaml', [
      ['zahlung.art = "lastschrift"', 'zahlung.arten = "lastschrift"'],
    ])
    expect(result).toMatchObject({ ok: false, findings: [{ line }] })
  })

  it('takes a pattern that can be matched in many ways, and leaves one open that looks back', () => {
    const of = (pattern: string) => {
      const result = loadChanged('alle-felder', 'form.yaml', [["'[A-Z]{2}-[0-9]{1,4}'", `'${pattern}'`]])
      return result.ok ? result.form.openPoints : result.findings
    }
    expect(of('([A-Z]+)+')).toEqual([])
    expect(of('([A-Z])\\1')).toMatchObject([{ kind: 'precision', text: '([A-Z])\\1' }])
  })

  it('takes codes from the list of the town that has the URI, and says which is missing', () => {
    const other = loadChanged('alle-felder', 'form.yaml', [['3166:-1:alpha-3_2020', '3166:-1:alpha-2']])
    expect(other).toMatchObject({ ok: false, findings: [{ type: 'forms/missing-list', line: expect.any(Number) }] })
    const named = loadChanged('alle-felder', 'form.de.yaml', [['f-staat, kind', 'f-staat, codeList: staaten, kind']])
    expect(named.ok && named.form.fields.get('texte.staat')?.options.length).toBeGreaterThan(240)
    const misnamed = loadChanged('alle-felder', 'form.de.yaml', [['f-staat, kind', 'f-staat, codeList: staten, kind']])
    expect(misnamed).toMatchObject({ ok: false, findings: [{ type: 'forms/missing-list', suggestion: 'staaten' }] })
  })

  it('knows the codes of several in rules', () => {
    const wrong = loadChanged('alle-felder', 'form.de.yaml', [['wahl.mehrere, "katze"', 'wahl.mehrere, "kater"']])
    expect(wrong).toMatchObject({ ok: false, findings: [{ type: 'feel/unknown-option', suggestion: 'katze' }] })
  })

  it.each([
    ['an object', /(F12000000210<[\s\S]*?)text_latin/, '$1obj', 'an object of any structure'],
    ['a text given several times', /1:1(<[\s\S]{0,150}F12000000210<)/, '1:*$1', 'may be answered several times'],
  ])('refuses what no question can ask, with the true reason: %s', (_, from, to, reason) => {
    const files = seedFiles('hund-anmelden')
    const source = files['form.xml'] ?? ''
    const changed = source.replace(from, to)
    expect(changed).not.toBe(source)
    const result = loadForm({ ...files, 'form.xml': changed }, { slug: 'hund-anmelden', readXml: readXDatenfelder })
    expect(result.ok ? '' : result.findings.map((finding) => finding.detail).join('\n')).toContain(reason)
  })

  it('says that a service has no form, and passes on what the data schema has wrong', () => {
    const files = seedFiles('hund-anmelden')
    const load = (some: Record<string, string>) => loadForm(some, { slug: 'x', readXml: readXDatenfelder })
    expect(load({})).toMatchObject({ ok: false, findings: [{ type: 'forms/no-file' }] })
    expect(load({ ...files, 'form.xml': '<a/>' })).toMatchObject({
      ok: false,
      findings: [{ type: 'xdatenfelder/unknown-namespace' }],
    })
    expect(load({ ...files, 'form.de.yaml': '- a\n- b' })).toMatchObject({ ok: false })
    expect(load({ ...files, 'form.de.yaml': '' })).toMatchObject({ ok: false })
  })
})

describe.each(SLUGS)('examples of %s', (slug) => {
  const form = seedForm(slug)
  it.each(seedExamples(form).map((example) => [example.name, example] as const))('%s', (_, example) => {
    expect(exampleProblem(form, example)).toBeUndefined()
  })
})

describe('exampleProblem', () => {
  it('says when an example does not do what it promises', () => {
    const form = seedForm('hund-anmelden')
    const [first] = seedExamples(form)
    expect(
      first === undefined ? '' : exampleProblem(form, { ...first, gives: { '/hunde/0/rufname': 'Rex' } }),
    ).toContain('"Bello"')
    expect(
      first === undefined ? '' : exampleProblem(form, { ...first, findings: [{ pointer: '/x', type: 'y' }] }),
    ).toContain('wanted is [/x y]')
  })
})
