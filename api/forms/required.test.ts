import { describe, expect, it } from 'vitest'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import { casesOf } from './cases/cases.ts'
import { isFound, mutantsOf } from './cases/mutants.ts'
import { caseSource } from './cases/source.ts'
import { paperView } from './paper-view.ts'
import { startView } from './review-view.ts'
import { stepView } from './step-view.ts'
import { loadChanged, seedExamples, seedFiles, seedForm, seedWords, TODAY } from './testing.ts'
import { validateAll, validateStep } from './validate.ts'

const form = seedForm('alle-felder')
const [whole] = seedExamples(form)
const paths = { start: '', review: '', tasks: '', step: (address: string) => address }
const options = { today: TODAY, words: seedWords(), paths }
/** Abroad, with the second line of the address left empty. */
const abroad = (month: string) => ({
  ...whole?.typed,
  '/wahl/liste': month,
  '/imAusland': 'true',
  '/ausland/zeile1': 'Main Street 5',
  '/ausland/zeile2': '',
  '/ausland/staat': 'FRA',
})
const lineOf = (month: string) =>
  stepView(form, abroad(month), 'ausland', options)?.fields.find(({ name }) => name === '/ausland/zeile2')

describe('an answer that is obligatory by condition', () => {
  it('may be left empty where the condition is false, and says so', () => {
    expect(lineOf('juni')).toMatchObject({ isOptional: true })
    const step = validateStep(form, 'ausland', abroad('juni'), options)
    expect(step.ok ? [] : step.issues.map(({ pointer }) => pointer)).not.toContain('/ausland/zeile2')
  })

  it('is wanted where it is true, and nobody says it is optional', () => {
    expect(lineOf('mai')).toMatchObject({ isOptional: false })
    expect(validateStep(form, 'ausland', abroad('mai'), options)).toMatchObject({
      issues: expect.arrayContaining([expect.objectContaining({ pointer: '/ausland/zeile2', type: 'forms/empty' })]),
    })
    expect(validateAll(form, abroad('mai'), options).ok).toBe(false)
  })

  it('is known before: on the first page and on paper', () => {
    const said = startView(form, seedWords()).privacy.rows.flatMap(({ fields }) => fields)
    expect(said.find(({ label }) => label === 'Weitere Zeile')).toMatchObject({ dependsOnAnswers: true })
    const items = paperView(form, seedWords()).flatMap((section) => section.items)
    expect(items.find(({ label }) => label === 'Weitere Zeile')).toMatchObject({
      isOptional: false,
      requiredBy: { condition: 'Sie bei „Monat“ „Mai“ angeben' },
    })
  })

  it('is tested by generated cases: every planted fault about it is found', () => {
    const source = caseSource(seedFiles('alle-felder'), form, readXDatenfelder)
    const { cases, missed } = casesOf(source)
    expect(missed).toEqual([])
    const mutants = mutantsOf(source).filter(({ name }) => /^(required|ausland\.zeile2: made|eintraege\.posten\.foto: made)/.test(name)) // biome-ignore format: one thought
    expect(mutants).toHaveLength(6)
    expect(mutants.filter((mutant) => !isFound(mutant, cases)).map(({ name }) => name)).toEqual([])
  })
})

describe('loading', () => {
  const line = 'required: wahl.liste = "mai"'
  it.each([
    ['a later answer', 'required: ende.gesamt > 5', 'forms/later-answer'],
    ['an answer of the same page', 'required: ausland.staat = "FRA"', 'forms/same-page'],
    ['an unknown word', 'required: manchmal', 'feel/unknown-name'],
    ['always true', 'required: wahl.liste = "mai" or wahl.liste != "mai"', 'forms/always-true'],
    ['never true where it is asked', 'required: not(imAusland)', 'forms/never-true'],
    ['always true where it is asked', 'required: imAusland', 'forms/always-true'],
  ])('refuses %s', (_, changed, type) => {
    const result = loadChanged('alle-felder', 'form.de.yaml', [[line, changed]])
    expect(result.ok ? [] : result.findings).toMatchObject([{ type, line: expect.any(Number) }])
  })

  it('takes always and never, and refuses to waive what the data schema asks for', () => {
    const fieldOf = (changed: string) => {
      const result = loadChanged('alle-felder', 'form.de.yaml', [[line, changed]])
      return result.ok ? result.form.fields.get('ausland.zeile2') : result.findings
    }
    expect(fieldOf('required: always')).toMatchObject({ isOptional: false })
    expect(fieldOf('required: never')).toMatchObject({ isOptional: true })
    const town = 'ausland.staat: { element: f-land,'
    const waived = loadChanged('alle-felder', 'form.de.yaml', [[town, `${town} required: never,`]])
    expect(waived.ok ? [] : waived.findings).toMatchObject([{ type: 'forms/required' }])
  })

  it('refuses a check that wants an answer: it would never say anything', () => {
    const check = ['zahlen.geld <= zahlen.ganz * 10000', 'zahlen.geld != null'] as const
    const result = loadChanged('alle-felder', 'form.de.yaml', [check])
    expect(result.ok ? [] : result.findings).toMatchObject([{ type: 'forms/null-check' }])
  })
})
