import { LRUCache } from 'lru-cache'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { Case } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** Type of the journal line that says that a member of staff looked into a Vorgang. */
export const READ_LINE = 'vorgang-read'

/** Who looked into which Vorgang today, as far as this process knows: a second look then asks and writes nothing. */
export type NotedReads = Pick<LRUCache<string, true>, 'has' | 'set'>

const NOTED_MAX = 20_000

/** Made once per town. */
export const createNotedReads = (): NotedReads => new LRUCache<string, true>({ max: NOTED_MAX })

/**
 * Records that a member of staff looked into a Vorgang, once a day and person: the citizen sees the role, the office the person.
 * It is written before anything is shown, so that nobody sees a file without a trace, even if the process dies the next moment:
 * the one write within a GET, and only at the first look of a day. After a restart the idempotency record tells what is noted.
 */
export async function noteRead(ctx: SubmissionsCtx, actor: Actor, kase: Pick<Case, 'vorgang'>): Promise<void> {
  const { id, eakteId } = kase.vorgang
  const by = actorId(actor)
  const atMs = ctx.now()
  const key = `read|${by}|${id}|${dayInBerlin(atMs)}`
  if (actor.kind !== 'staff' || ctx.notedReads.has(key)) {
    return
  }
  const role = actor.roles.includes('lead') ? 'lead' : 'clerk'
  await ctx.write({
    journal: [{ eakteId, type: READ_LINE, atMs, actor: by, body: { vorgang: id, role } }],
    idempotency: { key, fingerprint: 'read', atMs, answer: { status: 200, location: '', ids: {} } },
  })
  ctx.notedReads.set(key, true)
}
