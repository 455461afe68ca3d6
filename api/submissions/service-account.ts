import { join, type Plan } from '../../db/batch.ts'
import { planForgetUploads } from '../documents/plan.ts'
import { discardBlobs, readSharedDocuments, readUploadPlaces } from '../documents/service.ts'
import type { Form } from '../forms/model.ts'
import { authorize } from '../identity/permissions.ts'
import { planHeldGrant } from '../identity/plan.ts'
import { planDeleteAccount } from '../identity/service-accounts.ts'
import { planJob } from '../jobs/plan.ts'
import type { Actor } from '../lib/actor.ts'
import { type RequestView, readRequests } from '../messages/service.ts'
import { type NoticeView, readNotices } from '../notices/service.ts'
import { type PaymentView, readPayments } from '../payments/service.ts'
import { readCase, type StateView, stateOf } from '../workflow/service.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { draftSent, findOwnDraft } from './draft.ts'
import { ownVorgang } from './service-status.ts'
import { closeDraft, type DraftRow, listOpenDrafts } from './store.ts'
import { forgetInvitations } from './store-invitations.ts'

/** Newest first; what is older is found by its reference. */
const SHOWN_MAX = 100
const TRIES_MAX = 5

/** A service as its applicant read it: the title, and the language it is in. */
type NamedService = { readonly slug: string; readonly title: string; readonly lang: string }
export type AccountDraft = {
  readonly draftId: string
  readonly service: NamedService
  readonly updatedAtMs: number
  readonly expiresAtMs: number
}
export type AccountApplication = {
  readonly vorgangId: string
  readonly reference: string
  readonly service: NamedService
  readonly receivedAtMs: number
  readonly state: StateView | null
  readonly requests: readonly Pick<RequestView, 'id' | 'state' | 'dueOn' | 'createdAtMs'>[]
  readonly notices: readonly NoticeView[]
  readonly payments: readonly PaymentView[]
  readonly documents: readonly {
    readonly id: string
    readonly title: string
    readonly sizeBytes: number
    readonly createdAtMs: number
  }[]
}
export type AccountOverview = {
  readonly drafts: readonly AccountDraft[]
  readonly applications: readonly AccountApplication[]
}

/** Everything of an account at one glance: drafts, and applications with what came of them. Throws 401 to guests. */
export async function readOverview(ctx: SubmissionsCtx, actor: Actor): Promise<AccountOverview> {
  authorize(actor, 'account.read')
  const drafts = await ownDrafts(ctx, actor)
  const applications = idsOf(actor, 'vorgang').slice(0, SHOWN_MAX)
  return {
    drafts: await Promise.all(drafts.map((row) => draftOf(ctx, row))),
    applications: await Promise.all(applications.map((id) => applicationOf(ctx, actor, id))),
  }
}

async function draftOf(ctx: SubmissionsCtx, row: DraftRow): Promise<AccountDraft> {
  const content = await ctx.content.at(row.contentRevisionId)
  const service = namedService(ctx.form(content, row.serviceSlug, row.lang))
  return { draftId: row.id, service, updatedAtMs: row.updatedAtMs, expiresAtMs: row.expiresAtMs }
}

const namedService = ({ slug, title, lang, germanTexts }: Form): NamedService => ({
  slug,
  title,
  lang: germanTexts.has(title) ? 'de' : lang,
})

async function applicationOf(ctx: SubmissionsCtx, actor: Actor, vorgangId: string): Promise<AccountApplication> {
  authorize(actor, 'status.read', { vorgangId })
  const kase = await readCase(ctx, vorgangId)
  const { vorgang, content } = kase
  const [state, requests, notices, payments, documents] = await Promise.all([
    stateOf(ctx, kase),
    readRequests(ctx, vorgangId),
    readNotices(ctx, kase),
    readPayments(ctx, vorgangId),
    readSharedDocuments(ctx, [vorgangId]),
  ])
  return {
    vorgangId,
    reference: vorgang.reference,
    service: namedService(ctx.form(content, vorgang.serviceSlug, vorgang.lang)),
    receivedAtMs: vorgang.openedAtMs,
    state,
    requests: requests.map(({ id, state: open, dueOn, createdAtMs }) => ({ id, state: open, dueOn, createdAtMs })),
    notices,
    payments,
    documents: documents
      .filter((entry) => entry.kind !== 'notice')
      .map(({ id, meta, createdAtMs }) => ({
        id,
        title: meta.title ?? meta.fileName,
        sizeBytes: meta.sizeBytes,
        createdAtMs,
      })),
  }
}

/** Keeps a Vorgang that was opened by its code in the account. Throws 404 for one that is not open to the actor. */
export async function keepVorgang(ctx: SubmissionsCtx, actor: Actor, vorgangId: string): Promise<void> {
  authorize(actor, 'account.write')
  const vorgang = await ownVorgang(ctx, actor, vorgangId)
  const grant = { kind: 'vorgang', id: vorgang.id } as const
  await ctx.write(planHeldGrant(actor, { heldId: vorgang.id, grant, nowMs: ctx.now() }))
}

/** Throws a draft away with its key. Throws 404, and 409 where it was sent in. */
export async function discardDraft(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<void> {
  authorize(actor, 'draft.write', { draftId })
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const row = await findOwnDraft(ctx, actor, draftId)
    if (row.state === 'submitted') {
      throw draftSent(`draft ${draftId}`)
    }
    const { plan, blobs } = await planDiscard(ctx, row)
    if (row.state === 'expired' || (await ctx.write(plan)).ok) {
      await discardBlobs(ctx, blobs)
      return
    }
  }
  throw changedMeanwhile(`draft ${draftId}`)
}

/**
 * Deletes the account: what the provider said of its owner and every draft become unreadable with their keys, all its
 * sessions end. What was sent in stays as the authority's file, and nothing leads from the account to it any more.
 */
export async function deleteAccount(ctx: SubmissionsCtx, actor: Actor): Promise<void> {
  authorize(actor, 'account.write')
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const account = await planDeleteAccount(ctx, actor)
    const drafts = await Promise.all((await ownDrafts(ctx, actor)).map((row) => planDiscard(ctx, row)))
    const gone = planDestroyKey(ctx, account.keyId)
    const result = await ctx.write(join(...drafts.map(({ plan }) => plan), account.plan, gone))
    if (result.ok) {
      await discardBlobs(
        ctx,
        drafts.flatMap(({ blobs }) => blobs),
      )
      ctx.log('account-deleted', { count: drafts.length })
      return
    }
  }
  throw changedMeanwhile('the account')
}

/** Throws a draft away with its files and its key; the bytes go after the write. */
export async function planDiscard(
  ctx: SubmissionsCtx,
  row: DraftRow,
): Promise<{ readonly plan: Plan; readonly blobs: readonly string[] }> {
  const uploads = await readUploadPlaces(ctx, row.id)
  const closed = { guards: [closeDraft(row, 'expired', ctx.now())] }
  return {
    plan: join(
      closed,
      planForgetUploads(uploads),
      { statements: [forgetInvitations(row.id)] },
      planDestroyKey(ctx, row.keyId),
    ),
    blobs: uploads.map((upload) => upload.blobId),
  }
}

const planDestroyKey = (ctx: SubmissionsCtx, keyId: string): Plan =>
  planJob({ kind: 'destroy-key', key: keyId, payload: { keyId }, dueAtMs: ctx.now() })

/** Drafts of the actor that are not sent in; guests have theirs too. */
export const ownDrafts = (ctx: SubmissionsCtx, actor: Actor): Promise<readonly DraftRow[]> =>
  listOpenDrafts(ctx.db, idsOf(actor, 'draft'))

/** Vorgänge that are open to the actor, newest first. */
export const ownVorgangIds = (actor: Actor): readonly string[] => idsOf(actor, 'vorgang')

const idsOf = (actor: Actor, kind: 'draft' | 'vorgang'): readonly string[] =>
  actor.kind === 'citizen' ? actor.grants.filter((grant) => grant.kind === kind).map((grant) => grant.id) : []
