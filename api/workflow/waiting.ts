import { addDays } from '../lib/deadlines.ts'
import type { WaitsFor } from '../postboxes/plan.ts'
import type { Definition, Node } from './model.ts'
import type { ProcessState } from './state.ts'

/** What comes first where a process waits for several things: what a person has to do before what happens by itself. */
const ORDER: readonly WaitsFor[] = ['payment', 'answer', 'delivery', 'message', 'deadline', 'program']
const ANSWER = 'answer-received'

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

/**
 * Last whole day on which a fee that is waited for can be paid, `YYYY-MM-DD`; null where none is waited for, or where the
 * process waits without an end. A period of days ends at the hour at which it began, so that its last whole day is the one before.
 */
export function payUntilOn({ definition, state, item }: Waiting): string | null {
  const ending = [...definition.nodes].flatMap(([id, node]) =>
    node.kind === 'boundary' && endsPayment(definition, id) && state.tokens.some((token) => token.node === node.on)
      ? [node.trigger]
      : [],
  )
  const due = ending[0]?.kind === 'timer' ? ending[0].due : undefined
  if (due === undefined || item.waitsFor !== 'payment') {
    return null
  }
  const isPeriod = due.kind === 'duration'
  return isPeriod && !IN_DAYS.test(due.iso) ? null : addDays(item.dueOn, isPeriod ? -1 : 0)
}
const IN_DAYS = /^P\d+[DWMY]/
type Waiting = {
  readonly definition: Pick<Definition, 'nodes'>
  readonly state: Pick<ProcessState, 'tokens'>
  readonly item: { readonly waitsFor: WaitsFor | null; readonly dueOn: string }
}
