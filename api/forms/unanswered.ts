import type { Form, Step } from './model.ts'

/**
 * Names of the questions whose answer may be missing in a finished application: they may be left empty, or they, their page
 * or the list of their page are asked under a condition only.
 */
export function mayBeUnanswered(form: Form): ReadonlySet<string> {
  const paths = new Set<string>()
  const visit = (step: Step, isSure: boolean): void => {
    const isStepSure = isSure && step.when === undefined
    if (step.kind === 'loop') {
      for (const inner of step.steps) {
        visit(inner, isStepSure)
      }
      return
    }
    for (const path of step.fields) {
      const field = form.fields.get(path)
      if (field === undefined || !isStepSure || field.isOptional || field.when !== undefined || field.canBeLater) {
        paths.add(path)
      }
    }
  }
  for (const step of form.steps) {
    visit(step, true)
  }
  return paths
}
