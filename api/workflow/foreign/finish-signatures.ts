import { decidesHere, isDocument, outOf, type Sketch, type SketchNode, waysOf } from './sketch.ts'
import type { Note } from './table.ts'

type Say = (key: Note['key'], name: string, more?: Readonly<Record<string, string>>) => void

/**
 * A second person signs what somebody decided, and must be another one. Where a signature would not cover every decision
 * that leads to a notice, it is an ordinary step: half a signature is none.
 */
export function finishSignatures(sketch: Sketch, say: Say): void {
  for (const node of [...sketch.nodes.values()].filter(signs)) {
    const watched = watchedBy(sketch, node.id)
    if (watched === undefined || passesBy(sketch, watched.id, node.id)) {
      say('unmapped.cosign', node.name)
      demote(sketch, node)
    } else {
      sketch.nodes.set(node.id, { ...node, attributes: { ...node.attributes, notBy: watched.id } })
      say('assumed.cosign', node.name, { other: watched.name })
    }
  }
}

const signs = ({ outcomes }: SketchNode): boolean => outcomes.some(({ id }) => id === 'sign')

/** The nearest step that decides and that nobody comes past. */
function watchedBy(sketch: Sketch, id: string): SketchNode | undefined {
  const start = [...sketch.nodes.values()].find(({ tag, scope }) => tag === 'startEvent' && scope === '')?.id ?? ''
  const all = [...sketch.nodes.values()].filter(
    (node) => decidesHere(node) && !reach(sketch, [start], (one) => one === node.id).has(id),
  )
  return (
    all.find((node) =>
      all.every((other) => other === node || !reach(sketch, [node.id], (one) => one === id).has(other.id)),
    ) ?? all.at(-1)
  )
}

/** Whether a decision leads to a notice or an end past the one who signs. */
function passesBy(sketch: Sketch, decision: string, signer: string): boolean {
  const ways = ['approve', 'refuse'].flatMap((outcome) => waysOf(sketch, decision, outcome)).map(({ to }) => to)
  const reached = reach(sketch, ways, (one) => one === signer || one === decision)
  return [...reached].some((id) => isDocument(sketch.nodes.get(id)) || sketch.nodes.get(id)?.tag === 'endEvent')
}

function reach(sketch: Sketch, from: readonly string[], isClosed: (id: string) => boolean): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (!seen.has(id) && !isClosed(id)) {
      seen.add(id)
      open.push(...outOf(sketch, id).map(({ to }) => to))
    }
  }
  return seen
}

/** Signing and giving back become ways to go on. */
function demote(sketch: Sketch, node: SketchNode): void {
  const names: Readonly<Record<string, string>> = { sign: 'way-1', return: 'way-2' }
  const outcomes = node.outcomes.map(({ id, requires }) => ({
    id: names[id] ?? id,
    requires: id === 'return' ? '' : requires,
  }))
  sketch.nodes.set(node.id, { ...node, outcomes, says: 'person' })
  sketch.flows = sketch.flows.map((flow) => ({
    ...flow,
    condition: flow.condition.replace(new RegExp(`^${node.id}\\.outcome = "(sign|return)"$`), (_, id: string) => `${node.id}.outcome = "${names[id]}"`), // biome-ignore format: one thought
  }))
}
