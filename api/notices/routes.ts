import { Hono } from 'hono'
import * as v from 'valibot'
import { disposition } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { fileAnswer } from '../http/file-answer.ts'
import { actorOf, route } from '../http/route.ts'
import { parameter } from '../http/validate.ts'
import type { NoticesCtx } from './ctx.ts'
import { retrieveNotice } from './service.ts'

const Id = v.pipe(v.string(), v.uuid())

/** Routes of the module, mounted under `/api/v1/notices`. */
export const noticeRoutes = (ctx: NoticesCtx) =>
  new Hono<Env>().get(
    '/:notice/pdf',
    route({
      who: ['citizen'],
      action: 'notice.read',
      resource: 'notice',
      csrf: false,
      rate: 'read',
      audit: true,
      cache: 'never',
      query: ['download'],
      gives: 'application/pdf',
    }),
    async (c) => {
      const { entry, file } = await retrieveNotice(ctx, actorOf(c), parameter(Id, c.req.param('notice'), 'notice'))
      return fileAnswer(c.req.raw, {
        ...file,
        mediaType: entry.meta.mediaType,
        disposition: disposition(c.req.query('download') === undefined ? 'inline' : 'attachment', entry.meta.fileName),
      })
    },
  )
