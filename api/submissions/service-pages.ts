import { availabilityOn, lawfulContent } from '../content/service.ts'
import type { Form } from '../forms/model.ts'
import {
  eligibilityView,
  findPage,
  isLevelMarked,
  pageVersion,
  precheckView,
  receiptView,
  resumeStep,
  reviewView,
  startView,
  stepView,
  tasksView,
  validateAll,
  withPrefill,
  withSources,
} from '../forms/service.ts'
import type {
  EligibilityView,
  PrecheckView,
  ReceiptView,
  ReviewView,
  StartView,
  StepView,
  TasksView,
} from '../forms/view.ts'
import { authorize } from '../identity/permissions.ts'
import { currentReceiptCode } from '../identity/service-codes.ts'
import { type Actor, trustLevelOf } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { isAtLeast, type TrustLevel } from '../lib/trust-level.ts'
import { wordsOf } from '../lib/words.ts'
import { readEmail } from '../messages/service.ts'
import { type Fee, type PaymentView, readFee, readPayments } from '../payments/service.ts'
import { asksForFeeAtOnce, payUntilOn, readCase } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, draftMissing, findOwnDraft, openDraft } from './draft.ts'
import { type DraftFrame, framed, type PageFrame, pageOf, pathsOf } from './draft-frame.ts'
import { readGiven } from './given.ts'
import { hasParticipants, type Participation } from './invitations.ts'
import { type Named, otherOffices } from './offices.ts'
import { processValues } from './process-values.ts'
import { nextWithDays, type Recipient, recipientsOf } from './receipt-days.ts'
import { makeCopy, readFirstAnswers } from './service-copy.ts'
import { serviceNotOnline } from './service-drafts.ts'
import { neededLevel, requireLevel } from './service-level.ts'
import { findPendingLookup, pathOf } from './service-lookups.ts'
import { findMissingSignature } from './service-participants.ts'
import { readSaved, type SavedDraft } from './service-resume.ts'
import { ownVorgang } from './service-status.ts'
import { stepMissing } from './service-steps.ts'
import { sourceMark } from './source-mark.ts'
import { findSubmissionOfDraft } from './store.ts'

export type StartPage = StartView &
  PageFrame & {
    /** Not sent but printed, signed and handed in. */
    readonly isPaper: boolean
    /** Offices that read the application on its way, besides the service's own. */
    readonly offices: readonly Named[]
    readonly trustLevel: TrustLevel
    /** Whether the visitor may begin as they are signed in now; else the level they need. */
    readonly begin: {
      readonly isOpen: boolean
      readonly level: TrustLevel
      readonly hasPrefill: boolean
      readonly isSignedIn: boolean
    }
    /** Null where one may apply today; else why not. */
    readonly closed:
      | { readonly state: 'paused'; readonly reason: string; readonly until: string | null }
      | { readonly state: 'out-of-season'; readonly from: string; readonly until: string }
      | null
  }

/** Data of the page before the first question. Throws 404 where the service cannot be applied for online. */
export async function readStart(ctx: SubmissionsCtx, actor: Actor, slug: string, lang: string): Promise<StartPage> {
  authorize(actor, 'catalogue.read')
  const { content } = ctx.content.live()
  const service = content.services.get(slug)
  if (service === undefined || (service.online !== 'own' && service.online !== 'assistant')) {
    throw serviceNotOnline(`service ${slug}`)
  }
  const words = ctx.formWords(content, lang)
  const view = startView(ctx.form(content, slug, lang), words)
  const open = availabilityOn(service, dayInBerlin(ctx.now()))
  const reason = open.state === 'paused' ? (inLang(open.reason, lang) ?? '') : ''
  return {
    ...framed(ctx, view, { content, slug, lang, heard: words }),
    isPaper: service.online === 'assistant',
    offices: await otherOffices(ctx, content, { slug, lang }),
    trustLevel: service.trustLevel,
    begin: beginOf(ctx.form(content, slug, lang), service.trustLevel, actor),
    closed: open.state === 'open' ? null : open.state === 'paused' ? { ...open, reason } : open,
  }
}

function beginOf(form: Form, level: TrustLevel, actor: Actor): StartPage['begin'] {
  const needed = isLevelMarked(form) ? 'none' : level
  return {
    isOpen: isAtLeast(trustLevelOf(actor), needed),
    level: needed,
    hasPrefill: [...form.fields.values()].some((field) => field.prefill !== undefined),
    isSignedIn: trustLevelOf(actor) !== 'none',
  }
}

const inLang = (lines: Readonly<Record<string, string | undefined>>, lang: string): string | undefined =>
  lines[lang] ?? lines['de']

export type PrecheckPage = PrecheckView & PageFrame

/**
 * Data of a page of the pre-check, from what was sent with it; reads nothing of anybody and stores nothing.
 * Throws 404 where the service has none.
 */
export function readPrecheck(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly slug: string; readonly lang: string; readonly fields: Readonly<Record<string, unknown>> },
): PrecheckPage {
  authorize(actor, 'catalogue.read')
  const { slug, lang, fields } = input
  const { content } = ctx.content.live()
  const form = content.services.get(slug)?.online === 'own' ? ctx.form(content, slug, lang) : undefined
  if (form === undefined || form.precheck.questions.length === 0) {
    throw serviceNotOnline(`pre-check of ${slug}`)
  }
  const back = typeof fields['back'] === 'string' ? fields['back'] : undefined
  const typed = Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]): readonly (readonly [string, string])[] =>
      typeof value === 'string' && name.startsWith('/') && !isPartOf(name, back) ? [[name, value.slice(0, 200)]] : [],
    ),
  )
  const asked = typeof fields['asked'] === 'string' && back === undefined ? { asked: fields['asked'] } : {}
  const words = ctx.formWords(content, lang)
  const view = precheckView(form, typed, { today: dayInBerlin(ctx.now()), words, ...asked })
  return framed(ctx, view, { content, slug, lang, heard: words })
}

const isPartOf = (name: string, pointer: string | undefined): boolean =>
  pointer !== undefined && (name === pointer || name.startsWith(`${pointer}/`))

/** Data of one page of a draft. Throws 404 for a page that cannot be reached. */
export async function readStep(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly draftId: string; readonly address: string; readonly isChanging: boolean },
): Promise<StepPage> {
  const draft = await openDraft(ctx, actor, input.draftId)
  requireLevel(actor, neededLevel(draft, input.address))
  return stepPage(ctx, actor, draft, input)
}

export type StepPage = StepView &
  DraftFrame & {
    /** Somebody else may answer it: who, and the page on which they are asked. */
    readonly delegate?: { readonly title: string; readonly path: string }
    /** Photos of a question can become one PDF here. */
    readonly canMergePhotos: boolean
  }

/** One page of a draft that is open already, whoever answers it. Throws 404 for a page that cannot be reached. */
export function stepPage(
  ctx: SubmissionsCtx,
  actor: Actor,
  draft: Draft,
  input: { readonly address: string; readonly isChanging: boolean },
): StepPage {
  const page = pageOf(ctx, actor, draft)
  const mine = draft.notes.mine?.[input.address]
  const found = findPage(draft.form, draft.typed, input.address, { today: draft.today })?.page
  const answered = { typed: draft.typed, sources: draft.notes.sources ?? {} }
  const pointers = found?.asked.map(({ pointer }) => pointer) ?? []
  const typed = withPrefill(draft.form, answered, { given: draft.given, today: draft.today, pointers })
  const view = stepView(draft.form, typed, input.address, {
    ...page.options,
    isChanging: input.isChanging,
    isUnsent: draft.notes.unsent?.includes(input.address) ?? false,
    ...(mine === undefined ? {} : { mine }),
  })
  if (view === undefined) {
    throw stepMissing()
  }
  const { words } = page.options
  const isOpen = found?.state === 'open'
  // What a page was made from is what is stored; what stands there beforehand is not yet.
  const seen = found === undefined ? view.seen : pageVersion(draft.typed, found)
  const shown = { ...view, seen }
  const delegate = found?.step.kind === 'questions' ? found.step.delegate : undefined
  const path = `/antrag/${draft.row.id}/mitwirkende#step-${input.address}`
  return {
    ...page.framed(withSources(draft.form, shown, { answered, given: draft.given, today: draft.today, words, isOpen })),
    canMergePhotos: ctx.press !== null,
    ...(delegate === undefined ? {} : { delegate: { title: delegate.title, path } }),
  }
}

/** Data of the list of tasks: the sections of a form, whether it is shown by itself or not. */
export async function readTasks(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<TasksView & DraftFrame> {
  const draft = await openDraft(ctx, actor, draftId)
  const page = pageOf(ctx, actor, draft)
  return page.framed(tasksView(draft.form, draft.typed, page.options))
}

/** Data of the page that says why one may not be entitled; `unmet` is empty where nothing speaks against it (any more). */
export async function readEligibility(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
): Promise<EligibilityView & DraftFrame> {
  const draft = await openDraft(ctx, actor, draftId)
  const page = pageOf(ctx, actor, draft)
  return page.framed(eligibilityView(draft.form, draft.typed, page.options))
}

export type ReviewPage = ReviewView &
  DraftFrame & {
    /** To be sent with the final button: it sends what this page shows, or nothing. */
    readonly version: number
    /** What it costs; null while something is missing. */
    readonly fee: Fee | null
    /** It is asked for only when somebody has worked on the application, if at all then. */
    readonly isFeeLater: boolean
    /** Not sent but printed, signed and handed in. */
    readonly isPaper: boolean
    /** Who is told what, by which way. */
    readonly recipients: readonly Recipient[]
    /** What others signed or answered, as it stands. */
    readonly participants: readonly Participation[]
    /** Page on which others are asked; null where the form knows nobody beside the applicant. */
    readonly participantsPath: string | null
    /** What may be said about how notices come: to agree to read them online, or with an account to ask for post. */
    readonly noticeChoice: 'online' | 'post' | null
  }

/** Data of the page on which everything is checked before sending. */
export async function readReview(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<ReviewPage> {
  const draft = await openDraft(ctx, actor, draftId)
  requireLevel(actor, neededLevel(draft, null))
  const page = pageOf(ctx, actor, draft)
  const view = reviewView(draft.form, draft.typed, { ...page.options, unsettled: Object.keys(draft.notes.mine ?? {}) })
  const pending = view.missing === undefined ? await findPendingLookup(ctx, draft) : undefined
  const { fee, isFeeLater } = view.missing === undefined ? await feeOf(ctx, draft) : { fee: null, isFeeLater: false }
  const isPaper = draft.content.services.get(draft.row.serviceSlug)?.online === 'assistant'
  const words = wordsOf(draft.content.words, draft.row.lang)
  // On paper they sign on paper.
  const unsigned = view.missing === undefined && !isPaper ? await findMissingSignature(ctx, draft) : undefined
  const participantsPath = hasParticipants(draft.form) ? `/antrag/${draftId}/mitwirkende` : null
  const missing =
    pending !== undefined
      ? { missing: { path: pathOf(draftId, pending.id), text: words('lookup.pending') } }
      : unsigned !== undefined
        ? {
            missing: {
              path: participantsPath ?? '',
              text: words('participants.missing', { role: unsigned.title }),
            },
          }
        : {}
  const shown = { ...page.framed(marked(view, draft)), ...missing }
  return {
    ...shown,
    fee,
    isFeeLater,
    version: draft.row.version,
    recipients: await recipientsOf(ctx, draft),
    isPaper,
    participants: await readGiven(ctx, draft),
    participantsPath,
    noticeChoice: isPaper ? null : noticeChoice(draft),
  }
}

/** Nothing is asked where no notice is written, or where it was said with the application that this corrects. */
function noticeChoice({ row, content, given }: Draft): ReviewPage['noticeChoice'] {
  const folder = `services/${row.serviceSlug}/notice.`
  const isNotified = row.correctsId === null && content.paths.some((path) => path.startsWith(folder))
  return isNotified ? (given === null ? 'online' : 'post') : null
}

/** What the application as it stands would cost today, and whether that is asked for only later. */
async function feeOf(ctx: SubmissionsCtx, draft: Draft): Promise<Pick<ReviewPage, 'fee' | 'isFeeLater'>> {
  const { row, form, typed, content, today } = draft
  const checked = validateAll(form, typed, { today })
  if (!checked.ok) {
    return { fee: null, isFeeLater: false }
  }
  const fee = readFee(ctx, { ...row, content }, checked.answers, { receivedOn: today })
  if (fee.isFree) {
    return { fee, isFeeLater: false }
  }
  const definition = await ctx.workflow.definition(content, row.serviceSlug)
  const values = await processValues(ctx, draft, checked.answers)
  return { fee, isFeeLater: !asksForFeeAtOnce(definition, values, ctx.now()) }
}

/** Rows that come from the applicant's account say so. */
function marked(view: ReviewView, { notes }: Draft): ReviewView {
  const sections = view.sections.map((section) => ({
    ...section,
    rows: section.rows.map((row) => ({ ...row, ...sourceMark(notes.sources?.[row.pointer]) })),
  }))
  return { ...view, sections }
}

export type SavedPage = SavedDraft &
  DraftFrame & { readonly service: { readonly slug: string; readonly title: string }; readonly page: string }

/** Data of the page after "save and leave": how the draft is gone on with, here and elsewhere. */
export async function readSavedPage(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<SavedPage> {
  const draft = await openDraft(ctx, actor, draftId)
  const service = { slug: draft.row.serviceSlug, title: draft.form.title }
  const saved = await readSaved(ctx, actor, draftId)
  const { page } = await readResume(ctx, actor, draftId)
  return pageOf(ctx, actor, draft).framed({ ...saved, service, page })
}

/** Where a person goes on with a draft: the list of tasks, the first page that is not done, the review, or the receipt. */
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
  const paths = pathsOf(draftId, row.serviceSlug)
  if (draft.form.hasTasks) {
    return { page: paths.tasks }
  }
  const next = resumeStep(draft.form, draft.typed, { today: draft.today })
  return { page: next.kind === 'review' ? paths.review : paths.step(next.address) }
}

export type ReceiptPage = ReceiptView &
  PageFrame & {
    readonly draftId: string
    readonly vorgangId: string
    readonly reference: string
    readonly receivedAtMs: number
    /** One-time code that opens the status page from elsewhere; null once all were used. */
    readonly code: string | null
    readonly isMailed: boolean
    /** What is to be paid now; null where nothing is. */
    readonly payment: PaymentView | null
    /** Last day for paying it, `YYYY-MM-DD`; null where the process waits without an end. */
    readonly payUntilOn: string | null
  }

/** Data of the receipt, in the wanted language or that of the submission. Throws 404 before the draft was sent in. */
export async function readReceipt(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  wanted: string | null = null,
): Promise<ReceiptPage> {
  await findOwnDraft(ctx, actor, draftId)
  const submission = await findSubmissionOfDraft(ctx.db, draftId)
  if (submission === undefined) {
    throw draftMissing(`draft ${draftId}`)
  }
  const vorgang = await ownVorgang(ctx, actor, submission.vorgangId)
  const [content, payments] = await Promise.all([
    lawfulContent(ctx, submission.contentRevisionId),
    readPayments(ctx, submission.vorgangId),
  ])
  const lang = wanted ?? submission.lang
  const slug = submission.serviceSlug
  const form = ctx.form(content, slug, lang)
  const receivedOn = dayInBerlin(submission.receivedAtMs)
  const answers = (await readFirstAnswers(ctx, vorgang.id)) ?? {}
  const view = receiptView(form, answers, receivedOn)
  const german = new Set(form.germanTexts)
  const next = nextWithDays(view.next, { content, slug, receivedOn, lang, german })
  const payment = payments.find(({ state }) => state === 'due') ?? null
  return {
    ...framed(ctx, { ...view, next }, { content, slug, lang, heard: ctx.formWords(content, lang), made: german }),
    payment,
    payUntilOn: payment === null ? null : payUntilOn(await readCase(ctx, vorgang.id)),
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
