import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { applyForPermit } from '../testing/permit.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ChangePage, LawPage, NewVersionPage } from './service-law-read.ts'
import type { NormPage } from './service-norm.ts'

/** An editor decides today what holds on 1 January, and another one releases it; Tuesday, 24 November 2026. */
const NOW_MS = Date.parse('2026-11-24T09:00:00Z')
const AT = '/editing/law'
let town: Town
let edda: Caller
let emil: Caller
beforeAll(async () => {
  town = await openTown()
})
beforeEach(async () => {
  town.clock.set(NOW_MS)
  await town.edit((_path, text) => text)
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  emil = await town.signIn('emil', { roles: ['editor'], teams: [] })
})
afterAll(() => town.close())

const FIVE_DAYS = {
  validFrom: '1.1.2027',
  days: '5',
  source: '§ 41 Abs. 2 VwVfG (neu)',
  note: 'Gesetz vom 1. Dezember',
}
type Proposal = Readonly<Record<string, string>>
const propose = (row: string, body: Proposal, who = edda): Promise<Response> => who.post(`${AT}/rows/${row}`, body)
const proposed = async (row: string, body: Proposal): Promise<string> =>
  (await bodyOf<{ changeId: string }>(await propose(row, body), 201)).changeId
const change = (id: string, who = edda): Promise<ChangePage> => who.read(`${AT}/changes/${id}`)
const release = (id: string, who = emil, version = 1): Promise<Response> =>
  who.post(`${AT}/changes/${id}/release`, { version })
const end = (id: string, who = edda): Promise<Response> => who.post(`${AT}/changes/${id}/end`, { version: 1 })
const rows = async (group: string, id: string) =>
  (await edda.read<LawPage>(`${AT}/tables/${group}`)).tables
    .flatMap(({ lines }) => lines)
    .find((line) => line.id === id)?.versions

describe('POST /editing/law/rows/:table/:row', () => {
  it('201 proposes a version; nothing changes before another editor releases it', async () => {
    const id = await proposed('deliveries/post', FIVE_DAYS)
    expect(await change(id)).toMatchObject({
      state: 'proposed',
      isMine: true,
      proposedBy: 'edda',
      note: 'Gesetz vom 1. Dezember',
      before: { validFrom: '2025-01-01', fields: [{ name: 'days', value: '4' }] },
      after: { validFrom: '2027-01-01', fields: [{ name: 'days', value: '5' }], when: 'future' },
    })
    expect(await rows('deadlines', 'post')).toHaveLength(2)
    const { waiting } = await edda.read<LawPage>(`${AT}/tables/deadlines`)
    expect(waiting).toEqual([expect.objectContaining({ id, rowId: 'post', proposedBy: 'edda' })])
    expect(await proposed('deliveries/post', FIVE_DAYS)).toBe(id)
    await bodyOf(await end(id), 200)
  })

  it.each([
    ['no day', 'deliveries/post', { ...FIVE_DAYS, validFrom: '32.1.2027' }, 'validFrom', 'law-day'],
    ['a day that is over', 'deliveries/post', { ...FIVE_DAYS, validFrom: '23.11.2026' }, 'validFrom', 'law-day-past'],
    ['no law', 'deliveries/post', { ...FIVE_DAYS, source: ' ' }, 'source', 'law-source'],
    ['words for a number', 'deliveries/post', { ...FIVE_DAYS, days: 'fünf' }, 'days', 'law-number'],
    ['too many days', 'deliveries/post', { ...FIVE_DAYS, days: '61' }, 'days', 'law-number'],
    ['what is the same', 'deliveries/post', { ...FIVE_DAYS, days: '4' }, 'note', 'law-same'],
    ['another unit', 'deadlines/call-back', { ...FIVE_DAYS, count: '2', unit: 'Mond' }, 'unit', 'law-unit'],
    ['words for euro', 'fees/hundesteuer-erster', { ...FIVE_DAYS, amount: 'viel' }, 'amount', 'law-amount'],
  ] as const)('422 for %s, naming the control', async (_what, row, body, name, type) => {
    expect(await problemOf(await propose(row, body))).toMatchObject({
      status: 422,
      type: 'editing/law-refused',
      errors: [{ pointer: `/${name}`, type: `editing/${type}` }],
    })
  })

  it('404 for a row that there is not, 403 to a clerk', async () => {
    expect((await propose('deliveries/taube', FIVE_DAYS)).status).toBe(404)
    const anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    expect((await propose('deliveries/post', FIVE_DAYS, anna)).status).toBe(403)
  })
})

describe('POST /editing/law/changes/:change/release', () => {
  it('403 to who proposed it; another editor makes it part of the tables: the version before ends the day before', async () => {
    const id = await proposed('deliveries/post', FIVE_DAYS)
    expect((await release(id, edda)).status).toBe(403)
    await bodyOf(await release(id), 200)
    const versions = await rows('deadlines', 'post')
    expect(versions?.map(({ validFrom, validTo, when }) => [validFrom, validTo, when])).toEqual([
      ['2027-01-01', null, 'future'],
      ['2025-01-01', '2026-12-31', 'now'],
      ['1977-01-01', '2024-12-31', 'past'],
    ])
    expect(await change(id)).toMatchObject({ state: 'released', decidedBy: 'emil' })
    const text = new TextDecoder().decode(town.ctx.content.live().content.file('deadlines.yaml'))
    expect(text).toContain('# What the law says about days.')
    expect(text.split('\n').filter((line) => line.includes('id: post,'))).toHaveLength(3)
    expect((await release(id)).status).toBe(409)
  })

  it('409 where its day is over, or another version begins on it meanwhile', async () => {
    const id = await proposed('fees/hundesteuer-erster', { ...FIVE_DAYS, amount: '82,50' })
    const other = await proposed('fees/hundesteuer-weiterer', { ...FIVE_DAYS, amount: '120' })
    await town.edit((path, text) =>
      path === 'fees.yaml'
        ? text.replace(
            /.*id: hundesteuer-erster.*/,
            (row) =>
              `${row.replace(', source:', ", validTo: '2026-12-31', source:")}\n${row.replace('2026-01-01', '2027-01-01')}`,
          )
        : text,
    )
    expect(await problemOf(await release(id))).toMatchObject({ status: 409, type: 'editing/law-moved' })
    town.clock.set(Date.parse('2027-01-02T09:00:00Z'))
    emil = await town.signIn('emil', { roles: ['editor'], teams: [] })
    expect(await problemOf(await release(other))).toMatchObject({ status: 409, type: 'editing/law-moved' })
    await bodyOf(await end(id, emil), 200)
    await bodyOf(await end(other, emil), 200)
    expect(await change(id, emil)).toMatchObject({ state: 'refused', decidedBy: 'emil' })
  })
})

describe('GET /editing/law/changes/:change: the replay of open cases', () => {
  it('tells which would differ, by count to editors and by name to those who may open them', async () => {
    const citizen = town.newCaller()
    const { vorgangId } = await apply(citizen, smallPdf('x'))
    await applyForPermit(town.newCaller())
    await town.tick()
    const both = await town.signIn('berta', { roles: ['editor', 'clerk'], teams: ['steuern'] })

    const retention = await proposed('retention/steuer-10', { ...FIVE_DAYS, years: '6' })
    const { replay } = await change(retention)
    expect(replay.cases).toEqual([])
    expect(replay.groups.filter(({ isDifferent }) => isDifferent)).toEqual([
      {
        service: expect.any(String),
        before: { kind: 'years', value: 10 },
        after: { kind: 'years', value: 6 },
        reason: 'closes-later',
        isDifferent: true,
        count: replay.different,
      },
    ])
    const seen = (await change(retention, both)).replay.cases
    expect(seen.map((one) => one.vorgangId)).toContain(vorgangId)

    const letters = (await change(await proposed('deliveries/post', FIVE_DAYS))).replay
    // Both agreed to fetch their notice.
    expect(letters).toMatchObject({ different: 0 })
    const portal = await proposed('deliveries/vwvfg_portal', { ...FIVE_DAYS, days: '2', retrieveWithinDays: '10' })
    expect((await change(portal)).replay.different).toBeGreaterThanOrEqual(2)

    const fee = (await change(await proposed('fees/bewohnerparkausweis-jahr', { ...FIVE_DAYS, amount: '35' }))).replay
    expect(fee).toMatchObject({ different: 0 })
    expect(fee.groups).toContainEqual(
      expect.objectContaining({
        before: { kind: 'cents', value: 3070 },
        after: { kind: 'cents', value: 3070 },
        reason: 'fee-before',
      }),
    )
    const deadline = await proposed('deadlines/dog-tax-decision', { ...FIVE_DAYS, count: '1', unit: 'week' })
    expect((await change(deadline)).replay).toMatchObject({ different: 0 })
  })

  it('says before anything is proposed which services a row concerns, and how many open cases', async () => {
    const page = await edda.read<NewVersionPage>(`${AT}/rows/retention/steuer-10`)
    expect(page.services.map(({ slug }) => slug)).toEqual(['hund-abmelden', 'hund-anmelden'])
    expect(page.services[1]?.open).toBeGreaterThanOrEqual(1)
  })
})

describe('GET /editing/law/norms', () => {
  it('finds rows, templates, forms and services that cite a norm, and counts their open cases', async () => {
    const page = await edda.read<NormPage>(`${AT}/norms?norm=${encodeURIComponent('Hundesteuersatzung § 2')}`)
    const kinds = new Set(page.citations.map(({ kind }) => kind))
    expect(kinds).toContain('row')
    expect(page.citations.filter(({ row }) => row?.table === 'fees')).toHaveLength(3)
    expect(page.services.map(({ slug }) => slug)).toContain('hund-anmelden')
    expect(page.open).toBeGreaterThanOrEqual(1)
  })

  it('finds the remedies of notices and what the delivery rests on', async () => {
    const page = await edda.read<NormPage>(`${AT}/norms?norm=${encodeURIComponent('§ 69 VwGO')}`)
    expect(page.citations).toContainEqual(expect.objectContaining({ kind: 'letter', file: 'letters/remedies.de.yaml' }))
    const portal = await edda.read<NormPage>(`${AT}/norms?norm=${encodeURIComponent('§ 9 OZG')}`)
    expect(portal.citations.map(({ row }) => row?.table)).toEqual(expect.arrayContaining(['deliveries', 'regimes']))
  })

  it('finds nothing for a law that nobody cites, and what waits without a norm', async () => {
    const none = await edda.read<NormPage>(`${AT}/norms?norm=${encodeURIComponent('§ 1 XyzG')}`)
    expect(none).toMatchObject({ citations: [], services: [], open: 0 })
    expect((await edda.read<NormPage>(`${AT}/norms`)).waiting.length).toBeGreaterThan(0)
  })
})

describe('rows that were taken away', () => {
  it('are named to editors as long as a case that began under them is open', async () => {
    const before = await edda.read<LawPage>(`${AT}/tables/deadlines`)
    expect(before.missing).toEqual([])
    await town.edit((path, text) => (path === 'deadlines.yaml' ? text.replace(/.*id: call-back.*\n/, '') : text))
    expect((await edda.read<LawPage>(`${AT}/tables/deadlines`)).missing).toEqual([
      { table: 'deadlines', id: 'call-back', validFrom: '2026-01-01' },
    ])
  })
})
