import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { StartPage } from '../submissions/service-pages.ts'
import { BOAT_SLUG, dropBoat } from '../testing/boat.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { FilePage, ServiceOverview, SheetPage } from './view.ts'

/* A form is translated on the editors' pages: German stands beside, what is missing stays German. */

const SLUG = BOAT_SLUG
let town: Town
let edda: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  await dropBoat(edda)
}, 60_000)
afterAll(() => town.close())

const page = (slug: string, lang: string): Promise<SheetPage> =>
  edda.read<SheetPage>(`/editing/services/${slug}/sheets/translation.${lang}`)
const save = async (slug: string, lang: string, values: Record<string, string>): Promise<Response> => {
  const { seen } = (await page(slug, lang)).sheet
  return edda.post(`/editing/services/${slug}/sheets/translation.${lang}`, { seen, ...values })
}
const languages = async (slug: string) => (await edda.read<ServiceOverview>(`/editing/services/${slug}`)).languages
const file = async (slug: string, lang: string): Promise<string> =>
  (await edda.read<FilePage>(`/editing/services/${slug}/files/form.${lang}.yaml`)).text

describe('the translation of a form', () => {
  it('begins with what the product says itself: every other text stands there in German', async () => {
    const [first] = (await page(SLUG, 'en')).sheet.rows
    expect(first).toMatchObject({
      name: 'title',
      value: '',
      german: { text: 'Bootsliegeplatz beantragen', lang: 'en' },
    })
    const { missing, all } = (await languages(SLUG)).find(({ lang }) => lang === 'en') ?? { missing: 0, all: 0 }
    expect(all).toBeGreaterThan(30)
    const { rows } = (await page(SLUG, 'en')).sheet
    const saidAt = (name: string) => rows.find((row) => row.name === name)?.value
    expect(missing).toBe(rows.filter(({ value }) => value === '').length)
    expect(saidAt('review/button')).toBe('Send binding application')
    expect(saidAt('start/otherWays')).toBe('You can also apply in person or by letter.')
    expect(rows.filter(({ name, value }) => name.startsWith('purposes/') && value === '')).toEqual([])
    // What names a question, or the service, waits for its translation.
    expect([saidAt('start/lead'), saidAt('fields/boote.bezeichnung/object')]).toEqual(['', ''])
  })

  it('a text that names a question follows the translation of that, and another that somebody wrote stays', async () => {
    const at = 'fields/boote.bezeichnung'
    const saidAt = async (name: string) => (await page(SLUG, 'en')).sheet.rows.find((row) => row.name === name)?.value
    expect((await save(SLUG, 'en', { [`${at}/label`]: 'Name of the boat' })).status).toBe(200)
    expect(await saidAt(`${at}/object`)).toBe('the information for “Name of the boat”')
    expect(
      (await save(SLUG, 'en', { [`${at}/label`]: 'Boat', [`${at}/subject`]: 'What the boat is called' })).status,
    ).toBe(200)
    expect(await saidAt(`${at}/object`)).toBe('the information for “Boat”')
    expect(await saidAt(`${at}/subject`)).toBe('What the boat is called')
    expect((await save(SLUG, 'en', { [`${at}/label`]: '', [`${at}/subject`]: '', [`${at}/object`]: '' })).status).toBe(
      200,
    )
  })

  it('goes to a file of its language, entries of lists by their id, lists by place', async () => {
    const { rows } = (await page(SLUG, 'en')).sheet
    const step = rows.find(({ name }) => /^steps\/1\/title$/.test(name))?.name ?? ''
    const question = rows.find(({ name }) => name.endsWith('familienname/label'))
    const answer = await save(SLUG, 'en', {
      title: 'Apply for a berth',
      [question?.name ?? '']: 'Family name',
      [step]: 'Second page',
      'receipt/next/1/text': 'Then we look at it.',
    })
    expect(answer.status).toBe(200)
    const german = parse(await file(SLUG, 'de'))
    const english = parse(await file(SLUG, 'en'))
    expect(english).toMatchObject({ format: 1, title: 'Apply for a berth' })
    expect(english.steps).toContainEqual({ id: german.steps[1].id, title: 'Second page' })
    expect(english.receipt.next).toHaveLength(german.receipt.next.length)
    expect(english.receipt.next[1]).toEqual({ when: 'After that', text: 'Then we look at it.' })
    const overview = await edda.read<ServiceOverview>(`/editing/services/${SLUG}`)
    expect(overview.findings.filter(({ file: name }) => name.endsWith('form.en.yaml'))).toEqual([])
    expect((await page(SLUG, 'en')).sheet.rows.find(({ name }) => name === step)?.value).toBe('Second page')
  })

  it('is read in that language', async () => {
    const overview = await edda.read<ServiceOverview>(`/editing/services/${SLUG}`)
    const tried = await edda.post(`/editing/services/${SLUG}/publish`, {
      version: String(overview.version),
      germanParts: 'yes',
    })
    // The service itself still waits for settings; a service of the town is published and read.
    expect(tried.status).toBeGreaterThanOrEqual(400)
    const slug = 'hund-anmelden'
    expect((await save(slug, 'en', { 'start/lead': 'Here you register your dog, quickly.' })).status).toBe(200)
    const { version, languages: before } = await edda.read<ServiceOverview>(`/editing/services/${slug}`)
    const gap = before.find(({ lang }) => lang === 'dsb')
    expect(gap?.missing).toBe((await page(slug, 'dsb')).sheet.rows.filter(({ value }) => value === '').length)
    const problem = await problemOf(await edda.post(`/editing/services/${slug}/publish`, { version: String(version) }))
    expect(problem).toMatchObject({ type: 'editing/german-only', status: 422 })
    expect(problem.errors).toContainEqual({ pointer: '/germanParts', type: 'editing/german-only', params: { lang: 'dsb', missing: gap?.missing } }) // biome-ignore format: one line
    expect(
      (await edda.post(`/editing/services/${slug}/publish`, { version: String(version), germanParts: 'yes' })).status,
    ).toBe(200)
    const start = await town.newCaller().read<StartPage>(`/submissions/services/${slug}/start?lang=en`)
    expect(start.lead).toBe('Here you register your dog, quickly.')
  })

  it('keeps comments, and takes away what is emptied', async () => {
    const before = await file('hund-anmelden', 'en')
    expect(before).toContain('# English texts of form.de.yaml')
    expect((await save('hund-anmelden', 'en', { 'start/lead': '' })).status).toBe(200)
    const after = await file('hund-anmelden', 'en')
    expect(after).toContain('# English texts of form.de.yaml')
    expect(parse(after).start.lead).toBeUndefined()
    expect((await languages('hund-anmelden')).find(({ lang }) => lang === 'en')?.missing).toBeGreaterThan(0)
  })

  it('is there for the languages of the city alone, and lists stay as long as in German', async () => {
    expect((await edda.get(`/editing/services/${SLUG}/sheets/translation.fr`)).status).toBe(404)
    expect((await edda.get(`/editing/services/${SLUG}/sheets/translation.de`)).status).toBe(404)
    const { rows } = (await page('hund-anmelden', 'en')).sheet
    const list = rows.find(({ kind, value }) => kind === 'lines' && value.includes('\n'))
    const problem = await problemOf(await save('hund-anmelden', 'en', { [list?.name ?? '']: 'only one' }))
    expect(problem).toMatchObject({ type: 'editing/sheet-refused', status: 422 })
  })
})
