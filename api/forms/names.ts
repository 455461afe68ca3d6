import type { Names, NameType } from '../lib/feel.ts'
import type { Field } from './model.ts'

/** Name of the item at hand in rules of a loop's pages. */
export const ITEM_NAME = 'eintrag'
/** Name of the day (Berlin) in every rule. */
export const TODAY_NAME = 'heute'

type MutableNames = { [name: string]: NameType }

/**
 * The names that rules of a form may use, with their types: each field by its path, a repeating group as a list,
 * `heute`, and inside a loop `eintrag`. Files are lists of their ids; notes have no name.
 */
export function namesOf(fields: Iterable<Field>, loop?: string): Names {
  const names: MutableNames = Object.create(null)
  const items: MutableNames = Object.create(null)
  names[TODAY_NAME] = { kind: 'date' }
  const lists = new Map<string, MutableNames>()
  for (const field of fields) {
    const type = typeOf(field)
    if (type === undefined) {
      continue
    }
    if (field.loop === undefined) {
      put(names, field.path, type)
      continue
    }
    const inner = field.path.slice(field.loop.length + 1)
    const entry = lists.get(field.loop) ?? Object.create(null)
    lists.set(field.loop, entry)
    put(entry, inner, type)
    if (field.loop === loop) {
      put(items, inner, type)
    }
  }
  for (const [path, entries] of lists) {
    names[path] = { kind: 'list', of: { kind: 'context', names: entries } }
  }
  if (loop !== undefined) {
    names[ITEM_NAME] = { kind: 'context', names: items }
  }
  return names
}

function put(names: MutableNames, path: string, type: NameType): void {
  const [first = '', ...rest] = path.split('.')
  if (rest.length === 0) {
    names[first] = type
    return
  }
  const known = names[first]
  const inner: MutableNames = known?.kind === 'context' ? known.names : Object.create(null)
  names[first] = { kind: 'context', names: inner }
  put(inner, rest.join('.'), type)
}

function typeOf(field: Field): NameType | undefined {
  switch (field.kind) {
    case 'note':
      return undefined
    case 'date':
      return { kind: 'date' }
    case 'number':
      return { kind: 'number' }
    case 'money':
      return { kind: 'number', isMoney: true }
    case 'bool':
    case 'declaration':
      return { kind: 'boolean' }
    case 'several':
      return { kind: 'list', of: { kind: 'string', options: field.options.map((option) => option.code) } }
    case 'select':
    case 'country':
      return { kind: 'string', options: field.options.map((option) => option.code) }
    case 'file':
      return { kind: 'list', of: { kind: 'string' } }
    default:
      return { kind: 'string' }
  }
}
