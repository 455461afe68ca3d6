import { type Finding, nearest } from './finding.ts'

/** Declared type of a name. `isMoney`: integer cents. `options`: the only codes the text may have, `labels` what people read. */
export type NameType =
  | {
      readonly kind: 'string'
      readonly options?: readonly string[]
      readonly labels?: readonly { readonly code: string; readonly label: string }[]
      readonly isLiteral?: boolean
    }
  | { readonly kind: 'number'; readonly isMoney?: boolean }
  | { readonly kind: 'boolean' | 'date' | 'duration' | 'unknown' }
  | { readonly kind: 'list'; readonly of: NameType }
  | { readonly kind: 'context'; readonly names: Names }
export type Names = Readonly<Record<string, NameType>>
export type ResultKind = 'boolean' | 'number' | 'string' | 'date' | 'any'

/** Lists that one expression goes through within each other at most: 500 entries each, so a quarter of a million steps. */
export const ITERATORS_MAX = 2

/** The part of lezer's tree that is read here. */
export type TreeNode = {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly firstChild: TreeNode | null
  readonly nextSibling: TreeNode | null
}

export type ExpressionProblem = { readonly at: number; readonly finding: Omit<Finding, 'file' | 'line'> }

export type Scope = {
  readonly source: string
  readonly names: Names
  /** Names bound inside the expression (`some h in …`, `item`): they are no uses. */
  readonly locals: Names
  /** How many lists are gone through around this place; none where absent. */
  readonly iterators?: number
  readonly uses: Set<string>
  readonly problems: ExpressionProblem[]
}

export const PUNCTUATION = new Set([
  '(',
  ')',
  '[',
  ']',
  ',',
  '..',
  '.',
  'in',
  'between',
  'and',
  'or',
  'if',
  'then',
  'else',
])
const NOT_EXPRESSIONS = new Set([
  ...PUNCTUATION,
  'some',
  'every',
  'satisfies',
  'for',
  'return',
  'InExpressions',
  'CompareOp',
  'ArithOp',
])

export function expressions(node: TreeNode): readonly TreeNode[] {
  return children(node).filter((child) => !NOT_EXPRESSIONS.has(child.name) && !child.name.endsWith('Comment'))
}

export function children(node: TreeNode): readonly TreeNode[] {
  const found: TreeNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    found.push(child)
  }
  return found
}

export const hasToken = (node: TreeNode, token: string): boolean => children(node).some((child) => child.name === token)

/** Whether a node of that name stands at or below a place. */
export const hasInside = (node: TreeNode, name: string): boolean =>
  node.name === name || children(node).some((child) => hasInside(child, name))

export function findBroken(node: TreeNode): TreeNode | undefined {
  if (node.name === '⚠') {
    return node
  }
  for (const child of children(node)) {
    const broken = findBroken(child)
    if (broken !== undefined) {
      return broken
    }
  }
  return undefined
}

export const slice = (scope: Scope, node: TreeNode): string => scope.source.slice(node.from, node.to)
export const near = (scope: Scope, node: TreeNode): string =>
  scope.source.slice(node.from, Math.max(node.to, node.from + 1)).slice(0, 60)
export const unquote = (text: string): string => text.slice(1, -1)

export function suggest(wanted: string, known: readonly string[]): { suggestion?: string } {
  const suggestion = nearest(wanted, known)
  return suggestion === undefined ? {} : { suggestion }
}

export function wrongType(scope: Scope, node: TreeNode, detail: string): void {
  report(scope, node, { type: 'feel/type', detail })
}

export function report(scope: Scope, node: TreeNode, finding: Omit<Finding, 'file' | 'line'>): void {
  scope.problems.push({ at: node.from, finding })
}
