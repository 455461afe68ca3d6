import { nearest } from '../lib/finding.ts'
import type { DataModel, OpenPoint } from './data-model.ts'
import type { Loading } from './loading.ts'
import type { Field } from './model.ts'
import type { Overlay, RuleAnswer } from './overlay.ts'

/**
 * Points of the data schema that the overlay has not answered yet. An answer (`rules:`, by the id of the rule) names a
 * check, a step or field with a condition, or says in a sentence why nothing has to be checked. Reports answers to
 * points that do not exist and answers that name nothing. A code list that is missing can only be answered by its file.
 */
export function openPointsOf(
  loading: Loading,
  model: DataModel,
  fields: ReadonlyMap<string, Field>,
): readonly OpenPoint[] {
  const answers = loading.overlay.rules
  const ids = new Set(model.openPoints.map((point) => point.id))
  for (const [id, answer] of Object.entries(answers)) {
    if (!ids.has(id)) {
      const detail = `The data schema leaves no point "${id}" open.`
      loading.report(['rules', id], 'forms/unknown-rule', detail, nearest(id, ids))
    }
    checkAnswer(loading, id, answer)
  }
  return model.openPoints.filter((point) =>
    point.kind === 'code-list' ? !hasList(point, fields) : !Object.hasOwn(answers, point.id),
  )
}

/** The list lies beside the schema, or the town has it. */
const hasList = (point: OpenPoint, fields: ReadonlyMap<string, Field>): boolean =>
  [...fields.values()].some((field) => field.element.id === point.at && field.options.length > 0)

function checkAnswer(loading: Loading, id: string, { check, condition }: RuleAnswer): void {
  const checks = loading.overlay.checks.map((known) => known.id)
  if (check !== undefined && !checks.includes(check)) {
    const detail = `There is no check "${check}".`
    loading.report(['rules', id, 'check'], 'forms/unknown-rule', detail, nearest(check, checks))
  }
  const conditions = conditionsOf(loading.overlay)
  if (condition !== undefined && !conditions.includes(condition)) {
    const detail = `"${condition}" is no step or field with a condition ("when", "required").`
    loading.report(['rules', id, 'condition'], 'forms/unknown-rule', detail, nearest(condition, conditions))
  }
}

/** Ids of steps and paths of fields that are asked, or obligatory, under a condition. */
export const conditionsOf = ({ steps, fields }: Overlay): readonly string[] => [
  ...steps
    .flatMap((step) => ('loop' in step ? [step, ...step.steps] : [step]))
    .filter((step) => step.when !== undefined)
    .map((step) => step.id),
  ...Object.entries(fields).flatMap(([path, field]) =>
    field.when === undefined && field.required === undefined ? [] : [path],
  ),
]
