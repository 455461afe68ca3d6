import * as v from 'valibot'
import { type Actor, actsFor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { CaseCard } from '../search/service.ts'
import { holdsAll } from '../search/service.ts'
import type { Item, Lane } from './store.ts'

/** What a list shows; `team` is all that is open in a postbox, `free` what nobody took, `late` what is overdue, whoever has it. */
export const VIEWS = ['mine', 'free', 'team', 'due', 'late', 'sign', 'waiting', 'done'] as const
export type View = (typeof VIEWS)[number]
/** Who has it: the reader or whom they stand in for, nobody, a colleague. */
export const WHO = ['me', 'nobody', 'others'] as const

const Slug = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,80}$/))
const Day = v.pipe(v.string(), v.isoDate())
const Path = v.pipe(v.string(), v.regex(/^[\w.-]{1,200}$/))
/** More makes a table that nobody reads. */
export const COLUMNS_MAX = 12
const ANSWERS_MAX = 6
export const ANSWER_LENGTH_MAX = 100

/** Narrows a list; nothing in it is personal, so that it may stand in an address. Days are whole and included. */
export const Filter = v.object({
  service: v.optional(Slug),
  isNew: v.optional(v.literal(true)),
  dueFrom: v.optional(Day),
  dueUntil: v.optional(Day),
  receivedFrom: v.optional(Day),
  receivedUntil: v.optional(Day),
  who: v.optional(v.picklist(WHO)),
})
export type Filter = v.InferOutput<typeof Filter>

/** Answers of one service's form: which stand in columns, and what some must hold. What is asked for may be a name. */
export const Selection = v.object({
  service: Slug,
  columns: v.pipe(v.array(Path), v.maxLength(COLUMNS_MAX)),
  answers: v.pipe(
    v.array(v.object({ path: Path, text: v.pipe(v.string(), v.maxLength(ANSWER_LENGTH_MAX)) })),
    v.maxLength(ANSWERS_MAX),
  ),
})
export type Selection = v.InferOutput<typeof Selection>

/** Which lanes a view shows. */
export const OPEN: readonly Lane[] = ['free', 'taken', 'sign', 'signing']
export const LANES: Readonly<Record<View, readonly Lane[]>> = {
  mine: ['taken', 'signing'],
  free: ['free'],
  team: OPEN,
  due: ['free', 'sign'],
  late: OPEN,
  sign: ['sign', 'signing'],
  waiting: ['waiting'],
  done: ['done'],
}

type Staff = Actor & { kind: 'staff' }

/** Whether an item belongs into a view of these postboxes; `lastOn` is the last day due that the view shows. */
export function isInView(
  item: Item,
  view: View,
  {
    actor,
    postboxes,
    lastOn,
  }: { readonly actor: Staff; readonly postboxes: readonly string[]; readonly lastOn: string | undefined },
): boolean {
  const holds = (lanes: readonly Lane[]): boolean => lanes.includes(item.lane)
  if (!postboxes.includes(item.postbox) || (lastOn !== undefined && item.dueOn > lastOn)) {
    return false
  }
  const isMine = actsFor(actor, item.assignee) && holds(LANES.mine)
  if (view === 'due') {
    return isMine || holds(LANES.due)
  }
  return view === 'mine' ? isMine : holds(LANES[view])
}

/** Whether what a row itself says fits; the service and the days due are asked of the index as well. */
export function rowFits(item: Item, filter: Filter, actor: Staff): boolean {
  const { service, isNew, dueFrom, dueUntil, receivedFrom, receivedUntil, who } = filter
  const receivedOn = receivedFrom === undefined && receivedUntil === undefined ? '' : dayInBerlin(item.receivedAtMs)
  return (
    (service === undefined || item.serviceSlug === service) &&
    (isNew !== true || item.isNew === 1) &&
    (dueFrom === undefined || item.dueOn >= dueFrom) &&
    (dueUntil === undefined || item.dueOn <= dueUntil) &&
    (receivedFrom === undefined || receivedOn >= receivedFrom) &&
    (receivedUntil === undefined || receivedOn <= receivedUntil) &&
    (who === undefined || who === whoHas(item, actor))
  )
}

const whoHas = (item: Item, actor: Staff): (typeof WHO)[number] =>
  item.assignee === null ? 'nobody' : actsFor(actor, item.assignee) ? 'me' : 'others'

/** True where a row needs more than the index to be judged. */
export const isLookedThrough = ({ isNew, receivedFrom, receivedUntil, who }: Filter): boolean =>
  isNew === true || receivedFrom !== undefined || receivedUntil !== undefined || who !== undefined

/** Whether what was answered holds all that is asked for: each word whole or begun, in the answer to that question. */
export const answersFit = (fields: CaseCard['fields'] | undefined, answers: Selection['answers']): boolean =>
  answers.every(({ path, text }) => {
    const field = fields?.find((one) => one.path === path)
    return field !== undefined && holdsAll(field, text)
  })
