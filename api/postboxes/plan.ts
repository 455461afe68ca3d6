import { join, type Plan, type Ref } from '../../db/batch.ts'
import { addToCount, type Item, insertItem, updateItem } from './store.ts'

export type ItemState = Item['state']
/** Whom or what a process can wait for besides a clerk. */
export type WaitsFor = NonNullable<Item['waitsFor']>
export type NewItem = Pick<Item, 'title' | 'waitsFor' | 'preparedBy'> & {
  readonly vorgangId: string
  readonly postbox: string
  readonly taskId: string | null
  readonly step: string
  readonly state: ItemState
  readonly dueOn: string
  readonly reference: string
  readonly aktenzeichen: string | Ref
  readonly serviceSlug: string
  readonly receivedAtMs: number
}

/** Puts a new Vorgang into a postbox. */
export const planNewItem = (item: NewItem): Plan => ({
  statements: [insertItem({ ...item, assignee: null, isNew: 1 }), countOf(item.postbox, item.state, 1)].filter(
    (s) => s !== null,
  ),
})

export type ItemMove = Pick<
  Item,
  'postbox' | 'taskId' | 'step' | 'state' | 'assignee' | 'dueOn' | 'isNew' | 'title' | 'waitsFor' | 'preparedBy'
>

/** Moves an item: to another postbox, task, state or person. Refused by guard `item-version` when somebody was quicker. */
export function planMoveItem(item: Item, next: Partial<ItemMove>): Plan {
  const moved = { ...item, ...next }
  const counts =
    moved.postbox === item.postbox && moved.state === item.state
      ? []
      : [countOf(item.postbox, item.state, -1), countOf(moved.postbox, moved.state, 1)].filter((s) => s !== null)
  return join(
    { guards: [updateItem(item, moved)], statements: counts },
    { changes: [{ topic: 'vorgang', id: item.vorgangId }] },
  )
}

function countOf(postbox: string, state: ItemState, by: 1 | -1) {
  if (state === 'done') {
    return null
  }
  return state === 'open' ? addToCount(postbox, by, 0) : addToCount(postbox, 0, by)
}
