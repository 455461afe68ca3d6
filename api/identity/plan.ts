import { createHmac, createSecretKey } from 'node:crypto'
import { join, type Plan } from '../../db/batch.ts'
import type { Actor, Grant } from '../lib/actor.ts'
import { codeOf } from '../lib/ids.ts'
import type { IdentityCtx } from './identity.ts'
import {
  deleteGrants,
  deleteGrantsOf,
  endSessionRow,
  insertCode,
  insertGrant,
  insertGrantOfHolder,
  spendCodesOf,
} from './store.ts'
import { deleteAccountGrantsOf, insertAccountGrant, insertAccountGrantOfHolder } from './store-accounts.ts'

const DAY_MS = 86_400_000
/**
 * A receipt's code opens the status page once within a year, a draft's its draft, an invitation's what somebody was asked for,
 * a mailed one either of the first two within ten minutes.
 */
const LIFETIME_MS = { receipt: 365 * DAY_MS, draft: 90 * DAY_MS, invitation: 90 * DAY_MS, mail: 600_000 } as const

/** Lets a citizen's session open a draft or a Vorgang. The session must exist, or be made earlier in the same batch. */
export const planGrant = (sessionId: string, grant: Grant, nowMs: number): Plan => ({
  statements: [insertGrant(sessionId, grant, nowMs)],
})

/**
 * Lets whoever acts open a draft or a Vorgang later: a guest in this session, a signed-in citizen wherever they sign in.
 * `sessionId` is that of the session they act in, which exists or is made earlier in the same batch.
 */
export const planActorGrant = (actor: Actor, sessionId: string, grant: Grant, nowMs: number): Plan => {
  const account = actor.kind === 'citizen' ? actor.account : undefined
  return account === undefined
    ? planGrant(sessionId, grant, nowMs)
    : { statements: [insertAccountGrant(account.id, grant, nowMs)] }
}

/**
 * As `planActorGrant`, but the right follows from another one that must still be held when the batch runs: to the Vorgang
 * `heldId`. Where that was taken away meanwhile, nobody gets it. Staff and programs get no rights of citizens.
 */
export function planHeldGrant(
  actor: Actor,
  { heldId, grant, nowMs }: { readonly heldId: string; readonly grant: Grant; readonly nowMs: number },
): Plan {
  if (actor.kind !== 'citizen') {
    return {}
  }
  const { sessionId, account } = actor
  return {
    statements: [
      account === undefined
        ? insertGrantOfHolder({ sessionId, heldId, accountId: null }, grant, nowMs)
        : insertAccountGrantOfHolder({ sessionId, heldId, accountId: account.id }, grant, nowMs),
    ],
  }
}

/**
 * Ends every way to a thing at once: codes that were not used, and the rights of sessions and accounts. Who is signed in stays
 * so, and keeps everything else. Codes and rights made later in the same batch count.
 */
export const planEndAccess = (thing: Grant, nowMs: number): Plan => ({
  statements: [spendCodesOf(thing.id, nowMs), deleteGrantsOf(thing), deleteAccountGrantsOf(thing)],
})

/** Ends a session: its token opens nothing from the moment the batch is durable. */
export const planEndSession = (sessionId: string, nowMs: number): Plan => ({
  statements: [endSessionRow(sessionId, nowMs), deleteGrants(sessionId)],
})

export type PlannedCode = { readonly codeId: string; readonly code: string; readonly plan: Plan }

/**
 * Makes a one-time code for a Vorgang or a draft. The text follows from the code's id and the town's key: it is stored nowhere,
 * and can be shown again by `currentReceiptCode` until it is used. Only a keyed hash stands in the database.
 */
export function planCode(
  ctx: Pick<IdentityCtx, 'keyring' | 'newId' | 'now'>,
  vorgangId: string,
  kind: keyof typeof LIFETIME_MS,
): PlannedCode {
  const codeId = ctx.newId()
  const code = codeText(ctx, codeId)
  const createdAtMs = ctx.now()
  const row = { id: codeId, vorgangId, kind, createdAtMs, expiresAtMs: createdAtMs + LIFETIME_MS[kind] }
  return {
    codeId,
    code,
    plan: join({ statements: [insertCode({ ...row, codeHash: codeHash(ctx, vorgangId, code) })] }),
  }
}

/** The text of a code, e.g. for the mail that brings it: jobs and outbox hold the id only. */
export const codeText = (ctx: Pick<IdentityCtx, 'keyring'>, codeId: string): string =>
  codeOf(
    createHmac('sha256', createSecretKey(ctx.keyring.purpose('codes')))
      .update(`text\u0000${codeId}`)
      .digest(),
  )

/** Keyed hash by which a typed code is found; blanks, hyphens and lower case do not matter. */
export const codeHash = (ctx: Pick<IdentityCtx, 'keyring'>, vorgangId: string, typed: string): string =>
  createHmac('sha256', createSecretKey(ctx.keyring.purpose('codes')))
    .update(`check\u0000${vorgangId}\u0000${typed.toUpperCase().replace(/[^A-Z0-9]/g, '')}`)
    .digest('hex')
