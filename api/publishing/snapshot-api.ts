import { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { answerNotFound, answerProblems } from '../http/problem.ts'
import type { Log } from '../lib/log.ts'
import type { SiteApi } from './answers.ts'

/**
 * Makes an API for static pages out of the rooms they need (`{ catalogue: catalogueRoutes(…) }`), each below
 * `/api/v1/<name>`: everybody is the public, nothing is limited, and the same question has the same answer bytes.
 */
export function snapshotApi(rooms: Readonly<Record<string, Hono<Env>>>, log: Log): SiteApi {
  const app = new Hono<Env>()
  app.onError(answerProblems(log))
  app.notFound(answerNotFound)
  app.use(async (c, next) => {
    c.set('actor', { kind: 'public' })
    c.set('requestId', 'static')
    c.set('clientAddress', '')
    c.set('limit', () => undefined)
    await next()
  })
  for (const [name, routes] of Object.entries(rooms)) {
    app.route(`/api/v1/${name}`, routes)
  }
  return async (request) => await app.fetch(request)
}
