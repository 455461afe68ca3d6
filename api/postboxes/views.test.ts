import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import { type CaseCard, projectChanges } from '../search/service.ts'
import { readProgress, saveCards } from '../search/store.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { type ItemMove, planNewItem } from './plan.ts'
import type { ItemList } from './service-lists.ts'

/** Lists as a person wants them: narrowed by days, by who has it, by answers; with answers in columns; saved under a name. */
const SERVICE = 'baum-faellen'
let town: Town
let today: string
let anna: Caller
let bert: Caller
beforeAll(async () => {
  town = await openTown()
  today = dayInBerlin(town.clock.now())
  anna = await town.signIn('anna', { roles: ['clerk'], teams: ['umwelt', 'ordnung'] })
  bert = await town.signIn('bert', { roles: ['clerk'], teams: ['umwelt'] })
}, 60_000)
afterAll(() => town.close())

type Put = Partial<ItemMove> & {
  readonly receivedAtMs?: number
  readonly service?: string
  readonly fields?: CaseCard['fields']
}
/** Puts something into a postbox, and what was answered beside it. */
async function put({ service = SERVICE, fields = [], ...move }: Put): Promise<string> {
  const id = town.ctx.newId()
  const plan = planNewItem({
    ...{
      id,
      vorgangId: id,
      kind: 'case',
      postbox: 'umwelt',
      taskId: null,
      step: 'check',
      state: 'open',
      assignee: null,
    },
    ...{ dueOn: addDays(today, 10), title: null, waitsFor: null, preparedBy: null, reference: id.slice(-8) },
    ...{ aktenzeichen: id.slice(-8), serviceSlug: service, receivedAtMs: 0 },
    ...move,
  } as Parameters<typeof planNewItem>[0])
  expect((await town.ctx.write(plan)).ok).toBe(true)
  const card = { reference: '', aktenzeichen: '', postboxes: [move.postbox ?? 'umwelt'], name: 'Jemand', fields }
  saveCards(town.ctx.projection, new Map([[id, card]]), readProgress(town.ctx.projection))
  return id
}
const list = (who: Caller, query: string): Promise<ItemList> => who.read(`/postboxes/items?${query}`)
const ids = async (who: Caller, query: string): Promise<readonly string[]> =>
  (await list(who, query)).items.map(({ id }) => id)
const select = async (who: Caller, named: Readonly<Record<string, string>>, service = SERVICE): Promise<string> =>
  (await bodyOf<{ selectionId: string }>(await who.post('/postboxes/selections', { service, ...named }), 200))
    .selectionId
const userOf = async (n: number): Promise<string> =>
  (await town.ctx.db.all<{ id: string }>("SELECT user_id AS id FROM sessions WHERE kind = 'staff' ORDER BY id"))[n]
    ?.id ?? ''
/** A question of the form and another one. */
const questions = async (): Promise<readonly string[]> =>
  (await list(anna, `view=team&service=${SERVICE}`)).questions.map(({ path }) => path)

describe('a list narrowed by what stands in its address', () => {
  it('shows days due, days received and who has it, and says what it is narrowed to', async () => {
    const service = 'stadtmelder'
    const at = (day: string): number => Date.parse(`${day}T10:00:00Z`)
    const [me, other] = [await userOf(0), await userOf(1)]
    const first = await put({ service, dueOn: '2027-02-01', receivedAtMs: at('2026-11-01') })
    const mine = await put({ service, dueOn: '2027-02-02', receivedAtMs: at('2026-11-02'), assignee: me })
    const others = await put({ service, dueOn: '2027-02-03', receivedAtMs: at('2026-11-03'), assignee: other })
    const of = (more: string) => ids(anna, `view=team&service=${service}${more}`)
    expect(await of('')).toEqual([first, mine, others])
    expect(await of('&dueFrom=2027-02-02')).toEqual([mine, others])
    expect(await of('&dueUntil=2027-02-02')).toEqual([first, mine])
    expect(await of('&receivedFrom=2026-11-02&receivedUntil=2026-11-02')).toEqual([mine])
    // 23:30 UTC is the next day in Berlin.
    const late = await put({ service, dueOn: '2027-02-04', receivedAtMs: Date.parse('2026-11-04T23:30:00Z') })
    expect(await of('&receivedFrom=2026-11-05')).toEqual([late])
    expect(await of('&who=me')).toEqual([mine])
    expect(await of('&who=others')).toEqual([others])
    expect(await of('&who=nobody')).toEqual([first, late])
    expect((await list(anna, `view=team&service=${service}&who=me&dueUntil=2027-03-01`)).filter).toEqual({
      service,
      who: 'me',
      dueUntil: '2027-03-01',
    })
    for (const wrong of ['dueFrom=1.2.2027', 'dueFrom=2027-13-99', 'who=boss', 'selection=x', 'saved=x']) {
      expect((await anna.get(`/postboxes/items?view=team&${wrong}`)).status, wrong).toBe(422)
    }
  })
})

describe('answers of a service', () => {
  it('stand in columns, as the real application has them', async () => {
    const { vorgangId } = await apply(town.newCaller(), smallPdf('columns'))
    await projectChanges(town.ctx)
    const tax = await town.signIn('tara', { roles: ['clerk'], teams: ['steuern'] })
    const all = await list(tax, 'view=team&service=hund-anmelden')
    const paths = all.questions.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['halter.familienname', 'hunde.rasse', 'hunde.rufname']))
    // Bank details, files and declarations are no columns.
    expect(paths.some((path) => /iban|nachweis|richtigkeit/.test(path))).toBe(false)
    const named = {
      'column:hunde.rasse': '1',
      'column:halter.familienname': '1',
      'answer:halter.familienname': 'nowak',
    }
    const selection = await select(tax, named, 'hund-anmelden')
    const shown = await list(tax, `view=team&service=hund-anmelden&selection=${selection}`)
    expect(shown.selection?.columns).toEqual(['hunde.rasse', 'halter.familienname'])
    expect(shown.items.find((item) => item.vorgangId === vorgangId)?.cells).toEqual(['Mischling', 'Lehmann-Nowak'])
  })

  it('narrow the list: every word in the answer to that question, over pages', async () => {
    const [path = '', other = ''] = await questions()
    const wanted: string[] = []
    for (let n = 0; n < 130; n += 1) {
      const text = n % 2 === 0 ? 'Kastanie an der Straße' : 'Linde'
      const id = await put({
        dueOn: addDays(today, 20 + n),
        fields: [
          { path, text },
          { path: other, text: 'Kastanie' },
        ],
      })
      if (n % 2 === 0) {
        wanted.push(id)
      }
    }
    const selection = await select(anna, { [`answer:${path}`]: 'strasse kast', [`column:${path}`]: '1' })
    const query = `view=free&service=${SERVICE}&selection=${selection}`
    const page = await list(anna, query)
    expect(page.items.map(({ id }) => id)).toEqual(wanted.slice(0, 50))
    expect(page.items[0]?.cells).toEqual(['Kastanie an der Straße'])
    expect(await ids(anna, `${query}&after=${page.next}`)).toEqual(wanted.slice(50))
    expect(await ids(anna, `${query.replace('free', 'mine')}`)).toEqual([])
    expect(await ids(anna, `${query}&dueUntil=${addDays(today, 22)}`)).toEqual(wanted.slice(0, 2))
    // The word stands in another answer of all of them.
    expect(
      await ids(anna, `view=free&service=${SERVICE}&selection=${await select(anna, { [`answer:${other}`]: 'linde' })}`),
    ).toEqual([])
    // Of another service it says nothing.
    const elsewhere = await list(anna, `view=free&service=stadtmelder&selection=${selection}`)
    expect([elsewhere.selection, elsewhere.isSelectionGone]).toEqual([null, true])
  })

  it('narrow a list of more than a thousand by a look through it, page after page', async () => {
    const [path = ''] = await questions()
    const cards = new Map<string, CaseCard>()
    const rows: string[] = []
    const card = { reference: '', aktenzeichen: '', postboxes: ['ordnung'], name: null }
    const ordinary = await put({ postbox: 'ordnung', fields: [{ path, text: 'Eiche' }] })
    const [item] = await town.ctx.db.all<Record<string, string>>(`SELECT * FROM postbox_items WHERE id = '${ordinary}'`)
    expect(item).toBeDefined()
    for (let n = 0; n < 1_100; n += 1) {
      const id = town.ctx.newId()
      rows.push(id)
      cards.set(id, { ...card, fields: [{ path, text: 'Eiche' }] })
    }
    const insert = rows.map((id, n) => ({
      sql: "INSERT INTO postbox_items (id, vorgang_id, kind, postbox, step, state, due_on, reference, aktenzeichen, service_slug, received_at_ms, is_new, version) VALUES (?, ?, 'case', 'ordnung', 's', 'open', ?, 'r', 'a', ?, 0, 0, 1)",
      args: [id, id, addDays(today, 30 + n), SERVICE],
    }))
    expect((await town.ctx.write({ statements: insert })).ok).toBe(true)
    saveCards(town.ctx.projection, cards, readProgress(town.ctx.projection))
    const selection = await select(anna, { [`answer:${path}`]: 'eiche' })
    const seen: string[] = []
    for (let after = ''; ; ) {
      const page = await list(anna, `view=free&service=${SERVICE}&selection=${selection}${after}`)
      seen.push(...page.items.map(({ id }) => id))
      if (page.next === undefined) {
        break
      }
      after = `&after=${page.next}`
    }
    expect(seen).toEqual([ordinary, ...rows])
    // Who does not work there sees nothing of it.
    expect(
      await ids(bert, `view=free&service=${SERVICE}&selection=${await select(bert, { [`answer:${path}`]: 'eiche' })}`),
    ).toEqual([])
  })

  it('422 for more than twelve columns; a question that is not asked is left out', async () => {
    const many = Object.fromEntries(Array.from({ length: 13 }, (_, n) => [`column:frage.${n}`, '1']))
    expect(await problemOf(await anna.post('/postboxes/selections', { service: SERVICE, ...many }))).toMatchObject({
      status: 422,
      errors: [{ pointer: '/columns', type: 'max_length' }],
    })
    const selection = await select(anna, { 'column:gibt.es.nicht': '1' })
    expect((await list(anna, `view=free&service=${SERVICE}&selection=${selection}`)).selection?.columns).toEqual([])
  })

  it('what is looked for stands in no address and is nobody else’s', async () => {
    const [path = ''] = await questions()
    const form = { view: 'free', service: SERVICE, dueFrom: '2026-12-01', [`answer:${path}`]: 'Geheimrat' }
    const answer = await anna.form('/postboxes/selections', form)
    const to = answer.headers.get('location') ?? ''
    expect(to).toMatch(/^\/amt\/\?ansicht=free&leistung=baum-faellen&fristVon=2026-12-01&auswahl=[0-9a-f-]{36}$/)
    expect(town.logged.join('\n')).not.toContain('Geheimrat')
    const selection = to.split('auswahl=')[1]
    expect((await list(bert, `view=free&service=${SERVICE}&selection=${selection}`)).selection).toBeNull()
    expect((await list(anna, `view=free&service=${SERVICE}&selection=${selection}`)).selection?.answers).toHaveLength(1)
  })
})

describe('a saved list', () => {
  const save = async (who: Caller, body: Readonly<Record<string, string>>): Promise<string> =>
    (await bodyOf<{ savedId: string }>(await who.post('/postboxes/views', body), 200)).savedId

  it('is found again with its filter and columns, sealed, by its owner alone, and goes when it is deleted', async () => {
    const [path = ''] = await questions()
    const selection = await select(anna, { [`answer:${path}`]: 'Linde', [`column:${path}`]: '1' })
    const view = { viewName: ' Fälle Lehmann ', view: 'free', service: SERVICE, dueFrom: addDays(today, 1), selection }
    const saved = await save(anna, view)
    const [row] = await town.ctx.db.all<{ sealed: Uint8Array }>(`SELECT sealed FROM saved_views WHERE id = '${saved}'`)
    expect(Buffer.from(row?.sealed ?? []).includes('Lehmann')).toBe(false)
    // The selection is forgotten after half a day, what was saved is not.
    town.ctx.projection.run('DELETE FROM asked')
    const shown = await list(anna, `saved=${saved}`)
    expect(shown.saved).toEqual({ id: saved, name: 'Fälle Lehmann' })
    expect(shown.savedViews).toContainEqual({ id: saved, name: 'Fälle Lehmann' })
    expect(shown.filter).toEqual({ service: SERVICE, dueFrom: addDays(today, 1) })
    expect(shown.selection?.answers).toEqual([{ path, text: 'Linde' }])
    expect(shown.items.length).toBeGreaterThan(0)
    expect(shown.items.every(({ cells }) => cells[0] === 'Linde')).toBe(true)
    // Its columns can be shown in another view of the list.
    const other = await list(anna, `view=team&service=${SERVICE}&selection=${saved}`)
    expect(other.selection?.columns).toEqual([path])
    expect((await bert.get(`/postboxes/items?saved=${saved}`)).status).toBe(404)
    expect((await bert.post(`/postboxes/views/${saved}/delete`)).status).toBe(404)
    expect((await list(bert, `view=team&service=${SERVICE}&selection=${saved}`)).selection).toBeNull()
    expect((await anna.post(`/postboxes/views/${saved}/delete`)).status).toBe(200)
    expect((await anna.get(`/postboxes/items?saved=${saved}`)).status).toBe(404)
    expect((await list(anna, 'view=team')).savedViews).toEqual([])
  })

  it('of one postbox goes with the team', async () => {
    const saved = await save(anna, { viewName: 'Ordnung', view: 'team', postbox: 'ordnung' })
    expect((await list(anna, `saved=${saved}`)).postbox?.id).toBe('ordnung')
    town.setRights('anna', { roles: ['clerk'], teams: ['umwelt'] })
    expect((await anna.get(`/postboxes/items?saved=${saved}`)).status).toBe(404)
    expect((await list(anna, 'view=team')).savedViews).toEqual([])
    expect((await anna.post('/postboxes/views', { viewName: 'x', view: 'team', postbox: 'ordnung' })).status).toBe(404)
    town.setRights('anna', { roles: ['clerk'], teams: ['umwelt', 'ordnung'] })
  })

  it('422 without a name, 409 beyond thirty', async () => {
    const nameless = await problemOf(await bert.post('/postboxes/views', { viewName: '  ', view: 'team' }))
    expect(nameless).toMatchObject({ status: 422, errors: [{ pointer: '/viewName', type: 'min_length' }] })
    for (let n = 0; n < 30; n += 1) {
      await save(bert, { viewName: `Ansicht ${n}`, view: 'team' })
    }
    const more = await problemOf(await bert.post('/postboxes/views', { viewName: 'zu viel', view: 'team' }))
    expect(more).toMatchObject({ status: 409, type: 'postboxes/too-many-views' })
  })
})
