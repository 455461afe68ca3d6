import type { Box, Point } from './diagram.ts'
import type { StateName } from './table.ts'

/** An element of our subset, before it is written. */
export type SketchNode = {
  readonly id: string
  readonly tag:
    | 'startEvent'
    | 'endEvent'
    | 'userTask'
    | 'serviceTask'
    | 'exclusiveGateway'
    | 'parallelGateway'
    | 'subProcess'
    | 'boundaryEvent'
    | 'intermediateCatchEvent'
  readonly name: string
  /** Sub-process it lies in; empty at the top. */
  readonly scope: string
  /** Our attributes and those of BPMN, by name as written. */
  readonly attributes: Readonly<Record<string, string>>
  readonly outcomes: readonly { readonly id: string; readonly requires: string }[]
  readonly params: Readonly<Record<string, string>>
  readonly timer: { readonly duration: string } | { readonly deadline: string } | null
  readonly message: string
  readonly box: Box | null
  /** Whose words a citizen reads while the process stands here. */
  readonly says: StateName | null
  /** Whoever sees a Vorgang here: name of a postbox. */
  readonly who: string
}
export type SketchFlow = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly name: string
  readonly condition: string
  readonly points: readonly Point[]
}

/** A process of our subset while it is built. */
export type Sketch = { readonly nodes: Map<string, SketchNode>; flows: SketchFlow[] }

type New = Pick<SketchNode, 'id' | 'tag' | 'name'> & Partial<SketchNode>

export function add(sketch: Sketch, node: New): string {
  sketch.nodes.set(node.id, {
    scope: '',
    attributes: {},
    outcomes: [],
    params: {},
    timer: null,
    message: '',
    box: null,
    says: null,
    who: '',
    ...node,
  })
  return node.id
}

export function link(sketch: Sketch, from: string, to: string, more: Partial<SketchFlow> = {}): void {
  const used = new Set(sketch.flows.map(({ id }) => id))
  const base = more.id ?? `${from}_to_${to}`
  let id = base
  for (let count = 2; used.has(id) || sketch.nodes.has(id); count += 1) {
    id = `${base}_${count}`
  }
  sketch.flows.push({ name: '', condition: '', points: [], ...more, id, from, to })
}

/** Puts nodes, already joined to each other, onto a flow. */
export function insertOn(
  sketch: Sketch,
  flow: SketchFlow,
  inner: { readonly first: string; readonly last: string },
): void {
  sketch.flows = sketch.flows.map((one) => (one.id === flow.id ? { ...flow, to: inner.first, points: [] } : one))
  link(sketch, inner.last, flow.to)
}

/** A mail to the person, without waiting and without a state of its own. */
export const mail = (template: string) =>
  ({
    tag: 'serviceTask',
    attributes: { effect: 'notify', waits: 'false', silent: 'true' },
    params: { template },
  }) as const

/** A place beside or below a box, for what is new in the picture. */
export const beside = (box: Box | null, right: number, down: number): Box | null =>
  box === null ? null : { x: box.x + right, y: box.y + down, width: 100, height: 80 }

export const outOf = ({ flows }: Sketch, id: string): readonly SketchFlow[] => flows.filter(({ from }) => from === id)
export const into = ({ flows }: Sketch, id: string): readonly SketchFlow[] => flows.filter(({ to }) => to === id)

export const isDocument = (node: SketchNode | undefined): boolean => node?.attributes['effect'] === 'create-document'
export const isMail = (node: SketchNode | undefined): boolean => node?.attributes['effect'] === 'notify'
export const decidesHere = (node: SketchNode | undefined): boolean =>
  node?.outcomes.some(({ id }) => id === 'approve' || id === 'refuse') ?? false

/** Flows taken after an outcome. */
export function waysOf(sketch: Sketch, task: string, outcome: string): readonly SketchFlow[] {
  const [first] = outOf(sketch, task)
  const ways = outOf(sketch, first?.to ?? '').filter(({ condition }) => condition.startsWith(`${task}.outcome = `))
  const taken = ways.filter(({ condition }) => condition === `${task}.outcome = "${outcome}"`)
  return ways.length > 0 ? taken : outOf(sketch, task)
}
