import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StepView } from '../forms/view.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import {
  ANSWERS,
  beginDraft,
  bodyOf,
  DRAFTS,
  fillDraft,
  type Next,
  putFile,
  sendStep,
  smallPdf,
} from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { expireDrafts } from './service-drafts.ts'

const DAY_MS = 86_400_000
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

const step = (caller: Caller, draftId: string, address: string): Promise<StepView> =>
  caller.read(`${DRAFTS}/${draftId}/steps/${address}`)
const resume = async (caller: Caller, draftId: string): Promise<string> =>
  (await caller.read<{ page: string }>(`${DRAFTS}/${draftId}`)).page

describe('POST /submissions/drafts', () => {
  it('201 begins a draft and gives the browser a session that outlives it', async () => {
    const caller = town.newCaller()
    const response = await caller.post(DRAFTS, { service: 'hund-anmelden' })
    expect(response.status).toBe(201)
    expect(response.headers.get('set-cookie')).toMatch(/HttpOnly.*Max-Age=2592000/)
    expect(await response.json()).toMatchObject({ step: 'name' })
  })

  it('303 leads a browser to the first page', async () => {
    const response = await town.newCaller().form(DRAFTS, { service: 'hund-anmelden' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(/^\/antrag\/[0-9a-f-]{36}\/name$/)
  })

  it.each([
    ['a service that cannot be applied for here', { service: 'reisepass' }, 404, 'submissions/service-not-online'],
    ['an unknown service', { service: 'gibt-es-nicht' }, 404, 'submissions/service-not-online'],
    ['a name from outside', { service: '../etc' }, 422, 'http/invalid-input'],
    ['an unknown language', { service: 'hund-anmelden', lang: 'xx' }, 422, 'http/invalid-input'],
    ['a field that does not belong', { service: 'hund-anmelden', id: '1' }, 422, 'http/invalid-input'],
  ])('refuses %s', async (_what, body, status, type) => {
    expect(await problemOf(await town.newCaller().post(DRAFTS, body))).toMatchObject({ status, type })
  })

  it('429 from the 21st draft of one browser', async () => {
    const caller = town.newCaller()
    for (let count = 0; count < 20; count += 1) {
      await beginDraft(caller)
    }
    const response = await caller.post(DRAFTS, { service: 'hund-anmelden' })
    expect(await problemOf(response)).toMatchObject({ status: 429, type: 'submissions/too-many-drafts' })
  })

  it('403 for staff, whose browser acts for the office', async () => {
    const clerk = await town.signIn('clerk', { roles: ['clerk'], teams: ['steuern'] })
    expect((await clerk.post(DRAFTS, { service: 'hund-anmelden' })).status).toBe(403)
  })
})

describe('POST /submissions/drafts/:draft/steps/:step', () => {
  it('200 keeps what is right and leads to the next page', async () => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    expect(await sendStep(caller, draftId, 'name')).toMatchObject({ to: 'step', address: 'geburtsdatum' })
    expect(await resume(caller, draftId)).toBe(`/antrag/${draftId}/geburtsdatum`)
    const [first] = (await step(caller, draftId, 'name')).fields
    expect(first).toMatchObject({ name: '/halter/vornamen', value: 'Mara Łucja' })
  })

  it('keeps what is wrong as it was typed and shows why', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'anschrift' })
    const response = await caller.form(`${DRAFTS}/${draftId}/steps/anschrift`, { '/halter/anschrift/plz': '3046 ' })
    expect(response.headers.get('location')).toBe(`/antrag/${draftId}/anschrift#fehler`)
    const page = await step(caller, draftId, 'anschrift')
    expect(page.fields.find((field) => field.name === '/halter/anschrift/plz')?.value).toBe('3046 ')
    expect(page.errors.length).toBe(4)
    expect(page.pageTitle).toMatch(/^Fehler:/)
  })

  it('303 to the saved page when the person leaves, whatever is missing', async () => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    const response = await caller.form(`${DRAFTS}/${draftId}/steps/name`, {
      '/halter/vornamen': 'Mara',
      action: 'leave',
    })
    expect(response.headers.get('location')).toBe(`/antrag/${draftId}/gespeichert`)
    expect((await step(caller, draftId, 'name')).fields[0]?.value).toBe('Mara')
  })

  it('adds and removes items of a repeating group; later ones move up', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'hunde' })
    const more = await sendStep(caller, draftId, 'hunde', { '/hunde/+': 'true' })
    expect(more.address).toBe('hunde-2-rasse')
    const second = Object.fromEntries(
      Object.entries(ANSWERS).map(([name, value]) => [
        name.replace('/hunde/0/', '/hunde/1/'),
        value.replace('Bello', 'Žofka'),
      ]),
    )
    let next: Next = more
    while (next.address.startsWith('hunde-2-')) {
      next = await sendStep(caller, draftId, next.address, second)
    }
    expect((await step(caller, draftId, 'hunde')).loop?.items.map((item) => item.title)).toEqual([
      'Hund 1: Bello',
      'Hund 2: Žofka',
    ])
    await sendStep(caller, draftId, 'hunde', { action: 'remove:/hunde/0' })
    expect((await step(caller, draftId, 'hunde')).loop?.items.map((item) => item.title)).toEqual(['Hund 1: Žofka'])
  })

  it('lets two windows of one browser write: the later page wins for its own questions, nothing else is lost', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'kontakt' })
    await Promise.all([
      sendStep(caller, draftId, 'name', { '/halter/vornamen': 'Anna', '/halter/familienname': 'Noack' }),
      sendStep(caller, draftId, 'anschrift', { ...ANSWERS, '/halter/anschrift/ort': 'Peitz/Picnjo' }),
      sendStep(caller, draftId, 'geburtsdatum', { ...ANSWERS, '/halter/geburtsdatum/day': '14' }),
    ])
    expect((await step(caller, draftId, 'name')).fields[0]?.value).toBe('Anna')
    expect((await step(caller, draftId, 'anschrift')).fields.at(-1)?.value).toBe('Peitz/Picnjo')
    expect((await step(caller, draftId, 'geburtsdatum')).fields[0]?.dateParts[0]?.value).toBe('14')
  })

  it('leads back to the review from a change', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller)
    const response = await caller.form(`${DRAFTS}/${draftId}/steps/name?changing=1`, {
      '/halter/vornamen': 'Mara',
      '/halter/familienname': 'Noack',
    })
    expect(response.headers.get('location')).toBe(`/antrag/${draftId}/pruefen`)
  })

  it.each(['null', '[]', '"text"', '3'])('422 for a body that is no object: %s', async (body) => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    const headers = { 'content-type': 'application/json' }
    const response = await caller.send(`${DRAFTS}/${draftId}/steps/name`, { method: 'POST', body, headers })
    expect(await problemOf(response)).toMatchObject({ status: 422, type: 'http/invalid-input' })
  })

  it('refuses bodies of other kinds before it reads them', async () => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    const send = (body: string, type: string): Promise<Response> =>
      caller.send(`${DRAFTS}/${draftId}/steps/name`, { method: 'POST', body, headers: { 'content-type': type } })
    expect((await send('<a/>', 'application/xml')).status).toBe(415)
    expect((await send('{', 'application/json')).status).toBe(400)
    expect((await send('a=1&a=2', 'application/x-www-form-urlencoded')).status).toBe(400)
    expect((await send(`a=${'x'.repeat(300_000)}`, 'application/x-www-form-urlencoded')).status).toBe(413)
  })

  it('404 for pages that do not exist or cannot be reached', async () => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    for (const address of ['gibt-es-nicht', 'konto', 'hunde-9-rasse']) {
      expect((await caller.post(`${DRAFTS}/${draftId}/steps/${address}`, ANSWERS)).status).toBe(404)
      expect((await caller.get(`${DRAFTS}/${draftId}/steps/${address}`)).status).toBe(404)
    }
  })
})

describe('a draft of somebody else', () => {
  it('404 on every route, as one that does not exist', async () => {
    const owner = town.newCaller()
    const draftId = await fillDraft(owner, { until: 'erklaerung', file: smallPdf('own') })
    const other = town.newCaller()
    await beginDraft(other)
    for (const id of [draftId, '01990000-0000-7000-8000-000000000000']) {
      const answers = await Promise.all([
        other.get(`${DRAFTS}/${id}`),
        other.get(`${DRAFTS}/${id}/steps/name`),
        other.get(`${DRAFTS}/${id}/review`),
        other.get(`${DRAFTS}/${id}/receipt`),
        other.post(`${DRAFTS}/${id}/steps/name`, ANSWERS),
        other.post(`${DRAFTS}/${id}/submit`),
        putFile(other, id, smallPdf('x')),
        other.get(`${DRAFTS}/${id}/files/${id}`),
        other.delete(`${DRAFTS}/${id}/files/${id}?question=/unterlagen/nachweis`),
      ])
      const problems = await Promise.all(answers.map(problemOf))
      expect(problems.map(({ status, type }) => `${status} ${type}`)).toEqual(answers.map(() => '404 http/not-found'))
    }
  })

  it('401 without any session', async () => {
    const { draftId } = await beginDraft(town.newCaller())
    expect((await town.newCaller().get(`${DRAFTS}/${draftId}`)).status).toBe(401)
  })
})

describe('a draft whose time is over', () => {
  it('410, its answers are gone, its files are gone, and its key is destroyed for good', async () => {
    const own = await openTown()
    const caller = own.newCaller()
    const draftId = await fillDraft(caller, { until: 'erklaerung', file: smallPdf('old') })
    const kept = await fillDraft(own.newCaller(), { until: 'anschrift' })
    own.clock.advance(29 * DAY_MS)
    await sendStep(caller, draftId, 'name')
    own.clock.advance(29 * DAY_MS)
    expect(await expireDrafts(own.ctx)).toBe(1)
    expect((await caller.get(`${DRAFTS}/${draftId}/steps/name`)).status).toBe(200)
    own.clock.advance(2 * DAY_MS)
    const row = await own.ctx.db.get<{ key_id: string }>(`SELECT key_id FROM drafts WHERE id = '${draftId}'`)
    await own.tick()
    expect(
      await own.ctx.db.get(`SELECT state, length(answers_sealed) AS bytes FROM drafts WHERE id = '${draftId}'`),
    ).toEqual({ state: 'expired', bytes: 0 })
    expect(await own.ctx.db.all(`SELECT id FROM uploads WHERE draft_id = '${draftId}'`)).toEqual([])
    expect(await Array.fromAsync(own.ctx.blobs.list())).toEqual([])
    const destroyed = await own.ctx.keyring.destroyed()
    expect(destroyed.has(row.key_id)).toBe(true)
    expect(destroyed.size).toBe(2)
    await expect(own.ctx.keyring.dataKey(row.key_id)).rejects.toMatchObject({ type: 'keys/key-gone' })
    expect(kept).not.toBe(draftId)
    await own.close()
  })
})

describe('GET /submissions/services/:service/start', () => {
  it('200 for everybody, 404 where there is no application', async () => {
    const body = await bodyOf<{ title: string }>(
      await town.newCaller().get('/submissions/services/hund-anmelden/start'),
      200,
    )
    expect(JSON.stringify(body)).toContain('75 Euro')
    expect((await town.newCaller().get('/submissions/services/reisepass/start')).status).toBe(404)
  })
})
