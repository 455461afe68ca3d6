import * as v from 'valibot'
import { notFound } from '../http/problem.ts'
import { authorize } from '../identity/permissions.ts'
import { TOWN_KEY } from '../keys/keyring.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { Filter, Selection, VIEWS } from './filter.ts'
import type { Staff } from './pages.ts'
import type { PostboxesCtx } from './service.ts'
import { deleteSaved, findSaved, insertSaved, listSaved, type SavedRow, VIEWS_MAX } from './store-views.ts'

/** A list as it was saved. */
const Saved = v.object({
  format: v.literal(1),
  name: v.string(),
  postbox: v.nullable(v.string()),
  view: v.picklist(VIEWS),
  filter: Filter,
  selection: v.nullable(Selection),
})
export type SavedView = Omit<v.InferOutput<typeof Saved>, 'format'> & { readonly id: string }

export const tooManyViews = problemType('postboxes/too-many-views', 409)

/** Lists what a person saved, of postboxes in which they work now, in the order in which they saved it. */
export async function readSavedViews(ctx: PostboxesCtx, actor: Staff): Promise<readonly SavedView[]> {
  const saved = await Promise.all((await listSaved(ctx.db, actor.userId)).map((row) => openSaved(ctx, row)))
  return saved.filter(({ postbox }) => postbox === null || actor.postboxes.includes(postbox))
}

/** What a person saved under an id; null where it is another's or nothing. */
export async function readSavedView(ctx: PostboxesCtx, actor: Staff, id: string): Promise<SavedView | null> {
  const row = await findSaved(ctx.db, actor.userId, id)
  return row === undefined ? null : await openSaved(ctx, row)
}

/** Saves a list under a name; 30 at most. Throws `postboxes/too-many-views` (409), and 404 for a postbox of another team. */
export async function saveView(
  ctx: PostboxesCtx,
  actor: Actor,
  view: Omit<SavedView, 'id'>,
): Promise<{ readonly savedId: string }> {
  const staff = ownerOf(actor, view.postbox)
  if ((await listSaved(ctx.db, staff.userId)).length >= VIEWS_MAX) {
    throw tooManyViews(`views of ${staff.userId}`)
  }
  const id = ctx.newId()
  const sealed = await ctx.keyring.sealJson(TOWN_KEY, spotOf(id), { format: 1, ...view })
  await ctx.write({ statements: [insertSaved({ id, userId: staff.userId, sealed, savedAtMs: ctx.now() })] })
  return { savedId: id }
}

/** Deletes what the person saved; another's is not there. */
export async function deleteView(ctx: PostboxesCtx, actor: Actor, id: string): Promise<{ readonly savedId: string }> {
  const staff = ownerOf(actor, null)
  if ((await findSaved(ctx.db, staff.userId, id)) === undefined) {
    throw notFound()
  }
  await ctx.write({ statements: [deleteSaved(staff.userId, id)] })
  return { savedId: id }
}

function ownerOf(actor: Actor, postbox: string | null): Staff {
  const all = actor.kind === 'staff' ? actor.postboxes : []
  authorize(actor, 'postbox.list', { postboxes: postbox === null ? all : [postbox] })
  if (actor.kind !== 'staff') {
    throw notFound()
  }
  return actor
}

async function openSaved(ctx: PostboxesCtx, row: SavedRow): Promise<SavedView> {
  const { format: _format, ...saved } = v.parse(Saved, await ctx.keyring.openJson(TOWN_KEY, spotOf(row.id), row.sealed))
  return { id: row.id, ...saved }
}

const spotOf = (id: string) => ({ table: 'saved_views', row: id, column: 'sealed' })
