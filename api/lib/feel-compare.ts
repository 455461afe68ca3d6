import { type NameType, near, report, type Scope, suggest, type TreeNode, wrongType } from './feel-tree.ts'

/** Two values may be compared: of one kind, ordered only where that means something, and a code written out is one there is. */
export function compare(
  scope: Scope,
  node: TreeNode,
  types: { left: NameType; right: NameType; isOrder: boolean },
): void {
  const { left, right, isOrder } = types
  if (left.kind === 'unknown' || right.kind === 'unknown') {
    return
  }
  if (left.kind !== right.kind) {
    wrongType(scope, node, `${left.kind} is compared with ${right.kind} ("${near(scope, node)}").`)
  } else if (left.kind === 'context' || (isOrder && (left.kind === 'boolean' || left.kind === 'list'))) {
    wrongType(scope, node, `${left.kind} cannot be compared this way.`)
  } else if (left.kind === 'string' && right.kind === 'string' && !isOrder) {
    checkCode(scope, node, right.isLiteral === true ? { code: right, known: left } : { code: left, known: right })
  }
}

type TextType = Extract<NameType, { kind: 'string' }>

/** A code written out must be one that the compared name can have. */
function checkCode(scope: Scope, node: TreeNode, types: { code: TextType; known: TextType }): void {
  const given = types.code.isLiteral === true ? types.code.options?.[0] : undefined
  const known = types.known.isLiteral === true ? undefined : types.known.options
  if (given !== undefined && known !== undefined && !known.includes(given)) {
    const detail = `"${given}" is none of the options ${known.join(', ')}.`
    report(scope, node, { type: 'feel/unknown-option', detail, ...suggest(given, known) })
  }
}
