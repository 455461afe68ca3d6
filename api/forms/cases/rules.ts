import { evaluate, type FeelValue, type Rule } from '../../lib/feel.ts'
import type { Form, Step } from '../model.ts'

/** One rule of a form: what it decides, and where it stands. */
export type RuleAt = {
  readonly id: string
  readonly what: 'step' | 'field' | 'required' | 'check' | 'computed' | 'note' | 'eligibility' | 'evidence'
  readonly rule: Rule
}

/** Every rule of a form, with a name of its own. */
export function rulesOf(form: Form): readonly RuleAt[] {
  const steps = stepsOf(form.steps).flatMap((step) => named('step', step.id, step.when))
  const fields = [...form.fields.values()].flatMap((field) => [
    ...named('field', field.path, field.when),
    ...named('required', field.path, field.requiredWhen),
    ...named('computed', field.path, field.computed?.rule),
    ...field.evidence.flatMap(({ when }, index) => named('evidence', `${field.path} ${index + 1}`, when)),
  ])
  return [
    ...steps,
    ...fields,
    ...form.checks.flatMap(({ id, rule }) => named('check', id, rule)),
    ...form.review.notes.flatMap(({ id, when }) => named('note', id, when)),
    ...form.eligibility.conditions.flatMap(({ id, rule }) => named('eligibility', id, rule)),
  ]
}

const named = (what: RuleAt['what'], name: string, rule: Rule | undefined): readonly RuleAt[] =>
  rule === undefined ? [] : [{ id: `${what} ${name}`, what, rule }]

/** All steps, those in repeating groups too. */
export const stepsOf = (steps: readonly Step[]): readonly Step[] =>
  steps.flatMap((step) => (step.kind === 'loop' ? [step, ...stepsOf(step.steps)] : [step]))

const plain = new WeakMap<Rule, Rule>()

/** What a rule gives, worked out by the engine itself without the shortcuts of the form engine; null where it gives nothing. */
export function resultOf(rule: Rule, facts: Readonly<Record<string, unknown>>): FeelValue {
  const { fast: _, ...bare } = rule
  const slow = plain.get(rule) ?? { ...bare, memo: new Map() }
  plain.set(rule, slow)
  const result = evaluate(slow, facts)
  return result.ok ? result.value : null
}
