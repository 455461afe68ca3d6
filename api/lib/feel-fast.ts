import {
  children,
  expressions,
  hasToken,
  type Names,
  type NameType,
  PUNCTUATION,
  type TreeNode,
  unquote,
} from './feel-tree.ts'

/** Says that the engine has to decide: a value is missing where that matters, or is not of its declared type. */
export const ASK_ENGINE: unique symbol = Symbol('ask the engine')

type Scalar = boolean | number | string | null
type Step = (context: unknown) => Scalar | readonly unknown[] | typeof ASK_ENGINE
/** A checked expression as a function of its values. */
export type FastRule = (context: unknown) => boolean | null | typeof ASK_ENGINE
type Typed = { readonly kind: NameType['kind']; readonly step: Step }

/**
 * Turns the usual conditions into functions: names, literals, `=`, `!=`, `<`, `in (…)`, `and`, `or`, `not`, `count`,
 * `list contains`. They give exactly what the engine gives, some hundred times as fast; where they cannot be sure they say
 * so, and where an expression uses anything else there is no function. Values are never changed or kept.
 */
export function fastRule(source: string, root: TreeNode, names: Names): FastRule | undefined {
  const [inner, ...others] = children(root).filter((node) => !node.name.endsWith('Comment'))
  const made = inner === undefined || others.length > 0 ? undefined : build(inner, { source, names })
  return made?.kind === 'boolean' ? (made.step as FastRule) : undefined
}

type Building = { readonly source: string; readonly names: Names }

function build(node: TreeNode, at: Building): Typed | undefined {
  const text = at.source.slice(node.from, node.to)
  switch (node.name) {
    case 'ParenthesizedExpression':
      return onlyInner(node, at)
    case 'Disjunction':
      return logic(node, at, true)
    case 'Conjunction':
      return logic(node, at, false)
    case 'Comparison':
      return comparison(node, at)
    case 'FunctionInvocation':
      return invocation(node, at)
    case 'VariableName':
    case 'PathExpression':
      return name(text, at.names)
    case 'StringLiteral':
      return text.includes('\\') ? undefined : { kind: 'string', step: () => unquote(text) }
    case 'NumericLiteral':
      return /^\d{1,12}(\.\d{1,6})?$/.test(text) ? { kind: 'number', step: () => Number(text) } : undefined
    case 'BooleanLiteral':
      return { kind: 'boolean', step: () => text === 'true' }
    default:
      return undefined
  }
}

function onlyInner(node: TreeNode, at: Building): Typed | undefined {
  const [inner, ...others] = expressions(node)
  return inner === undefined || others.length > 0 || hasToken(node, '..') ? undefined : build(inner, at)
}

/** Three-valued, both sides always evaluated: a value of the wrong type is never passed over. */
function logic(node: TreeNode, at: Building, wins: boolean): Typed | undefined {
  const [left, right, ...others] = expressions(node).map((operand) => build(operand, at))
  if (left?.kind !== 'boolean' || right?.kind !== 'boolean' || others.length > 0) {
    return undefined
  }
  return {
    kind: 'boolean',
    step: (context) => {
      const a = left.step(context)
      const b = right.step(context)
      if (a === ASK_ENGINE || b === ASK_ENGINE) {
        return ASK_ENGINE
      }
      return a === wins || b === wins ? wins : a === null || b === null ? null : !wins
    },
  }
}

const SCALARS = ['boolean', 'string', 'number', 'date']

function comparison(node: TreeNode, at: Building): Typed | undefined {
  const [leftNode, ...rightNodes] = expressions(node)
  const left = leftNode === undefined ? undefined : build(leftNode, at)
  if (left === undefined || !SCALARS.includes(left.kind) || hasToken(node, 'between')) {
    return undefined
  }
  if (hasToken(node, 'in')) {
    return membership(left, rightNodes, at)
  }
  const [rightNode, ...others] = rightNodes
  const operatorNode = children(node).find((child) => child.name === 'CompareOp')
  const right = rightNode === undefined ? undefined : build(rightNode, at)
  if (right?.kind !== left.kind || others.length > 0 || operatorNode === undefined) {
    return undefined
  }
  const operator = at.source.slice(operatorNode.from, operatorNode.to)
  return operator === '=' || operator === '!=' ? equality(left, right, operator === '=') : order(left, right, operator)
}

/** Nothing equals something to nobody: `null = "a"` is false. */
function equality(left: Typed, right: Typed, isEqual: boolean): Typed {
  return {
    kind: 'boolean',
    step: (context) => {
      const a = left.step(context)
      const b = right.step(context)
      return a === ASK_ENGINE || b === ASK_ENGINE ? ASK_ENGINE : (a === b) === isEqual
    },
  }
}

const ORDERS: Readonly<Record<string, (a: number | string, b: number | string) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

/** Numbers, and dates as ISO text; text is ordered by the engine, and what is missing is its matter too. */
function order(left: Typed, right: Typed, operator: string): Typed | undefined {
  const compare = ORDERS[operator]
  if (compare === undefined || (left.kind !== 'number' && left.kind !== 'date')) {
    return undefined
  }
  return {
    kind: 'boolean',
    step: (context) => {
      const a = left.step(context)
      const b = right.step(context)
      return (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string')
        ? compare(a, b)
        : ASK_ENGINE
    },
  }
}

/** `in ("a", "b")`: literals only. */
function membership(left: Typed, tests: readonly TreeNode[], at: Building): Typed | undefined {
  const literals = tests.flatMap(listed).map((test) => (test.name.endsWith('Literal') ? build(test, at) : undefined))
  if (literals.length === 0 || literals.some((literal) => literal?.kind !== left.kind)) {
    return undefined
  }
  const values = literals.map((literal) => literal?.step(undefined))
  return {
    kind: 'boolean',
    step: (context) => {
      const value = left.step(context)
      return value === ASK_ENGINE ? ASK_ENGINE : value !== null && values.includes(value)
    },
  }
}

function listed(node: TreeNode): readonly TreeNode[] {
  return node.name === 'PositiveUnaryTests' || node.name === 'PositiveUnaryTest'
    ? expressions(node).flatMap(listed)
    : [node]
}

function invocation(node: TreeNode, at: Building): Typed | undefined {
  const [callee, parameters] = children(node).filter((child) => !PUNCTUATION.has(child.name))
  if (callee === undefined || parameters?.name !== 'PositionalParameters') {
    return undefined
  }
  const called = at.source.slice(callee.from, callee.to).replace(/\s+/g, ' ')
  const [first, second, ...others] = expressions(parameters).map((argument) => build(argument, at))
  if (called === 'not' && first?.kind === 'boolean' && second === undefined) {
    return { kind: 'boolean', step: (context) => negated(first.step(context)) }
  }
  if (first?.kind !== 'list' || others.length > 0) {
    return undefined
  }
  if (called === 'count' && second === undefined) {
    return { kind: 'number', step: (context) => lengthOf(first.step(context)) }
  }
  return called === 'list contains' && second?.kind === 'string' ? contains(first, second) : undefined
}

const negated = (value: unknown): boolean | typeof ASK_ENGINE => (typeof value === 'boolean' ? !value : ASK_ENGINE)
const lengthOf = (value: unknown): number | typeof ASK_ENGINE => (Array.isArray(value) ? value.length : ASK_ENGINE)

function contains(list: Typed, entry: Typed): Typed {
  return {
    kind: 'boolean',
    step: (context) => {
      const entries = list.step(context)
      const value = entry.step(context)
      return Array.isArray(entries) && typeof value === 'string' && entries.every((one) => typeof one === 'string')
        ? entries.includes(value)
        : ASK_ENGINE
    },
  }
}

/** A declared name; through lists, and parts of dates, the engine goes. */
function name(path: string, names: Names): Typed | undefined {
  if (!/^\p{L}[\p{L}\p{N}_]*(\.\p{L}[\p{L}\p{N}_]*)*$/u.test(path)) {
    return undefined
  }
  const parts = path.split('.')
  let type: NameType | undefined = { kind: 'context', names }
  for (const part of parts) {
    type = type?.kind === 'context' && Object.hasOwn(type.names, part) ? type.names[part] : undefined
  }
  if (type === undefined || !(SCALARS.includes(type.kind) || type.kind === 'list')) {
    return undefined
  }
  const declared = type
  return { kind: declared.kind, step: (context) => checked(declared, valueAt(context, parts)) }
}

function valueAt(context: unknown, parts: readonly string[]): unknown {
  let value = context
  for (const part of parts) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
      return null
    }
    value = (value as Readonly<Record<string, unknown>>)[part]
  }
  return value ?? null
}

/** A value of its declared type, or none. Entries of a list are looked at by `list contains` alone. */
function checked(type: NameType, value: unknown): Scalar | readonly unknown[] | typeof ASK_ENGINE {
  if (value === null) {
    return null
  }
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : ASK_ENGINE
    case 'number':
      return typeof value === 'number' &&
        Number.isFinite(value) &&
        (type.isMoney !== true || Number.isSafeInteger(value))
        ? value
        : ASK_ENGINE
    case 'date':
      return typeof value === 'string' && isIsoDate(value) ? value : ASK_ENGINE
    case 'list':
      return Array.isArray(value) && value.length <= LIST_LENGTH_MAX ? value : ASK_ENGINE
    default:
      return typeof value === 'string' && value.length <= STRING_LENGTH_MAX ? value : ASK_ENGINE
  }
}

/** Longest text and list that a rule may be given. */
export const STRING_LENGTH_MAX = 20_000
export const LIST_LENGTH_MAX = 500

/** True for a day that exists, as `YYYY-MM-DD`. */
export function isIsoDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text)
}
