import { typeAt } from '../lib/feel.ts'
import { nearest } from '../lib/finding.ts'
import { combinations, domainOf, isTrue, withValue } from './decide.ts'
import type { Loading } from './loading.ts'
import type { Condition, Eligibility, Field, FieldKind, Form } from './model.ts'
import { namesOf, TODAY_NAME } from './names.ts'

type Fields = ReadonlyMap<string, Field>

/** Kinds of questions that can be answered in passing, before anything is kept. */
const QUICK_KINDS: readonly FieldKind[] = ['bool', 'select', 'number', 'money', 'date', 'digits']

/** Checks who may apply: every condition over answers of the form, none that holds always or never. */
export function loadEligibility(loading: Loading, fields: Fields): Eligibility {
  const source = loading.overlay.eligibility
  const seen = new Set<string>()
  const names = namesOf(fields.values())
  const conditions = (source?.conditions ?? []).flatMap((condition, index): readonly Condition[] => {
    const place = ['eligibility', 'conditions', index]
    if (seen.has(condition.id)) {
      loading.report([...place, 'id'], 'forms/twice', `The condition "${condition.id}" stands twice.`)
    }
    seen.add(condition.id)
    const rule = loading.compile(condition.rule, [...place, 'rule'], names)
    if (rule === undefined) {
      return []
    }
    const [only, other] = outcomesOf(rule)
    if (only !== undefined && other === undefined) {
      const type = only ? 'forms/always-true' : 'forms/never-true'
      loading.report([...place, 'rule'], type, `The condition "${condition.rule}" does not depend on any answer.`)
    }
    return [{ ...condition, rule }]
  })
  return { title: source?.title ?? '', next: source?.next ?? [], conditions }
}

/** What a rule over countable answers can give; nothing where they cannot be counted. */
function outcomesOf(rule: Condition['rule']): readonly boolean[] {
  const paths = rule.uses.filter((path) => path !== TODAY_NAME)
  const domains = paths.map((path) => domainOf(typeAt(rule.names, path)))
  if (paths.length < rule.uses.length || domains.some((domain) => domain === undefined)) {
    return []
  }
  const outcomes = new Set<boolean>()
  for (const values of combinations(domains.map((domain) => domain ?? []))) {
    const tried = paths.reduce<Readonly<Record<string, unknown>>>(
      (context, path, index) => withValue(context, path, values[index]),
      {},
    )
    outcomes.add(isTrue(rule, tried))
  }
  return [...outcomes]
}

/** Checks the questions before the form: known, quick to answer, outside of repeating groups, and of use to a condition. */
export function loadPrecheck(loading: Loading, fields: Fields): Form['precheck'] {
  const source = loading.overlay.precheck
  if (source === undefined) {
    return { lead: '', questions: [] }
  }
  if (loading.overlay.eligibility === undefined) {
    loading.report(['precheck'], 'forms/missing-entry', 'A pre-check needs "eligibility": there is nothing to check.')
  }
  const questions = source.questions.filter((path, index) => {
    const field = fields.get(path)
    const place = ['precheck', 'questions', index]
    if (field === undefined) {
      const detail = `The field "${path}" is not known.`
      loading.report(place, 'forms/unknown-field', detail, nearest(path, fields.keys()))
    } else if (field.loop !== undefined || !QUICK_KINDS.includes(field.kind)) {
      const detail = `"${path}" cannot be asked before the form: only ${QUICK_KINDS.join(', ')} outside of loops.`
      loading.report(place, 'forms/kind', detail)
    }
    return field !== undefined
  })
  return { lead: source.lead, questions }
}
