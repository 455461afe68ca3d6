import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import { documentMissing, INTERNAL, openDocument, readDocuments } from '../documents/service.ts'
import { planKeptEakte } from '../eakten/plan.ts'
import { authorize } from '../identity/permissions.ts'
import { codeRefused, redeemCode } from '../identity/service-codes.ts'
import { planJob } from '../jobs/plan.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import { Problem, problemType } from '../lib/problem.ts'
import {
  type Expert,
  expertMissing,
  expertOver,
  planRevokeExpert,
  prepareExpert,
  prepareExpertAnswer,
  readExpert,
} from '../orders/service-experts.ts'
import { type Case, readCase } from '../workflow/service.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { sendDraftMail } from './draft-mail.ts'
import { expertLink } from './expert-link.ts'
import { prepareActDocuments, type StoredFile, storeCaseFile } from './service-act-files.ts'
import { invitationCodeRefused } from './service-invitation.ts'
import { planNew } from './service-orders.ts'
import { ownCase } from './service-vorgang.ts'
import { writeOnce } from './write-once.ts'

export const expertWrong = problemType('submissions/expert-wrong', 422)

/** As long as a code for a link lives. */
const DAYS_MAX = 90
const DOCUMENTS_MAX = 50
const EMAIL = /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/

type OfVorgang = { readonly vorgangId: string }
export type AskExpertInput = OfVorgang & {
  readonly name: string
  readonly email: string
  readonly question: string
  readonly isConfidential: boolean
  /** Ids of documents of the Vorgang; others are left out. */
  readonly documents: readonly string[]
  readonly untilOn: string
  readonly seen: string
}

/**
 * Asks somebody outside for an opinion: they get a mail with a link, and the code from whoever asks, by another way. They see the
 * question and the chosen documents, until the day at most 90 days ahead. Throws 404 to offices that only take part, 422
 * `submissions/expert-wrong`; tax data go to nobody outside (§ 30 AO).
 */
export async function askExpert(ctx: SubmissionsCtx, actor: Actor, input: AskExpertInput): Promise<OfVorgang> {
  const kase = await ownCase(ctx, actor, input.vorgangId)
  authorize(actor, 'order.give', { postboxes: [kase.item.postbox] })
  const [name, email, question] = [input.name, input.email, input.question].map((text) => text.normalize('NFC').trim())
  const wrong = (name: string, type: string) => expertWrong(type, { errors: [{ pointer: `/${name}`, type }] })
  const today = dayInBerlin(ctx.now())
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(input.untilOn)
  if (ctx.content.live().content.postboxes.get(kase.item.postbox)?.isTaxSecret === true) {
    throw wrong('expertName', 'tax-secret')
  }
  if (kase.item.state === 'done') {
    throw wrong('expertName', 'ended')
  }
  if (name === undefined || name === '') {
    throw wrong('expertName', 'missing')
  }
  if (email === undefined || !EMAIL.test(email)) {
    throw wrong('expertEmail', 'missing')
  }
  if (question === undefined || question === '') {
    throw wrong('expertQuestion', 'missing')
  }
  if (!isDay || input.untilOn <= today || input.untilOn > addDays(today, DAYS_MAX)) {
    throw wrong('expertUntilOn', 'future')
  }
  const own = (await readDocuments(ctx, [kase.vorgang.id])).filter(({ kind }) => kind !== INTERNAL)
  const documents = own.map(({ id }) => id).filter((id) => input.documents.includes(id))
  const { isConfidential, untilOn } = input
  const asked = { name, email, question, isConfidential, documents: documents.slice(0, DOCUMENTS_MAX), untilOn }
  const { id, plan } = await prepareExpert(ctx, atOf(kase, actor), asked)
  const mail = planExpertMail(id, 'asked', ctx.now())
  const whole = join(planKeptEakte(kase.eakte.id), plan, mail)
  return await writeOnce(
    ctx,
    actor,
    { vorgangId: input.vorgangId, seen: input.seen, kind: 'expert', said: asked },
    whole,
  )
}

/** Takes the link back at once; whoever was asked is told. Throws 404 to offices that only take part, 409 `orders/expert-over`. */
export async function revokeExpert(
  ctx: SubmissionsCtx,
  actor: Actor,
  { vorgangId, expertId }: OfVorgang & { readonly expertId: string },
): Promise<OfVorgang> {
  const kase = await ownCase(ctx, actor, vorgangId)
  authorize(actor, 'order.give', { postboxes: [kase.item.postbox] })
  const expert = await readExpert(ctx, expertId)
  if (expert === undefined || expert.vorgangId !== vorgangId) {
    throw expertMissing(`expert ${expertId}`)
  }
  const plan = planRevokeExpert(atOf(kase, actor), expertId, ctx.now())
  const mail = planExpertMail(expertId, 'revoked', ctx.now())
  if (expert.state === 'answered' || expert.state === 'revoked' || !(await ctx.write(join(plan, mail))).ok) {
    throw expertOver(`expert ${expertId}`)
  }
  return { vorgangId }
}

/** Opens a link by its code; whatever is wrong is refused alike. Throws as `openByCode` of invitations. */
export async function openExpertByCode(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly expertId: string; readonly code: string; readonly client: string },
): Promise<{ readonly setCookie: string }> {
  const expert = await readExpert(ctx, input.expertId)
  const isUsable = expert !== undefined && expert.state !== 'revoked' && expert.state !== 'expired'
  try {
    return await redeemCode(ctx, actor, {
      reference: input.expertId,
      client: input.client,
      code: input.code,
      vorgangId: isUsable ? input.expertId : null,
      opens: 'invitation',
    })
  } catch (error) {
    throw error instanceof Problem && error.type === codeRefused().type ? invitationCodeRefused() : error
  }
}

/** What whoever was asked sees: the question, the chosen documents, their answer; nothing else of the Vorgang. */
export type ExpertPage = Pick<Expert, 'id' | 'state' | 'question' | 'untilOn' | 'answerText' | 'endedAtMs'> & {
  readonly service: string
  readonly documents: readonly { readonly id: string; readonly title: string; readonly sizeBytes: number }[]
  /** Files that they put beside their answer. */
  readonly own: readonly { readonly id: string; readonly title: string; readonly sizeBytes: number }[]
}

/** Reads the page of somebody outside who was asked. Throws 404 to everybody else, and once it is over without an answer. */
export async function readExpertPage(ctx: SubmissionsCtx, actor: Actor, expertId: string): Promise<ExpertPage> {
  const { expert, kase } = await openAsked(ctx, actor, expertId, 'invitation.read')
  const all = await readDocuments(ctx, [expert.vorgangId])
  const shownOf = ({ id, meta }: (typeof all)[number]) => ({
    id,
    title: meta.title ?? meta.fileName,
    sizeBytes: meta.sizeBytes,
  })
  const { id, state, question, untilOn, answerText, endedAtMs } = expert
  const isOpen = state === 'open'
  return {
    id,
    state,
    question,
    untilOn,
    answerText,
    endedAtMs,
    service: ctx.form(kase.content, kase.vorgang.serviceSlug, 'de').title,
    documents: isOpen ? all.filter((one) => expert.documents.includes(one.id)).map(shownOf) : [],
    own: all.filter(({ meta }) => meta.orderId === id).map(shownOf),
  }
}

/** Opens one of the chosen documents. Throws 404 for every other one, and when it is over. */
export async function openExpertDocument(ctx: SubmissionsCtx, actor: Actor, expertId: string, documentId: string) {
  const { expert } = await openAsked(ctx, actor, expertId, 'invitation.read')
  if (expert.state !== 'open' || !expert.documents.includes(documentId)) {
    throw documentMissing(`document ${documentId}`)
  }
  return await openDocument(ctx, documentId)
}

/** Stores a file of somebody outside, before it is put beside their answer. Throws as {@link answerExpert}, and what uploads are refused for. */
export async function storeExpertFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: {
    readonly expertId: string
    readonly count: number
    readonly fileName: string
    readonly source: AsyncIterable<Uint8Array>
  },
): Promise<StoredFile> {
  const { kase } = await openWaiting(ctx, actor, input.expertId)
  return await storeCaseFile(ctx, kase.vorgang, input)
}

/** Puts files beside the answer that is still to come; no applicant sees them. Throws as {@link answerExpert}. */
export async function attachExpertFiles(
  ctx: SubmissionsCtx,
  actor: Actor,
  { expertId, files }: { readonly expertId: string; readonly files: readonly StoredFile[] },
): Promise<void> {
  const { kase } = await openWaiting(ctx, actor, expertId)
  const at = { id: kase.vorgang.id, eakteId: kase.eakte.id, keyId: kase.vorgang.keyId }
  const documents = await prepareActDocuments(ctx, at, { files, by: EXPERT, orderId: expertId })
  if (!(await ctx.write(documents.plan)).ok) {
    throw changedMeanwhile(`expert ${expertId}`)
  }
}

/** Who answers from outside, in the journal: no name. */
const EXPERT = 'expert'

/** Takes the answer of somebody outside: it ends what their link opens. Throws 404, 409 `orders/expert-over`, 422 for one that says nothing. */
export async function answerExpert(
  ctx: SubmissionsCtx,
  actor: Actor,
  { expertId, text }: { readonly expertId: string; readonly text: string },
): Promise<void> {
  const { kase } = await openWaiting(ctx, actor, expertId)
  const said = text.replaceAll('\r\n', '\n').normalize('NFC').trim()
  if (said === '') {
    throw expertWrong('answer', { errors: [{ pointer: '/answerText', type: 'missing' }] })
  }
  const plan = join(
    planKeptEakte(kase.eakte.id),
    await prepareExpertAnswer(ctx, { ...atOf(kase, actor), by: EXPERT }, expertId, said),
    planNew(kase.item, actor),
  )
  if (!(await ctx.write(plan)).ok) {
    throw expertOver(`expert ${expertId}`)
  }
}

async function openAsked(
  ctx: SubmissionsCtx,
  actor: Actor,
  expertId: string,
  action: 'invitation.read' | 'invitation.answer',
): Promise<{ readonly expert: Expert; readonly kase: Case }> {
  authorize(actor, action, { invitationId: expertId })
  const expert = await readExpert(ctx, expertId)
  if (expert === undefined || expert.state === 'revoked' || expert.state === 'expired') {
    throw expertMissing(`expert ${expertId}`)
  }
  const kase = await readCase(ctx, expert.vorgangId)
  if (expert.state === 'open' && kase.item.state === 'done') {
    throw expertMissing(`expert ${expertId}`)
  }
  return { expert, kase }
}

async function openWaiting(ctx: SubmissionsCtx, actor: Actor, expertId: string) {
  const asked = await openAsked(ctx, actor, expertId, 'invitation.answer')
  if (asked.expert.state !== 'open') {
    throw expertOver(`expert ${expertId}`)
  }
  return asked
}

const atOf = ({ vorgang, eakte }: Case, actor: Actor) => ({
  vorgangId: vorgang.id,
  eakteId: eakte.id,
  keyId: vorgang.keyId,
  by: actorId(actor),
})

const EVENTS = ['asked', 'revoked'] as const
const Payload = v.object({ expertId: v.string(), event: v.picklist(EVENTS) })

/** Orders a mail to somebody outside; the job holds ids only. */
const planExpertMail = (expertId: string, event: (typeof EVENTS)[number], nowMs: number): Plan =>
  planJob({ kind: 'expert', key: `${expertId}:${event}`, payload: { expertId, event }, dueAtMs: nowMs })

/** Handler of job `expert`: the link to whoever was asked, or that it is taken back. The code goes another way. */
export async function runExpertMail(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  const { expertId, event } = v.parse(Payload, job.payload)
  const expert = await readExpert(ctx, expertId)
  if (expert === undefined || (event === 'asked' && expert.state !== 'open')) {
    return { done: true }
  }
  const { vorgang } = await readCase(ctx, expert.vorgangId)
  return await sendDraftMail(ctx, {
    kind: `expert-${event}`,
    to: expert.email,
    lang: 'de',
    reference: vorgang.reference,
    link: expertLink(ctx, expertId),
    dayMs: Date.parse(`${expert.untilOn}T12:00:00Z`),
    id: `${expertId}.${event}.${job.id}`,
  })
}
