import type { Built } from './build.ts'
import { finishNotices } from './finish-notices.ts'
import { finishPayments } from './finish-payments.ts'
import { finishSignatures, type Unsigned } from './finish-signatures.ts'
import { finishSigners } from './finish-signers.ts'
import type { Guessing } from './mapping.ts'
import { add, beside, insertOn, into, isDocument, isMail, link, mail, outOf, type Sketch } from './sketch.ts'
import type { Note } from './table.ts'

type Finished = { readonly paysAfter: boolean; readonly unsigned: Unsigned }

type Finishing = Pick<Guessing, 'table'> & {
  readonly sketch: Sketch
  readonly say: (key: Note['key'], name: string) => void
}

/**
 * Puts in what every process of ours needs and a foreign one leaves out: receipt, notices, mails before the end, retention.
 * Answers whether a fee comes after the notice, and which steps in which a second person was to sign do not count, each with the
 * notices that are issued before it.
 */
export function finish(guessing: Guessing, built: Built): Finished {
  const { sketch, outcomes, origins } = built
  const say = (key: Note['key'], name: string, more: Readonly<Record<string, string>> = {}): void => {
    guessing.diagram.notes.push({ key, values: { name, ...more } })
  }
  const sayOf = (key: Note['key'], id: string, more: Readonly<Record<string, string>> = {}): void => {
    const step = origins.get(id)
    const values = { name: sketch.nodes.get(id)?.name ?? id, ...more }
    guessing.diagram.notes.push({ key, values, ...(step === undefined ? {} : { step }) })
  }
  const labelOf = (task: string, outcome: string): string => outcomes.get(task)?.get(outcome)?.label ?? outcome
  const unsigned = finishSignatures(sketch, sayOf, labelOf)
  finishSigners(guessing, built, sayOf)
  finishNotices(sketch, guessing.table, say)
  const paysAfter = finishPayments(sketch)
  finishEnds({ sketch, table: guessing.table, say })
  confirmReceipt({ sketch, table: guessing.table, say })
  return { paysAfter, unsigned }
}

/** Before each end a mail, where none was just sent, and what closes the eAkte. */
function finishEnds({ sketch, table, say }: Finishing): void {
  const splits = [...sketch.nodes.values()].filter(
    ({ tag, id }) => tag === 'parallelGateway' && outOf(sketch, id).length > 1,
  )
  const ends = [...sketch.nodes.values()].filter(({ tag, says }) => tag === 'endEvent' && says === 'closed')
  for (const end of ends) {
    if (isAside(sketch, end.id)) {
      sketch.nodes.set(end.id, { ...end, says: null, attributes: { silent: 'true' } })
      continue
    }
    const unsaid = into(sketch, end.id).filter(({ from }) => !isMail(sketch.nodes.get(from)))
    // While another branch may still run, the eAkte stays open.
    const isAlone = splits.every(({ id }) => joined(sketch, id, end.id))
    const isTold = !reaches(sketch, startOf(sketch), end.id)
    sketch.nodes.set(end.id, { ...end, says: isAlone ? (isTold ? 'notified' : 'closed') : 'part' })
    const retention = isAlone ? `${end.id}_retention` : end.id
    if (isAlone) {
      const set = { effect: 'set-retention', waits: 'false', silent: 'true' } as const
      add(sketch, {
        id: retention,
        tag: 'serviceTask',
        name: table.names.retention,
        attributes: set,
        box: beside(end.box, -30, -110),
      })
      sketch.flows = sketch.flows.map((flow) => (flow.to === end.id ? { ...flow, to: retention, points: [] } : flow))
      link(sketch, retention, end.id)
    }
    if (unsaid.length > 0) {
      const id = `${end.id}_mail`
      add(sketch, { id, name: table.names.doneMail, ...mail('done'), box: beside(end.box, -150, -110) })
      const turned = new Set(unsaid.map((flow) => flow.id))
      sketch.flows = sketch.flows.map((flow) => (turned.has(flow.id) ? { ...flow, to: id, points: [] } : flow))
      link(sketch, id, retention)
      say('assumed.mail-added', end.name || table.names.end)
    }
  }
}

export const startOf = ({ nodes }: Sketch): string =>
  [...nodes.values()].find(({ tag, scope }) => tag === 'startEvent' && scope === '')?.id ?? ''

/** Whether only something beside the process ends here: what a timer began that interrupts nothing. */
function isAside(sketch: Sketch, end: string): boolean {
  const seen = new Set<string>()
  const open = [startOf(sketch)]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (!seen.has(id)) {
      seen.add(id)
      const hanging = [...sketch.nodes.values()].filter(
        ({ attributes }) => attributes['attachedToRef'] === id && attributes['cancelActivity'] !== 'false',
      )
      open.push(...outOf(sketch, id).map(({ to }) => to), ...hanging.map((node) => node.id))
    }
  }
  return !seen.has(end)
}

/** Whether an end can be reached without a notice. */
function reaches(sketch: Sketch, from: string, end: string): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id) || isDocument(sketch.nodes.get(id))) {
      continue
    }
    seen.add(id)
    const hanging = [...sketch.nodes.values()].filter(({ attributes }) => attributes['attachedToRef'] === id)
    open.push(...outOf(sketch, id).map(({ to }) => to), ...hanging.map((node) => node.id))
  }
  return seen.has(end)
}

/** Whether every way from a split to an end leads through a join, or none does lead there. */
function joined(sketch: Sketch, split: string, end: string): boolean {
  const seen = new Set<string>()
  const open = outOf(sketch, split).map(({ to }) => to)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const isJoin = sketch.nodes.get(id)?.tag === 'parallelGateway' && into(sketch, id).length > 1
    if (!seen.has(id) && !isJoin) {
      seen.add(id)
      open.push(...outOf(sketch, id).map(({ to }) => to))
    }
  }
  return !seen.has(end)
}

/** Beside everything else the receipt is confirmed, unless the process does it. */
function confirmReceipt({ sketch, table, say }: Finishing): void {
  if ([...sketch.nodes.values()].some(({ params }) => params['template'] === 'receipt')) {
    return
  }
  const start = startOf(sketch)
  const [flow] = outOf(sketch, start)
  const box = sketch.nodes.get(start)?.box ?? null
  if (flow === undefined) {
    return
  }
  const at = (right: number, down: number, size: number) =>
    box === null ? null : { x: box.x + right, y: box.y + down, width: size, height: size }
  const fork = add(sketch, { id: 'receipt_fork', tag: 'parallelGateway', name: '', box: at(46, -7, 50) })
  const sent = add(sketch, {
    id: 'receipt_mail',
    name: table.names.receipt,
    ...mail('receipt'),
    box: beside(box, 20, 110),
  })
  const over = { id: 'receipt_sent', tag: 'endEvent', attributes: { silent: 'true' }, box: at(160, 132, 36) } as const
  insertOn(sketch, flow, { first: fork, last: fork })
  link(sketch, fork, sent)
  link(sketch, sent, add(sketch, { ...over, name: table.names.receiptSent }))
  say('assumed.receipt-added', '')
}
