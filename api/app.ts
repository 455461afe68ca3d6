import { Hono } from 'hono'
import { catalogueRoutes } from './catalogue/routes.ts'
import type { Context } from './context.ts'
import { editingReleaseRoutes, editingRoutes, previewRoutes } from './editing/routes.ts'
import { lawRoutes, plannedRoutes } from './editing/routes-law.ts'
import type { Env } from './http/env.ts'
import { openApiRoutes } from './http/openapi.ts'
import { answerNotFound, answerProblems } from './http/problem.ts'
import { createRateLimiter } from './http/rate.ts'
import { listRoutes } from './http/route.ts'
import { identityRoutes } from './identity/routes.ts'
import { absenceRoutes } from './identity/routes-absences.ts'
import { accountRoutes } from './identity/routes-account.ts'
import { resolveActor } from './identity/service.ts'
import { noticeRoutes } from './notices/routes.ts'
import { paymentRoutes } from './payments/routes.ts'
import { postboxRoutes } from './postboxes/routes.ts'
import { findRoutes } from './postboxes/routes-find.ts'
import { viewRoutes } from './postboxes/routes-views.ts'
import { draftRoutes, fileRoutes, submitRoutes } from './submissions/routes.ts'
import { accessRoutes } from './submissions/routes-access.ts'
import { accountCaseRoutes } from './submissions/routes-account.ts'
import { actRoutes, errandRoutes } from './submissions/routes-acts.ts'
import { applyingRoutes } from './submissions/routes-applying.ts'
import { caseRoutes, statusRoutes } from './submissions/routes-cases.ts'
import { expertRoutes, outsideRoutes } from './submissions/routes-experts.ts'
import { inboundRoutes } from './submissions/routes-inbound.ts'
import { lookupRoutes } from './submissions/routes-lookups.ts'
import { noteRoutes } from './submissions/routes-notes.ts'
import { orderRoutes } from './submissions/routes-orders.ts'
import { paperRoutes } from './submissions/routes-paper.ts'
import { invitationRoutes, participantRoutes, signingRoutes } from './submissions/routes-participants.ts'
import { partRoutes } from './submissions/routes-parts.ts'
import { photoRoutes } from './submissions/routes-photos.ts'
import { workflowRoutes } from './workflow/routes.ts'

/** Version of the API's description; the path's `v1` changes only where a change breaks callers. */
const API_VERSION = '1.0.0'

/** Where a request comes from, as the web entry saw it. */
export type From = { readonly address: string; readonly requestId: string }
export type Api = {
  readonly app: Hono<Env>
  readonly handle: (request: Request, from: From) => Promise<Response>
}

/** Puts the headless API together. Throws when a route is mounted without its declaration: the server then does not start. */
export function createApi(ctx: Context): Api {
  const app = new Hono<Env>()
  const limit = createRateLimiter(ctx.now, ctx.config.rateFactor)
  app.onError(answerProblems(ctx.log))
  app.notFound(answerNotFound)
  app.use('*', async (c, next) => {
    const from = c.env as unknown as From
    c.set('requestId', from.requestId)
    c.set('clientAddress', from.address)
    c.set('limit', limit)
    c.set('actor', await resolveActor(ctx, c.req.raw))
    await next()
  })
  app
    .route('/api/v1/catalogue', catalogueRoutes(ctx))
    .route('/api/v1/identity', identityRoutes(ctx))
    .route('/api/v1/identity', accountRoutes(ctx))
    .route('/api/v1/identity', absenceRoutes(ctx))
    .route('/api/v1/submissions', applyingRoutes(ctx))
    .route('/api/v1/submissions', draftRoutes(ctx))
    .route('/api/v1/submissions', submitRoutes(ctx))
    .route('/api/v1/submissions', fileRoutes(ctx))
    .route('/api/v1/submissions', partRoutes(ctx))
    .route('/api/v1/submissions', photoRoutes(ctx))
    .route('/api/v1/submissions', lookupRoutes(ctx))
    .route('/api/v1/submissions', participantRoutes(ctx))
    .route('/api/v1/submissions', invitationRoutes(ctx))
    .route('/api/v1/submissions', signingRoutes(ctx))
    .route('/api/v1/submissions', statusRoutes(ctx))
    .route('/api/v1/submissions', caseRoutes(ctx))
    .route('/api/v1/submissions', paperRoutes(ctx))
    .route('/api/v1/submissions', accountCaseRoutes(ctx))
    .route('/api/v1/submissions', actRoutes(ctx))
    .route('/api/v1/submissions', errandRoutes(ctx))
    .route('/api/v1/submissions', accessRoutes(ctx))
    .route('/api/v1/submissions', noteRoutes(ctx))
    .route('/api/v1/submissions', orderRoutes(ctx))
    .route('/api/v1/submissions', expertRoutes(ctx))
    .route('/api/v1/submissions', outsideRoutes(ctx))
    .route('/api/v1/messages', inboundRoutes(ctx))
    .route('/api/v1/postboxes', findRoutes(ctx))
    .route('/api/v1/postboxes', viewRoutes(ctx))
    .route('/api/v1/postboxes', postboxRoutes(ctx))
    .route('/api/v1/workflow', workflowRoutes(ctx))
    .route('/api/v1/notices', noticeRoutes(ctx))
    .route('/api/v1/payments', paymentRoutes(ctx))
    .route('/api/v1/editing', editingRoutes(ctx))
    .route('/api/v1/editing', editingReleaseRoutes(ctx))
    .route('/api/v1/editing', previewRoutes(ctx))
    .route('/api/v1/editing', lawRoutes(ctx))
    .route('/api/v1/editing', plannedRoutes(ctx))
    .route(
      '/api/v1',
      openApiRoutes({ title: 'Stadttor', version: API_VERSION, origin: ctx.origin }, () => listRoutes(app)),
    )
  listRoutes(app)
  return { app, handle: async (request, from) => await app.fetch(request, from) }
}
