import type { Box, ForeignNode } from './diagram.ts'
import { add, beside, link, mail, type Sketch } from './sketch.ts'
import type { AdaptingTable } from './table.ts'

/**
 * Asks for the fee and waits for it: a mail before, unless it is the first that happens, a reminder after a week, and the
 * end of it all after 30 days.
 */
export function payFee(
  { sketch, table }: { readonly sketch: Sketch; readonly table: AdaptingTable },
  { name, box }: ForeignNode,
  { id, isFirst }: { readonly id: string; readonly isFirst: boolean },
): { first: string; last: string } {
  const { names } = table
  add(sketch, { id, tag: 'serviceTask', name, box, attributes: { effect: 'pay' }, says: 'pay', who: table.you })
  const timer = (key: string, days: string, isLast: boolean): string =>
    add(sketch, {
      id: `${id}_${key}`,
      tag: 'boundaryEvent',
      name: isLast ? names.payNever : names.payRemind,
      attributes: { attachedToRef: id, ...(isLast ? {} : { cancelActivity: 'false' }) },
      timer: { duration: days },
      box: event(box, isLast ? 70 : 10, 62),
    })
  link(
    sketch,
    timer('week', 'P7D', false),
    add(sketch, { id: `${id}_reminder`, name: names.payReminder, ...mail('payment-due'), box: beside(box, -60, 120) }),
  )
  const reminded = { id: `${id}_reminded`, tag: 'endEvent', name: '', attributes: { silent: 'true' } } as const
  link(sketch, `${id}_reminder`, add(sketch, { ...reminded, box: event(box, -40, 220) }))
  link(
    sketch,
    timer('never', 'P30D', true),
    add(sketch, { id: `${id}_over`, name: names.unpaidMail, ...mail('unpaid'), box: beside(box, 60, 120) }),
  )
  add(sketch, {
    id: `${id}_close`,
    name: names.retention,
    tag: 'serviceTask',
    attributes: { effect: 'set-retention', waits: 'false', silent: 'true' },
    box: beside(box, 180, 120),
  })
  link(sketch, `${id}_over`, `${id}_close`)
  const unpaid = { id: `${id}_unpaid`, tag: 'endEvent', name: names.unpaid, says: 'unpaid', who: table.you } as const
  link(sketch, `${id}_close`, add(sketch, { ...unpaid, box: event(box, 300, 142) }))
  if (isFirst) {
    return { first: id, last: id }
  }
  const due = add(sketch, { id: `${id}_due`, name: names.payDue, ...mail('payment-due'), box: beside(box, 0, -100) })
  link(sketch, due, id)
  return { first: due, last: id }
}

const event = (box: Box | null, right: number, down: number): Box | null =>
  box === null ? null : { x: box.x + right, y: box.y + down, width: 36, height: 36 }
