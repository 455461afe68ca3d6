import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Registers, startRegisters } from '../../e2e/servers/register/index.ts'
import { createSignedRegister } from '../adapters/register-signed/source.ts'
import type { LookupPage } from '../submissions/service-lookups.ts'
import type { ReviewPage } from '../submissions/service-pages.ts'
import type { StatusView } from '../submissions/service-status.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS, type Next, putFile, type Submitted, smallPdf } from '../testing/dog-tax.ts'
import { PERMIT, PERMIT_ANSWERS } from '../testing/permit.ts'
import { openTown, type Town } from '../testing/town.ts'
import { isSamePerson } from './match.ts'

const MARA = { givenNames: 'Mara Łucja', familyName: 'Lehmann-Nowak', birthDate: '1985-04-13' }
let town: Town
let registers: Registers
beforeAll(async () => {
  registers = await startRegisters()
  town = await openTown()
  const secret = Buffer.from(registers.secret, 'base64')
  Object.assign(town.ctx, {
    register: (id: string) =>
      createSignedRegister({ url: `${registers.url}/${id}`, secret, timeoutMs: 2_000, isProduction: false }),
  })
})
afterEach(() => registers.control({ reset: true }))
afterAll(async () => {
  await town.close()
  await registers.close()
})

const mara = (): Promise<Caller> => town.signInCitizen('mara', { attributes: MARA })
const lookupPath = (draftId: string): string => `${DRAFTS}/${draftId}/lookups/fahrzeug`
const act = (citizen: Caller, draftId: string, name: string): Promise<Response> =>
  citizen.post(lookupPath(draftId), { act: name })
const look = (citizen: Caller, draftId: string): Promise<LookupPage> => citizen.read(lookupPath(draftId))
const review = (citizen: Caller, draftId: string): Promise<ReviewPage> => citizen.read(`${DRAFTS}/${draftId}/review`)
const submit = (citizen: Caller, draftId: string): Promise<Response> => citizen.post(`${DRAFTS}/${draftId}/submit`)

/** Fills what is not filled yet; answers the draft. */
async function fill(citizen: Caller, changes: Readonly<Record<string, string>>, known?: string): Promise<string> {
  const begun =
    known === undefined
      ? await bodyOf<{ draftId: string }>(await citizen.post(DRAFTS, { service: PERMIT }), 201)
      : { draftId: known }
  const answers = { ...PERMIT_ANSWERS, '/fahrzeug/nachweisart': 'register', ...changes }
  for (let pages = 0; pages < 40; pages += 1) {
    const { page } = await citizen.read<{ page: string }>(`${DRAFTS}/${begun.draftId}`)
    const address = page.split('/').at(-1) ?? ''
    if (address === 'pruefen') {
      return begun.draftId
    }
    if (address === 'schein') {
      await bodyOf(await putFile(citizen, begun.draftId, smallPdf('x'), { question: '/fahrzeug/schein' }), 201)
    }
    const next = await bodyOf<Next>(await citizen.post(`${DRAFTS}/${begun.draftId}/steps/${address}`, answers), 200)
    expect(next.isInvalid, address).toBe(false)
  }
  throw new Error('the form does not end')
}
const asJurij = { '/fahrzeug/bezeichnung': 'von Hand' }

describe('a lookup', () => {
  it('asks with consent, shows first, takes over what the person wants, and proves the case without a clerk', async () => {
    const citizen = await mara()
    const draftId = await fill(citizen, {})
    expect((await review(citizen, draftId)).missing?.path).toBe(`/antrag/${draftId}/register/fahrzeug`)
    expect((await problemOf(await submit(citizen, draftId))).errors).toMatchObject([
      { type: 'submissions/lookup-pending' },
    ])
    expect(registers.asked(), 'nothing is asked before the person agrees').toEqual([])
    expect(await look(citizen, draftId)).toMatchObject({ state: null, mayAsk: true, values: [] })
    await bodyOf(await act(citizen, draftId, 'ask'), 200)
    expect(await look(citizen, draftId)).toMatchObject({
      state: 'found',
      values: [
        { label: 'Fahrzeug', value: 'VW Golf, blau' },
        { label: 'Zugelassen auf', value: 'ich' },
      ],
    })
    await bodyOf(await act(citizen, draftId, 'use'), 200)
    expect((await review(citizen, draftId)).missing).toBeUndefined()
    const { vorgangId } = await bodyOf<Submitted>(await submit(citizen, draftId), 201)
    const status = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(status.lookups).toMatchObject([
      { registerName: 'Fahrzeugregister', state: 'used', legalBasis: '§ 5 EGovG, § 35 Abs. 1 StVG (Demowert)' },
    ])
    expect(registers.asked()).toHaveLength(1)
    const answers = await town.ctx.answersOf(vorgangId)
    expect(answers).toMatchObject({ fahrzeug: { bezeichnung: 'VW Golf, blau', halter: 'ich' } })
    const [payment] = status.payments
    await town.ctx.write(
      (await town.ctx.planPaymentNews({
        vorgangId,
        effectKey: await stepOf(payment?.id),
        news: 'received',
        amountCents: 3070,
      })) ?? {},
    )
    await town.tick()
    const after = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(after.state?.node, 'no clerk was needed').toBe('issued')
    expect(after.notices).toHaveLength(1)
  })

  it('certifies a registered address without a clerk, by item, and says on what the decision rests', async () => {
    const citizen = await mara()
    const begun = await bodyOf<{ draftId: string }>(await citizen.post(DRAFTS, { service: 'meldebescheinigung' }), 201)
    const { draftId } = begun
    const path = `${DRAFTS}/${draftId}/lookups/meldedaten`
    const answers = {
      '/person/vornamen': 'Mara Łucja',
      '/person/familienname': 'Lehmann-Nowak',
      '/person/geburtsdatum/day': '13',
      '/person/geburtsdatum/month': '4',
      '/person/geburtsdatum/year': '1985',
      '/person/nachweisart': 'register',
      '/bescheinigung/art': 'erweitert',
      '/bescheinigung/anzahl': '3',
      '/erklaerung/richtigkeit': 'true',
    }
    for (let pages = 0; pages < 20; pages += 1) {
      const { page } = await citizen.read<{ page: string }>(`${DRAFTS}/${draftId}`)
      const address = page.split('/').at(-1) ?? ''
      if (address === 'pruefen') {
        break
      }
      if (address === 'anschrift') {
        await bodyOf(await citizen.post(path, { act: 'ask' }), 200)
        await bodyOf(await citizen.post(path, { act: 'use' }), 200)
        continue
      }
      await bodyOf(await citizen.post(`${DRAFTS}/${draftId}/steps/${address}`, answers), 200)
    }
    expect((await review(citizen, draftId)).fee).toMatchObject({ totalCents: 1_500, items: [{ count: 3 }] })
    const { vorgangId } = await bodyOf<Submitted>(await submit(citizen, draftId), 201)
    await town.tick()
    const status = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(status).toMatchObject({ state: { node: 'pay' }, payments: [{ state: 'due', amountCents: 1_500 }] })
    const effectKey = await stepOf(status.payments[0]?.id)
    const news = { vorgangId, effectKey, news: 'received', amountCents: 1_500 } as const
    await town.ctx.write((await town.ctx.planPaymentNews(news)) ?? {})
    await town.tick()
    expect((await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)).notices).toHaveLength(1)
    const lines = await town.ctx.db.all<{ entry: string }>(
      `SELECT entry FROM journal_entries WHERE type = 'decision-automatic' AND eakte_id = (SELECT eakte_id FROM vorgaenge WHERE id = '${vorgangId}')`,
    )
    expect(JSON.parse(lines[0]?.entry ?? '{}')).toMatchObject({ body: { norm: '§ 35a VwVfG mit § 18 BMG (Demowert)' } })
  })

  it.each([
    ['down', 'unreachable'],
    ['timeout', 'unreachable'],
    ['garbage', 'unreachable'],
    ['unsigned', 'unreachable'],
    ['other-question', 'unreachable'],
    ['refuse', 'refused'],
    ['wrong-person', 'wrong-person'],
  ] as const)(
    'register %s: %s, nothing of it is shown or kept, the application is possible by upload',
    async (mode, state) => {
      const citizen = await mara()
      const draftId = await fill(citizen, {})
      await registers.control({ mode })
      await bodyOf(await act(citizen, draftId, 'ask'), 200)
      expect(await look(citizen, draftId)).toMatchObject({ state, values: [] })
      expect((await problemOf(await act(citizen, draftId, 'use'))).type).toBe('registers/nothing-found')
      await bodyOf(await act(citizen, draftId, 'instead'), 200)
      await fill(citizen, { '/fahrzeug/nachweisart': 'hochladen' }, draftId)
      const { vorgangId } = await bodyOf<Submitted>(await submit(citizen, draftId), 201)
      const status = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
      expect(status.lookups).toMatchObject([{ state, values: [] }])
      expect(status.documents.map((document) => document.kind)).toContain('attachment')
    },
  )

  it('finds nothing for a plate of somebody else', async () => {
    const citizen = await mara()
    const draftId = await fill(citizen, { '/fahrzeug/kennzeichen': 'CB JK 81' })
    await bodyOf(await act(citizen, draftId, 'ask'), 200)
    expect(await look(citizen, draftId)).toMatchObject({ state: 'not-found', values: [] })
  })

  it('is turned down: what was found is not kept', async () => {
    const citizen = await mara()
    const draftId = await fill(citizen, {})
    await bodyOf(await act(citizen, draftId, 'ask'), 200)
    await bodyOf(await act(citizen, draftId, 'reject'), 200)
    const rows = await town.ctx.db.all<{ record_sealed: unknown; state: string }>(
      `SELECT state, record_sealed FROM register_lookups WHERE draft_id = '${draftId}'`,
    )
    expect(rows).toEqual([{ state: 'rejected', record_sealed: null }])
  })

  it('no longer counts when the plate or a value is changed by hand', async () => {
    const citizen = await mara()
    const draftId = await fill(citizen, {})
    await bodyOf(await act(citizen, draftId, 'ask'), 200)
    await bodyOf(await act(citizen, draftId, 'use'), 200)
    expect((await review(citizen, draftId)).missing).toBeUndefined()
    await bodyOf(await citizen.post(`${DRAFTS}/${draftId}/steps/zulassung`, { ...PERMIT_ANSWERS, ...asJurij }), 200)
    expect((await review(citizen, draftId)).missing?.path).toContain('/register/')
    await bodyOf(await act(citizen, draftId, 'use'), 200)
    const plate = { ...PERMIT_ANSWERS, '/fahrzeug/kennzeichen': 'CB JK 81' }
    await bodyOf(await citizen.post(`${DRAFTS}/${draftId}/steps/fahrzeug`, plate), 200)
    expect(await look(citizen, draftId)).toMatchObject({ state: null, values: [] })
    expect((await problemOf(await submit(citizen, draftId))).status).toBe(422)
  })

  it('is not open to guests and not to a weak sign-in', async () => {
    const guest = town.newCaller()
    const draftId = await fill(guest, {})
    expect(await look(guest, draftId)).toMatchObject({ mayAsk: false })
    expect(await problemOf(await act(guest, draftId, 'ask'))).toMatchObject({
      status: 403,
      type: 'registers/identity-missing',
    })
    const weak = await town.signInCitizen('mara', { attributes: MARA, level: 'basic' })
    const second = await fill(weak, {})
    expect((await problemOf(await act(weak, second, 'ask'))).status).toBe(403)
    expect(registers.asked()).toEqual([])
  })
})

describe('isSamePerson', () => {
  it.each([
    ['the same', MARA, true],
    ['one of several given names, without accents', { ...MARA, givenNames: 'mara lucja' }, true],
    ['another day of birth', { ...MARA, birthDate: '1985-04-14' }, false],
    ['another family name', { ...MARA, familyName: 'Lehmann' }, false],
    ['another given name', { ...MARA, givenNames: 'Maria' }, false],
    ['no given name', { ...MARA, givenNames: '' }, false],
  ])('%s', (_name, other, expected) => {
    expect(isSamePerson(MARA, other)).toBe(expected)
  })
})

const stepOf = async (paymentId = ''): Promise<string> => {
  const rows = await town.ctx.db.all<{ key: string }>(
    `SELECT effect_key AS key FROM payments WHERE id = '${paymentId}'`,
  )
  return rows[0]?.key ?? ''
}
