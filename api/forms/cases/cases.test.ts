import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readXDatenfelder } from '../../adapters/xdatenfelder/read.ts'
import { loadChanged, seedFiles, seedForm } from '../testing.ts'
import { casesOf } from './cases.ts'
import { reportCases } from './report.ts'
import { caseProblem } from './run.ts'
import { sampleOf } from './sample.ts'
import { caseSource } from './source.ts'

/** Every form of the content, published or not; a new one is tested by being there. */
const SERVICES = readdirSync(new URL('../../../content/services/', import.meta.url)).filter(
  (slug) => seedFiles(slug)['form.de.yaml'] !== undefined,
)
/** Here every so many planted faults are tried; all of them in the long run. */
const EVERY = 7

describe.each(SERVICES)('the form of %s', (slug) => {
  it('does with every generated case what its data schema and rules say, and the cases find faults that are planted', () => {
    const source = caseSource(seedFiles(slug), seedForm(slug), readXDatenfelder)
    const { failures, missed, cases, mutants, survivors } = reportCases(source, { every: EVERY })
    expect(failures).toEqual([])
    expect(missed).toEqual([])
    expect(cases).toBeGreaterThan(source.form.fields.size * 3)
    expect(mutants).toBeGreaterThan(5)
    expect(survivors.filter(({ reason }) => reason === undefined)).toEqual([])
  })
})

describe('cases', () => {
  it('follow the data schema: another limit is another case, and a form that keeps the old one fails it', () => {
    const change = ['name: Mehrere Dateien, type: file, min: 0', 'name: Mehrere Dateien, type: file, min: 2'] as const
    const files = seedFiles('alle-felder')
    const loaded = loadChanged('alle-felder', 'form.yaml', [change])
    if (!loaded.ok) {
      throw new Error(JSON.stringify(loaded.findings))
    }
    const changed = { ...files, 'form.yaml': files['form.yaml']?.replace(...change) ?? '', 'examples.yaml': '' }
    const cases = casesOf(caseSource(changed, loaded.form, readXDatenfelder)).cases
    const about = cases.filter(({ name }) => name === 'dateien.mehrere: 1 files')
    expect(about.map(({ expected }) => expected)).toMatchObject([
      { kind: 'found', found: [{ pointer: '/dateien/mehrere', type: 'forms/file-few' }] },
    ])
    expect(cases.map((one) => caseProblem(loaded.form, one)).filter((problem) => problem !== undefined)).toEqual([])
    expect(about.map((one) => caseProblem(seedForm('alle-felder'), one))).toEqual([expect.stringContaining('is taken')])
  })

  it.each([
    ['[0-9]{5}', '00000'],
    ['[A-Z]{2}-[0-9]{1,4}', 'AA-0'],
    ['(?:ab|c)\\d+', 'c0'],
    ['\\p{Lu}[a-z]*\\.?', 'A'],
  ])('have a text for the pattern %s', (pattern, shortest) => {
    expect(sampleOf(pattern, false)?.length).toBe(shortest.length)
    expect(sampleOf(pattern, true)).toMatch(new RegExp(`^(?:${pattern})$`, 'u'))
  })
})
