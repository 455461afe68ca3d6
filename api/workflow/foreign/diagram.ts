import type { Note } from './table.ts'

export type Point = { readonly x: number; readonly y: number }
export type Box = Point & { readonly width: number; readonly height: number }

/**
 * Kinds of steps in a foreign diagram. `person`: somebody does it; `plain`: a task that does not say who; `rule`: somebody
 * or a table decides; `program`, `send`, `receive`: something automatic; `pass`: nothing happens there.
 */
export type ForeignKind =
  | 'start' | 'end' | 'person' | 'plain' | 'rule' | 'program' | 'send' | 'receive' | 'called' | 'choice' | 'event-choice'
  | 'parallel' | 'timer' | 'boundary' | 'pass' // biome-ignore format: one list

export type ForeignNode = {
  readonly id: string
  readonly name: string
  readonly kind: ForeignKind
  /** Name of the lane or pool it lies in; empty where there is none. */
  readonly lane: string
  /** Something that a citizen does. */
  readonly isCitizens: boolean
  readonly box: Box | null
  /** ISO 8601 duration of a timer. */
  readonly wait: string
  /** Node that a boundary event hangs on. */
  readonly on: string
  readonly interrupts: boolean
}
export type ForeignFlow = {
  readonly id: string
  readonly name: string
  readonly from: string
  readonly to: string
  readonly points: readonly Point[]
}

/** A foreign diagram while it is made simpler. */
export type Diagram = {
  readonly nodes: Map<string, ForeignNode>
  flows: ForeignFlow[]
  readonly notes: Note[]
}

export const outOf = ({ flows }: Pick<Diagram, 'flows'>, id: string): readonly ForeignFlow[] =>
  flows.filter(({ from }) => from === id)
export const into = ({ flows }: Pick<Diagram, 'flows'>, id: string): readonly ForeignFlow[] =>
  flows.filter(({ to }) => to === id)

/** Names of steps for people: what stands in the diagram, or nothing else than that it has no name. */
export const nameOf = (diagram: Diagram, id: string): string => diagram.nodes.get(id)?.name || id

/** Takes a node away; whatever led to it leads to what followed. An end without followers becomes the end of those. */
export function bypass(diagram: Diagram, id: string): void {
  const [next] = outOf(diagram, id)
  diagram.nodes.delete(id)
  diagram.flows = diagram.flows.flatMap((flow) => {
    if (flow.from === id) {
      return []
    }
    if (flow.to !== id) {
      return [flow]
    }
    return next === undefined || next.to === id
      ? []
      : [{ ...flow, to: next.to, name: flow.name || next.name, points: [] }]
  })
}

/** Takes a node and its flows away. */
export function drop(diagram: Diagram, id: string): void {
  diagram.nodes.delete(id)
  diagram.flows = diagram.flows.filter(({ from, to }) => from !== id && to !== id)
}

/** Everything a way leads to from `from`, boundary events of what is met included; `without` is not entered. */
export function reach(diagram: Diagram, from: readonly string[], without = ''): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id) || id === without || !diagram.nodes.has(id)) {
      continue
    }
    seen.add(id)
    open.push(...outOf(diagram, id).map(({ to }) => to))
    open.push(...[...diagram.nodes.values()].filter(({ on }) => on === id).map((node) => node.id))
  }
  return seen
}

export const startOf = (diagram: Diagram): string =>
  [...diagram.nodes.values()].find(({ kind }) => kind === 'start')?.id ?? ''
