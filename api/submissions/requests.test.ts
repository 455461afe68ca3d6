import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyJournal } from '../journal/service.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { StatusView } from './service-status.ts'
import type { MessagesView, VorgangView } from './vorgang-view.ts'

/** What the office asks of the person, why, and what changes with the answer; who is refused something was heard before (§ 28 VwVfG). */
const DUE = '2026-12-30'
const NAME = '/hunde/0/rufname'
const BREED = '/hunde/0/rasse'
let town: Town
let anna: Caller
let lena: Caller
beforeAll(async () => {
  town = await openTown()
  anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  lena = await town.signIn('lena', { roles: ['lead'], teams: ['steuern'] })
})
afterAll(() => town.close())

type Case = { readonly id: string; readonly citizen: Caller }
async function taken(): Promise<Case> {
  const citizen = town.newCaller()
  const { vorgangId: id } = await apply(citizen, smallPdf('x'))
  await town.tick()
  await bodyOf(await anna.post(`/postboxes/items/${id}/take`), 200)
  return { id, citizen }
}
const view = (id: string, who = anna): Promise<VorgangView> => who.read(`/submissions/vorgaenge/${id}`)
const complete = async (id: string, fields: object, who = anna): Promise<Response> => {
  const answer = await who.post(`/workflow/vorgaenge/${id}/tasks/${(await view(id, who)).task?.id}/complete`, fields)
  await town.tick()
  return answer
}
const ask = (id: string, fields: object = {}): Promise<Response> =>
  complete(id, { outcome: 'request-information', message: 'Bitte prüfen Sie das.', dueOn: DUE, ...fields })
const statusOf = ({ id, citizen }: Case): Promise<StatusView> => citizen.read(`/submissions/status/${id}`)
const reply = async (kase: Case, fields: Readonly<Record<string, string>>): Promise<Response> => {
  const request = (await statusOf(kase)).requests.at(-1)?.id
  return await kase.citizen.form(`/submissions/status/${kase.id}/requests/${request}`, fields)
}
const requestOf = async (id: string) => (await anna.read<MessagesView>(`/submissions/vorgaenge/${id}/parts/messages`)).requests.at(-1) // biome-ignore format: one thought

describe('a request for information', () => {
  it('says why and what it is about, as the person said it; the answer stands beside what was said before', async () => {
    const kase = await taken()
    await bodyOf(await ask(kase.id, { why: 'incorrect', [`item-${NAME}`]: 'yes', [`item-${BREED}`]: 'yes' }), 200)
    const asked = (await statusOf(kase)).requests.at(-1)
    expect(asked).toMatchObject({ why: 'incorrect', answer: null })
    expect(asked?.items.map(({ pointer, own }) => [pointer, own.before])).toEqual([
      [NAME, 'Bello'],
      [BREED, 'Mischling'],
    ])
    expect((await reply(kase, { text: '', 'item-0': 'Bella' })).status).toBe(303)
    const answered = await requestOf(kase.id)
    expect(answered?.items[0]?.de).toEqual({ label: expect.stringContaining('Rufname'), before: 'Bello' })
    expect(answered?.answer).toMatchObject({ text: '', items: ['Bella'] })
    expect((await view(kase.id)).task?.node).toBe('check')
    expect(await verifyJournal(town.ctx)).toMatchObject({ ok: true })
  })

  it('that names no answer, or something else than one, is about none; a program need not say why', async () => {
    const kase = await taken()
    await bodyOf(await ask(kase.id, { 'item-/gibt/es/nicht': 'yes' }), 200)
    expect((await statusOf(kase)).requests.at(-1)).toMatchObject({ why: null, items: [] })
    const other = await taken()
    expect((await problemOf(await ask(other.id, { 'item-x': 'yes' }))).status).toBe(422)
    expect((await problemOf(await ask(other.id, { [`item-${NAME}`]: 'vielleicht' }))).status).toBe(422)
    expect((await problemOf(await ask(other.id, { why: 'curious' }))).status).toBe(422)
  })

  it('keeps what was typed to an item that is too long, and says so at it', async () => {
    const kase = await taken()
    await bodyOf(await ask(kase.id, { why: 'outdated', [`item-${NAME}`]: 'yes' }), 200)
    await reply(kase, { text: 'Siehe oben.', 'item-0': 'x'.repeat(1_001) })
    expect((await statusOf(kase)).requests.at(-1)?.form).toMatchObject({
      typed: { text: 'Siehe oben.', 'item-0': 'x'.repeat(1_001) },
      issues: [{ name: 'item-0', type: 'too-long' }],
    })
    await reply(kase, { text: 'Siehe oben.', 'item-0': 'Bella' })
    expect((await requestOf(kase.id))?.answer?.items).toEqual(['Bella'])
  })

  it('is no clear text in the database', async () => {
    const rows = await town.ctx.db.all<{ d: Uint8Array | null }>(
      'SELECT details_sealed AS d FROM information_requests UNION ALL SELECT items_sealed FROM information_answers',
    )
    const sealed = rows.flatMap(({ d }) => (d === null ? [] : [Buffer.from(d)]))
    expect(sealed.length).toBeGreaterThan(2)
    expect(sealed.some((bytes) => /Bell[oa]|Rufname/.test(bytes.toString('latin1')))).toBe(false)
  })
})

describe('before something is refused (§ 28 VwVfG)', () => {
  const refuse = (id: string, fields: object = {}): Promise<Response> =>
    complete(id, { outcome: 'refuse', reasons: 'Die Angaben passen nicht.', ...fields })

  it.each([{}, { hearing: '' }, { hearing: 'no-time' }])(
    '422 %j: nobody was heard, and no reason of the law says why not',
    async (fields) => {
      const { id } = await taken()
      expect(await problemOf(await refuse(id, fields))).toMatchObject({
        status: 422,
        type: 'notices/hearing-missing',
        errors: [{ pointer: '/hearing' }],
      })
    },
  )

  it('why nobody was heard stands with the decision, and as a code in the journal', async () => {
    const { id } = await taken()
    await bodyOf(await refuse(id, { hearing: 'urgent', hearingNote: 'Der Hund beißt.' }), 200)
    const { decision, journal } = await view(id)
    expect(decision?.hearing).toEqual({ kind: 'skipped', why: 'urgent', note: 'Der Hund beißt.' })
    expect(journal.find(({ type }) => type === 'decision-drafted')?.body).toMatchObject({ hearing: 'urgent' })
    expect(JSON.stringify(journal)).not.toContain('beißt')
    const hash = decision?.hash
    await bodyOf(await lena.post(`/postboxes/items/${id}/take`), 200)
    await bodyOf(await complete(id, { outcome: 'sign', decisionHash: hash }, lena), 200)
    expect((await view(id)).itemState).toBe('done')
  })

  it('who was heard and answered needs no such reason; another request is no hearing', async () => {
    const kase = await taken()
    await bodyOf(await ask(kase.id, { why: 'incomplete' }), 200)
    await reply(kase, { text: 'Hier.' })
    expect((await problemOf(await refuse(kase.id))).type).toBe('notices/hearing-missing')
    await bodyOf(await ask(kase.id, { why: 'hearing', message: 'Wir wollen ablehnen, weil …' }), 200)
    await reply(kase, { text: 'Ich bin dagegen.' })
    expect(await anna.read(`/submissions/vorgaenge/${kase.id}/parts/overview`)).toMatchObject({ isHeard: true })
    await bodyOf(await refuse(kase.id), 200)
    expect((await view(kase.id)).decision?.hearing).toEqual({ kind: 'held' })
  })

  it('to grant something needs neither', async () => {
    const { id } = await taken()
    await bodyOf(await complete(id, { outcome: 'approve' }), 200)
    expect((await view(id)).decision?.hearing).toBeNull()
  })
})
