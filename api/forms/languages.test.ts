import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import { loadForm } from './load.ts'
import { seedFiles } from './testing.ts'
import { formWords } from './words.ts'

const files = seedFiles('hund-anmelden')
const load = (english: string, lang = 'en') =>
  loadForm({ ...files, 'form.en.yaml': english }, { slug: 'hund-anmelden', lang, readXml: readXDatenfelder })
const findings = (english: string) => {
  const result = load(english)
  return result.ok ? [] : result.findings
}
const text = (path: string): string => readFileSync(new URL(`../../content/${path}`, import.meta.url), 'utf8')

describe('form.<lang>.yaml', () => {
  it('puts its texts into the German structure; what it lacks stays German and is named', () => {
    const result = load('format: 1\ntitle: Register a dog\nsteps:\n  - { id: name, title: Your name }\n')
    expect(result.ok && result.form.title).toBe('Register a dog')
    expect(result.ok && result.form.steps[0]?.title).toBe('Your name')
    expect(result.ok && result.form.steps.length).toBeGreaterThan(5)
    expect(result.ok && result.form.germanTexts.has('Wo wohnen Sie?')).toBe(true)
    expect(result.ok && result.form.germanTexts.has('Your name')).toBe(false)
  })

  it('has names and conditions of documents too; what it lacks of them is named as German', () => {
    const fields = 'fields:\n  ermaessigung.nachweis:\n    evidence:\n'
    const result = load(
      `format: 1\n${fields}      - { name: Card, condition: if needed }\n      - {}\n      - {}\n      - {}\n`,
    )
    const proofs = result.ok ? result.form.fields.get('ermaessigung.nachweis')?.evidence : []
    expect(proofs?.map(({ name }) => name)).toEqual([
      'Card',
      'Prüfungszeugnis',
      'Vertrag mit dem Tierheim',
      'Leistungsbescheid',
    ])
    expect(proofs?.map(({ condition }) => condition).slice(0, 2)).toEqual([
      'if needed',
      'wenn der Hund ein Rettungshund ist',
    ])
    expect(proofs?.every(({ when }) => when !== undefined)).toBe(true)
    const german = result.ok ? result.form.germanTexts : new Set()
    expect(
      ['Prüfungszeugnis', 'wenn der Hund ein Rettungshund ist', 'Card', 'if needed'].map((one) => german.has(one)),
    ).toEqual([true, true, false, false])
    expect(
      findings(`format: 1\n${fields}      - { when: 'true' }\n      - {}\n      - {}\n      - {}\n`)[0]?.type,
    ).toBe('forms/wrong-entry')
  })

  it.each([
    ['structure', 'format: 1\nversion: 2.0.0\n', 'forms/wrong-entry', 2],
    ['a rule', 'format: 1\nsteps:\n  - { id: konto, when: true }\n', 'forms/unknown-entry|forms/wrong-entry', 3],
    [
      'a field that does not exist',
      'format: 1\nfields:\n  halter.vorname: { label: First }\n',
      'forms/unknown-entry',
      3,
    ],
    ['a step that does not exist', 'format: 1\nsteps:\n  - { id: nam, title: Name }\n', 'forms/unknown-entry', 3],
    ['a list that is shorter', 'format: 1\nstart:\n  needed: [one]\n', 'forms/wrong-entry', 3],
    ['an empty text', "format: 1\ntitle: ''\n", 'forms/wrong-entry', 2],
  ])('refuses %s, with file and line', (_what, source, type, line) => {
    const [found] = findings(source)
    expect(found?.file).toMatch(/form\.en\.yaml$/)
    expect(found?.type).toMatch(new RegExp(type))
    expect(found?.line).toBe(line)
  })

  it('suggests the name that was meant', () => {
    expect(findings('format: 1\nfields:\n  halter.vorname: { label: x }\n')[0]?.suggestion).toBe('halter.vornamen')
  })

  it('is another version of the form with other texts', () => {
    const [one, two] = [load('format: 1\ntitle: One\n'), load('format: 1\ntitle: Two\n')]
    expect(one.ok && two.ok && one.form.digest !== two.form.digest).toBe(true)
  })
})

const leavesOf = (node: unknown, path = ''): readonly (readonly [string, string])[] =>
  typeof node === 'string'
    ? [[path, node]]
    : Object.entries(node as object).flatMap(([name, value]) => leavesOf(value, path === '' ? name : `${path}.${name}`))
const namesIn = (words: string): readonly string[] =>
  [...words.matchAll(/\{(\w+)\}/g)].map(([whole]) => whole).toSorted()

/** Parts of the words that citizens read on pages on which they act. */
const CITIZENS =
  'frame language help not-found failure form start precheck eligibility tasks conflict saved resume review recipients receipt status service module day'

describe('words in English', () => {
  const [german, english] = [parse(text('words/de.yaml')), parse(text('words/en.yaml'))] as const

  it.each(CITIZENS.split(' '))('are complete for %s, with the same values filled in', (part) => {
    const known = new Map(leavesOf(english[part], part))
    for (const [key, words] of leavesOf(german[part], part)) {
      expect(known.get(key), key).toBeDefined()
      expect(namesIn(known.get(key) ?? ''), key).toEqual(namesIn(words))
    }
  })

  it('are complete for the form engine', () => {
    const known = new Map(leavesOf(parse(text('words/forms.en.yaml'))))
    for (const [key, words] of leavesOf(parse(text('words/forms.de.yaml')))) {
      expect(known.get(key), key).toBeDefined()
      expect(
        namesIn(words).every((name) => name === '{day}' || (known.get(key) ?? '').includes(name)),
        key,
      ).toBe(true)
    }
  })

  it('have nothing that German lacks', () => {
    const known = new Set(leavesOf(german).map(([key]) => key))
    const extra = (['en', 'dsb'] as const).flatMap((lang) =>
      leavesOf(parse(text(`words/${lang}.yaml`)))
        .map(([key]) => key)
        .filter((key) => !known.has(key)),
    )
    expect(extra).toEqual([])
  })
})

it('hears which words were German for want of others', () => {
  const words = formWords('forms: { a: Dalej }', 'words/forms.dsb.yaml', 'forms: { a: Weiter, b: "noch {n}" }')()
  expect([words('forms.a'), words('forms.b', { n: 2 })]).toEqual(['Dalej', 'noch 2'])
  expect([...words.german]).toEqual(['noch 2', 'Noch 2'])
})
