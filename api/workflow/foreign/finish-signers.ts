import type { Built } from './build.ts'
import { reach, type Say, signs } from './finish-signatures.ts'
import type { Guessing } from './mapping.ts'
import { add, beside, decidesHere, link, outOf, type Sketch, type SketchNode, waysOf } from './sketch.ts'

/**
 * Where a process has second persons, those decisions have one too that nobody drew; and whoever signs can give the draft back,
 * to who decided: what comes after that has no decision any more once it is given back.
 * Changes the sketch.
 */
export function finishSigners(guessing: Guessing, built: Built, say: Say): void {
  const { sketch, origins } = built
  const counting = [...sketch.nodes.values()].filter((node) => signs(node) && node.attributes['notBy'] !== undefined)
  const [like] = counting
  for (const node of like === undefined ? [] : [...sketch.nodes.values()]) {
    const isSigned = counting.some(({ attributes }) => attributes['notBy'] === node.id)
    if (like !== undefined && !isSigned && decidesHere(node) && guessing.unsigned.has(origins.get(node.id) ?? '')) {
      addSigner(guessing, built, { decision: node, like })
      say('assumed.cosign-added', node.id)
    }
  }
  for (const node of counting) {
    const decision = sketch.nodes.get(node.attributes['notBy'] ?? '')
    if (
      decision !== undefined &&
      node.outcomes.length === 1 &&
      addReturn(guessing, built, { signer: node, decision })
    ) {
      say('assumed.return-added', node.id, { other: decision.name })
    }
    if (decision !== undefined && moveReturn(sketch, { signer: node, decision })) {
      say('assumed.return-moved', node.id, { other: decision.name })
    }
  }
}

type Adding = { readonly decision: SketchNode; readonly like: SketchNode }

/** A second person right behind a decision, in the same postbox and with the same words as the others of the process. */
function addSigner(guessing: Guessing, built: Built, { decision, like }: Adding): void {
  const { sketch, outcomes } = built
  const { table } = guessing
  const [flow] = outOf(sketch, decision.id)
  // Ways that part by the outcome have notices of their own: then the signature stands before they part.
  if (flow === undefined) {
    return
  }
  const id = `${decision.id}_sign`
  const { says, who } = like
  const { postbox = '', due } = like.attributes
  const attributes = { postbox, notBy: decision.id, ...(due === undefined ? {} : { due }) }
  const box = beside(decision.box, 0, 110)
  const own = [{ id: 'sign', requires: '' }]
  add(sketch, { id, tag: 'userTask', name: table.names.cosign, attributes, outcomes: own, says, who, box })
  outcomes.set(id, new Map([['sign', { label: table.outcomes.sign.label, as: 'sign' }]]))
  sketch.flows = sketch.flows.map((one) => (one.id === flow.id ? { ...one, to: id, points: [] } : one))
  link(sketch, id, flow.to)
  const signer = sketch.nodes.get(id)
  if (signer !== undefined) {
    addReturn(guessing, built, { signer, decision })
  }
}

type Returning = { readonly signer: SketchNode; readonly decision: SketchNode }

/** Gives a step that only signs a way back to who decided; false where it cannot, because ways run beside each other between them. */
function addReturn({ table }: Guessing, { sketch, outcomes }: Built, { signer, decision }: Returning): boolean {
  const { id } = signer
  const [flow, ...more] = outOf(sketch, id)
  if (flow === undefined || more.length > 0 || isBeside(sketch, decision.id, id)) {
    return false
  }
  sketch.nodes.set(id, { ...signer, outcomes: [...signer.outcomes, { id: 'return', requires: 'comment' }] })
  const words = outcomes.get(id) ?? new Map()
  outcomes.set(id, words.set('return', { label: table.outcomes.return.label, as: 'return' }))
  const gateway = add(sketch, {
    id: `${id}_signed`,
    tag: 'exclusiveGateway',
    name: '',
    box: signer.box === null ? null : { x: signer.box.x + 115, y: signer.box.y + 15, width: 50, height: 50 },
  })
  const signed = { from: gateway, condition: `${id}.outcome = "sign"`, points: [] }
  sketch.flows = sketch.flows.map((one) => (one.id === flow.id ? { ...one, ...signed } : one))
  link(sketch, id, gateway)
  link(sketch, gateway, decision.id, { condition: `${id}.outcome = "return"` })
  return true
}

/** Lets what is given back to a step behind the decision go to who decided; whether anything did not. */
function moveReturn(sketch: Sketch, { signer, decision }: Returning): boolean {
  const isAfter = (to: string): boolean => reach(sketch, [to], (one) => one === decision.id).has(signer.id)
  const moved = waysOf(sketch, signer.id, 'return').filter(
    ({ to, condition }) => condition !== '' && to !== decision.id && isAfter(to),
  )
  if (moved.length === 0 || isBeside(sketch, decision.id, signer.id)) {
    return false
  }
  const ids = new Set(moved.map(({ id }) => id))
  sketch.flows = sketch.flows.map((one) => (ids.has(one.id) ? { ...one, to: decision.id, points: [] } : one))
  return true
}

/** Whether ways part or meet that run beside each other, on the way from one step to another. */
function isBeside(sketch: Sketch, from: string, to: string): boolean {
  const between = reach(sketch, [from], (one) => one === to)
  return [...between].some(
    (id) => sketch.nodes.get(id)?.tag === 'parallelGateway' && reach(sketch, [id], () => false).has(to),
  )
}
