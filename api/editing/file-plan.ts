import type { Content } from '../content/snapshot.ts'
import type { Issue } from '../lib/problem.ts'
import type { Values } from './sent.ts'
import type { Row } from './sheet-rows.ts'
import { type State, withPositions } from './state.ts'
import { yamlAt } from './yaml-edit.ts'

/** A place in the plan of files as it is proposed with a service; it joins the plan when the service is published. */
const NAMES = ['new-position-number', 'new-position-title', 'new-position-prefix'] as const

export const positionRows = (): readonly Row[] =>
  NAMES.map((name): Row => ({ name, label: name, kind: 'line', value: '', options: [], group: 'new-position' }))

type Position = Content['filePlan']['positions'][number]

const sentIn = (values: Values) =>
  NAMES.map((name) => (values[name] ?? '').trim()) as unknown as readonly [string, string, string]

/** Every place of the plan, with those that the service proposes. */
const positionsOf = (content: Content, state: Pick<State, 'positions'>): readonly Position[] => [
  ...content.filePlan.positions,
  ...state.positions.map((line) => yamlAt(line, []) as Position),
]

/**
 * What of a new place cannot be, each at its row: numbers and letters are taken once, it stands below a group of the plan, files lie
 * only in the lowest one, and the service says how long they are kept. Main groups are made by whoever keeps the plan. Pure.
 */
export function wrongPosition(content: Content, state: State, values: Values): readonly Issue[] {
  const [number, title, prefix] = sentIn(values)
  if ([number, title, prefix].every((text) => text === '')) {
    return []
  }
  const known = positionsOf(content, state)
  const retention = values['retention'] ?? (isOpen(state, 'retention') ? '' : 'kept')
  const wrong = [
    ['number', numberWrong(number, known)],
    ['title', title === '' ? 'missing' : title.length > 200 && 'long'],
    ['prefix', prefixWrong(prefix, known)],
  ] as const
  const own = wrong.flatMap(([name, type]): readonly Issue[] =>
    type === false ? [] : [{ pointer: `/new-position-${name}`, type: `editing/position-${type}` }],
  )
  return retention === '' ? [...own, { pointer: '/retention', type: 'editing/position-retention' }] : own
}

const isOpen = ({ files }: Pick<State, 'files'>, name: string): boolean => {
  const open = yamlAt(files['service.yaml'] ?? '', ['undecided'])
  return Array.isArray(open) && open.includes(name)
}

function numberWrong(number: string, known: readonly Position[]): string | false {
  if (number === '') {
    return 'missing'
  }
  if (!/^(?:0|[1-9]\d{0,3})(?:\.(?:0|[1-9]\d{0,3})){0,5}$/.test(number)) {
    return 'number'
  }
  const parent = number.split('.').slice(0, -1).join('.')
  if (known.some(({ id }) => id === number)) {
    return 'taken'
  }
  if (parent === '') {
    return 'main'
  }
  const above = known.find(({ id }) => id === parent)
  if (above?.prefix !== undefined) {
    return 'holds'
  }
  return above === undefined && !known.some(({ id }) => id.startsWith(`${parent}.`)) ? 'group' : false
}

function prefixWrong(prefix: string, known: readonly Position[]): string | false {
  return !/^[A-Z]{1,6}$/.test(prefix) ? 'prefix' : known.some((position) => position.prefix === prefix) ? 'prefix-taken' : false // biome-ignore format: one thought
}

/** The state with the place it proposes, and the number of it; nothing where none was typed. Pure. */
export function withPosition(
  state: State,
  values: Values,
): { readonly state: State; readonly number: string | undefined } {
  const [number, title, prefix] = sentIn(values)
  return number === ''
    ? { state, number: undefined }
    : { state: withPositions(state, { id: number, title, prefix }), number }
}
