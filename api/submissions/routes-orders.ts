import { type Context, Hono } from 'hono'
import { discardBlobs } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { readMultipart } from './multipart.ts'
import { WORK } from './route-specs.ts'
import { AnswerOrder, GiveOrders, Id, OfVorgang } from './schema.ts'
import type { StoredFile } from './service-act-files.ts'
import { answerOrder, attachToOrder, giveOrders, storeOrderFile, withdrawOrder } from './service-orders.ts'

const STAFF = { ...WORK, who: ['clerk', 'lead'], resource: 'vorgang', audit: true, output: OfVorgang } as const
const GIVE: RouteSpec = { ...STAFF, action: 'order.give' }
const ANSWER: RouteSpec = { ...STAFF, action: 'order.answer' }
const AT = '/vorgaenge/:vorgang/orders'

/** Routes of what clerks ask of each other beside the process; mounted under `/api/v1/submissions`. */
export const orderRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post(AT, route(GIVE), input(GiveOrders), async (c) => {
      const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
      const { to1, to2, to3, to4, to5, way, orderDueOn, ...rest } = inputOf(c, GiveOrders)
      const to = [to1, to2, to3, to4, to5]
      const given = { ...rest, vorgangId, to, isSerial: way === 'serial', dueOn: orderDueOn }
      const body = await giveOrders(ctx, actorOf(c), given)
      return done(c, { ...placesOf(vorgangId, 'order-given'), body })
    })
    .post(`${AT}/:order/answer`, route(ANSWER), input(AnswerOrder), async (c) => {
      const { answer, answerText: text } = inputOf(c, AnswerOrder)
      const body = await answerOrder(ctx, actorOf(c), { ...atOf(c.req.param()), answer, text })
      return done(c, { ...placesOf(body.vorgangId, 'order-answered'), body })
    })
    .post(`${AT}/:order/files`, route({ ...ANSWER, rate: 'upload', accepts: 'answers' }), async (c) => {
      const body = await attachToOrder(ctx, actorOf(c), { ...atOf(c.req.param()), files: await readFiles(ctx, c) })
      return done(c, { ...placesOf(body.vorgangId, 'order-file'), body })
    })
    .post(`${AT}/:order/withdraw`, route(GIVE), async (c) => {
      const body = await withdrawOrder(ctx, actorOf(c), atOf(c.req.param()))
      return done(c, { ...placesOf(body.vorgangId, 'order-withdrawn'), body })
    })

async function readFiles(ctx: SubmissionsCtx, c: Context<Env>): Promise<readonly StoredFile[]> {
  const at = atOf({ vorgang: c.req.param('vorgang') ?? '', order: c.req.param('order') ?? '' })
  const files: StoredFile[] = []
  try {
    if (c.req.header('content-type')?.startsWith('multipart/form-data') === true) {
      await readMultipart(c.req.raw, async ({ fileName, source }) => {
        files.push(await storeOrderFile(ctx, actorOf(c), { ...at, count: files.length, fileName, source }))
      })
    }
    return files
  } catch (error) {
    await discardBlobs(
      ctx,
      files.map(({ upload }) => upload.blobId),
    )
    throw error
  }
}

const atOf = (names: { readonly vorgang: string; readonly order: string }) => ({
  vorgangId: parameter(Id, names.vorgang, 'vorgang'),
  orderId: parameter(Id, names.order, 'order'),
})
const placesOf = (vorgangId: string, done: string) => ({
  page: `/amt/vorgaenge/${vorgangId}/auftraege?getan=${done}`,
  self: `/api/v1/submissions/vorgaenge/${vorgangId}`,
})
