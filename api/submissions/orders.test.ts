import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyJournal } from '../journal/service.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { ItemList } from '../postboxes/service-lists.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { OrdersView, OverviewView, VorgangView } from './vorgang-view.ts'

/** Orders of clerks beside the process: who is asked finds them, answers once, and sees the Vorgang for so long. */
const HOME = 'steuern'
const DUE = '2026-12-18'
let town: Town
let anna: Caller
let lena: Caller
let gero: Caller
let olga: Caller
beforeAll(async () => {
  // Tax data would stay in the tax office: here they are none.
  town = await openTown({
    edit: (path, text) => (path.endsWith('postboxes/steuern.yaml') ? text.replace('isTaxSecret: true', '') : text),
  })
  anna = await town.signIn('anna', { roles: ['clerk'], teams: [HOME] })
  lena = await town.signIn('lena', { roles: ['lead'], teams: [HOME] })
  gero = await town.signIn('gero', { roles: ['clerk'], teams: ['umwelt'] })
  olga = await town.signIn('olga', { roles: ['clerk', 'lead'], teams: ['ordnung'] })
})
afterAll(() => town.close())

const applied = async (citizen = town.newCaller()): Promise<string> => {
  const { vorgangId } = await apply(citizen, smallPdf('x'))
  await town.tick()
  return vorgangId
}
const give = (id: string, fields: object, who = anna): Promise<Response> =>
  who.post(`/submissions/vorgaenge/${id}/orders`, {
    kind: 'opinion',
    to1: 'postbox:umwelt',
    orderDueOn: DUE,
    question: 'Ist der Hund gemeldet?',
    ...fields,
  })
const read = (id: string, who = anna): Promise<OrdersView> => who.read(`/submissions/vorgaenge/${id}/parts/orders`)
const orderOf = async (id: string, at = 0) => {
  const order = (await read(id)).orders[at]
  if (order === undefined) {
    throw new Error('there is no such order')
  }
  return order
}
const answer = (who: Caller, id: string, order: string, fields: object = {}): Promise<Response> =>
  who.post(`/submissions/vorgaenge/${id}/orders/${order}/answer`, fields)
const listed = async (who: Caller, postbox: string, id: string, view = 'team') => {
  const { items } = await who.read<ItemList>(`/postboxes/${postbox}/items?view=${view}`)
  return items.filter(({ vorgangId }) => vorgangId === id)
}
const personOf = async (id: string, name: string): Promise<string> => {
  const { recipients } = await read(id)
  const found = recipients.flatMap(({ postbox, people }) => people.map((one) => ({ ...one, postbox }))).find((one) => one.name === name) // biome-ignore format: one thought
  return `person:${found?.postbox}:${found?.id}`
}

describe('POST /api/v1/submissions/vorgaenge/:vorgang/orders', () => {
  it('200 another office finds it in its list, sees the Vorgang, answers with a file; who has the Vorgang sees it as new', async () => {
    const id = await applied()
    await bodyOf(await anna.post(`/postboxes/items/${id}/take`), 200)
    expect((await gero.get(`/submissions/vorgaenge/${id}`)).status).toBe(404)
    await bodyOf(await give(id, { note: 'Eilt.' }), 200)
    const [item] = await listed(gero, 'umwelt', id)
    expect(item).toMatchObject({ dueOn: DUE, isNew: 1, next: { kind: 'task', title: 'Stellungnahme' }, mayTake: true })
    const seen = await gero.read<OverviewView>(`/submissions/vorgaenge/${id}/parts/overview`)
    expect(seen).toMatchObject({ isLead: false, task: null, myOrders: [{ title: 'Stellungnahme', dueOn: DUE }] })
    const [order] = (await read(id, gero)).orders
    expect(order).toMatchObject({ question: 'Ist der Hund gemeldet?', note: 'Eilt.', by: 'anna', mayAnswer: true })
    const form = new FormData()
    form.append('file', new Blob([Buffer.from(smallPdf('map'))], { type: 'application/pdf' }), 'karte.pdf')
    const at = `/submissions/vorgaenge/${id}/orders/${order?.id}`
    expect((await gero.form(`${at}/files`, form)).status).toBe(303)
    await bodyOf(await answer(gero, id, order?.id ?? '', { answerText: 'Ja, seit März.' }), 200)
    expect(await orderOf(id)).toMatchObject({
      state: 'done',
      answerText: 'Ja, seit März.',
      endedBy: 'gero',
      documents: [{ fileName: 'karte.pdf' }],
    })
    expect(await listed(gero, 'umwelt', id)).toEqual([])
    expect(await listed(gero, 'umwelt', id, 'done')).toHaveLength(1)
    expect((await listed(anna, HOME, id))[0]).toMatchObject({ isNew: 1 })
    const { journal } = await anna.read<VorgangView>(`/submissions/vorgaenge/${id}`)
    expect(journal.filter(({ type }) => type.startsWith('order-')).map(({ type, actor }) => [type, actor])).toEqual([
      ['order-given', 'anna'],
      ['order-answered', 'gero'],
    ])
    expect(await verifyJournal(town.ctx)).toMatchObject({ ok: true })
  })

  it('200 to several at the same time, to a team and to a person of it, each for itself', async () => {
    const id = await applied()
    await bodyOf(await give(id, { to2: await personOf(id, 'olga'), to4: `postbox:${HOME}` }), 200)
    expect((await read(id)).orders.map(({ state, to }) => [state, to])).toEqual([
      ['open', null],
      ['open', 'olga'],
      ['open', null],
    ])
    expect((await olga.read<ItemList>('/postboxes/items?view=mine')).items.some(({ vorgangId }) => vorgangId === id)).toBe(true) // biome-ignore format: one thought
    await bodyOf(await answer(olga, id, (await orderOf(id, 1)).id, { answerText: 'Nein.' }), 200)
    expect((await read(id)).orders.map(({ state }) => state)).toEqual(['open', 'done', 'open'])
  })

  it('200 one after the other: the next begins with the answer of the one before, also where that one is taken back', async () => {
    const id = await applied()
    await bodyOf(await give(id, { to2: 'postbox:ordnung', to3: `postbox:${HOME}`, way: 'serial' }), 200)
    expect((await read(id)).orders.map(({ state }) => state)).toEqual(['open', 'waiting', 'waiting'])
    expect((await olga.get(`/submissions/vorgaenge/${id}`)).status).toBe(404)
    await bodyOf(await answer(gero, id, (await orderOf(id)).id, { answerText: 'Ja.' }), 200)
    expect((await listed(olga, 'ordnung', id))[0]).toMatchObject({ next: { kind: 'task', title: 'Stellungnahme' } })
    await bodyOf(await anna.post(`/submissions/vorgaenge/${id}/orders/${(await orderOf(id, 1)).id}/withdraw`), 200)
    expect(await listed(olga, 'ordnung', id)).toEqual([])
    expect((await read(id)).orders.map(({ state }) => state)).toEqual(['done', 'withdrawn', 'open'])
    const late = await answer(olga, id, (await orderOf(id, 1)).id, { answerText: 'Doch.' })
    expect(await problemOf(late)).toMatchObject({ status: 409, type: 'orders/ended' })
  })

  it('200 a follow-up lies with its day among what is due', async () => {
    const id = await applied()
    const soon = '2026-11-26'
    await bodyOf(await give(id, { kind: 'follow-up', to1: await personOf(id, 'anna'), orderDueOn: soon }), 200)
    const due = await anna.read<ItemList>('/postboxes/items?view=due')
    expect(due.items.filter(({ vorgangId }) => vorgangId === id)).toMatchObject([
      { dueOn: soon, next: { kind: 'task', title: 'Wiedervorlage' } },
    ])
    await bodyOf(await answer(anna, id, (await orderOf(id)).id), 200)
    expect((await orderOf(id)).state).toBe('done')
  })

  it('200 pressed twice it is given once', async () => {
    const id = await applied()
    await bodyOf(await give(id, {}), 200)
    await bodyOf(await give(id, {}), 200)
    expect((await read(id)).orders).toHaveLength(1)
  })

  it.each([
    [{ to1: '' }, '/to1', 'missing'],
    [{ to1: 'postbox:nirgends' }, '/to1', 'stranger'],
    [{ to1: 'postbox:umwelt', to2: 'person:umwelt:01990000-0000-7000-8000-000000000000' }, '/to2', 'stranger'],
    [{ kind: 'co-sign' }, '/to1', 'no-signer'],
    [{ orderDueOn: '2020-01-01' }, '/orderDueOn', 'future'],
    [{ question: ' ' }, '/question', 'missing'],
  ])('422 for %j', async (fields, pointer, type) => {
    const id = await applied()
    expect(await problemOf(await give(id, fields))).toMatchObject({ status: 422, errors: [{ pointer, type }] })
    expect((await read(id)).orders).toEqual([])
  })

  it('404 an office that only takes part gives none, and takes none back', async () => {
    const id = await applied()
    await bodyOf(await give(id, {}), 200)
    expect((await problemOf(await give(id, {}, gero))).status).toBe(404)
    const { id: order } = await orderOf(id)
    expect((await gero.post(`/submissions/vorgaenge/${id}/orders/${order}/withdraw`)).status).toBe(404)
    expect((await read(id, gero)).recipients).toEqual([])
  })
})

describe('tax data', () => {
  it('go to no other office, and no list offers one', async () => {
    const other = await openTown()
    const clerk = await other.signIn('anna', { roles: ['clerk'], teams: [HOME] })
    const { vorgangId } = await apply(other.newCaller(), smallPdf('x'))
    await other.tick()
    expect(await problemOf(await give(vorgangId, {}, clerk))).toMatchObject({
      status: 422,
      errors: [{ pointer: '/to1', type: 'tax-secret' }],
    })
    const { recipients } = await read(vorgangId, clerk)
    expect(recipients.map(({ postbox }) => postbox)).toEqual([HOME])
    await other.close()
  })
})

describe('a second signature', () => {
  const asked = async (who = anna): Promise<{ readonly id: string; readonly order: string }> => {
    const id = await applied()
    await bodyOf(await give(id, { kind: 'co-sign', to1: `postbox:${HOME}` }, who), 200)
    return { id, order: (await orderOf(id)).id }
  }

  it('is never given by who asks, and only with the right to sign', async () => {
    const { id, order } = await asked()
    const own = await answer(anna, id, order, { answer: 'agreed' })
    expect(await problemOf(own)).toMatchObject({ status: 409, type: 'workflow/same-person' })
    const berta = await town.signIn('berta', { roles: ['clerk'], teams: [HOME] })
    expect((await problemOf(await answer(berta, id, order, { answer: 'agreed' }))).status).toBe(403)
    expect((await problemOf(await anna.post(`/postboxes/items/${order}/take`))).status).toBe(409)
    expect((await listed(lena, HOME, id, 'sign')).map(({ mayTake }) => mayTake)).toEqual([true])
    expect((await problemOf(await answer(lena, id, order))).errors).toEqual([{ pointer: '/answer', type: 'missing' }])
    await bodyOf(await answer(lena, id, order, { answer: 'agreed' }), 200)
    expect(await orderOf(id)).toMatchObject({ answer: 'agreed', endedBy: 'lena' })
  })

  it('asked for by a lead is not given by that lead, also not as a substitute of the one who is asked', async () => {
    const second = await town.signIn('sven', { roles: ['lead'], teams: [HOME] })
    const id = await applied()
    const to = await personOf(id, 'sven')
    await bodyOf(await give(id, { kind: 'co-sign', to1: to }, lena), 200)
    const { id: order } = await orderOf(id)
    const standIn = async (name: string) => {
      const substitute = (await personOf(id, name)).split(':')[2]
      const today = dayInBerlin(town.clock.now())
      return await bodyOf<{ absenceId: string }>(
        await second.post('/identity/absences', { from: today, until: today, substitute }),
        200,
      )
    }
    const first = await standIn('lena')
    expect((await read(id, lena)).orders[0]?.mayAnswer).toBe(false)
    const own = await answer(lena, id, order, { answer: 'agreed' })
    expect(await problemOf(own)).toMatchObject({ status: 409, type: 'workflow/same-person' })
    await bodyOf(await second.post(`/identity/absences/${first.absenceId}/end`), 200)
    // Another lead does not sign for the one who is asked either, standing in or not.
    const ute = await town.signIn('ute', { roles: ['lead'], teams: [HOME] })
    const { absenceId } = await standIn('ute')
    expect(await problemOf(await answer(ute, id, order, { answer: 'agreed' }))).toMatchObject({
      status: 409,
      type: 'postboxes/item-taken',
    })
    await bodyOf(await second.post(`/identity/absences/${absenceId}/end`), 200)
    await bodyOf(await answer(second, id, order, { answer: 'agreed' }), 200)
  })

  it('that is refused says why, and ends the line', async () => {
    const id = await applied()
    const fields = { kind: 'co-sign', to1: `postbox:${HOME}`, to2: 'postbox:ordnung', way: 'serial' }
    await bodyOf(await give(id, fields), 200)
    const { id: order } = await orderOf(id)
    expect((await problemOf(await answer(lena, id, order, { answer: 'objected' }))).errors).toEqual([
      { pointer: '/answerText', type: 'missing' },
    ])
    await bodyOf(await answer(lena, id, order, { answer: 'objected', answerText: 'Der Betrag stimmt nicht.' }), 200)
    expect((await read(id)).orders.map(({ state, answer: said }) => [state, said])).toEqual([
      ['done', 'objected'],
      ['withdrawn', null],
    ])
  })
})

describe('a question to somebody who is away', () => {
  it('is answered by the substitute, under their own name, and the journal says for whom', async () => {
    const [hugo, ida] = [
      await town.signIn('hugo', { roles: ['clerk'], teams: [HOME] }),
      await town.signIn('ida', { roles: ['clerk'], teams: [HOME] }),
    ]
    const id = await applied()
    const [to, instead] = [await personOf(id, 'hugo'), (await personOf(id, 'ida')).split(':')[2]]
    await bodyOf(await give(id, { to1: to }), 200)
    const { id: order } = await orderOf(id)
    const early = await answer(ida, id, order, { answerText: 'Ja.' })
    expect(await problemOf(early)).toMatchObject({ status: 409, type: 'postboxes/item-taken' })
    const today = dayInBerlin(town.clock.now())
    await bodyOf(await hugo.post('/identity/absences', { from: today, until: today, substitute: instead }), 200)
    await bodyOf(await answer(ida, id, order, { answerText: 'Ja.' }), 200)
    expect(await orderOf(id)).toMatchObject({ endedBy: 'ida', to: 'hugo' })
    const { journal } = await anna.read<VorgangView>(`/submissions/vorgaenge/${id}`)
    expect(journal.find(({ type }) => type === 'order-answered')).toMatchObject({ actor: 'ida', instead: 'hugo' })
  })
})

describe('what is open when the Vorgang ends', () => {
  it('ends with it for other offices, which then see it no more; counts stay right', async () => {
    const id = await applied()
    await bodyOf(await give(id, {}), 200)
    await bodyOf(await anna.post(`/postboxes/items/${id}/take`), 200)
    const view = (who = anna) => who.read<VorgangView>(`/submissions/vorgaenge/${id}`)
    const complete = async (who: Caller, fields: object): Promise<void> => {
      const at = `/workflow/vorgaenge/${id}/tasks/${(await view()).task?.id}/complete`
      await bodyOf(await who.post(at, fields), 200)
      await town.tick()
    }
    await complete(anna, { outcome: 'approve' })
    expect((await read(id, gero)).orders[0]).toMatchObject({ state: 'open', mayAnswer: true })
    await bodyOf(await lena.post(`/postboxes/items/${id}/take`), 200)
    await complete(lena, { outcome: 'sign', decisionHash: (await view()).decision?.hash })
    expect((await view()).itemState).toBe('done')
    expect(await listed(gero, 'umwelt', id)).toEqual([])
    expect((await gero.get(`/submissions/vorgaenge/${id}`)).status).toBe(404)
    expect((await orderOf(id)).state).toBe('over')
    expect(await problemOf(await give(id, { seen: (await orderOf(id)).id }))).toMatchObject({
      errors: [{ pointer: '/to1', type: 'ended' }],
    })
    const kept = await town.ctx.db.all("SELECT owner, lane, count FROM work_counts WHERE count <> 0 AND owner LIKE 'postbox:%' ORDER BY owner, lane") // biome-ignore format: one thought
    const counted = await town.ctx.db.all("SELECT 'postbox:' || postbox AS owner, lane, count(*) AS count FROM postbox_items WHERE state <> 'done' GROUP BY 1, 2 ORDER BY 1, 2") // biome-ignore format: one thought
    expect(kept).toEqual(counted)
  })
})

describe('what is asked and answered', () => {
  it('stands nowhere that the citizen reads, its files neither', async () => {
    const citizen = await town.signInCitizen('mara')
    const id = await applied(citizen)
    await bodyOf(await give(id, { question: 'Schwarzwurzel?' }), 200)
    const { id: order } = await orderOf(id)
    const form = new FormData()
    form.append('file', new Blob([Buffer.from(smallPdf('hidden'))], { type: 'application/pdf' }), 'geheim.pdf')
    expect((await gero.form(`/submissions/vorgaenge/${id}/orders/${order}/files`, form)).status).toBe(303)
    await bodyOf(await answer(gero, id, order, { answerText: 'Schwarzwurzel, ja.' }), 200)
    const [document] = (await orderOf(id)).documents
    for (const path of [`/submissions/status/${id}`, '/submissions/account', '/submissions/account/export.json']) {
      expect(await (await citizen.get(path)).text()).not.toMatch(/Schwarzwurzel|geheim\.pdf/)
    }
    expect((await citizen.get(`/submissions/status/${id}/documents/${document?.id}`)).status).toBe(404)
    expect((await anna.get(`/submissions/documents/${document?.id}`)).status).toBe(200)
  })
})
