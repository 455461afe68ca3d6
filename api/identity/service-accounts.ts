import { createHmac } from 'node:crypto'
import * as v from 'valibot'
import type { Plan } from '../../db/batch.ts'
import { notSignedIn } from '../http/route.ts'
import type { AccountActor, Actor } from '../lib/actor.ts'
import { ATTRIBUTES } from '../lib/attribute-names.ts'
import { problemType } from '../lib/problem.ts'
import { TRUST_LEVELS, type TrustLevel, weaker } from '../lib/trust-level.ts'
import type { AccountKind, Attributes } from './account-provider.ts'
import type { IdentityCtx } from './identity.ts'
import { authorize } from './permissions.ts'
import type { AccountView } from './schema.ts'
import {
  type AccountRow,
  deleteAccount,
  deleteAccountGrants,
  endAccountSession,
  endAccountSessions,
  findAccount,
  listAccountGrants,
  listAccountSessions,
} from './store-accounts.ts'

/** An account's session of another account, or one that is over. */
export const sessionMissing = problemType('identity/session-missing', 404)

const Level = v.picklist(TRUST_LEVELS)
const Stored = v.object({
  v: v.literal(1),
  provedBy: v.nullable(v.string()),
  values: v.record(v.picklist(ATTRIBUTES), v.object({ value: v.string(), trustLevel: Level })),
})

/** Whether somebody acts who is signed in. Throws `http/not-signed-in` (401) to guests, so that pages can lead to the sign-in. */
export function accountOf(actor: Actor): AccountActor & { readonly sessionId: string } {
  if (actor.kind !== 'citizen' || actor.account === undefined) {
    throw notSignedIn('no account')
  }
  return { ...actor.account, sessionId: actor.sessionId }
}

export type Identified = {
  readonly accountId: string
  readonly kind: AccountKind
  readonly provider: AccountRow['provider']
  readonly provedBy: string | null
  /** Of the session; no attribute is worth more. */
  readonly trustLevel: TrustLevel
  readonly attributes: Attributes
}

/** What the account of a signed-in citizen says of them now; null for guests. Attributes are worth at most the session's level. */
export async function readIdentified(ctx: IdentityCtx, actor: Actor): Promise<Identified | null> {
  if (actor.kind !== 'citizen' || actor.account === undefined) {
    return null
  }
  const { id, trustLevel } = actor.account
  const row = await findAccount(ctx.db, id)
  if (row === undefined) {
    return null
  }
  const { provedBy, values } = await openAttributes(ctx, row)
  const attributes = Object.fromEntries(
    Object.entries(values).map(([name, one]) => [name, { ...one, trustLevel: weaker(one.trustLevel, trustLevel) }]),
  )
  return { accountId: id, kind: row.kind, provider: row.provider, provedBy, trustLevel, attributes }
}

/** What the account says of its owner, for its owner's page. */
export async function readAccount(ctx: IdentityCtx, actor: Actor): Promise<AccountView> {
  authorize(actor, 'account.read')
  const identified = await readIdentified(ctx, actor)
  if (identified === null) {
    throw notSignedIn('the account is gone')
  }
  const { kind, provider, provedBy, trustLevel, attributes } = identified
  return {
    kind,
    name: accountName(identified),
    provider,
    provedBy,
    trustLevel,
    attributes: ATTRIBUTES.flatMap((name) => {
      const found = attributes[name]
      return found === undefined ? [] : [{ name, ...found }]
    }),
  }
}

/** Seals what a provider says of an account. */
export const sealAttributes = (
  ctx: IdentityCtx,
  row: Pick<AccountRow, 'id' | 'keyId'>,
  said: { readonly provedBy: string | null; readonly attributes: Attributes },
): Promise<Buffer> =>
  ctx.keyring.sealJson(row.keyId, spotOf(row.id), { v: 1, provedBy: said.provedBy, values: said.attributes })

/** The subject as it is stored: keyed, so that a copy of the database names nobody. */
export const accountSubjectHash = (ctx: IdentityCtx, issuer: string, subject: string): string =>
  createHmac('sha256', ctx.keyring.purpose('account-subject')).update(`${issuer}\u0000${subject}`).digest('hex')

export type AccountSession = {
  readonly id: string
  readonly isThis: boolean
  readonly signedInAtMs: number
  readonly seenAtMs: number
  readonly trustLevel: TrustLevel
}

/** Lists where the account is signed in at the moment. */
export async function readAccountSessions(ctx: IdentityCtx, actor: Actor): Promise<readonly AccountSession[]> {
  authorize(actor, 'account.read')
  const account = accountOf(actor)
  const rows = await listAccountSessions(ctx.db, account.id, ctx.now())
  return rows.map((row) => ({
    id: row.id,
    isThis: row.id === account.sessionId,
    signedInAtMs: row.signedInAtMs ?? row.createdAtMs,
    seenAtMs: row.seenAtMs,
    trustLevel: row.trustLevel ?? 'none',
  }))
}

/** Signs the account out elsewhere. Throws `identity/session-missing` (404) for a foreign session or one that is over. */
export async function endOtherSession(ctx: IdentityCtx, actor: Actor, sessionId: string): Promise<void> {
  authorize(actor, 'account.write')
  const account = accountOf(actor)
  const result = await ctx.write({ guards: [endAccountSession(account.id, sessionId, ctx.now())] })
  if (!result.ok) {
    throw sessionMissing(`session ${sessionId}`)
  }
  ctx.log('signed-out', { kind: 'account-session' })
}

/** The account without its key: to be joined with what destroys its drafts; the key is destroyed after the batch. */
export async function planDeleteAccount(
  ctx: IdentityCtx,
  actor: Actor,
): Promise<{ readonly plan: Plan; readonly keyId: string; readonly draftIds: readonly string[] }> {
  authorize(actor, 'account.write')
  const account = accountOf(actor)
  const row = await findAccount(ctx.db, account.id)
  if (row === undefined) {
    throw notSignedIn('the account is gone')
  }
  const grants = await listAccountGrants(ctx.db, account.id)
  const ended = [...endAccountSessions(account.id, ctx.now()), deleteAccountGrants(account.id)]
  return {
    keyId: row.keyId,
    draftIds: grants.filter((grant) => grant.kind === 'draft').map((grant) => grant.entityId),
    plan: { statements: [...ended, deleteAccount(account.id)] },
  }
}

async function openAttributes(ctx: IdentityCtx, row: AccountRow) {
  return v.parse(Stored, await ctx.keyring.openJson(row.keyId, spotOf(row.id), row.attributesSealed))
}

/** What to call an account: an organisation by its name, a person by theirs. */
export function accountName({ kind, attributes }: Pick<Identified, 'kind' | 'attributes'>): string {
  const person = [attributes.givenNames?.value, attributes.familyName?.value].filter((part) => part !== undefined)
  const organisation = attributes['organisation.name']?.value
  return kind === 'organisation' && organisation !== undefined ? organisation : person.join(' ')
}

const spotOf = (row: string) => ({ table: 'accounts', row, column: 'attributes_sealed' })
