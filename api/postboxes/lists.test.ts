import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import type { Caller } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import { type ItemMove, planNewItem } from './plan.ts'
import type { ItemList, PostboxCount, View, Work } from './service-lists.ts'

/** One person's work over several postboxes: what a list shows, what it counts, what it never shows. */
let town: Town
let today: string
let anna: Caller
let lead: Caller
beforeAll(async () => {
  town = await openTown()
  today = dayInBerlin(town.clock.now())
  anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern', 'umwelt'] })
  lead = await town.signIn('lea', { roles: ['clerk', 'lead'], teams: ['umwelt'] })
})
afterAll(() => town.close())

/** Anna and Lea are the first two who signed in. */
const userId = async (name: 'anna' | 'lea'): Promise<string> => {
  const rows = await town.ctx.db.all<{ user_id: string }>(
    "SELECT user_id FROM sessions WHERE kind = 'staff' ORDER BY id",
  )
  return rows[name === 'anna' ? 0 : 1]?.user_id ?? ''
}

/** Puts something into a postbox that nothing else is known of. */
async function put(move: Partial<ItemMove>, service = 'baum-faellen'): Promise<string> {
  const id = town.ctx.newId()
  const plan = planNewItem({
    id,
    vorgangId: id,
    kind: 'case',
    postbox: 'steuern',
    taskId: null,
    step: 'check',
    state: 'open',
    assignee: null,
    dueOn: addDays(today, 10),
    title: null,
    waitsFor: null,
    preparedBy: null,
    reference: id.slice(-8),
    aktenzeichen: id.slice(-8),
    serviceSlug: service,
    receivedAtMs: 0,
    ...move,
  })
  expect((await town.ctx.write(plan)).ok).toBe(true)
  return id
}
const list = (who: Caller, view: View, more = ''): Promise<ItemList> => who.read(`/postboxes/items?view=${view}${more}`)
const ids = async (who: Caller, view: View, more = ''): Promise<readonly string[]> =>
  (await list(who, view, more)).items.map(({ id }) => id)
const counts = (who: Caller): Promise<{ postboxes: PostboxCount[]; work: Work }> => who.read('/postboxes')

describe('lists over all postboxes of a person', () => {
  it('show what each is for, nearest deadline first, and count the same', async () => {
    const [me, other] = [await userId('anna'), await userId('lea')]
    const free = await put({ dueOn: addDays(today, 9) })
    const soon = await put({ postbox: 'umwelt', dueOn: addDays(today, 2) })
    const mine = await put({ assignee: me, dueOn: addDays(today, 1) })
    const later = await put({ postbox: 'umwelt', assignee: me, dueOn: addDays(today, 30) })
    const others = await put({ postbox: 'umwelt', assignee: other, dueOn: today })
    const sign = await put({ postbox: 'umwelt', preparedBy: me, dueOn: addDays(today, 5) })
    const waits = await put({ state: 'waiting', waitsFor: 'answer' })
    const old = await put({ state: 'done', dueOn: addDays(today, -9) })
    const done = await put({ state: 'done', dueOn: addDays(today, -2) })
    const foreign = await put({ postbox: 'ordnung', dueOn: today })

    expect(await ids(anna, 'mine')).toEqual([mine, later])
    expect(await ids(anna, 'free')).toEqual([soon, free])
    expect(await ids(anna, 'due')).toEqual([mine, soon])
    expect(await ids(anna, 'team')).toEqual([others, mine, soon, sign, free, later])
    expect(await ids(anna, 'sign')).toEqual([sign])
    expect(await ids(anna, 'waiting')).toEqual([waits])
    expect(await ids(anna, 'done')).toEqual([done, old])
    const { work, postboxes } = await counts(anna)
    expect(work).toEqual({ mine: 2, free: 2, team: 6, due: 2, late: 0, sign: 1, waiting: 1 })
    expect(postboxes).toEqual([
      expect.objectContaining({ id: 'steuern', open: 2, free: 1, sign: 0, waiting: 1 }),
      expect.objectContaining({ id: 'umwelt', open: 4, free: 1, sign: 1, waiting: 0 }),
    ])
    // Another team counts and shows its own only; who prepared a thing may not sign it.
    expect((await counts(lead)).work).toEqual({ mine: 1, free: 1, team: 4, due: 2, late: 0, sign: 1, waiting: 0 })
    const [toSign] = (await list(anna, 'sign')).items
    expect(toSign?.mayTake).toBe(false)
    expect((await list(lead, 'sign')).items[0]?.mayTake).toBe(true)
    for (const view of ['mine', 'free', 'due', 'team', 'sign', 'waiting', 'done'] as const) {
      expect(await ids(anna, view), view).not.toContain(foreign)
    }
    const named = await list(anna, 'free')
    expect(named.postbox).toBeNull()
    expect(named.postboxes.map(({ id }) => id).sort()).toEqual(['steuern', 'umwelt'])
  })

  it('what is taken moves from list to list, with its counts', async () => {
    const before = (await counts(anna)).work
    const id = await put({ dueOn: today })
    expect((await counts(anna)).work).toMatchObject({ free: before.free + 1, due: before.due + 1 })
    // Nothing but the row is known of it: how a real Vorgang is taken is tested with the casework.
    await town.ctx.write({
      statements: [{ sql: 'UPDATE postbox_items SET assignee = ? WHERE id = ?', args: [await userId('anna'), id] }],
    })
    expect((await counts(anna)).work).toMatchObject({ free: before.free, mine: before.mine + 1, due: before.due + 1 })
    await town.ctx.write({
      statements: [{ sql: "UPDATE postbox_items SET state = 'done' WHERE id = ?", args: [id] }],
    })
    expect((await counts(anna)).work).toEqual(before)
  })

  it('a changed team changes what is counted as well as what is listed, with the next request', async () => {
    const before = (await counts(anna)).work
    await put({ postbox: 'umwelt', assignee: await userId('anna'), dueOn: today })
    expect((await counts(anna)).work).toMatchObject({ mine: before.mine + 1, due: before.due + 1 })
    town.setRights('anna', { roles: ['clerk'], teams: ['steuern'] })
    const { work } = await counts(anna)
    expect(work.mine).toBe((await list(anna, 'mine')).items.length)
    expect(work.due).toBe((await list(anna, 'due')).items.length)
    expect(work.mine).toBeLessThan(before.mine + 1)
    town.setRights('anna', { roles: ['clerk'], teams: ['steuern', 'umwelt'] })
  })

  it('are narrowed to a service and to what is new, page after page', async () => {
    const wanted: string[] = []
    for (let n = 0; n < 120; n += 1) {
      const id = await put(
        { postbox: 'umwelt', dueOn: addDays(today, 40 + n) },
        n % 2 === 0 ? 'stadtmelder' : 'sperrmuell',
      )
      if (n % 2 === 0) {
        wanted.push(id)
      }
    }
    await town.ctx.write({
      statements: [{ sql: "UPDATE postbox_items SET is_new = 0 WHERE service_slug = 'stadtmelder'", args: [] }],
    })
    const first = await list(anna, 'free', '&service=stadtmelder')
    expect(first.items.map(({ id }) => id)).toEqual(wanted.slice(0, 50))
    expect(first.filter).toEqual({ service: 'stadtmelder' })
    const rest = await list(anna, 'free', `&service=stadtmelder&after=${first.next}`)
    expect(rest.items.map(({ id }) => id)).toEqual(wanted.slice(50))
    expect(rest.next).toBeUndefined()
    const all: string[] = []
    for (let after = ''; ; ) {
      const page = await list(anna, 'free', `&new=1${after}`)
      all.push(...page.items.map(({ id }) => id))
      expect(page.items.every(({ isNew }) => isNew === 1)).toBe(true)
      if (page.next === undefined) {
        break
      }
      after = `&after=${page.next}`
    }
    expect(new Set(all).size).toBe(all.length)
    const rows = await town.ctx.db.all(
      "SELECT id FROM postbox_items WHERE lane = 'free' AND is_new = 1 AND postbox IN ('steuern', 'umwelt')",
    )
    expect(all.length).toBe(rows.length)
    expect(await ids(anna, 'free', '&service=stadtmelder&new=1')).toEqual([])
  })

  it('show a lead what is overdue in the team, whoever has it, and count it up to a hundred', async () => {
    const [me, other] = [await userId('anna'), await userId('lea')]
    const day = (n: number): string => addDays(today, n)
    const oldest = await put({ postbox: 'umwelt', assignee: me, dueOn: day(-9) })
    const own = await put({ postbox: 'umwelt', assignee: other, dueOn: day(-5) })
    const sign = await put({ postbox: 'umwelt', preparedBy: me, dueOn: day(-2) })
    const free = await put({ postbox: 'umwelt', dueOn: day(-1) })
    await put({ postbox: 'umwelt', dueOn: today })
    await put({ postbox: 'umwelt', state: 'waiting', waitsFor: 'answer', dueOn: day(-3) })
    await put({ postbox: 'umwelt', state: 'done', dueOn: day(-3) })
    await put({ postbox: 'steuern', dueOn: day(-3) })
    expect(await ids(lead, 'late')).toEqual([oldest, own, sign, free])
    expect(await ids(lead, 'late', `&dueUntil=${day(-5)}`)).toEqual([oldest, own])
    expect((await list(lead, 'late')).items[0]?.colleague).toBe('anna')
    expect((await counts(lead)).work.late).toBe(4)
    expect((await counts(anna)).work.late).toBe(0)
    await Promise.all(Array.from({ length: 97 }, () => put({ postbox: 'umwelt', dueOn: day(-1) })))
    expect((await counts(lead)).work.late).toBe(100)
  })

  it('422 for a view, a service or a mark that is none', async () => {
    for (const query of ['view=all', 'view=free&service=../x', 'view=free&new=yes', 'view=free&after=x']) {
      expect((await anna.get(`/postboxes/items?${query}`)).status, query).toBe(422)
    }
  })
})
