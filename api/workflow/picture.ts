import { BpmnModdle, type Element } from 'bpmn-moddle'
import { child, list, textOf } from './bpmn-element.ts'
import { EXTENSION } from './extension.ts'

export type Point = { readonly x: number; readonly y: number }
export type Box = Point & { readonly width: number; readonly height: number }
/** What a shape is drawn as; `plain` where we know no sign for it. */
export type ShapeKind =
  | 'pool'
  | 'lane'
  | 'subprocess'
  | 'user'
  | 'service'
  | 'task'
  | 'start'
  | 'end'
  | 'catch'
  | 'boundary'
  | 'choice'
  | 'parallel'
  | 'plain'
export type Shape = {
  readonly id: string
  readonly kind: ShapeKind
  /** As the diagram says; may hold anything, so whoever shows it escapes it. */
  readonly name: string
  readonly box: Box
  /** Where its name stands, if not within. */
  readonly label: Box | null
  readonly sign: 'timer' | 'message' | null
  /** Of an event at a border: what it hangs on goes on. */
  readonly isSoft: boolean
}
export type Edge = {
  readonly id: string
  readonly kind: 'sequence' | 'message' | 'association'
  readonly name: string
  readonly points: readonly Point[]
  readonly label: Box | null
}
/** A process as its author drew it: everything within `box`, shapes in the order in which they are painted. */
export type Picture = { readonly box: Box; readonly shapes: readonly Shape[]; readonly edges: readonly Edge[] }

const SHAPES_MAX = 1_000
const POINTS_MAX = 50
const LENGTH_MAX = 20_000
const NAME_MAX = 200
const EDGE_OF_PAGE = 20

const KINDS: Readonly<Record<string, ShapeKind>> = {
  Participant: 'pool',
  Lane: 'lane',
  SubProcess: 'subprocess',
  Transaction: 'subprocess',
  UserTask: 'user',
  ServiceTask: 'service',
  Task: 'task',
  ManualTask: 'task',
  SendTask: 'task',
  ReceiveTask: 'task',
  ScriptTask: 'task',
  BusinessRuleTask: 'task',
  CallActivity: 'task',
  StartEvent: 'start',
  EndEvent: 'end',
  IntermediateCatchEvent: 'catch',
  IntermediateThrowEvent: 'catch',
  BoundaryEvent: 'boundary',
  ExclusiveGateway: 'choice',
  InclusiveGateway: 'choice',
  EventBasedGateway: 'choice',
  ComplexGateway: 'choice',
  ParallelGateway: 'parallel',
}
/** Frames are painted before what stands in them, events at a border after what they hang on. */
const PAINTED: readonly ShapeKind[] = ['pool', 'lane', 'subprocess']
const EDGES: Readonly<Record<string, Edge['kind']>> = {
  SequenceFlow: 'sequence',
  MessageFlow: 'message',
  Association: 'association',
  DataInputAssociation: 'association',
  DataOutputAssociation: 'association',
}

/**
 * Reads the drawing of a BPMN file; null where it holds none, or one that is larger than a person can look at. What cannot be
 * read is left out: the process itself was checked elsewhere. Throws for what is no BPMN.
 */
export async function readPicture(xml: string): Promise<Picture | null> {
  const { rootElement } = await new BpmnModdle({ stadttor: EXTENSION }).fromXML(xml)
  const drawn = list(rootElement, 'diagrams').flatMap((diagram) => list(child(diagram, 'plane'), 'planeElement'))
  const shapes = drawn.flatMap(shapeOf).sort((a, b) => depthOf(a) - depthOf(b) || areaOf(b) - areaOf(a))
  const edges = drawn.flatMap(edgeOf)
  if (shapes.length === 0 || drawn.length > SHAPES_MAX) {
    return null
  }
  const box = around([
    ...shapes.flatMap(({ box: own, label }) => (label === null ? [own] : [own, label])),
    ...edges.flatMap(({ points, label }) => [
      ...points.map((point) => ({ ...point, width: 0, height: 0 })),
      ...(label === null ? [] : [label]),
    ]),
  ])
  return box.width > LENGTH_MAX || box.height > LENGTH_MAX ? null : { box, shapes, edges }
}

const depthOf = ({ kind }: Shape): number =>
  PAINTED.includes(kind) ? PAINTED.indexOf(kind) : kind === 'boundary' ? PAINTED.length + 1 : PAINTED.length
/** Of two frames of a kind the larger one holds the smaller. */
const areaOf = ({ kind, box }: Shape): number => (PAINTED.includes(kind) ? box.width * box.height : 0)

function shapeOf(drawn: Element): readonly Shape[] {
  const element = child(drawn, 'bpmnElement')
  const box = boxOf(child(drawn, 'bounds'))
  if (drawn.$type !== 'bpmndi:BPMNShape' || element === undefined || box === null) {
    return []
  }
  const kind = KINDS[element.$type.replace('bpmn:', '')] ?? 'plain'
  return [
    {
      id: textOf(element, 'id'),
      kind,
      name: nameOf(element),
      box,
      label: boxOf(child(child(drawn, 'label'), 'bounds')),
      sign: signOf(element),
      isSoft: kind === 'boundary' && element['cancelActivity'] === false,
    },
  ]
}

function edgeOf(drawn: Element): readonly Edge[] {
  const element = child(drawn, 'bpmnElement')
  const kind = EDGES[element?.$type.replace('bpmn:', '') ?? '']
  const points = list(drawn, 'waypoint').flatMap((point) => pointOf(point) ?? [])
  if (drawn.$type !== 'bpmndi:BPMNEdge' || element === undefined || kind === undefined || points.length < 2) {
    return []
  }
  const label = boxOf(child(child(drawn, 'label'), 'bounds'))
  return [{ id: textOf(element, 'id'), kind, name: nameOf(element), points: points.slice(0, POINTS_MAX), label }]
}

function signOf(element: Element): Shape['sign'] {
  const [event] = list(element, 'eventDefinitions')
  return event?.$type === 'bpmn:TimerEventDefinition'
    ? 'timer'
    : event?.$type === 'bpmn:MessageEventDefinition'
      ? 'message'
      : null
}

const nameOf = (element: Element): string => textOf(element, 'name').trim().slice(0, NAME_MAX)

function pointOf(element: Element | undefined): Point | null {
  const [x, y] = [element?.['x'], element?.['y']]
  return isLength(x) && isLength(y) ? { x, y } : null
}

function boxOf(element: Element | undefined): Box | null {
  const [point, width, height] = [pointOf(element), element?.['width'], element?.['height']]
  return point !== null && isLength(width) && isLength(height) && width > 0 && height > 0
    ? { ...point, width, height }
    : null
}

const isLength = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= LENGTH_MAX

function around(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x)) - EDGE_OF_PAGE
  const y = Math.min(...boxes.map((box) => box.y)) - EDGE_OF_PAGE
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) + EDGE_OF_PAGE - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) + EDGE_OF_PAGE - y,
  }
}
