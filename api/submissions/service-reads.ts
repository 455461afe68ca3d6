import type { JournalLine } from '../journal/service.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { Case } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** Type of the journal line that says a member of staff looked into a Vorgang. */
export const READ_LINE = 'vorgang-read'

/**
 * Records that a member of staff looked into a Vorgang, once a day and person: the citizen sees the role, the office the person.
 * `lines`: the journal as it was just read, so that the usual second look writes nothing.
 */
export async function noteRead(
  ctx: SubmissionsCtx,
  actor: Actor,
  kase: Pick<Case, 'vorgang'>,
  lines: readonly JournalLine[],
): Promise<void> {
  const { id, eakteId } = kase.vorgang
  const by = actorId(actor)
  const atMs = ctx.now()
  const today = dayInBerlin(atMs)
  const isNoted = lines.some(
    (line) =>
      line.type === READ_LINE && line.actor === by && line.body['vorgang'] === id && dayInBerlin(line.atMs) === today,
  )
  if (isNoted || actor.kind !== 'staff') {
    return
  }
  const role = actor.roles.includes('lead') ? 'lead' : 'clerk'
  await ctx.write({
    journal: [{ eakteId, type: READ_LINE, atMs, actor: by, body: { vorgang: id, role } }],
    idempotency: {
      key: `read|${by}|${id}|${today}`,
      fingerprint: 'read',
      atMs,
      answer: { status: 200, location: '', ids: {} },
    },
  })
}
