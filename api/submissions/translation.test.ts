import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ItemList } from '../postboxes/service-lists.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, fillDraft, smallPdf, submit } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { OrdersPart } from './vorgang-view.ts'

let town: Town
let clerk: Caller
let translator: Caller
beforeAll(async () => {
  town = await openTown()
  clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  translator = await town.signIn('hanka', { roles: ['clerk'], teams: ['sorbisch'] })
})
afterAll(() => town.close())

async function applied(lang: string): Promise<{ readonly citizen: Caller; readonly id: string }> {
  const citizen = town.newCaller()
  const draftId = await fillDraft(citizen)
  await bodyOf(await citizen.post('/submissions/language', { lang, page: `/antrag/${draftId}/pruefen` }), 200)
  const { vorgangId } = await submit(citizen, draftId)
  await town.tick()
  return { citizen, id: vorgangId }
}
const ordersOf = (who: Caller, id: string): Promise<OrdersPart> => who.read(`/submissions/vorgaenge/${id}/parts/orders`)
const listed = async (who: Caller, postbox: string, id: string) => {
  const { items } = await who.read<ItemList>(`/postboxes/${postbox}/items?view=team`)
  return items.filter(({ vorgangId }) => vorgangId === id)
}

describe('an application in Lower Sorbian', () => {
  it('lies with those who translate from the moment it came, and nothing waits for it', async () => {
    const { id } = await applied('dsb')
    expect(await listed(translator, 'sorbisch', id)).toMatchObject([
      { next: { kind: 'task', title: 'Übersetzung' }, dueOn: '2026-11-27' },
    ])
    const [own] = await listed(clerk, 'steuern', id)
    const [german] = await listed(clerk, 'steuern', (await applied('de')).id)
    expect(own?.dueOn).toBe(german?.dueOn)
    expect(await ordersOf(clerk, id)).toMatchObject({
      orders: [{ kind: 'translation', state: 'open', by: '', question: expect.stringContaining('Dolnoserbski') }],
    })
  })

  it('is translated by anybody of that team: by a text or a document, which the clerk reads and the person does not', async () => {
    const { citizen, id } = await applied('dsb')
    const [order] = (await ordersOf(translator, id)).orders
    const at = `/submissions/vorgaenge/${id}/orders/${order?.id}`
    expect(await problemOf(await translator.post(`${at}/answer`, { answerText: ' ' }))).toMatchObject({
      type: 'submissions/order-answer-missing',
    })
    const form = new FormData()
    form.append(
      'file',
      new Blob([smallPdf('t') as unknown as ArrayBuffer], { type: 'application/pdf' }),
      'uebersetzung.pdf',
    )
    expect((await translator.form(`${at}/files`, form)).status).toBe(303)
    await bodyOf(await translator.post(`${at}/answer`, { answerText: '' }), 200)
    expect((await ordersOf(clerk, id)).orders).toMatchObject([
      { state: 'done', answer: 'done', endedBy: 'hanka', documents: [{ fileName: 'uebersetzung.pdf' }] },
    ])
    expect(await listed(translator, 'sorbisch', id)).toEqual([])
    expect(JSON.stringify(await citizen.read(`/submissions/status/${id}`))).not.toContain('uebersetzung')
  })

  it('asks nobody else: not for German, and not of another team', async () => {
    const { id } = await applied('de')
    expect((await ordersOf(clerk, id)).orders).toEqual([])
    expect((await translator.get(`/submissions/vorgaenge/${id}`)).status).toBe(404)
    const stranger = await town.signIn('otto', { roles: ['clerk'], teams: ['ordnung'] })
    const sorbian = await applied('dsb')
    expect((await stranger.get(`/submissions/vorgaenge/${sorbian.id}`)).status).toBe(404)
  })
})

it('a city that names a postbox or deadline for translations which is not there is refused', async () => {
  for (const [from, to] of [
    ['postbox: sorbisch', 'postbox: sorbish'],
    ['deadline: translation', 'deadline: translated'],
  ]) {
    const change = (path: string, text: string): string =>
      path === 'city.yaml' ? text.replace(from ?? '', to ?? '') : text
    await expect(town.edit(change)).rejects.toMatchObject({ errors: [{ type: 'content/unknown-name' }] })
  }
})
