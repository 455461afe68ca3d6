import { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { IdentityCtx } from './identity.ts'
import { lead, setCookies } from './routes.ts'
import {
  AccountSessions,
  AccountView,
  EndedSession,
  LedByForm,
  Providers,
  ReturnTo,
  SamlResponse,
  SessionId,
  WantedLevel,
} from './schema.ts'
import {
  beginAccountSignIn,
  beginBundidSignIn,
  finishAccountSignIn,
  finishBundidSignIn,
  receiveBundidResponse,
  type Wanted,
} from './service-account-sign-in.ts'
import { endOtherSession, readAccount, readAccountSessions } from './service-accounts.ts'

const START: RouteSpec = {
  who: ['public'],
  action: 'session.start',
  resource: 'none',
  csrf: false,
  rate: 'sign-in',
  audit: false,
  cache: 'never',
}
const READ: RouteSpec = { ...START, who: ['citizen'], action: 'account.read', rate: 'read' }

/** Routes of citizens' sign-in and account, mounted under `/api/v1/identity`. */
export const accountRoutes = (ctx: IdentityCtx) =>
  new Hono<Env>()
    .get('/account/providers', route({ ...START, action: 'session.read', rate: 'read', output: Providers }), (c) => {
      const { bundid, oidc } = ctx.identity.accounts
      return c.json({ bundid: bundid !== null, oidc: oidc !== null })
    })
    .get('/account/sign-in', route({ ...START, query: ['to', 'level'] }), async (c) =>
      lead(c, 302, await beginAccountSignIn(ctx, actorOf(c), wantedOf(c.req.query()))),
    )
    .get('/account/callback', route(START), async (c) =>
      lead(c, 303, await finishAccountSignIn(ctx, actorOf(c), c.req.raw)),
    )
    .get('/account/bundid', route({ ...START, query: ['to', 'level'], output: LedByForm }), async (c) => {
      const { action, fields, setCookies: lines } = await beginBundidSignIn(ctx, actorOf(c), wantedOf(c.req.query()))
      setCookies(c, lines)
      return c.json({ action, fields })
    })
    .post('/account/bundid/acs', route({ ...START, csrf: 'signed' }), input(SamlResponse), async (c) =>
      lead(c, 303, await receiveBundidResponse(ctx, inputOf(c, SamlResponse).SAMLResponse)),
    )
    .get('/account/bundid/finish', route(START), async (c) =>
      lead(c, 303, await finishBundidSignIn(ctx, actorOf(c), c.req.raw)),
    )
    .get('/account', route({ ...READ, output: AccountView }), async (c) => c.json(await readAccount(ctx, actorOf(c))))
    .get('/account/sessions', route({ ...READ, output: AccountSessions }), async (c) =>
      c.json(await readAccountSessions(ctx, actorOf(c))),
    )
    .post(
      '/account/sessions/:session/end',
      route({
        ...READ,
        action: 'account.write',
        resource: 'session',
        csrf: true,
        rate: 'work',
        output: EndedSession,
      }),
      async (c) => {
        await endOtherSession(ctx, actorOf(c), parameter(SessionId, c.req.param('session'), 'session'))
        return done(c, {
          page: '/konto/daten/',
          self: '/api/v1/identity/account/sessions',
          body: { ended: true },
        })
      },
    )

const wantedOf = (query: Readonly<Record<string, string>>): Wanted => ({
  to: parameter(ReturnTo, query['to'], 'to'),
  level: parameter(WantedLevel, query['level'], 'level'),
})
