import { and, asc, eq, sql } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { accessRenewals, drafts } from '../../db/schema/submissions.ts'
import type { DraftRow } from './store.ts'

export type RenewalRow = typeof accessRenewals.$inferSelect

/** Finds a renewal of access. */
export async function findRenewal(db: Read, id: string): Promise<RenewalRow | undefined> {
  return (await db.select().from(accessRenewals).where(eq(accessRenewals.id, id)).limit(1))[0]
}

/** Lists the renewals of a Vorgang's access, oldest first; at most 50. */
export async function listRenewals(db: Read, vorgangId: string): Promise<readonly RenewalRow[]> {
  return await db
    .select()
    .from(accessRenewals)
    .where(eq(accessRenewals.vorgangId, vorgangId))
    .orderBy(asc(accessRenewals.id))
    .limit(50)
}

/** Lists corrections of a Vorgang that were begun and not sent; at most 50. */
export async function listOpenCorrections(db: Read, vorgangId: string): Promise<readonly DraftRow[]> {
  return await db
    .select()
    .from(drafts)
    .where(and(sql`state = 'open'`, eq(drafts.correctsId, vorgangId)))
    .limit(50)
}

/** Asks for access anew; a second one that is open is refused by its unique index. */
export const insertRenewal = (
  row: Pick<
    RenewalRow,
    'id' | 'vorgangId' | 'keyId' | 'contentSealed' | 'requestedBy' | 'requestedAtMs' | 'expiresAtMs'
  >,
): Statement => ({
  sql: "INSERT INTO access_renewals (id, vorgang_id, key_id, content_sealed, state, requested_by, requested_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, 'open', ?, ?, ?)",
  args: [row.id, row.vorgangId, row.keyId, row.contentSealed, row.requestedBy, row.requestedAtMs, row.expiresAtMs],
})

type Decision = { readonly by: string; readonly atMs: number }

/** Confirms what is open and not over; refused to whoever asked for it, whatever was checked before. */
export const confirmRenewal = (
  id: string,
  { by, atMs, formerSealed, codes }: Decision & { readonly formerSealed: Buffer; readonly codes: string },
): Guard => ({
  name: 'renewal-open',
  sql: "UPDATE access_renewals SET state = 'confirmed', decided_by = ?, decided_at_ms = ?, former_sealed = ?, codes = ? WHERE id = ? AND state = 'open' AND requested_by <> ? AND expires_at_ms > ?",
  args: [by, atMs, formerSealed, codes, id, by, atMs],
})

/** Ends what is open without anything coming of it. */
export const endRenewal = (
  id: string,
  state: 'refused' | 'withdrawn' | 'expired',
  { by, atMs, commentSealed }: Decision & { readonly commentSealed: Buffer | null },
): Guard => ({
  name: 'renewal-open',
  sql: "UPDATE access_renewals SET state = ?, decided_by = ?, decided_at_ms = ?, comment_sealed = ? WHERE id = ? AND state = 'open'",
  args: [state, by, atMs, commentSealed, id],
})

/** Marks that the new codes were shown; refused the second time, to anybody else, and when their time is over. */
export const showRenewal = (id: string, { by, atMs }: Decision): Guard => ({
  name: 'renewal-unshown',
  sql: "UPDATE access_renewals SET shown_at_ms = ? WHERE id = ? AND state = 'confirmed' AND decided_by = ? AND shown_at_ms IS NULL AND expires_at_ms > ?",
  args: [atMs, id, by, atMs],
})
