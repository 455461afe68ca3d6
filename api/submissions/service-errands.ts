import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import { readDocuments } from '../documents/service.ts'
import { planKeptEakte } from '../eakten/plan.ts'
import { readVorgaenge } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import { problemType } from '../lib/problem.ts'
import { planErrand, planMail } from '../messages/plan.ts'
import {
  type Errand,
  errandMissing,
  letterTextMissing,
  planFinishErrand,
  planInspection,
  prepareLetter,
  readErrand,
} from '../messages/service-letters.ts'
import { prepareDispatch } from '../notices/service-delivery.ts'
import { type Case, readCase } from '../workflow/service.ts'
import { errandDueOn } from './acts.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { ACCESS_ERRAND, planUnflag } from './errand-flag.ts'
import { planFlag } from './service-act-submissions.ts'
import { prepareClose } from './service-closing.ts'
import { POST_ERRAND } from './service-letters.ts'
import { ownCase } from './service-vorgang.ts'

export const inspectionDayWrong = problemType('submissions/inspection-day-wrong', 422)

const TRIES_MAX = 5
/** File inspection is granted for a stated time, at most three months. */
const INSPECTION_DAYS_MAX = 92

export type ErrandInput = {
  readonly vorgangId: string
  readonly errandId: string
  /** Goes to the person as a letter; optional but where file inspection is refused. */
  readonly message: string
  /** Of file inspection only: grants it until this day. */
  readonly untilOn: string | null
  /** Of file inspection only: ids of the documents that are not shown. */
  readonly withheld: readonly string[]
}

/**
 * Ticks off what a person asked for beside the process: with a letter to them where there is something to say; file inspection
 * is granted until a day, or refused with its reason. Ticked off before it changes nothing. Throws 404 to other teams, 422.
 */
export async function finishErrand(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: ErrandInput,
): Promise<{ readonly vorgangId: string }> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const kase = await ownCase(ctx, actor, input.vorgangId)
    authorize(actor, 'errand.finish', { postboxes: [kase.item.postbox] })
    const errand = await readErrand(ctx, input.vorgangId, input.errandId)
    if (errand.kind === ACCESS_ERRAND) {
      // It is settled by what is decided about it, not by a tick.
      throw errandMissing(`errand ${errand.id}`)
    }
    if (errand.state === 'done') {
      return { vorgangId: input.vorgangId }
    }
    const plan = await planFinish(ctx, { kase, errand, input, by: actorId(actor) })
    if ((await ctx.write(plan)).ok) {
      return { vorgangId: input.vorgangId }
    }
  }
  throw changedMeanwhile(`errand ${input.errandId}`)
}

type Finishing = {
  readonly kase: Case
  readonly errand: Errand
  readonly input: ErrandInput
  readonly by: string
}

async function planFinish(ctx: SubmissionsCtx, { kase, errand, input, by }: Finishing): Promise<Plan> {
  const { vorgang } = kase
  const at = { vorgangId: vorgang.id, eakteId: vorgang.eakteId, keyId: vorgang.keyId, by }
  const isGranted = errand.kind === 'inspection' && input.untilOn !== null
  if (errand.kind === 'inspection' && !isGranted && input.message.trim() === '') {
    throw letterTextMissing('message', { errors: [{ pointer: '/message', type: 'min_length' }] })
  }
  const letter = input.message.trim() === '' ? null : await prepareLetter(ctx, at, input.message)
  const atMs = ctx.now()
  const template = isGranted ? 'inspection-granted' : 'message'
  return join(
    planKeptEakte(vorgang.eakteId),
    planFinishErrand(errand, { eakteId: vorgang.eakteId, by, letterId: letter?.letterId ?? null, atMs }),
    letter?.plan ?? {},
    isGranted ? await planGrantInspection(ctx, kase, input, by) : {},
    letter === null && !isGranted ? {} : planMail(template, vorgang.id, errand.id, atMs),
    await planUnflag(ctx, kase, errand),
    errand.kind === 'withdraw' ? await prepareClose(ctx, kase) : {},
    errand.kind === POST_ERRAND ? await prepareDispatch(ctx, kase, by) : {},
  )
}

async function planGrantInspection(ctx: SubmissionsCtx, kase: Case, input: ErrandInput, by: string): Promise<Plan> {
  const today = dayInBerlin(ctx.now())
  const untilOn = v.safeParse(v.pipe(v.string(), v.isoDate()), input.untilOn)
  if (!untilOn.success || untilOn.output < today || untilOn.output > addDays(today, INSPECTION_DAYS_MAX)) {
    throw inspectionDayWrong('untilOn', { errors: [{ pointer: '/untilOn', type: 'future' }] })
  }
  const siblings = await readVorgaenge(ctx, kase.vorgang.eakteId)
  const documents = await readDocuments(
    ctx,
    siblings.map(({ id }) => id),
  )
  const withheld = documents.map(({ id }) => id).filter((id) => input.withheld.includes(id))
  const { id: vorgangId, eakteId, keyId } = kase.vorgang
  const grant = { id: ctx.newId(), untilOn: untilOn.output, withheld, atMs: ctx.now() }
  return planInspection({ vorgangId, eakteId, keyId, by }, grant)
}

/** What is written when a mail to the person of a Vorgang did not arrive: an errand, once, and a line in the journal. */
export async function prepareBounce(ctx: SubmissionsCtx, vorgangId: string): Promise<Plan> {
  const kase = await readCase(ctx, vorgangId)
  const atMs = ctx.now()
  const dueOn = errandDueOn('bounce', kase.content.deadlines, dayInBerlin(atMs))
  return join(
    planErrand({ id: ctx.newId(), vorgangId, kind: 'bounce', submissionId: null, dueOn, atMs }),
    planFlag(kase.item, dueOn),
    {
      journal: [
        { eakteId: kase.eakte.id, type: 'mail-bounced', atMs, actor: 'system:mail', body: { vorgang: vorgangId } },
      ],
    },
  )
}
