import {
  bypass,
  type Diagram,
  drop,
  type ForeignFlow,
  type ForeignNode,
  into,
  nameOf,
  outOf,
  reach,
  startOf,
} from './diagram.ts'
import { type AdaptingTable, holds, type Note } from './table.ts'

/** Steps behind which a gateway can ask how they ended. */
const ASKING = new Set(['person', 'plain', 'rule', 'called'])

/** Which step a gateway asks: its outcomes are the gateway's ways. */
export type Askers = Map<string, string>

/**
 * Brings a foreign diagram into a shape of which each part can be mapped on its own: one start, every way ends, nothing
 * that does nothing, and before each gateway a step that somebody answers. Changes the diagram; what is lost is noted.
 */
export function simplify(diagram: Diagram, table: AdaptingTable): Askers {
  const { names } = table
  oneStart(diagram)
  chooseEvents(diagram, table)
  for (const { id, kind, name } of [...diagram.nodes.values()]) {
    if (kind === 'pass') {
      bypass(diagram, id)
    } else if (name === '' && !['start', 'end', 'choice', 'parallel'].includes(kind)) {
      diagram.nodes.set(id, { ...(diagram.nodes.get(id) as ForeignNode), name: `${names.step} (${id})` })
    }
  }
  dropLooseEvents(diagram, table)
  splitSteps(diagram)
  endAll(diagram, names.end)
  dropUnreachable(diagram)
  return askAll(diagram)
}

function note(diagram: Diagram, key: Note['key'], id: string): void {
  diagram.notes.push({ key, values: { name: nameOf(diagram, id) } })
}

/** That an application is taken back needs no event: it can be at any time, and then the process ends. */
const lostEvent = (diagram: Diagram, id: string, { withdrawals }: AdaptingTable): Note['key'] =>
  holds(nameOf(diagram, id), withdrawals) ? 'assumed.withdrawal' : 'unmapped.event'

/** The start from which most can be reached stays. */
function oneStart(diagram: Diagram): void {
  const starts = [...diagram.nodes.values()]
    .filter(({ kind }) => kind === 'start')
    .map(({ id }) => ({ id, count: reach(diagram, [id]).size }))
    .sort((a, b) => b.count - a.count)
  for (const { id } of starts.slice(1)) {
    note(diagram, 'unmapped.start', id)
    drop(diagram, id)
  }
  const [start] = starts
  for (const flow of start === undefined ? [] : into(diagram, start.id)) {
    diagram.flows = diagram.flows.filter(({ id }) => id !== flow.id)
  }
}

/** "Answer or deadline, whatever comes first" becomes waiting for the answer with a timer on it. */
function chooseEvents(diagram: Diagram, table: AdaptingTable): void {
  for (const gateway of [...diagram.nodes.values()].filter(({ kind }) => kind === 'event-choice')) {
    const events = outOf(diagram, gateway.id).flatMap(({ to }) => diagram.nodes.get(to) ?? [])
    const messages = events.filter(({ kind }) => kind === 'receive')
    const [main = events[0]] = messages
    for (const event of events) {
      if (event.id === main?.id) {
        continue
      }
      diagram.flows = diagram.flows.filter(({ from, to }) => from !== gateway.id || to !== event.id)
      if (event.kind === 'timer' && main !== undefined) {
        diagram.nodes.set(event.id, { ...event, kind: 'boundary', on: main.id, interrupts: true })
      } else {
        note(diagram, lostEvent(diagram, event.id, table), event.id)
      }
    }
    bypass(diagram, gateway.id)
  }
}

/** Events on a step that are no timers, and timers on what is not there any more. */
function dropLooseEvents(diagram: Diagram, table: AdaptingTable): void {
  for (const { id, kind, wait, on } of [...diagram.nodes.values()]) {
    if (kind === 'boundary' && (wait === '' || !diagram.nodes.has(on))) {
      note(diagram, wait === '' ? lostEvent(diagram, id, table) : 'unmapped.timer', id)
      drop(diagram, id)
    }
  }
}

/** Several ways on from a step without a gateway: named ways are a choice, others go on together. */
function splitSteps(diagram: Diagram): void {
  for (const node of [...diagram.nodes.values()]) {
    const ways = outOf(diagram, node.id)
    if (node.kind === 'choice' || node.kind === 'parallel' || ways.length < 2) {
      continue
    }
    const gateway: ForeignNode = {
      ...node,
      id: `${node.id}_ways`,
      name: '',
      kind: ways.some(({ name }) => name !== '') ? 'choice' : 'parallel',
      wait: '',
      on: '',
      box: node.box === null ? null : { x: node.box.x + node.box.width + 20, y: node.box.y, width: 50, height: 50 },
    }
    diagram.nodes.set(gateway.id, gateway)
    diagram.flows = diagram.flows.map((flow) => (flow.from === node.id ? { ...flow, from: gateway.id } : flow))
    diagram.flows.push({ id: `${gateway.id}_in`, name: '', from: node.id, to: gateway.id, points: [] })
  }
}

function endAll(diagram: Diagram, name: string): void {
  for (const node of [...diagram.nodes.values()]) {
    if (node.kind === 'end' || outOf(diagram, node.id).length > 0) {
      continue
    }
    const id = `${node.id}_end`
    const box = node.box === null ? null : { x: node.box.x + node.box.width + 40, y: node.box.y, width: 36, height: 36 }
    diagram.nodes.set(id, { ...node, id, name, kind: 'end', wait: '', on: '', box })
    diagram.flows.push({ id: `${id}_in`, name: '', from: node.id, to: id, points: [] })
    note(diagram, 'assumed.ended', node.id)
  }
}

/** Takes away what no way leads to. */
export function dropUnreachable(diagram: Diagram): void {
  const reached = reach(diagram, [startOf(diagram)])
  for (const { id, kind } of [...diagram.nodes.values()].filter((node) => !reached.has(node.id))) {
    if (kind !== 'end' && kind !== 'choice' && kind !== 'parallel') {
      note(diagram, 'unmapped.unreachable', id)
    }
    drop(diagram, id)
  }
}

/** Finds the step before each gateway that somebody answers; puts one in where there is none. */
function askAll(diagram: Diagram): Askers {
  const askers = new Map<string, string>()
  for (const gateway of [...diagram.nodes.values()].filter(({ kind }) => kind === 'choice')) {
    if (outOf(diagram, gateway.id).length < 2) {
      continue
    }
    const [flow, ...more] = into(diagram, gateway.id)
    const before = diagram.nodes.get(flow?.from ?? '')
    const isAsked = before !== undefined && more.length === 0 && ASKING.has(before.kind) && !before.isCitizens
    askers.set(gateway.id, isAsked ? before.id : addAsker(diagram, gateway))
  }
  return askers
}

function addAsker(diagram: Diagram, gateway: ForeignNode): string {
  const id = `${gateway.id}_ask`
  const { box } = gateway
  diagram.notes.push({ key: 'assumed.asked', values: { name: nameOf(diagram, gateway.id) } })
  diagram.nodes.set(id, {
    ...gateway,
    id,
    name: nameOf(diagram, gateway.id),
    kind: 'person',
    isCitizens: false,
    box: box === null ? null : { x: box.x - 20, y: box.y - 110, width: 100, height: 80 },
  })
  const turned = (flow: ForeignFlow): ForeignFlow => (flow.to === gateway.id ? { ...flow, to: id, points: [] } : flow)
  diagram.flows = [...diagram.flows.map(turned), { id: `${id}_out`, name: '', from: id, to: gateway.id, points: [] }]
  return id
}
