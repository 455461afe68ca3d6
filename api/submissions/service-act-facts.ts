import { readVorgaenge } from '../eakten/service.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { readEmail, readRequests } from '../messages/service.ts'
import { readContactChange } from '../messages/service-contact.ts'
import { readErrands, readInspection } from '../messages/service-letters.ts'
import { isBeingDecided, readNotices } from '../notices/service.ts'
import type { DeliveryView } from '../notices/service-delivery.ts'
import type { Case } from '../workflow/service.ts'
import type { ActFacts, ObjectionPeriod } from './acts.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** Reads everything that decides what the person of a Vorgang may do now. The caller has checked who asks. */
export async function factsOf(ctx: SubmissionsCtx, kase: Case): Promise<ActFacts> {
  const { vorgang, eakte } = kase
  const today = dayInBerlin(ctx.now())
  const [requests, errands, contact, change, inspection, notices, siblings, beingDecided] = await Promise.all([
    readRequests(ctx, vorgang.id),
    readErrands(ctx, vorgang.id),
    readEmail(ctx, vorgang.id),
    readContactChange(ctx, vorgang.id),
    readInspection(ctx, vorgang.id),
    readNotices(ctx, kase),
    readVorgaenge(ctx, vorgang.eakteId),
    isBeingDecided(ctx, vorgang.id),
  ])
  return {
    kind: vorgang.kind,
    isRunning: kase.state.status === 'running',
    outcome: vorgang.outcome,
    isBeingDecided: beingDecided,
    isKept: eakte.state === 'open' || eakte.state === 'closed',
    openRequests: requests.filter((request) => request.state === 'open').map(({ id }) => id),
    openErrands: errands.filter((errand) => errand.state === 'open').map(({ kind }) => kind),
    hasContact: contact !== null,
    hasOpenContactChange: change !== null,
    inspectionUntilOn: inspection?.untilOn ?? null,
    notices: notices.map(({ id, delivery }) => ({
      id,
      isObjectedTo: siblings.some(({ aboutNoticeId }) => aboutNoticeId === id),
      period: periodOf(delivery, today),
    })),
    today,
  }
}

/** The time for an objection, by the way the notice was brought to the person. */
function periodOf(delivery: DeliveryView | null, today: string): ObjectionPeriod {
  const endsOn = delivery?.objectionEndsOn ?? null
  const notifiedOn = delivery?.state.kind === 'notified' ? delivery.state.on : null
  return { notifiedOn, endsOn, isOver: endsOn !== null && endsOn < today }
}
