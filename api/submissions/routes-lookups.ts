import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { READ } from './route-specs.ts'
import { Id, Resume } from './schema.ts'
import { actOnLookup, LOOKUP_ACTS, readLookup } from './service-lookups.ts'

const LookupName = v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9]{0,39}$/))
const ActOnLookup = v.strictObject({ act: v.picklist(LOOKUP_ACTS) })

/** Routes of asking registers instead of the person, mounted under `/api/v1/submissions`. */
export const lookupRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get('/drafts/:draft/lookups/:lookup', route({ ...READ, action: 'draft.read', resource: 'draft' }), async (c) =>
      c.json(
        await readLookup(
          ctx,
          actorOf(c),
          parameter(Id, c.req.param('draft'), 'draft'),
          parameter(LookupName, c.req.param('lookup'), 'lookup'),
        ),
      ),
    )
    .post(
      '/drafts/:draft/lookups/:lookup',
      route({ ...READ, csrf: true, rate: 'work', action: 'draft.write', resource: 'draft', output: Resume }),
      input(ActOnLookup),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const lookupId = parameter(LookupName, c.req.param('lookup'), 'lookup')
        const { page } = await actOnLookup(ctx, actorOf(c), { draftId, lookupId, act: inputOf(c, ActOnLookup).act })
        return done(c, { page, self: `/api/v1/submissions/drafts/${draftId}/lookups/${lookupId}`, body: { page } })
      },
    )
