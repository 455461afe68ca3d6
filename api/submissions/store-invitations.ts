import { asc, eq, sql } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import { hot, type Read } from '../../db/reader.ts'
import { invitations } from '../../db/schema/submissions.ts'
import type { DraftRow } from './store.ts'

export type InvitationRow = typeof invitations.$inferSelect
export type InvitationState = InvitationRow['state']

/** More than this nobody is asked for one draft, those taken back counted in. */
export const INVITATIONS_MAX = 20

const invitationById = hot((db) =>
  db
    .select()
    .from(invitations)
    .where(eq(invitations.id, sql.placeholder('id')))
    .limit(1),
)

/** Finds an invitation. */
export async function findInvitation(db: Read, id: string): Promise<InvitationRow | undefined> {
  return (await invitationById(db).all({ id }))[0]
}

const invitationsByDraft = hot((db) =>
  db
    .select()
    .from(invitations)
    .where(eq(invitations.draftId, sql.placeholder('draftId')))
    .orderBy(asc(invitations.id))
    .limit(INVITATIONS_MAX),
)

/** Lists everybody who was asked for a draft, oldest first; at most 20. */
export async function listInvitations(db: Read, draftId: string): Promise<readonly InvitationRow[]> {
  return await invitationsByDraft(db).all({ draftId })
}

export const insertInvitation = (row: Omit<InvitationRow, 'version' | 'recordSealed'>): Statement => ({
  sql: 'INSERT INTO invitations (id, draft_id, kind, role, state, key_id, invitee_sealed, created_at_ms, deadline_at_ms, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)',
  args: [
    row.id,
    row.draftId,
    row.kind,
    row.role,
    row.state,
    row.keyId,
    row.inviteeSealed,
    row.createdAtMs,
    row.deadlineAtMs,
  ],
})

/** Puts an invitation from the version that was read into another state; the record stays where none is given. */
export const moveInvitation = (
  row: Pick<InvitationRow, 'id' | 'version' | 'recordSealed'>,
  state: InvitationState,
  recordSealed: Buffer | null = row.recordSealed,
): Guard => ({
  name: 'invitation-version',
  sql: 'UPDATE invitations SET state = ?, record_sealed = ?, version = version + 1 WHERE id = ? AND version = ?',
  args: [state, recordSealed, row.id, row.version],
})

/** What was given counts no more, and whoever gave it has until a new day to give it again. */
export const voidInvitation = (row: Pick<InvitationRow, 'id' | 'version'>, deadlineAtMs: number): Guard => ({
  name: 'invitation-version',
  sql: "UPDATE invitations SET state = 'void', deadline_at_ms = max(deadline_at_ms, ?), version = version + 1 WHERE id = ? AND version = ?",
  args: [deadlineAtMs, row.id, row.version],
})

/** Empties everything that was kept of the people asked for a draft; what was given counts on. */
export const forgetInvitations = (draftId: string): Statement => ({
  sql: "UPDATE invitations SET state = CASE state WHEN 'given' THEN 'given' ELSE 'expired' END, invitee_sealed = x'', record_sealed = NULL, version = version + 1 WHERE draft_id = ?",
  args: [draftId],
})

/** A draft in the version that was read goes on to the next, with its answers as they are: what is decided on them holds. */
export const holdDraft = (draft: Pick<DraftRow, 'id' | 'version'>, atMs: number, expiresAtMs: number): Guard => ({
  name: 'draft-version',
  sql: "UPDATE drafts SET updated_at_ms = ?, expires_at_ms = max(expires_at_ms, ?), version = version + 1 WHERE id = ? AND version = ? AND state = 'open'",
  args: [atMs, expiresAtMs, draft.id, draft.version],
})
