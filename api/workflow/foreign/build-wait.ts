import { dueAtMs } from '../duration.ts'
import type { Box } from './diagram.ts'
import type { Around } from './mapping.ts'
import { add, beside, link, mail, type Sketch } from './sketch.ts'
import type { AdaptingTable } from './table.ts'

type Waiting = { readonly sketch: Sketch; readonly table: AdaptingTable; readonly around: Around }

type Wait = {
  readonly id: string
  readonly name: string
  readonly box: Box | null
  /** How long it lasts at most, where something ends it then. */
  readonly until: string | null
}

/** Shorter waits that end by themselves are not reminded of, longer ones as those that do not end. */
const [REMIND_DAYS_MIN, REMIND_DAYS_MAX] = [4, 21]

/** Tells the person that something is asked, waits for the answer, and reminds once: while there is time, or when it is over. */
export function waitForAnswer({ sketch, table, around }: Waiting, { id, name, box, until }: Wait): string {
  const { names } = table
  const wide = box === null ? null : { ...box, width: 350, height: 140 }
  const at = (right: number): Box | null =>
    wide === null ? null : { x: wide.x + right, y: wide.y + 50, width: 36, height: 36 }
  add(sketch, { id, tag: 'subProcess', name, box: wide })
  const inner = { scope: id } as const
  add(sketch, { id: `${id}_asked`, tag: 'startEvent', name: '', box: at(20), ...inner })
  add(sketch, {
    id: `${id}_request`,
    name: names.request,
    ...mail('request'),
    ...inner,
    box: wide === null ? null : { x: wide.x + 85, y: wide.y + 28, width: 100, height: 80 },
  })
  add(sketch, {
    id: `${id}_answer`,
    tag: 'intermediateCatchEvent',
    name: names.answered,
    message: 'answer-received',
    says: 'answer',
    who: table.you,
    box: at(215),
    ...inner,
  })
  add(sketch, { id: `${id}_over`, tag: 'endEvent', name: '', attributes: { silent: 'true' }, box: at(290), ...inner })
  for (const [from, to] of [
    ['asked', 'request'],
    ['request', 'answer'],
    ['answer', 'over'],
  ] as const) {
    // biome-ignore format: one list
    link(sketch, `${id}_${from}`, `${id}_${to}`)
  }
  remind({ sketch, table, around }, { id, name, box: wide, until })
  return id
}

function remind({ sketch, table, around }: Waiting, { id, box: wide, until }: Wait): void {
  const { names } = table
  const days = until === null ? REMIND_DAYS_MAX : dueAtMs(0, until) / 86_400_000
  if (days < REMIND_DAYS_MIN) {
    return
  }
  const isSoon = days < REMIND_DAYS_MAX
  const { answer } = table.deadlines
  const late = around.deadlines.includes(answer) ? { deadline: answer } : { duration: 'P14D' }
  add(sketch, {
    id: `${id}_late`,
    tag: 'boundaryEvent',
    name: isSoon ? names.remindSoon : names.remind,
    attributes: { attachedToRef: id, cancelActivity: 'false' },
    timer: isSoon ? { duration: `P${Math.floor(days / 2)}D` } : late,
    box: wide === null ? null : { x: wide.x + 270, y: wide.y + 122, width: 36, height: 36 },
  })
  add(sketch, { id: `${id}_reminder`, name: names.reminder, ...mail('reminder'), box: beside(wide, 330, 150) })
  const over = wide === null ? null : { x: wide.x + 460, y: wide.y + 172, width: 36, height: 36 }
  add(sketch, {
    id: `${id}_reminded`,
    tag: 'endEvent',
    name: names.reminded,
    attributes: { silent: 'true' },
    box: over,
  })
  link(sketch, `${id}_late`, `${id}_reminder`)
  link(sketch, `${id}_reminder`, `${id}_reminded`)
}
