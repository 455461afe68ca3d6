import * as v from 'valibot'
import { canonicalJson } from '../../db/canonical.ts'
import { staffName } from '../identity/service.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { IDENTIFIED_BY } from './schema.ts'
import { findRenewal, listRenewals, type RenewalRow } from './store-access.ts'

export const accessMissing = problemType('submissions/access-missing', 404)

const Content = v.object({
  v: v.literal(1),
  identifiedBy: v.picklist(IDENTIFIED_BY),
  evidence: v.string(),
  email: v.nullable(v.string()),
  reason: v.string(),
})
/** What was asked for. `evidence`: empty for an identity document; `email`: null where news shall go nowhere. */
export type RenewalContent = v.InferOutput<typeof Content>

const Former = v.array(v.object({ vorgangId: v.string(), email: v.string(), lang: v.string(), version: v.number() }))
/** Where news of a Vorgang went before its access was given anew. */
export type FormerContact = v.InferOutput<typeof Former>[number]

const Codes = v.array(v.object({ vorgangId: v.string(), codeId: v.string() }))
export type NewCode = v.InferOutput<typeof Codes>[number]

export type AccessView = Omit<RenewalContent, 'v'> & {
  readonly id: string
  /** `expired` as soon as its time is over. */
  readonly state: RenewalRow['state']
  readonly requestedBy: { readonly name: string; readonly isMe: boolean }
  readonly requestedAtMs: number
  readonly expiresAtMs: number
  /** Whoever confirmed, refused or took it back; null while it is open, and where its time ran out. */
  readonly decidedBy: { readonly name: string; readonly isMe: boolean } | null
  readonly decidedAtMs: number | null
  /** Why it was refused. */
  readonly comment: string | null
  /** The codes wait for the actor, who confirmed. */
  readonly canShowCodes: boolean
  readonly shownAtMs: number | null
}

/** Reads every renewal of a Vorgang's access, oldest first. The caller has checked who asks. */
export async function readAccess(ctx: SubmissionsCtx, actor: Actor, vorgangId: string): Promise<readonly AccessView[]> {
  const rows = await listRenewals(ctx.db, vorgangId)
  return await Promise.all(rows.map((row) => viewOf(ctx, actor, row)))
}

/** Finds a renewal of a Vorgang. Throws 404 for one of another Vorgang, too. */
export async function readRenewal(ctx: SubmissionsCtx, vorgangId: string, id: string): Promise<RenewalRow> {
  const row = await findRenewal(ctx.db, id)
  if (row === undefined || row.vorgangId !== vorgangId) {
    throw accessMissing(`renewal ${id}`)
  }
  return row
}

/** One renewal as pages show it. */
export async function viewOf(ctx: SubmissionsCtx, actor: Actor, row: RenewalRow): Promise<AccessView> {
  const { v: _, ...content } = await openContent(ctx, row)
  const { id, requestedAtMs, expiresAtMs, decidedAtMs, shownAtMs } = row
  const personOf = async (by: string) => ({
    name: (await staffName(ctx, by.replace(/^staff:/, ''))) ?? '',
    isMe: by === actorId(actor),
  })
  const decidedBy = row.decidedBy?.startsWith('staff:') === true ? await personOf(row.decidedBy) : null
  const isOver = expiresAtMs <= ctx.now()
  return {
    ...content,
    id,
    state: row.state === 'open' && isOver ? 'expired' : row.state,
    requestedBy: await personOf(row.requestedBy),
    requestedAtMs,
    expiresAtMs,
    decidedBy,
    decidedAtMs,
    comment:
      row.commentSealed === null
        ? null
        : (await ctx.keyring.open(row.keyId, spotOf(id, 'comment'), row.commentSealed)).toString('utf8'),
    canShowCodes: row.state === 'confirmed' && decidedBy?.isMe === true && shownAtMs === null && !isOver,
    shownAtMs,
  }
}

/** Seals what is asked for. */
export const sealContent = (ctx: SubmissionsCtx, row: Pick<RenewalRow, 'id' | 'keyId'>, content: RenewalContent) =>
  ctx.keyring.sealJson(row.keyId, spotOf(row.id, 'content'), content)

/** Opens what was asked for. */
export const openContent = async (ctx: SubmissionsCtx, row: RenewalRow): Promise<RenewalContent> =>
  v.parse(Content, await ctx.keyring.openJson(row.keyId, spotOf(row.id, 'content'), row.contentSealed))

/** Commits to what was asked for, for the journal. */
export const commitContent = (ctx: SubmissionsCtx, row: Pick<RenewalRow, 'id' | 'keyId'>, content: RenewalContent) =>
  ctx.keyring.commit(row.keyId, `access:${row.id}`, canonicalJson(content))

/** Seals where news went before. */
export const sealFormer = (
  ctx: SubmissionsCtx,
  row: Pick<RenewalRow, 'id' | 'keyId'>,
  former: readonly FormerContact[],
) => ctx.keyring.sealJson(row.keyId, spotOf(row.id, 'former'), former)

/** Opens where news went before; empty until it was confirmed. */
export const openFormer = async (ctx: SubmissionsCtx, row: RenewalRow): Promise<readonly FormerContact[]> =>
  row.formerSealed === null
    ? []
    : v.parse(Former, await ctx.keyring.openJson(row.keyId, spotOf(row.id, 'former'), row.formerSealed))

/** Seals why it was refused. */
export const sealComment = (ctx: SubmissionsCtx, row: Pick<RenewalRow, 'id' | 'keyId'>, comment: string) =>
  ctx.keyring.seal(row.keyId, spotOf(row.id, 'comment'), comment)

/** The codes that were made, by Vorgang; ids only. */
export const codesOf = (row: RenewalRow): readonly NewCode[] =>
  row.codes === null ? [] : v.parse(Codes, JSON.parse(row.codes))

const spotOf = (row: string, column: string) => ({ table: 'access_renewals', row, column })
