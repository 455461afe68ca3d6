import { timingSafeEqual } from 'node:crypto'
import { join, type Plan } from '../../db/batch.ts'
import { codeHash, codeText } from '../identity/plan.ts'
import { planJob } from '../jobs/plan.ts'
import { problemType } from '../lib/problem.ts'
import type { MessagesCtx } from './ctx.ts'
import { findContact, insertContact, updateContact } from './store.ts'
import {
  confirmContactChange,
  countContactTry,
  findOpenContactChange,
  insertContactChange,
  replaceContactChanges,
} from './store-letters.ts'

export const contactTries = problemType('messages/contact-tries', 429)

const CODE_LIFE_MS = 30 * 60_000
const TRIES_MAX = 5

/** Whose address it is, and the key and language of what is sealed and sent. */
export type ContactOf = { readonly vorgangId: string; readonly keyId: string; readonly lang: string }

/** Plans a new address that waits for its code, and the mail that brings the code there; the job holds ids only. */
export async function prepareContactChange(ctx: MessagesCtx, of: ContactOf, email: string): Promise<Plan> {
  const id = ctx.newId()
  const spot = { table: 'contact_changes', row: id, column: 'email' }
  const atMs = ctx.now()
  return join(
    {
      statements: [
        replaceContactChanges(of.vorgangId),
        insertContactChange({
          id,
          vorgangId: of.vorgangId,
          keyId: of.keyId,
          emailSealed: await ctx.keyring.seal(of.keyId, spot, email),
          createdAtMs: atMs,
          expiresAtMs: atMs + CODE_LIFE_MS,
        }),
      ],
    },
    planJob({ kind: 'mail-contact', key: id, payload: { vorgangId: of.vorgangId, changeId: id }, dueAtMs: atMs }),
  )
}

/** The address that waits for its code; null where none does. For the person themself. */
export async function readContactChange(
  ctx: MessagesCtx,
  vorgangId: string,
): Promise<{ readonly id: string; readonly email: string } | null> {
  const row = await findOpenContactChange(ctx.db, vorgangId, ctx.now())
  if (row === undefined) {
    return null
  }
  const spot = { table: 'contact_changes', row: row.id, column: 'email' }
  return { id: row.id, email: (await ctx.keyring.open(row.keyId, spot, row.emailSealed)).toString('utf8') }
}

/**
 * Judges a typed code for the address that waits. Every try is counted before it is judged, in a batch of its own.
 * Throws `messages/contact-tries` (429) after five.
 */
export async function isContactCode(ctx: MessagesCtx, changeId: string, typed: string): Promise<boolean> {
  const counted = await ctx.write({ guards: [countContactTry(changeId, TRIES_MAX)] })
  if (!counted.ok) {
    throw contactTries(`change ${changeId}`)
  }
  const wanted = codeHash(ctx, changeId, codeText(ctx, changeId))
  return timingSafeEqual(Buffer.from(wanted), Buffer.from(codeHash(ctx, changeId, typed)))
}

/**
 * Plans that news go to an address that nobody proved by a code, or to none: for staff who know the person. Addresses that still
 * wait for their code are of no use any more.
 */
export const prepareContactByStaff = async (ctx: MessagesCtx, of: ContactOf, email: string | null): Promise<Plan> =>
  join({ statements: [replaceContactChanges(of.vorgangId)] }, await prepareContact(ctx, of, { email, changeId: null }))

/** Plans that news go to another address from now on, or to none; `changeId`: the change whose code was right. */
export async function prepareContact(
  ctx: MessagesCtx,
  of: ContactOf,
  to: { readonly email: string | null; readonly changeId: string | null },
): Promise<Plan> {
  const before = await findContact(ctx.db, of.vorgangId)
  const spot = { table: 'contacts', row: of.vorgangId, column: 'email' }
  const emailSealed = to.email === null ? null : await ctx.keyring.seal(of.keyId, spot, to.email)
  const next = { ...of, emailSealed }
  return join(
    { guards: to.changeId === null ? [] : [confirmContactChange(to.changeId)] },
    before === undefined ? { statements: [insertContact(next)] } : { guards: [updateContact(before.version, next)] },
  )
}
