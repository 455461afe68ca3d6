import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { parameter } from '../http/validate.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { listItems, listPostboxes, type PostboxesCtx, returnItem, takeItem } from './service.ts'

const Slug = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,80}$/))
const Id = v.pipe(v.string(), v.uuid())
const View = v.picklist(['team', 'mine', 'waiting', 'done'])
const After = v.optional(v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}~[0-9a-f-]{36}$/)))

const OfVorgang = v.object({ vorgangId: Id })
const Postboxes = v.object({
  postboxes: v.array(v.object({ id: Slug, name: v.string(), open: v.number(), waiting: v.number() })),
})

const READ: Omit<RouteSpec, 'action' | 'resource'> = {
  who: ['clerk', 'lead'],
  csrf: false,
  rate: 'read',
  audit: false,
  cache: 'never',
}
const WORK: Omit<RouteSpec, 'action' | 'resource'> = { ...READ, csrf: true, rate: 'work', audit: true }

/** Routes of the module, mounted under `/api/v1/postboxes`. */
export const postboxRoutes = (ctx: PostboxesCtx) =>
  new Hono<Env>()
    .get('/', route({ ...READ, action: 'postbox.list', resource: 'none', output: Postboxes }), async (c) =>
      c.json({ postboxes: await listPostboxes(ctx, actorOf(c)), today: dayInBerlin(ctx.now()) }),
    )
    .get(
      '/:postbox/items',
      route({ ...READ, action: 'postbox.list', resource: 'postbox', query: ['view', 'after'] }),
      async (c) => {
        const after = parameter(After, c.req.query('after'), 'after')
        const list = await listItems(ctx, actorOf(c), {
          postbox: parameter(Slug, c.req.param('postbox'), 'postbox'),
          view: parameter(View, c.req.query('view') ?? 'team', 'view'),
          ...(after === undefined ? {} : { after }),
        })
        return c.json(list)
      },
    )
    .post(
      '/items/:item/take',
      route({ ...WORK, action: 'postbox.take', resource: 'item', output: OfVorgang }),
      async (c) => {
        const taken = await takeItem(ctx, actorOf(c), parameter(Id, c.req.param('item'), 'item'))
        return done(c, {
          page: `/amt/vorgaenge/${taken.vorgangId}`,
          self: `/api/v1/submissions/vorgaenge/${taken.vorgangId}`,
          body: taken,
        })
      },
    )
    .post(
      '/items/:item/return',
      route({ ...WORK, action: 'postbox.return', resource: 'item', output: OfVorgang }),
      async (c) => {
        const returned = await returnItem(ctx, actorOf(c), parameter(Id, c.req.param('item'), 'item'))
        return done(c, { page: '/amt/', self: `/api/v1/submissions/vorgaenge/${returned.vorgangId}`, body: returned })
      },
    )
