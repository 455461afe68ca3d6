import type { Rule } from '../lib/feel.ts'
import { LENGTH_MAX } from './limits.ts'
import type { Field, Form, Limits, Step } from './model.ts'

/** How a part of a form can keep a rule that the data schema has in words. */
export const KEEPER_KINDS = ['check', 'page', 'when', 'required', 'compute', 'limit', 'eligibility'] as const
export type KeeperKind = (typeof KEEPER_KINDS)[number]

/** Something in a form that keeps a rule: named `<kind>:<id of the check, step or condition, or path of the field>`. */
export type Keeper = {
  readonly ref: string
  readonly kind: KeeperKind
  /** Questions it is about. */
  readonly paths: readonly string[]
  readonly rule?: Rule
}
type Kept = Pick<Form, 'fields' | 'steps' | 'checks' | 'eligibility'>

/** Everything in a form that can keep a rule, in its order: checks, conditions of pages and questions, obligation, computed values, limits. Pure. */
export function keepersOf(form: Kept): readonly Keeper[] {
  return [
    ...form.checks.map(({ id, at, rule }) => keeper('check', id, [at], rule)),
    ...[...form.fields.values()].flatMap(keepersAt),
    ...form.steps.flatMap(pagesOf),
    ...form.eligibility.conditions.map(({ id, rule }) => keeper('eligibility', id, [], rule)),
  ]
}

const keeper = (kind: KeeperKind, id: string, paths: readonly string[], rule?: Rule): Keeper => ({
  ref: `${kind}:${id}`,
  kind,
  paths,
  ...(rule === undefined ? {} : { rule }),
})

function keepersAt(field: Field): readonly Keeper[] {
  const { path, when, requiredWhen, isOptional, computed, kind } = field
  const isAsked = kind !== 'note' && kind !== 'computed'
  return [
    ...(when === undefined ? [] : [keeper('when', path, [path], when)]),
    ...(isAsked && (requiredWhen !== undefined || !isOptional) ? [keeper('required', path, [path], requiredWhen)] : []),
    ...(computed === undefined ? [] : [keeper('compute', path, [path], computed.rule)]),
    ...(isAsked && Object.keys(boundsOf(field)).length > 0 ? [keeper('limit', path, [path])] : []),
  ]
}

/** Bounds of an answer that not every answer of its kind has. */
export function boundsOf({ limits, kind }: Pick<Field, 'limits' | 'kind'>): Partial<Limits> {
  const { min, max, minLength, maxLength, pattern, isPast, isFuture } = limits
  return {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(minLength > 0 ? { minLength } : {}),
    ...(maxLength < LENGTH_MAX[kind] ? { maxLength } : {}),
    ...(pattern === undefined ? {} : { pattern }),
    ...(isPast ? { isPast } : {}),
    ...(isFuture ? { isFuture } : {}),
  }
}

function pagesOf(step: Step): readonly Keeper[] {
  const own = step.when === undefined ? [] : [keeper('page', step.id, questionsOf(step), step.when)]
  return [...own, ...(step.kind === 'loop' ? step.steps.flatMap(pagesOf) : [])]
}

const questionsOf = (step: Step): readonly string[] =>
  step.kind === 'loop' ? step.steps.flatMap(questionsOf) : step.fields
