import { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { READ, WORK } from './route-specs.ts'
import { AccessRequest, HandedCodes, Id, OfAccess, RefuseAccess } from './schema.ts'
import { confirmAccess, refuseAccess, requestAccess, withdrawAccess } from './service-access.ts'
import { showCodes } from './service-access-codes.ts'
import { type AccessAt, readAccessPage } from './service-access-read.ts'

const STAFF = { who: ['clerk', 'lead'], resource: 'vorgang' } as const
const ASK: RouteSpec = { ...WORK, ...STAFF, audit: true, action: 'access.request', output: OfAccess }
const CONFIRM: RouteSpec = { ...ASK, action: 'access.confirm' }

/** Routes by which access to a Vorgang is given anew by two clerks; mounted under `/api/v1/submissions`. */
export const accessRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post('/vorgaenge/:vorgang/access', route(ASK), input(AccessRequest), async (c) => {
      const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
      const at = await requestAccess(ctx, actorOf(c), { vorgangId, ...inputOf(c, AccessRequest) })
      return done(c, { page: `${vorgangPage(at, 'access-asked')}#zugang`, self: selfOf(at), body: at, status: 201 })
    })
    .get('/vorgaenge/:vorgang/access/:access', route({ ...READ, ...STAFF, action: 'vorgang.read' }), async (c) =>
      c.json(await readAccessPage(ctx, actorOf(c), atOf(c.req.param()))),
    )
    .post('/vorgaenge/:vorgang/access/:access/confirm', route(CONFIRM), async (c) => {
      const at = await confirmAccess(ctx, actorOf(c), atOf(c.req.param()))
      return done(c, { page: `/amt/vorgaenge/${at.vorgangId}/zugang/${at.accessId}`, self: selfOf(at), body: at })
    })
    .post('/vorgaenge/:vorgang/access/:access/refuse', route(ASK), input(RefuseAccess), async (c) => {
      const { comment } = inputOf(c, RefuseAccess)
      const at = await refuseAccess(ctx, actorOf(c), { ...atOf(c.req.param()), comment })
      return done(c, { page: vorgangPage(at, 'access-refused'), self: selfOf(at), body: at })
    })
    .post('/vorgaenge/:vorgang/access/:access/withdraw', route(ASK), async (c) => {
      const at = await withdrawAccess(ctx, actorOf(c), atOf(c.req.param()))
      return done(c, { page: vorgangPage(at, 'access-withdrawn'), self: selfOf(at), body: at })
    })
    // No page is led to from here: what it answers is shown by the page that asks, and stands nowhere else.
    .post('/vorgaenge/:vorgang/access/:access/codes', route({ ...CONFIRM, output: HandedCodes }), async (c) =>
      c.json(await showCodes(ctx, actorOf(c), atOf(c.req.param()))),
    )

const atOf = (names: { readonly vorgang: string; readonly access: string }): AccessAt => ({
  vorgangId: parameter(Id, names.vorgang, 'vorgang'),
  accessId: parameter(Id, names.access, 'access'),
})
const vorgangPage = ({ vorgangId }: AccessAt, done: string): string => `/amt/vorgaenge/${vorgangId}?getan=${done}`
const selfOf = ({ vorgangId, accessId }: AccessAt): string =>
  `/api/v1/submissions/vorgaenge/${vorgangId}/access/${accessId}`
