import { join, type Plan, type Ref } from '../../db/batch.ts'
import { type Item, type ItemMove, insertItem, updateItem } from './store.ts'

export type { ItemMove } from './store.ts'
/** Whom or what a process can wait for besides a clerk. */
export type WaitsFor = NonNullable<Item['waitsFor']>
export type NewItem = Omit<Item, 'version' | 'lane' | 'isNew' | 'aktenzeichen'> & {
  readonly aktenzeichen: string | Ref
}

/**
 * Puts something new into a postbox: a Vorgang, or a task beside its main one, by which another office finds the Vorgang from
 * then on. That a Vorgang is new says whoever opens it.
 */
export const planNewItem = (item: NewItem): Plan => ({
  statements: [insertItem({ ...item, isNew: 1 })],
  changes: item.kind !== 'case' ? [{ topic: 'vorgang', id: item.vorgangId }] : [],
})

/** Moves an item: to another postbox, task, state or person. Refused by guard `item-version` when somebody was quicker. */
export const planMoveItem = (item: Item, next: Partial<ItemMove>): Plan =>
  join({ guards: [updateItem(item, { ...item, ...next })] }, { changes: [{ topic: 'vorgang', id: item.vorgangId }] })
