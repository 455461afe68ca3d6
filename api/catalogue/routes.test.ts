import { join } from 'node:path'
import { Hono } from 'hono'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadContent, readContentFolder } from '../content/service.ts'
import type { Env } from '../http/env.ts'
import { answerNotFound, answerProblems } from '../http/problem.ts'
import { listRoutes } from '../http/route.ts'
import { catalogueRoutes } from './routes.ts'
import { catalogueIndexes } from './service.ts'

let app: Hono<Env>
beforeAll(async () => {
  const result = loadContent(await readContentFolder(join(import.meta.dirname, '../../content')))
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings))
  }
  const live = { revisionId: 'test', content: result.content }
  const ctx = { content: { live: () => live, at: async () => result.content }, catalogueIndex: catalogueIndexes() }
  app = new Hono<Env>()
  app.use(async (c, next) => {
    c.set('actor', { kind: 'public' })
    c.set('clientAddress', '127.0.0.1')
    c.set('requestId', 'test')
    c.set('limit', () => undefined)
    await next()
  })
  app.route('/api/v1/catalogue', catalogueRoutes(ctx))
  app.onError(answerProblems(() => undefined))
  app.notFound(answerNotFound)
})
const get = (path: string) => app.request(`/api/v1/catalogue/${path}`)

it('every route is declared, public and without CSRF', () => {
  const routes = listRoutes(app)
  expect(routes).toHaveLength(11)
  expect(routes.every(({ spec }) => spec.who.includes('public') && !spec.csrf)).toBe(true)
})

describe('GET /api/v1/catalogue', () => {
  it.each([
    'frame',
    'home',
    'letters',
    'services/hund-anmelden',
    'offices',
    'offices/finanzen',
    'life-situations',
    'life-situations/umzug',
    'pages/de/impressum',
    'search?q=Hund',
    'search',
    'paths',
  ])('200 %s', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-cache')
  })

  it.each([
    'services/nowhere',
    'offices/nowhere',
    'life-situations/nowhere',
    'pages/de/nowhere',
    'pages/xx/impressum',
    'services/__proto__',
  ])('404 %s', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ type: '/errors/http/not-found' })
  })

  it('422 a query over 200 characters', async () => {
    expect((await get(`search?q=${'x'.repeat(201)}`)).status).toBe(422)
  })
})
