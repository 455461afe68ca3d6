import { receiptView, resumeStep, reviewView, startView, stepView, validateAll } from '../forms/service.ts'
import type { FormPaths, ReceiptView, ReviewView, StartView, StepView } from '../forms/view.ts'
import { authorize } from '../identity/permissions.ts'
import { currentReceiptCode } from '../identity/service-codes.ts'
import type { Actor } from '../lib/actor.ts'
import { readEmail } from '../messages/service.ts'
import { type Fee, type PaymentView, readFee, readPayments } from '../payments/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, draftMissing, findOwnDraft, openDraft } from './draft.ts'
import { makeCopy } from './service-copy.ts'
import { serviceNotOnline, stepMissing } from './service-drafts.ts'
import { ownVorgang } from './service-status.ts'
import { findSubmissionOfDraft } from './store.ts'

/** Where the pages of a draft are. */
export const pathsOf = (draftId: string, slug: string): FormPaths => ({
  start: `/antrag/beginnen/${slug}`,
  step: (address, changing = false) => `/antrag/${draftId}/${address}${changing ? '?aendern=1' : ''}`,
  review: `/antrag/${draftId}/pruefen`,
})

/** Data of the page before the first question. Throws 404 where the service cannot be applied for online. */
export function readStart(
  ctx: SubmissionsCtx,
  actor: Actor,
  slug: string,
  lang: string,
): StartView & { readonly isPaper: boolean } {
  authorize(actor, 'catalogue.read')
  const { content } = ctx.content.live()
  const online = content.services.get(slug)?.online
  if (online !== 'own' && online !== 'assistant') {
    throw serviceNotOnline(`service ${slug}`)
  }
  return { ...startView(ctx.form(content, slug, lang)), isPaper: online === 'assistant' }
}

/** Data of one page of a draft. Throws 404 for a page that cannot be reached. */
export async function readStep(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly draftId: string; readonly address: string; readonly isChanging: boolean },
): Promise<StepView & { readonly expiresAtMs: number }> {
  const draft = await openDraft(ctx, actor, input.draftId)
  const view = stepView(draft.form, draft.typed, input.address, {
    today: draft.today,
    words: ctx.formWords(draft.content, draft.row.lang),
    paths: pathsOf(input.draftId, draft.row.serviceSlug),
    isChanging: input.isChanging,
  })
  if (view === undefined) {
    throw stepMissing()
  }
  return { ...view, expiresAtMs: draft.row.expiresAtMs }
}

export type ReviewPage = ReviewView & {
  readonly expiresAtMs: number
  /** To be sent with the final button: it sends what this page shows, or nothing. */
  readonly version: number
  /** What it costs; null while something is missing. */
  readonly fee: Fee | null
  /** Not sent but printed, signed and handed in. */
  readonly isPaper: boolean
}

/** Data of the page on which everything is checked before sending. */
export async function readReview(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<ReviewPage> {
  const draft = await openDraft(ctx, actor, draftId)
  const view = reviewView(draft.form, draft.typed, {
    today: draft.today,
    words: ctx.formWords(draft.content, draft.row.lang),
    paths: pathsOf(draftId, draft.row.serviceSlug),
  })
  const fee = view.missing === undefined ? feeOf(ctx, draft) : null
  const isPaper = draft.content.services.get(draft.row.serviceSlug)?.online === 'assistant'
  return { ...view, fee, expiresAtMs: draft.row.expiresAtMs, version: draft.row.version, isPaper }
}

/** What the application as it stands would cost today. */
function feeOf(ctx: SubmissionsCtx, { row, form, typed, content, today }: Draft): Fee | null {
  const checked = validateAll(form, typed, { today })
  return checked.ok ? readFee(ctx, { ...row, content }, checked.answers, { receivedOn: today }) : null
}

/** Where a person goes on with a draft: the first page that is not done, the review, or the receipt. */
export async function readResume(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
): Promise<{ readonly page: string }> {
  const row = await findOwnDraft(ctx, actor, draftId)
  if (row.state === 'submitted') {
    return { page: `/antrag/${draftId}/eingang` }
  }
  const draft = await openDraft(ctx, actor, draftId)
  const next = resumeStep(draft.form, draft.typed, { today: draft.today })
  const paths = pathsOf(draftId, row.serviceSlug)
  return { page: next.kind === 'review' ? paths.review : paths.step(next.address) }
}

export type ReceiptPage = ReceiptView & {
  readonly draftId: string
  readonly vorgangId: string
  readonly reference: string
  readonly receivedAtMs: number
  /** One-time code that opens the status page from elsewhere; null once all were used. */
  readonly code: string | null
  readonly isMailed: boolean
  /** What is to be paid now; null where nothing is. */
  readonly payment: PaymentView | null
}

/** Data of the receipt. Throws 404 before the draft was sent in. */
export async function readReceipt(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<ReceiptPage> {
  await findOwnDraft(ctx, actor, draftId)
  const submission = await findSubmissionOfDraft(ctx.db, draftId)
  if (submission === undefined) {
    throw draftMissing(`draft ${draftId}`)
  }
  const vorgang = await ownVorgang(ctx, actor, submission.vorgangId)
  const [content, payments] = await Promise.all([
    ctx.content.at(submission.contentRevisionId),
    readPayments(ctx, submission.vorgangId),
  ])
  return {
    payment: payments.find((payment) => payment.state === 'due') ?? null,
    ...receiptView(ctx.form(content, submission.serviceSlug, submission.lang)),
    draftId,
    vorgangId: vorgang.id,
    reference: vorgang.reference,
    receivedAtMs: submission.receivedAtMs,
    code: await currentReceiptCode(ctx, vorgang.id),
    isMailed: (await readEmail(ctx, vorgang.id)) !== null,
  }
}

/** Copy for the citizen whose Vorgang it is (§ 9a Abs. 4 OZG, § 3a Abs. 5 VwVfG): the same Vorgang gives the same bytes. */
export async function readCopy(ctx: SubmissionsCtx, actor: Actor, vorgangId: string) {
  authorize(actor, 'receipt.read', { vorgangId })
  return await makeCopy(ctx, await ownVorgang(ctx, actor, vorgangId))
}
