import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { BOAT_AT, BOAT_SETTINGS, deskOf, dropBoat, sheetErrors } from '../testing/boat.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { FilePage, ServiceOverview, SheetPage } from './view.ts'

/* What an editor without any code writes into notices, status page and mails, and sees of a notice before anybody decides. */

const AT = BOAT_AT
const APPROVAL = 'notice.approval.de'

let town: Town
let edda: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  await dropBoat(edda)
  expect((await edda.post(`${AT}/process`, { template: 'decide' })).status).toBe(200)
  expect((await save('settings', BOAT_SETTINGS)).status).toBe(200)
}, 60_000)
afterAll(() => town.close())

const { page, file, save } = deskOf(() => edda)
const rows = async (id: string): Promise<ReadonlyMap<string, SheetPage['sheet']['rows'][number]>> =>
  new Map((await page(id)).sheet.rows.map((row) => [row.name, row]))
const written = async (name: string) => parse(await file(name))
const PDFTOTEXT = 'pdftotext'
const hasPdftotext = (() => {
  try {
    execFileSync(PDFTOTEXT, ['-v'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
})()
async function textOf(path: string): Promise<string> {
  const answer = await edda.get(path)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/pdf')
  const input = Buffer.from(await answer.arrayBuffer())
  return execFileSync(PDFTOTEXT, ['-layout', '-', '-'], { input, encoding: 'utf8' })
    .normalize('NFC')
    .replaceAll(/\s+/g, ' ')
}

describe('a notice', () => {
  it('says which questions about the matter it does not repeat, as a new one would be', async () => {
    const name = 'operative/2/answers'
    const before = (await rows(APPROVAL)).get(name)?.value.split('\n') ?? []
    expect((await page(APPROVAL)).unrepeated).toEqual([])
    const ticked = (paths: readonly string[]) => Object.fromEntries([`${name}~`, ...paths.map((path) => `${name}~${path}`)].map((one) => [one, '1'])) // biome-ignore format: one thought
    expect((await save(APPROVAL, ticked(before.filter((path) => path !== 'boote.laengeInMetern')))).status).toBe(200)
    expect((await page(APPROVAL)).unrepeated).toEqual(['Wie lang ist das Boot?'])
    expect((await save(APPROVAL, ticked(before))).status).toBe(200)
    expect((await rows(APPROVAL)).get(name)?.value.split('\n').toSorted()).toEqual(before.toSorted())
  })

  it('of a new service says what it is about: the answers that are no address and no contact', async () => {
    const overview = await edda.read<ServiceOverview>(AT)
    expect(overview.notices).toEqual([
      { kind: 'approval', lang: 'de' },
      { kind: 'refusal', lang: 'de' },
    ])
    const answers = (await rows(APPROVAL)).get('operative/2/answers')
    expect(answers).toMatchObject({ kind: 'choices' })
    const chosen = answers?.value.split('\n') ?? []
    expect(chosen.length).toBeGreaterThan(2)
    expect(chosen).not.toContain('person.familienname')
    expect(chosen).not.toContain('person.eMailAdresse')
    expect(answers?.options.find(({ value }) => value === chosen[0])?.text).not.toBe(chosen[0])
  })

  it('is written in a form: words are changed, one is added under a condition, an emptied one goes', async () => {
    const before = (await written(`${APPROVAL}.yaml`)).operative.length
    const answer = await save(APPROVAL, {
      title: 'Liegeplatz bewilligt',
      'operative/0/text': 'Sie dürfen den Liegeplatz ab dem {bescheid.datum} nutzen.\n\nDas gilt für ein Jahr.',
      'operative/1/text': '',
      'new-reasons-text': 'Sie haben als {person.familienname} gefragt.',
      'new-reasons-when': 'person.familienname != "Niemand"',
    })
    expect(answer.status).toBe(200)
    const notice = await written(`${APPROVAL}.yaml`)
    expect(notice.title).toBe('Liegeplatz bewilligt')
    expect(notice.operative).toHaveLength(before - 1)
    expect(notice.operative[0]).toContain('Das gilt für ein Jahr.')
    expect(notice.operative[1].answers.length).toBeGreaterThan(2)
    expect(notice.reasons.at(-1)).toEqual({
      text: 'Sie haben als {person.familienname} gefragt.',
      when: 'person.familienname != "Niemand"',
    })
    expect((await page(APPROVAL)).findings).toEqual([])
  })

  it.each<[string, Record<string, string>, string, string, string | undefined]>([
    [
      'a name that is not known',
      { 'new-operative-text': 'An {person.familienahme}.' },
      '/new-operative-text',
      'notices/unknown-placeholder',
      'person.familienname',
    ],
    [
      'an answer that may be missing',
      { salutation: 'Guten Tag {heimathafen},' },
      '/salutation',
      'notices/unknown-placeholder',
      undefined,
    ],
    ['a lonely brace', { 'operative/0/text': 'Bewilligt}.' }, '/operative/0/text', 'notices/brace', undefined],
    [
      'a condition with an unknown name',
      { 'operative/0/when': 'person.famillienname = "A"' },
      '/operative/0/when',
      'feel/unknown-name',
      'familienname',
    ],
    ['no remedy', { remedy: 'keiner' }, '/remedy', 'notices/unknown-remedy', undefined],
  ])('with %s is refused at its row, and nothing is kept', async (_, values, pointer, type, suggestion) => {
    const before = await written(`${APPROVAL}.yaml`)
    const [error] = await sheetErrors(await save(APPROVAL, values))
    expect(error).toMatchObject({ pointer, type, ...(suggestion === undefined ? {} : { params: { suggestion } }) })
    expect(await written(`${APPROVAL}.yaml`)).toEqual(before)
  })

  it('of a refusal cannot lose the reasons of the clerk (§ 39 VwVfG)', async () => {
    const errors = await sheetErrors(await save('notice.refusal.de', { 'reasons/0/text': 'So ist es.' }))
    expect(errors).toMatchObject([{ type: 'notices/reasons' }])
  })

  it.runIf(hasPdftotext)(
    'is looked at before anybody decides: every text, names in brackets, conditions said',
    async () => {
      const text = await textOf(`${AT}/notices/approval.de/sample`)
      expect(text).toContain('Liegeplatz bewilligt')
      expect(text).toContain('Muster. Das ist kein Bescheid.')
      expect(text).not.toContain('Mitzeichnung')
      expect(text).toContain('(Nur wenn: Sie bei „Familienname“ nicht „Niemand“ angeben)')
      expect(text).toContain('(Nur wenn: die Sachbearbeitung hat Gründe geschrieben)')
      expect(text).toContain('Länge in Metern [Länge in Metern]')
      expect(text).toMatch(/Sie haben als \[[^\]]+\] gefragt/)
      expect(text).toContain('[Gründe, die die Sachbearbeitung schreibt]')
      expect(text).not.toMatch(/[{}]/)
    },
  )

  it('that is broken, or not there, is not shown', async () => {
    expect((await edda.get(`${AT}/notices/approval.fr/sample`)).status).toBe(404)
    const file = await edda.read<FilePage>(`${AT}/files/${APPROVAL}.yaml`)
    const broken = file.text.replace('Liegeplatz bewilligt', 'Liegeplatz {nichts}')
    await edda.post(`${AT}/files/${APPROVAL}.yaml`, { seen: file.seen, text: broken })
    expect(await problemOf(await edda.get(`${AT}/notices/approval.de/sample`))).toMatchObject({
      type: 'editing/notice-broken',
      status: 409,
    })
    const now = await edda.read<FilePage>(`${AT}/files/${APPROVAL}.yaml`)
    await edda.post(`${AT}/files/${APPROVAL}.yaml`, { seen: now.seen, text: file.text })
  })
})

describe('the words of a process', () => {
  it('are changed for status page, clerk and mails, and survive another postbox', async () => {
    const before = await rows('process.de')
    expect(before.get('states/check/title')?.group).toBe('state:Wir prüfen Ihren Antrag')
    const answer = await save('process.de', {
      'states/check/sentence': 'Wir sehen uns den Steg an.',
      'tasks/check/outcomes/approve/label': 'Liegeplatz geben',
      'messages/receipt/subject': 'Ihr Antrag ist da, Vorgang {vorgangsnummer}',
    })
    expect(answer.status).toBe(200)
    expect((await save('settings', { postbox: 'ordnung' })).status).toBe(200)
    const texts = await written('process.de.yaml')
    expect(texts.states.check.sentence).toBe('Wir sehen uns den Steg an.')
    expect(texts.tasks.check.outcomes.approve.label).toBe('Liegeplatz geben')
    expect(texts.messages.receipt.subject).toBe('Ihr Antrag ist da, Vorgang {vorgangsnummer}')
  })

  it('never let a mail say what it is about', async () => {
    const [error] = await sheetErrors(
      await save('process.de', { 'messages/receipt/subject': 'Boot von {person.familienname}' }),
    )
    expect(error).toMatchObject({ pointer: '/messages/receipt/subject' })
  })

  it('cannot lose the word of a state', async () => {
    const errors = await sheetErrors(await save('process.de', { 'states/check/title': '' }))
    expect(errors.length).toBeGreaterThan(0)
  })
})
