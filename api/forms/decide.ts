import { evaluate, type NameType, type Rule, typeAt } from '../lib/feel.ts'

/** Combinations tried at most; beyond that a condition stays undecided. */
const COMBINATIONS_MAX = 2048

export type Truth = 'yes' | 'no' | 'open'
type Context = Readonly<Record<string, unknown>>

/**
 * Decides a condition while answers may be missing. `open` only where the missing ones could still change it: yes/no
 * questions and choices are tried through; a missing text, number, date or list leaves it open. An answered question
 * left empty counts as answered (null). An evaluation that fails counts as no.
 * @param isMissing says of a path the rule uses whether nobody has been asked yet.
 */
export function decide(rule: Rule, context: Context, isMissing: (path: string) => boolean): Truth {
  const missing = rule.uses.filter(isMissing)
  if (missing.length === 0) {
    return isTrue(rule, context) ? 'yes' : 'no'
  }
  const domains = missing.map((path) => domainOf(typeAt(rule.names, path)))
  if (domains.some((domain) => domain === undefined)) {
    return 'open'
  }
  const outcomes = new Set<boolean>()
  for (const values of combinations(domains.map((domain) => domain ?? []))) {
    const tried = missing.reduce<Context>((partial, path, index) => withValue(partial, path, values[index]), context)
    outcomes.add(isTrue(rule, tried))
    if (outcomes.size > 1) {
      return 'open'
    }
  }
  return outcomes.size === 0 ? 'open' : outcomes.has(true) ? 'yes' : 'no'
}

/** Every value a name can have, or nothing where they cannot be counted. */
export function domainOf(type: NameType | undefined): readonly unknown[] | undefined {
  if (type?.kind === 'boolean') {
    return [true, false]
  }
  return type?.kind === 'string' ? type.options : undefined
}

/** Whether a rule gives exactly true. */
export function isTrue(rule: Rule, context: Context): boolean {
  const result = evaluate(rule, context)
  return result.ok && result.value === true
}

/** All ways to choose one of each; none where there would be more than 2,048. */
export function* combinations(domains: readonly (readonly unknown[])[]): Generator<readonly unknown[]> {
  const total = domains.reduce((product, domain) => product * domain.length, 1)
  if (total > COMBINATIONS_MAX) {
    return
  }
  for (let index = 0; index < total; index += 1) {
    let rest = index
    yield domains.map((domain) => {
      const value = domain[rest % domain.length]
      rest = Math.floor(rest / domain.length)
      return value
    })
  }
}

/** The context with one value set at a dotted path; nothing of the given context is changed. */
export function withValue(context: Context, path: string, value: unknown): Context {
  const [first = '', ...rest] = path.split('.')
  if (rest.length === 0) {
    return { ...context, [first]: value }
  }
  const inner = Object.hasOwn(context, first) ? context[first] : undefined
  const holder = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Context) : {}
  return { ...context, [first]: withValue(holder, rest.join('.'), value) }
}
