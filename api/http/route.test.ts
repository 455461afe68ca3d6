import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { Env } from './env.ts'
import { listRoutes, type RouteSpec, route } from './route.ts'

const SPEC: RouteSpec = {
  who: ['clerk'],
  action: 'vorgang.read',
  resource: 'vorgang',
  csrf: true,
  rate: 'read',
  audit: false,
  cache: 'never',
}
const guarded = () =>
  new Hono<Env>()
    .use('*', async (_c, next) => await next())
    .get('/things/:thing', route(SPEC), (c) => c.text('thing'))
    .post('/things', route(SPEC), (c) => c.text('made'))

describe('the route table', () => {
  it('lists every route with its declaration', () => {
    const routes = listRoutes(guarded())
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /things/:thing', 'POST /things'])
    expect(routes.every(({ spec }) => spec === SPEC)).toBe(true)
  })

  it.each([
    ['a bare route', () => guarded().get('/planted', (c) => c.text('open'))],
    ['a bare write', () => guarded().post('/planted', (c) => c.text('open'))],
    ['a route for every method', () => guarded().all('/planted', (c) => c.text('open'))],
    ['a route for every path', () => guarded().all('/planted/*', (c) => c.text('open'))],
    ['middleware that could answer', () => guarded().use('/things/*', async (c) => c.text('open'))],
    ['a second one before everything', () => guarded().use('*', async (c) => c.text('open'))],
    ['another method', () => guarded().on('PURGE', '/planted', (c) => c.text('open'))],
    [
      'an application within',
      () =>
        guarded().route(
          '/sub',
          new Hono<Env>().get('/planted', (c) => c.text('open')),
        ),
    ],
    ['a foreign handler', () => guarded().mount('/planted', () => new Response('open'))],
    ['a declaration that comes second', () => guarded().get('/planted', (c) => c.text('open'), route(SPEC))],
    ['a write that browsers may send from elsewhere', () => guarded().put('/planted', route({ ...SPEC, csrf: false }))],
  ])('refuses %s', (_name, planted) => {
    expect(() => listRoutes(planted())).toThrow(/^route (without route|that writes without CSRF check)/)
  })
})
