import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BOAT_SETTINGS, boatFile, deskOf } from '../testing/boat.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import { fieldXml, groupXml, ruleXml, schemaXml } from './testing/schema.ts'

/* A berth by the metre and the month, for people of age: all of it put together from questions. */

const SCHEMA = schemaXml(
  [
    groupXml(
      'G77000000021',
      'Person oder Verein',
      fieldXml('F77000000021', 'Haben Sie Ihren Sitz hier?', { type: 'bool' }) +
        groupXml(
          'G77000000022',
          'Natürliche Person',
          fieldXml('F77000000022', 'Familienname') + fieldXml('F77000000023', 'Geburtsdatum', { type: 'date' }),
          '0:1',
        ),
    ),
    groupXml(
      'G77000000023',
      'Boot',
      fieldXml('F77000000024', 'Länge in Metern', { type: 'num', limits: 'minValue="2" maxValue="12"' }) +
        fieldXml('F77000000025', 'Bemerkungen', { count: '0:1', limits: 'maxLength="1000"' }),
    ),
    groupXml(
      'G77000000024',
      'Zeitraum',
      fieldXml('F77000000031', 'Nummer des Antrags', { art: 'locked' }) +
        fieldXml('F77000000026', 'Beginn', { type: 'date' }) +
        fieldXml('F77000000027', 'Ende', { type: 'date' }) +
        fieldXml('F77000000028', 'Angefangene Monate', {
          type: 'num_int',
          art: 'locked',
          rules: ruleXml('R77000000021', 'Berechnung', 'Die Monate von Beginn bis Ende, angefangene zählen voll.', 'B'),
        }),
    ),
    groupXml(
      'G77000000025',
      'Weitere Personen',
      groupXml(
        'G77000000026',
        'Angaben zur Person',
        fieldXml('F77000000029', 'Name') + fieldXml('F77000000030', 'Geburtsdatum', { type: 'date' }),
      ),
      '0:5',
    ),
  ].join(''),
)
const AT = '/editing/services/bootsliegeplatz-beantragen'
const BORN = 'personOderVerein.natuerlichePerson.geburtsdatum'

let town: Town
let edda: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  const files = new FormData()
  files.append('files', new File([SCHEMA], 'schema.xml'))
  files.append('files', new File([boatFile('boat-catalogue.xml')], 'leistung.xml'))
  expect((await edda.form('/editing/services', files)).status).toBe(303)
  expect((await desk.save('settings', BOAT_SETTINGS)).status).toBe(200)
}, 60_000)
afterAll(() => town.close())

const desk = deskOf(() => edda, AT)
const part = (control: string, controls: Readonly<Record<string, string>>) => ({
  [control]: '',
  [`${control}~was`]: '',
  [`${control}~parts`]: '0',
  ...Object.fromEntries(Object.entries(controls).map(([key, value]) => [`${control}~${key}1`, value])),
})
const ofAge = { c: 'not-after', o: '~heute', v: 'minus', n: '18', u: 'Y' }

describe('a rule on a question that stands in groups within groups', () => {
  it.each([
    ['a person', BORN, BORN],
    ['an item of a list', 'weiterePersonen.angabenZurPerson.geburtsdatum', 'eintrag.angabenZurPerson.geburtsdatum'],
  ])('is put together as a check: of age, for %s', async (_, at, name) => {
    const rule = part('new-check-rule', { q: name, ...ofAge })
    const sent = { 'new-check-at': at, 'new-check-text': 'Die Person muss 18 Jahre alt sein.', ...rule }
    const answer = await desk.save('checks', sent)
    expect([answer.status, await problemOf(answer.clone()).catch(() => null)]).toEqual([200, null])
    expect(await desk.file()).toContain(`rule: ${name} <= heute - duration("P18Y")`)
  })

  it('is the condition of a page and of a fee, and says so in words', async () => {
    const { pages } = await desk.page('pages')
    const page = pages.find(({ questions }) => questions.some(({ path }) => path.startsWith('boot.')))
    const control = `${page?.at}/when`
    expect((await desk.save('pages', part(control, { q: BORN, ...ofAge }))).status).toBe(200)
    const row = (await desk.page('pages')).sheet.rows.find(({ name }) => name === control)
    expect(row?.options[0]?.text).toMatch(/^wenn „Geburtsdatum“ spätestens 18 Jahre vor heute liegt \(/)
    expect((await desk.save('pages', { [control]: '' })).status).toBe(200)
    const fee = part('fee/N1/when', { q: BORN, ...ofAge })
    expect((await desk.save('fee', { ...berth, ...fee })).status).toBe(200)
    expect(await desk.file('service.yaml')).toContain(`when: ${BORN} <= heute - duration("P18Y")`)
  })

  it('compares two days with a span between them', async () => {
    const rule = part('new-check-rule', { q: 'zeitraum.ende', c: 'not-after', o: 'zeitraum.beginn', v: 'plus', n: '6', u: 'M' }) // biome-ignore format: one thought
    const sent = { 'new-check-at': 'zeitraum.ende', 'new-check-text': 'Höchstens sechs Monate.', ...rule }
    expect((await desk.save('checks', sent)).status).toBe(200)
    expect(await desk.file()).toContain('rule: zeitraum.ende <= zeitraum.beginn + duration("P6M")')
    const { sheet, choosers } = await desk.page('checks')
    const row = sheet.rows.find(({ value }) => value.startsWith('zeitraum.ende <='))
    expect(row?.options[0]?.text).toMatch(/^wenn „Ende“ spätestens 6 Monate nach der Antwort auf „Beginn“ liegt \(/)
    expect(choosers[row?.name ?? '']?.parts).toMatchObject([{ o: 'zeitraum.beginn', v: 'plus', n: '6', u: 'M' }])
  })
})

const berth = {
  order: 'N1',
  'fee/N1/name': 'Liegeplatz',
  'fee/N1/v0/euro': '7,50',
  'fee/N1/v0/from': '1.1.2026',
  'fee/N1/v0/source': 'Hafensatzung § 4',
  'fee/N1/due': 'application',
}
const metres = 'if boot.laengeInMetern = null then 0 else ceiling(boot.laengeInMetern)'
const counted = {
  'fee/N1/count': '',
  'fee/N1/count~was': '',
  'fee/N1/count~as': metres,
  'fee/N1/count~as2': 'span:months',
  'fee/N1/count~from2': 'zeitraum.beginn',
  'fee/N1/count~to2': 'zeitraum.ende',
}

it('costs nothing only where the description of the state says so, or nothing', async () => {
  const costs =
    '<x:modulKosten><x:kosten><x:kostenauswahl><x:kostenVariabel><x:betragUntergrenze>7.50</x:betragUntergrenze><x:betragObergrenze>11.00</x:betragObergrenze><x:beschreibungVariabilitaet>je Meter und Monat</x:beschreibungVariabilitaet></x:kostenVariabel></x:kostenauswahl></x:kosten></x:modulKosten>'
  const priced = boatFile('boat-catalogue.xml').replace('</x:leistung>', `${costs}</x:leistung>`)
  expect((await desk.overview()).feeDescribed).toEqual([])
  const files = new FormData()
  files.append('files', new File([priced], 'leistung.xml'))
  expect((await edda.form(`${AT}/added-files`, files)).status).toBe(303)
  const said = ['7,50–11,00\u00a0€: je Meter und Monat']
  expect((await desk.overview()).feeDescribed).toEqual(said)
  expect((await desk.page('fee')).fee?.described).toEqual(said)
})

describe('a field that nobody fills in', () => {
  const POINT = 'point.R77000000021'
  const AT_FIELD = 'zeitraum.angefangeneMonate'
  const months = {
    how: 'computed',
    'compute/count': '',
    'compute/count~was': '',
    'compute/count~as': 'span:months',
    'compute/count~from': 'zeitraum.beginn',
    'compute/count~to': 'zeitraum.ende',
  }

  it('is an open point by its own name, with the ways out, and asked on no page', async () => {
    const { points, questions } = await desk.overview()
    expect(points.map(({ id, name, isOpen }) => [id, name, isOpen])).toEqual([
      ['F77000000031', 'Nummer des Antrags', true],
      ['R77000000021', 'Angefangene Monate: Berechnung', true],
    ])
    expect(questions.some(({ path }) => path === AT_FIELD)).toBe(false)
    const { compute, sheet } = await desk.page(POINT)
    expect(compute).toMatchObject({ label: 'Angefangene Monate', as: 'number', factors: [] })
    expect(sheet.rows.find(({ name }) => name === 'how')?.options.map(({ value }) => value)).toContain('computed')
    expect((await desk.page('point.F77000000031')).compute).toMatchObject({ as: 'text' })
    const nothing = await problemOf(await desk.save(POINT, { ...months, 'compute/count~as': '' }))
    expect(nothing.errors).toMatchObject([{ pointer: '/compute/count', type: 'editing/point-computed' }])
    const half = await problemOf(await desk.save(POINT, { ...months, 'compute/count~to': '' }))
    expect(half.errors).toMatchObject([{ pointer: '/compute/count', type: 'editing/fee-span' }])
  })

  it('becomes a computed value that people see, and that fees and rules may use', async () => {
    expect((await desk.save(POINT, months)).status).toBe(200)
    const { points, findings, questions } = await desk.overview()
    expect(points.find(({ id }) => id === 'R77000000021')).toMatchObject({ isOpen: false, answer: { how: 'computed' } })
    expect(findings.filter(({ file }) => file.endsWith('form.de.yaml')).map(({ type }) => type)).toEqual([])
    expect(questions.map(({ path }) => path)).toContain(AT_FIELD)
    const { pages } = await desk.page('pages')
    const shown = pages.findIndex((page) => page.questions.some(({ path }) => path === AT_FIELD))
    expect(shown).toBeGreaterThan(
      pages.findIndex((page) => page.questions.some(({ path }) => path === 'zeitraum.ende')),
    )
    const { fee } = await desk.page('fee')
    expect(fee?.counts.map(({ word }) => word.name)).toContain(AT_FIELD)
    expect((await desk.page(POINT)).compute?.factors).toMatchObject([{ as: 'span:months', to: 'zeitraum.ende' }])
  })

  it('is locked again where the rule is answered another way', async () => {
    expect((await desk.save(POINT, { how: 'clerk' })).status).toBe(200)
    expect((await desk.overview()).questions.some(({ path }) => path === AT_FIELD)).toBe(false)
    expect((await desk.page('pages')).pages.some((page) => page.questions.some(({ path }) => path === AT_FIELD))).toBe(
      false,
    )
    expect((await desk.save(POINT, months)).status).toBe(200)
    expect(await desk.file()).toContain('compute:zeitraum.angefangeneMonate')
  })
})

it('names a question that becomes a declaration by its sentence in messages, and back', async () => {
  const [id, at] = ['question.personOderVerein.habenSieIhrenSitz', 'fields/personOderVerein.habenSieIhrenSitz']
  const object = async () => {
    const { sheet } = await desk.page(id)
    return sheet.rows.filter(({ label }) => label === 'object' || label === 'field-text').map(({ value }) => value)
  }
  const before = await object()
  expect((await desk.save(id, { [`${at}/kind`]: 'declaration' })).status).toBe(200)
  expect(await object()).toEqual(['den Satz „Haben Sie Ihren Sitz hier?“', 'Haben Sie Ihren Sitz hier?'])
  expect((await desk.save(id, { [`${at}/kind`]: '', [`${at}/text`]: '' })).status).toBe(200)
  expect(await object()).toEqual(before)
})

describe('a fee by the metre and the month', () => {
  const answers = { 'probe/boot.laengeInMetern': '7,2', 'probe/zeitraum.beginn': '1.4.2027', 'probe/zeitraum.ende': '30.9.2027' } // biome-ignore format: one row
  const charged = async (values: Readonly<Record<string, string>>) => {
    const errors = (await problemOf(await desk.save('fee', { ...values, act: 'preview' }))).errors ?? []
    return (errors as readonly { type: string; params: Record<string, unknown> }[])
      .filter(({ type }) => /fee-(item|total|unclear)$/.test(type))
      .map(({ params }) => params)
  }

  it('is tried out by the engine that charges, with a least and a greatest amount', async () => {
    const all = { ...berth, ...counted, ...answers }
    expect(await charged(all)).toMatchObject([{ count: 48, unit: 750, total: 36_000 }, { total: 36_000 }])
    expect(await charged({ ...all, 'fee/N1/v0/most': '300' })).toMatchObject([{ total: 30_000, bound: 'most' }, { total: 30_000 }]) // biome-ignore format: one thought
    expect(await charged({ ...all, 'fee/N1/v0/least': '400' })).toMatchObject([{ total: 40_000, bound: 'least' }, { total: 40_000 }]) // biome-ignore format: one thought
    const exact = { ...all, 'fee/N1/count~as': 'if boot.laengeInMetern = null then 0 else boot.laengeInMetern', 'fee/N1/count~as2': '' } // biome-ignore format: one thought
    expect(await charged(exact)).toMatchObject([{ count: 7.2, total: 5_400 }, { total: 5_400 }])
  })

  it('is refused at its row with half a span, or with more at least than at most', async () => {
    const errors = async (more: Readonly<Record<string, string>>) =>
      (await problemOf(await desk.save('fee', { ...berth, ...counted, ...more }))).errors
    expect(await errors({ 'fee/N1/count~to2': '' })).toMatchObject([{ pointer: '/fee/N1/count', type: 'editing/fee-span' }]) // biome-ignore format: one thought
    expect(await errors({ 'fee/N1/v0/least': '9', 'fee/N1/v0/most': '8' })).toMatchObject([
      { pointer: '/fee/N1/v0/most', type: 'editing/fee-most-below-least' },
    ])
  })

  it('is saved, shown again as it was chosen, and said in words', async () => {
    expect((await desk.save('fee', { ...berth, ...counted, 'fee/N1/v0/least': '25' })).status).toBe(200)
    const [line] = (await desk.page('fee')).fee?.lines ?? []
    expect(line).toMatchObject({
      times: 'je angefangenem Meter und angefangenem Monat',
      factors: [
        { as: metres, from: '', to: '' },
        { as: 'span:months', from: 'zeitraum.beginn', to: 'zeitraum.ende' },
      ],
      amounts: [{ euro: '7,50', least: '25,00', most: '' }],
    })
    expect(await desk.file()).toContain(
      'Liegeplatz: 7,50 € je angefangenem Meter und angefangenem Monat, mindestens 25,00 €',
    )
    expect((await desk.overview()).findings.filter(({ about }) => about.kind === 'fee')).toEqual([])
  })
})
