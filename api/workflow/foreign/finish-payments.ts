import { decidesHere, isDocument, outOf, type Sketch, type SketchFlow, waysOf } from './sketch.ts'

/** Says of a fee that comes after an approval, and before its notice, that it is approved. Changes what is said there. */
export function finishPayments(sketch: Sketch): void {
  const all = [...sketch.nodes.values()]
  const start = all.find(({ tag, scope }) => tag === 'startEvent' && scope === '')?.id ?? ''
  const refused = all.filter(decidesHere).flatMap(({ id }) => waysOf(sketch, id, 'refuse'))
  const open = reach(sketch, [start, ...refused.map(({ to }) => to)], ({ condition }) => !condition.endsWith(APPROVED))
  for (const node of all.filter(({ says }) => says === 'pay')) {
    const next = outOf(sketch, node.id).map(({ to }) => to)
    const soon = reach(sketch, next, ({ from }) => sketch.nodes.get(from)?.tag !== 'userTask')
    if (!open.has(node.id) && [...soon].some((id) => isDocument(sketch.nodes.get(id)))) {
      sketch.nodes.set(node.id, { ...node, says: 'payApproved' })
    }
  }
}

const APPROVED = '.outcome = "approve"'

function reach(sketch: Sketch, from: readonly string[], goes: (flow: SketchFlow) => boolean): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (!seen.has(id)) {
      seen.add(id)
      const hanging = [...sketch.nodes.values()].filter(({ attributes }) => attributes['attachedToRef'] === id)
      open.push(
        ...outOf(sketch, id)
          .filter(goes)
          .map(({ to }) => to),
        ...hanging.map((node) => node.id),
      )
    }
  }
  return seen
}
