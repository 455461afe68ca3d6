import { drop, into, outOf } from './diagram.ts'
import { decides } from './guess-ways.ts'
import { type Guessing, gatewayOf, type MappedStep } from './mapping.ts'

/**
 * Who is asked or heard when it is decided already would answer for nobody: such a step becomes a choice of whoever decides,
 * and the answer comes back there. Where it is not clear who that is, nothing changes, and the check of the process says so.
 * Changes the diagram and the steps.
 * @see § 28 VwVfG
 */
export function hearBeforeDeciding(guessing: Guessing): void {
  for (const [id, { as, name }] of [...guessing.steps]) {
    const deciders = as === 'request' && isUnread(guessing, id) ? decidersBefore(guessing, id) : []
    const [decider] = deciders
    if (decider === undefined || deciders.length > 1) {
      continue
    }
    moveToDecision(guessing, id, decider)
    const { name: other = decider, outcomes = {} } = guessing.steps.get(decider) ?? {}
    const button = Object.values(outcomes).find((outcome) => outcome.as === 'request-information')?.label ?? name
    guessing.diagram.notes.push({ key: 'assumed.heard', step: id, values: { name, other, button } })
  }
}

/** Whether a notice or an end is reached from a step before anybody works on it. */
function isUnread({ diagram, steps }: Guessing, id: string): boolean {
  const seen = new Set<string>()
  const open = outOf(diagram, id).map(({ to }) => to)
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const as = steps.get(at)?.as
    if (as === 'document' || diagram.nodes.get(at)?.kind === 'end') {
      return true
    }
    if (!seen.has(at) && as !== 'person') {
      seen.add(at)
      open.push(...outOf(diagram, at).map(({ to }) => to))
    }
  }
  return false
}

/** Who decided last, on every way to a step. */
function decidersBefore({ diagram, steps }: Guessing, id: string): readonly string[] {
  const found: string[] = []
  const seen = new Set<string>([id])
  const queue = into(diagram, id).map(({ from }) => from)
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (seen.has(at)) {
      continue
    }
    seen.add(at)
    const step = steps.get(at)
    if (step !== undefined && decides(step)) {
      found.push(at)
    } else {
      queue.push(...into(diagram, at).map(({ from }) => from))
    }
  }
  return found
}

/** Takes asking and waiting out of their way and hangs them on the decision, from which they lead back. */
function moveToDecision(guessing: Guessing, id: string, decider: string): void {
  const { diagram, steps } = guessing
  const [first] = outOf(diagram, id)
  const last = steps.get(first?.to ?? '')?.as === 'wait' ? (first?.to ?? id) : id
  const [next] = outOf(diagram, last)
  if (next === undefined) {
    return
  }
  diagram.flows = diagram.flows.map((flow) => {
    if (flow.to === id) {
      return { ...flow, to: next.to, points: [] }
    }
    const isOver = flow.to === next.to && [id, last].includes(diagram.nodes.get(flow.from)?.on ?? '')
    return flow.id === next.id || isOver ? { ...flow, to: decider, points: [] } : flow
  })
  const asks = Object.values(steps.get(decider)?.outcomes ?? {}).some((outcome) => outcome.as === 'request-information')
  if (asks) {
    // Whoever decides can ask already: one button is enough, and nothing leads to this step any more.
    drop(diagram, id)
    drop(diagram, last)
    return
  }
  const gateway = gatewayOf(guessing.askers, decider) ?? addGateway(guessing, decider)
  const step = steps.get(decider) as MappedStep
  const label = steps.get(id)?.name ?? id
  const flow = { id: `${id}_heard`, name: label, from: gateway, to: id, points: [] }
  diagram.flows.push(flow)
  steps.set(decider, { ...step, outcomes: { ...step.outcomes, [flow.id]: { label, as: 'request-information' } } })
}

/** A decision whose ways did not part gets a way for each outcome. */
function addGateway({ diagram, askers, steps }: Guessing, decider: string): string {
  const id = `${decider}_decided`
  const node = diagram.nodes.get(decider)
  const step = steps.get(decider)
  const [flow] = outOf(diagram, decider)
  if (node === undefined || step === undefined || flow === undefined) {
    return id
  }
  const { box } = node
  diagram.nodes.set(id, {
    ...node,
    id,
    name: '',
    kind: 'choice',
    box: box === null ? null : { x: box.x + box.width + 20, y: box.y, width: 50, height: 50 },
  })
  askers.set(id, decider)
  const outcomes = Object.entries(step.outcomes ?? {}).map(([key, outcome]) => [`${id}_${key}`, outcome] as const)
  diagram.flows = [
    ...diagram.flows.map((one) => (one.id === flow.id ? { ...one, to: id, points: [] } : one)),
    ...outcomes.map(([way]) => ({ id: way, name: '', from: id, to: flow.to, points: [] })),
  ]
  steps.set(decider, { ...step, asks: true, outcomes: Object.fromEntries(outcomes) })
  return id
}
