import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Field, Step } from './model.ts'
import { seedFiles, seedForm } from './testing.ts'

const SERVICES = readdirSync(new URL('../../content/services/', import.meta.url)).filter(
  (slug) => slug !== 'alle-felder' && seedFiles(slug)['form.de.yaml'] !== undefined,
)

const pages = (steps: readonly Step[], isBehind = false): readonly { fields: readonly string[]; isBehind: boolean }[] =>
  steps.flatMap((step) => {
    const isConditioned = isBehind || step.when !== undefined
    return step.kind === 'loop' ? pages(step.steps, isConditioned) : [{ fields: step.fields, isBehind: isConditioned }]
  })

/** What our rules for forms ask of every form, whoever wrote it. */
describe.each(SERVICES)('the form of %s', (slug) => {
  const form = seedForm(slug)
  const fields = [...form.fields.values()]
  const isBehind = (field: Field): boolean =>
    field.when !== undefined || pages(form.steps).some((page) => page.isBehind && page.fields.includes(field.path))

  it('asks for a telephone number only of whoever wants to give one, and for an e-mail address once on a page', () => {
    expect(fields.filter((field) => field.kind === 'phone' && !field.isOptional)).toEqual([])
    for (const page of pages(form.steps)) {
      const addresses = page.fields.filter((path) => form.fields.get(path)?.kind === 'email')
      expect(addresses.length, page.fields.join()).toBeLessThanOrEqual(1)
    }
  })

  it('asks for no title, and for nobody’s gender', () => {
    const words = /\b(anrede|titel|doktorgrad|gender)\b/i
    expect(fields.filter(({ label, shortLabel }) => words.test(label) || words.test(shortLabel))).toEqual([])
    const genders = fields.filter(({ label }) => /geschlecht/i.test(label))
    expect(genders.filter(({ object }) => !/hund|tier/i.test(object))).toEqual([])
  })

  it('has a way without an account, and declares nothing for anybody', () => {
    const ibans = fields.filter(({ kind }) => kind === 'iban')
    expect(ibans.filter((field) => !field.isOptional && !isBehind(field))).toEqual([])
    expect(fields.filter(({ kind, prefill }) => kind === 'declaration' && prefill !== undefined)).toEqual([])
  })
})

describe('sentences about what is wrong', () => {
  const SCOLDING = /ungültig|bitte|leider|pflichtfeld|fehlerhaft|invalid|please|sorry|mandatory/i
  it.each(['de', 'en'])('neither scold nor beg: %s', (lang) => {
    const source = readFileSync(new URL(`../../content/words/forms.${lang}.yaml`, import.meta.url), 'utf8')
    const { forms } = parse(source) as { forms: { errors: Readonly<Record<string, string>> } }
    expect(Object.keys(forms.errors).length).toBeGreaterThan(30)
    expect(Object.values(forms.errors).filter((text) => SCOLDING.test(text))).toEqual([])
  })
  it.each(SERVICES)('nor do those of the checks of %s', (slug) => {
    expect(seedForm(slug).checks.filter(({ text }) => SCOLDING.test(text))).toEqual([])
  })
})
