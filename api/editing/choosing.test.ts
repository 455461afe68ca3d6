import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Word } from '../forms/vocabulary.ts'
import { BOAT_AT, deskOf, dropBoat } from '../testing/boat.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import { chooserView, withChosen } from './chooser-form.ts'
import type { Row } from './sheet-rows.ts'
import type { ServiceOverview, SheetPage } from './view.ts'

/* Rules put together from questions, as a browser without scripts sends them. */

const AT = BOAT_AT

let town: Town
let edda: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  await dropBoat(edda)
}, 60_000)
afterAll(() => town.close())

const { page, file } = deskOf(() => edda)
/** What the page of a sheet sends: every control as it stands there, with what an editor changed. */
async function send(id: string, changes: Readonly<Record<string, string>>): Promise<Response> {
  const { sheet, choosers } = await page(id)
  const rows = sheet.rows.filter(({ kind }) => kind !== 'choices' && kind !== 'yes-no')
  const sent = Object.fromEntries(rows.map(({ name, value }) => [name, value]))
  for (const row of rows.filter(({ name }) => choosers[name] !== undefined)) {
    const isRule = !['', 'always', 'never'].includes(row.value)
    const control = row.kind === 'obligation' ? `${row.name}~when` : row.name
    const was = row.kind === 'obligation' && !isRule ? '' : row.value
    Object.assign(sent, { [row.name]: row.kind === 'obligation' && isRule ? 'when' : row.value, [control]: was })
    Object.assign(sent, shown(control, was, choosers[row.name]?.parts ?? [], choosers[row.name]?.join ?? 'and'))
  }
  return edda.form(`${AT}/sheets/${id}`, { seen: sheet.seen, ...sent, ...changes })
}
const shown = (control: string, was: string, parts: SheetPage['choosers'][string]['parts'], join: string) =>
  Object.fromEntries([
    [`${control}~was`, was],
    [`${control}~parts`, String(parts.length)],
    [`${control}~join`, join],
    ...parts.flatMap((part, index) =>
      Object.entries(part).map(([key, value]) => [`${control}~${key}${index + 1}`, value]),
    ),
  ]) as Record<string, string>
const errorsOf = async (answer: Response, type = 'editing/sheet-refused') => {
  const problem = await problemOf(answer)
  expect(problem).toMatchObject({ type, status: 422 })
  return problem.errors as readonly { pointer: string; type: string; params?: Record<string, unknown> }[]
}

describe('a rule put together from questions', () => {
  const name = 'fields/nachweise.versicherungsnachweis/when'
  const id = 'question.nachweise.versicherungsnachweis'

  it('offers the questions of earlier pages by what they ask', async () => {
    const { choosers } = await page(id)
    expect(choosers[name]?.words.find((word) => word.name === 'person.familienname')?.label).toBe('Familienname')
    expect(choosers[name]).toMatchObject({ parts: [] })
  })

  it('offers a question of the same page too, and the page is split there with one more press', async () => {
    const row = 'fields/person.eMailAdresse/when'
    const own = 'question.person.eMailAdresse'
    const offered = (await page(own)).choosers[row]?.words
    expect(offered).toMatchObject([{ name: 'person.familienname', isSamePage: true }])
    expect((await page(id)).choosers[name]?.words.some(({ isSamePage }) => isSamePage)).toBe(false)
    const part = { [`${row}~q1`]: 'person.familienname', [`${row}~v1`]: 'Kahn' }
    expect(await errorsOf(await send(own, part))).toMatchObject([
      { pointer: `/${row}`, type: 'forms/same-page', params: { split: 'yes', shared: 'person' } },
    ])
    expect((await send(own, { ...part, split: '1' })).status).toBe(303)
    expect(await file()).toContain('when: person.familienname = "Kahn"')
    expect((await send(own, { [`${row}~q1`]: '' })).status).toBe(303)
  })

  it('shows what is chosen so far with its rule, and keeps nothing', async () => {
    const before = await file()
    const part = { [`${name}~q1`]: 'person.familienname', [`${name}~c1`]: 'is' }
    expect(await errorsOf(await send(id, { ...part, choose: name }), 'editing/choosing')).toEqual([])
    const whole = { ...part, [`${name}~v1`]: 'Kahn', choose: `${name}+` }
    expect(await errorsOf(await send(id, whole), 'editing/choosing')).toEqual([
      { pointer: `/${name}`, type: 'editing/chosen', params: { rule: 'person.familienname = "Kahn"' } },
    ])
    expect(await file()).toBe(before)
  })

  it('is written as a condition, shown again as it was chosen, changed and taken away', async () => {
    const part = { [`${name}~q1`]: 'person.familienname', [`${name}~c1`]: 'is', [`${name}~v1`]: 'Kahn' }
    expect((await send(id, part)).status).toBe(303)
    expect(await file()).toContain('when: person.familienname = "Kahn"')
    expect((await page(id)).choosers[name]?.parts).toMatchObject([{ q: 'person.familienname', c: 'is', v: 'Kahn' }])
    const more = { [`${name}~q2`]: 'person.eMailAdresse', [`${name}~c2`]: 'answered', [`${name}~join`]: 'or' }
    expect((await send(id, more)).status).toBe(303)
    expect(await file()).toContain('when: person.familienname = "Kahn" or person.eMailAdresse != null')
    expect((await send(id, { [`${name}~q1`]: '', [`${name}~q2`]: '' })).status).toBe(303)
    expect(await file()).not.toContain('"Kahn"')
  })

  it('what is written by hand counts, and of another shape it stays', async () => {
    const rule = 'string length(person.familienname) > 3'
    const byHand = { [name]: rule, [`${name}~q1`]: 'person.familienname', [`${name}~v1`]: 'Kahn' }
    expect((await send(id, byHand)).status).toBe(303)
    expect(await file()).toContain(`when: ${rule}`)
    expect((await page(id)).choosers[name]?.parts).toEqual([])
    expect((await send(id, { 'fields/nachweise.versicherungsnachweis/hint': 'Als PDF.' })).status).toBe(303)
    expect(await file()).toContain(`when: ${rule}`)
  })

  it('422 at its row while an answer is missing', async () => {
    const half = { [`${name}~q1`]: 'person.familienname', [`${name}~c1`]: 'greater', [`${name}~v1`]: 'a' }
    expect(await errorsOf(await send(id, half))).toEqual([{ pointer: `/${name}`, type: 'editing/choose-value' }])
  })

  it('makes an answer obligatory', async () => {
    const row = 'fields/person.eMailAdresse/required'
    const part = {
      [row]: 'when',
      [`${row}~when~q1`]: 'person.familienname',
      [`${row}~when~c1`]: 'is-not',
      [`${row}~when~v1`]: 'Kahn',
    }
    expect((await send('question.person.eMailAdresse', part)).status).toBe(303)
    expect(await file()).toContain('required: person.familienname != "Kahn"')
    expect((await page('question.person.eMailAdresse')).choosers[row]?.parts).toMatchObject([
      { c: 'is-not', v: 'Kahn' },
    ])
  })

  it('is a check, at a question of a list too', async () => {
    const control = 'new-check-rule'
    const check = { 'new-check-at': 'boote.laengeInMetern', 'new-check-text': 'Zu lang.' }
    const part = {
      [`${control}~q1`]: 'eintrag.laengeInMetern',
      [`${control}~c1`]: 'at-most',
      [`${control}~v1`]: '12,5',
    }
    expect((await page('checks')).choosers[control]?.words.map(({ label }) => label)).toContain(
      'Boote: Länge in Metern',
    )
    expect((await send('checks', { ...check, ...part })).status).toBe(303)
    expect(await file()).toContain('rule: eintrag.laengeInMetern <= 12.5')
    expect((await page('checks')).choosers['checks/0/rule']?.parts).toMatchObject([{ c: 'at-most', v: '12,5' }])
  })

  it('compares how many items a list has, and a sum over all of them, on a later page and in a check', async () => {
    const offered = (await page(id)).choosers[name]?.words.filter(({ about }) => about !== undefined)
    expect(offered).toMatchObject([
      { name: 'count(boote)', about: 'count', list: 'Boote', kind: 'number' },
      { name: 'sum(boote.laengeInMetern)', about: 'sum', label: 'Länge in Metern', list: 'Boote' },
    ])
    const more = { [`${name}~q1`]: 'sum(boote.laengeInMetern)', [`${name}~c1`]: 'greater', [`${name}~v1`]: '20,5' }
    const many = { [`${name}~q2`]: 'count(boote)', [`${name}~c2`]: 'at-least', [`${name}~v2`]: '3' }
    expect((await send(id, { ...more, ...many, [`${name}~join`]: 'or' })).status).toBe(303)
    const rule = 'sum(boote.laengeInMetern) > 20.5 or count(boote) >= 3'
    expect(await file()).toContain(`when: ${rule}`)
    const now = await page(id)
    expect(now.choosers[name]?.parts).toMatchObject([{ q: 'sum(boote.laengeInMetern)', v: '20,5' }, { q: 'count(boote)' }]) // biome-ignore format: one thought
    expect(now.sheet.rows.find((row) => row.name === name)?.options).toEqual([
      {
        value: rule,
        text: `wenn „Summe über Boote: Länge in Metern“ größer als 20,5 m ist oder „Anzahl der Einträge: Boote“ mindestens 3 ist (${rule})`,
      },
    ])
    const asked = { [`${name}~q1`]: 'count(boote)', [`${name}~c1`]: 'answered', [`${name}~v1`]: '' }
    expect(await errorsOf(await send(id, asked))).toMatchObject([{ type: 'editing/choose-value' }])
    expect((await send(id, { [`${name}~q1`]: '', [`${name}~q2`]: '' })).status).toBe(303)
    expect(await file()).not.toContain('count(boote)')
    expect((await edda.read<ServiceOverview>(AT)).findings.filter(({ file: at }) => at.endsWith('form.de.yaml'))).toEqual([]) // biome-ignore format: one thought
  })

  it('compares two answers with each other, without a value, and says so in words', async () => {
    const two = { [`${name}~q1`]: 'sum(boote.laengeInMetern)', [`${name}~c1`]: 'greater', [`${name}~v1`]: '7', [`${name}~o1`]: 'count(boote)' } // biome-ignore format: one thought
    expect((await page(id)).choosers[name]?.others['sum(boote.laengeInMetern)']).toEqual(['count(boote)'])
    expect((await send(id, two)).status).toBe(303)
    expect(await file()).toContain('when: sum(boote.laengeInMetern) > count(boote)')
    const now = await page(id)
    expect(now.choosers[name]?.parts).toMatchObject([{ q: 'sum(boote.laengeInMetern)', c: 'greater', v: '', o: 'count(boote)' }]) // biome-ignore format: one thought
    expect(now.sheet.rows.find((row) => row.name === name)?.options[0]?.text).toMatch(
      /^wenn „Summe über Boote: Länge in Metern“ größer als die Antwort auf „Anzahl der Einträge: Boote“ ist \(/,
    )
    const unlike = { [`${name}~q1`]: 'person.familienname', [`${name}~c1`]: 'is', [`${name}~o1`]: 'count(boote)' }
    expect(await errorsOf(await send(id, unlike))).toMatchObject([{ type: 'editing/choose-value' }])
    expect((await send(id, { [`${name}~q1`]: '' })).status).toBe(303)
  })

  it('is the condition of a text of a notice: where there is a fee', async () => {
    expect((await edda.post(`${AT}/process`, { template: 'pay-decide' })).status).toBe(200)
    const { sheet, choosers } = await page('notice.approval.de')
    const row = sheet.rows.find(({ value }) => value === 'kosten.sind')?.name ?? ''
    expect(choosers[row]?.parts).toMatchObject([{ q: 'kosten.sind', c: 'is', v: 'true' }])
    expect((await send('notice.approval.de', { [`${row}~q1`]: 'kosten.summe', [`${row}~c1`]: 'greater', [`${row}~v1`]: '50' })).status).toBe(303) // biome-ignore format: one thought
    expect(await file('notice.approval.de.yaml')).toContain('when: kosten.summe > 5000')
  })

  it('is the condition of a page and of a fee', async () => {
    const { pages } = await page('pages')
    const last = `${pages.at(-1)?.at}/when`
    expect((await send('pages', { [`${last}~q1`]: 'person.familienname', [`${last}~v1`]: 'Kahn' })).status).toBe(303)
    expect((await page('pages')).sheet.rows.find((row) => row.name === last)?.value).toBe(
      'person.familienname = "Kahn"',
    )
    const when = 'fee/N1/when'
    const row = { order: 'N1', 'fee/N1/name': 'Platz', 'fee/N1/v0/euro': '55', 'fee/N1/v0/from': '1.1.2026', 'fee/N1/v0/source': 'Satzung', 'fee/N1/due': 'application' } // biome-ignore format: one row
    const part = { [when]: '', [`${when}~was`]: '', [`${when}~parts`]: '0', [`${when}~q1`]: 'person.familienname', [`${when}~c1`]: 'is', [`${when}~v1`]: 'Kahn' } // biome-ignore format: one row
    expect((await edda.form(`${AT}/sheets/fee`, { seen: (await page('fee')).sheet.seen, ...row, ...part })).status).toBe(303) // biome-ignore format: one line
    expect(await file('service.yaml')).toContain('when: person.familienname = "Kahn"')
  })
})

describe('the controls of a rule', () => {
  const words: readonly Word[] = [
    { label: 'Tag', name: 'tag', kind: 'date', values: [] },
    { label: 'Preis', name: 'preis', kind: 'money', values: [] },
    { label: 'Zahl', name: 'zahl', kind: 'number', values: [] },
    { label: 'Ja', name: 'ja', kind: 'bool', values: [] },
    { label: 'Ende', name: 'ende', kind: 'date', values: [] },
    { label: 'Von', name: 'von', kind: 'time', values: [] },
    { label: 'Bis', name: 'bis', kind: 'time', values: [] },
  ]
  const row: Row = { name: 'a/when', label: 'when', kind: 'rule', value: '', options: [] }
  const condition = fc.constantFrom(
    'tag >= heute + duration("P14D")', 'tag < heute', 'tag <= heute - duration("P18Y")', 'tag = date("2026-02-03")',
    'preis > 50000', 'preis = 5', 'zahl <= 12.5', 'zahl > -3', 'ja = true', 'ja', 'not(ja)', 'tag != null', 'preis = null',
    'ende >= tag', 'ende <= tag + duration("P6M")', 'tag <= ende - duration("P14D")', 'bis > von', 'von = "09:05"',
  ) // biome-ignore format: one list

  it.each([
    ['a day and a span', { c: 'not-after', o: 'tag', v: 'plus', n: '6', u: 'M' }, 'ende <= tag + duration("P6M")'],
    ['a day itself', { c: 'not-before', o: 'tag', v: 'same', n: '', u: 'D' }, 'ende >= tag'],
    ['today', { c: 'not-before', o: '~heute', v: 'plus', n: '14', u: 'D' }, 'ende >= heute + duration("P14D")'],
    ['today itself', { c: 'after', o: '~heute', v: 'same', n: '', u: 'D' }, 'ende > heute'],
    ['a certain day', { c: 'is', o: '~day', v: 'same', d: '3.2.2026' }, 'ende = date("2026-02-03")'],
    ['how far without a direction', { c: 'not-after', o: 'tag', v: 'same', n: '6', u: 'M' }, undefined],
    ['a span in words', { c: 'not-after', o: 'tag', v: 'plus', n: 'sechs', u: 'M' }, undefined],
    ['a span without how far', { c: 'not-after', o: '~heute', v: 'minus', n: '', u: 'M' }, undefined],
  ])('compare a day with %s', (_, controls, rule) => {
    const keys = Object.entries(controls).map(([key, value]) => [`${row.name}~${key}1`, value])
    const sent = Object.fromEntries([[`${row.name}~q1`, 'ende'], [`${row.name}~parts`, '0'], ...keys])
    const read = withChosen([row], { [row.name]: '', ...sent }, () => words)
    expect([read.values[row.name] || undefined, read.wrong.length]).toEqual([rule, rule === undefined ? 1 : 0])
  })

  it('say the same rule when nothing is changed, whatever it is', () => {
    const rules = fc.tuple(
      fc.array(condition, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(' and ', ' or ', ' xor '),
    )
    fc.assert(
      fc.property(rules, ([parts, join]) => {
        const rule = parts.join(join)
        const view = chooserView(rule, words)
        const sent = { [row.name]: rule, ...shown(row.name, rule, view.parts, view.join) }
        const read = withChosen([{ ...row, value: rule }], sent, () => words)
        expect(read).toMatchObject({ values: { [row.name]: rule }, wrong: [] })
        expect(Object.keys(read.values)).toEqual([row.name])
      }),
    )
  })
})
