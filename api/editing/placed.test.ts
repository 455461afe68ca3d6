import { describe, expect, it } from 'vitest'
import { placed } from './placed.ts'
import type { State } from './state.ts'

const FORM = `title: Feuer
purposes:
  wer: { purpose: 'Wir brauchen Ihren Namen.' }
groups:
  boote: { title: Boote }
fields:
  person.name:
    element: F1
    label: Wie heißen Sie?
    when: foo = 1
  person.alter:
    label: Wie alt?
    element: F2
steps:
  - id: eins
    fields: [person.name]
    when: foo = 1
  - id: liste
    title: Ihre Boote
    loop: boote
    steps:
      - id: boot
        title: Ein Boot
        fields: [person.alter]
        when: bar
checks:
  - id: c1
    at: person.name
    rule: foo
    text: Das passt nicht.
rules:
  R1: { check: c9 }
start:
  lead: Hallo
`
const SERVICE = 'catalogue: a\nminutes: 15\nundecided: [postbox]\nfee:\n  items:\n    - fee: x\n      when: foo\n'
const files = {
  'form.de.yaml': FORM,
  'form.en.yaml': 'fields:\n  person.alter:\n    label: Age\n',
  'service.yaml': SERVICE,
  'notice.approval.de.yaml': 'version: 1\nkind: approval\ntitle: Bescheid\nsalutation: Guten Tag\n',
  'process.de.yaml': 'version: 1\nstates:\n  check: { title: Wir prüfen }\n',
}
const state = {
  slug: 's',
  files,
  catalogue: {},
  fees: [],
  called: {},
  positions: [],
  row: undefined,
  baseRevisionId: '',
} as State

const lineOf = (text: string, source = FORM): number => source.slice(0, source.indexOf(text)).split('\n').length
const aboutAt = (file: string, line: number, more: { type?: string; detail?: string } = {}) =>
  placed([{ file: `services/s/${file}`, line, type: 'forms/kind', detail: '', ...more }], state, [
    { id: 'R1', name: 'Abstand zum Wald' },
  ])[0]?.about

describe('what a finding is about', () => {
  it.each([
    ['a question by its label', 'when: foo = 1\n  person.alter', { kind: 'question', name: 'Wie heißen Sie?', sheet: 'question.person.name', row: 'fields/person.name/when' }],
    ['a page by its first question', '    fields: [person.name]', { kind: 'page', name: 'Wie heißen Sie?', sheet: 'pages', row: 'steps/0/fields/0' }],
    ['a page of a list by its title', 'when: bar', { kind: 'page', name: 'Ein Boot', sheet: 'pages', row: 'steps/1/steps/0/when' }],
    ['a check by its message', '    rule: foo', { kind: 'check', name: 'Das passt nicht.', sheet: 'checks', row: 'checks/0/rule' }],
    ['a rule by its name', '  R1:', { kind: 'rule', name: 'Abstand zum Wald', sheet: 'point.R1' }],
    ['a purpose by its words', '  wer:', { kind: 'purpose', name: 'Wir brauchen Ihren Namen.', sheet: 'purposes' }],
    ['a list by its title', '  boote:', { kind: 'list', name: 'Boote', sheet: 'pages' }],
    ['the texts', '  lead: Hallo', { kind: 'texts', sheet: 'texts' }],
  ])('%s', (_, text, about) => {
    expect(aboutAt('form.de.yaml', lineOf(text))).toMatchObject(about)
  }) // biome-ignore format: a table

  it('an open rule is named by the data schema', () => {
    const detail = 'Nobody has answered the open point R1 (Abstand zum Wald), so the form cannot go online.'
    expect(aboutAt('form.xml', 90, { type: 'forms/open-point', detail })).toEqual({ kind: 'rule', name: 'Abstand zum Wald', sheet: 'point.R1' }) // biome-ignore format: one thought
  })

  it('a text of another language is named in German', () => {
    expect(aboutAt('form.en.yaml', 3)).toMatchObject({
      kind: 'question',
      name: 'Wie alt?',
      sheet: 'question.person.alter',
    })
  })

  it('a setting nobody chose, a wrong entry, a rule of a fee', () => {
    const detail = 'Nobody has chosen postbox yet; take it out of "undecided" when it is right.'
    expect(aboutAt('service.yaml', 3, { type: 'editing/no-postbox', detail })).toEqual({ kind: 'setting', name: 'postbox', sheet: 'settings', row: 'postbox' }) // biome-ignore format: one thought
    expect(aboutAt('service.yaml', 1)).toMatchObject({ kind: 'setting', name: 'catalogue', row: 'catalogue' })
    expect(aboutAt('service.yaml', 7)).toMatchObject({ kind: 'fee', sheet: 'fee', row: 'fee/x/when' })
    expect(aboutAt('service.yaml', 1, { type: 'feel/unknown-name' })).toMatchObject({ kind: 'fee', sheet: 'fee' })
  })

  it('files without a sheet keep their kind, and broken ones do no harm', () => {
    expect(aboutAt('notice.approval.de.yaml', 4)).toEqual({ kind: 'notice', name: 'Bescheid', sheet: 'notice.approval.de', row: 'salutation' }) // biome-ignore format: one thought
    expect(aboutAt('process.de.yaml', 3)).toMatchObject({
      kind: 'process',
      sheet: 'process.de',
      row: 'states/check/title',
    })
    expect(aboutAt('process.bpmn', 1)).toEqual({ kind: 'process', name: '' })
    expect(aboutAt('process.bpmn', 7, { type: 'workflow/no-fee' })).toEqual({ kind: 'fee', name: '', sheet: 'fee' })
    expect(aboutAt('examples.yaml', 1)).toEqual({ kind: 'example', name: '' })
    const broken = { ...state, files: { 'form.de.yaml': 'a: [' } }
    const [only] = placed(
      [{ file: 'services/s/form.de.yaml', line: 1, type: 'yaml/malformed', detail: '' }],
      broken,
      [],
    )
    expect(only?.about).toEqual({ kind: 'form', name: '' })
  })
})
