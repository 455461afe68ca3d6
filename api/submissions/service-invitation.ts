import { join } from '../../db/batch.ts'
import { partOf } from '../forms/service.ts'
import type { SummarySection } from '../forms/view.ts'
import { authorize } from '../identity/permissions.ts'
import { codeRefused, redeemCode } from '../identity/service-codes.ts'
import type { Actor } from '../lib/actor.ts'
import { Problem, problemType } from '../lib/problem.ts'
import type { TrustLevel } from '../lib/trust-level.ts'
import { changedMeanwhile, DRAFT_LIFE_MS } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, openDraftRow } from './draft.ts'
import { framed, type PageFrame } from './draft-frame.ts'
import {
  digestOf,
  folded,
  hasSigned,
  type Invitation,
  isOpen,
  personsOf,
  readInvitation,
  readInvitations,
  readProof,
  sealRecord,
  taskOf,
} from './invitations.ts'
import { planInvitationMail } from './plan-mail.ts'
import { requireLevel } from './service-level.ts'
import { type StepPage, stepPage } from './service-pages.ts'
import { applicantEmails, invitationMissing, notAsked } from './service-participants.ts'
import { findDraft } from './store.ts'
import { holdDraft, type InvitationRow, moveInvitation } from './store-invitations.ts'

/** Link and code do not belong together; the same whether either is wrong, or it is over. */
export const invitationCodeRefused = problemType('submissions/invitation-code-refused', 403)
/** The applicant, or somebody who signed already, cannot be another signer. */
export const samePerson = problemType('submissions/same-person', 409)
export const invitationOver = problemType('submissions/invitation-over', 409)
export const declarationMissing = problemType('submissions/declaration-missing', 422)

const TRIES_MAX = 5
/** Nobody in particular: what an account proves of whoever was asked never stands in the applicant's answers. */
const NOBODY: Actor = { kind: 'public' }

/**
 * Opens what somebody was asked for by link and code. Every try is counted before it is judged; whatever is wrong is refused
 * alike. Throws `submissions/invitation-code-refused` (403), `identity/too-many-tries` (429).
 */
export async function openByCode(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly invitationId: string; readonly code: string; readonly client: string },
): Promise<{ readonly setCookie: string }> {
  const { invitationId, code, client } = input
  const invitation = await readInvitation(ctx, invitationId)
  const isUsable = invitation !== undefined && (await isAlive(ctx, invitation))
  const vorgangId = isUsable ? invitationId : null
  try {
    const tried = { reference: invitationId, client, code, vorgangId, opens: 'invitation' } as const
    const { setCookie } = await redeemCode(ctx, actor, tried)
    if (invitation?.row.state === 'invited') {
      // Somebody else may have moved it meanwhile: then it says so already.
      await ctx.write({ guards: [moveInvitation(invitation.row, 'opened')] })
    }
    return { setCookie }
  } catch (error) {
    if (error instanceof Problem && error.type === codeRefused().type) {
      throw invitationCodeRefused()
    }
    throw error
  }
}

async function isAlive(ctx: SubmissionsCtx, { row, state }: Invitation): Promise<boolean> {
  const draft = await findDraft(ctx.db, row.draftId)
  return draft?.state === 'open' && draft.expiresAtMs > ctx.now() && (isOpen(state) || state === 'given')
}

export type InvitationPage = PageFrame & {
  readonly id: string
  readonly kind: InvitationRow['kind']
  readonly state: InvitationRow['state']
  readonly service: { readonly slug: string; readonly title: string }
  readonly title: string
  readonly deadlineAtMs: number
  /** False where the pages are not asked any more, or not finished. */
  readonly isAsked: boolean
  /** Whoever looks is the applicant, or signed already. */
  readonly isSamePerson: boolean
  /** What they read; empty where there is nothing to be done. */
  readonly sections: readonly SummarySection[]
  readonly declarations: readonly { readonly id: string; readonly text: string }[]
  /** To be sent back: what they say holds for exactly this. */
  readonly seen: string
  readonly trustLevel: TrustLevel
  /** The page to be answered. */
  readonly step: StepPage | null
  readonly givenAtMs: number | null
}

/**
 * Data of the page of somebody who was asked: their part and nothing else. Throws 404 to whom it is foreign, 403
 * `submissions/level-needed` where they have to sign in first, 409 and 410 where the draft is over.
 */
export async function readInvitationPage(
  ctx: SubmissionsCtx,
  actor: Actor,
  invitationId: string,
  wanted: string | null,
): Promise<InvitationPage> {
  const { invitation, draft } = await openAsked(ctx, actor, invitationId)
  const { row, state } = invitation
  const lang = wanted ?? draft.row.lang
  const { content, today, typed } = draft
  const words = ctx.formWords(content, lang)
  const spoken = { ...draft, form: ctx.form(content, draft.row.serviceSlug, lang), row: { ...draft.row, lang } }
  const task = taskOf(spoken, row)
  const level = levelOf(draft, invitation)
  const isDone = !isOpen(state) || task === undefined
  if (!isDone) {
    requireLevel(actor, level)
  }
  const part = partOf(spoken.form, typed, isDone ? [] : task.sees, {
    today,
    words,
    declarations: task?.declarations ?? [],
  })
  const isSame = !isDone && (await isSameAsOthers(ctx, actor, draft, invitation))
  const view = {
    id: row.id,
    kind: row.kind,
    state,
    service: { slug: spoken.form.slug, title: spoken.form.title },
    title: task?.title ?? '',
    deadlineAtMs: row.deadlineAtMs,
    isAsked: task !== undefined && (row.kind === 'step' || part.isComplete),
    isSamePerson: isSame,
    sections: isSame || !part.isComplete ? [] : part.sections,
    declarations: isDone ? [] : task.declarations,
    seen: isDone ? '' : digestOf(ctx, draft, row),
    trustLevel: level,
    step: isDone || isSame || row.kind === 'sign' ? null : pageToAnswer(ctx, spoken, row),
    givenAtMs: state === 'given' ? (invitation.given?.atMs ?? null) : null,
  }
  return framed(ctx, view, { content, slug: draft.row.serviceSlug, lang, heard: words })
}

function pageToAnswer(ctx: SubmissionsCtx, draft: Draft, { role }: InvitationRow): StepPage {
  // Nothing of it leads elsewhere into the draft.
  const { delegate: _, ...page } = stepPage(ctx, NOBODY, draft, { address: role, isChanging: false })
  return { ...page, draftId: '', backPath: '' }
}

/** An invitation that the actor opened, with its draft as nobody in particular sees it. Throws 404, 409, 410. */
export async function openAsked(ctx: SubmissionsCtx, actor: Actor, invitationId: string) {
  authorize(actor, 'invitation.read', { invitationId })
  const invitation = await readInvitation(ctx, invitationId)
  const row = invitation === undefined ? undefined : await findDraft(ctx.db, invitation.row.draftId)
  if (invitation === undefined || row === undefined) {
    throw invitationMissing(`invitation ${invitationId}`)
  }
  return { invitation, draft: await openDraftRow(ctx, NOBODY, row) }
}

/** How sure it must be who answers: what the form says, else what the service asks of the applicant, too. */
export function levelOf(draft: Draft, { row }: Invitation): TrustLevel {
  const service = draft.content.services.get(draft.row.serviceSlug)?.trustLevel ?? 'none'
  return taskOf(draft, row)?.trustLevel ?? (row.kind === 'sign' ? service : 'none')
}

/** The same session, account, person by what accounts prove, or mail address, as the applicant; or as one who signed. */
export async function isSameAsOthers(
  ctx: SubmissionsCtx,
  actor: Actor,
  draft: Draft,
  { row, invitee }: Invitation,
): Promise<boolean> {
  const isApplicant =
    actor.kind === 'citizen' && actor.grants.some(({ kind, id }) => kind === 'draft' && id === draft.row.id)
  const persons = await personsOf(ctx, actor, draft.row.id)
  const isKnown = persons.some((person) => draft.notes.persons?.includes(person) ?? false)
  const isApplicantOtherwise = isKnown || applicantEmails(draft).includes(folded(invitee.email))
  const isSigner = row.kind === 'sign' && hasSigned(await readInvitations(ctx, draft.row.id), persons, row.id)
  return isApplicant || isApplicantOtherwise || isSigner
}

/**
 * Signs exactly what was read. Pressed again it is the same signature. Throws 404, `submissions/same-person`,
 * `invitation-over`, `not-asked`, `changed-meanwhile` (409), `declaration-missing` (422) naming those not ticked.
 */
export async function signInvitation(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly invitationId: string; readonly seen: string; readonly declared: readonly string[] },
): Promise<void> {
  const { invitationId, seen, declared } = input
  authorize(actor, 'invitation.answer', { invitationId })
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { invitation, draft } = await openAsked(ctx, actor, invitationId)
    const { row } = invitation
    const task = taskOf(draft, row)
    const words = ctx.formWords(draft.content, draft.row.lang)
    const part = partOf(draft.form, draft.typed, task?.sees ?? [], { today: draft.today, words })
    if (row.kind !== 'sign' || task === undefined || !part.isComplete) {
      throw notAsked(`invitation ${invitationId}`)
    }
    requireLevel(actor, levelOf(draft, invitation))
    if (await isSameAsOthers(ctx, actor, draft, invitation)) {
      throw samePerson(`invitation ${invitationId}`)
    }
    if (invitation.state === 'given') {
      return
    }
    if (!isOpen(invitation.state)) {
      throw invitationOver(`invitation ${invitationId}`)
    }
    if (seen !== digestOf(ctx, draft, row)) {
      throw changedMeanwhile(`invitation ${invitationId}`)
    }
    const missing = task.declarations.filter(({ id }) => !declared.includes(id))
    if (missing.length > 0) {
      const errors = missing.map(({ id }) => ({ pointer: `/declaration-${id}`, type: 'forms/declare' }))
      throw declarationMissing(`invitation ${invitationId}`, { errors })
    }
    const record = { title: task.title, digest: seen, declarations: task.declarations }
    const isWritten = await writeGiven(ctx, actor, { invitation, draft }, record)
    if (isWritten) {
      return
    }
  }
  throw changedMeanwhile(`invitation ${invitationId}`)
}

type Asked = { readonly invitation: Invitation; readonly draft: Draft }
type Record = {
  readonly title: string
  readonly digest: string
  readonly declarations: readonly { readonly id: string; readonly text: string }[]
}

/** What was given, sealed, to be joined with the guard that holds the draft as it was read. */
export async function planGiven(ctx: SubmissionsCtx, actor: Actor, { invitation, draft }: Asked, record: Record) {
  const { row, invitee } = invitation
  const { account, name, isWrittenFormReplaced } = await readProof(ctx, actor, draft)
  const sealed = await sealRecord(ctx, row, {
    kind: row.kind,
    role: row.role,
    ...record,
    declarations: record.declarations.map(({ id, text }) => ({ id, text })),
    name: name === null || name === '' ? invitee.name : name,
    atMs: ctx.now(),
    account,
    isWrittenFormReplaced,
    persons: [...(await personsOf(ctx, actor, draft.row.id))],
  })
  return join({ guards: [moveInvitation(row, 'given', sealed)] }, planInvitationMail(row, 'news', ctx.now()))
}

async function writeGiven(ctx: SubmissionsCtx, actor: Actor, asked: Asked, record: Record): Promise<boolean> {
  const atMs = ctx.now()
  const held = { guards: [holdDraft(asked.draft.row, atMs, atMs + DRAFT_LIFE_MS)] }
  return (await ctx.write(join(held, await planGiven(ctx, actor, asked, record)))).ok
}

/** Says no, or takes back what was given as long as nothing is sent; the applicant reads why. Throws 404, 409. */
export async function declineInvitation(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly invitationId: string; readonly reason: string },
): Promise<void> {
  const { invitationId, reason } = input
  authorize(actor, 'invitation.answer', { invitationId })
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { invitation, draft } = await openAsked(ctx, actor, invitationId)
    const { row, state } = invitation
    if (state === 'declined') {
      return
    }
    if (!isOpen(state) && state !== 'given') {
      throw invitationOver(`invitation ${invitationId}`)
    }
    const atMs = ctx.now()
    const sealed = await sealRecord(ctx, row, { reason })
    const moved = {
      guards: [holdDraft(draft.row, atMs, draft.row.expiresAtMs), moveInvitation(row, 'declined', sealed)],
    }
    if ((await ctx.write(join(moved, planInvitationMail(row, 'news', atMs)))).ok) {
      return
    }
  }
  throw changedMeanwhile(`invitation ${invitationId}`)
}
