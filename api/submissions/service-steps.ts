import type { Typed } from '../forms/answers.ts'
import {
  differs,
  findPage,
  judge,
  mineOf,
  nextStep,
  nextTask,
  pageVersion,
  readStepBody,
  refuseFile,
  resumeStep,
  validateStep,
  withAccount,
} from '../forms/service.ts'
import { SPOKEN, type Spoken } from '../http/language.ts'
import { planCode } from '../identity/plan.ts'
import { ensureCitizenSession } from '../identity/service.ts'
import { currentDraftCode } from '../identity/service-codes.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { type Change, changeDraft } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import type { Draft, DraftNotes } from './draft.ts'
import { type FileRefusal, type StoredUpload, withFiles } from './service-files.ts'
import { neededLevel, requireLevel } from './service-level.ts'

export const stepMissing = problemType('submissions/step-missing', 404)

/** Where a page leads: another step, the list of tasks, why one may not be entitled, the review, or away. */
export type NextPage = {
  readonly draftId: string
  readonly to: 'step' | 'tasks' | 'eligibility' | 'review' | 'left'
  readonly address: string
  readonly isInvalid: boolean
}

export type StepInput = {
  readonly draftId: string
  readonly address: string
  readonly entries: readonly (readonly [string, unknown])[]
  readonly isChanging: boolean
  /** Files that came with the page, already stored, and those that were refused. */
  readonly files: readonly StoredUpload[]
  readonly refused: readonly FileRefusal[]
  readonly request: Request
}
export type SavedStep = { readonly next: NextPage; readonly setCookie: string; readonly lang: Spoken | null }

/**
 * Keeps what a page sent, valid or not, and says where to go. What another window saved on the page since it was shown stays, and
 * what was sent is kept beside it until the person chooses. The browser's session lives on with the draft: its cookie is to be set
 * again. Throws 404 for a page that cannot be reached.
 */
export async function saveStep(ctx: SubmissionsCtx, actor: Actor, input: StepInput): Promise<SavedStep> {
  const { draftId, files } = input
  const { plan, setCookie } = ensureCitizenSession(ctx, actor, input.request)
  const { next, lang } = await changeDraft(ctx, actor, { draftId, files, plan }, (draft) => {
    requireLevel(actor, neededLevel(draft, input.address))
    return decideStep(draft, input)
  })
  if (next.to === 'left' && (await currentDraftCode(ctx, draftId)) === null) {
    await ctx.write(planCode(ctx, draftId, 'draft').plan)
  }
  return { next, setCookie, lang }
}

type Decided = Change<{ readonly next: NextPage; readonly lang: Spoken | null }>

/** What becomes of a draft by what a page sent; whoever may send it is checked by the caller. Throws 404. */
export function decideStep(draft: Draft, input: Omit<StepInput, 'request'>): Decided {
  const { form, today } = draft
  const read = readStepBody(form, draft.typed, input.address, { entries: input.entries, today })
  if (read === undefined) {
    throw stepMissing()
  }
  const { action, page } = read
  const lang = action.kind === 'speak' ? (SPOKEN.find((one) => one === action.lang) ?? null) : null
  const spoken = lang === null ? {} : { lang }
  const given = withFiles(form, read.typed, input.files)
  const taken = [...given.refused, ...input.refused].reduce<Typed>(
    (now, { pointer, type }) => refuseFile(now, pointer, type),
    given.typed,
  )
  // What the account proves is never taken from what was sent.
  const before = { typed: draft.typed, sources: draft.notes.sources ?? {} }
  const { typed, sources } = withAccount(form, before, taken, draft)
  const sent = { ...input, kind: action.kind, isRefused: given.refused.length + input.refused.length > 0 }
  if (action.kind === 'keep') {
    const next = pageAfter(draft, draft.typed, { ...sent, kind: 'continue' })
    return { typed: draft.typed, notes: settled(draft, input.address), kept: given.kept, answer: { next, lang } }
  }
  const seen = input.entries.find(([name]) => name === 'seen')?.[1]
  const mine = mineOf(read.typed, page)
  const isStale = typeof seen === 'string' && seen !== '' && seen !== pageVersion(draft.typed, page)
  if (isStale && (action.kind === 'remove-item' || differs(draft.typed, mine, page))) {
    const notes = { mine: { ...draft.notes.mine, [input.address]: action.kind === 'remove-item' ? {} : mine } }
    const next = {
      ...stayOn(input, true),
      ...(action.kind === 'leave' ? { to: 'left' as const, isInvalid: false } : {}),
    }
    const stored = withFiles(form, draft.typed, input.files)
    return { typed: stored.typed, notes, ...spoken, kept: stored.kept, answer: { next, lang } }
  }
  const next = pageAfter(draft, typed, sent)
  const isUnsent = action.kind !== 'continue' && !sent.isRefused && page.state !== 'invalid'
  const notes = { ...settled(draft, input.address, isUnsent), sources }
  return { typed, notes, ...spoken, kept: given.kept, answer: { next, lang } }
}

/** Of a page that was saved knowingly there is only one version; one kept in passing is not told yet what is missing. */
function settled({ notes }: Draft, address: string, isUnsent = false): DraftNotes {
  const { [address]: _, ...mine } = notes.mine ?? {}
  const others = (notes.unsent ?? []).filter((one) => one !== address)
  return { mine, unsent: isUnsent ? [...others, address] : others }
}

const stayOn = ({ draftId, address }: Pick<StepInput, 'draftId' | 'address'>, isInvalid: boolean): NextPage => ({
  draftId,
  to: 'step',
  address,
  isInvalid,
})

type Sent = Pick<StepInput, 'draftId' | 'address' | 'isChanging'> & {
  readonly kind: string
  readonly isRefused: boolean
}

function pageAfter(draft: Draft, typed: Typed, sent: Sent): NextPage {
  const { address, isChanging, kind } = sent
  const options = { today: draft.today }
  const stay = stayOn(sent, sent.isRefused)
  if (kind === 'leave') {
    return { ...stay, to: 'left', isInvalid: false }
  }
  if (kind !== 'continue') {
    const page = findPage(draft.form, typed, address, options)
    const back = page === undefined ? resumeStep(draft.form, typed, options) : null
    return back?.kind === 'step' ? { ...stay, address: back.address } : stay
  }
  if (!validateStep(draft.form, address, typed, options).ok) {
    return { ...stay, isInvalid: true }
  }
  const isExplained = new Set(draft.notes.anyway)
  if (judge(draft.form, typed, options).unmet.some((condition) => !isExplained.has(condition.id))) {
    return { ...stay, to: 'eligibility', address: '' }
  }
  const straight = nextStep(draft.form, typed, address, { ...options, isChanging })
  const next = isChanging ? straight : nextTask(draft.form, typed, address, { ...options, next: straight })
  return next.kind === 'step' ? { ...stay, address: next.address } : { ...stay, to: next.kind, address: '' }
}

/** "Apply all the same": what is not met was explained and is not asked again. Answers where to go on. */
export async function applyAnyway(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<NextPage> {
  return await changeDraft(ctx, actor, { draftId, files: [] }, (draft): Change<NextPage> => {
    const options = { today: draft.today }
    const anyway = judge(draft.form, draft.typed, options).unmet.map((condition) => condition.id)
    const next = resumeStep(draft.form, draft.typed, options)
    const page: NextPage = draft.form.hasTasks
      ? { draftId, to: 'tasks', address: '', isInvalid: false }
      : { draftId, to: next.kind, address: next.kind === 'step' ? next.address : '', isInvalid: false }
    return { typed: draft.typed, notes: { anyway }, kept: [], answer: page }
  })
}

/** Goes on in another language; what was typed stays as it is. */
export async function speakDraft(ctx: SubmissionsCtx, actor: Actor, draftId: string, lang: Spoken): Promise<void> {
  await changeDraft(ctx, actor, { draftId, files: [] }, (draft) => ({
    typed: draft.typed,
    lang,
    kept: [],
    answer: undefined,
  }))
}
