import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { renewLetters } from './renew-letters.ts'
import { renewUses } from './renew-uses.ts'
import { labelsIn } from './sheet-rows.ts'
import type { State } from './state.ts'
import { yamlAt } from './yaml-edit.ts'

const NAME = 'notice.approval.de.yaml'
const was = { address: ['', '{p.name}', '{p.strasse} {p.nr}', ''], matters: ['a', 'b'], lead: 'Für diese Angaben:' }
const now = {
  address: ['', '{p.name}', '{p.strasse}', '{p.plz} {p.ort}'],
  matters: ['a', 'c'],
  lead: 'Für diese Angaben:',
}
const renewed = (
  notice: object,
  next: { address: readonly string[]; matters: readonly string[]; lead: string } = now,
) => renewLetters({ [NAME]: stringify(notice) }, { was, now: next, isGone: (path) => path === 'b' })[NAME] ?? ''

describe('a notice after a new version of the schema', () => {
  it.each([
    ['as it was made becomes the new one', ['{p.name}', '{p.strasse} {p.nr}'], ['{p.name}', '{p.strasse}', '{p.plz} {p.ort}']],
    ['with a line of the editor keeps it, and the others follow', ['An', '{p.name}', '{p.strasse} {p.nr}'], ['An', '{p.name}', '{p.strasse}']],
    ['of the editor stays', ['An {p.name}', 'im Hafen'], ['An {p.name}', 'im Hafen']],
  ])('an address %s', (_, recipient, expected) => {
    expect(yamlAt(renewed({ recipient }), ['recipient'])).toEqual(expected)
  }) // biome-ignore format: a table

  it.each([
    ['all that were ticked by the product are those of the new version', ['a', 'b'], ['a', 'c']],
    ['what an editor ticked stays but for what is gone', ['b', 'd'], ['d']],
  ])('repeated answers: %s', (_, answers, expected) => {
    const operative = ['Bewilligt.', was.lead, { answers }]
    expect(yamlAt(renewed({ operative }), ['operative', 2, 'answers'])).toEqual(expected)
  })

  it('with no answer left says nothing about answers', () => {
    const source = renewed({ operative: ['Bewilligt.', was.lead, { answers: ['b'] }] })
    expect(yamlAt(source, ['operative'])).toEqual(['Bewilligt.'])
  })

  it('in which nothing changes stays byte by byte', () => {
    const source = "recipient: ['Von Hand',   'im Hafen'] # so\n"
    expect(renewLetters({ [NAME]: source }, { was, now, isGone: () => true })[NAME]).toBe(source)
  })
})

describe('what names a question that stands in another group now', () => {
  const field = (label: string, element: string) => ({ label, element })
  const form = (path: string) =>
    stringify({
      fields: { [path]: { ...field('Rufname', 'F1') }, steg: { ...field('Steg', 'F2'), when: 'boot.rufname != null' } },
    })
  const stateOf = (path: string, rest: Record<string, string>): State =>
    ({
      slug: 's',
      files: { 'form.de.yaml': form(path), ...rest },
      called: labelsIn(form('boot.rufname')),
    }) as unknown as State

  it('follows it, in the form and in notices', () => {
    const next = renewUses(
      stateOf('person.rufname', { [NAME]: 'title: "Boot {boot.rufname}"\n' }),
      form('boot.rufname'),
    )
    expect(yamlAt(next.files['form.de.yaml'] ?? '', ['fields', 'steg', 'when'])).toBe('person.rufname != null')
    expect(next.files[NAME]).toContain('{person.rufname}')
  })

  it('and so does the answer to a rule in words that it keeps', () => {
    const rules = { R1: { kept: ['check:boot.rufname', 'required:boot.rufname'] }, R2: { condition: 'boot.rufname' } }
    const source = `${form('person.rufname')}${stringify({ rules })}`
    const next = renewUses(stateOf('person.rufname', { 'form.de.yaml': source }), form('boot.rufname'))
    expect(yamlAt(next.files['form.de.yaml'] ?? '', ['rules'])).toEqual({
      R1: { kept: ['check:boot.rufname', 'required:person.rufname'] },
      R2: { condition: 'person.rufname' },
    })
  })

  it('and an answer to a rule that was the condition of one which is gone makes the rule open again', () => {
    const source = stringify({
      fields: { steg: field('Steg', 'F2') },
      rules: { R1: { condition: 'boot.rufname' }, R2: { reason: 'Nichts zu prüfen.' } },
    })
    const state = { ...stateOf('x', {}), files: { 'form.de.yaml': source } }
    expect(yamlAt(renewUses(state, form('boot.rufname')).files['form.de.yaml'] ?? '', ['rules'])).toEqual({
      R2: { reason: 'Nichts zu prüfen.' },
    })
  })
})
