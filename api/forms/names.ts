import type { Names, NameType } from '../lib/feel.ts'
import type { Field } from './model.ts'

/** Names of the items at hand in rules of a loop's pages: the innermost, and those it stands in. */
export const ITEM_NAMES = ['eintrag', 'eintragOben', 'eintragGanzOben'] as const
/** Name of the day (Berlin) in every rule. */
export const TODAY_NAME = 'heute'

type MutableNames = { [name: string]: NameType }

/**
 * The names that rules of a form may use, with their types: each field by its path, a repeating group as a list,
 * `heute`, and inside loops `eintrag`, `eintragOben`. Files are lists of their ids, several choices lists of codes; notes
 * have no name.
 * @param loops paths of the repeating groups a rule stands in, outermost first.
 */
export function namesOf(fields: Iterable<Field>, loops: readonly string[] = []): Names {
  const all = [...fields]
  const names = namesUnder(all, '')
  names[TODAY_NAME] = { kind: 'date' }
  for (const [up, loop] of loops.toReversed().entries()) {
    const name = ITEM_NAMES[up]
    if (name !== undefined) {
      names[name] = { kind: 'context', names: namesUnder(all, loop) }
    }
  }
  return names
}

/** The path of a field or group that a name in a rule means. */
export function pathOfName(name: string, loops: readonly string[]): string {
  const up = ITEM_NAMES.findIndex((item) => name === item || name.startsWith(`${item}.`))
  return up < 0 ? name : `${loops.at(-1 - up) ?? ''}${name.slice(ITEM_NAMES[up]?.length)}`
}

/** How many items up a name in a rule means; absent where it names no item. */
export function itemOfName(name: string): number | undefined {
  const up = ITEM_NAMES.findIndex((item) => name === item || name.startsWith(`${item}.`))
  return up < 0 ? undefined : up
}

function namesUnder(fields: readonly Field[], prefix: string): MutableNames {
  const names: MutableNames = Object.create(null)
  const from = prefix === '' ? 0 : prefix.length + 1
  const lists = new Set<string>()
  for (const field of fields.filter((one) => prefix === '' || one.path.startsWith(`${prefix}.`))) {
    const list = field.loops.find((loop) => loop.length > prefix.length)
    const type = typeOf(field)
    if (list === undefined && type !== undefined) {
      put(names, field.path.slice(from), type)
    } else if (list !== undefined && !lists.has(list)) {
      lists.add(list)
      put(names, list.slice(from), { kind: 'list', of: { kind: 'context', names: namesUnder(fields, list) } })
    }
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
    case 'computed':
      return typeOf({ ...field, kind: field.computed?.as ?? 'text' })
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
      return { kind: 'list', of: codesOf(field) }
    case 'select':
    case 'country':
      return codesOf(field)
    case 'file':
      return { kind: 'list', of: { kind: 'string' } }
    default:
      return { kind: 'string' }
  }
}

const codesOf = ({ options }: Field): NameType => ({
  kind: 'string',
  options: options.map(({ code }) => code),
  labels: options,
})
