import { bypass, type ForeignNode, into, outOf } from './diagram.ts'
import { say } from './guess-steps.ts'
import { type Guessing, type MappedStep, type Mapping, type Steps, TIMER_KINDS } from './mapping.ts'
import { spanText } from './table.ts'

/** What asks for something before a timer: a step, or the way of a choice that asks. */
type Asking = { readonly step: string } | { readonly flow: string }

/**
 * Finds what each timer in the flow becomes. Behind a request it is the time for the answer, for who answers must not wait
 * for nothing; everywhere else it is a time in which nothing happens. Answers the first only: of those there is a choice.
 */
export function guessTimers(guessing: Guessing, chosen: Mapping | undefined): Steps {
  const timers: Steps = new Map()
  for (const node of guessing.diagram.nodes.values()) {
    if (node.kind === 'boundary') {
      tellBoundary(guessing, node)
    }
    if (node.kind !== 'timer') {
      continue
    }
    const asking = askingBefore(guessing, node.id)
    const isFor = asking !== null && canBeDeadline(guessing, node.id)
    const as = isFor ? (TIMER_KINDS.find((kind) => kind === chosen?.steps[node.id]?.as) ?? 'deadline') : 'hold'
    say(guessing, isFor ? `assumed.timer-${as}` : 'assumed.timer', node, { time: spanText(guessing.table, node.wait) })
    if (isFor) {
      timers.set(node.id, { name: node.name, as })
    }
  }
  return timers
}

/** Says what a timer does that hangs on a step. */
function tellBoundary(guessing: Guessing, node: ForeignNode): void {
  const { diagram, steps, table } = guessing
  const host = steps.get(node.on)
  if (host === undefined || !node.interrupts) {
    return
  }
  const values = { other: host.name, time: spanText(table, node.wait) }
  const isAnswer = host.as === 'request' || host.as === 'wait'
  if (isAnswer || host.as === 'person') {
    diagram.notes.push({
      key: isAnswer ? 'assumed.timer-answer' : 'assumed.timer-step',
      values: { ...values, name: node.name || node.id },
    })
  }
}

/** Everything that asks right before a node; null where something else leads there too, or the answer is there already. */
function askingBefore(guessing: Guessing, id: string, seen: Set<string> = new Set()): readonly Asking[] | null {
  const { diagram, steps, askers } = guessing
  const found: Asking[] = []
  seen.add(id)
  for (const flow of into(diagram, id)) {
    const asker = askers.get(flow.from)
    const as = steps.get(flow.from)?.as
    if (asker !== undefined) {
      if (steps.get(asker)?.outcomes?.[flow.id]?.as !== 'request-information') {
        return null
      }
      found.push({ flow: flow.id })
    } else if (as === 'request') {
      found.push({ step: flow.from })
    } else if (!seen.has(flow.from)) {
      const more = isPassing(guessing, flow.from) ? askingBefore(guessing, flow.from, seen) : null
      if (more === null) {
        return null
      }
      found.push(...more)
    }
  }
  return found.length === 0 ? null : found
}

/** Whether nobody works at a node: ways that meet or part there, a mail, a step that does nothing. */
function isPassing({ diagram, steps }: Guessing, id: string): boolean {
  const as = steps.get(id)?.as
  const kind = diagram.nodes.get(id)?.kind
  return as === 'nothing' || as === 'notify' || as === 'receipt' || kind === 'choice' || kind === 'parallel'
}

/** The wait for the answer beside a timer, where a request parts into both. */
function waitBeside({ diagram, steps }: Guessing, timer: string): string | undefined {
  return into(diagram, timer)
    .filter(({ from }) => diagram.nodes.get(from)?.kind === 'parallel')
    .flatMap(({ from }) => outOf(diagram, from))
    .map(({ to }) => to)
    .find((to) => steps.get(to)?.as === 'wait')
}

/** Beside a wait, the time for it can only lead to where that is joined with nothing else, or right behind the wait. */
function canBeDeadline(guessing: Guessing, timer: string): boolean {
  const { diagram } = guessing
  const wait = waitBeside(guessing, timer)
  const [next] = outOf(diagram, timer)
  if (next === undefined || wait === undefined || !isJoin(guessing, next.to)) {
    return next !== undefined
  }
  const others = into(diagram, next.to).filter(({ from }) => from !== timer)
  return others.length === 1 || others.some(({ from }) => from === wait)
}

const isJoin = ({ diagram }: Guessing, id: string): boolean =>
  diagram.nodes.get(id)?.kind === 'parallel' && into(diagram, id).length > 1

/** Takes the timers that are times for an answer out of the flow and hangs them on what waits for it. Changes diagram and steps. */
export function limitAnswers(guessing: Guessing, timers: Steps): void {
  for (const [id, { as }] of timers) {
    const node = guessing.diagram.nodes.get(id)
    if (as !== 'deadline' || node === undefined) {
      continue
    }
    const wait = waitBeside(guessing, id)
    if (wait !== undefined) {
      limitBeside(guessing, node, wait)
      continue
    }
    const asking = askingBefore(guessing, id) ?? []
    bypass(guessing.diagram, id)
    for (const [index, one] of asking.entries()) {
      limit(guessing, { ...node, id: index === 0 ? id : `${id}_${index + 1}` }, one)
    }
  }
}

/** The answer and the time for it run beside each other: then the answer is what is waited for. */
function limitBeside({ diagram }: Guessing, node: ForeignNode, wait: string): void {
  const [way] = into(diagram, node.id)
  const [next] = outOf(diagram, node.id)
  if (way === undefined || next === undefined) {
    return
  }
  diagram.flows = diagram.flows.filter(({ id }) => id !== way.id)
  if (outOf(diagram, way.from).length === 1) {
    bypass(diagram, way.from)
  }
  diagram.nodes.set(node.id, hung(node, wait))
  const join = diagram.nodes.get(next.to)
  const others = into(diagram, next.to).filter(({ id }) => id !== next.id)
  if (join?.kind !== 'parallel' || others.length === 0) {
    return
  }
  if (others.length === 1) {
    // What is left comes one way or the other.
    diagram.nodes.set(join.id, { ...join, kind: 'choice' })
    return
  }
  const met = `${node.id}_met`
  diagram.nodes.set(met, { ...join, id: met, name: '', kind: 'choice', box: null })
  diagram.flows = diagram.flows.map((flow) =>
    flow.to === join.id && (flow.from === wait || flow.id === next.id) ? { ...flow, to: met, points: [] } : flow,
  )
  diagram.flows.push({ id: `${met}_out`, name: '', from: met, to: join.id, points: [] })
}

/** Hangs a timer on the wait that follows what asks; it leads to where the answer leads. */
function limit(guessing: Guessing, node: ForeignNode, asking: Asking): void {
  const { diagram, steps } = guessing
  const step = 'step' in asking ? asking.step : addRequest(guessing, node, asking.flow)
  const [first] = outOf(diagram, step)
  const host = steps.get(first?.to ?? '')?.as === 'wait' ? (first?.to ?? step) : step
  const [next] = outOf(diagram, host)
  if (next === undefined) {
    return
  }
  diagram.nodes.set(node.id, hung(node, host))
  diagram.flows.push({ id: `${node.id}_over`, name: '', from: node.id, to: next.to, points: [] })
}

/** Asking was only the way from a choice: it gets a step, or the wait that stands there. */
function addRequest({ diagram, steps, table }: Guessing, node: ForeignNode, way: string): string {
  const flow = diagram.flows.find(({ id }) => id === way)
  if (flow === undefined || steps.get(flow.to)?.as === 'wait') {
    return flow?.to ?? ''
  }
  const id = `${node.id}_asked`
  const name = table.names.wait
  diagram.nodes.set(id, { ...node, id, name, kind: 'send', wait: '', on: '' })
  steps.set(id, { name, as: 'request' } satisfies MappedStep)
  diagram.flows = diagram.flows.map((one) => (one.id === way ? { ...one, to: id, points: [] } : one))
  diagram.flows.push({ id: `${id}_out`, name: '', from: id, to: flow.to, points: [] })
  return id
}

const hung = (node: ForeignNode, on: string): ForeignNode => ({ ...node, kind: 'boundary', on, interrupts: true })
