import { ANSWER, type Definition, type Node } from './model.ts'
import {
  type Advanced,
  type ProcessEvent,
  type ProcessState,
  type Scalar,
  STATE_VERSION,
  type Token,
  type Values,
  WITHDRAWN,
} from './state.ts'
import { beginRun, boundariesOf, fire, leave, type Refused, type Run, refuse, remove, settle } from './walk.ts'

const TEXT_LENGTH_MAX = 200

/**
 * Moves a process on by one event. Pure: no I/O, no clock of its own; the same input gives the same output.
 * A refusal (a late, repeated or forbidden event, a wrong value, a rule that fails) leaves the state as it was.
 * @param state null only for `start`.
 */
export function advance(
  definition: Definition,
  state: ProcessState | null,
  event: ProcessEvent,
  nowMs: number,
): Advanced {
  const refusal = refuseAtOnce(definition, state, event)
  if (refusal !== null) {
    return refusal
  }
  const run = beginRun(definition, state, nowMs)
  const stopped = take(run, event) ?? settle(run)
  if (stopped !== null) {
    return stopped
  }
  return {
    ok: true,
    state: {
      v: STATE_VERSION,
      definition: definition.digest,
      status: run.tokens.length === 0 ? 'ended' : 'running',
      next: run.next,
      variables: run.variables,
      tokens: run.tokens,
      done: run.done,
      shown: run.shown,
    },
    tasks: { opened: run.opened, closed: run.closed },
    timers: { set: run.timersSet, cancelled: run.timersCancelled },
    effects: run.effects,
    entered: run.entered,
  }
}

/** Says whether a person may complete a task (four eyes); the page asks before it offers the button. */
export function mayComplete(definition: Definition, state: ProcessState, task: string, by: string): boolean {
  const token = state.tokens.find((one) => one.key === task)
  const node = token === undefined ? undefined : definition.nodes.get(token.node)
  return node?.kind === 'user' && isOtherPerson(node.notBy, state.done, by)
}

function refuseAtOnce(definition: Definition, state: ProcessState | null, event: ProcessEvent): Refused | null {
  if (state === null) {
    return event.type === 'start' ? null : refuse('not-started', definition.id)
  }
  if (state.definition !== definition.digest) {
    return refuse('other-definition', definition.id)
  }
  if (event.type === 'start') {
    return refuse('already-started', definition.id)
  }
  if (event.type === 'reopen') {
    return state.status === 'ended' ? null : refuse('still-running', definition.id)
  }
  return state.status === 'ended' ? refuse('ended', definition.id) : null
}

function take(run: Run, event: ProcessEvent): Refused | null {
  switch (event.type) {
    case 'start':
      run.agenda.push({ node: run.definition.start, scope: '' })
      return keep(run, event.variables)
    case 'task-completed':
      return takeTask(run, event)
    case 'message':
      return takeMessage(run, event.name) ?? keep(run, event.values)
    case 'timer':
      return takeTimer(run, event.key)
    case 'withdraw':
      return takeBack(run)
    case 'reopen':
      return beginAgain(run)
    default:
      return takeResult(run, event)
  }
}

function takeTask(run: Run, event: Extract<ProcessEvent, { type: 'task-completed' }>): Refused | null {
  const token = run.tokens.find((one) => one.key === event.task)
  const node = token === undefined ? undefined : run.definition.nodes.get(token.node)
  if (token === undefined || node?.kind !== 'user') {
    return refuse('not-waiting', event.task)
  }
  const outcome = node.outcomes.find((one) => one.id === event.outcome)
  if (outcome === undefined) {
    return refuse('unknown-outcome', node.id)
  }
  if (!isOtherPerson(node.notBy, run.done, event.by)) {
    return refuse('same-person', node.id)
  }
  const missing = outcome.requires.find((name) => isEmpty(ownValue(event.values, name)))
  if (missing !== undefined) {
    return refuse('missing-value', missing)
  }
  run.done[node.id] = { outcome: outcome.id, by: event.by }
  remove(run, token, 'completed')
  leave(run, node, token.scope)
  return keep(run, event.values)
}

const waitsFor = (node: Node, name: string): boolean =>
  (node.kind === 'catch' && node.trigger.kind === 'message' && node.trigger.message === name) ||
  (node.kind === 'service' && node.effect === 'wait-for-answer' && name === ANSWER)

/** The oldest step that waits for the message; where none does, the oldest activity it may interrupt. */
function takeMessage(run: Run, name: string): Refused | null {
  for (const token of run.tokens) {
    const node = run.definition.nodes.get(token.node)
    if (node !== undefined && waitsFor(node, name)) {
      remove(run, token, 'completed')
      leave(run, node, token.scope)
      return null
    }
  }
  for (const token of run.tokens) {
    for (const boundary of boundariesOf(run, token)) {
      if (boundary.trigger.kind === 'message' && boundary.trigger.message === name) {
        fire(run, token, boundary)
        return null
      }
    }
  }
  return refuse('not-waiting', name)
}

function takeTimer(run: Run, key: string): Refused | null {
  const [tokenKey = '', boundaryId] = key.split('/')
  const token = run.tokens.find((one) => one.key === tokenKey)
  const node = token === undefined ? undefined : run.definition.nodes.get(token.node)
  if (token === undefined || node === undefined) {
    return refuse('not-waiting', key)
  }
  if (boundaryId === undefined && node.kind === 'catch' && node.trigger.kind === 'timer') {
    remove(run, token, 'completed', key)
    leave(run, node, token.scope)
    return null
  }
  const boundary = boundariesOf(run, token).find((one) => one.id === boundaryId)
  if (boundary === undefined || token.armed?.includes(boundary.id) !== true) {
    return refuse('not-waiting', key)
  }
  const fired: Token = { ...token, armed: token.armed.filter((id) => id !== boundary.id) }
  run.tokens[run.tokens.indexOf(token)] = fired
  fire(run, fired, boundary)
  return null
}

function takeResult(run: Run, event: Extract<ProcessEvent, { type: 'effect-result' }>): Refused | null {
  const token = run.tokens.find((one) => one.key === event.key)
  const node = token === undefined ? undefined : run.definition.nodes.get(token.node)
  if (token === undefined || node?.kind !== 'service') {
    return refuse('not-waiting', event.key)
  }
  if (!event.ok) {
    run.tokens[run.tokens.indexOf(token)] = { ...token, failed: true }
    return null
  }
  remove(run, token, 'completed')
  leave(run, node, token.scope)
  return keep(run, event.values)
}

function takeBack(run: Run): null {
  for (let [token] = run.tokens; token !== undefined; [token] = run.tokens) {
    remove(run, token, 'cancelled')
  }
  run.shown = WITHDRAWN
  return null
}

function beginAgain(run: Run): Refused | null {
  const task = firstTask(run.definition)
  if (task === null) {
    return refuse('not-waiting', run.definition.id)
  }
  run.agenda.push({ node: task, scope: '' })
  return null
}

/** The first task outside of sub-processes on the way from the start: there a process is taken up again. */
function firstTask(definition: Definition): string | null {
  const seen = new Set<string>()
  const queue = [definition.start]
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const node = definition.nodes.get(id)
    if (node?.kind === 'user') {
      return id
    }
    if (node !== undefined && !seen.has(id)) {
      seen.add(id)
      queue.push(...node.outgoing.flatMap((flow) => definition.flows.get(flow)?.to ?? []))
    }
  }
  return null
}

/** Keeps the declared variables of some values; text, number, truth or ISO date as declared, else a refusal. */
function keep(run: Run, values: Values): Refused | null {
  for (const { name, type, options } of run.definition.variables.values()) {
    const value = ownValue(values, name)
    if (value === undefined || value === null) {
      continue
    }
    const isFit = fits(value, type) && (options.length === 0 || options.includes(String(value)))
    if (!isFit) {
      return refuse('bad-value', name)
    }
    run.variables[name] = value
  }
  return null
}

function fits(value: unknown, type: string): value is Scalar {
  if (type === 'boolean') {
    return typeof value === 'boolean'
  }
  if (type === 'number' || type === 'money') {
    return typeof value === 'number' && (type === 'number' ? Number.isFinite(value) : Number.isSafeInteger(value))
  }
  const isText = typeof value === 'string' && value.length <= TEXT_LENGTH_MAX
  return isText && (type !== 'date' || /^\d{4}-\d\d-\d\d$/.test(value))
}

/** Four eyes: somebody completed the watched task, and it was another person. */
function isOtherPerson(notBy: string | null, done: ProcessState['done'], by: string): boolean {
  if (notBy === null) {
    return true
  }
  const first = Object.hasOwn(done, notBy) ? done[notBy] : undefined
  return first !== undefined && first.by !== by
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || String(value).trim() === ''
const ownValue = (values: Values, name: string): unknown => (Object.hasOwn(values, name) ? values[name] : undefined)
