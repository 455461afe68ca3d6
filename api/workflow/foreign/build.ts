import { payFee } from './build-pay.ts'
import { waitForAnswer } from './build-wait.ts'
import { bypass, type Diagram, drop, type ForeignFlow, type ForeignNode, into, outOf, startOf } from './diagram.ts'
import { type Guessing, gatewayOf, type MappedOutcome, type MappedStep, type StepKind } from './mapping.ts'
import { dropUnreachable } from './simplify.ts'
import { add, beside, link, mail, type Sketch, type SketchNode } from './sketch.ts'
import type { OutcomeKind } from './table.ts'

const REQUIRES: Readonly<Record<OutcomeKind, string>> = {
  approve: '',
  refuse: 'reasons',
  'request-information': 'message',
  continue: '',
  sign: '',
  return: 'comment',
  opinion: 'opinion',
}

const WAITING: ReadonlySet<StepKind> = new Set(['person', 'wait', 'pay', 'request'])

export type Built = {
  readonly sketch: Sketch
  /** Words of each way to finish a step, by step and outcome. */
  readonly outcomes: Map<string, Map<string, MappedOutcome>>
  /** Foreign steps by the ids that they have here. */
  readonly origins: ReadonlyMap<string, string>
}
type Building = Guessing & {
  readonly sketch: Sketch
  /** Where a foreign step begins and ends in ours. */
  readonly places: Map<string, { readonly first: string; readonly last: string }>
  readonly ids: Map<string, string>
  readonly outcomes: Map<string, Map<string, MappedOutcome>>
}

/** Builds the steps of a foreign process as those of our subset, one by one, and joins them as they were joined. */
export function buildSketch(guessing: Guessing): Built {
  const diagram: Diagram = { ...guessing.diagram, nodes: new Map(guessing.diagram.nodes) }
  for (const [id, { as }] of guessing.steps) {
    if (as === 'request' && isMerged(guessing, id)) {
      hangOn(diagram, id, outOf(diagram, id)[0]?.to ?? '')
      bypass(diagram, id)
    } else if (as === 'nothing') {
      bypass(diagram, id)
    }
  }
  dropIdleTimers(diagram, guessing)
  const building: Building = {
    ...guessing,
    diagram,
    sketch: { nodes: new Map(), flows: [] },
    places: new Map(),
    ids: newIds(diagram),
    outcomes: new Map(),
  }
  for (const node of diagram.nodes.values()) {
    building.places.set(node.id, buildNode(building, node))
  }
  for (const flow of diagram.flows) {
    joinFlow(building, flow)
  }
  const origins = new Map([...building.ids].map(([foreign, own]) => [own, foreign] as const))
  return { sketch: building.sketch, outcomes: building.outcomes, origins }
}

/** Ids of ours: names that rules may use too, as near to the foreign ones as can be. */
function newIds({ nodes }: Diagram): Map<string, string> {
  const ids = new Map<string, string>()
  const used = new Set(['heute', 'definitions', 'process'])
  for (const id of nodes.keys()) {
    const plain = id.replace(/[^A-Za-z0-9]+/g, '_').replace(/^[^A-Za-z]+/, '')
    const base = `${plain.slice(0, 1).toLowerCase()}${plain.slice(1, 24)}` || 'step'
    let name = base
    for (let count = 2; used.has(name); count += 1) {
      name = `${base}_${count}`
    }
    used.add(name)
    ids.set(id, name)
  }
  return ids
}

const idOf = ({ ids }: Building, id: string): string => ids.get(id) ?? id

/** A request that is answered in a step of its own: asking and waiting are one. */
function isMerged({ diagram, steps, askers }: Guessing, id: string): boolean {
  const [next] = outOf(diagram, id)
  return steps.get(next?.to ?? '')?.as === 'wait' && isAskedAt({ diagram, steps, askers }, id)
}

/** Whether every way to a step is a choice to ask for something: then who chose has written the question. */
function isAskedAt({ diagram, steps, askers }: Pick<Guessing, 'diagram' | 'steps' | 'askers'>, id: string): boolean {
  const flows = into(diagram, id)
  return (
    flows.length > 0 &&
    flows.every((flow) => {
      const outcomes = steps.get(askers.get(flow.from) ?? '')?.outcomes
      return outcomes?.[flow.id]?.as === 'request-information'
    })
  )
}

function buildNode(building: Building, node: ForeignNode): { first: string; last: string } {
  const { sketch } = building
  const id = idOf(building, node.id)
  const one = (more: Pick<SketchNode, 'tag'> & Partial<SketchNode>): { first: string; last: string } => {
    add(sketch, { id, name: node.name, box: node.box, ...more })
    return { first: id, last: id }
  }
  switch (node.kind) {
    case 'start':
      return one({ tag: 'startEvent' })
    case 'end':
      return one({ tag: 'endEvent', says: 'closed', who: building.table.you })
    case 'choice':
      return one({ tag: 'exclusiveGateway' })
    case 'parallel':
      return one({ tag: 'parallelGateway' })
    case 'timer':
      return one({
        tag: 'intermediateCatchEvent',
        timer: { duration: node.wait },
        says: 'timer',
        who: officeOf(building),
      })
    case 'boundary': {
      const on = hostOf(building, node.on)
      const attributes = { attachedToRef: on, ...(node.interrupts ? {} : { cancelActivity: 'false' }) }
      return one({ tag: 'boundaryEvent', timer: { duration: node.wait }, attributes })
    }
    default:
      return buildStep(building, node)
  }
}

/** What a timer hangs on: where somebody asks and is answered in one, it is the time for the answer. */
function hostOf(building: Building, id: string): string {
  const { diagram, steps } = building
  if (steps.get(id)?.as !== 'request' || isAskedAt(building, id)) {
    return idOf(building, id)
  }
  const [next] = outOf(diagram, id)
  return steps.get(next?.to ?? '')?.as === 'wait' ? idOf(building, next?.to ?? '') : `${idOf(building, id)}_wait`
}

/** How long a wait lasts at most, where a timer on it ends it; null where none does. */
function limitOf(building: Building, id: string): string | null {
  const own = hostOf(building, id)
  const ending = [...building.diagram.nodes.values()].find(
    ({ kind, on, interrupts }) => kind === 'boundary' && interrupts && hostOf(building, on) === own,
  )
  return ending?.wait ?? null
}

const officeOf = ({ around }: Building, postbox = around.postbox): string => around.postboxes.get(postbox) ?? postbox

/** Timers hang on what waits; on what does not, they would never fire: they go, with what only they lead to. */
function dropIdleTimers(diagram: Diagram, { steps }: Guessing): void {
  for (const node of [...diagram.nodes.values()].filter(({ kind }) => kind === 'boundary')) {
    if (!diagram.nodes.has(node.on) || !WAITING.has(steps.get(node.on)?.as ?? 'nothing')) {
      diagram.notes.push({ key: 'unmapped.timer', values: { name: node.name || node.id } })
      drop(diagram, node.id)
    }
  }
  dropUnreachable(diagram)
}

function hangOn(diagram: Diagram, from: string, to: string): void {
  for (const node of [...diagram.nodes.values()].filter(({ on }) => on === from)) {
    diagram.nodes.set(node.id, { ...node, on: to })
  }
}

function buildStep(building: Building, node: ForeignNode): { first: string; last: string } {
  const { sketch, table, around, steps } = building
  const step = steps.get(node.id) as MappedStep
  const id = idOf(building, node.id)
  const service = { tag: 'serviceTask', id, name: node.name, box: node.box } as const
  switch (step.as) {
    case 'receipt':
      return alone(add(sketch, { ...mail('receipt'), ...service }))
    case 'notify':
      return alone(add(sketch, { ...mail('news'), ...service }))
    case 'deliver': {
      const [connector = ''] = around.connectors.keys()
      return alone(
        add(sketch, { ...service, attributes: { effect: 'deliver', silent: 'true' }, params: { connector } }),
      )
    }
    case 'document': {
      const says = { says: 'document', who: officeOf(building) } as const
      add(sketch, { ...service, ...says, attributes: { effect: 'create-document' }, params: { kind: 'approval' } })
      add(sketch, {
        id: `${id}_mail`,
        name: table.names.noticeMail,
        ...mail('notice-ready'),
        box: beside(node.box, 30, 100),
      })
      link(sketch, id, `${id}_mail`)
      return { first: id, last: `${id}_mail` }
    }
    case 'pay':
      return payFee(building, node, {
        id,
        isFirst: into(building.diagram, node.id).every(({ from }) => from === startOf(building.diagram)),
      })
    case 'wait':
      return alone(waitForAnswer(building, { id, name: node.name, box: node.box, until: limitOf(building, node.id) }))
    case 'request':
      return request(building, node, id)
    default:
      return alone(person(building, node, step))
  }
}

const alone = (id: string): { first: string; last: string } => ({ first: id, last: id })

/** Asking and waiting. Where nobody chose it before, somebody has to write what is asked. */
function request(building: Building, node: ForeignNode, id: string): { first: string; last: string } {
  if (isAskedAt(building, node.id)) {
    return alone(waitForAnswer(building, { id, name: node.name, box: node.box, until: limitOf(building, node.id) }))
  }
  const as = 'request-information'
  const outcomes = { [as]: { label: building.table.outcomes[as].label, as } } as const
  const asked = person(building, node, { name: node.name, as: 'person', outcomes })
  const [next] = outOf(building.diagram, node.id)
  if (building.steps.get(next?.to ?? '')?.as === 'wait') {
    return alone(asked)
  }
  const wait = waitForAnswer(building, {
    id: `${id}_wait`,
    name: building.table.names.wait,
    box: beside(node.box, 0, 120),
    until: limitOf(building, node.id),
  })
  link(building.sketch, asked, wait)
  return { first: asked, last: wait }
}

function person(building: Building, node: ForeignNode, step: MappedStep): string {
  const { sketch, around, table } = building
  const id = idOf(building, node.id)
  const fallback = { done: { label: table.outcomes.continue.label, as: 'continue' } } as const
  const mapped: Readonly<Record<string, MappedOutcome>> = step.outcomes ?? fallback
  const outcomes = new Map(
    Object.entries(mapped).map(([key, outcome]) => [outcomeId(building, node.id, key, mapped), outcome]),
  )
  building.outcomes.set(id, outcomes)
  const kinds = Object.values(mapped).map(({ as }) => as)
  const isDeciding = kinds.includes('approve') || kinds.includes('refuse')
  const due = isDeciding ? table.deadlines.decide : table.deadlines.work
  const says = kinds.includes('sign') ? 'cosign' : isDeciding ? 'decide' : 'person'
  const postbox = step.postbox || around.postbox
  return add(sketch, {
    id,
    tag: 'userTask',
    name: node.name,
    box: node.box,
    attributes: { postbox, ...(around.deadlines.includes(due) ? { due } : {}) },
    outcomes: [...outcomes].map(([outcome, { as }]) => ({ id: outcome, requires: REQUIRES[as] })),
    says,
    who: officeOf(building, postbox),
  })
}

/** Outcomes that mean something have the id of what they mean; that a step goes on is told by the way it takes. */
function outcomeId(
  building: Building,
  step: string,
  key: string,
  mapped: Readonly<Record<string, MappedOutcome>>,
): string {
  const as = mapped[key]?.as ?? 'continue'
  const first = Object.keys(mapped).find((other) => mapped[other]?.as === as)
  if (as !== 'continue' && first === key) {
    return as
  }
  const gateway = gatewayOf(building.askers, step)
  const index = Object.keys(mapped).indexOf(key) + 1
  return gateway === undefined ? 'done' : `way-${index}`
}

function joinFlow(building: Building, flow: ForeignFlow): void {
  const { sketch, places, askers, steps, diagram } = building
  const [from, to] = [places.get(flow.from)?.last, places.get(flow.to)?.first]
  if (from === undefined || to === undefined) {
    return
  }
  const asker = askers.get(flow.from)
  const step = steps.get(asker ?? '')
  const outcome = step?.outcomes?.[flow.id]
  const isKept = diagram.nodes.get(flow.from)?.box !== null && flow.points.length > 1
  const base = { id: flow.id, name: flow.name, points: isKept ? flow.points : [] }
  if (asker === undefined || step === undefined || step.outcomes === undefined || outcome === undefined) {
    link(sketch, from, to, base)
    return
  }
  const condition = `${idOf(building, asker)}.outcome = "${outcomeId(building, asker, flow.id, step.outcomes)}"`
  const target = steps.get(flow.to)?.as
  if (
    outcome.as !== 'request-information' ||
    target === 'wait' ||
    (target === 'request' && isAskedAt(building, flow.to))
  ) {
    link(sketch, from, to, { ...base, condition })
    return
  }
  const box = beside(diagram.nodes.get(flow.from)?.box ?? null, 0, 130)
  const wait = waitForAnswer(building, {
    id: `${idOf(building, flow.from)}_wait`,
    name: building.table.names.wait,
    box,
    until: null,
  })
  link(sketch, from, wait, { ...base, points: [], condition })
  link(sketch, wait, to)
}
