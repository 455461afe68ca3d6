import { decidesHere, isDocument, outOf, type Sketch, type SketchFlow, waysOf } from './sketch.ts'

/**
 * Says of a fee that comes after an approval, and before its notice, that it is approved; of one that comes after the notice, that
 * this holds whether it is paid or not. Changes what is said there; answers whether a fee comes after the notice.
 */
export function finishPayments(sketch: Sketch): boolean {
  const told = reach(sketch, [startOf(sketch)], ({ from }) => !isDocument(sketch.nodes.get(from)))
  let isAfter = false
  for (const node of [...sketch.nodes.values()].filter(({ says, id }) => says === 'pay' && !told.has(id))) {
    isAfter = true
    sketch.nodes.set(node.id, { ...node, says: 'payDecided' })
    const unpaid = sketch.nodes.get(`${node.id}_unpaid`)
    if (unpaid !== undefined) {
      sketch.nodes.set(unpaid.id, { ...unpaid, says: 'unpaidDecided' })
    }
  }
  sayApproved(sketch)
  return isAfter
}

const startOf = ({ nodes }: Sketch): string =>
  [...nodes.values()].find(({ tag, scope }) => tag === 'startEvent' && scope === '')?.id ?? ''

function sayApproved(sketch: Sketch): void {
  const all = [...sketch.nodes.values()]
  const refused = all.filter(decidesHere).flatMap(({ id }) => waysOf(sketch, id, 'refuse'))
  const open = reach(
    sketch,
    [startOf(sketch), ...refused.map(({ to }) => to)],
    ({ condition }) => !condition.endsWith(APPROVED),
  )
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
