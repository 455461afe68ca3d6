import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BOAT_AT, deskOf, dropBoat, sheetErrors } from '../testing/boat.ts'
import type { Caller } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ConflictPage } from './view.ts'

/* A new place in the plan of files, registers, sources of answers; and what a conflict shows. */

let town: Town
let edda: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  await dropBoat(edda)
}, 60_000)
afterAll(() => town.close())

const { page, sheet, file, save, overview } = deskOf(() => edda)
const pointersOf = async (answer: Response) =>
  (await sheetErrors(answer)).map(({ pointer, type }) => `${pointer} ${type}`)

describe('a new place in the plan of files', () => {
  const place = { 'new-position-number': '36.10', 'new-position-title': 'Stadthafen', 'new-position-prefix': 'HAF', retention: 'ordnung-5' } // biome-ignore format: one line
  it.each([
    ['a number that is taken', { 'new-position-number': '36.1' }, '/new-position-number editing/position-taken'],
    ['a new main group', { 'new-position-number': '77' }, '/new-position-number editing/position-main'],
    ['a group there is not', { 'new-position-number': '77.1' }, '/new-position-number editing/position-group'],
    ['a place below files', { 'new-position-number': '36.1.1' }, '/new-position-number editing/position-holds'],
    ['no number', { 'new-position-number': '36,3' }, '/new-position-number editing/position-number'],
    ['letters that are taken', { 'new-position-prefix': 'BA' }, '/new-position-prefix editing/position-prefix-taken'],
    ['small letters', { 'new-position-prefix': 'ha' }, '/new-position-prefix editing/position-prefix'],
    ['no name', { 'new-position-title': '' }, '/new-position-title editing/position-missing'],
    ['no retention', { retention: '' }, '/retention editing/position-retention'],
  ])('is refused at its row: %s', async (_, wrong, expected) => {
    expect(await pointersOf(await save('settings', { ...place, ...wrong }))).toEqual([expected])
  })

  it('is chosen with the service, and stands in what publishing changes', async () => {
    expect((await save('settings', place)).status).toBe(200)
    const row = (await sheet('settings')).rows.find(({ name }) => name === 'filePlan')
    expect(row?.value).toBe('36.10')
    expect(row?.options.map(({ text }) => text)).toContain('36.10 Stadthafen')
    const { files } = await edda.read<{ files: readonly { name: string; lines: readonly { text: string }[] }[] }>(`${BOAT_AT}/comparison`) // biome-ignore format: one line
    expect(files.find(({ name }) => name === 'file-plan.yaml')?.lines[0]?.text).toContain('prefix: HAF')
    expect((await overview()).findings.map(({ type }) => type)).not.toContain('editing/no-file-plan')
  })
})

it('an answer comes from several sources of an account, at most four', async () => {
  const id = 'question.person.familienname'
  const name = 'fields/person.familienname/prefill'
  const ticks = (...sources: readonly string[]) => Object.fromEntries([[`${name}~`, '1'], ...sources.map((one) => [`${name}~${one}`, '1'])]) // biome-ignore format: one line
  const five = ['account.givenNames', 'account.familyName', 'account.birthName', 'account.email', 'organisation.name']
  expect(await pointersOf(await save(id, ticks(...five)))).toEqual([`/${name} editing/prefill-many`])
  expect((await save(id, ticks('account.familyName', 'organisation.name'))).status).toBe(200)
  expect((await page(id)).sheet.rows.find((row) => row.name === name)?.value).toBe('account.familyName\norganisation.name') // biome-ignore format: one line
  expect((await overview()).findings.filter(({ type }) => type.startsWith('forms/prefill'))).toEqual([])
  expect((await save(id, ticks())).status).toBe(200)
  expect(await file()).not.toContain('organisation.name')
})

it('a register that is named is named whole, and what is published is read as it stands', async () => {
  const own = (await sheet('registers')).rows.find(({ label }) => label === 'register-purpose')?.name ?? ''
  const at = own.split('/').slice(0, 2).join('/')
  expect((await pointersOf(await save('registers', { [own]: 'Wir sehen nach.' }))).slice(0, 3)).toEqual([
    `/${at}/as editing/register-missing`,
    `/${at}/instead editing/register-missing`,
    `/${at}/legalBasis editing/register-missing`,
  ])
  const desk = deskOf(() => edda, '/editing/services/bewohnerparkausweis')
  const rows = (await desk.sheet('registers')).rows
  const purpose = rows.find(({ label, value }) => label === 'register-purpose' && value !== '')
  const before = await desk.file('service.yaml')
  expect((await desk.save('registers', { [purpose?.name ?? '']: 'Ein anderer Satz.' })).status).toBe(200)
  const after = await desk.file('service.yaml')
  expect(after).toContain('Ein anderer Satz.')
  expect(after).toContain('kennzeichen: fahrzeug.kennzeichen')
  expect(after.length).toBeGreaterThan(before.length - 80)
  expect((await desk.overview()).findings).toEqual([])
})

it('a conflict shows what differs, not other line ends of the same text', async () => {
  const { seen, rows } = await sheet('texts')
  const lead = rows.find(({ name }) => name === 'start/lead')?.value ?? ''
  expect((await save('texts', { title: 'Ein Platz' })).status).toBe(200)
  const sent = { seen, title: 'Mein Platz', 'start/lead': `${lead}\r\n` }
  const answer = await edda.post(`${BOAT_AT}/sheets/texts`, sent)
  const { conflictId } = (await answer.json()) as { conflictId: string }
  const conflict = await edda.read<ConflictPage>(`${BOAT_AT}/conflicts/${conflictId}`)
  expect(conflict.rows.filter(({ isHidden }) => !isHidden).map(({ name }) => name)).toEqual(['title'])
})
