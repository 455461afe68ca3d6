import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CaseCard, projectChanges } from '../search/service.ts'
import { readProgress, saveCards } from '../search/store.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { ANSWERS, beginDraft, bodyOf, DRAFTS, putFile, type Submitted, sendStep, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { planMoveItem, planNewItem } from './plan.ts'
import { readItem } from './service.ts'
import type { FoundCases } from './service-find.ts'
import type { ItemList, PostboxCount, Work } from './service-lists.ts'

/** Finding a Vorgang: by what a clerk has at hand, and only where it lies in a postbox of theirs. */
let town: Town
let anna: Caller
let omar: Caller
beforeAll(async () => {
  town = await openTown()
  anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  omar = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
}, 60_000)
afterAll(() => town.close())

/** Sends in an application by somebody of this name; answers the id of its Vorgang once it can be found. */
async function applyAs(name: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const caller = town.newCaller()
  const answers = { ...ANSWERS, '/halter/familienname': name, ...more }
  const { draftId, step } = await beginDraft(caller)
  for (let address = step; ; ) {
    if (address === 'unterlagen') {
      await bodyOf(await putFile(caller, draftId, smallPdf(name)), 201)
    }
    const next = await sendStep(caller, draftId, address, answers)
    expect(next.isInvalid, address).toBe(false)
    if (next.to === 'review') {
      break
    }
    address = next.address
  }
  const { vorgangId } = await bodyOf<Submitted>(await caller.post(`${DRAFTS}/${draftId}/submit`), 201)
  await projectChanges(town.ctx)
  return vorgangId
}
type Begun = { readonly searchId?: string; readonly vorgangId?: string }
const begin = async (who: Caller, q: string): Promise<Begun> =>
  bodyOf(await who.post('/postboxes/searches', { q }), 200)
async function find(who: Caller, q: string): Promise<FoundCases> {
  const { searchId } = await begin(who, q)
  expect(searchId, `${q} leads to a list`).toBeDefined()
  return await who.read(`/postboxes/searches/${searchId}`)
}
const idsOf = async (who: Caller, q: string): Promise<readonly string[]> =>
  (await find(who, q)).items.map(({ vorgangId }) => vorgangId)
async function moveTo(vorgangId: string, postbox: string): Promise<void> {
  const item = await readItem(town.ctx, vorgangId)
  if (item === undefined) {
    throw new Error('no item')
  }
  expect((await town.ctx.write(planMoveItem(item, { postbox }))).ok).toBe(true)
}

describe('POST /api/v1/postboxes/searches', () => {
  it('finds by name however it is spelled, by a beginning, by street and house, and says where', async () => {
    const id = await applyAs('Müßłer-Ćosakojc')
    for (const typed of [
      'müßłer',
      'MUESSLER',
      'Mussler',
      'Cosak',
      'sandow 12',
      'mueß sandower',
      '276 0981',
      'bello',
      '13.04.1985',
      '13.4.1985',
    ]) {
      expect(await idsOf(anna, typed), typed).toContain(id)
    }
    for (const typed of ['ußler', 'Müßler Nowak', 'sandow 17', '1']) {
      expect(await idsOf(anna, typed).catch(() => []), typed).not.toContain(id)
    }
    const [one] = (await find(anna, 'Cosak')).items
    expect(one).toMatchObject({ applicant: 'Mara Łucja Müßłer-Ćosakojc', postbox: 'Steuern', next: { kind: 'task' } })
    expect(one?.why).toEqual([{ label: 'Familienname', text: 'Müßłer-Ćosakojc' }])
  })

  it('leads straight to the Vorgang by its number or Aktenzeichen, however they are written', async () => {
    const id = await applyAs('Nummer')
    const item = await readItem(town.ctx, id)
    const [reference, aktenzeichen] = [item?.reference ?? '', item?.aktenzeichen ?? '']
    const plain = reference.replaceAll('-', '')
    for (const typed of [reference, plain, plain.toLowerCase(), ` ${reference.replaceAll('-', ' ')} `, aktenzeichen]) {
      expect(await begin(anna, typed), typed).toEqual({ vorgangId: id })
    }
    const browser = await anna.form('/postboxes/searches', { q: plain })
    expect([browser.status, browser.headers.get('location')]).toEqual([303, `/amt/vorgaenge/${id}`])
    // A part of it is a search like any other.
    expect(await idsOf(anna, reference.slice(8))).toContain(id)
    // Nobody else learns that there is such a number.
    expect(await idsOf(omar, reference)).toEqual([])
  })

  it('keeps what was typed out of the address, and shows it to whoever typed it alone', async () => {
    await applyAs('Adresslos')
    const answer = await anna.form('/postboxes/searches', { q: 'Adresslos' })
    const to = answer.headers.get('location') ?? ''
    expect(to).toMatch(/^\/amt\/suche\?frage=[0-9a-f-]{36}$/)
    expect(town.logged.join('\n')).not.toContain('Adresslos')
    const id = to.split('=')[1]
    const bert = await town.signIn('bert', { roles: ['clerk'], teams: ['steuern'] })
    expect((await bert.get(`/postboxes/searches/${id}`)).status).toBe(404)
    expect((await anna.read<FoundCases>(`/postboxes/searches/${id}`)).query).toBe('Adresslos')
    town.clock.set(town.clock.now() + 12 * 3_600_000 + 1)
    anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    omar = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
    expect((await anna.get(`/postboxes/searches/${id}`)).status).toBe(404)
    await town.tick()
    expect(town.ctx.projection.all('SELECT query FROM asked WHERE id = ?', id ?? '')).toEqual([])
  })

  it('asks for more than nothing and one sign, with what was typed still there', async () => {
    expect(await find(anna, '  -')).toMatchObject({ query: '  -', issue: 'empty', items: [] })
    expect(await find(anna, 'ä')).toMatchObject({ query: 'ä', issue: 'too-short', items: [] })
    expect(await problemOf(await anna.post('/postboxes/searches', { q: 'x'.repeat(101) }))).toMatchObject({
      status: 422,
    })
  })

  it('takes nothing typed as a command of the index', async () => {
    await applyAs('Befehl')
    for (const typed of ['befehl*', '"befehl', "befehl' OR 1", '(befehl', 'befehl:', '^befehl', 'befehl)', '-befehl']) {
      const found = await find(anna, typed)
      expect(found.issue, typed).toBeNull()
    }
    expect((await idsOf(anna, 'befehl OR nichts-davon')).length).toBe(0)
    expect((await idsOf(anna, 'befehl NOT mara')).length).toBe(0)
    expect((await idsOf(anna, 'words: befehl')).length).toBe(0)
  })

  it('shows page after page, each Vorgang once', async () => {
    const some = await someItem()
    const all: string[] = []
    const cards = new Map<string, CaseCard>()
    for (let n = 0; n < 120; n += 1) {
      const id = town.ctx.newId()
      all.push(id)
      await town.ctx.write(planNewItem({ ...some, id, vorgangId: id }))
      cards.set(id, { reference: '', aktenzeichen: '', postboxes: ['steuern'], name: 'Seite', fields: [] })
    }
    saveCards(town.ctx.projection, cards, readProgress(town.ctx.projection))
    const { searchId } = await begin(anna, 'Seite')
    const seen: string[] = []
    for (let after = ''; ; ) {
      const page = await anna.read<FoundCases>(`/postboxes/searches/${searchId}${after}`)
      expect(page.items.length).toBeLessThanOrEqual(50)
      seen.push(...page.items.map(({ vorgangId }) => vorgangId))
      if (page.next === undefined) {
        break
      }
      after = `?after=${page.next}`
    }
    expect(seen).toEqual(all.toReversed())
  })
})
async function someItem() {
  const [row] = await town.ctx.db.all<{ id: string }>("SELECT id FROM postbox_items WHERE kind = 'case' LIMIT 1")
  const item = await readItem(town.ctx, row?.id ?? '')
  if (item === undefined) {
    throw new Error('nothing lies anywhere')
  }
  return item
}

describe('a clerk of another office', () => {
  it('finds, counts and guesses nothing: by list, search, count and number', async () => {
    const id = await applyAs('Fremdling')
    const lists = await omar.read<ItemList>('/postboxes/items?view=team')
    expect(lists.items).toEqual([])
    const counts = await omar.read<{ postboxes: PostboxCount[]; work: Work }>('/postboxes')
    expect(Object.values(counts.work).every((count) => count === 0)).toBe(true)
    // What is there and what is not answer the same, and nothing is said of how many there are.
    const [there, nowhere] = [await find(omar, 'Fremdling'), await find(omar, 'Gibtsnicht')]
    expect({ ...there, query: '' }).toEqual({ ...nowhere, query: '' })
    expect(Object.keys(there).sort()).toEqual(['issue', 'items', 'query'])
    const reference = (await readItem(town.ctx, id))?.reference ?? ''
    expect(await begin(omar, reference)).toEqual({ searchId: expect.any(String) })
    // A place in somebody else's list is no place in one's own.
    const { searchId } = await begin(omar, 'Fremdling')
    expect((await omar.read<FoundCases>(`/postboxes/searches/${searchId}?after=${id}`)).items).toEqual([])
    // Who works in no postbox has nothing to look through.
    const edda = await town.signIn('edda', { roles: ['clerk'], teams: [] })
    expect((await edda.post('/postboxes/searches', { q: 'Fremdling' })).status).toBe(404)
  })

  it('reads no word of it: the search takes as many steps as for a word that stands nowhere', async () => {
    const steps = async (q: string): Promise<number> => {
      const { searchId } = await begin(omar, q)
      const total = () =>
        Number(
          town.ctx.projection.all("SELECT sum(nstep) AS n FROM sqlite_stmt WHERE sql LIKE '%MATCH%'")[0]?.['n'] ?? 0,
        )
      await omar.read(`/postboxes/searches/${searchId}`)
      const before = total()
      await omar.read(`/postboxes/searches/${searchId}`)
      return total() - before
    }
    await moveTo(await applyAs('Ordnungssache'), 'ordnung')
    await projectChanges(town.ctx)
    expect(await idsOf(omar, 'Ordnungssache')).toHaveLength(1)
    expect(await steps('Fremdling')).toBe(await steps('Gibtsnicht'))
    expect(await steps('Fremdling')).toBeGreaterThan(0)
  })

  it('loses at once what is sent on, and who gets it finds it', async () => {
    const id = await applyAs('Wanderer')
    expect(await idsOf(anna, 'Wanderer')).toEqual([id])
    await moveTo(id, 'ordnung')
    // The index has not heard of it yet.
    expect(await idsOf(anna, 'Wanderer')).toEqual([])
    expect(await begin(anna, (await readItem(town.ctx, id))?.reference ?? '')).not.toHaveProperty('vorgangId')
    await projectChanges(town.ctx)
    expect(await idsOf(anna, 'Wanderer')).toEqual([])
    expect(await idsOf(omar, 'Wanderer')).toEqual([id])
  })

  it('finds what it takes part in until that is over; a person finds by the teams they are in now', async () => {
    const id = await applyAs('Beteiligung')
    const main = await readItem(town.ctx, id)
    if (main === undefined) {
      throw new Error('no item')
    }
    const side = { ...main, id: town.ctx.newId(), kind: 'task' as const, postbox: 'ordnung' }
    expect((await town.ctx.write(planNewItem(side))).ok).toBe(true)
    await projectChanges(town.ctx)
    expect(await idsOf(omar, 'Beteiligung')).toEqual([id])
    expect((await find(omar, 'Beteiligung')).items[0]?.postbox).toBe('Steuern')
    expect((await town.ctx.write(planMoveItem(main, { state: 'done', taskId: null }))).ok).toBe(true)
    expect(await idsOf(omar, 'Beteiligung')).toEqual([])
    expect(await idsOf(anna, 'Beteiligung')).toEqual([id])
    town.setRights('anna', { roles: ['clerk'], teams: ['umwelt'] })
    expect(await idsOf(anna, 'Beteiligung')).toEqual([])
    town.setRights('anna', { roles: ['clerk'], teams: ['steuern'] })
  })
})

describe('what is not there any more', () => {
  it('is found no more, and its words are gone from the index', async () => {
    const id = await applyAs('Vergänglich')
    expect(await idsOf(anna, 'Vergänglich')).toEqual([id])
    const [kept] = await town.ctx.db.all<{ key_id: string }>(`SELECT key_id FROM vorgaenge WHERE id = '${id}'`)
    await town.ctx.keyring.destroy([kept?.key_id ?? ''])
    await town.ctx.write({ changes: [{ topic: 'vorgang', id }] })
    await projectChanges(town.ctx)
    expect(await idsOf(anna, 'Vergänglich')).toEqual([])
    const bytes = town.ctx.projection.all('SELECT block FROM card_words_data').map((row) => row['block'])
    expect(bytes.some((block) => Buffer.from(block as Uint8Array).includes('rganglich'))).toBe(false)
  })
})
