import type { Finding } from '../lib/finding.ts'
import { ANSWER, type Definition, type Node } from './model.ts'

/**
 * Finds waits for a person's answer from which a notice or an end is reached though nobody at the office has read it: who is
 * heard must be listened to (§ 28 VwVfG). What a timer does instead of an answer does not count.
 */
export function unreadAnswers(definition: Definition, file: string): readonly Finding[] {
  return [...definition.nodes.values()].filter(isAnswer).flatMap((node) => {
    const unread = unreadAfter(definition, node)
    return unread === null
      ? []
      : [
          {
            file,
            line: node.line,
            type: 'workflow/answer-unread',
            detail: `After the answer at "${askedIn(definition, node)}" nobody reads it before "${unread}".`,
          },
        ]
  })
}

const isAnswer = (node: Node): boolean =>
  ((node.kind === 'catch' || node.kind === 'boundary') &&
    node.trigger.kind === 'message' &&
    node.trigger.message === ANSWER) ||
  (node.kind === 'service' && node.effect === 'wait-for-answer')

/** Name of the step for people: of the sub-process that asks and waits, where there is one. */
function askedIn({ nodes }: Definition, node: Node): string {
  const step = nodes.get(node.scope) ?? node
  return step.name || step.id
}

/** Name of what is reached unread; null where a person comes first on every way. */
function unreadAfter(definition: Definition, answer: Node): string | null {
  const seen = new Set<string>()
  const open = [...nextOf(definition, answer)]
  let aside: Node | null = null
  let isRead = false
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node.id)) {
      continue
    }
    seen.add(node.id)
    if (node.kind === 'user') {
      isRead = true
      continue
    }
    const isEnd = node.kind === 'end' && node.scope === ''
    if ((isEnd && !node.isSilent) || (node.kind === 'service' && node.effect === 'create-document')) {
      return node.name || node.id
    }
    aside = isEnd ? node : aside
    open.push(...nextOf(definition, node))
  }
  // A silent end is one of something beside, as long as somebody gets to read the answer.
  return isRead || aside === null ? null : aside.name || aside.id
}

/** Where it goes on: into a sub-process, out of it at its end, by the timers of what waits. */
function nextOf({ nodes, flows }: Definition, node: Node): readonly Node[] {
  const left = node.kind === 'end' ? nodes.get(node.scope) : node
  const ways = (left?.outgoing ?? []).flatMap((id) => flows.get(id)?.to ?? [])
  const inner = node.kind === 'subprocess' ? [node.start] : ways
  return [...inner, ...(isAnswer(node) ? [] : node.boundaries)].flatMap((id) => nodes.get(id) ?? [])
}
