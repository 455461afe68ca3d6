import { type Rule, typeAt } from '../lib/feel.ts'
import { combinations, domainOf, isTrue, withValue } from './decide.ts'
import type { Loading } from './loading.ts'
import type { Field } from './model.ts'
import { pathOfName } from './names.ts'
import type { Place } from './yaml.ts'

/** A condition and the fields it stands before; `field` where it is the condition of one field alone. */
export type Conditioned = {
  readonly place: Place
  readonly rule: Rule
  /** Repeating groups the rule stands in, outermost first. */
  readonly loops: readonly string[]
  readonly fields: readonly string[]
  readonly field?: string
  /** The field whose answer is obligatory where the rule is true: it stands before none. */
  readonly requires?: string
}

/** Fields by path, and the page each is asked on: an answer depends on answers of earlier pages only. */
export type KnownFields = { readonly fields: ReadonlyMap<string, Field>; readonly pageOf: (path: string) => number }

type Variable = { readonly name: string; readonly path: string; readonly domain: readonly unknown[] }

/**
 * Reports conditions that are true for every possible answer, or for none, taking into account that a question whose own
 * condition is false has no answer. Looks only at conditions over yes/no questions and choices; others stay unjudged.
 */
export function reportDeadConditions(loading: Loading, conditioned: readonly Conditioned[], known: KnownFields): void {
  for (const entry of conditioned) {
    const outcomes = outcomesOf(entry, conditioned, known)
    const [only] = outcomes
    if (outcomes.size === 1) {
      const type = only === true ? 'forms/always-true' : 'forms/never-true'
      const what =
        only === true ? 'is true whatever is answered' : 'is never true: what stands behind it cannot be reached'
      loading.report(entry.place, type, `The condition "${entry.rule.source}" ${what}.`)
    }
  }
}

function outcomesOf(entry: Conditioned, all: readonly Conditioned[], known: KnownFields): ReadonlySet<boolean> {
  const variables = new Map<string, Variable>()
  if (!collect(entry, { all, fields: known.fields, variables, seen: new Set() })) {
    return new Set()
  }
  const outcomes = new Set<boolean>()
  const around = entry.requires === undefined ? [] : conditionsOf(entry.requires, all)
  for (const condition of around) {
    collect(condition, { all, fields: known.fields, variables, seen: new Set([entry]) })
  }
  const list = [...variables.values()].toSorted((a, b) => known.pageOf(a.path) - known.pageOf(b.path))
  for (const values of combinations(list.map((variable) => variable.domain))) {
    let context: Readonly<Record<string, unknown>> = {}
    for (const [index, variable] of list.entries()) {
      const isAsked = conditionsOf(variable.path, all).every(
        (rule) => isJudged(rule.rule, variables) && isTrue(rule.rule, context),
      )
      const isUnjudged = conditionsOf(variable.path, all).some((rule) => !isJudged(rule.rule, variables))
      context = withValue(context, variable.name, isAsked || isUnjudged ? values[index] : null)
    }
    // Whether an answer is obligatory matters only where it is asked.
    if (around.every(({ rule }) => !isJudged(rule, variables) || isTrue(rule, context))) {
      outcomes.add(isTrue(entry.rule, context))
    }
  }
  return outcomes
}

const conditionsOf = (path: string, all: readonly Conditioned[]) => all.filter((entry) => entry.fields.includes(path))

const isJudged = (rule: Rule, variables: ReadonlyMap<string, Variable>): boolean =>
  rule.uses.every((name) => variables.has(name))

type Collecting = {
  readonly all: readonly Conditioned[]
  readonly fields: ReadonlyMap<string, Field>
  readonly variables: Map<string, Variable>
  readonly seen: Set<Conditioned>
}

/** Gathers what a condition depends on, directly or through conditions of conditions; false where the condition itself uses something uncountable. */
function collect(entry: Conditioned, into: Collecting): boolean {
  into.seen.add(entry)
  const found: Variable[] = []
  for (const name of entry.rule.uses) {
    const path = pathOfName(name, entry.loops)
    const domain = domainOf(typeAt(entry.rule.names, name))
    if (domain === undefined) {
      return false
    }
    const conditions = conditionsOf(path, into.all)
    const mayBeEmpty = into.fields.get(path)?.isOptional === true || conditions.length > 0
    found.push({ name, path, domain: mayBeEmpty ? [...domain, null] : domain })
  }
  for (const variable of found) {
    into.variables.set(variable.name, variable)
    for (const condition of conditionsOf(variable.path, into.all).filter((other) => !into.seen.has(other))) {
      collect(condition, into)
    }
  }
  return true
}
