import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { BOAT_AT, BOAT_SETTINGS, deskOf, dropBoat, sheetErrors } from '../testing/boat.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'

/* What an editor without any code does to finish a form: obligation, pages, checks, rules with sums; and what is refused. */

const AT = BOAT_AT
const RULE = 'point.R77000000301'

let town: Town
let edda: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  await dropBoat(edda)
  expect((await overviewSave('settings', BOAT_SETTINGS)).status).toBe(200)
}, 60_000)
afterAll(() => town.close())

const { overview, page, file, save } = deskOf(() => edda)
async function overviewSave(id: 'settings' | 'fee', values: Record<string, string>): Promise<Response> {
  return edda.post(`${AT}/sheets/${id}`, { seen: (await overview())[id]?.seen ?? '', ...values })
}
describe('a rule in words that is a condition', () => {
  it('leads to the question that gets it, and from there back to the rule, which can name it', async () => {
    const { seen } = (await page(RULE)).sheet
    const send = (values: Record<string, string>) => edda.form(`${AT}/sheets/${RULE}`, { seen, how: 'condition', ...values }) // biome-ignore format: one line
    const at = 'boote.laengeInMetern'
    const answer = await send({ 'condition-at': at })
    expect(answer.headers.get('location')).toBe(`/redaktion/formulare/bootsliegeplatz-beantragen/blatt/question.${at}?regel=${RULE}#fields-boote-laengeInMetern-when`) // biome-ignore format: one line
    const question = `question.${at}`
    const set = {
      seen: (await page(question)).sheet.seen,
      back: RULE,
      [`fields/${at}/when`]: 'person.familienname != "A"',
    }
    const back = await edda.form(`${AT}/sheets/${question}`, set)
    expect(back.headers.get('location')).toBe(`/redaktion/formulare/bootsliegeplatz-beantragen/blatt/${RULE}?bedingung=${at}&gespeichert=1`) // biome-ignore format: one line
    expect((await page(RULE)).keepers.map(({ ref }) => ref)).toContain(`when:${at}`)
    expect(await file()).not.toContain('back')
    const refused = await problemOf(await send({ 'condition-at': 'nirgends' }))
    expect(refused.errors).toEqual([{ pointer: '/condition-at', type: 'editing/point-condition' }])
    expect((await save(question, { [`fields/${at}/when`]: '' })).status).toBe(200)
  })
})

describe('pages', () => {
  it('are listed with their questions in order, by what they ask', async () => {
    const { pages } = await page('pages')
    expect(pages[0]).toMatchObject({ id: 'person', hasBefore: false, within: '' })
    expect(pages[0]?.questions.map(({ label }) => label)).toEqual(['Familienname', 'E-Mail-Adresse'])
    expect(pages.find(({ within }) => within === 'Boote')?.questions).toHaveLength(3)
  })

  it('a page is split before a question, and what was typed beside is kept', async () => {
    const before = await overview()
    const answer = await save('pages', { act: 'split person.eMailAdresse', 'steps/0/lead': 'Zuerst zu Ihnen.' })
    expect(answer.status).toBe(200)
    const { pages, findings } = await page('pages')
    expect(findings).toEqual([])
    expect(pages.slice(0, 2).map(({ questions }) => questions.map(({ path }) => path))).toEqual([
      ['person.familienname'],
      ['person.eMailAdresse'],
    ])
    expect(pages[1]).toMatchObject({ title: 'E-Mail-Adresse', hasBefore: true })
    expect(await file()).toContain('lead: Zuerst zu Ihnen.')
    expect((await overview()).version).toBe(before.version + 1)
  })

  it('a question moves to another page, and a page without questions goes away', async () => {
    const first = (await page('pages')).pages
    const target = first[2]?.id ?? ''
    await save('pages', { act: 'move', 'move-question': 'person.eMailAdresse', 'move-page': target })
    const { pages } = await page('pages')
    expect(pages).toHaveLength(first.length - 1)
    expect(pages[1]?.questions.at(-1)?.path).toBe('person.eMailAdresse')
    expect((await overview()).findings).toEqual([])
  })

  it('two pages become one, and their conditions those of their questions', async () => {
    const [, second] = (await page('pages')).pages
    const when = 'person.familienname != "Niemand"'
    expect((await save('pages', { [`${second?.at}/when`]: when })).status).toBe(200)
    const own = await sheetErrors(await save('pages', { act: `join ${second?.id}` }))
    expect(own.map(({ type }) => type)).toContain('forms/same-page')
    expect((await save('pages', { [`${second?.at}/when`]: '' })).status).toBe(200)
    expect((await save('pages', { act: `join ${second?.id}` })).status).toBe(200)
    const { pages, findings } = await page('pages')
    expect(findings).toEqual([])
    expect(pages[0]?.questions).toHaveLength(6)
  })

  it.each([
    ['before its first question', { act: 'split person.familienname' }, 'editing/page-first'],
    ['with nothing before', { act: 'join person' }, 'editing/page-first'],
    [
      'out of a list',
      { act: 'move', 'move-question': 'boote.bezeichnung', 'move-page': 'person' },
      'editing/page-list',
    ],
    ['that is gone', { act: 'split person.niemand' }, 'editing/page-unknown'],
  ])('stay as they are: %s', async (_, values, type) => {
    expect(await sheetErrors(await save('pages', values))).toMatchObject([{ pointer: '/act', type }])
  })
})

describe('a condition on an answer of the same page', () => {
  const path = 'question.person.eMailAdresse'
  const when = { 'fields/person.eMailAdresse/when': 'person.familienname = "Kahn"' }

  it('says so, offers to split the page there, and does it with one more press', async () => {
    const errors = await sheetErrors(await save(path, when))
    expect(errors).toMatchObject([
      { pointer: '/fields/person.eMailAdresse/when', type: 'forms/same-page', params: { split: 'yes' } },
    ])
    expect((await save(path, { ...when, split: '1' })).status).toBe(200)
    expect((await overview()).findings).toEqual([])
    expect(await file()).toContain('when: person.familienname = "Kahn"')
    expect((await save(path, { 'fields/person.eMailAdresse/when': '' })).status).toBe(200)
  })

  it('offers nothing where a split does not help, and says that the answer comes later', async () => {
    const later = { 'fields/person.familienname/when': 'person.eMailAdresse = "a"' }
    const errors = await sheetErrors(await save('question.person.familienname', later))
    expect(errors).toMatchObject([{ type: 'forms/later-answer' }])
    expect(errors[0]?.params).not.toHaveProperty('split')
  })
})

describe('obligation', () => {
  const id = 'question.person.eMailAdresse'
  const name = 'fields/person.eMailAdresse/required'
  const valueNow = async () => (await page(id)).sheet.rows.find((row) => row.name === name)?.value

  it('is chosen: always, never, or by a rule', async () => {
    expect(await valueNow()).toBe('')
    expect((await save(id, { [name]: 'always' })).status).toBe(200)
    expect(await valueNow()).toBe('always')
    expect((await save(id, { [name]: 'when', [`${name}~when`]: 'person.familienname = "Kahn"' })).status).toBe(200)
    expect(await valueNow()).toBe('person.familienname = "Kahn"')
    expect((await overview()).findings).toEqual([])
  })

  it.each([
    ['no rule', '', 'editing/rule-missing'],
    ['prose', 'wenn der Name Kahn ist', expect.stringMatching(/^feel\//)],
    ['a later answer', 'count(boote) > 1', 'forms/later-answer'],
  ])('422 for %s', async (_, rule: string, type: unknown) => {
    const errors = await sheetErrors(await save(id, { [name]: 'when', [`${name}~when`]: rule }))
    expect(errors[0]).toMatchObject({ pointer: `/${name}`, type })
    expect(await valueNow()).toBe('person.familienname = "Kahn"')
  })

  it('cannot be waived where the data schema asks for the answer', async () => {
    const path = 'fields/person.familienname/required'
    const errors = await sheetErrors(await save('question.person.familienname', { [path]: 'never' }))
    expect(errors).toMatchObject([{ pointer: `/${path}`, type: 'forms/required' }])
  })
})

describe('a rule in words', () => {
  const check = {
    'new-check-at': 'nachweise.versicherungsnachweis',
    'new-check-text': 'Zusammen sind die Boote zu lang.',
  }

  it('stands on its page with its text and the words that answer it', async () => {
    const { about, vocabulary } = await page(RULE)
    expect(about).toEqual({ name: 'Länge am Steg', text: 'Boote über 12 Meter brauchen einen Außenliegeplatz.' })
    expect(vocabulary?.words.map(({ name }) => name)).toContain('person.familienname')
    const [boats] = vocabulary?.lists ?? []
    expect(boats).toMatchObject({ title: 'Boote', name: 'boote' })
    expect(boats?.words.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'bezeichnung text',
      'laengeInMetern number',
      'hatEinenMotor bool',
    ])
  })

  it('names the questions it speaks of, and every page with its questions, so that a condition is found', async () => {
    const { named, pages } = await page(RULE)
    expect(named).toContain('boote.laengeInMetern')
    expect(named).not.toContain('person.familienname')
    expect(pages.flatMap(({ questions }) => questions.map(({ path }) => path))).toContain('person.familienname')
    expect((await page('texts')).named).toEqual([])
  })

  it('422 for a page of an open rule that was sent as it was shown: a browser says nothing of choices nobody made', async () => {
    expect(await overview()).toMatchObject({ points: [{ isOpen: true }] })
    const shown = { 'rules/R77000000301/reason': '', 'new-check-at': '', 'new-check-rule': '', 'new-check-text': '' }
    const errors = await sheetErrors(await save(RULE, shown))
    expect(errors).toMatchObject([{ pointer: '/how', type: 'editing/point-how' }])
    const short = await sheetErrors(await save(RULE, { ...shown, 'rules/R77000000301/reason': 'nein' }))
    expect(short).toMatchObject([{ type: 'editing/point-reason' }])
  })

  it('every sample of a list is a rule that may be saved', async () => {
    const samples = (await page(RULE)).vocabulary?.lists.flatMap((list) => list.samples) ?? []
    expect(samples.map(({ kind }) => kind)).toEqual(['count', 'sum', 'sum-of', 'some', 'every'])
    for (const { rule } of samples) {
      expect((await save(RULE, { ...check, 'new-check-rule': rule })).status, rule).toBe(200)
      expect((await save(RULE, { 'remove-check/0~': '1', 'remove-check/0': '1' })).status).toBe(200)
    }
    expect(await file()).not.toContain('checks:')
  })

  it('422 for a wrong check, at its row: the rule stays open and the form can be tried', async () => {
    const errors = await sheetErrors(await save(RULE, { ...check, 'new-check-rule': 'summe der Längen <= 12' }))
    expect(errors[0]).toMatchObject({ pointer: '/new-check-rule' })
    const half = await sheetErrors(await save(RULE, { 'new-check-rule': 'count(boote) < 3' }))
    expect(half.map(({ pointer }) => pointer)).toEqual(['/new-check-at', '/new-check-text'])
    expect(await overview()).toMatchObject({ hasForm: true, findings: [], points: [{ isOpen: true }] })
  })

  it('is answered by a sum over all items, which can be changed and taken away', async () => {
    const rule = 'sum(for x in boote return x.laengeInMetern) <= 40'
    expect((await save(RULE, { ...check, 'new-check-rule': rule })).status).toBe(200)
    expect(await overview()).toMatchObject({ findings: [], points: [{ isOpen: false }] })
    expect((await page(RULE)).sheet.rows.find(({ name }) => name === 'checks/0/rule')?.value).toBe(rule)
    expect((await save(RULE, { 'checks/0/rule': 'sum(boote.laengeInMetern) <= 50' })).status).toBe(200)
    expect(await file()).toContain('sum(boote.laengeInMetern) <= 50')
    const wrong = await sheetErrors(await save('checks', { 'checks/0/rule': 'sum(boote.laenge) <= 50' }))
    expect(wrong).toMatchObject([{ pointer: '/checks/0/rule', type: 'feel/unknown-name' }])
    const sent = { 'remove-check/0~': '1', 'remove-check/0': '1' }
    expect((await save('checks', sent)).status).toBe(200)
    expect(await overview()).toMatchObject({ findings: [], points: [{ isOpen: true }] })
  })

  it('a sum over all items may stand at a question of the list; with one item beside it is refused by a true sentence', async () => {
    const atList = { ...check, 'new-check-at': 'boote.laengeInMetern' }
    const both = { ...atList, 'new-check-rule': 'sum(boote.laengeInMetern) <= 40 and eintrag.hatEinenMotor' }
    expect(await sheetErrors(await save(RULE, both))).toMatchObject([
      { pointer: '/new-check-rule', type: 'forms/list-check' },
    ])
    const rule = 'sum(for x in boote return x.laengeInMetern) <= 40'
    expect((await save(RULE, { ...atList, 'new-check-rule': rule })).status).toBe(200)
    expect(await overview()).toMatchObject({ findings: [], points: [{ isOpen: false }] })
    expect((await save('checks', { 'remove-check/0~': '1', 'remove-check/0': '1' })).status).toBe(200)
  })

  it('a check that was made for it goes when a sentence answers it instead', async () => {
    expect((await save(RULE, { ...check, 'new-check-rule': 'count(boote) < 4' })).status).toBe(200)
    expect((await save(RULE, { 'rules/R77000000301/reason': 'Das prüft die Hafenmeisterin vor Ort.' })).status).toBe(
      200,
    )
    expect(await file()).not.toContain('checks:')
    const { findings, points } = await overview()
    expect(findings).toEqual([])
    expect(points).toMatchObject([
      { isOpen: false, answer: { how: 'reason', by: 'edda', on: expect.stringMatching(/^\d{4}-/) } },
    ])
  })

  it('is left to the clerk', async () => {
    expect((await save(RULE, { how: 'clerk' })).status).toBe(200)
    expect(await overview()).toMatchObject({ findings: [], points: [{ isOpen: false, answer: { how: 'clerk' } }] })
  })

  it.each([
    ['nothing', {}, { pointer: '/how', type: 'editing/point-how' }],
    ['something of the form that nobody named', { how: 'kept' }, { pointer: '/how', type: 'editing/point-kept' }],
    ['a check that nobody wrote', { how: 'own' }, { pointer: '/new-check-rule', type: 'editing/point-own' }],
    ['no sentence', { how: 'reason', 'rules/R77000000301/reason': 'nein' }, { type: 'editing/point-reason' }],
  ])('422 for %s', async (_, sent: Record<string, string>, issue) => {
    expect(await sheetErrors(await save(RULE, { how: '', ...sent }))).toMatchObject([issue])
  })

  it('is kept by what the form has, and open again when that is taken away', async () => {
    const { keepers } = await page(RULE)
    expect(keepers.find(({ ref }) => ref === 'required:person.familienname')).toMatchObject({ isNamed: false })
    const at = 'fields/boote.laengeInMetern/required'
    expect((await save('question.boote.laengeInMetern', { [at]: 'always' })).status).toBe(200)
    const there = (await page(RULE)).keepers
    expect(there[0]?.isNamed).toBe(true)
    expect(there.find((one) => one.ref === 'required:boote.laengeInMetern')).toMatchObject({ isNamed: true })
    const when = 'fields/nachweise.versicherungsnachweis/when'
    const question = 'question.nachweise.versicherungsnachweis'
    expect((await save(question, { [when]: 'count(boote) > 1' })).status).toBe(200)
    const ref = 'when:nachweise.versicherungsnachweis'
    expect((await page(RULE)).keepers.find((one) => one.ref === ref)?.said).toContain('count(boote) > 1')
    expect((await save(RULE, { how: 'kept', [`rules/R77000000301/kept~${ref}`]: '1' })).status).toBe(200)
    expect(await overview()).toMatchObject({
      findings: [],
      points: [{ isOpen: false, answer: { keepers: [{ ref }] } }],
    })
    expect((await save(question, { [when]: '' })).status).toBe(200)
    expect(await overview()).toMatchObject({ hasForm: true, points: [{ isOpen: true, lost: [ref] }] })
    expect((await save(RULE, { how: 'clerk' })).status).toBe(200)
  })

  it('a check of its own is added beside the rules', async () => {
    const values = { ...check, 'new-check-rule': 'every x in boote satisfies x.laengeInMetern > 1' }
    expect((await save('checks', values)).status).toBe(200)
    expect((await page('checks')).sheet.rows.filter(({ label }) => label === 'check-rule')).toHaveLength(1)
  })
})

describe('numbers and amounts', () => {
  it.each(['abc', '15 Stunden', 'etwa zehn'])('422 for %s minutes, and the service stays as it was', async (text) => {
    const errors = await sheetErrors(await overviewSave('settings', { minutes: text }))
    expect(errors).toEqual([{ pointer: '/minutes', type: 'editing/minutes' }])
    expect((await overview()).findings).toEqual([])
  })

  it('takes 15 Minuten as 15', async () => {
    expect((await overviewSave('settings', { minutes: '15 Minuten' })).status).toBe(200)
    expect(await file('service.yaml')).toMatch(/^minutes: 15$/m)
    expect((await overviewSave('settings', { minutes: '12 Min.' })).status).toBe(200)
  })

  it('stand in the settings alone: the form says the same', async () => {
    expect((await page('texts')).sheet.rows.filter(({ label }) => label === 'minutes')).toEqual([])
    expect(await file()).toMatch(/^ {2}minutes: 12$/m)
    expect((await overviewSave('settings', { minutes: '' })).status).toBe(200)
    expect(await file()).toMatch(/^ {2}minutes: 12$/m)
    expect((await overviewSave('settings', { minutes: '9' })).status).toBe(200)
    expect(await file()).toMatch(/^ {2}minutes: 9$/m)
  })

  it('takes 3 Wochen as the processing time, shows it again, and takes it away', async () => {
    const errors = await sheetErrors(await overviewSave('settings', { processing: 'bald' }))
    expect(errors).toEqual([{ pointer: '/processing', type: 'editing/period' }])
    expect((await overviewSave('settings', { processing: '3 Wochen' })).status).toBe(200)
    expect(parse(await file('service.yaml'))).toMatchObject({ processing: { count: 3, unit: 'week' } })
    const row = (await overview()).settings?.rows.find(({ name }) => name === 'processing')
    expect(row).toMatchObject({ kind: 'period', value: '3 week' })
    expect((await overview()).findings).toEqual([])
    expect((await overviewSave('settings', { processing: '' })).status).toBe(200)
    expect(parse(await file('service.yaml'))).not.toHaveProperty('processing')
  })

  it('a fee is taken with its amount or refused, never forgotten', async () => {
    const sent = { order: 'N1', 'fee/N1/name': 'Liegeplatz', 'fee/N1/v0/from': '1.1.2026', 'fee/N1/v0/source': 'Satzung', 'fee/N1/due': 'application' } // biome-ignore format: one row
    const at = '/fee/N1/v0/euro'
    expect(await sheetErrors(await overviewSave('fee', { ...sent, 'fee/N1/v0/euro': 'abc' }))).toMatchObject([
      { pointer: at, type: 'editing/amount' },
    ])
    expect(await sheetErrors(await overviewSave('fee', { ...sent, 'fee/N1/v0/euro': '' }))).toMatchObject([
      { pointer: at, type: 'editing/fee-euro-missing' },
    ])
    expect((await overviewSave('fee', { ...sent, 'fee/N1/v0/euro': '55 Euro' })).status).toBe(200)
    const fee = (await overview()).fee?.rows ?? []
    expect((await overview()).feeLines[0]?.amounts[0]?.euro).toBe('55,00')
    const when = fee.find(({ label }) => label === 'fee-when')?.name ?? ''
    const errors = await sheetErrors(await overviewSave('fee', { [when]: 'wenn das Boot lang ist' }))
    expect(errors[0]).toMatchObject({ pointer: `/${when}` })
    expect((await overviewSave('fee', { [when]: 'count(boote) > 1' })).status).toBe(200)
    expect(await file('service.yaml')).toContain('when: count(boote) > 1')
  })
})
