import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readXDatenfelder } from '../../adapters/xdatenfelder/read.ts'
import { seedFiles, seedForm } from '../testing.ts'
import { reportCases } from './report.ts'
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
