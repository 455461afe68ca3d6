import { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { type RouteSpec, route } from '../http/route.ts'
import { parameter } from '../http/validate.ts'
import { Lang, Query } from './schema.ts'
import type { CatalogueCtx } from './service.ts'
import * as service from './service.ts'

const READ: RouteSpec = {
  who: ['public'],
  action: 'catalogue.read',
  resource: 'none',
  csrf: false,
  rate: 'read',
  audit: false,
  cache: 'revalidate',
}
const SERVICE: RouteSpec = { ...READ, resource: 'service' }

/** `/api/v1/catalogue`: everything that public pages show, read from the live content. */
export const catalogueRoutes = (ctx: CatalogueCtx) =>
  new Hono<Env>()
    .get('/frame', route(READ), (c) => c.json(service.findFrame(ctx)))
    .get('/home', route(READ), (c) => c.json(service.findHome(ctx)))
    .get('/letters', route(READ), (c) => c.json(service.listLetters(ctx)))
    .get('/services/:slug', route(SERVICE), (c) =>
      c.json(service.findServicePage(ctx, c.req.param('slug'), parameter(Lang, c.req.query('lang'), 'lang'))),
    )
    .get('/offices', route(READ), (c) => c.json(service.listOffices(ctx)))
    .get('/offices/:slug', route(SERVICE), (c) => c.json(service.findOfficePage(ctx, c.req.param('slug'))))
    .get('/life-situations', route(READ), (c) => c.json(service.listLifeSituations(ctx)))
    .get('/life-situations/:slug', route(SERVICE), (c) =>
      c.json(service.findLifeSituationPage(ctx, c.req.param('slug'))),
    )
    .get('/pages/:lang/:slug', route(SERVICE), (c) =>
      c.json(service.findTextPage(ctx, c.req.param('lang'), c.req.param('slug'))),
    )
    .get('/search', route({ ...READ, action: 'search.read' }), (c) =>
      c.json(service.findPages(ctx, parameter(Query, c.req.query('q'), 'q'))),
    )
    .get('/paths', route(READ), (c) => c.json(service.listPaths(ctx)))
