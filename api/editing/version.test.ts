import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BOAT_AT, BOAT_SETTINGS, BOAT_SLUG, boatFile, deskOf } from '../testing/boat.ts'
import type { Caller } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import { fieldXml, groupXml, schemaXml } from './testing/schema.ts'
import type { ComparePage, FilePage, SheetPage } from './view.ts'
import { editYaml } from './yaml-edit.ts'

/* A new version of a schema in which a question is gone that everything names: what follows by itself, and what an editor mends in the rooms. */

const AT = BOAT_AT
let town: Town
let edda: Caller
let draft: { caller: Caller; id: string; step: string }

const NAME = fieldXml('F77000000001', 'Familienname')
const STREET = fieldXml('F77000000002', 'Straße')
const PHONE = fieldXml('F77000000003', 'Rufname des Boots')
const BOATS = groupXml('G77000000002', 'Boote', fieldXml('F77000000004', 'Kennung') + fieldXml('F77000000005', 'Masten', { type: 'num_int' }) + fieldXml('F77000000009', 'Foto', { type: 'file', count: '0:1' }), '1:3') // biome-ignore format: one line
const version = (own: string, loose: string, number: string): string =>
  schemaXml(
    fieldXml('F77000000006', 'Anlass') + groupXml('G77000000001', 'Person', NAME + STREET + own) + loose + BOATS,
    number,
  )
const FIRST = version(PHONE, fieldXml('F77000000007', 'Steg', { count: '0:1' }), '1.0.0')
const SECOND = version(
  fieldXml('F77000000008', 'Heimathafen'),
  fieldXml('F77000000007', 'Anleger', { count: '0:1' }),
  '2.0.0',
)

const GONE = 'person.rufnameDesBoots'
const RULE = `${GONE} != null`

const { overview, page, file, save } = deskOf(() => edda)
async function drop(...files: readonly (readonly [string, string])[]): Promise<Response> {
  const form = new FormData()
  for (const [name, text] of files) {
    form.append('files', new File([text], name))
  }
  return await edda.form(files.length > 1 ? '/editing/services' : `${AT}/added-files`, form)
}
async function write(name: string, text: string): Promise<void> {
  const { seen } = await edda.read<FilePage>(`${AT}/files/${name}`)
  expect((await edda.post(`${AT}/files/${name}`, { seen, text })).status).toBe(200)
}
async function publish(): Promise<void> {
  const now = await overview()
  expect(now.findings).toEqual([])
  expect((await edda.post(`${AT}/publish`, { version: now.version, germanParts: 'yes' })).status).toBe(200)
}

/** Where the question is named, what about it an editor reads, and the way out that is taken. */
const PLACES: readonly (readonly [string, (string | number)[], unknown, Record<string, unknown>, string])[] = [
  ['form.de.yaml', ['steps', 2, 'when'], RULE, { kind: 'page', sheet: 'pages', row: 'steps/2/when' }, 'rule'],
  ['form.de.yaml', ['fields', 'steg', 'required'], RULE, { kind: 'question', name: 'Anleger', row: 'fields/steg/required' }, 'to:person.familienname'],
  ['form.de.yaml', ['fields', 'boote.kennung', 'when'], RULE, { kind: 'question', name: 'Kennung', sheet: 'question.boote.kennung' }, 'rule'],
  ['form.de.yaml', ['fields', 'boote.foto', 'evidence'], [{ name: 'Foto', when: RULE }], { kind: 'question', row: 'fields/boote.foto/evidence/0/when' }, 'entry'],
  ['form.de.yaml', ['checks'], [{ id: 'kurz', at: GONE, rule: `string length(${GONE}) < 9`, text: 'Der Rufname ist zu lang.' }], { kind: 'check', name: 'Der Rufname ist zu lang.' }, 'entry'],
  ['form.de.yaml', ['eligibility'], { conditions: [{ id: 'hat', rule: RULE, unmet: 'Das Boot hat keinen Namen.', unclear: 'Hat es einen?' }] }, { kind: 'eligibility', sheet: 'eligibility' }, 'entry'],
  ['form.de.yaml', ['signers'], [{ id: 'zweite', title: 'Zweite Person', text: 'Sie stimmen zu.', when: RULE, sees: ['person'], declarations: [{ id: 'ja', text: 'Ich stimme zu.' }] }], { kind: 'signers', name: 'Zweite Person', sheet: 'signers', row: 'signers/0/when' }, 'rule'],
  ['form.de.yaml', ['review', 'notes'], [{ id: 'hinweis', when: RULE, text: 'Bitte beachten.' }], { kind: 'texts', row: 'review/notes/0/when' }, 'entry'],
  ['service.yaml', ['fee'], { items: [{ fee: 'personenstandsurkunde', when: RULE }] }, { kind: 'fee', row: 'fee/personenstandsurkunde/when' }, 'rule'],
  ['notice.approval.de.yaml', ['salutation'], `Guten Tag {${GONE}},`, { kind: 'notice', row: 'salutation' }, 'name'],
  ['notice.approval.de.yaml', ['reasons'], [{ text: `Das Boot heißt {${GONE}}. Der Platz ist frei.`, when: RULE }], { kind: 'notice', row: 'reasons/0/text' }, 'to:person.familienname'],
  ['process.bpmn', [], 'person_rufnameDesBoots', { kind: 'process' }, 'to:anlass'],
] // biome-ignore format: a table

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  expect((await drop(['form.xml', FIRST], ['boat-catalogue.xml', boatFile('boat-catalogue.xml')])).status).toBe(303)
  expect((await edda.post(`${AT}/process`, { template: 'decide-pay' })).status).toBe(200)
  expect((await save('settings', { ...BOAT_SETTINGS, evidence: 'none', online: 'own' })).status).toBe(200)
  const fee = { name: 'Liegeplatz', 'v0/euro': '120,50', 'v0/from': '1.1.2026', 'v0/source': 'Hafensatzung', due: 'application' } // biome-ignore format: one row
  const row = Object.fromEntries(Object.entries(fee).map(([name, value]) => [`fee/N1/${name}`, value]))
  expect((await save('fee', { order: 'N1', ...row })).status).toBe(200)
}, 60_000)
afterAll(() => town.close())

describe('a form made of the schema', () => {
  it('asks from the top of the schema to its end, and every page is called something else', async () => {
    const { pages } = await page('pages')
    expect(pages.flatMap(({ questions }) => questions.map(({ path }) => path))).toEqual([
      'anlass', 'person.familienname', 'person.strasse', GONE, 'steg', 'boote.kennung', 'boote.masten', 'boote.foto',
    ]) // biome-ignore format: one list
    expect(pages.map(({ title }) => title)).toEqual(['Anlass', 'Person', 'Steg', 'Boote'])
  })

  it('a condition that counts a list which comes later says what it needs and what may be moved; then it is moved', async () => {
    const name = 'fields/steg/when'
    const answer = await save('question.steg', { [name]: 'count(boote) > 1' })
    const problem = (await answer.json()) as { errors: readonly { params: Record<string, string> }[] }
    expect(problem.errors[0]).toMatchObject({
      type: 'forms/later-answer',
      params: { question: 'Kennung', list: 'Boote', asked: 'Boote', own: 'Steg', page: 'angaben-b' },
    })
    expect((await save('pages', { act: 'down angaben-b' })).status).toBe(200)
    expect((await page('pages')).pages.map(({ title }) => title)).toEqual(['Anlass', 'Person', 'Boote', 'Steg'])
    expect((await save('question.steg', { [name]: 'count(boote) > 1' })).status).toBe(200)
    expect((await save('question.steg', { [name]: '' })).status).toBe(200)
    expect((await save('pages', { act: 'up angaben-b' })).status).toBe(200)
  })
})

describe('a new version without a question', () => {
  it('what nobody has changed follows by itself: address, repeated answers, labels; nothing is left to do', async () => {
    await publish()
    const before = await file('notice.approval.de.yaml')
    expect(before).toContain(GONE)
    expect((await drop(['neu.xml', SECOND])).status).toBe(303)
    const after = await file('notice.approval.de.yaml')
    expect(after).not.toContain(GONE)
    expect(after).toMatch(/answers:.*heimathafen/s)
    const form = await file()
    expect(form).toMatch(/steg:\n {4}element: F77000000007\n {4}label: Anleger/)
    // The page that is called after its only question follows it.
    expect((await page('pages')).pages.map(({ title }) => title)).toEqual(['Anlass', 'Person', 'Anleger', 'Boote'])
    expect((await overview()).findings).toEqual([])
    const { version } = await overview()
    expect((await edda.post(`${AT}/discard`, { version })).status).toBe(200)
  })

  it('everywhere else the question is found by its old label, at the very place', async () => {
    for (const name of new Set(PLACES.map(([one]) => one).filter((one) => one.endsWith('.yaml')))) {
      const edits = PLACES.filter(([one]) => one === name).map(([, path, value]) => ({ path, value }))
      await write(name, editYaml(await file(name), edits))
    }
    const bpmn = await file('process.bpmn')
    const declared = '<bpmn:extensionElements><stadttor:variable name="person_rufnameDesBoots" type="string" /></bpmn:extensionElements>' // biome-ignore format: one text
    await write('process.bpmn', bpmn.replace(/(<bpmn:process [^>]*>)/, `$1${declared}`))
    const service = await file('service.yaml')
    await write('service.yaml', editYaml(service, [{ path: ['fees'], value: ['personenstandsurkunde'] }]))
    expect((await overview()).findings.map(({ type, detail }) => `${type} ${detail}`)).toEqual([])
    await publish()
    const caller = town.newCaller()
    const begun = await caller.post('/submissions/drafts', { service: BOAT_SLUG })
    const { draftId, step } = (await begun.json()) as { draftId: string; step: string }
    draft = { caller, id: draftId, step }

    expect((await drop(['neu.xml', SECOND])).status).toBe(303)
    const { findings } = await overview()
    const gone = findings.filter(({ type }) => type === 'editing/question-gone')
    for (const [name, , , about] of PLACES) {
      expect(gone.filter((one) => one.file.endsWith(`/${name}`)).map((one) => one.about)).toContainEqual(expect.objectContaining(about)) // biome-ignore format: one thought
    }
    expect(gone.every((one) => 'gone' in one && one.gone === 'Rufname des Boots')).toBe(true)
    expect(findings.filter((one) => !gone.includes(one))).toEqual([])
  })

  it('and has a way out in the rooms, until it can be published; a draft ends on the version it began with', async () => {
    const { rows } = await page('gone').then(({ sheet }: SheetPage) => sheet)
    const values = rows.map(({ name, options }) => {
      const chosen = PLACES.filter(([one, path]) => name.startsWith(`use/${one}/${path.join('/')}`)).map(([, , , , way]) => way)
      const way = chosen[0] ?? 'rule'
      expect(options.map(({ value }) => value), name).toContain(way)
      return [name, way] as const
    }) // biome-ignore format: one thought
    expect(rows.length).toBeGreaterThanOrEqual(PLACES.length)
    const answer = await save('gone', Object.fromEntries(values))
    expect([answer.status, answer.status === 200 ? '' : await answer.text()]).toEqual([200, ''])
    expect((await overview()).findings).toEqual([])
    // With nothing left it leads to the service, and the sheet says that nothing is left.
    const { sheet } = await page('gone')
    expect(sheet.rows).toEqual([])
    const again = await edda.form(`${AT}/sheets/gone`, { seen: sheet.seen })
    expect([again.status, again.headers.get('location')]).toEqual([303, `/redaktion/formulare/${BOAT_SLUG}?gespeichert=1`]) // biome-ignore format: one thought
    expect(await file('notice.approval.de.yaml')).toContain('salutation: Guten Tag,')
    expect(await file('process.bpmn')).toContain('name="anlass"')
    const compared = await edda.read<ComparePage>(`${AT}/comparison`)
    expect(compared.draftsRunning).toBe(1)
    await publish()
    const shown = await draft.caller.read<{ title: string }>(`/submissions/drafts/${draft.id}/steps/person`)
    expect(JSON.stringify(shown)).toContain('Rufname des Boots')
  })
})
