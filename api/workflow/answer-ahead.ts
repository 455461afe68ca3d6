import type { Content } from '../content/snapshot.ts'
import { addDays, dayOff } from '../lib/deadlines.ts'
import { dueOn } from './due.ts'
import { advance } from './machine.ts'
import type { Definition } from './model.ts'
import { completion } from './payment-ahead.ts'
import type { ProcessState } from './state.ts'
import { endsAnswer, remindsOfAnswer } from './waiting.ts'

type At = {
  /** `key` of the task at which is asked, and the way to ask. */
  readonly key: string
  readonly outcome: string
  readonly nowMs: number
  readonly content: Content
}

/**
 * Day by which a process gives the person time to answer where a clerk asks now, `YYYY-MM-DD`: that of the timer which ends the
 * wait, else of the one that reminds when the time is over. Null where the process names none, or nothing is asked. Pure.
 */
export function answerDay(definition: Definition, state: ProcessState, { key, outcome: id, nowMs, content }: At) {
  const node = definition.nodes.get(state.tokens.find((token) => token.key === key)?.node ?? '')
  const outcome = node?.kind === 'user' ? node.outcomes.find((one) => one.id === id) : undefined
  if (outcome === undefined || id !== ASKING) {
    return null
  }
  const moved = advance(definition, state, completion(definition, { key, outcome, depth: 0 }), nowMs)
  const timers = moved.ok ? moved.timers.set : []
  const ending = timers.find((timer) => endsAnswer(definition, timer.node))
  const reminding = timers.find((timer) => remindsOfAnswer(definition, timer.node))
  const due = (ending ?? reminding)?.due
  return due === undefined ? null : workingDay(dueOn({ content, nowMs }, due), content)
}

const ASKING = 'request-information'

/** Nobody has to answer on a Sunday: a day off moves to the next working day (§ 31 VwVfG). */
function workingDay(on: string, { deadlines }: Content): string {
  let day = on
  while (dayOff(day, deadlines.holidays) !== null) {
    day = addDays(day, 1)
  }
  return day
}
