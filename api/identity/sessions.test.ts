import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { join } from '../../db/batch.ts'
import type { Actor } from '../lib/actor.ts'
import { planGrant } from './plan.ts'
import { ensureCitizenSession, resolveActor, sweepIdentity } from './service.ts'
import { type IdentityTest, identityContext } from './testing.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const PUBLIC: Actor = { kind: 'public' }

let ctx: IdentityTest
beforeEach(async () => {
  ctx = await identityContext(null)
})
afterEach(() => ctx.close())

const requestWith = (cookie: string): Request => new Request(ctx.origin, { headers: { cookie } })
const resolve = (cookie: string): Promise<Actor> => resolveActor(ctx, requestWith(cookie))

/** A citizen who began a draft and, where wanted, proved to know a Vorgang. */
async function startSession(kinds: readonly ('draft' | 'vorgang')[]): Promise<string> {
  const session = ensureCitizenSession(ctx, PUBLIC, new Request(ctx.origin))
  const grants = kinds.map((kind) => planGrant(session.sessionId, { kind, id: `my-${kind}` }, ctx.now()))
  expect(await ctx.write(join(session.plan, ...grants))).toMatchObject({ ok: true })
  return session.setCookie.split(';')[0] ?? ''
}

const grantsOf = (actor: Actor): readonly string[] =>
  actor.kind === 'citizen' ? actor.grants.map((grant) => grant.id) : [actor.kind]

describe("a citizen's session", () => {
  it('survives a closed browser for the 30 days of a draft, and not a day longer', async () => {
    const cookie = await startSession(['draft'])
    ctx.clock.advance(30 * DAY_MS - 1)
    expect(grantsOf(await resolve(cookie))).toEqual(['my-draft'])
    ctx.clock.advance(1)
    expect(await resolve(cookie)).toEqual(PUBLIC)
  })

  it('is prolonged under the same token when another draft is begun', async () => {
    const cookie = await startSession(['draft'])
    ctx.clock.advance(20 * DAY_MS)
    const again = ensureCitizenSession(ctx, await resolve(cookie), requestWith(cookie))
    expect(again.setCookie).toBe(`${cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000`)
    await ctx.write(again.plan)
    ctx.clock.advance(20 * DAY_MS)
    expect(grantsOf(await resolve(cookie))).toEqual(['my-draft'])
  })

  it('closes what was proved after 30 minutes without use; use afterwards does not open it again', async () => {
    const cookie = await startSession(['draft', 'vorgang'])
    ctx.clock.advance(29 * MINUTE_MS)
    expect(grantsOf(await resolve(cookie))).toEqual(expect.arrayContaining(['my-draft', 'my-vorgang']))
    ctx.clock.advance(30 * MINUTE_MS)
    expect(grantsOf(await resolve(cookie))).toEqual(['my-draft'])
    ctx.clock.advance(MINUTE_MS)
    expect(grantsOf(await resolve(cookie))).toEqual(['my-draft'])
  })

  it('closes what was proved eight hours later, however busy', async () => {
    const cookie = await startSession(['vorgang'])
    for (let count = 1; count < 24; count += 1) {
      ctx.clock.advance(20 * MINUTE_MS)
      expect(grantsOf(await resolve(cookie))).toEqual(['my-vorgang'])
    }
    ctx.clock.advance(20 * MINUTE_MS)
    expect(grantsOf(await resolve(cookie))).toEqual([])
  })

  it('opens nothing by a token that is changed, of another kind, or stands in the database', async () => {
    const cookie = await startSession(['draft'])
    const [row] = await ctx.db.all<{ token_hash: string }>('SELECT token_hash FROM sessions')
    const token = cookie.slice('sid='.length)
    expect(row?.token_hash).not.toContain(token)
    for (const value of [`sid=${row?.token_hash}`, `staff=${token}`, `sid=${token.slice(1)}`, 'sid=', '', 'sid=%00']) {
      expect(await resolve(value)).toEqual(PUBLIC)
    }
  })

  it('is not opened beside that of staff: their browser acts for the office', () => {
    const clerk: Actor = { kind: 'staff', sessionId: 's', userId: 'u', name: 'n', roles: ['clerk'], postboxes: [] }
    expect(() => ensureCitizenSession(ctx, clerk, new Request(ctx.origin))).toThrowError(
      expect.objectContaining({ status: 403 }),
    )
  })

  it('is written to at most once a minute', async () => {
    const cookie = await startSession(['draft'])
    const before = ctx.writer.stats().batches
    for (let count = 0; count < 59; count += 1) {
      ctx.clock.advance(1_000)
      await resolve(cookie)
    }
    expect(ctx.writer.stats().batches - before).toBe(0)
    ctx.clock.advance(1_000)
    await resolve(cookie)
    expect(ctx.writer.stats().batches - before).toBe(1)
  })
})

describe('sweepIdentity', () => {
  it('deletes sessions and grants a day after their end, and no others', async () => {
    await startSession(['draft', 'vorgang'])
    ctx.clock.advance(15 * DAY_MS)
    const young = await startSession(['draft'])
    ctx.clock.advance(15 * DAY_MS + HOUR_MS)
    await sweepIdentity(ctx)
    expect(await ctx.db.all('SELECT id FROM sessions')).toHaveLength(2)
    ctx.clock.advance(DAY_MS)
    await sweepIdentity(ctx)
    expect(await ctx.db.all('SELECT id FROM sessions')).toHaveLength(1)
    expect(await ctx.db.all('SELECT session_id FROM session_grants')).toHaveLength(1)
    expect(grantsOf(await resolve(young))).toEqual(['my-draft'])
  })
})
