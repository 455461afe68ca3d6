import { type ForeignFlow, type ForeignNode, into, outOf, reach, startOf } from './diagram.ts'
import { type Guessing, gatewayOf } from './mapping.ts'
import { hintOf, holds } from './table.ts'

/**
 * A notice that is written before somebody signs it is a draft until then: here whoever signs reads the draft that the
 * program makes of the decision, and the notice is made behind the signature. Changes the diagram.
 */
export function signFirst(guessing: Guessing): void {
  const { diagram, askers, table } = guessing
  const written = [...diagram.nodes.values()].filter(
    (node) => isWork(node) && hintOf(table, node.name) === 'document' && gatewayOf(askers, node.id) === undefined,
  )
  for (const node of written) {
    const [flow, ...more] = outOf(diagram, node.id)
    const signer = diagram.nodes.get(flow?.to ?? '')
    if (flow === undefined || more.length > 0 || signer === undefined || !signs(guessing, signer)) {
      continue
    }
    const behind = behindOf(guessing, signer.id, node.id)
    if (behind !== undefined) {
      move(guessing, node.id, { flow, behind })
      diagram.notes.push({ key: 'assumed.draft', step: node.id, values: { name: node.name, other: signer.name } })
    }
  }
}

const isWork = ({ kind, isCitizens }: ForeignNode): boolean =>
  !isCitizens && ['person', 'plain', 'program', 'send'].includes(kind)

/**
 * Whoever signs what is written in a step: the next second person behind it, before it is sent and before somebody else has the
 * choice. What such a step writes is a draft; undefined where nobody signs behind it.
 */
export function signerBehind(guessing: Guessing, id: string): ForeignNode | undefined {
  const { diagram, askers, table } = guessing
  const seen = new Set<string>([id])
  const open = isSending(guessing, id) ? [] : outOf(diagram, id).map(({ to }) => to)
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    const node = diagram.nodes.get(at)
    if (node === undefined || seen.has(at)) {
      continue
    }
    seen.add(at)
    if (signs(guessing, node)) {
      return node
    }
    if (gatewayOf(askers, at) === undefined && !holds(node.name, table.sending)) {
      open.push(...outOf(diagram, at).map(({ to }) => to))
    }
  }
  return undefined
}

/** Whether a step is named as one in which something is sent or made known. */
export const isSending = ({ diagram, table }: Guessing, id: string): boolean =>
  holds(diagram.nodes.get(id)?.name ?? '', table.sending)

/** Whether a step is named as one in which a second person signs. */
export const signs = ({ table }: Guessing, { kind, name }: ForeignNode): boolean =>
  (kind === 'person' || kind === 'plain') && hintOf(table, name) === 'cosign'

/** The way on once it is signed: the only one, or of two the one that does not lead back. */
function behindOf({ diagram, askers }: Guessing, signer: string, draft: string): ForeignFlow | undefined {
  const gateway = gatewayOf(askers, signer)
  const ways = outOf(diagram, gateway ?? signer)
  const before = reach(diagram, [startOf(diagram)], signer)
  const on = ways.filter(({ to }) => to !== draft && !before.has(to))
  return ways.length === 1 || on.length === 1 ? on[0] : undefined
}

/** Puts a step onto the way behind the signature; what came to it goes to the one who signs, or back to who decides. */
function move(
  { diagram, askers }: Guessing,
  id: string,
  { flow, behind }: { readonly flow: ForeignFlow; readonly behind: ForeignFlow },
): void {
  const signer = flow.to
  const isBack = ({ from }: ForeignFlow): boolean => from === signer || askers.get(from) === signer
  const [first] = into(diagram, id).filter((one) => !isBack(one))
  const decider = askers.get(first?.from ?? '') ?? first?.from ?? signer
  diagram.flows = diagram.flows.map((one) => {
    if (one.id === flow.id) {
      return { ...one, to: behind.to, points: [] }
    }
    if (one.id === behind.id) {
      return { ...one, to: id, points: [] }
    }
    return one.to === id ? { ...one, to: isBack(one) ? decider : signer, points: [] } : one
  })
}
