import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { Actor } from '../lib/actor.ts'
import type { IdentityCtx } from './identity.ts'
import { endAbsenceNow, readAbsences, setAbsence } from './service-absences.ts'

const Id = v.pipe(v.string(), v.uuid())
const Day = v.pipe(v.string(), v.maxLength(10))
const SetAbsence = v.strictObject({
  person: v.optional(Id),
  from: Day,
  until: Day,
  /** Empty for nobody. */
  substitute: v.optional(v.pipe(v.string(), v.maxLength(36))),
})
const OfAbsence = v.object({ absenceId: Id, userId: Id })

const READ: RouteSpec = {
  who: ['clerk', 'lead'],
  action: 'absence.read',
  resource: 'none',
  csrf: false,
  rate: 'read',
  audit: false,
  cache: 'never',
}
const SET: RouteSpec = { ...READ, action: 'absence.set', csrf: true, rate: 'work', output: OfAbsence }

/** Routes of absences and substitutes, mounted under `/api/v1/identity`. */
export const absenceRoutes = (ctx: IdentityCtx) =>
  new Hono<Env>()
    .get('/absences', route({ ...READ, query: ['person'] }), async (c) =>
      c.json(await readAbsences(ctx, actorOf(c), parameter(v.optional(Id), c.req.query('person'), 'person'))),
    )
    .post('/absences', route(SET), input(SetAbsence), async (c) => {
      const set = await setAbsence(ctx, actorOf(c), inputOf(c, SetAbsence))
      return done(c, { page: pageOf(actorOf(c), set.userId), self: '/api/v1/identity/absences', body: set })
    })
    .post('/absences/:absence/end', route({ ...SET, resource: 'absence' }), async (c) => {
      const ended = await endAbsenceNow(ctx, actorOf(c), parameter(Id, c.req.param('absence'), 'absence'))
      return done(c, { page: pageOf(actorOf(c), ended.userId), self: '/api/v1/identity/absences', body: ended })
    })

/** Where the absences of a person stand. */
const pageOf = (actor: Actor, userId: string): string =>
  actor.kind === 'staff' && actor.userId === userId ? '/amt/abwesenheit' : `/amt/abwesenheit?person=${userId}`
