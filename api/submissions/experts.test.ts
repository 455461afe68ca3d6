import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyJournal } from '../journal/service.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { OrdersView, VorgangView } from './vorgang-view.ts'

/** Somebody outside is asked by link and code: they see what was chosen for them, until it is over. */
const UNTIL = '2026-12-18'
const EMAIL = 'gutachter@beispiel.example'
const DAY_MS = 86_400_000
let town: Town
let anna: Caller
beforeAll(async () => {
  town = await openTown({
    edit: (path, text) => (path.endsWith('postboxes/steuern.yaml') ? text.replace('isTaxSecret: true', '') : text),
  })
  anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
})
afterAll(() => town.close())

const applied = async (citizen = town.newCaller()): Promise<string> => {
  const { vorgangId } = await apply(citizen, smallPdf('x'))
  await town.tick()
  return vorgangId
}
const ask = (id: string, fields: object = {}, who = anna): Promise<Response> =>
  who.post(`/submissions/vorgaenge/${id}/experts`, {
    expertName: 'Dr. Weiß',
    expertEmail: EMAIL,
    expertQuestion: 'Ist das ein Mischling?',
    expertUntilOn: UNTIL,
    ...fields,
  })
const read = (id: string, who = anna): Promise<OrdersView> => who.read(`/submissions/vorgaenge/${id}/parts/orders`)
async function asked(fields: (id: string) => Promise<object> = async () => ({})) {
  const id = await applied()
  await bodyOf(await ask(id, await fields(id)), 200)
  await town.tick()
  const expert = (await read(id)).experts[0]
  const outside = town.newCaller()
  return { id, expert: expert?.id ?? '', code: expert?.code ?? '', outside }
}
const open = (outside: Caller, expert: string, code: string): Promise<Response> =>
  outside.post(`/submissions/experts/${expert}/code`, { code })
const documentOf = async (id: string, at = 0): Promise<string> =>
  (await anna.read<VorgangView>(`/submissions/vorgaenge/${id}`)).documents[at]?.id ?? ''

describe('somebody outside', () => {
  it('gets the link by mail and the code by another way, sees what was chosen, answers with a file, once', async () => {
    const { id, expert, code, outside } = await asked(async (vorgang) => ({
      [`document-${await documentOf(vorgang)}`]: 'yes',
    }))
    const mail = town.mails.findLast(({ to }) => to === EMAIL)
    expect(mail?.text).toContain(`/gutachten/${expert}`)
    expect(mail?.text).not.toMatch(new RegExp(`${code}|Mischling|Weiß`))
    expect((await outside.get(`/submissions/experts/${expert}`)).status).toBe(401)
    await bodyOf(await open(outside, expert, code.toLowerCase()), 200)
    const page = await outside.read<{ question: string; documents: { id: string }[] }>(`/submissions/experts/${expert}`)
    expect(page).toMatchObject({ question: 'Ist das ein Mischling?', state: 'open' })
    const [chosen, other] = [await documentOf(id), await documentOf(id, 1)]
    expect(page.documents.map((one) => one.id)).toEqual([chosen])
    expect((await outside.get(`/submissions/experts/${expert}/documents/${chosen}`)).status).toBe(200)
    expect((await outside.get(`/submissions/experts/${expert}/documents/${other}`)).status).toBe(404)
    expect((await outside.get(`/submissions/vorgaenge/${id}`)).status).toBe(403)
    const form = new FormData()
    form.append('file', new Blob([Buffer.from(smallPdf('report'))], { type: 'application/pdf' }), 'gutachten.pdf')
    expect((await outside.form(`/submissions/experts/${expert}/files`, form)).status).toBe(303)
    expect((await problemOf(await outside.post(`/submissions/experts/${expert}/answer`, { answerText: ' ' }))).status).toBe(422) // biome-ignore format: one thought
    await bodyOf(await outside.post(`/submissions/experts/${expert}/answer`, { answerText: 'Ja.' }), 200)
    expect((await read(id)).experts[0]).toMatchObject({
      state: 'answered',
      answerText: 'Ja.',
      code: null,
      documents: [{ fileName: 'gutachten.pdf' }],
    })
    const again = await outside.post(`/submissions/experts/${expert}/answer`, { answerText: 'Nein.' })
    expect(await problemOf(again)).toMatchObject({ status: 409, type: 'orders/expert-over' })
    expect((await outside.get(`/submissions/experts/${expert}/documents/${chosen}`)).status).toBe(404)
    const { journal } = await anna.read<VorgangView>(`/submissions/vorgaenge/${id}`)
    expect(journal.filter(({ type }) => type.startsWith('expert-')).map(({ type, actor }) => [type, actor])).toEqual([
      ['expert-asked', 'anna'],
      ['expert-answered', 'expert'],
    ])
    expect(await verifyJournal(town.ctx)).toMatchObject({ ok: true })
  })

  it('is refused alike with a wrong code, for a link that never was, and once it is taken back, at once', async () => {
    const { id, expert, code, outside } = await asked()
    const missing = '01900000-0000-7000-8000-000000000000'
    for (const tried of [await open(outside, expert, 'AAAA-AAAA'), await open(outside, missing, code)]) {
      expect(await problemOf(tried)).toMatchObject({ status: 403, type: 'submissions/invitation-code-refused' })
    }
    await bodyOf(await open(outside, expert, code), 200)
    const next = (await read(id)).experts[0]?.code ?? ''
    expect(next).not.toBe(code)
    await bodyOf(await anna.post(`/submissions/vorgaenge/${id}/experts/${expert}/revoke`), 200)
    await town.tick()
    expect((await outside.get(`/submissions/experts/${expert}`)).status).toBe(404)
    expect((await problemOf(await outside.post(`/submissions/experts/${expert}/answer`, { answerText: 'Ja.' }))).status).toBe(404) // biome-ignore format: one thought
    expect((await problemOf(await open(town.newCaller(), expert, next))).status).toBe(403)
    expect(town.mails.findLast(({ to }) => to === EMAIL)?.subject).toMatch(/zurückgenommen/)
    const late = await anna.post(`/submissions/vorgaenge/${id}/experts/${expert}/revoke`)
    expect(await problemOf(late)).toMatchObject({ status: 409, type: 'orders/expert-over' })
  })

  it('is no more let in after the day', async () => {
    const { id, expert, code, outside } = await asked()
    await bodyOf(await open(outside, expert, code), 200)
    const now = town.clock.now()
    town.clock.advance(Date.parse(`${UNTIL}T12:00:00Z`) + DAY_MS - now)
    anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    expect((await read(id)).experts[0]).toMatchObject({ state: 'expired', code: null })
    expect((await problemOf(await open(town.newCaller(), expert, code))).status).toBe(403)
    town.clock.advance(now - town.clock.now())
    anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  })

  it('who is asked confidentially stands before no other office, and nowhere that the applicant reads', async () => {
    const citizen = await town.signInCitizen('mara')
    const id = await applied(citizen)
    await bodyOf(await ask(id, { confidential: 'yes', expertQuestion: 'Schwarzwurzel?' }), 200)
    await bodyOf(await ask(id, { expertName: 'Dr. Offen', expertQuestion: 'Offen?' }), 200)
    const order = { kind: 'information', to1: 'postbox:umwelt', orderDueOn: UNTIL }
    await bodyOf(await anna.post(`/submissions/vorgaenge/${id}/orders`, order), 200)
    const gero = await town.signIn('gero', { roles: ['clerk'], teams: ['umwelt'] })
    expect((await read(id, gero)).experts.map(({ name, code }) => [name, code])).toEqual([['Dr. Offen', null]])
    expect((await problemOf(await ask(id, {}, gero))).status).toBe(404)
    for (const path of [`/submissions/status/${id}`, '/submissions/account/export.json']) {
      expect(await (await citizen.get(path)).text()).not.toMatch(/Schwarzwurzel|Weiß/)
    }
  })

  it.each([
    [{ expertName: ' ' }, '/expertName'],
    [{ expertEmail: 'niemand' }, '/expertEmail'],
    [{ expertQuestion: '' }, '/expertQuestion'],
    [{ expertUntilOn: '2020-01-01' }, '/expertUntilOn'],
    [{ expertUntilOn: '2027-12-31' }, '/expertUntilOn'],
  ])('422 for %j', async (fields, pointer) => {
    const id = await applied()
    expect(await problemOf(await ask(id, fields))).toMatchObject({
      status: 422,
      type: 'submissions/expert-wrong',
      errors: [{ pointer }],
    })
  })

  it('is never asked about tax data (§ 30 AO)', async () => {
    const other = await openTown()
    const clerk = await other.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    const { vorgangId } = await apply(other.newCaller(), smallPdf('x'))
    await other.tick()
    expect((await problemOf(await ask(vorgangId, {}, clerk))).errors).toEqual([
      { pointer: '/expertName', type: 'tax-secret' },
    ])
    expect((await read(vorgangId, clerk)).mayAskOutside).toBe(false)
    await other.close()
  })
})
