import { advance } from './machine.ts'
import type { Definition, Node, Outcome, UserTask, Variable } from './model.ts'
import type { Advanced, ProcessEvent, ProcessState, Scalar, Token, Values } from './state.ts'

type Moved = Extract<Advanced, { ok: true }>

/** Most states that are looked at; no process that people can read has so many between a task and a payment. */
const STATES_MAX = 200

/**
 * Which outcomes of an open task lead to a fee being asked for, by walking the process on from where it stands. Pure.
 * A second person is taken to sign; where somebody has to decide first, or the person to answer, nothing is said ahead.
 * @param at `key` of the task.
 */
export function outcomesToPayment(
  definition: Definition,
  state: ProcessState,
  at: { readonly key: string; readonly nowMs: number },
): readonly string[] {
  const node = definition.nodes.get(state.tokens.find(({ key }) => key === at.key)?.node ?? '')
  if (node?.kind !== 'user') {
    return []
  }
  // What waited before goes on by itself whatever is pressed here.
  const known = new Set(state.tokens.map(({ key }) => key))
  const further: Further = (token, depth) => (known.has(token.key) ? [] : eventsAt(definition, token, depth))
  return node.outcomes
    .filter((outcome) => {
      const event = completion(definition, { key: at.key, outcome, depth: 0 })
      return reachesPayment(definition, { state, event, depth: 1 }, { nowMs: at.nowMs, further })
    })
    .map(({ id }) => id)
}

/** Whether a process that begins with these values asks for the fee before anybody works on it. Pure. */
export function asksForFeeAtOnce(definition: Definition, variables: Values, nowMs: number): boolean {
  const further: Further = (token, depth) =>
    definition.nodes.get(token.node)?.kind === 'service' ? eventsAt(definition, token, depth) : []
  return reachesPayment(definition, { state: null, event: { type: 'start', variables }, depth: 1 }, { nowMs, further })
}

type Step = { readonly state: ProcessState | null; readonly event: ProcessEvent; readonly depth: number }
/** How it can go on at a token. */
type Further = (token: Token, depth: number) => readonly ProcessEvent[]

function reachesPayment(
  definition: Definition,
  first: Step,
  { nowMs, further }: { readonly nowMs: number; readonly further: Further },
): boolean {
  const open: Step[] = [first]
  for (let seen = 0; seen < STATES_MAX; seen += 1) {
    const next = open.shift()
    if (next === undefined) {
      return false
    }
    const moved = advance(definition, next.state, next.event, nowMs)
    if (moved.ok && asksForFee(moved)) {
      return true
    }
    if (moved.ok) {
      const { state } = moved
      const events = state.tokens.flatMap((token) => further(token, next.depth))
      open.push(...events.map((event) => ({ state, event, depth: next.depth + 1 })))
    }
  }
  return false
}

const asksForFee = ({ effects }: Moved): boolean =>
  effects.some(({ type, params }) => type === 'pay' && params['exempt'] !== true)

/** How it can go on at a token without anybody deciding anew. */
function eventsAt(definition: Definition, { key, node: id }: Token, depth: number): readonly ProcessEvent[] {
  const node: Node | undefined = definition.nodes.get(id)
  if (node?.kind === 'user') {
    return furtherOutcomes(node).map((outcome) => completion(definition, { key, outcome, depth }))
  }
  if (node?.kind === 'service') {
    return [{ type: 'effect-result', key, ok: true, values: {} }]
  }
  return node?.kind === 'catch' && node.trigger.kind === 'timer' ? [{ type: 'timer', key }] : []
}

function furtherOutcomes({ outcomes }: UserTask): readonly Outcome[] {
  if (outcomes.some(({ id }) => id === 'approve' || id === 'refuse')) {
    return []
  }
  const signing = outcomes.filter(({ id }) => id === 'sign')
  return signing.length > 0 ? signing : outcomes.filter(({ id }) => id !== 'request-information')
}

/** Somebody, every time another one, finishes a task with all that its outcome asks for. */
export function completion(
  { variables }: Definition,
  { key, outcome, depth }: { readonly key: string; readonly outcome: Outcome; readonly depth: number },
): ProcessEvent {
  const values = Object.fromEntries(outcome.requires.map((name) => [name, valueFor(variables.get(name))]))
  return { type: 'task-completed', task: key, outcome: outcome.id, by: `anybody:${depth}`, values }
}

const FITTING: Readonly<Record<Variable['type'], Scalar>> = {
  string: 'x', number: 1, money: 1, boolean: true, date: '2000-01-01',
} // biome-ignore format: one table

const valueFor = (variable: Variable | undefined): Scalar =>
  variable === undefined ? 'x' : (variable.options[0] ?? FITTING[variable.type])
