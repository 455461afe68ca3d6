import type { Form } from '../model.ts'
import { type CaseKind, casesOf, countKinds } from './cases.ts'
import { isFound, mutantsOf } from './mutants.ts'
import { rulesOf, stepsOf } from './rules.ts'
import { caseProblem } from './run.ts'
import type { Source } from './source.ts'

export type CaseReport = {
  readonly steps: number
  readonly fields: number
  readonly rules: number
  readonly cases: number
  readonly kinds: Readonly<Record<CaseKind, number>>
  /** Cases that came out otherwise than they had to, with what came out. */
  readonly failures: readonly string[]
  /** What no case reaches. */
  readonly missed: readonly string[]
  readonly mutants: number
  /** Mutants no case found, with the reason where there is one. */
  readonly survivors: readonly { readonly name: string; readonly reason?: string }[]
}

/**
 * Makes and runs the cases of a form, and looks how many planted faults they find.
 * @param options.every of the mutants only every so many, from the first; all where not named.
 */
export function reportCases(source: Source, options: { seed?: string; every?: number } = {}): CaseReport {
  const { form } = source
  const { cases, missed } = casesOf(source, options.seed)
  const failures = cases.flatMap((one) => {
    const problem = caseProblem(form, one)
    return problem === undefined ? [] : [`${one.name} (${one.kind}, ${one.today}) ${problem}`]
  })
  const mutants = mutantsOf(source).filter((_, index) => index % (options.every ?? 1) === 0)
  return {
    ...sizesOf(form),
    cases: cases.length,
    kinds: countKinds(cases),
    failures,
    missed,
    mutants: mutants.length,
    survivors: mutants
      .filter((mutant) => !isFound(mutant, cases))
      .map(({ name, equal }) => (equal === undefined ? { name } : { name, reason: equal })),
  }
}

const sizesOf = (form: Form): Pick<CaseReport, 'steps' | 'fields' | 'rules'> => ({
  steps: stepsOf(form.steps).length,
  fields: form.fields.size,
  rules: rulesOf(form).length,
})
