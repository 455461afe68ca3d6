import { dayInBerlin } from '../lib/clock.ts'
import { evaluate } from '../lib/feel.ts'
import { dueAtMs } from './duration.ts'
import { type Definition, type Due, type Expression, isNoticeable, type Node } from './model.ts'
import type {
  Advanced,
  ClosedTask,
  DueAt,
  Effect,
  OpenedTask,
  ProcessState,
  RefusalReason,
  Scalar,
  SetTimer,
  Token,
} from './state.ts'

const STEPS_MAX = 1000
const TOKENS_MAX = 100

export type Refused = Extract<Advanced, { ok: false }>
export type Run = {
  readonly definition: Definition
  readonly nowMs: number
  next: number
  variables: Record<string, Scalar>
  tokens: Token[]
  done: Record<string, { outcome: string; by: string }>
  shown: string | null
  steps: number
  readonly agenda: { node: string; scope: string; via?: string }[]
  readonly opened: OpenedTask[]
  readonly closed: ClosedTask[]
  readonly timersSet: SetTimer[]
  readonly timersCancelled: string[]
  readonly effects: Effect[]
  readonly entered: string[]
}

export const refuse = (refusal: RefusalReason, at: string): Refused => ({ ok: false, refusal, at })

export function beginRun(definition: Definition, state: ProcessState | null, nowMs: number): Run {
  return {
    definition,
    nowMs,
    next: state?.next ?? 1,
    variables: { ...state?.variables },
    tokens: [...(state?.tokens ?? [])],
    done: { ...state?.done },
    shown: state?.shown ?? null,
    steps: 0,
    agenda: [],
    opened: [],
    closed: [],
    timersSet: [],
    timersCancelled: [],
    effects: [],
    entered: [],
  }
}

/** Works off the agenda, then ends sub-processes that hold no token any more, until nothing moves. */
export function settle(run: Run): Refused | null {
  for (;;) {
    for (let item = run.agenda.shift(); item !== undefined; item = run.agenda.shift()) {
      run.steps += 1
      if (run.steps > STEPS_MAX || run.tokens.length > TOKENS_MAX) {
        return refuse('too-much', item.node)
      }
      const refused = enter(run, item)
      if (refused !== null) {
        return refused
      }
    }
    const finished = run.tokens.find((token) => isFinished(run, token))
    const node = finished === undefined ? undefined : run.definition.nodes.get(finished.node)
    if (finished === undefined || node === undefined) {
      return null
    }
    remove(run, finished, 'completed')
    leave(run, node, finished.scope)
  }
}

function enter(run: Run, item: { node: string; scope: string; via?: string }): Refused | null {
  const node = run.definition.nodes.get(item.node)
  if (node === undefined) {
    return refuse('too-much', item.node)
  }
  run.entered.push(node.id)
  if (isNoticeable(node)) {
    run.shown = node.id
  }
  switch (node.kind) {
    case 'user':
      return openTask(run, node, item.scope)
    case 'service':
      return emit(run, node, item.scope)
    case 'choice':
      return choose(run, node, item.scope)
    case 'parallel':
      return joinAndFork(run, node, item)
    case 'catch': {
      const token = wait(run, node, item.scope)
      if (node.trigger.kind === 'timer') {
        run.timersSet.push({ key: token.key, node: node.id, due: dueAt(run, node.trigger.due) })
      }
      return null
    }
    case 'subprocess':
      run.agenda.push({ node: node.start, scope: wait(run, node, item.scope).key })
      return null
    case 'end':
      if (node.isTerminate) {
        clearScope(run, item.scope)
      }
      return null
    default:
      leave(run, node, item.scope)
      return null
  }
}

function openTask(run: Run, node: Node & { kind: 'user' }, scope: string): Refused | null {
  const postbox = resultOf(run, node.postbox)
  if (typeof postbox !== 'string' || postbox === '') {
    return refuse('rule-failed', node.id)
  }
  const { key } = wait(run, node, scope)
  run.opened.push({ key, node: node.id, postbox, due: node.due === null ? null : dueAt(run, node.due) })
  return null
}

function emit(run: Run, node: Node & { kind: 'service' }, scope: string): Refused | null {
  const params: Record<string, Scalar> = {}
  for (const [name, expression] of node.params) {
    const value = resultOf(run, expression)
    if (value === null) {
      return refuse('rule-failed', node.id)
    }
    params[name] = value
  }
  const key = node.waits ? wait(run, node, scope).key : newKey(run, node)
  run.effects.push({ key, node: node.id, type: node.effect, params })
  if (!node.waits) {
    leave(run, node, scope)
  }
  return null
}

/** Takes the first way whose condition is true, else the default; a missing answer makes a condition not true. */
function choose(run: Run, node: Node & { kind: 'choice' }, scope: string): Refused | null {
  for (const id of node.outgoing) {
    const flow = run.definition.flows.get(id)
    if (flow === undefined || id === node.otherwise) {
      continue
    }
    const result = flow.condition === null ? { ok: true, value: true } : evaluate(flow.condition, contextOf(run))
    if (!result.ok) {
      return refuse('rule-failed', node.id)
    }
    if ('value' in result && result.value === true) {
      run.agenda.push({ node: flow.to, scope, via: id })
      return null
    }
  }
  const otherwise = run.definition.flows.get(node.otherwise ?? '')
  if (otherwise === undefined) {
    return refuse('rule-failed', node.id)
  }
  run.agenda.push({ node: otherwise.to, scope, via: otherwise.id })
  return null
}

function joinAndFork(
  run: Run,
  node: Node & { kind: 'parallel' },
  item: { scope: string; via?: string },
): Refused | null {
  if (node.incoming.length < 2) {
    leave(run, node, item.scope)
    return null
  }
  wait(run, node, item.scope, item.via ?? '')
  const arrived = node.incoming.map((flow) =>
    run.tokens.find((token) => token.node === node.id && token.scope === item.scope && token.via === flow),
  )
  if (arrived.every((token) => token !== undefined)) {
    for (const token of arrived) {
      remove(run, token, 'completed')
    }
    leave(run, node, item.scope)
  }
  return null
}

export function leave(run: Run, node: Node, scope: string): void {
  for (const id of node.outgoing) {
    const flow = run.definition.flows.get(id)
    if (flow !== undefined) {
      run.agenda.push({ node: flow.to, scope, via: id })
    }
  }
}

export function fire(run: Run, token: Token, boundary: Node & { kind: 'boundary' }): void {
  run.entered.push(boundary.id)
  if (boundary.interrupts) {
    remove(run, token, 'cancelled')
  }
  leave(run, boundary, token.scope)
}

function wait(run: Run, node: Node, scope: string, via?: string): Token {
  const key = newKey(run, node)
  const armed: string[] = []
  for (const id of node.boundaries) {
    const boundary = run.definition.nodes.get(id)
    if (boundary?.kind === 'boundary' && boundary.trigger.kind === 'timer') {
      armed.push(id)
      run.timersSet.push({ key: `${key}/${id}`, node: id, due: dueAt(run, boundary.trigger.due) })
    }
  }
  const extra = { ...(via === undefined ? {} : { via }), ...(armed.length === 0 ? {} : { armed }) }
  const token: Token = { key, node: node.id, scope, ...extra }
  run.tokens.push(token)
  return token
}

/** Takes a token away with all that lies in it; its task is closed and its timers are cancelled. */
export function remove(run: Run, token: Token, reason: ClosedTask['reason'], firedTimer?: string): void {
  const node = run.definition.nodes.get(token.node)
  run.tokens = run.tokens.filter((one) => one.key !== token.key)
  if (node?.kind === 'subprocess') {
    clearScope(run, token.key)
  }
  if (node?.kind === 'user') {
    run.closed.push({ key: token.key, node: node.id, reason })
  }
  if (node?.kind === 'catch' && node.trigger.kind === 'timer' && token.key !== firedTimer) {
    run.timersCancelled.push(token.key)
  }
  run.timersCancelled.push(...(token.armed ?? []).map((id) => `${token.key}/${id}`))
}

function clearScope(run: Run, scope: string): void {
  const rest = run.agenda.filter((item) => item.scope !== scope)
  run.agenda.splice(0, run.agenda.length, ...rest)
  for (const token of run.tokens.filter((one) => one.scope === scope)) {
    remove(run, token, 'cancelled')
  }
}

function isFinished(run: Run, token: Token): boolean {
  const isInside = (one: { scope: string }): boolean => one.scope === token.key
  return run.definition.nodes.get(token.node)?.kind === 'subprocess' && !run.tokens.some(isInside)
}

export function boundariesOf(run: Run, token: Token): (Node & { kind: 'boundary' })[] {
  const ids = run.definition.nodes.get(token.node)?.boundaries ?? []
  return ids.flatMap((id) => {
    const node = run.definition.nodes.get(id)
    return node?.kind === 'boundary' ? [node] : []
  })
}

function resultOf(run: Run, expression: Expression): Scalar | null {
  if (expression.kind === 'fixed') {
    return expression.value
  }
  const result = evaluate(expression.rule, contextOf(run))
  return result.ok && !Array.isArray(result.value) ? (result.value as Scalar | null) : null
}

function contextOf(run: Run): Record<string, unknown> {
  return { ...run.variables, ...run.done, heute: dayInBerlin(run.nowMs) }
}

const dueAt = (run: Run, due: Due): DueAt =>
  due.kind === 'deadline' ? due : { kind: 'at', atMs: dueAtMs(run.nowMs, due.iso) }

function newKey(run: Run, node: Node): string {
  const key = `${node.id}-${run.next}`
  run.next += 1
  return key
}
