import { readVorgang } from '../eakten/service.ts'
import { listJournalOf } from '../journal/service.ts'
import { type Problem, problemType } from '../lib/problem.ts'
import type { PostboxesCtx } from './service.ts'
import { findItem, type Item } from './store.ts'

/** Somebody else has it; `errors` says who and since when to those who may see it. */
export const itemTaken = problemType('postboxes/item-taken', 409)

/** The refusal of who was too late, with the name of who was quicker and, where the journal says so, since when. */
export async function takenBy(ctx: PostboxesCtx, { id }: Pick<Item, 'id'>): Promise<Problem> {
  const item = await findItem(ctx.db, id)
  const detail = `item ${id}`
  if (item === undefined || item.assignee === null) {
    return itemTaken(detail)
  }
  const [name, atMs] = [await ctx.staffName(item.assignee), await takenAt(ctx, item)]
  return name === null
    ? itemTaken(detail)
    : itemTaken(detail, {
        errors: [{ pointer: '', type: 'taken', params: { name, ...(atMs === null ? {} : { atMs }) } }],
      })
}

async function takenAt(ctx: PostboxesCtx, { vorgangId, assignee }: Item): Promise<number | null> {
  const vorgang = await readVorgang(ctx, vorgangId)
  const holder = `staff:${assignee}`
  const lines =
    vorgang === undefined ? [] : await listJournalOf(ctx, vorgang.eakteId, ['item-taken', 'item-handed-over'])
  const line = lines.findLast(
    ({ type, actor, body }) => body['vorgang'] === vorgangId && (type === 'item-taken' ? actor : body['to']) === holder,
  )
  return line?.atMs ?? null
}
