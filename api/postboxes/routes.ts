import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { LIST_QUERY, listInput } from './list-query.ts'
import { type PostboxesCtx, returnItem, takeItem } from './service.ts'
import { listItems, listPostboxes } from './service-lists.ts'
import { forward, handOver, readMove } from './service-move.ts'

const Slug = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,80}$/))
const Id = v.pipe(v.string(), v.uuid())

const OfVorgang = v.object({ vorgangId: Id })
const Postboxes = v.object({
  postboxes: v.array(
    v.object({ id: Slug, name: v.string(), open: v.number(), free: v.number(), sign: v.number(), waiting: v.number() }),
  ),
  work: v.record(v.string(), v.number()),
})

const READ: Omit<RouteSpec, 'action' | 'resource'> = {
  who: ['clerk', 'lead'],
  csrf: false,
  rate: 'read',
  audit: false,
  cache: 'never',
}
const WORK: Omit<RouteSpec, 'action' | 'resource'> = { ...READ, csrf: true, rate: 'work', audit: true }

const HandOver = v.strictObject({ to: Id })
const Forward = v.strictObject({ postbox: Slug })

/** Routes of the module, mounted under `/api/v1/postboxes`. */
export const postboxRoutes = (ctx: PostboxesCtx) =>
  new Hono<Env>()
    .get('/', route({ ...READ, action: 'postbox.list', resource: 'none', output: Postboxes }), async (c) =>
      c.json({ ...(await listPostboxes(ctx, actorOf(c))), today: dayInBerlin(ctx.now()) }),
    )
    .get('/items', route({ ...READ, action: 'postbox.list', resource: 'none', query: LIST_QUERY }), async (c) =>
      c.json(
        await listItems(
          ctx,
          actorOf(c),
          listInput((name) => c.req.query(name)),
        ),
      ),
    )
    .get(
      '/:postbox/items',
      route({ ...READ, action: 'postbox.list', resource: 'postbox', query: LIST_QUERY }),
      async (c) => {
        const postbox = parameter(Slug, c.req.param('postbox'), 'postbox')
        return c.json(await listItems(ctx, actorOf(c), { ...listInput((name) => c.req.query(name)), postbox }))
      },
    )
    .post(
      '/items/:item/take',
      route({ ...WORK, action: 'postbox.take', resource: 'item', output: OfVorgang }),
      async (c) => {
        const taken = await takeItem(ctx, actorOf(c), parameter(Id, c.req.param('item'), 'item'))
        return done(c, {
          page: `/amt/vorgaenge/${taken.vorgangId}?getan=taken`,
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
    .get('/items/:item/move', route({ ...READ, action: 'postbox.move', resource: 'item' }), async (c) =>
      c.json(await readMove(ctx, actorOf(c), parameter(Id, c.req.param('item'), 'item'))),
    )
    .post(
      '/items/:item/hand-over',
      route({ ...WORK, action: 'postbox.move', resource: 'item', output: OfVorgang }),
      input(HandOver),
      async (c) => {
        const id = parameter(Id, c.req.param('item'), 'item')
        const { vorgangId } = await handOver(ctx, actorOf(c), id, inputOf(c, HandOver).to)
        return done(c, {
          page: `/amt/vorgaenge/${vorgangId}?getan=handed-over`,
          self: `/api/v1/submissions/vorgaenge/${vorgangId}`,
          body: { vorgangId },
        })
      },
    )
    .post(
      '/items/:item/forward',
      route({ ...WORK, action: 'postbox.move', resource: 'item', output: OfVorgang }),
      input(Forward),
      async (c) => {
        const id = parameter(Id, c.req.param('item'), 'item')
        const { vorgangId, postbox } = await forward(ctx, actorOf(c), id, inputOf(c, Forward).postbox)
        // Who sent it on may see it no more.
        return done(c, { page: `/amt/postkorb/${postbox}`, self: '/api/v1/postboxes', body: { vorgangId } })
      },
    )
