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
