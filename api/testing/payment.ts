import type { PaymentServer } from '../../e2e/servers/payment/index.ts'
import { OFFICE } from '../../e2e/servers/payment/protocol.ts'
import { createXBezahldienste } from '../adapters/xbezahldienste/provider.ts'
import type { Town } from './town.ts'

/** Lets a town take payments over the real protocol of a stand-in payment service. */
export function connectPayment(town: Town, service: PaymentServer): void {
  Object.assign(town.ctx, {
    paymentProvider: createXBezahldienste({
      url: `${service.url}/`,
      originatorId: 'stadttor',
      endpointId: OFFICE,
      oauth: { tokenUrl: `${service.url}/oauth/token`, clientId: service.clientId, clientSecret: service.clientSecret },
      timeoutMs: 2_000,
      allowLoopbackHttp: true,
      now: town.clock.now,
    }),
  })
}
