import { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { route } from '../http/route.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { ReceivedMail } from './schema.ts'
import { handOverMail, isMailServer, mailServerUnknown } from './service-inbound.ts'

/** Messages that are read at once, each held in memory. */
const AT_ONCE_MAX = 2

/** What the city's mail server calls; mounted under `/api/v1/messages`. */
export const inboundRoutes = (ctx: SubmissionsCtx) => {
  const running = { count: 0 }
  return new Hono<Env>().post(
    '/inbound',
    route({
      who: ['public'],
      action: 'mail.hand-over',
      resource: 'none',
      csrf: 'signed',
      rate: 'upload',
      audit: true,
      cache: 'never',
      accepts: 'mail',
      headers: ['Authorization', 'Stadttor-Sender', 'Stadttor-Recipient'],
      output: ReceivedMail,
    }),
    async (c) => {
      if (!isMailServer(ctx, c.req.header('authorization'))) {
        throw mailServerUnknown('authorization')
      }
      const isFree = running.count < AT_ONCE_MAX
      running.count += 1
      try {
        return c.json(await handOverMail(ctx, c.req.raw, isFree))
      } finally {
        running.count -= 1
      }
    },
  )
}
