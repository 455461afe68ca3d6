import { BpmnModdle, type Element } from 'bpmn-moddle'
import { child, list, reference, textOf } from '../bpmn-element.ts'
import { EXTENSION_URI } from '../extension.ts'
import type { Box, Diagram, ForeignKind, ForeignNode, Point } from './diagram.ts'
import { type AdaptingTable, holds } from './table.ts'

/** Whether a BPMN file comes from elsewhere: it knows nothing of our attributes. */
export const isForeign = (xml: string): boolean => !xml.includes(EXTENSION_URI)

const KINDS: Readonly<Record<string, ForeignKind>> = {
  StartEvent: 'start',
  EndEvent: 'end',
  UserTask: 'person',
  ManualTask: 'person',
  Task: 'plain',
  BusinessRuleTask: 'rule',
  ServiceTask: 'program',
  ScriptTask: 'program',
  SendTask: 'send',
  ReceiveTask: 'receive',
  CallActivity: 'called',
  ExclusiveGateway: 'choice',
  InclusiveGateway: 'choice',
  ComplexGateway: 'choice',
  EventBasedGateway: 'event-choice',
  ParallelGateway: 'parallel',
  BoundaryEvent: 'boundary',
}
const DURATION =
  /^P(?=\d|T\d)(?:\d{1,3}W|(?:\d{1,2}Y)?(?:\d{1,3}M)?(?:\d{1,4}D)?(?:T(?=\d)(?:\d{1,4}H)?(?:\d{1,4}M)?(?:\d{1,4}S)?)?)$/
const DAYS_GUESSED = 14

type Reading = {
  readonly table: AdaptingTable
  readonly diagram: Diagram
  readonly boxes: ReadonlyMap<string, Box>
  readonly points: ReadonlyMap<string, readonly Point[]>
  readonly lanes: Map<string, { readonly name: string; readonly isCitizens: boolean }>
  /** Sub-processes whose steps stand in their place. */
  readonly opened: Set<string>
}

/** Reads the process of the office from a foreign file; null where the file holds none. Throws where it is no XML of BPMN. */
export async function readDiagram(xml: string, table: AdaptingTable): Promise<Diagram | null> {
  const { rootElement } = await new BpmnModdle().fromXML(xml)
  const roots = list(rootElement, 'rootElements')
  const pools = new Map(
    roots
      .flatMap((root) => list(root, 'participants'))
      .map((pool) => [reference(pool, 'processRef'), textOf(pool, 'name')] as const),
  )
  const processes = roots
    .filter(({ $type }) => $type === 'bpmn:Process')
    .map((element) => ({ element, pool: pools.get(textOf(element, 'id')) ?? textOf(element, 'name') }))
    .sort((a, b) => weight(b, table) - weight(a, table))
  const [office, ...others] = processes
  if (office === undefined || list(office.element, 'flowElements').length === 0) {
    return null
  }
  const diagram: Diagram = { nodes: new Map(), flows: [], notes: [] }
  for (const { pool } of others) {
    diagram.notes.push({ key: 'assumed.pool', values: { name: pool } })
  }
  const reading: Reading = { table, diagram, ...drawn(rootElement), lanes: new Map(), opened: new Set() }
  readLanes(reading, office.element)
  readElements(reading, office.element)
  diagram.flows = diagram.flows.map((flow) => {
    const isLeaving = reading.opened.has(flow.from) && flow.id !== `${flow.from}_in`
    return isLeaving ? { ...flow, from: `${flow.from}_out` } : flow
  })
  return diagram
}

/** The office's process is the one with most steps, and never a citizen's where there is another. */
const weight = ({ element, pool }: { element: Element; pool: string }, table: AdaptingTable): number =>
  list(element, 'flowElements').length - (isCitizen(table, pool) ? 10_000 : 0)

const isCitizen = (table: AdaptingTable, name: string): boolean =>
  holds(name, table.citizens) && !holds(name, table.offices)

function drawn(root: Element): Pick<Reading, 'boxes' | 'points'> {
  const planes = list(root, 'diagrams').flatMap((diagram) => list(child(diagram, 'plane'), 'planeElement'))
  const boxes = new Map<string, Box>()
  const points = new Map<string, readonly Point[]>()
  const number = (element: Element | undefined, name: string): number => Math.round(Number(element?.[name] ?? 0))
  for (const shape of planes) {
    const of = reference(shape, 'bpmnElement')
    const bounds = child(shape, 'bounds')
    if (shape.$type === 'bpmndi:BPMNEdge') {
      points.set(
        of,
        list(shape, 'waypoint').map((point) => ({ x: number(point, 'x'), y: number(point, 'y') })),
      )
    } else if (bounds !== undefined) {
      const [x, y] = [number(bounds, 'x'), number(bounds, 'y')]
      boxes.set(of, { x, y, width: number(bounds, 'width'), height: number(bounds, 'height') })
    }
  }
  return { boxes, points }
}

function readLanes(reading: Reading, holder: Element): void {
  for (const lane of list(holder, 'laneSets').flatMap((set) => list(set, 'lanes'))) {
    readLane(reading, lane)
  }
}

function readLane(reading: Reading, lane: Element): void {
  const name = textOf(lane, 'name')
  const nodes = list(lane, 'flowNodeRef')
  const isCitizens = isCitizen(reading.table, name)
  if (isCitizens && nodes.length > 0) {
    reading.diagram.notes.push({ key: 'assumed.lane', values: { name } })
  }
  for (const node of nodes) {
    reading.lanes.set(textOf(node, 'id'), { name, isCitizens })
  }
  for (const inner of list(child(lane, 'childLaneSet'), 'lanes')) {
    readLane(reading, inner)
  }
}

function readElements(reading: Reading, holder: Element): void {
  const { diagram, points } = reading
  for (const element of list(holder, 'flowElements')) {
    if (element.$type === 'bpmn:SequenceFlow') {
      const id = textOf(element, 'id').replace(/[^\w.-]/g, '_')
      const [from, to] = [reference(element, 'sourceRef'), reference(element, 'targetRef')]
      diagram.flows.push({ id, name: plain(textOf(element, 'name')), from, to, points: points.get(id) ?? [] })
    } else {
      readNode(reading, element)
    }
  }
  diagram.flows = diagram.flows.filter(({ from, to }) => from !== '' && to !== '')
  joinLinks(diagram, list(holder, 'flowElements'))
}

function readNode(reading: Reading, element: Element): void {
  const { diagram } = reading
  const type = element.$type.replace('bpmn:', '')
  const [event] = list(element, 'eventDefinitions')
  const kind = kindOf(type, event, element)
  if (kind === null) {
    return
  }
  const node: ForeignNode = {
    id: textOf(element, 'id'),
    name: plain(textOf(element, 'name')),
    kind,
    lane: reading.lanes.get(textOf(element, 'id'))?.name ?? '',
    isCitizens: reading.lanes.get(textOf(element, 'id'))?.isCitizens ?? false,
    box: reading.boxes.get(textOf(element, 'id')) ?? null,
    wait: '',
    on: reference(element, 'attachedToRef'),
    interrupts: element['cancelActivity'] !== false,
  }
  const isTimed = event?.$type === 'bpmn:TimerEventDefinition'
  diagram.nodes.set(node.id, isTimed && kind !== 'start' ? { ...node, wait: durationOf(reading, event, node) } : node)
  if (type === 'InclusiveGateway' || type === 'ComplexGateway') {
    const isSplit = list(element, 'outgoing').length > 1
    diagram.notes.push(...(isSplit ? [{ key: 'unmapped.many', values: { name: node.name || node.id } } as const] : []))
  }
  if (type === 'SubProcess' || type === 'Transaction' || type === 'AdHocSubProcess') {
    openSubProcess(reading, element, node)
  }
}

function kindOf(type: string, event: Element | undefined, element: Element): ForeignKind | null {
  if (type === 'IntermediateCatchEvent') {
    return event?.$type === 'bpmn:TimerEventDefinition'
      ? 'timer'
      : event?.$type === 'bpmn:LinkEventDefinition'
        ? 'pass'
        : 'receive'
  }
  if (type === 'IntermediateThrowEvent') {
    return event?.$type === 'bpmn:MessageEventDefinition' ? 'send' : 'pass'
  }
  if (type === 'SubProcess' || type === 'Transaction' || type === 'AdHocSubProcess') {
    // Without steps of its own it is one step; an event sub-process stands beside the flow.
    return element['triggeredByEvent'] === true ? null : list(element, 'flowElements').length === 0 ? 'person' : 'pass'
  }
  return KINDS[type] ?? null
}

/** The steps of a sub-process stand in its place; it stays as the point at which they come together again. */
function openSubProcess(reading: Reading, element: Element, outer: ForeignNode): void {
  const inner = list(element, 'flowElements')
  if (inner.length === 0) {
    return
  }
  for (const id of inner.map((one) => textOf(one, 'id'))) {
    if (!reading.lanes.has(id)) {
      reading.lanes.set(id, { name: outer.lane, isCitizens: outer.isCitizens })
    }
  }
  readElements(reading, element)
  const { diagram } = reading
  const ids = (type: string): readonly string[] =>
    inner.filter(({ $type }) => $type === type).map((one) => textOf(one, 'id'))
  const [start] = ids('bpmn:StartEvent')
  for (const id of [...ids('bpmn:StartEvent'), ...ids('bpmn:EndEvent')]) {
    const node = diagram.nodes.get(id)
    if (node !== undefined) {
      diagram.nodes.set(id, { ...node, kind: 'pass' })
    }
  }
  reading.opened.add(outer.id)
  diagram.flows.push(
    ...ids('bpmn:EndEvent').map((id) => ({ id: `${id}_out`, name: '', from: id, to: `${outer.id}_out`, points: [] })),
    { id: `${outer.id}_in`, name: '', from: outer.id, to: start ?? textOf(inner[0], 'id'), points: [] },
  )
  diagram.nodes.set(`${outer.id}_out`, { ...outer, id: `${outer.id}_out`, kind: 'pass', on: '' })
}

function joinLinks(diagram: Diagram, elements: readonly Element[]): void {
  const links = elements.flatMap((element) =>
    list(element, 'eventDefinitions')
      .filter(({ $type }) => $type === 'bpmn:LinkEventDefinition')
      .map((link) => ({ id: textOf(element, 'id'), type: element.$type, name: textOf(link, 'name') })),
  )
  const caught = links.filter(({ type }) => type === 'bpmn:IntermediateCatchEvent')
  for (const { id, name } of links.filter(({ type }) => type === 'bpmn:IntermediateThrowEvent')) {
    const to = caught.find((link) => link.name === name)
    if (to !== undefined) {
      diagram.flows.push({ id: `${id}_link`, name: '', from: id, to: to.id, points: [] })
    }
  }
}

/** Duration of a timer: as written, or in the words of its name ("nach 4 Wochen"), or a guess that is told. */
function durationOf({ table, diagram }: Reading, event: Element, { id, name }: ForeignNode): string {
  const written = textOf(child(event, 'timeDuration'), 'body').trim()
  if (DURATION.test(written)) {
    return written
  }
  const [, count = '', unit = ''] = /(\d{1,3})\s*(\p{L}+)/u.exec(name.toLowerCase()) ?? []
  const sign = Object.entries(table.units).find(([word]) => unit.startsWith(word))?.[1]
  if (sign !== undefined) {
    return sign === 'H' ? `PT${count}H` : `P${count}${sign}`
  }
  diagram.notes.push({ key: 'assumed.timer-guessed', values: { name: name || id, days: String(DAYS_GUESSED) } })
  return `P${DAYS_GUESSED}D`
}

/** Names are written over several lines in a diagram. */
const plain = (name: string): string => name.replace(/\s+/g, ' ').trim().slice(0, 200)
