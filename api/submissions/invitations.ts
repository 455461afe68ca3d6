import { createHmac } from 'node:crypto'
import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import { delegableSteps, neededSigners, partOf } from '../forms/service.ts'
import { accountName, readAccountSessions, readIdentified } from '../identity/service-accounts.ts'
import type { Actor } from '../lib/actor.ts'
import { isAtLeast, TRUST_LEVELS } from '../lib/trust-level.ts'
import type { SubmissionsCtx } from './ctx.ts'
import type { Draft } from './draft.ts'
import { planInvitationDays, planInvitationMail } from './plan-mail.ts'
import { findInvitation, type InvitationRow, listInvitations, voidInvitation } from './store-invitations.ts'

const Invitee = v.object({ v: v.literal(1), name: v.string(), email: v.string() })
export type Invitee = Omit<v.InferOutput<typeof Invitee>, 'v'>

const Account = v.object({
  kind: v.picklist(['person', 'organisation']),
  provider: v.string(),
  provedBy: v.nullable(v.string()),
  trustLevel: v.picklist(TRUST_LEVELS),
  signedInAtMs: v.number(),
})
const Text = v.object({ id: v.string(), text: v.string() })
/** What somebody gave who was asked, and what it proves: kept sealed, and taken into the submission. */
export const Participation = v.object({
  kind: v.picklist(['sign', 'step']),
  role: v.string(),
  title: v.string(),
  name: v.string(),
  atMs: v.number(),
  /** Null for somebody who had link and code only. */
  account: v.nullable(Account),
  /** SHA-256 (hex) of what they read and confirmed, or answered. */
  digest: v.string(),
  declarations: v.array(Text),
  /** § 9a Abs. 5 OZG: their signature takes the place of writing. */
  isWrittenFormReplaced: v.boolean(),
})
export type Participation = v.InferOutput<typeof Participation>

const Given = v.object({ ...Participation.entries, v: v.literal(1), persons: v.array(v.string()) })
const Declined = v.object({ v: v.literal(1), reason: v.string() })
const Stored = v.union([Given, Declined])

/** An invitation, opened. `given` stays when it is void: it says what was signed. */
export type Invitation = {
  readonly row: InvitationRow
  readonly invitee: Invitee
  readonly given: v.InferOutput<typeof Given> | null
  readonly reason: string | null
  /** As it counts now: what nobody answered in time is over, whether that was noted yet or not. */
  readonly state: InvitationRow['state']
}

const spotOf = (row: string, column: 'invitee' | 'record') => ({ table: 'invitations', row, column })

/** Seals whom an invitation is for. */
export const sealInvitee = (ctx: SubmissionsCtx, row: Pick<InvitationRow, 'id' | 'keyId'>, invitee: Invitee) =>
  ctx.keyring.sealJson(row.keyId, spotOf(row.id, 'invitee'), { v: 1, ...invitee })

/** Seals what was given, or why it was not. */
export const sealRecord = (
  ctx: SubmissionsCtx,
  row: Pick<InvitationRow, 'id' | 'keyId'>,
  record: Omit<v.InferOutput<typeof Given>, 'v'> | { readonly reason: string },
): Promise<Buffer> => ctx.keyring.sealJson(row.keyId, spotOf(row.id, 'record'), { v: 1, ...record })

/** Reads everybody who was asked for a draft that is not over. The caller has checked who asks. */
export async function readInvitations(ctx: SubmissionsCtx, draftId: string): Promise<readonly Invitation[]> {
  return await Promise.all((await listInvitations(ctx.db, draftId)).map((row) => openInvitation(ctx, row)))
}

/** Finds and opens one; undefined where there is none, or nothing is left of it. */
export async function readInvitation(ctx: SubmissionsCtx, id: string): Promise<Invitation | undefined> {
  const row = await findInvitation(ctx.db, id)
  return row === undefined || row.inviteeSealed.length === 0 ? undefined : await openInvitation(ctx, row)
}

async function openInvitation(ctx: SubmissionsCtx, row: InvitationRow): Promise<Invitation> {
  const invitee =
    row.inviteeSealed.length === 0
      ? { name: '', email: '' }
      : v.parse(Invitee, await ctx.keyring.openJson(row.keyId, spotOf(row.id, 'invitee'), row.inviteeSealed))
  const record =
    row.recordSealed === null
      ? null
      : v.parse(Stored, await ctx.keyring.openJson(row.keyId, spotOf(row.id, 'record'), row.recordSealed))
  const given = record !== null && 'digest' in record ? record : null
  const isLate = isOpen(row.state) && row.deadlineAtMs <= ctx.now()
  return {
    row,
    invitee,
    given,
    reason: record !== null && 'reason' in record ? record.reason : null,
    state: isLate ? 'expired' : row.state,
  }
}

/** Whether somebody who was asked may still answer. */
export const isOpen = (state: InvitationRow['state']): boolean => ['invited', 'opened', 'void'].includes(state)

/** What is asked of somebody: the pages they read or answer, and what they declare. Absent where the form asks it no more. */
export function taskOf({ form, typed, today }: Draft, { kind, role }: Pick<InvitationRow, 'kind' | 'role'>) {
  if (kind === 'sign') {
    const signer = neededSigners(form, typed, { today }).find(({ id }) => id === role)
    return signer && { ...signer, trustLevel: signer.trustLevel ?? null }
  }
  const delegate = delegableSteps(form, typed, { today }).find(({ id }) => id === role)?.delegate
  return delegate && { ...delegate, id: role, declarations: [] }
}

/** The digest of what an invitation is about, as the answers stand. */
export function digestOf(
  ctx: SubmissionsCtx,
  draft: Draft,
  { kind, role }: Pick<InvitationRow, 'kind' | 'role'>,
): string {
  const { form, typed, today, content, row } = draft
  // Also where the role is not needed at the moment: it may be again.
  const signer = form.signers.find(({ id }) => id === role)
  const words = ctx.formWords(content, row.lang)
  return kind === 'sign'
    ? partOf(form, typed, signer?.sees ?? [], { today, words, declarations: signer?.declarations ?? [] }).digest
    : partOf(form, typed, [role], { today, words }).digest
}

/** Takes back what others gave on answers that are changed now, and tells those who signed. */
export async function planVoid(ctx: SubmissionsCtx, after: Draft): Promise<Plan> {
  const { form, row } = after
  if (!hasParticipants(form)) {
    return {}
  }
  const lost = (await readInvitations(ctx, row.id)).filter(
    ({ state, given, row: one }) => state === 'given' && given?.digest !== digestOf(ctx, after, one),
  )
  return join(...lost.map(({ row: one }) => planVoidOf(after, one, ctx.now())))
}

/** Who signed is told; who answered a page is not asked again: it is the applicant's own word now. */
function planVoidOf({ form }: Draft, row: InvitationRow, nowMs: number): Plan {
  const days = form.signers.find(({ id }) => id === row.role)?.deadlineDays
  if (row.kind === 'step' || days === undefined) {
    return { guards: [voidInvitation(row, row.deadlineAtMs)] }
  }
  const again = planInvitationDays({ id: row.id, version: row.version + 1 }, { nowMs, days })
  return join({ guards: [voidInvitation(row, again.deadlineAtMs)] }, planInvitationMail(row, 'void', nowMs), again.plan)
}

/** Whether a form knows anybody beside the applicant. */
export const hasParticipants = ({ signers, steps }: Draft['form']): boolean =>
  signers.length > 0 || steps.some((step) => step.kind === 'questions' && step.delegate !== undefined)

/** What is given to a draft, is still needed and stands on the answers as they are. */
export const givenTo = (
  ctx: SubmissionsCtx,
  draft: Draft,
  invitations: readonly Invitation[],
): readonly Participation[] =>
  invitations.flatMap(({ state, given, row }) =>
    state === 'given' && given?.digest === digestOf(ctx, draft, row) && taskOf(draft, row) !== undefined
      ? [participationOf(given)]
      : [],
  )

const participationOf = ({ v: _, persons: _persons, ...rest }: v.InferOutput<typeof Given>): Participation => rest

/** How whoever acts proved who they are. */
export async function readProof(ctx: SubmissionsCtx, actor: Actor, draft: Draft) {
  const identified = await readIdentified(ctx, actor)
  if (identified === null) {
    return { account: null, name: null, isWrittenFormReplaced: false }
  }
  const here = (await readAccountSessions(ctx, actor)).find((session) => session.isThis)
  const { kind, provider, provedBy, trustLevel } = identified
  const writtenForm = draft.content.services.get(draft.row.serviceSlug)?.writtenForm
  return {
    account: { kind, provider, provedBy, trustLevel, signedInAtMs: here?.signedInAtMs ?? ctx.now() },
    name: accountName(identified),
    isWrittenFormReplaced: writtenForm === 'replaced' && isAtLeast(trustLevel, 'substantial'),
  }
}

/**
 * Keyed marks by which one person is told from another within a draft: their session, their account, and name with birthday
 * where the account proves them, so that two accounts of one person are one person.
 */
export async function personsOf(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<readonly string[]> {
  if (actor.kind !== 'citizen') {
    return []
  }
  const mark = (...parts: readonly string[]): string =>
    createHmac('sha256', ctx.keyring.purpose('signers'))
      .update(JSON.stringify([draftId, ...parts]))
      .digest('base64url')
  const identified = await readIdentified(ctx, actor)
  const said = identified?.attributes
  const proved = [said?.givenNames, said?.familyName, said?.birthDate].flatMap((attribute) =>
    attribute !== undefined && isAtLeast(attribute.trustLevel, 'substantial') ? [folded(attribute.value)] : [],
  )
  return [
    mark('session', actor.sessionId),
    ...(identified === null ? [] : [mark('account', identified.accountId)]),
    ...(proved.length === 3 ? [mark('person', ...proved)] : []),
  ]
}

/** A name or address as it is compared: case and blanks around it do not make another person. */
export const folded = (text: string): string => text.normalize('NFC').trim().toLowerCase()

/** Whether somebody is one of those who signed already. */
export const hasSigned = (
  invitations: readonly Invitation[],
  persons: readonly string[],
  except: string | null,
): boolean =>
  invitations.some(
    ({ row, state, given }) =>
      row.kind === 'sign' &&
      row.id !== except &&
      state === 'given' &&
      given?.persons.some((person) => persons.includes(person)),
  )
