import { type Finding, nearest } from '../lib/finding.ts'
import type { Definition, Flow, Node } from './model.ts'

/**
 * Checks a process as a whole: every node can be reached and reaches an end, every gateway has a way out, no loop runs
 * without waiting, and nobody reaches a co-signed task past the task it watches. Pure; finds all mistakes.
 */
export function checkGraph(definition: Definition, file: string): readonly Finding[] {
  const findings: Finding[] = []
  const report: Report = (line, type, detail, suggestion) => {
    findings.push({ file, line, type, detail, ...(suggestion === undefined ? {} : { suggestion }) })
  }
  for (const flow of definition.flows.values()) {
    checkFlow(definition, flow, report)
  }
  for (const node of definition.nodes.values()) {
    checkShape(definition, node, report)
    checkFourEyes(definition, node, report)
  }
  checkReach(definition, report)
  checkLoops(definition, report)
  return findings
}

/** What the rest of the content holds, for references from a process. */
export type KnownContent = {
  readonly postboxes: readonly string[]
  readonly deadlines: readonly string[]
  /** Kinds of documents that can be made: names of the service's notice templates. */
  readonly documents: readonly string[]
  readonly connectors: readonly string[]
}

/** Checks what a process names in the rest of the content: postboxes, deadlines, documents, connectors. */
export function checkReferences(definition: Definition, file: string, known: KnownContent): readonly Finding[] {
  const findings: Finding[] = []
  const mustBe = (value: string, names: readonly string[], at: { line: number; what: string }): void => {
    if (!names.includes(value)) {
      const suggestion = nearest(value, names)
      const detail = `There is no ${at.what} "${value}".`
      const hint = suggestion === undefined ? {} : { suggestion }
      findings.push({ file, line: at.line, type: `workflow/unknown-${at.what}`, detail, ...hint })
    }
  }
  for (const node of definition.nodes.values()) {
    const { line } = node
    for (const due of duesOf(node)) {
      mustBe(due, known.deadlines, { line, what: 'deadline' })
    }
    if (node.kind === 'user' && node.postbox.kind === 'fixed') {
      mustBe(node.postbox.value, known.postboxes, { line, what: 'postbox' })
    }
    const kind = node.kind === 'service' ? node.params.get('kind') : undefined
    if (node.kind === 'service' && node.effect === 'create-document' && kind?.kind === 'fixed') {
      mustBe(kind.value, known.documents, { line, what: 'document' })
    }
    const connector = node.kind === 'service' ? node.params.get('connector') : undefined
    if (connector?.kind === 'fixed') {
      mustBe(connector.value, known.connectors, { line, what: 'connector' })
    }
  }
  return findings
}

type Report = (line: number, type: string, detail: string, suggestion?: string) => void

function checkFlow(definition: Definition, flow: Flow, report: Report): void {
  const [from, to] = [definition.nodes.get(flow.from), definition.nodes.get(flow.to)]
  if (from === undefined || to === undefined) {
    report(flow.line, 'workflow/flow', `The sequence flow "${flow.id}" begins or ends at nothing.`)
    return
  }
  if (from.scope !== to.scope) {
    report(flow.line, 'workflow/flow', `The sequence flow "${flow.id}" crosses the border of a sub-process.`)
  }
  if (flow.condition !== null && from.kind !== 'choice') {
    const detail = `The condition of "${flow.id}" has no effect: only an exclusive gateway chooses.`
    report(flow.line, 'workflow/condition', detail)
  }
}

function checkShape(definition: Definition, node: Node, report: Report): void {
  const { id, line } = node
  const isSource = node.kind === 'start' || node.kind === 'boundary'
  if (isSource && node.incoming.length > 0) {
    report(line, 'workflow/flow', `Nothing may lead to "${id}": it is a beginning.`)
  }
  if (node.kind === 'end' && node.outgoing.length > 0) {
    report(line, 'workflow/flow', `Nothing may follow the end "${id}".`)
  }
  if (node.kind !== 'choice' && node.kind !== 'parallel' && node.outgoing.length > 1) {
    report(line, 'workflow/split', `"${id}" has several ways on: say with a gateway whether one or all are taken.`)
  }
  if (node.kind === 'choice') {
    checkChoice(definition, node, report)
  }
  if (node.kind === 'boundary') {
    const host = definition.nodes.get(node.on)
    const waits = host !== undefined && isActivity(host)
    if (!waits) {
      report(line, 'workflow/boundary', `"${id}" must hang on a task or sub-process that waits.`)
    }
  }
}

/** A gateway must have a default, or its conditions must name every outcome of one task. */
function checkChoice(definition: Definition, node: Node & { kind: 'choice' }, report: Report): void {
  const flows = node.outgoing.flatMap((id) => definition.flows.get(id) ?? [])
  if (node.otherwise !== null && !node.outgoing.includes(node.otherwise)) {
    report(node.line, 'workflow/default', `The default of "${node.id}" is none of its ways.`)
  }
  for (const flow of flows) {
    const isDefault = flow.id === node.otherwise
    if (isDefault && flow.condition !== null) {
      report(flow.line, 'workflow/default', `The default "${flow.id}" must have no condition.`)
    }
    if (!isDefault && flow.condition === null && flows.length > 1) {
      report(flow.line, 'workflow/condition', `The way "${flow.id}" of "${node.id}" needs a condition.`)
    }
  }
  if (flows.length > 1 && node.otherwise === null && !isExhaustive(definition, flows)) {
    const detail = `"${node.id}" has no default, and its conditions do not name every outcome of one task.`
    report(node.line, 'workflow/default', detail, 'default')
  }
}

function isExhaustive(definition: Definition, flows: readonly Flow[]): boolean {
  const pattern = /^([A-Za-z0-9_]+)\.outcome\s*=\s*"([^"]*)"$/
  const named = flows.map((flow) => pattern.exec(flow.condition?.source.trim() ?? ''))
  const tasks = new Set(named.map((match) => match?.[1]))
  const task = definition.nodes.get([...tasks][0] ?? '')
  const outcomes = new Set(named.map((match) => match?.[2]))
  return tasks.size === 1 && task?.kind === 'user' && task.outcomes.every((outcome) => outcomes.has(outcome.id))
}

/** Four eyes hold only if somebody else must sign, the watched task exists and no way leads past it. */
function checkFourEyes(definition: Definition, node: Node, report: Report): void {
  if (node.kind !== 'user') {
    return
  }
  if (node.notBy === null) {
    checkSigning(definition, node, report)
    return
  }
  const watched = definition.nodes.get(node.notBy)
  if (watched?.kind !== 'user' || watched.id === node.id) {
    const tasks = [...definition.nodes.values()].filter((other) => other.kind === 'user' && other.id !== node.id)
    const hint = nearest(node.notBy, tasks.map((task) => task.id)) // biome-ignore format: one thought
    report(
      node.line,
      'workflow/co-sign',
      `"${node.id}" must differ from "${node.notBy}", which is no other user task.`,
      hint,
    )
    return
  }
  if (reachable(definition, [definition.start], new Set([watched.id])).has(node.id)) {
    const detail = `"${node.id}" can be reached without "${watched.id}", so four eyes would not hold.`
    report(node.line, 'workflow/co-sign', detail)
  }
}

/** Only with `notBy` is the right to sign asked for, and a second person for sure: `sign` without it would be one person's word. */
function checkSigning(definition: Definition, node: Node & { kind: 'user' }, report: Report): void {
  if (node.outcomes.every(({ id }) => id !== 'sign')) {
    return
  }
  const before = [...definition.nodes.values()].filter(
    (other) =>
      other.kind === 'user' &&
      other.outcomes.some(({ id }) => id === 'approve' || id === 'refuse') &&
      !reachable(definition, [definition.start], new Set([other.id])).has(node.id),
  )
  const detail = `"${node.id}" has the outcome "sign" and no notBy: say with notBy which task another person must have done.`
  const [decision] = before
  report(node.line, 'workflow/sign-by-anyone', detail, decision === undefined ? undefined : `notBy="${decision.id}"`)
}

function checkReach(definition: Definition, report: Report): void {
  const reached = reachable(definition, [definition.start])
  for (const node of definition.nodes.values()) {
    if (!reached.has(node.id)) {
      report(node.line, 'workflow/unreachable', `"${node.id}" can never be reached.`)
    } else if (!reachesEnd(definition, node)) {
      report(node.line, 'workflow/no-end', `From "${node.id}" no way leads to an end.`)
    }
  }
}

function reachesEnd(definition: Definition, node: Node): boolean {
  const reached = reachable(definition, [node.id])
  return [...reached].some((id) => {
    const other = definition.nodes.get(id)
    return other?.kind === 'end' && other.scope === node.scope
  })
}

/** Where a way leads from `from`, `without` taken out. Enters sub-processes and boundary events; leaves both. */
export function reachable(
  definition: Definition,
  from: readonly string[],
  without: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = definition.nodes.get(id)
    if (node === undefined || seen.has(id)) {
      continue
    }
    if (without.has(id)) {
      continue
    }
    seen.add(id)
    open.push(...nextOf(definition, node), ...node.boundaries)
    if (node.kind === 'subprocess') {
      open.push(node.start)
    }
  }
  return seen
}

/** Finds a loop in which nothing waits: it would run for ever within one step. */
function checkLoops(definition: Definition, report: Report): void {
  const done = new Set<string>()
  const visit = (id: string, path: readonly string[]): void => {
    const node = definition.nodes.get(id)
    if (path.includes(id)) {
      report(node?.line ?? 1, 'workflow/endless', `The loop through "${id}" waits for nothing and would never end.`)
      return
    }
    if (node === undefined || done.has(id) || waits(node)) {
      return
    }
    for (const next of nextOf(definition, node)) {
      visit(next, [...path, id])
    }
    done.add(id)
  }
  for (const id of definition.nodes.keys()) {
    visit(id, [])
  }
}

const nextOf = (definition: Definition, node: Node): string[] =>
  node.outgoing.flatMap((id) => definition.flows.get(id)?.to ?? [])

const isActivity = (node: Node): boolean =>
  node.kind === 'user' || node.kind === 'subprocess' || (node.kind === 'service' && node.waits)

/** Whether a process can stand still at a node. */
const waits = (node: Node): boolean => isActivity(node) || node.kind === 'catch'

function duesOf(node: Node): string[] {
  const trigger = node.kind === 'catch' || node.kind === 'boundary' ? node.trigger : null
  const dues = [trigger?.kind === 'timer' ? trigger.due : null, node.kind === 'user' ? node.due : null]
  return dues.flatMap((due) => (due?.kind === 'deadline' ? [due.id] : []))
}
