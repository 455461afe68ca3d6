import type { DataNode } from '../forms/data-model.ts'
import { keyOf, labelOf } from './generate-names.ts'
import type { Locked } from './locked.ts'

type At = {
  readonly path: string
  readonly why: string
  readonly taken: string[]
  /** Questions and notes so far: a note that a rule computes keeps its name. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Fields of a group that nobody fills in, by the names they would have: locked ones, and notes that a rule of type B computes. */
export function lockedIn(
  nodes: readonly DataNode[],
  { path, why, taken, fields }: At,
): Readonly<Record<string, Omit<Locked, 'path'>>> {
  const entries = nodes.flatMap((node) => {
    const rules = (node.rules ?? []).flatMap(({ id, type }) => (type === 'B' || isLocked(node) ? [id] : []))
    if (node.node !== 'field' || !(isLocked(node) || (node.art === 'label' && rules.length > 0))) {
      return []
    }
    const known = Object.entries(fields).find(([at, { element }]) => element === node.id && at.startsWith(path))
    const key = keyOf(node, taken)
    taken.push(key)
    const as = node.art === 'select' ? 'text' : (HELD[node.type] ?? 'text')
    const entry = { element: node.id, label: labelOf(node), as, why, rules }
    return [[known?.[0] ?? (path === '' ? key : `${path}.${key}`), entry] as const]
  })
  return Object.fromEntries(entries)
}

export const isLocked = (node: DataNode): boolean => node.node === 'field' && node.art === 'locked'

const HELD: Readonly<Record<string, Locked['as']>> = {
  num: 'number',
  num_int: 'number',
  num_currency: 'money',
  bool: 'bool',
  date: 'date',
}
