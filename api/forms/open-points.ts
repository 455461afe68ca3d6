import { type Finding, nearest } from '../lib/finding.ts'
import type { DataModel, OpenPoint } from './data-model.ts'
import { keepersOf } from './keepers.ts'
import type { Loading } from './loading.ts'
import type { ClerkPoint, Field, Form, UnansweredPoint } from './model.ts'
import type { RuleAnswer } from './overlay.ts'

type Points = { readonly openPoints: readonly UnansweredPoint[]; readonly clerkPoints: readonly ClerkPoint[] }

/**
 * Points of the data schema that the overlay has not answered yet, and those that a clerk answers in each case. An answer
 * (`rules:`, by the id of the rule) names what in the form keeps the rule, leaves it to the clerk, or says in a sentence why it
 * is not needed. Where something it names is not there (any more), the point is open and says what is lost. Reports answers to
 * points that do not exist. A code list that is missing can only be answered by its file.
 */
export function pointsOf(
  loading: Loading,
  model: DataModel,
  form: Pick<Form, 'fields' | 'steps' | 'checks' | 'eligibility'>,
): Points {
  const answers = loading.overlay.rules
  const ids = new Set(model.openPoints.map((point) => point.id))
  for (const id of Object.keys(answers).filter((one) => !ids.has(one))) {
    const detail = `The data schema leaves no point "${id}" open.`
    loading.report(['rules', id], 'forms/unknown-rule', detail, nearest(id, ids))
  }
  const known = new Set(keepersOf(form).map(({ ref }) => ref))
  const openPoints = model.openPoints.flatMap((point): readonly UnansweredPoint[] => {
    if (point.kind === 'code-list') {
      return hasList(point, form.fields) ? [] : [point]
    }
    const answer = Object.hasOwn(answers, point.id) ? answers[point.id] : undefined
    const lost = answer === undefined ? [] : lostOf(answer, known)
    return answer === undefined ? [point] : lost.length > 0 ? [{ ...point, lost }] : []
  })
  const clerks = model.openPoints.filter(({ id }) => Object.hasOwn(answers, id) && answers[id]?.clerk === true)
  return {
    openPoints,
    clerkPoints: [...new Map(clerks.map(({ id, name, text }) => [id, { id, name, text }])).values()],
  }
}

/** The list lies beside the schema, or the town has it. */
const hasList = (point: OpenPoint, fields: ReadonlyMap<string, Field>): boolean =>
  [...fields.values()].some((field) => field.element.id === point.at && field.options.length > 0)

/** What an answer names, as `keepersOf` does; a condition by its old name may be any of three. */
export function refsOf({ check, condition, kept }: RuleAnswer): readonly (readonly string[])[] {
  return [
    ...(check === undefined ? [] : [[`check:${check}`]]),
    ...(condition === undefined ? [] : [(['page', 'when', 'required'] as const).map((kind) => `${kind}:${condition}`)]),
    ...(kept ?? []).map((ref) => [ref]),
  ]
}

const lostOf = (answer: RuleAnswer, known: ReadonlySet<string>): readonly string[] =>
  refsOf(answer).flatMap((refs) => (refs.some((ref) => known.has(ref)) ? [] : refs.slice(0, 1)))

/** A form with open points can be tried, but nobody may apply with it: names each, and what its answer has lost. */
export function openFindings(form: Form, file: string): readonly Finding[] {
  const known = keepersOf(form).map(({ ref }) => ref)
  return form.openPoints.map(({ id, name, line, lost = [] }) => {
    const [first] = lost
    const suggestion = first === undefined ? undefined : nearest(first, known)
    const detail =
      first === undefined
        ? `Nobody has answered the open point ${id} (${name}), so the form cannot go online.`
        : `The answer to the open point ${id} (${name}) names what is not there (${lost.join(', ')}), so the form cannot go online.`
    return { file, line, type: 'forms/open-point', detail, ...(suggestion === undefined ? {} : { suggestion }) }
  })
}
