import type { Finding } from '../lib/finding.ts'
import { isCosigned } from './decisions.ts'
import { explore, keyOf, type Taken } from './explore.ts'
import type { Definition, Node } from './model.ts'
import type { ProcessEvent } from './state.ts'
import { endsPayment } from './waiting.ts'

/**
 * What a case has been decided when it comes to a step: nothing, a draft that waits for a second person, a decision that counts, a
 * draft that was given back, a decision that became a notice.
 */
type Decided = 'nothing' | 'draft' | 'made' | 'back' | 'told'
/** A step taken, by the states it leads from and to. */
type Way = Taken & { readonly from: string; readonly to: string }

/** As many states as are looked at where a process is read. */
const STATES_MAX = 2_000
const known = new WeakMap<Definition, readonly Found[]>()
type Found = Omit<Finding, 'file'> & { readonly node: string }

/**
 * Finds steps to which a case can come without what they need, looking at every way: nobody signs or gives back what nobody
 * drafted, no notice is made of a draft, and what was decided does not end without a notice. A fee that nobody paid ends a
 * decision that was to become a notice after it. Pure.
 */
export function checkDecided(definition: Definition, file: string): readonly Finding[] {
  return foundIn(definition).map(({ node: _, ...finding }) => ({ ...finding, file }))
}

/** Steps to which a case can come without a decision that waits for a second person, though one is signed or given back there. */
export const undecidedSteps = (definition: Definition): readonly string[] =>
  foundIn(definition).flatMap(({ type, node }) => (type === 'workflow/nothing-decided' ? [node] : []))

function foundIn(definition: Definition): readonly Found[] {
  const found = known.get(definition) ?? findingsOf(definition)
  known.set(definition, found)
  return found
}

function findingsOf(definition: Definition): readonly Found[] {
  const ways = waysOf(definition)
  const findings = new Map<string, Found>()
  const seen = new Set<string>()
  const open: { readonly key: string; readonly decided: Decided }[] = [{ key: START, decided: 'nothing' }]
  const report = (node: Node | undefined, type: string, detail: string): void => {
    const place = node?.id ?? ''
    findings.set(`${type}|${place}`, { line: node?.line ?? 1, type, detail, node: place })
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(`${at.decided}|${at.key}`)) {
      continue
    }
    seen.add(`${at.decided}|${at.key}`)
    for (const way of ways.get(at.key) ?? []) {
      const decided = after({ definition, way, report }, at.decided)
      if (way.after.status === 'ended' && (decided === 'made' || decided === 'draft')) {
        const end = definition.nodes.get(way.entered.findLast((id) => definition.nodes.get(id)?.kind === 'end') ?? '')
        const detail = `The process ends at "${end?.id ?? ''}" with a decision and without a notice of it.`
        report(end, 'workflow/no-notice', detail)
      }
      open.push({ key: way.to, decided })
    }
  }
  return [...findings.values()]
}

const START = ''

function waysOf(definition: Definition): ReadonlyMap<string, readonly Way[]> {
  const ways = new Map<string, Way[]>()
  const look = (taken: Taken): void => {
    const from = taken.before === null ? START : keyOf(taken.before)
    const way = { ...taken, from, to: keyOf(taken.after) }
    ways.set(from, [...(ways.get(from) ?? []), way])
  }
  explore(definition, { nowMs: 0, statesMax: STATES_MAX, look })
  return ways
}

type Taking = {
  readonly definition: Definition
  readonly way: Way
  readonly report: (node: Node | undefined, type: string, detail: string) => void
}

/** What is decided after a step. */
function after({ definition, way, report }: Taking, before: Decided): Decided {
  let decided = before
  const node = nodeOf(definition, way)
  if (node?.kind === 'user' && way.event.type === 'task-completed') {
    decided = finished({ definition, node, report, outcome: way.event.outcome }, decided)
  }
  if (way.event.type === 'timer' && endsPayment(definition, boundaryOf(way.event))) {
    decided = 'nothing'
  }
  // What waits does its work before the process goes on, what does not while it is passed.
  const worked = [
    ...(way.event.type === 'effect-result' ? [node] : []),
    ...way.entered.map((id) => definition.nodes.get(id)).filter((one) => one?.kind === 'service' && !one.waits),
  ]
  for (const one of worked) {
    if (one?.kind === 'service' && one.effect === 'decide') {
      decided = decided === 'nothing' ? 'made' : decided
    }
    if (one?.kind === 'service' && one.effect === 'create-document') {
      if (decided !== 'made' && decided !== 'told') {
        report(one, 'workflow/no-decision', `"${one.id}" can be reached without a decision that counts.`)
      }
      decided = 'told'
    }
  }
  return decided
}

type Finished = Pick<Taking, 'definition' | 'report'> & { readonly node: Node; readonly outcome: string }

function finished({ definition, node, report, outcome }: Finished, before: Decided): Decided {
  switch (outcome) {
    case 'approve':
    case 'refuse':
      return isCosigned(definition, node.id) ? 'draft' : 'made'
    case 'sign':
    case 'return':
      if (before !== 'draft') {
        const detail = `A case can come to "${node.id}" without a decision that waits for a second person: "${outcome}" could not be done there.`
        report(node, 'workflow/nothing-decided', detail)
      }
      return outcome === 'sign' ? 'made' : 'back'
    default:
      return before
  }
}

/** The node that an event is about. */
function nodeOf({ nodes }: Definition, { before, event }: Way): Node | undefined {
  const key = event.type === 'task-completed' ? event.task : event.type === 'effect-result' ? event.key : undefined
  return nodes.get(before?.tokens.find((token) => token.key === key)?.node ?? '')
}

const boundaryOf = (event: Extract<ProcessEvent, { type: 'timer' }>): string => event.key.split('/')[1] ?? ''
