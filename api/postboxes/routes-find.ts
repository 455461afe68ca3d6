import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { PostboxesCtx } from './service.ts'
import { beginSearch, readSearch } from './service-find.ts'

const Id = v.pipe(v.string(), v.uuid())
const QUERY_MAX = 100
const Search = v.strictObject({ q: v.pipe(v.string(), v.maxLength(QUERY_MAX)) })
const Begun = v.union([v.object({ searchId: Id }), v.object({ vorgangId: Id })])

const READ: Omit<RouteSpec, 'action' | 'resource'> = {
  who: ['clerk', 'lead'],
  csrf: false,
  rate: 'read',
  audit: false,
  cache: 'never',
}

/** Routes by which a Vorgang is found, mounted under `/api/v1/postboxes`. */
export const findRoutes = (ctx: PostboxesCtx) =>
  new Hono<Env>()
    .post(
      '/searches',
      route({ ...READ, csrf: true, rate: 'work', action: 'vorgang.find', resource: 'none', output: Begun }),
      input(Search),
      async (c) => {
        const begun = await beginSearch(ctx, actorOf(c), inputOf(c, Search).q)
        const led =
          'vorgangId' in begun
            ? {
                page: `/amt/vorgaenge/${begun.vorgangId}`,
                self: `/api/v1/submissions/vorgaenge/${begun.vorgangId}`,
              }
            : {
                page: `/amt/suche?frage=${begun.searchId}`,
                self: `/api/v1/postboxes/searches/${begun.searchId}`,
              }
        return done(c, { ...led, body: begun })
      },
    )
    .get(
      '/searches/:search',
      route({ ...READ, action: 'vorgang.find', resource: 'search', query: ['after'] }),
      async (c) => {
        const searchId = parameter(Id, c.req.param('search'), 'search')
        const after = parameter(v.optional(Id), c.req.query('after'), 'after')
        return c.json(await readSearch(ctx, actorOf(c), { searchId, ...(after === undefined ? {} : { after }) }))
      },
    )
