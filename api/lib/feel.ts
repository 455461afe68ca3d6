import { createHash } from 'node:crypto'
import { FeelDate, FeelDuration, evaluate as feelinEvaluate, parseDate, parseExpression } from 'feelin'
import { checkExpression } from './feel-check.ts'
import { ASK_ENGINE, type FastRule, fastRule, isIsoDate, LIST_LENGTH_MAX, STRING_LENGTH_MAX } from './feel-fast.ts'
import type { Names, NameType, ResultKind } from './feel-tree.ts'
import type { Finding } from './finding.ts'

export type { Names, NameType, ResultKind } from './feel-tree.ts'

/** Longest expression in characters. */
export const EXPRESSION_LENGTH_MAX = 2000
const MEMO_SIZE_MAX = 64

/**
 * An expression that was checked when it was loaded. `uses` are the names it needs, as dotted paths;
 * a list is named as a whole (`hunde`). `memo` holds its last results by the digest of the values, never the values.
 */
export type Rule = {
  readonly source: string
  readonly file: string
  readonly line: number
  readonly uses: readonly string[]
  readonly names: Names
  readonly result: ResultKind
  readonly memo: Map<string, Evaluation>
  /** The same as a function, for the usual conditions. */
  readonly fast?: FastRule
}

export type Compiled =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/** A result in plain values: dates as ISO text, durations as ISO 8601 text; null where an answer is missing. */
export type FeelValue = boolean | number | string | null | readonly FeelValue[]
export type Evaluation =
  | { readonly ok: true; readonly value: FeelValue }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Checks one FEEL expression against the names it may use, without evaluating it on anybody's answers.
 * Refuses what feelin would take silently: unknown names (with the nearest known one), comparing different types,
 * a code that a list does not have, functions and loops whose time is not bounded (`matches`, `for` over ranges), and `now()`/`today()`:
 * use `heute`, which every caller passes as a date from our clock. Money is integer cents: `kaufpreis > 50000` is 500 €.
 * @param options.result what the expression must give; `boolean` where not named.
 * @see DMN 1.4, chapter 10 (FEEL)
 */
export function compileRule(
  source: string,
  options: { file: string; line: number; names: Names; result?: ResultKind },
): Compiled {
  const { file, line, names, result = 'boolean' } = options
  const fail = (type: string, detail: string): Compiled => ({ ok: false, findings: [{ file, line, type, detail }] })
  if (source.trim() === '' || source.length > EXPRESSION_LENGTH_MAX) {
    return fail('feel/length', `An expression has 1 to ${EXPRESSION_LENGTH_MAX} characters.`)
  }
  try {
    const tree = parseExpression(source, names, undefined)
    const checked = checkExpression({ source, root: tree.topNode, names, result })
    if (checked.problems.length > 0) {
      const findings = checked.problems.map((problem) => ({
        file,
        line: line + linesBefore(source, problem.at),
        ...problem.finding,
      }))
      return { ok: false, findings }
    }
    const fast = result === 'boolean' ? fastRule(source, tree.topNode, names) : undefined
    const bare: Rule = { source, file, line, uses: checked.uses, names, result, memo: new Map() }
    const rule = fast === undefined ? bare : { ...bare, fast }
    return tryOut(rule) ?? { ok: true, rule }
  } catch {
    return fail('feel/syntax', `The expression "${source}" cannot be read.`)
  }
}

/**
 * Evaluates a checked rule. Only the names it uses are passed on; what the context lacks is null. Never throws, whatever
 * the values: one that is not of its declared type is a finding. A warning of the engine is a finding, except where a
 * value is missing: then the result is null, as in SQL.
 * @param context values by name: dates as ISO text, money in integer cents, lists up to 500 entries.
 */
export function evaluate(rule: Rule, context: Readonly<Record<string, unknown>>): Evaluation {
  const fast = rule.fast?.(context) ?? null
  if (rule.fast !== undefined && fast !== ASK_ENGINE) {
    return { ok: true, value: fast }
  }
  const state: Passing = { isMissing: false, wrong: [] }
  const passed: Record<string, unknown> = {}
  for (const root of new Set(rule.uses.map((path) => path.split('.')[0] ?? ''))) {
    const type = rule.names[root]
    if (type !== undefined) {
      passed[root] = pass(type, ownValue(context, root), root, { uses: rule.uses, state })
    }
  }
  if (state.wrong.length > 0) {
    return refuse(rule, 'feel/value', `The value of ${state.wrong.join(', ')} is not of its declared type.`)
  }
  const key = createHash('sha256').update(JSON.stringify(passed)).digest('base64')
  const known = rule.memo.get(key)
  if (known !== undefined) {
    return known
  }
  const evaluation = run(rule, passed, state.isMissing)
  if (rule.memo.size >= MEMO_SIZE_MAX) {
    const oldest = rule.memo.keys().next()
    rule.memo.delete(oldest.done === true ? '' : oldest.value)
  }
  rule.memo.set(key, evaluation)
  return evaluation
}

function run(rule: Rule, passed: Readonly<Record<string, unknown>>, isMissing: boolean): Evaluation {
  try {
    const { value, warnings } = feelinEvaluate(rule.source, withDates(rule.names, passed))
    if (warnings.length > 0 && !isMissing) {
      return refuse(
        rule,
        'feel/evaluation',
        `The expression "${rule.source}" cannot be evaluated: ${warnings[0]?.type ?? ''}.`,
      )
    }
    return warnings.length > 0 ? { ok: true, value: null } : { ok: true, value: plain(value) }
  } catch {
    return refuse(rule, 'feel/evaluation', `The expression "${rule.source}" cannot be evaluated.`)
  }
}

function refuse(rule: Rule, type: string, detail: string): Evaluation {
  return { ok: false, findings: [{ file: rule.file, line: rule.line, type, detail }] }
}

type Passing = { isMissing: boolean; readonly wrong: string[] }
type PassTo = { readonly uses: readonly string[]; readonly state: Passing }

/** Brings a value into the shape its type declares; contexts get only the entries that the rule uses. */
function pass(type: NameType, value: unknown, path: string, to: PassTo): unknown {
  if (type.kind === 'context') {
    return passContext(type.names, value, path, to)
  }
  if (value === null || value === undefined) {
    to.state.isMissing = true
    return null
  }
  if (type.kind === 'list') {
    if (!Array.isArray(value) || value.length > LIST_LENGTH_MAX) {
      to.state.wrong.push(path)
      return null
    }
    return value.map((entry: unknown) => pass(type.of, entry, '', to))
  }
  const scalar = passScalar(type, value)
  if (scalar === undefined) {
    to.state.wrong.push(path)
  }
  return scalar
}

function passContext(names: Names, value: unknown, path: string, to: PassTo): Record<string, unknown> {
  const entries: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(names)) {
    const child = path === '' ? '' : `${path}.${name}`
    if (child === '' || to.uses.some((used) => isWithin(child, used) || isWithin(used, child))) {
      entries[name] = pass(type, ownValue(value, name), child, to)
    }
  }
  return entries
}

/** Whether a name is another, or a part of it however deep. */
const isWithin = (name: string, holder: string): boolean => name === holder || name.startsWith(`${holder}.`)

function passScalar(type: NameType, value: unknown): unknown {
  if (type.kind === 'date') {
    return typeof value === 'string' && isIsoDate(value) ? value : undefined
  }
  if (type.kind === 'number') {
    const isWhole = type.isMoney !== true || Number.isSafeInteger(value)
    return typeof value === 'number' && Number.isFinite(value) && isWhole ? value : undefined
  }
  if (type.kind === 'boolean') {
    return typeof value === 'boolean' ? value : undefined
  }
  return typeof value === 'string' && value.length <= STRING_LENGTH_MAX ? value : undefined
}

/** Turns ISO dates into the engine's dates. Done only when the engine really runs: it is the dearest part of passing values. */
function withDates(names: Names, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, withDate(names[name], value)]))
}

function withDate(type: NameType | undefined, value: unknown): unknown {
  if (type?.kind === 'date') {
    return typeof value === 'string' ? parseDate(value) : null
  }
  if (type?.kind === 'list' && Array.isArray(value)) {
    return value.map((entry: unknown) => withDate(type.of, entry))
  }
  const isContext = type?.kind === 'context' && typeof value === 'object' && value !== null
  return isContext ? withDates(type.names, value as Readonly<Record<string, unknown>>) : value
}

function ownValue(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, name)) {
    return undefined
  }
  return (holder as Readonly<Record<string, unknown>>)[name]
}

function plain(value: unknown): FeelValue {
  if (value instanceof FeelDate || value instanceof FeelDuration) {
    return value.toString()
  }
  if (Array.isArray(value)) {
    return value.map(plain)
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : null
  }
  return typeof value === 'boolean' || typeof value === 'string' ? value : null
}

/** Runs the rule once on invented values: finds wrong arguments that types alone do not show. */
function tryOut(rule: Rule): Compiled | undefined {
  const roots = new Set(rule.uses.map((path) => path.split('.')[0] ?? ''))
  const used = Object.entries(rule.names).filter(([name]) => roots.has(name))
  const sample = Object.fromEntries(used.map(([name, type]) => [name, sampleOf(type)]))
  const result = run(rule, passAll(Object.fromEntries(used), sample), false)
  const hasText = rule.uses.some((path) => typeAt(rule.names, path)?.kind === 'string')
  return result.ok || hasText ? undefined : { ok: false, findings: result.findings }
}

function passAll(names: Names, context: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const to: PassTo = { uses: Object.keys(names), state: { isMissing: false, wrong: [] } }
  return Object.fromEntries(Object.entries(names).map(([name, type]) => [name, pass(type, context[name], name, to)]))
}

function sampleOf(type: NameType): unknown {
  switch (type.kind) {
    case 'context':
      return Object.fromEntries(Object.entries(type.names).map(([name, inner]) => [name, sampleOf(inner)]))
    case 'list':
      return [sampleOf(type.of)]
    case 'number':
      return 1
    case 'boolean':
      return true
    case 'date':
      return '2026-01-15'
    default:
      return type.kind === 'string' ? (type.options?.[0] ?? 'a') : null
  }
}

/** Finds the declared type of a dotted path; absent where a part is unknown. Entries of a list are found through it. */
export function typeAt(names: Names, path: string): NameType | undefined {
  let type: NameType | undefined = { kind: 'context', names }
  for (const part of path.split('.')) {
    const holder: NameType | undefined = type?.kind === 'list' ? type.of : type
    type = holder?.kind === 'context' && Object.hasOwn(holder.names, part) ? holder.names[part] : undefined
  }
  return type
}

function linesBefore(source: string, at: number): number {
  return source.slice(0, at).split('\n').length - 1
}
