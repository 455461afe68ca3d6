import { type Context, Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, route } from '../http/route.ts'
import { parameter } from '../http/validate.ts'
import type { Actor } from '../lib/actor.ts'
import type { IdentityCtx } from './identity.ts'
import { ReturnTo, SessionView, SignedOut } from './schema.ts'
import { endSession } from './service.ts'
import { beginSignIn, finishSignIn, type Led } from './service-sign-in.ts'

/** Routes of the module, mounted under `/api/v1/identity`. */
export const identityRoutes = (ctx: IdentityCtx) =>
  new Hono<Env>()
    .get(
      '/sign-in',
      route({
        who: ['public'],
        action: 'session.start',
        resource: 'none',
        csrf: false,
        rate: 'sign-in',
        audit: false,
        cache: 'never',
      }),
      async (c) => lead(c, 302, await beginSignIn(ctx, parameter(ReturnTo, c.req.query('to'), 'to'))),
    )
    .get(
      '/callback',
      route({
        who: ['public'],
        action: 'session.start',
        resource: 'none',
        csrf: false,
        rate: 'sign-in',
        audit: false,
        cache: 'never',
      }),
      async (c) => lead(c, 303, await finishSignIn(ctx, c.req.raw)),
    )
    .post(
      '/sign-out',
      route({
        who: ['public'],
        action: 'session.end',
        resource: 'none',
        csrf: true,
        rate: 'work',
        audit: false,
        cache: 'never',
        output: SignedOut,
      }),
      async (c) => {
        setCookies(c, await endSession(ctx, actorOf(c)))
        c.header('Clear-Site-Data', '"cache", "storage"')
        return done(c, { page: '/', self: '/api/v1/identity/session', body: { signedOut: true } })
      },
    )
    .get(
      '/session',
      route({
        who: ['public'],
        action: 'session.read',
        resource: 'none',
        csrf: false,
        rate: 'read',
        audit: false,
        cache: 'never',
        output: SessionView,
      }),
      (c) => c.json(viewOf(actorOf(c))),
    )

function viewOf(actor: Actor): SessionView {
  if (actor.kind === 'staff') {
    return { kind: 'staff', name: actor.name, roles: [...actor.roles], postboxes: [...actor.postboxes] }
  }
  if (actor.kind === 'citizen') {
    const { account } = actor
    return account === undefined
      ? { kind: 'citizen' }
      : { kind: 'citizen', account: { kind: account.kind, trustLevel: account.trustLevel } }
  }
  return { kind: 'public' }
}

/** Leads a browser on, with cookies. */
export function lead(c: Context<Env>, status: 302 | 303, led: Led): Response {
  setCookies(c, led.setCookies)
  return c.redirect(led.location, status)
}

/** Adds lines `Set-Cookie` to an answer. */
export function setCookies(c: Context<Env>, lines: readonly string[]): void {
  for (const line of lines) {
    c.header('Set-Cookie', line, { append: true })
  }
}
