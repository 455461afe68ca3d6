import { addDays } from '../lib/deadlines.ts'
import type { WaitsFor } from '../postboxes/plan.ts'
import { ANSWER, type Definition, type Due, type Node } from './model.ts'
import type { ProcessState } from './state.ts'

/** What comes first where a process waits for several things: what a person has to do before what happens by itself. */
const ORDER: readonly WaitsFor[] = ['payment', 'answer', 'delivery', 'message', 'deadline', 'program']

/** What a process waits for that is no clerk's task; null where it ended or waits for clerks alone. */
export function waitOf(definition: Definition, state: ProcessState): WaitsFor | null {
  const waits = state.tokens.map(({ node }) => waitAt(definition.nodes.get(node)))
  return ORDER.find((one) => waits.includes(one)) ?? null
}

function waitAt(node: Node | undefined): WaitsFor | null {
  if (node?.kind === 'catch') {
    return node.trigger.kind === 'timer' ? 'deadline' : node.trigger.message === ANSWER ? 'answer' : 'message'
  }
  if (node?.kind !== 'service') {
    return null
  }
  switch (node.effect) {
    case 'pay':
      return 'payment'
    case 'wait-for-answer':
      return 'answer'
    case 'deliver':
      return 'delivery'
    default:
      return 'program'
  }
}

/** Whether a timer ends the wait for a payment: others before it only remind. */
export function endsPayment({ nodes }: Pick<Definition, 'nodes'>, timer: string): boolean {
  const node = nodes.get(timer)
  const host = node?.kind === 'boundary' && node.interrupts ? nodes.get(node.on) : undefined
  return host?.kind === 'service' && host.effect === 'pay'
}

/** Whether a timer ends the wait for a person's answer: others beside it only remind. */
export function endsAnswer({ nodes }: Pick<Definition, 'nodes'>, timer: string): boolean {
  const node = nodes.get(timer)
  return node?.kind === 'boundary' && node.interrupts && node.trigger.kind === 'timer' && waitsAt({ nodes }, node.on)
}

/** Whether a timer reminds of a person's answer that is waited for, and ends nothing. */
export function remindsOfAnswer({ nodes }: Pick<Definition, 'nodes'>, timer: string): boolean {
  const node = nodes.get(timer)
  return node?.kind === 'boundary' && !node.interrupts && node.trigger.kind === 'timer' && waitsAt({ nodes }, node.on)
}

/** Whether at a node, or in the sub-process that it is, a person's answer is waited for. */
const waitsAt = ({ nodes }: Pick<Definition, 'nodes'>, id: string): boolean =>
  [...nodes.values()].some((node) => (node.id === id || node.scope === id) && waitAt(node) === 'answer')

/**
 * Day that is named for a timer which runs out on `on`, `YYYY-MM-DD`. A period of days ends at the hour at which it began: its
 * last whole day is the one before. Citizens, clerks and mails name this one day.
 */
export function lastDayOf({ nodes }: Pick<Definition, 'nodes'>, timer: string, on: string): string {
  const due = dueOf(nodes.get(timer))
  return due?.kind === 'duration' && IN_DAYS.test(due.iso) ? addDays(on, -1) : on
}

/**
 * Last whole day on which a fee that is waited for can be paid, `YYYY-MM-DD`; null where none is waited for, or where the
 * process waits without an end or for hours.
 */
export function payUntilOn({ definition, state, item }: Waiting): string | null {
  const [due] = [...definition.nodes].flatMap(([id, node]) =>
    node.kind === 'boundary' && endsPayment(definition, id) && state.tokens.some((token) => token.node === node.on)
      ? [dueOf(node)]
      : [],
  )
  const isInDays = due !== undefined && (due.kind !== 'duration' || IN_DAYS.test(due.iso))
  return item.waitsFor === 'payment' && isInDays ? item.dueOn : null
}
const dueOf = (node: Node | undefined): Due | undefined =>
  node?.kind === 'boundary' && node.trigger.kind === 'timer' ? node.trigger.due : undefined
const IN_DAYS = /^P\d+[DWMY]/
type Waiting = {
  readonly definition: Pick<Definition, 'nodes'>
  readonly state: Pick<ProcessState, 'tokens'>
  readonly item: { readonly waitsFor: WaitsFor | null; readonly dueOn: string }
}
