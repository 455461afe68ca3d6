import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Localised } from '../content/mirror.ts'
import type { Content } from '../content/snapshot.ts'
import type { Caller } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import { wordChanges } from './compare.ts'
import { compareSteps } from './compare-steps.ts'
import { readState } from './state.ts'
import type { ComparePage, FilePage, ServiceOverview, SheetPage } from './view.ts'

/* What publishing would change, in the words of the editors' pages: on a service that is live. */

const SLUG = 'hund-anmelden'
const AT = `/editing/services/${SLUG}`

let town: Town
let edda: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
}, 60_000)
afterAll(() => town.close())

const compared = (): Promise<ComparePage> => edda.read<ComparePage>(`${AT}/comparison`)
async function save(id: string, values: Record<string, string>): Promise<void> {
  const { seen } = (await edda.read<SheetPage>(`${AT}/sheets/${id}`)).sheet
  expect((await edda.post(`${AT}/sheets/${id}`, { seen, ...values })).status).toBe(200)
}
async function replace(name: string, from: string, to: string): Promise<void> {
  const { seen, text } = await edda.read<FilePage>(`${AT}/files/${name}`)
  expect(text).toContain(from)
  expect((await edda.post(`${AT}/files/${name}`, { seen, text: text.replace(from, to) })).status).toBe(200)
}
async function discard(): Promise<void> {
  const { version } = await edda.read<ServiceOverview>(AT)
  town.clock.advance(1)
  expect((await edda.post(`${AT}/discard`, { version })).status).toBe(200)
}

describe('GET /api/v1/editing/services/:service/comparison', () => {
  it('says settings by their choices, minutes once with the text that follows them', async () => {
    await save('settings', { minutes: '17', online: 'none' })
    const { said, findings } = await compared()
    expect(findings).toEqual([])
    expect(said).toMatchObject([
      { about: { kind: 'setting', name: 'minutes', sheet: 'settings' }, what: 'changed', after: [{ value: '17' }] },
      { about: { kind: 'setting', name: 'online' }, before: [{ value: 'own' }], after: [{ value: 'none' }] },
    ])
    await discard()
  })

  it('says a question by what it asks, a page that is split as one page more', async () => {
    await save('question.halter.kontakt.telefon', { 'fields/halter.kontakt.telefon/label': 'Ihr Telefon' })
    const first = (await edda.read<SheetPage>(`${AT}/sheets/pages`)).pages.find(({ questions }) => questions.length > 1)
    await save('pages', { act: `split ${first?.questions[1]?.path}` })
    const { said } = await compared()
    expect(said.find(({ about }) => about.kind === 'question')).toMatchObject({
      about: { name: 'Ihr Telefon', sheet: 'question.halter.kontakt.telefon' },
      label: 'label',
      after: [{ value: 'Ihr Telefon' }],
    })
    // The pages behind it are as they were.
    expect(said.filter(({ about }) => about.kind === 'page').length).toBeLessThanOrEqual(2)
    await discard()
  })

  it('says a rule by questions and answers, with what is written behind it, as the list of conditions does', async () => {
    const rule = 'zahlung.art != "lastschrift"'
    const { sheet } = await edda.read<SheetPage>(`${AT}/sheets/pages`)
    const row = sheet.rows.find(({ value }) => value === 'zahlung.art = "lastschrift"')
    expect(row?.options).toEqual([
      {
        value: row?.value,
        text: 'wenn Sie bei „Zahlungsart“ „SEPA-Lastschrift“ angeben (zahlung.art = "lastschrift")',
      },
    ])
    await save('pages', { [row?.name ?? '']: rule })
    const after = [{ value: rule, text: `wenn Sie bei „Zahlungsart“ nicht „SEPA-Lastschrift“ angeben (${rule})` }]
    expect((await compared()).said).toMatchObject([{ label: 'when', before: row?.options, after }])
    const point = await edda.read<SheetPage>(`${AT}/sheets/point.R12000000302`)
    expect(point.keepers.filter(({ said }) => said === after[0]?.text)).toHaveLength(1)
    await discard()
  })

  it('says texts of notices and of the process by row, and steps of the process by their names', async () => {
    await save('notice.refusal.de', { salutation: 'Sehr geehrte Frau Muster,' })
    await save('process.de', { 'states/check/title': 'Wir schauen hin' })
    await replace('process.bpmn', 'name="Eingangsbestätigung senden"', 'name="Eingang &amp; Dank"')
    const { said, files } = await compared()
    expect(said).toMatchObject([
      { about: { kind: 'notice', sheet: 'notice.refusal.de' }, label: 'notice-salutation' },
      { about: { kind: 'process', sheet: 'process.de' }, label: 'state-title', after: [{ value: 'Wir schauen hin' }] },
      { about: { kind: 'process' }, label: 'step-name', before: [{ value: 'Eingangsbestätigung senden' }], after: [{ value: 'Eingang & Dank' }] },
    ]) // biome-ignore format: one list
    expect(files.map(({ name }) => name)).toEqual(['notice.refusal.de.yaml', 'process.bpmn', 'process.de.yaml'])
    await discard()
  })

  it('names what keeps it from being published, with where it is mended', async () => {
    await replace('form.de.yaml', '\n    label: Telefon', '\n    labl: Telefon')
    const { findings } = await compared()
    expect(findings.length).toBeGreaterThan(0)
    expect(findings[0]?.about.kind).toBe('question')
    await discard()
  })
})

it('says what the description has in another language, language by language', async () => {
  const { content } = town.ctx.content.live()
  const state = await readState(town.ctx, SLUG)
  const key = content.services.get(SLUG)?.catalogue ?? ''
  const service = content.mirror.services.get(key)
  if (service === undefined) {
    throw new Error(`${SLUG} is not in the catalogue`)
  }
  const named = (names: Localised<string>): Content => ({
    ...content,
    mirror: { ...content.mirror, services: new Map([...content.mirror.services, [key, { ...service, name: names }]]) },
  })
  const between = (before: Content, after: Content) =>
    wordChanges({ state, content: before, wording: null }, { state, content: after, wording: null })
  const about = { kind: 'description', name: 'title', lang: 'en' }
  expect(between(named({ de: 'Hund' }), named({ de: 'Hund', en: 'Dog' }))).toMatchObject([{ about, what: 'added', after: [{ value: 'Dog' }] }]) // biome-ignore format: one thought
  expect(between(named({ de: 'Hund', en: 'Dog' }), named({ de: 'Hund', en: 'Hound' }))).toMatchObject([{ about, what: 'changed', before: [{ value: 'Dog' }] }]) // biome-ignore format: one thought
})

describe('steps of a process', () => {
  const bpmn = readFileSync('content/services/hund-anmelden/process.bpmn', 'utf8')

  it('that came and went are named; other ways between them are one change', () => {
    const [, task = ''] = /(<bpmn:serviceTask id="sendReceipt"[\s\S]*?<\/bpmn:serviceTask>)/.exec(bpmn) ?? []
    const without = bpmn.replace(task, '')
    expect(compareSteps(bpmn, without)).toMatchObject([{ what: 'removed', before: [{ value: 'Eingangsbestätigung senden' }] }]) // biome-ignore format: one thought
    expect(compareSteps(without, bpmn)).toMatchObject([{ what: 'added', after: [{ value: 'Eingangsbestätigung senden' }] }]) // biome-ignore format: one thought
    expect(compareSteps(bpmn, bpmn.replaceAll('>f3<', '>f5<'))).toMatchObject([{ label: 'step-ways' }])
    expect(compareSteps(bpmn, bpmn)).toEqual([])
  })
})
