import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, invalidInput, parameter } from '../http/validate.ts'
import { listAddress, listInput } from './list-query.ts'
import type { PostboxesCtx } from './service.ts'
import { exportList, FORMATS } from './service-export.ts'
import { askedOf, type ListInput } from './service-lists.ts'
import { keepSelection, readSelection } from './service-selections.ts'
import { deleteView, saveView } from './service-views.ts'

const Id = v.pipe(v.string(), v.uuid())
const Slug = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,80}$/))
const NAME_MAX = 60
/** Which list it is, by the names of its address; and what belongs to it alone. */
const OfList = v.objectWithRest({ service: Slug }, v.pipe(v.string(), v.maxLength(200)))
const NamedList = v.objectWithRest(
  { viewName: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(NAME_MAX)) },
  v.pipe(v.string(), v.maxLength(200)),
)
const Export = v.objectWithRest({ format: v.picklist(FORMATS) }, v.pipe(v.string(), v.maxLength(200)))
const WORK: Omit<RouteSpec, 'resource'> = {
  who: ['clerk', 'lead'],
  action: 'postbox.list',
  csrf: true,
  rate: 'work',
  audit: false,
  cache: 'never',
}

/** A list as a form about it names it. */
function namedList(given: Readonly<Record<string, unknown>>): ListInput {
  const named = (name: string): string | undefined => {
    const value = given[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const postbox = named('postbox')
  return { ...listInput(named), ...(postbox === undefined ? {} : { postbox: parameter(Slug, postbox, 'postbox') }) }
}

/** Routes of what a person chooses and saves of their lists, mounted under `/api/v1/postboxes`. */
export const viewRoutes = (ctx: PostboxesCtx) =>
  new Hono<Env>()
    .post(
      '/selections',
      route({ ...WORK, resource: 'none', output: v.object({ selectionId: Id }) }),
      input(OfList),
      async (c) => {
        const given = inputOf(c, OfList)
        const selection = readSelection(given.service, given)
        if (selection === null) {
          throw invalidInput('too many columns or answers', { errors: [{ pointer: '/columns', type: 'max_length' }] })
        }
        const kept = keepSelection(ctx, actorOf(c), selection)
        const page = listAddress({ ...given, saved: '', selection: kept.selectionId })
        return done(c, { page, self: '/api/v1/postboxes/items', body: kept })
      },
    )
    .post(
      '/exports',
      route({ ...WORK, action: 'postbox.export', resource: 'none', audit: true, gives: 'text/csv' }),
      input(Export),
      async (c) => {
        const { format, ...given } = inputOf(c, Export)
        const { fileName, mediaType, body } = await exportList(ctx, actorOf(c), { ...namedList(given), format })
        return c.body(body, 200, {
          'Content-Type': mediaType,
          'Content-Disposition': `attachment; filename="${fileName}"`,
        })
      },
    )
    .post(
      '/views',
      route({ ...WORK, resource: 'none', output: v.object({ savedId: Id }) }),
      input(NamedList),
      async (c) => {
        const { viewName, ...given } = inputOf(c, NamedList)
        const asked = await askedOf(ctx, actorOf(c), namedList(given))
        const { view, filter, selection } = asked
        const saved = await saveView(ctx, actorOf(c), {
          name: viewName,
          postbox: asked.postbox,
          view,
          filter,
          selection,
        })
        return done(c, { page: listAddress({ saved: saved.savedId }), self: '/api/v1/postboxes/items', body: saved })
      },
    )
    .post(
      '/views/:saved/delete',
      route({ ...WORK, resource: 'search', output: v.object({ savedId: Id }) }),
      async (c) => {
        const gone = await deleteView(ctx, actorOf(c), parameter(Id, c.req.param('saved'), 'saved'))
        return done(c, { page: '/amt/', self: '/api/v1/postboxes/items', body: gone })
      },
    )
