import { decidesHere, isDocument, outOf, type Sketch, type SketchNode, waysOf } from './sketch.ts'
import type { Note } from './table.ts'

/** Says something of a step, by its id. */
export type Say = (key: Note['key'], id: string, more?: Readonly<Record<string, string>>) => void
/** Steps that do not count as signing, each with the notices issued before it; null where another step signs. */
export type Unsigned = ReadonlyMap<string, readonly string[] | null>
type Decided = 'approve' | 'refuse'
/** An outcome of a decision on whose way nobody signs. */
type Bare = { readonly decision: SketchNode; readonly outcome: Decided; readonly reached: ReadonlySet<string> }

/**
 * A second person signs what somebody decided, and must be another one. However many such steps there are: they count where
 * together they stand on every way from a decision to its notice. Where an outcome has none, all of that decision are ordinary
 * steps (half a signature is none), and it is said which outcome lacks it. Answers those steps, each with the notices that are
 * issued before it, and null for one whose decision is signed in another step.
 * @param labelOf words of an outcome on its button
 */
export function finishSignatures(
  sketch: Sketch,
  say: Say,
  labelOf: (task: string, outcome: string) => string,
): Unsigned {
  const signing = new Map([...sketch.nodes.values()].filter(signs).map((node) => [node.id, node] as const))
  const lost = new Map<string, readonly Bare[]>()
  const watched = new Map([...signing.keys()].map((id) => [id, watchedBy(sketch, id)] as const))
  for (const [id, decision] of watched) {
    if (decision === undefined) {
      lost.set(id, [])
    }
  }
  const twice = signedTwice(sketch, new Set([...signing.keys()].filter((id) => !lost.has(id))))
  for (const id of twice.keys()) {
    lost.set(id, [])
  }
  // A step that does not count uncovers ways that others stood on with it.
  for (let before = -1; before !== lost.size; ) {
    before = lost.size
    const counting = new Set([...signing.keys()].filter((id) => !lost.has(id)))
    for (const decision of [...sketch.nodes.values()].filter(decidesHere)) {
      const bare = bareOutcomes(sketch, decision, counting)
      // Whoever signs only behind the notice watches the decision as well, and signs nothing.
      const isOwn = (id: string): boolean => watched.get(id) === decision || isSignedBy(sketch, decision, id)
      const own = bare.length === 0 ? [] : [...counting].filter(isOwn)
      for (const id of own) {
        lost.set(id, bare)
      }
    }
  }
  const unsigned = new Map<string, readonly string[] | null>()
  for (const [id, node] of signing) {
    const decision = watched.get(id)
    const bare = lost.get(id)
    if (decision !== undefined && bare === undefined) {
      sketch.nodes.set(id, { ...node, attributes: { ...node.attributes, notBy: decision.id } })
      say('assumed.cosign', id, { other: decision.name })
      continue
    }
    demote(sketch, node)
    const other = sketch.nodes.get(twice.get(id) ?? '')
    if (other !== undefined) {
      say('unmapped.cosign-twice', id, { other: other.name })
      unsigned.set(id, null)
      continue
    }
    const early = issuedBefore(sketch, new Set(signing.keys()), bare ?? [])
    unsigned.set(id, early)
    tellLost({ sketch, say, labelOf }, { id, early, bare: bare ?? [] })
  }
  return unsigned
}

/** Notices on the unsigned ways of a decision behind which somebody would sign: drawn, and issued too early. */
function issuedBefore(sketch: Sketch, signers: ReadonlySet<string>, bare: readonly Bare[]): readonly string[] {
  const leadsOn = (id: string): boolean =>
    [...reach(sketch, [id], (one) => decidesHere(sketch.nodes.get(one)))].some((one) => signers.has(one))
  const all = bare.flatMap(({ reached }) =>
    [...reached].filter((id) => isDocument(sketch.nodes.get(id)) && leadsOn(id)),
  )
  return [...new Set(all)]
}

/**
 * A decision is signed once. Of two steps one behind the other the last counts where the first always leads to it, else the
 * first; says which other one does.
 */
function signedTwice(sketch: Sketch, signers: ReadonlySet<string>): ReadonlyMap<string, string> {
  const twice = new Map<string, string>()
  const isEnd = (id: string): boolean => isDocument(sketch.nodes.get(id)) || sketch.nodes.get(id)?.tag === 'endEvent'
  const behind = (id: string, isClosed: (one: string) => boolean): ReadonlySet<string> =>
    reach(sketch, waysOf(sketch, id, 'sign').map(({ to }) => to), isClosed) // biome-ignore format: one thought
  for (const first of signers) {
    const later = behind(first, (one) => decidesHere(sketch.nodes.get(one)))
    const [second] = [...signers].filter((id) => id !== first && later.has(id) && !twice.has(id))
    if (second !== undefined && !twice.has(first)) {
      const isAlways = ![...behind(first, (one) => one === second)].some(isEnd)
      twice.set(isAlways ? first : second, isAlways ? second : first)
    }
  }
  return twice
}

type Telling = {
  readonly sketch: Sketch
  readonly say: Say
  readonly labelOf: (task: string, outcome: string) => string
}

type Lost = { readonly id: string; readonly early: readonly string[]; readonly bare: readonly Bare[] }

/** Says why a step does not count as signing, and what helps. */
function tellLost({ sketch, say, labelOf }: Telling, { id, early, bare }: Lost): void {
  const [issued] = early
  if (issued !== undefined) {
    const values = { other: bare[0]?.decision.name ?? '', early: sketch.nodes.get(issued)?.name ?? '' }
    say('unmapped.cosign-issued', id, values)
    return
  }
  if (bare.length > 0) {
    const ways = bare.map(({ decision, outcome }) => `„${labelOf(decision.id, outcome)}“`).join(', ')
    say('unmapped.cosign', id, { other: bare[0]?.decision.name ?? '', ways })
    return
  }
  const start = startOf(sketch)
  const isDecided = [...sketch.nodes.values()].some(
    (node) => decidesHere(node) && node.id !== id && reach(sketch, [node.id], () => false).has(id),
  )
  say(isDecided && reach(sketch, [start], () => false).has(id) ? 'unmapped.cosign-past' : 'unmapped.cosign-early', id)
}

export const signs = ({ outcomes }: SketchNode): boolean => outcomes.some(({ id }) => id === 'sign')

const startOf = ({ nodes }: Sketch): string =>
  [...nodes.values()].find(({ tag, scope }) => tag === 'startEvent' && scope === '')?.id ?? ''

/** The nearest step that decides and that nobody comes past. */
function watchedBy(sketch: Sketch, id: string): SketchNode | undefined {
  const all = [...sketch.nodes.values()].filter(
    (node) =>
      node.id !== id && decidesHere(node) && !reach(sketch, [startOf(sketch)], (one) => one === node.id).has(id),
  )
  return (
    all.find((node) =>
      all.every((other) => other === node || !reach(sketch, [node.id], (one) => one === id).has(other.id)),
    ) ?? all.at(-1)
  )
}

/** Outcomes of a decision that lead to a notice or an end past everybody who signs. */
function bareOutcomes(sketch: Sketch, decision: SketchNode, signers: ReadonlySet<string>): readonly Bare[] {
  return (['approve', 'refuse'] as const).flatMap((outcome) => {
    const isOne = decision.outcomes.some(({ id }) => id === outcome)
    const ways = isOne ? waysOf(sketch, decision.id, outcome).map(({ to }) => to) : []
    const reached = reach(sketch, ways, (one) => signers.has(one) || one === decision.id)
    const isBare = [...reached].some(
      (id) => isDocument(sketch.nodes.get(id)) || sketch.nodes.get(id)?.tag === 'endEvent',
    )
    return isBare ? [{ decision, outcome, reached }] : []
  })
}

/** Whether somebody who signs stands on a way of a decision. */
const isSignedBy = (sketch: Sketch, { id }: SketchNode, signer: string): boolean =>
  reach(
    sketch,
    outOf(sketch, id).map(({ to }) => to),
    (one) => one === id || isDocument(sketch.nodes.get(one)),
  ).has(signer)

/** Everything a way leads to; what is closed is not entered. */
export function reach(sketch: Sketch, from: readonly string[], isClosed: (id: string) => boolean): ReadonlySet<string> {
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
export function demote(sketch: Sketch, node: SketchNode): void {
  const used = new Set(node.outcomes.map(({ id }) => id))
  const all = Array.from({ length: used.size + 2 }, (_, index) => `way-${index + 1}`)
  const [sign = '', back = ''] = all.filter((id) => !used.has(id))
  const names: Readonly<Record<string, string>> = { sign, return: back }
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
