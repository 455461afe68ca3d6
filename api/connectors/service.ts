import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import type { ContentCtx } from '../content/access.ts'
import { readVorgang } from '../eakten/service.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import type { Ctx } from '../lib/ctx.ts'
import type { Connector } from './connector.ts'
import { type DeliveryRow, findDelivery, listDeliveries, updateDelivery } from './store.ts'

export type { Connector } from './connector.ts'
export type ConnectorsCtx = Ctx &
  ContentCtx & {
    /** The configured link of that id; null where its address is not set. */
    readonly connector: (id: string) => Connector | null
    /** Everything of a Vorgang that a specialist application gets for an event, as canonical JSON. */
    readonly composeMessage: (vorgangId: string, event: string) => Promise<string>
  }

export type DeliveryView = Pick<
  DeliveryRow,
  'id' | 'connector' | 'event' | 'state' | 'attempts' | 'lastStatus' | 'createdAtMs' | 'deliveredAtMs'
>

/** Reads the deliveries of a Vorgang. The caller has checked who asks. */
export async function readDeliveries(ctx: ConnectorsCtx, vorgangId: string): Promise<readonly DeliveryView[]> {
  return await listDeliveries(ctx.db, vorgangId)
}

/** Tries where the connector is gone from the content and says no number any more. */
const ATTEMPTS_MAX = 20
const LONG_WAIT_MS = 6 * 3_600_000
const Payload = v.object({ deliveryId: v.string(), vorgangId: v.string() })

/** Handler of job `deliver`: one try. What came of it stands on the delivery and, at its end, in the journal. */
export async function runDelivery(ctx: ConnectorsCtx, job: Job): Promise<JobResult> {
  const { deliveryId, vorgangId } = v.parse(Payload, job.payload)
  const [delivery, vorgang] = await Promise.all([findDelivery(ctx.db, deliveryId), readVorgang(ctx, vorgangId)])
  if (delivery === undefined || vorgang === undefined) {
    return { dead: 'no-such-delivery' }
  }
  if (delivery.state === 'delivered') {
    return { done: true }
  }
  const connector = ctx.connector(delivery.connector)
  const answer =
    connector === null
      ? ({ kind: 'failed', status: 'not-configured' } as const)
      : await connector.deliver({
          id: delivery.id,
          atMs: ctx.now(),
          body: await ctx.composeMessage(vorgangId, delivery.event),
        })
  const attempts = delivery.attempts + 1
  const journal = (type: string, status: string): Plan => ({
    journal: [
      {
        eakteId: vorgang.eakteId,
        type,
        atMs: ctx.now(),
        actor: 'system:connector',
        body: {
          vorgang: vorgangId,
          delivery: delivery.id,
          connector: delivery.connector,
          event: delivery.event,
          attempts,
          status,
        },
      },
    ],
  })
  const update = (state: DeliveryRow['state'], lastStatus: string): Plan => ({
    statements: [
      updateDelivery(delivery.id, {
        state,
        attempts,
        lastStatus,
        deliveredAtMs: state === 'delivered' ? ctx.now() : null,
      }),
    ],
  })
  if (answer.kind === 'accepted') {
    return { done: true, plan: join(update('delivered', 'accepted'), journal('delivered', 'accepted')) }
  }
  const attemptsMax = ctx.content.live().content.connectors.get(delivery.connector)?.attemptsMax ?? ATTEMPTS_MAX
  if (answer.kind === 'refused' || attempts >= attemptsMax) {
    return {
      dead: `delivery-${answer.kind}`,
      plan: join(update('failed', answer.status), journal('delivery-failed', answer.status)),
    }
  }
  if (job.isLastAttempt) {
    // The connector allows more tries than a job has: go on as a fresh one.
    return { again: ctx.now() + LONG_WAIT_MS, plan: update('pending', answer.status) }
  }
  return { again: 'back-off', reason: `delivery-${answer.status}`, plan: update('pending', answer.status) }
}
