import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ItemList } from './service-lists.ts'
import type { MovePage } from './service-move.ts'

/** Giving something away: to a colleague, to another postbox, and to nobody who must not have it. */
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

const sign = (name: string, team: string, roles: readonly ('clerk' | 'lead')[] = ['clerk']): Promise<Caller> =>
  town.signIn(name, { roles: [...roles], teams: [team] })
const applied = async (): Promise<string> => {
  const { vorgangId } = await apply(town.newCaller(), smallPdf('x'))
  await town.tick()
  return vorgangId
}
const pageOf = (who: Caller, id: string): Promise<MovePage> => who.read(`/postboxes/items/${id}/move`)
const idOf = async (who: Caller, item: string, name: string): Promise<string> =>
  (await pageOf(who, item)).colleagues.find((one) => one.name === name)?.id ?? 'missing'
const take = async (who: Caller, id: string): Promise<void> => {
  await bodyOf(await who.post(`/postboxes/items/${id}/take`), 200)
}
const handOver = (who: Caller, id: string, to: string) => who.post(`/postboxes/items/${id}/hand-over`, { to })
const forward = (who: Caller, id: string, postbox: string) => who.post(`/postboxes/items/${id}/forward`, { postbox })
const journal = async (vorgangId: string, type: string) =>
  (
    await town.ctx.db.all<{ entry: string }>(
      `SELECT entry FROM journal_entries WHERE type = '${type}' AND eakte_id = (SELECT eakte_id FROM vorgaenge WHERE id = '${vorgangId}')`,
    )
  ).map(({ entry }) => (JSON.parse(entry) as { body: Record<string, string> }).body)

describe('to a colleague', () => {
  it('who finds it among the own as new; the journal says to whom, and twice is once', async () => {
    const [anna, bert] = [await sign('anna', 'steuern'), await sign('bert', 'steuern')]
    const id = await applied()
    await take(anna, id)
    const to = await idOf(anna, id, 'bert')
    await bodyOf(await handOver(anna, id, to), 200)
    const { items } = await bert.read<ItemList>('/postboxes/items?view=mine')
    expect(items.find((item) => item.id === id)).toMatchObject({ isMine: true, isNew: 1 })
    expect(await journal(id, 'item-handed-over')).toEqual([{ vorgang: id, postbox: 'steuern', to: `staff:${to}` }])
    // Bert has it now: who gave it away cannot give it again.
    expect(await problemOf(await handOver(anna, id, to))).toMatchObject({
      ...{ status: 409, type: 'postboxes/item-taken' },
      errors: [{ type: 'taken', params: { name: 'bert', atMs: town.clock.now() } }],
    })
    const colleague = (await anna.read<ItemList>('/postboxes/items?view=team')).items.find((item) => item.id === id)
    expect(colleague?.colleague).toBe('bert')
    const back = await idOf(bert, id, 'anna')
    await bodyOf(await handOver(bert, id, back), 200)
    expect((await anna.read<VorgangView>(`/submissions/vorgaenge/${id}`)).assignee?.isMe).toBe(true)
  })

  it('of the same team only, and never to nobody', async () => {
    const [anna, kai] = [await sign('anna', 'steuern'), await sign('kai', 'kita')]
    const id = await applied()
    await take(anna, id)
    expect((await pageOf(anna, id)).colleagues.map(({ name }) => name)).not.toContain('kai')
    const session = await town.ctx.db.all<{ user_id: string }>(
      "SELECT user_id FROM sessions WHERE kind = 'staff' ORDER BY id DESC",
    )
    const stranger = await handOver(anna, id, session[0]?.user_id ?? '')
    expect(await problemOf(stranger)).toMatchObject({ status: 422, type: 'postboxes/not-a-colleague' })
    expect((await kai.get(`/postboxes/items/${id}/move`)).status).toBe(404)
    expect((await handOver(anna, id, 'x')).status).toBe(422)
  })

  it('a lead gives away what somebody else has; what waits for a second person goes to no first one', async () => {
    const [anna, bert, lea] = [
      await sign('anna', 'steuern'),
      await sign('bert', 'steuern'),
      await sign('lea', 'steuern', ['clerk', 'lead']),
    ]
    const id = await applied()
    await take(anna, id)
    expect((await handOver(bert, id, await idOf(lea, id, 'bert'))).status).toBe(409)
    await bodyOf(await handOver(lea, id, await idOf(lea, id, 'bert')), 200)
    await bodyOf(await handOver(lea, id, await idOf(lea, id, 'anna')), 200)
    const { task } = await anna.read<VorgangView>(`/submissions/vorgaenge/${id}`)
    await bodyOf(await anna.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, { outcome: 'approve' }), 200)
    const { colleagues, staysBecause } = await pageOf(anna, id)
    expect(colleagues.map(({ name }) => name)).toEqual(['lea'])
    // Nor does who prepared it choose another office to sign.
    expect(staysBecause).toBe('signature')
    const elsewhere = await forward(anna, id, 'ordnung')
    expect(await problemOf(elsewhere)).toMatchObject({ status: 409, type: 'postboxes/waits-for-signature' })
    const annasId = (
      await town.ctx.db.all<{ prepared_by: string }>(`SELECT prepared_by FROM postbox_items WHERE id = '${id}'`)
    )[0]
    expect(await problemOf(await handOver(lea, id, annasId?.prepared_by ?? ''))).toMatchObject({
      type: 'postboxes/not-a-colleague',
    })
  })
})

describe('two who take the same at once', () => {
  it('exactly one has it, two hundred times; the journal has each once', async () => {
    const [anna, bert] = [await sign('anna', 'steuern'), await sign('bert', 'steuern')]
    const id = await applied()
    for (let n = 0; n < 200; n += 1) {
      const both = n % 2 === 0 ? [anna, bert] : [bert, anna]
      const answers = await Promise.all(both.map((who) => who.post(`/postboxes/items/${id}/take`)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      const won = answers.findIndex(({ status }) => status === 200)
      const winner = both[won] ?? anna
      // Who was too late reads who was quicker, and when.
      const lost = await problemOf(answers[1 - won] ?? Response.error())
      expect(lost.errors).toEqual([
        { pointer: '', type: 'taken', params: { name: winner === anna ? 'anna' : 'bert', atMs: town.clock.now() } },
      ])
      await bodyOf(await winner.post(`/postboxes/items/${id}/return`), 200)
    }
    expect((await journal(id, 'item-taken')).length).toBe(200)
    expect((await journal(id, 'item-returned')).length).toBe(200)
  }, 120_000)
})

describe('to another postbox', () => {
  it('tax data stay in the tax office', async () => {
    const anna = await sign('anna', 'steuern')
    const id = await applied()
    expect((await pageOf(anna, id)).postboxes).toEqual([])
    expect(await problemOf(await forward(anna, id, 'ordnung'))).toMatchObject({
      status: 422,
      type: 'postboxes/tax-secret',
    })
    for (const wrong of ['steuern', 'gibt-es-nicht']) {
      expect(await problemOf(await forward(anna, id, wrong)), wrong).toMatchObject({ type: 'postboxes/not-a-postbox' })
    }
  })

  it('what is no secret is free there and gone here', async () => {
    const id = await applied()
    await town.ctx.write({
      statements: [{ sql: "UPDATE postbox_items SET postbox = 'umwelt' WHERE id = ?", args: [id] }],
    })
    const [gero, olga] = [await sign('gero', 'umwelt'), await sign('olga', 'ordnung')]
    await take(gero, id)
    expect((await pageOf(gero, id)).postboxes.map(({ id: one }) => one)).toContain('ordnung')
    await bodyOf(await forward(gero, id, 'ordnung'), 200)
    expect((await gero.get(`/submissions/vorgaenge/${id}`)).status).toBe(404)
    expect((await forward(gero, id, 'kita')).status).toBe(404)
    const { items } = await olga.read<ItemList>('/postboxes/items?view=free')
    expect(items.find((item) => item.id === id)).toMatchObject({ postbox: 'ordnung', mayTake: true, isNew: 1 })
    expect(await journal(id, 'item-forwarded')).toEqual([{ vorgang: id, postbox: 'umwelt', to: 'ordnung' }])
    await take(olga, id)
    const { task } = await olga.read<VorgangView>(`/submissions/vorgaenge/${id}`)
    expect(task).toMatchObject({ isMine: true, mayComplete: true })
  })

  it('exactly one of a take and a forward at the same time holds', async () => {
    for (let n = 0; n < 5; n += 1) {
      const id = await applied()
      await town.ctx.write({
        statements: [{ sql: "UPDATE postbox_items SET postbox = 'umwelt' WHERE id = ?", args: [id] }],
      })
      const [gero, grit] = [await sign('gero', 'umwelt'), await sign('grit', 'umwelt')]
      const [taken, sent] = await Promise.all([gero.post(`/postboxes/items/${id}/take`), forward(grit, id, 'ordnung')])
      expect([200, 404].includes(taken.status) || taken.status === 409).toBe(true)
      const row = (
        await town.ctx.db.all<{ postbox: string; assignee: string | null }>(
          `SELECT postbox, assignee FROM postbox_items WHERE id = '${id}'`,
        )
      )[0]
      expect(row?.postbox === 'ordnung').toBe(sent.status === 200)
      expect(row?.assignee === null).toBe(sent.status === 200)
    }
  })

  it('what is done goes nowhere', async () => {
    const anna = await sign('anna', 'steuern')
    const id = await applied()
    await town.ctx.write({ statements: [{ sql: "UPDATE postbox_items SET state = 'done' WHERE id = ?", args: [id] }] })
    expect(await problemOf(await anna.get(`/postboxes/items/${id}/move`))).toMatchObject({
      status: 409,
      type: 'postboxes/item-closed',
    })
  })
})
