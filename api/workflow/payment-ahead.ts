import { advance } from './machine.ts'
import type { Definition, Node, Outcome, UserTask, Variable } from './model.ts'
import type { Advanced, ProcessEvent, ProcessState, Scalar, Token } from './state.ts'

type Moved = Extract<Advanced, { ok: true }>

/** Most states that are looked at; no process that people can read has so many between a task and a payment. */
const STATES_MAX = 200

/**
 * Which outcomes of an open task lead to a fee being asked for, by walking the process on from where it stands. Pure.
 * A second person is taken to sign; where somebody has to decide first, or the person to answer, nothing is said ahead.
 * @param key of the task.
 */
export function outcomesToPayment(definition: Definition, state: ProcessState, key: string): readonly string[] {
  const node = definition.nodes.get(state.tokens.find((token) => token.key === key)?.node ?? '')
  if (node?.kind !== 'user') {
    return []
  }
  return node.outcomes
    .filter((outcome) => leadsToPayment(definition, state, completion(definition, { key, outcome, depth: 0 })))
    .map(({ id }) => id)
}

function leadsToPayment(definition: Definition, from: ProcessState, first: ProcessEvent): boolean {
  const open: { state: ProcessState; event: ProcessEvent; depth: number }[] = [{ state: from, event: first, depth: 1 }]
  for (let seen = 0; seen < STATES_MAX; seen += 1) {
    const next = open.shift()
    if (next === undefined) {
      return false
    }
    // Nothing that happens here depends on the moment: the rules of a process know only the day.
    const moved = advance(definition, next.state, next.event, 0)
    if (!moved.ok) {
      continue
    }
    if (asksForFee(moved)) {
      return true
    }
    // What waited before goes on by itself whatever is pressed here.
    const fresh = moved.state.tokens.filter(({ key }) => !from.tokens.some((old) => old.key === key))
    const events = fresh.flatMap((token) => eventsAt(definition, token, next.depth))
    open.push(...events.map((event) => ({ state: moved.state, event, depth: next.depth + 1 })))
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
function completion(
  { variables }: Definition,
  { key, outcome, depth }: { readonly key: string; readonly outcome: Outcome; readonly depth: number },
): ProcessEvent {
  const values = Object.fromEntries(outcome.requires.map((name) => [name, valueFor(variables.get(name))]))
  return { type: 'task-completed', task: key, outcome: outcome.id, by: `anybody:${depth}`, values }
}

const VALUES: Readonly<Record<Variable['type'], Scalar>> = {
  string: 'x', number: 1, money: 1, boolean: true, date: '2000-01-01',
} // biome-ignore format: one table

const valueFor = (variable: Variable | undefined): Scalar =>
  variable === undefined ? 'x' : (variable.options[0] ?? VALUES[variable.type])
