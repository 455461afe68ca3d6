import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { LawCtx } from './law-ctx.ts'
import { LAW_TABLES } from './law-rows.ts'
import { Id, Slug } from './schema.ts'
import { endChange, proposeChange, releaseChange } from './service-law.ts'
import { readChange, readLaw, readLawRow } from './service-law-read.ts'
import { readNormPage } from './service-norm.ts'
import { cancelPlanned, planPublication } from './service-planned.ts'

const READ: Omit<RouteSpec, 'resource'> = {
  who: ['editor'],
  action: 'content.edit',
  csrf: false,
  rate: 'read',
  audit: false,
  cache: 'never',
}
const WORK: Omit<RouteSpec, 'resource'> = { ...READ, action: 'law.propose', csrf: true, rate: 'work', audit: true }

const Table = v.picklist(LAW_TABLES)
const RowId = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9_-]{0,79}$/))
const Group = v.picklist(['deadlines', 'fees'])
const Version = v.pipe(v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.toNumber())]), v.integer())
const OfVersion = v.strictObject({ version: Version })
const Line = v.optional(v.pipe(v.string(), v.maxLength(1_200)))
/** A new version of a row: its first day, the law, why, and those of its values that its table has. */
const ProposeRow = v.strictObject({
  validFrom: v.pipe(v.string(), v.maxLength(40)),
  source: v.pipe(v.string(), v.maxLength(400)),
  note: Line,
  count: Line,
  unit: Line,
  days: Line,
  retrieveWithinDays: Line,
  years: Line,
  amount: Line,
})
const PlanService = v.strictObject({
  version: Version,
  on: v.pipe(v.string(), v.maxLength(40)),
  germanParts: v.optional(v.literal('yes')),
})
const ChangeOutput = v.object({ changeId: Id })
const PlannedOutput = v.object({ onDay: v.string() })

const pageOf = (changeId: string): string => `/redaktion/recht/aenderung/${changeId}`
const selfOf = (changeId: string): string => `/api/v1/editing/law/changes/${changeId}`

/** Tables of the law, new versions of their rows, and norms; mounted under `/api/v1/editing`. */
export const lawRoutes = (ctx: LawCtx) =>
  new Hono<Env>()
    .get('/law/tables/:group', route({ ...READ, resource: 'none' }), async (c) =>
      c.json(await readLaw(ctx, actorOf(c), parameter(Group, c.req.param('group'), 'group'))),
    )
    .get('/law/rows/:table/:row', route({ ...READ, resource: 'none' }), async (c) => {
      const table = parameter(Table, c.req.param('table'), 'table')
      return c.json(await readLawRow(ctx, actorOf(c), table, parameter(RowId, c.req.param('row'), 'row')))
    })
    .post(
      '/law/rows/:table/:row',
      route({ ...WORK, resource: 'none', output: ChangeOutput }),
      input(ProposeRow),
      async (c) => {
        const table = parameter(Table, c.req.param('table'), 'table')
        const id = parameter(RowId, c.req.param('row'), 'row')
        const values = Object.fromEntries(
          Object.entries(inputOf(c, ProposeRow)).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, value]],
          ),
        )
        const made = await proposeChange(ctx, actorOf(c), { table, id, values })
        return done(c, { page: pageOf(made.changeId), self: selfOf(made.changeId), body: made, status: 201 })
      },
    )
    .get('/law/changes/:change', route({ ...READ, resource: 'none' }), async (c) =>
      c.json(await readChange(ctx, actorOf(c), parameter(Id, c.req.param('change'), 'change'))),
    )
    .post(
      '/law/changes/:change/release',
      route({ ...WORK, action: 'law.release', resource: 'none', output: ChangeOutput }),
      input(OfVersion),
      async (c) => {
        const changeId = parameter(Id, c.req.param('change'), 'change')
        const made = await releaseChange(ctx, actorOf(c), { changeId, ...inputOf(c, OfVersion) })
        return done(c, { page: pageOf(changeId), self: selfOf(changeId), body: made })
      },
    )
    .post(
      '/law/changes/:change/end',
      route({ ...WORK, resource: 'none', output: ChangeOutput }),
      input(OfVersion),
      async (c) => {
        const changeId = parameter(Id, c.req.param('change'), 'change')
        const made = await endChange(ctx, actorOf(c), { changeId, ...inputOf(c, OfVersion) })
        return done(c, { page: pageOf(changeId), self: selfOf(changeId), body: made })
      },
    )
    .get('/law/norms', route({ ...READ, resource: 'none', query: ['norm'] }), async (c) =>
      c.json(await readNormPage(ctx, actorOf(c), (c.req.query('norm') ?? '').slice(0, 100))),
    )

/** Publishing a service on a day, mounted under `/api/v1/editing`. */
export const plannedRoutes = (ctx: LawCtx) =>
  new Hono<Env>()
    .post(
      '/services/:service/planned',
      route({ ...WORK, action: 'content.publish', resource: 'service', output: PlannedOutput }),
      input(PlanService),
      async (c) => {
        const slug = parameter(Slug, c.req.param('service'), 'service')
        const { germanParts, ...rest } = inputOf(c, PlanService)
        const planned = await planPublication(ctx, actorOf(c), { slug, ...rest, germanParts: germanParts === 'yes' })
        return done(c, {
          page: `/redaktion/formulare/${slug}`,
          self: `/api/v1/editing/services/${slug}`,
          body: planned,
        })
      },
    )
    .post(
      '/services/:service/unplanned',
      route({ ...WORK, action: 'content.publish', resource: 'service' }),
      input(v.strictObject({})),
      async (c) => {
        const slug = parameter(Slug, c.req.param('service'), 'service')
        await cancelPlanned(ctx, actorOf(c), slug)
        return done(c, {
          page: `/redaktion/formulare/${slug}`,
          self: `/api/v1/editing/services/${slug}`,
          body: { slug },
        })
      },
    )
