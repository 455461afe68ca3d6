import { Hono } from 'hono'
import { disposition } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { parameter } from '../http/validate.ts'
import { Heard, Id, OfPayment, ProviderId } from './schema.ts'
import {
  hearOfTransaction,
  makePaymentReceipt,
  ownPayment,
  type PaymentsCtx,
  readPayment,
  startTransaction,
} from './service.ts'

const READ: Omit<RouteSpec, 'action' | 'resource'> = {
  who: ['citizen'],
  csrf: false,
  rate: 'read',
  audit: false,
  cache: 'never',
}

/** Routes of paying, mounted under `/api/v1/payments`. */
export const paymentRoutes = (ctx: PaymentsCtx) =>
  new Hono<Env>()
    // What a provider may call. It is a GET because programs send no Origin; it changes nothing but when we ask.
    .get(
      '/heard',
      route({
        ...READ,
        who: ['public'],
        rate: 'work',
        action: 'payment.hear',
        resource: 'none',
        query: ['transaction'],
        output: Heard,
      }),
      async (c) => {
        await hearOfTransaction(ctx, parameter(ProviderId, c.req.query('transaction'), 'transaction'))
        return c.json({ heard: true }, 202)
      },
    )
    .get(
      '/:payment',
      route({ ...READ, action: 'payment.read', resource: 'payment', query: ['returning'] }),
      async (c) =>
        c.json(
          await readPayment(ctx, actorOf(c), {
            paymentId: parameter(Id, c.req.param('payment'), 'payment'),
            isReturning: c.req.query('returning') !== undefined,
          }),
        ),
    )
    .post(
      '/:payment/transactions',
      route({
        ...READ,
        csrf: true,
        rate: 'work',
        audit: true,
        action: 'payment.start',
        resource: 'payment',
        output: OfPayment,
      }),
      async (c) => {
        const started = await startTransaction(ctx, actorOf(c), parameter(Id, c.req.param('payment'), 'payment'))
        return done(c, {
          page: `/zahlung/${started.paymentId}`,
          self: `/api/v1/payments/${started.paymentId}`,
          body: started,
          status: 201,
        })
      },
    )
    .get(
      '/:payment/receipt.pdf',
      route({ ...READ, action: 'payment.read', resource: 'payment', gives: 'application/pdf' }),
      async (c) => {
        const payment = await ownPayment(ctx, actorOf(c), parameter(Id, c.req.param('payment'), 'payment'))
        const bytes = await makePaymentReceipt(ctx, payment)
        return c.body(new Uint8Array(bytes), 200, {
          'Content-Type': 'application/pdf',
          'Content-Disposition': disposition('attachment', `${payment.paymentReference}.pdf`),
        })
      },
    )
