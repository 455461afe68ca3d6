import { join, type Plan } from '../../db/batch.ts'
import { planKeptEakte } from '../eakten/plan.ts'
import { authorize } from '../identity/permissions.ts'
import { planCancelJob, planJob } from '../jobs/plan.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import { planErrand } from '../messages/plan.ts'
import { planFinishErrand, readErrand } from '../messages/service-letters.ts'
import type { Case } from '../workflow/service.ts'
import { commitContent, type RenewalContent, sealComment, sealContent } from './access-renewal.ts'
import { errandDueOn } from './acts.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { ACCESS_ERRAND, planUnflag } from './errand-flag.ts'
import { planConfirm } from './service-access-confirm.ts'
import { type AccessAt, openRenewal } from './service-access-read.ts'
import { planFlag } from './service-act-submissions.ts'
import { ownCase } from './service-vorgang.ts'
import { endRenewal, insertRenewal, type RenewalRow } from './store-access.ts'

/** Another request to give access anew waits for its second person. */
export const accessOpen = problemType('submissions/access-open', 409)
/** It was confirmed, refused or taken back, or its time is over. */
export const accessDecided = problemType('submissions/access-decided', 409)
/** Whoever asks cannot confirm, and only whoever asked can take it back. */
export const accessSamePerson = problemType('submissions/access-same-person', 409)
export const accessEvidenceMissing = problemType('submissions/access-evidence-missing', 422)

const DAY_MS = 86_400_000
/** Who stood at the counter must not wait longer; what was seen then proves less with every day. */
const RENEWAL_LIFE_MS = 14 * DAY_MS
const TRIES_MAX = 5
/** Job that ends a request nobody decided about. */
const EXPIRY = 'access-expiry'

export type AccessRequest = Omit<RenewalContent, 'v'> & { readonly vorgangId: string }

/**
 * Asks that the access to a Vorgang is given anew, because its person lost account and mailbox alike and proved who they are.
 * Changes nothing of the access; a second person is asked by an errand, and has 14 days. Throws 404 to other teams,
 * `submissions/access-open` (409) where one waits already, `access-evidence-missing` (422).
 */
export async function requestAccess(ctx: SubmissionsCtx, actor: Actor, input: AccessRequest): Promise<AccessAt> {
  const { vorgangId, ...asked } = input
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const kase = await ownCase(ctx, actor, vorgangId)
    authorize(actor, 'access.request', { postboxes: [kase.item.postbox] })
    if (asked.identifiedBy === 'other-proof' && asked.evidence === '') {
      throw accessEvidenceMissing('evidence', { errors: [{ pointer: '/evidence', type: 'missing' }] })
    }
    const accessId = ctx.newId()
    const evidence = asked.identifiedBy === 'other-proof' ? asked.evidence : ''
    const plan = await planRequest(ctx, kase, {
      id: accessId,
      by: actorId(actor),
      content: { v: 1, ...asked, evidence },
    })
    const written = await ctx.write(plan)
    if (written.ok) {
      return { vorgangId, accessId }
    }
    if (written.reason === 'constraint' && written.constraint.includes('access_renewals')) {
      throw accessOpen(`vorgang ${vorgangId}`)
    }
  }
  throw changedMeanwhile(`vorgang ${vorgangId}`)
}

type Requesting = { readonly id: string; readonly by: string; readonly content: RenewalContent }

async function planRequest(ctx: SubmissionsCtx, kase: Case, { id, by, content }: Requesting): Promise<Plan> {
  const { id: vorgangId, eakteId, keyId } = kase.vorgang
  const atMs = ctx.now()
  const dueOn = errandDueOn(ACCESS_ERRAND, kase.content.deadlines, dayInBerlin(atMs))
  const row = { id, vorgangId, keyId, requestedBy: by, requestedAtMs: atMs, expiresAtMs: atMs + RENEWAL_LIFE_MS }
  const body = {
    vorgang: vorgangId,
    access: id,
    identifiedBy: content.identifiedBy,
    hasEmail: content.email !== null,
    content: await commitContent(ctx, row, content),
  }
  return join(
    planKeptEakte(eakteId),
    { statements: [insertRenewal({ ...row, contentSealed: await sealContent(ctx, row, content) })] },
    { journal: [{ eakteId, type: 'access-requested', atMs, actor: by, body }] },
    planErrand({ id, vorgangId, kind: ACCESS_ERRAND, submissionId: null, dueOn, atMs }),
    planFlag(kase.item, dueOn),
    planJob({ kind: EXPIRY, key: id, payload: { vorgangId, accessId: id }, dueAtMs: row.expiresAtMs }),
  )
}

/**
 * The second person confirms: from then on nothing of the old access opens anything of the eAkte, and there is a new code for
 * each of its Vorgänge. Pressed again by the same person it is the same. Throws 404 to other teams,
 * `submissions/access-same-person` to whoever asked, `access-decided` (409).
 */
export async function confirmAccess(ctx: SubmissionsCtx, actor: Actor, at: AccessAt): Promise<AccessAt> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { kase, row } = await openRenewal(ctx, actor, at)
    const by = actorId(actor)
    if (row.requestedBy === by) {
      throw accessSamePerson(`renewal ${row.id}`)
    }
    authorize(actor, 'access.confirm', {
      postboxes: [kase.item.postbox],
      preparedBy: row.requestedBy.replace(/^staff:/, ''),
    })
    if (row.state === 'confirmed' && row.decidedBy === by) {
      return at
    }
    requireOpen(ctx, row)
    const confirmed = await planConfirm(ctx, { kase, row, by })
    const settled = await planSettled(ctx, kase, row, by)
    const written = await ctx.write(join(confirmed.plan, settled, planCancelJob(EXPIRY, row.id)))
    if (written.ok) {
      await confirmed.discardFiles()
      return at
    }
  }
  throw changedMeanwhile(`renewal ${at.accessId}`)
}

/**
 * The second person says no, with the reason: the access stays as it is. Throws as `confirmAccess`; whoever asked takes it back
 * instead.
 */
export async function refuseAccess(
  ctx: SubmissionsCtx,
  actor: Actor,
  at: AccessAt & { readonly comment: string },
): Promise<AccessAt> {
  return await endAccess(ctx, actor, { ...at, state: 'refused' })
}

/** Whoever asked takes it back: the access stays as it is. Throws `submissions/access-same-person` (409) to others, else as `refuseAccess`. */
export async function withdrawAccess(ctx: SubmissionsCtx, actor: Actor, at: AccessAt): Promise<AccessAt> {
  return await endAccess(ctx, actor, { ...at, state: 'withdrawn', comment: '' })
}

type Ending = AccessAt & { readonly state: 'refused' | 'withdrawn'; readonly comment: string }

async function endAccess(ctx: SubmissionsCtx, actor: Actor, ending: Ending): Promise<AccessAt> {
  const { vorgangId, accessId, state, comment } = ending
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { kase, row } = await openRenewal(ctx, actor, { vorgangId, accessId })
    const by = actorId(actor)
    if ((row.requestedBy === by) !== (state === 'withdrawn')) {
      throw accessSamePerson(`renewal ${row.id}`)
    }
    authorize(actor, 'access.request', { postboxes: [kase.item.postbox] })
    if (row.state === state && row.decidedBy === by) {
      return { vorgangId, accessId }
    }
    requireOpen(ctx, row)
    const plan = await planEnd(ctx, kase, row, { state, by, comment })
    if ((await ctx.write(join(planKeptEakte(kase.eakte.id), plan, planCancelJob(EXPIRY, row.id)))).ok) {
      return { vorgangId, accessId }
    }
  }
  throw changedMeanwhile(`renewal ${accessId}`)
}

/** Plans the end of a request that comes to nothing, with its line in the journal. */
export async function planEnd(
  ctx: SubmissionsCtx,
  kase: Case,
  row: RenewalRow,
  end: { readonly state: 'refused' | 'withdrawn' | 'expired'; readonly by: string; readonly comment: string },
): Promise<Plan> {
  const { state, by, comment } = end
  const atMs = ctx.now()
  const { eakteId } = kase.vorgang
  const commentSealed = comment === '' ? null : await sealComment(ctx, row, comment)
  const body = {
    vorgang: row.vorgangId,
    access: row.id,
    ...(comment === '' ? {} : { comment: await ctx.keyring.commit(row.keyId, `access-comment:${row.id}`, comment) }),
  }
  return join(
    { guards: [endRenewal(row.id, state, { by, atMs, commentSealed })] },
    { journal: [{ eakteId, type: `access-${state}`, atMs, actor: by, body }] },
    await planSettled(ctx, kase, row, by),
  )
}

/** There is nothing left to do about it: errand and flag go. */
async function planSettled(ctx: SubmissionsCtx, kase: Case, row: RenewalRow, by: string): Promise<Plan> {
  const errand = await readErrand(ctx, row.vorgangId, row.id)
  const done = { eakteId: kase.vorgang.eakteId, by, letterId: null, atMs: ctx.now() }
  return join(planFinishErrand(errand, done), await planUnflag(ctx, kase, errand))
}

function requireOpen(ctx: SubmissionsCtx, row: RenewalRow): void {
  if (row.state !== 'open' || row.expiresAtMs <= ctx.now()) {
    throw accessDecided(`renewal ${row.id}`)
  }
}
