import { compare } from './feel-compare.ts'
import { ARITHMETIC, FEEL_FUNCTIONS, type FunctionShape } from './feel-functions.ts'
import {
  children,
  type ExpressionProblem,
  expressions,
  findBroken,
  hasInside,
  hasToken,
  ITERATORS_MAX,
  type Names,
  type NameType,
  near,
  PUNCTUATION,
  type ResultKind,
  report,
  type Scope,
  slice,
  suggest,
  type TreeNode,
  unquote,
  wrongType,
} from './feel-tree.ts'

export type CheckedExpression = { readonly uses: readonly string[]; readonly problems: readonly ExpressionProblem[] }

const UNKNOWN: NameType = { kind: 'unknown' }
const BOOLEAN: NameType = { kind: 'boolean' }
const NUMBER: NameType = { kind: 'number' }
const DATE: NameType = { kind: 'date' }
const DURATION: NameType = { kind: 'duration' }
const TEXT: NameType = { kind: 'string' }
const DURATION_PARTS = ['years', 'months', 'days', 'hours', 'minutes', 'seconds']
const DATE_PARTS = ['year', 'month', 'day', 'weekday']

/** Walks the tree of one expression: names, types, functions and bounded time. Pure; finds all problems, not the first. */
export function checkExpression(input: {
  source: string
  root: TreeNode
  names: Names
  result: ResultKind
}): CheckedExpression {
  const scope: Scope = { source: input.source, names: input.names, locals: {}, uses: new Set(), problems: [] }
  const broken = findBroken(input.root)
  if (broken !== undefined) {
    report(scope, broken, {
      type: 'feel/syntax',
      detail: `The expression is not complete near "${near(scope, broken)}".`,
    })
    return { uses: [], problems: scope.problems }
  }
  const inner = children(input.root).filter((node) => !node.name.endsWith('Comment'))
  const type = inner.length === 1 && inner[0] !== undefined ? typeOf(inner[0], scope) : UNKNOWN
  if (inner.length !== 1) {
    report(scope, input.root, { type: 'feel/syntax', detail: 'An expression is exactly one expression.' })
  }
  if (input.result !== 'any' && type.kind !== 'unknown' && type.kind !== input.result) {
    report(scope, input.root, {
      type: 'feel/result',
      detail: `The expression gives ${type.kind}, wanted is ${input.result}.`,
    })
  }
  return { uses: [...scope.uses], problems: scope.problems }
}

function typeOf(node: TreeNode, scope: Scope): NameType {
  switch (node.name) {
    case 'ParenthesizedExpression':
    case 'PositiveUnaryTest':
    case 'IterationContext':
      return onlyInner(node, scope)
    case 'Disjunction':
    case 'Conjunction':
      return logic(node, scope)
    case 'Comparison':
      return comparison(node, scope)
    case 'ArithmeticExpression':
      return arithmetic(node, scope)
    case 'IfExpression':
      return conditional(node, scope)
    case 'QuantifiedExpression':
      return quantified(node, scope)
    case 'ForExpression':
      return iterated(node, scope)
    case 'FilterExpression':
      return filter(node, scope)
    case 'FunctionInvocation':
      return invocation(node, scope)
    case 'VariableName':
    case 'PathExpression':
      return path(node, scope)
    case 'List':
      return list(node, scope)
    default:
      return literal(node, scope)
  }
}

function literal(node: TreeNode, scope: Scope): NameType {
  const text = slice(scope, node)
  switch (node.name) {
    case 'StringLiteral':
      return { kind: 'string', options: [unquote(text)], isLiteral: true }
    case 'NumericLiteral':
      return NUMBER
    case 'BooleanLiteral':
      return BOOLEAN
    case 'null':
      return UNKNOWN
    case 'DateTimeLiteral':
      return temporal(node, scope)
    case 'Interval':
      return interval(node, scope)
    default:
      return forbidden(node, scope)
  }
}

/** `@"2026-01-31"`, `date("2026-01-31")`, `duration("P14D")`; times are not needed and not allowed. */
function temporal(node: TreeNode, scope: Scope): NameType {
  const text = slice(scope, node)
  for (const parameters of children(node).filter((child) => child.name === 'PositionalParameters')) {
    for (const argument of expressions(parameters)) {
      typeOf(argument, scope)
    }
  }
  if (/^(@"\d{4}-\d{2}-\d{2}"$|date\s*\()/.test(text)) {
    return DATE
  }
  return /^(@"-?P|duration\s*\()/.test(text) ? DURATION : forbidden(node, scope)
}

function forbidden(node: TreeNode, scope: Scope): NameType {
  report(scope, node, {
    type: 'feel/not-allowed',
    detail: `"${near(scope, node)}" (${node.name}) is not allowed here.`,
  })
  return UNKNOWN
}

function onlyInner(node: TreeNode, scope: Scope): NameType {
  const inner = expressions(node)
  const first = inner[0]
  return inner.length === 1 && first !== undefined && !hasToken(node, '..')
    ? typeOf(first, scope)
    : forbidden(node, scope)
}

function logic(node: TreeNode, scope: Scope): NameType {
  for (const operand of expressions(node)) {
    const type = typeOf(operand, scope)
    if (type.kind !== 'boolean' && type.kind !== 'unknown') {
      wrongType(scope, operand, `"${near(scope, operand)}" is ${type.kind}, not a yes/no value.`)
    }
  }
  return BOOLEAN
}

function comparison(node: TreeNode, scope: Scope): NameType {
  const [left, ...right] = expressions(node)
  if (left === undefined) {
    return BOOLEAN
  }
  const type = typeOf(left, scope)
  const operator = children(node).find((child) => child.name === 'CompareOp')
  const isOrder = operator !== undefined && !['=', '!='].includes(slice(scope, operator))
  for (const operand of right.flatMap(listed)) {
    compare(scope, operand, { left: type, right: typeOf(operand, scope), isOrder })
  }
  return BOOLEAN
}

/** The members of `in ("a", "b")` and `in ["a", "b"]`, each of which is compared. */
function listed(node: TreeNode): readonly TreeNode[] {
  if (node.name === 'PositiveUnaryTests' || node.name === 'List') {
    return expressions(node).flatMap(listed)
  }
  const inner = expressions(node)
  return node.name === 'PositiveUnaryTest' && inner[0] !== undefined && inner.length === 1 ? listed(inner[0]) : [node]
}

function interval(node: TreeNode, scope: Scope): NameType {
  const [from = UNKNOWN, to = UNKNOWN] = expressions(node).map((end) => typeOf(end, scope))
  return from.kind === to.kind ? from : UNKNOWN
}

function arithmetic(node: TreeNode, scope: Scope): NameType {
  const operands = expressions(node)
  const [left = UNKNOWN, right] = operands.map((operand) => typeOf(operand, scope))
  const operator = slice(scope, children(node).find((child) => child.name === 'ArithOp') ?? node)
  if (operator === '**') {
    return forbidden(node, scope)
  }
  if (right === undefined || left.kind === 'unknown' || right.kind === 'unknown') {
    return right === undefined ? left : UNKNOWN
  }
  const result = ARITHMETIC[`${left.kind} ${operator} ${right.kind}`]
  if (result === undefined) {
    wrongType(scope, node, `${left.kind} ${operator} ${right.kind} has no meaning.`)
  }
  return result === undefined ? UNKNOWN : { kind: result }
}

function conditional(node: TreeNode, scope: Scope): NameType {
  const [condition, yes = UNKNOWN, no = UNKNOWN] = expressions(node).map((part) => typeOf(part, scope))
  if (condition !== undefined && condition.kind !== 'boolean' && condition.kind !== 'unknown') {
    wrongType(scope, node, `The condition of "if" is ${condition.kind}, not a yes/no value.`)
  }
  if (yes.kind === 'unknown' || no.kind === 'unknown') {
    return yes.kind === 'unknown' ? no : yes
  }
  return yes.kind === no.kind ? yes : UNKNOWN
}

function quantified(node: TreeNode, scope: Scope): NameType {
  const within = bound(node, scope)
  const body = expressions(node).at(-1)
  if (within === undefined) {
    return forbidden(node, scope)
  }
  return body === undefined ? BOOLEAN : logicBody(body, within)
}

/** `for x in list return …`: one list, and a single value for each entry, so that the result is as long as the list at most. */
function iterated(node: TreeNode, scope: Scope): NameType {
  const within = bound(node, scope)
  const body = expressions(node).at(-1)
  if (within === undefined || within.iterators !== (scope.iterators ?? 0) + 1 || body === undefined) {
    return forbidden(node, scope)
  }
  const type = typeOf(body, within)
  if (type.kind === 'list' || type.kind === 'context') {
    wrongType(scope, body, `"${near(scope, body)}" is ${type.kind}, not a single value.`)
  }
  return { kind: 'list', of: widened(type) }
}

/** The scope inside of `some`, `every` and `for`; absent where too many lists are gone through, or one that is made on the way. */
function bound(node: TreeNode, scope: Scope): Scope | undefined {
  let locals = scope.locals
  const bindings = children(node)
    .filter((child) => child.name === 'InExpressions')
    .flatMap(expressions)
  const iterators = (scope.iterators ?? 0) + bindings.length
  if (iterators > ITERATORS_MAX || bindings.some((binding) => hasInside(binding, 'ForExpression'))) {
    return undefined
  }
  for (const binding of bindings) {
    const [name, source] = children(binding).filter((child) => child.name !== 'in')
    const type = source === undefined ? UNKNOWN : typeOf(source, { ...scope, locals })
    if (type.kind !== 'list' && type.kind !== 'unknown') {
      wrongType(scope, binding, `"${near(scope, binding)}" does not go through a list.`)
    }
    locals = { ...locals, [name === undefined ? '' : slice(scope, name)]: type.kind === 'list' ? type.of : UNKNOWN }
  }
  return { ...scope, locals, iterators }
}

function logicBody(body: TreeNode, scope: Scope): NameType {
  const type = typeOf(body, scope)
  if (type.kind !== 'boolean' && type.kind !== 'unknown') {
    wrongType(scope, body, `"${near(scope, body)}" is ${type.kind}, not a yes/no value.`)
  }
  return BOOLEAN
}

function filter(node: TreeNode, scope: Scope): NameType {
  const [source, condition] = expressions(node)
  const type = source === undefined ? UNKNOWN : typeOf(source, scope)
  if (type.kind !== 'list' || condition === undefined) {
    return type.kind === 'unknown' ? UNKNOWN : forbidden(node, scope)
  }
  const entries = type.of.kind === 'context' ? type.of.names : {}
  const iterators = (scope.iterators ?? 0) + 1
  if (iterators > ITERATORS_MAX) {
    return forbidden(node, scope)
  }
  const inner = typeOf(condition, { ...scope, iterators, locals: { ...scope.locals, ...entries, item: type.of } })
  return inner.kind === 'number' ? type.of : type
}

function list(node: TreeNode, scope: Scope): NameType {
  const types = expressions(node).map((entry) => typeOf(entry, scope))
  const [first = UNKNOWN] = types
  return { kind: 'list', of: types.every((type) => type.kind === first.kind) ? widened(first) : UNKNOWN }
}

const widened = (type: NameType): NameType => (type.kind === 'string' ? TEXT : type)

function invocation(node: TreeNode, scope: Scope): NameType {
  const [callee, parameters] = children(node).filter((child) => !PUNCTUATION.has(child.name))
  const name = callee === undefined ? '' : slice(scope, callee).replace(/\s+/g, ' ')
  const types = parameters === undefined ? [] : expressions(parameters).map((argument) => typeOf(argument, scope))
  const shape: FunctionShape | undefined = Object.hasOwn(FEEL_FUNCTIONS, name) ? FEEL_FUNCTIONS[name] : undefined
  if (parameters?.name === 'NamedParameters') {
    return forbidden(node, scope)
  }
  if (shape === undefined) {
    const isClock = name === 'now' || name === 'today'
    report(scope, node, {
      type: isClock ? 'feel/clock' : 'feel/unknown-function',
      detail: isClock ? `${name}() reads the machine's clock.` : `The function "${name}" is not allowed.`,
      ...(isClock ? { suggestion: 'heute' } : suggest(name, Object.keys(FEEL_FUNCTIONS))),
    })
    return UNKNOWN
  }
  if (types.length < shape.min || types.length > shape.max) {
    wrongType(scope, node, `${name}() takes ${shape.min} to ${shape.max} values.`)
  }
  checkArguments(scope, node, { name, types, shape })
  const [list, entry] = types
  if (name === 'list contains' && list?.kind === 'list' && entry !== undefined) {
    compare(scope, node, { left: list.of, right: entry, isOrder: false })
  }
  return returned(shape, types[0] ?? UNKNOWN)
}

function checkArguments(
  scope: Scope,
  node: TreeNode,
  call: { name: string; types: readonly NameType[]; shape: FunctionShape },
): void {
  for (const [index, type] of call.types.entries()) {
    const wanted = call.shape.takes[Math.min(index, call.shape.takes.length - 1)] ?? 'any'
    if (wanted !== 'any' && type.kind !== 'unknown' && type.kind !== wanted) {
      wrongType(scope, node, `${call.name}() wants ${wanted}, not ${type.kind}.`)
    }
  }
}

function returned(shape: FunctionShape, first: NameType): NameType {
  if (shape.gives === 'entry') {
    return first.kind === 'list' ? first.of : UNKNOWN
  }
  return shape.gives === 'same' ? first : { kind: shape.gives }
}

function path(node: TreeNode, scope: Scope): NameType {
  const resolved = resolve(node, scope)
  if (resolved.used !== undefined) {
    scope.uses.add(resolved.used)
  }
  return resolved.type
}

type Resolved = { readonly type: NameType; readonly used?: string; readonly open?: boolean }

function resolve(node: TreeNode, scope: Scope): Resolved {
  if (node.name === 'VariableName') {
    return resolveRoot(node, scope)
  }
  if (node.name !== 'PathExpression') {
    return { type: typeOf(node, scope) }
  }
  const [holderNode, nameNode] = children(node).filter((child) => child.name !== '.')
  if (holderNode === undefined || nameNode === undefined) {
    return { type: UNKNOWN }
  }
  const holder = resolve(holderNode, scope)
  const name = slice(scope, nameNode)
  const within = holder.type.kind === 'list' ? holder.type.of : holder.type
  const entry = member(within, name)
  if (entry === undefined && within.kind !== 'unknown') {
    report(scope, nameNode, {
      type: 'feel/unknown-name',
      detail: `"${name}" is no part of "${slice(scope, holderNode)}".`,
      ...suggest(name, within.kind === 'context' ? Object.keys(within.names) : []),
    })
  }
  const isList = holder.type.kind === 'list'
  const type = entry === undefined ? UNKNOWN : isList ? ({ kind: 'list', of: entry } as const) : entry
  const used = holder.used === undefined || isList || within.kind !== 'context' ? holder.used : `${holder.used}.${name}`
  return used === undefined ? { type } : { type, used }
}

function resolveRoot(node: TreeNode, scope: Scope): Resolved {
  const name = slice(scope, node)
  if (Object.hasOwn(scope.locals, name)) {
    return { type: scope.locals[name] ?? UNKNOWN }
  }
  if (Object.hasOwn(scope.names, name)) {
    return { type: scope.names[name] ?? UNKNOWN, used: name }
  }
  const known = [...Object.keys(scope.locals), ...Object.keys(scope.names)]
  report(scope, node, {
    type: 'feel/unknown-name',
    detail: `The name "${name}" is not known here.`,
    ...suggest(name, known),
  })
  return { type: UNKNOWN }
}

function member(type: NameType, name: string): NameType | undefined {
  if (type.kind === 'context') {
    return Object.hasOwn(type.names, name) ? type.names[name] : undefined
  }
  const parts = type.kind === 'duration' ? DURATION_PARTS : type.kind === 'date' ? DATE_PARTS : []
  return parts.includes(name) ? NUMBER : undefined
}
