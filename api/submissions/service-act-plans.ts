import { join, type Plan } from '../../db/batch.ts'
import { planKeptEakte } from '../eakten/plan.ts'
import type { Vorgang } from '../eakten/service.ts'
import type { Actor } from '../lib/actor.ts'
import { planErrand, planMail } from '../messages/plan.ts'
import { prepareContact, prepareContactChange, readContactChange } from '../messages/service-contact.ts'
import { planEvent } from '../workflow/plan.ts'
import type { ActGiven } from './act-attempt.ts'
import { errandDueOn } from './acts.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { prepareActDocuments } from './service-act-files.ts'
import { actPage, donePage, planFlag, prepareActSubmission } from './service-act-submissions.ts'
import { beginCorrection } from './service-corrections.ts'
import { prepareObjection } from './service-objections.ts'
import type { SubmissionKind } from './store.ts'

export type PlannedAct = {
  readonly plan: Plan
  /** The Vorgang it belongs to: that of an objection is a new one. */
  readonly vorgangId: string
  readonly page: string
}
/** Plans everything that follows from an act that was judged to be possible and sound. */
export async function planAct(ctx: SubmissionsCtx, actor: Actor, given: ActGiven): Promise<PlannedAct> {
  const { attempt } = given
  const { vorgang } = attempt.kase
  const done = (plan: Plan): PlannedAct => ({ plan, vorgangId: vorgang.id, page: donePage(vorgang.id, attempt.act) })
  switch (attempt.act) {
    case 'correct':
      return await beginCorrection(ctx, actor, attempt)
    case 'object':
      return await prepareObjection(ctx, actor, given)
    case 'withdraw':
      return done(await planWithdrawal(ctx, given))
    case 'contact': {
      const plan = await prepareContactChange(ctx, contactOf(vorgang), given.values.texts['email'] ?? '')
      return { plan, vorgangId: vorgang.id, page: actPage(vorgang.id, 'contact-code', '') }
    }
    case 'contact-code':
    case 'contact-off':
      return done(await planContactAct(ctx, given))
    default:
      return done(await planErrandAct(ctx, given))
  }
}

const contactOf = ({ id, keyId, lang }: Vorgang) => ({ vorgangId: id, keyId, lang })

/** Kind of the submission that an act becomes. */
const KINDS: Readonly<Record<string, SubmissionKind>> = {
  document: 'document',
  call: 'call',
  help: 'help',
  inspection: 'inspection',
  withdraw: 'withdrawal',
  object: 'objection',
  'contact-code': 'contact',
  'contact-off': 'contact',
}

/** Something for the clerks to see or do: a submission, its documents, an errand, the flag on the Vorgang. */
async function planErrandAct(ctx: SubmissionsCtx, { attempt, values, files }: ActGiven): Promise<Plan> {
  const { kase, act, by, today } = attempt
  const { vorgang } = kase
  const title = values.texts['what']
  const documents = await prepareActDocuments(ctx, vorgang, {
    files,
    kind: 'later-attachment',
    by,
    ...(title === undefined ? {} : { title }),
  })
  const id = ctx.newId()
  const dueOn = errandDueOn(act, kase.content.deadlines, today)
  return join(
    planKeptEakte(vorgang.eakteId),
    documents.plan,
    await prepareActSubmission(ctx, {
      id,
      vorgang,
      kind: KINDS[act] ?? 'document',
      payload: { format: 1, act, ...values, choices: [...values.choices], documents: [...documents.ids] },
      by,
    }),
    planErrand({ id: ctx.newId(), vorgangId: vorgang.id, kind: act, submissionId: id, dueOn, atMs: ctx.now() }),
    planFlag(kase.item, dueOn),
  )
}

async function planContactAct(ctx: SubmissionsCtx, { attempt, values }: ActGiven): Promise<Plan> {
  const { kase, act, by } = attempt
  const { vorgang } = kase
  const change = act === 'contact-code' ? await readContactChange(ctx, vorgang.id) : null
  const email = change?.email ?? null
  const texts = email === null ? { confirmed: values.texts['confirmed'] ?? '' } : { email }
  const id = ctx.newId()
  return join(
    planKeptEakte(vorgang.eakteId),
    await prepareContact(ctx, contactOf(vorgang), { email, changeId: change?.id ?? null }),
    await prepareActSubmission(ctx, {
      id,
      vorgang,
      kind: 'contact',
      payload: { format: 1, act, texts, choices: [], documents: [] },
      by,
    }),
    email === null ? {} : planMail('contact-changed', vorgang.id, id, ctx.now()),
  )
}

/** Takes the application back: the process ends, whatever waits is cancelled, and the clerks are told. */
async function planWithdrawal(ctx: SubmissionsCtx, { attempt, values }: ActGiven): Promise<Plan> {
  const { kase, act, by, today } = attempt
  const id = ctx.newId()
  const dueOn = errandDueOn(act, kase.content.deadlines, today)
  const moved = planEvent({
    kase,
    event: { type: 'withdraw' },
    nowMs: ctx.now(),
    newId: ctx.newId,
    actor: by,
    outcome: 'withdrawn',
    item: { state: 'open', isNew: 1, dueOn },
  })
  if (!moved.ok) {
    throw new Error(`a process that runs cannot be withdrawn: ${moved.refusal}`)
  }
  return join(
    planKeptEakte(kase.vorgang.eakteId),
    moved.plan,
    await prepareActSubmission(ctx, {
      id,
      vorgang: kase.vorgang,
      kind: 'withdrawal',
      payload: { format: 1, act, ...values, choices: [], documents: [] },
      by,
    }),
    planErrand({ id: ctx.newId(), vorgangId: kase.vorgang.id, kind: act, submissionId: id, dueOn, atMs: ctx.now() }),
    planMail('withdrawn', kase.vorgang.id, id, ctx.now()),
  )
}
