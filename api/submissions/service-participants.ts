import { join, type Plan } from '../../db/batch.ts'
import { delegableSteps, neededSigners, partOf, resumeStep, walkedAnswers } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import { planCode } from '../identity/plan.ts'
import { currentInvitationCode } from '../identity/service-codes.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { changeDraft, changedMeanwhile, DRAFT_LIFE_MS } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, type Inviting, openDraft } from './draft.ts'
import { type DraftFrame, pageOf } from './draft-frame.ts'
import { readGiven } from './given.ts'
import {
  folded,
  type Invitation,
  isOpen,
  type Participation,
  personsOf,
  readInvitations,
  sealInvitee,
} from './invitations.ts'
import { emailOf } from './person.ts'
import { planInvitationDays, planInvitationMail } from './plan-mail.ts'
import {
  holdDraft,
  INVITATIONS_MAX,
  type InvitationRow,
  insertInvitation,
  moveInvitation,
} from './store-invitations.ts'

export const invitationMissing = problemType('submissions/invitation-missing', 404)
export const notAsked = problemType('submissions/not-asked', 409)

const TRIES_MAX = 5
/** Sessions and accounts of one applicant that are remembered. */
const PERSONS_MAX = 30

export type InvitationView = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly state: InvitationRow['state']
  readonly link: string
  /** To be handed on by another way than the link; null where nothing is to be opened any more. */
  readonly code: string | null
  readonly deadlineAtMs: number
  /** Why they declined. */
  readonly reason: string | null
  readonly given: Pick<Participation, 'name' | 'atMs' | 'account'> | null
}
/** A role, or a page, and who was asked for it. */
export type RoleView = {
  readonly kind: InvitationRow['kind']
  readonly role: string
  readonly title: string
  readonly text: string
  /** How many have to sign; 1 for a page. */
  readonly count: number
  readonly givenCount: number
  /** Whether somebody more can be asked now; first its pages have to be answered. */
  readonly canInvite: boolean
  /** Page to be finished before anybody can be asked. */
  readonly firstPath: string | null
  readonly trustLevel: string
  readonly invitations: readonly InvitationView[]
  /** What was typed and refused. */
  readonly typed: Inviting | null
}
export type ParticipantsPage = DraftFrame & {
  readonly service: { readonly slug: string; readonly title: string }
  readonly roles: readonly RoleView[]
  readonly backPath: string
}

/** Data of the page on which an applicant asks others. */
export async function readParticipants(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<ParticipantsPage> {
  const draft = await openDraft(ctx, actor, draftId)
  const page = pageOf(ctx, actor, draft)
  const invitations = await readInvitations(ctx, draftId)
  const next = resumeStep(draft.form, draft.typed, { today: draft.today })
  const { paths } = page.options
  const given = await readGiven(ctx, draft, invitations)
  const roles = rolesOf(draft).map((role) => roleView(ctx, draft, role, { invitations, given }))
  return page.framed({
    service: { slug: draft.form.slug, title: draft.form.title },
    roles: await Promise.all(roles),
    backPath: draft.form.hasTasks ? paths.tasks : next.kind === 'review' ? paths.review : paths.step(next.address),
  })
}

type Role = Pick<RoleView, 'kind' | 'role' | 'title' | 'text' | 'count' | 'trustLevel'> & {
  readonly sees: readonly string[]
  readonly deadlineDays: number
}

/** What others can be asked for as the answers are now: signatures first, then pages. */
function rolesOf({ form, typed, today, content, row }: Draft): readonly Role[] {
  const level = content.services.get(row.serviceSlug)?.trustLevel ?? 'none'
  const signers = neededSigners(form, typed, { today }).map(({ id, trustLevel = level, ...signer }) => ({
    ...signer,
    trustLevel,
    kind: 'sign' as const,
    role: id,
  }))
  const steps = delegableSteps(form, typed, { today }).map(({ id, delegate }) => ({
    ...delegate,
    kind: 'step' as const,
    role: id,
    count: 1,
  }))
  return [...signers, ...steps]
}

type Asked = { readonly invitations: readonly Invitation[]; readonly given: readonly Participation[] }

async function roleView(
  ctx: SubmissionsCtx,
  draft: Draft,
  role: Role,
  { invitations, given }: Asked,
): Promise<RoleView> {
  const own = invitations.filter(({ row }) => row.kind === role.kind && row.role === role.role)
  const givenCount = given.filter((one) => one.kind === role.kind && one.role === role.role).length
  const isWaiting = ({ state }: Invitation): boolean => isOpen(state)
  const asked = Math.max(givenCount, own.filter(({ state }) => state === 'given').length) + own.filter(isWaiting).length
  const typed = draft.notes.inviting?.of === `${role.kind}.${role.role}` ? draft.notes.inviting : null
  const firstPath = unfinished(ctx, draft, role)
  const { sees: _, deadlineDays: _days, ...shown } = role
  return {
    ...shown,
    givenCount,
    canInvite: firstPath === null && asked < role.count && invitations.length < INVITATIONS_MAX,
    firstPath,
    invitations: await Promise.all(own.map((one) => invitationView(ctx, one))),
    typed,
  }
}

/** The page to go to while something of what they would read is missing. */
function unfinished(ctx: SubmissionsCtx, draft: Draft, { sees }: Role): string | null {
  const { form, typed, today, content, row } = draft
  const options = { today, words: ctx.formWords(content, row.lang) }
  if (partOf(form, typed, sees, options).isComplete) {
    return null
  }
  const next = resumeStep(form, typed, { today })
  return next.kind === 'review' ? null : `/antrag/${row.id}/${next.address}`
}

async function invitationView(ctx: SubmissionsCtx, invitation: Invitation): Promise<InvitationView> {
  const { row, invitee, state, reason, given } = invitation
  return {
    id: row.id,
    ...invitee,
    state,
    link: linkOf(ctx, row.id),
    code: isOpen(state) ? await currentInvitationCode(ctx, row.id) : null,
    deadlineAtMs: row.deadlineAtMs,
    reason,
    given: given === null ? null : { name: given.name, atMs: given.atMs, account: given.account },
  }
}

/** Page on which somebody who was asked begins. */
export const linkOf = (ctx: SubmissionsCtx, invitationId: string): string => `${ctx.origin}/mitzeichnen/${invitationId}`

export type InviteInput = {
  readonly kind: InvitationRow['kind']
  readonly role: string
  readonly name: string
  readonly email: string
}

/**
 * Asks somebody to sign, or to answer a page: they get a mail with the link; the code is shown to the applicant, who hands it
 * on. What is refused is kept with the draft as it was typed and told by `issue`, for the page and for programs alike.
 * Throws 404, `submissions/not-asked` (409) where nobody (more) is needed or their pages are not finished.
 */
export async function invite(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  input: InviteInput,
): Promise<{ readonly id: string | null; readonly issue: string | null }> {
  const of = `${input.kind}.${input.role}`
  const persons = await personsOf(ctx, actor, draftId)
  const done: { id: string | null; issue: string | null } = { id: null, issue: null }
  await changeDraft(
    ctx,
    actor,
    {
      draftId,
      files: [],
      planFor: async (draft) => {
        done.issue = await issueOf(ctx, draft, input)
        const planned = done.issue === null ? await planInvitation(ctx, draft, input) : { id: null, plan: {} }
        done.id = planned.id
        return planned.plan
      },
    },
    // What the applicant's account proves is stored with it: the others must read what will be sent.
    ({ typed, notes }) => {
      const { name, email } = input
      const inviting = done.issue === null ? undefined : { of, name, email, issue: done.issue }
      const known = [...new Set([...(notes.persons ?? []), ...persons])].slice(-PERSONS_MAX)
      return { typed, notes: { inviting, persons: known }, kept: [], answer: undefined }
    },
  )
  return done
}

async function planInvitation(
  ctx: SubmissionsCtx,
  draft: Draft,
  input: InviteInput,
): Promise<{ readonly id: string; readonly plan: Plan }> {
  const role = rolesOf(draft).find((one) => one.kind === input.kind && one.role === input.role)
  const invitations = await readInvitations(ctx, draft.row.id)
  const given = await readGiven(ctx, draft, invitations)
  const view = role && (await roleView(ctx, draft, role, { invitations, given }))
  if (role === undefined || view?.canInvite !== true) {
    throw notAsked(`${input.kind} ${input.role}`)
  }
  const [id, nowMs] = [ctx.newId(), ctx.now()]
  const first = { id, version: 1 }
  const { deadlineAtMs, plan } = planInvitationDays(first, { nowMs, days: role.deadlineDays })
  const row = {
    id,
    draftId: draft.row.id,
    kind: input.kind,
    role: input.role,
    state: 'invited' as const,
    keyId: draft.row.keyId,
    inviteeSealed: await sealInvitee(ctx, { id, keyId: draft.row.keyId }, { name: input.name, email: input.email }),
    createdAtMs: nowMs,
    deadlineAtMs,
  }
  return {
    id,
    plan: join(
      { statements: [insertInvitation(row)] },
      planCode(ctx, id, 'invitation').plan,
      planInvitationMail(first, 'invite', nowMs),
      plan,
    ),
  }
}

/** What is wrong with whom the applicant names: an address is never theirs or that of somebody else who signs. */
async function issueOf(ctx: SubmissionsCtx, draft: Draft, { kind, name, email }: InviteInput): Promise<string | null> {
  if (name === '') {
    return 'name-empty'
  }
  if (!EMAIL.test(email)) {
    return 'email-wrong'
  }
  if (applicantEmails(draft).includes(folded(email))) {
    return 'email-own'
  }
  const isTaken = (await readInvitations(ctx, draft.row.id)).some(
    ({ state, row, invitee }) =>
      kind === 'sign' &&
      row.kind === 'sign' &&
      (isOpen(state) || state === 'given') &&
      folded(invitee.email) === folded(email),
  )
  return isTaken ? 'email-twice' : null
}

/** One sign @, a dot after it, no blanks; whether somebody reads it only a mail can tell. */
const EMAIL = /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/

/** Addresses that are the applicant's. */
export function applicantEmails({ form, typed, notes, today, given }: Draft): readonly string[] {
  const answered = emailOf(form, walkedAnswers(form, typed, { today }))
  return [answered, notes.email, given?.attributes.email?.value].flatMap((email) =>
    email === null || email === undefined || email === '' ? [] : [folded(email)],
  )
}

/** Takes an invitation back, whatever became of it: a signature counts no more, and whoever was asked is told. Throws 404, 409. */
export async function withdrawInvitation(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  invitationId: string,
): Promise<void> {
  authorize(actor, 'draft.write', { draftId })
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const draft = await openDraft(ctx, actor, draftId)
    const found = (await readInvitations(ctx, draftId)).find(({ row }) => row.id === invitationId)
    if (found === undefined) {
      throw invitationMissing(`invitation ${invitationId}`)
    }
    if (!isOpen(found.state) && found.state !== 'given') {
      return
    }
    const nowMs = ctx.now()
    const moved = {
      guards: [holdDraft(draft.row, nowMs, nowMs + DRAFT_LIFE_MS), moveInvitation(found.row, 'withdrawn', null)],
    }
    const result = await ctx.write(join(moved, planInvitationMail(found.row, 'withdrawn', nowMs)))
    if (result.ok) {
      return
    }
  }
  throw changedMeanwhile(`invitation ${invitationId}`)
}

/** The first role for which signatures are missing; undefined where nobody is waited for. */
export async function findMissingSignature(ctx: SubmissionsCtx, draft: Draft): Promise<RoleView | undefined> {
  if (draft.form.signers.length === 0) {
    return undefined
  }
  const invitations = await readInvitations(ctx, draft.row.id)
  const given = await readGiven(ctx, draft, invitations)
  for (const role of rolesOf(draft).filter(({ kind }) => kind === 'sign')) {
    const view = await roleView(ctx, draft, role, { invitations, given })
    if (view.givenCount < view.count) {
      return view
    }
  }
  return undefined
}
