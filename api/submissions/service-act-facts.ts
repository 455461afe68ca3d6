import { readVorgaenge } from '../eakten/service.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { readEmail, readRequests } from '../messages/service.ts'
import { readContactChange } from '../messages/service-contact.ts'
import { readErrands, readInspection } from '../messages/service-letters.ts'
import { isBeingDecided, readNotices } from '../notices/service.ts'
import type { Case } from '../workflow/service.ts'
import { type ActFacts, objectionPeriod } from './acts.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** Reads everything that decides what the person of a Vorgang may do now. The caller has checked who asks. */
export async function factsOf(ctx: SubmissionsCtx, kase: Case): Promise<ActFacts> {
  const { vorgang, eakte, content } = kase
  const today = dayInBerlin(ctx.now())
  const [requests, errands, contact, change, inspection, notices, siblings, beingDecided] = await Promise.all([
    readRequests(ctx, vorgang.id),
    readErrands(ctx, vorgang.id),
    readEmail(ctx, vorgang.id),
    readContactChange(ctx, vorgang.id),
    readInspection(ctx, vorgang.id),
    readNotices(ctx, vorgang.id),
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
    notices: notices.map(({ id, issuedOn, firstReadAtMs }) => ({
      id,
      isObjectedTo: siblings.some(({ aboutNoticeId }) => aboutNoticeId === id),
      period: objectionPeriod(
        { issuedOn, firstReadOn: firstReadAtMs === null ? null : dayInBerlin(firstReadAtMs) },
        content.deadlines,
        today,
      ),
    })),
    today,
  }
}
