import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BOAT_SETTINGS, BOAT_SLUG, deskOf, dropBoat, sheetErrors } from '../testing/boat.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'

/* What an editor does with the table of a service's fee: rows, conditions, counts, times, freedom of charge; tried before it is saved. */

let town: Town
let edda: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  await dropBoat(edda)
  expect((await save('settings', BOAT_SETTINGS)).status).toBe(200)
}, 60_000)
afterAll(() => town.close())

const { overview, page, file, save } = deskOf(() => edda)

const small = {
  'fee/N1/name': 'Steg bis 8 Meter',
  'fee/N1/v0/euro': '1.038,50',
  'fee/N1/v0/from': '1.1.2026',
  'fee/N1/v0/to': '',
  'fee/N1/v0/source': 'Hafensatzung § 4',
  'fee/N1/due': 'application',
  'fee/N1/count': '',
  'fee/N1/when': 'sum(boote.laengeInMetern) <= 8',
}
const rest = {
  'fee/N2/name': 'Steg',
  'fee/N2/v0/euro': '2000',
  'fee/N2/v0/from': '01.01.2026',
  'fee/N2/v0/source': 'Hafensatzung § 4',
  'fee/N2/due': 'application',
  'fee/N2/otherwise': 'otherwise',
  'fee/N2/when': '',
}
const each = {
  'fee/N3/name': 'Strom je Boot',
  'fee/N3/v0/euro': '12,50',
  'fee/N3/v0/from': '01.01.2026',
  'fee/N3/v0/source': 'Hafensatzung § 5',
  'fee/N3/due': 'application',
  'fee/N3/otherwise': 'also',
  'fee/N3/count~as': 'if boote = null then 0 else count(boote)',
  'fee/N3/count~was': '',
  'fee/N3/count': '',
  'fee/N3/when': '',
}
const whole = { order: 'N1 N2 N3', ...small, ...rest, ...each, 'exemption/when': '', 'exemption/evidence': '', 'exemption/text': '' } // biome-ignore format: one line
const chargedFor = async (values: Readonly<Record<string, string>>) => {
  const problem = await problemOf(await save('fee', { ...values, act: 'preview' }))
  expect(problem).toMatchObject({ type: 'editing/choosing' })
  const errors = (problem.errors ?? []) as readonly { type: string; params: Record<string, unknown> }[]
  return errors.find(({ type }) => /fee-(total|unclear)$/.test(type))?.params
}

describe('the table of a fee', () => {
  it('begins empty, and offers what the form can count, never the fees of other services as its own', async () => {
    const { sheet, fee } = await page('fee')
    expect(sheet.rows.map(({ name }) => name)).toEqual(['order', 'exemption/when', 'exemption/evidence', 'exemption/text']) // biome-ignore format: one line
    expect(fee?.lines).toEqual([])
    expect(fee?.counts.map(({ how, rule }) => `${how} ${rule}`)).toEqual([
      'each if boote = null then 0 else count(boote)',
      'further if boote = null then 0 else max(count(boote) - 1, 0)',
      'begun if boote = null then 0 else ceiling(sum(boote.laengeInMetern))',
      'exact if boote = null then 0 else sum(boote.laengeInMetern)',
    ])
  })

  it('a button asks for more of it, and nothing is kept', async () => {
    const answer = await problemOf(await save('fee', { ...whole, act: 'up N2' }))
    expect(answer).toMatchObject({ type: 'editing/choosing' })
    expect(answer.errors).toContainEqual({ pointer: '/probe', type: 'editing/fee-asks', params: { name: 'count(boote)' } }) // biome-ignore format: one line
    expect((await page('fee')).fee?.lines).toEqual([])
  })

  it('says what would be charged for answers, before it is saved, by the engine that charges', async () => {
    const length = 'probe/sum(boote.laengeInMetern)'
    expect(await chargedFor({ ...whole, [length]: '6,5', 'probe/count(boote)': '2' })).toMatchObject({ total: 106_350 })
    expect(await chargedFor({ ...whole, [length]: '9' })).toMatchObject({ total: 201_250 })
    expect(await chargedFor(whole)).toMatchObject({ total: 200_000 })
    expect(await chargedFor({ ...whole, 'probe-day': '31.12.2025' })).toMatchObject({ reason: 'no-version' })
    expect((await page('fee')).fee?.lines).toEqual([])
  })

  it('every mistake stands at its row, and nothing is kept', async () => {
    const wrong = {
      ...whole,
      'fee/N1/name': '',
      'fee/N1/v0/euro': 'viel',
      'fee/N2/v0/from': '31.2.2026',
      'fee/N2/v0/source': '',
      'fee/N3/v0/from': '1.1.2999',
    }
    expect((await sheetErrors(await save('fee', wrong))).map(({ pointer, type }) => `${pointer} ${type}`)).toEqual([
      '/fee/N1/v0/euro editing/amount',
      '/fee/N1/name editing/fee-name-missing',
      '/fee/N2/v0/from editing/fee-day',
      '/fee/N2/v0/source editing/fee-source-missing',
      '/fee/N3/v0/from editing/fee-not-yet',
    ])
    const gap = { ...whole, 'fee/N1/v0/to': '31.12.2030' }
    expect(await sheetErrors(await save('fee', gap))).toMatchObject([{ pointer: '/fee/N1/v0/to', type: 'editing/fee-gap' }]) // biome-ignore format: one line
    const never = { ...whole, 'fee/N1/when': '' }
    expect(await sheetErrors(await save('fee', never))).toMatchObject([{ pointer: '/fee/N2/otherwise', type: 'payments/never' }]) // biome-ignore format: one line
    const unknown = { ...whole, 'fee/N1/when': 'sum(boot.laengeInMetern) <= 8' }
    expect(await sheetErrors(await save('fee', unknown))).toMatchObject([{ pointer: '/fee/N1/when', type: 'feel/unknown-name' }]) // biome-ignore format: one line
    const alone = { ...whole, 'exemption/when': 'boote != null' }
    expect((await sheetErrors(await save('fee', alone))).map(({ pointer }) => pointer)).toEqual(['/exemption/evidence', '/exemption/text']) // biome-ignore format: one line
    expect((await page('fee')).fee?.lines).toEqual([])
  })

  it('is saved as items of the service and fees of the town, and read again as it was typed', async () => {
    const proof = { 'exemption/when': 'boote != null', 'exemption/evidence': 'nachweise.versicherungsnachweis', 'exemption/text': 'Eine Person entscheidet darüber.' } // biome-ignore format: one line
    expect((await save('fee', { ...whole, ...proof })).status).toBe(200)
    const text = await file('service.yaml')
    expect(text).toContain(`fees:\n  - ${BOAT_SLUG}-1\n  - ${BOAT_SLUG}-2\n  - ${BOAT_SLUG}-3\n`)
    expect(text).toContain('otherwise: true')
    const { lines = [] } = (await page('fee')).fee ?? {}
    expect(lines.map(({ name, otherwise, amounts }) => [name, otherwise, amounts[0]?.euro])).toEqual([
      ['Steg bis 8 Meter', false, '1.038,50'],
      ['Steg', true, '2.000,00'],
      ['Strom je Boot', false, '12,50'],
    ])
    // How often it is owed stands there in words, for the editor and on the page before the first question.
    expect(lines.map(({ times }) => times)).toEqual(['', '', 'je Eintrag unter „Boote“'])
    expect(await file()).toContain('Steg: 2.000,00 €; Strom je Boot: 12,50 € je Eintrag unter „Boote“')
    expect((await overview()).findings.filter(({ about }) => about.kind === 'fee')).toEqual([])
    expect(text).toContain('evidence: nachweise.versicherungsnachweis')
  })

  it('rows move, go, and get another amount from another day; what is not touched stays', async () => {
    const [a, b, c] = [1, 2, 3].map((number) => `${BOAT_SLUG}-${number}`)
    const all = Object.fromEntries((await page('fee')).sheet.rows.map(({ name, value }) => [name, value]))
    const next = {
      ...all,
      order: `${c} ${a}`,
      [`fee/${c}/v0/to`]: '31.12.2026',
      [`fee/${c}/v1/euro`]: '14',
      [`fee/${c}/v1/from`]: '1.1.2027',
      [`fee/${c}/v1/source`]: 'Hafensatzung 2027 § 5',
    }
    const late = { ...next, [`fee/${c}/v1/from`]: '1.1.2026' }
    expect(await sheetErrors(await save('fee', late))).toMatchObject([{ type: 'editing/fee-overlap' }])
    expect((await save('fee', next)).status).toBe(200)
    const { lines = [], known = [] } = (await page('fee')).fee ?? {}
    expect(lines.map(({ key }) => key)).toEqual([c, a])
    expect(lines[0]?.amounts).toEqual([
      { euro: '12,50', least: '', most: '', from: '01.01.2026', to: '31.12.2026', source: 'Hafensatzung § 5' },
      { euro: '14,00', least: '', most: '', from: '01.01.2027', to: '', source: 'Hafensatzung 2027 § 5' },
    ])
    expect(known.some(({ key }) => key === b)).toBe(false)
    expect(await file('service.yaml')).toContain('exemption:')
  })

  it('a fee of the town is taken over with its amount, which is not changed here', async () => {
    const all = Object.fromEntries((await page('fee')).sheet.rows.map(({ name, value }) => [name, value]))
    const shared = (await page('fee')).fee?.known.find(({ fixed, due }) => fixed === 'shared' && due === '')?.key ?? ''
    const taken = { ...all, order: `${all['order']} ${shared}`, [`fee/${shared}/due`]: 'application', [`fee/${shared}/v0/euro`]: '1' } // biome-ignore format: one line
    expect((await save('fee', taken)).status).toBe(200)
    const line = (await page('fee')).fee?.lines.find(({ key }) => key === shared)
    expect(line).toMatchObject({ fixed: 'shared', due: 'application' })
    expect(line?.amounts[0]?.euro).not.toBe('1,00')
    expect(line?.sharedWith.length).toBeGreaterThan(0)
  })

  it('the amounts of a published service are changed in their place, and nobody else’s', async () => {
    const at = '/editing/services/meldebescheinigung'
    const desk = deskOf(() => edda, at)
    const all = Object.fromEntries((await desk.page('fee')).sheet.rows.map(({ name, value }) => [name, value]))
    const own = (await desk.page('fee')).fee?.lines[0]?.key ?? ''
    expect((await desk.save('fee', { ...all, [`fee/${own}/v0/euro`]: '6,00' })).status).toBe(200)
    const { fee, sheet } = await desk.page('fee')
    expect(fee?.lines[0]?.amounts).toMatchObject([{ euro: '6,00' }])
    expect(sheet.rows.find(({ label }) => label === 'fee-count')?.value).toBe('bescheinigung.anzahl')
    expect((await desk.overview()).findings).toEqual([])
    const compared = await edda.read<{ said: readonly { label: string; before: readonly { value: string }[] }[] }>(
      `${at}/comparison`,
    )
    expect(compared.said.find(({ label }) => label === 'fee-euro')?.before).toMatchObject([{ value: '5,00' }])
  })
})
