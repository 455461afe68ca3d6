import { join, type Plan } from '../../db/batch.ts'
import { planJob } from '../jobs/plan.ts'
import { insertDelivery } from './store.ts'

/** Orders a delivery. Its id is the message's id for good: the receiver recognises what it already has. */
export const planDelivery = (delivery: {
  readonly id: string
  readonly vorgangId: string
  readonly connector: string
  readonly event: string
  readonly nowMs: number
}): Plan =>
  join(
    { statements: [insertDelivery({ ...delivery, createdAtMs: delivery.nowMs })] },
    planJob({
      kind: 'deliver',
      key: `${delivery.vorgangId}:${delivery.connector}:${delivery.event}`,
      payload: { deliveryId: delivery.id, vorgangId: delivery.vorgangId },
      dueAtMs: delivery.nowMs,
    }),
  )
