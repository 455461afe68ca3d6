import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, DRAFTS, type Next, putFile, type Submitted, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'

const ANSWERS: Readonly<Record<string, string>> = {
  '/antragsteller/vornamen': 'Mara',
  '/antragsteller/familienname': 'Lehmann',
  '/antragsteller/anschrift/strasse': 'Sandower Straße',
  '/antragsteller/anschrift/hausnummer': '12 a',
  '/antragsteller/anschrift/plz': '03046',
  '/antragsteller/anschrift/ort': 'Cottbus/Chóśebuz',
  '/nutzung/art': 'container',
  '/nutzung/flaeche': '12,5',
  '/nutzung/beschreibung': 'Ein Container für Bauschutt.',
  '/ort/strasse': 'Bahnhofstraße',
  '/ort/genauer': 'auf dem Parkstreifen vor dem Haus',
  '/zeit/von/day': '1',
  '/zeit/von/month': '2',
  '/zeit/von/year': '2027',
  '/zeit/bis/day': '14',
  '/zeit/bis/month': '2',
  '/zeit/bis/year': '2027',
  '/verkehr/betroffen/auto': 'true',
  '/erklaerung/haftung': 'true',
  '/erklaerung/richtigkeit': 'true',
}
const FILES: Readonly<Record<string, string>> = { vollmacht: '/unterlagen/vollmacht', lageplan: '/unterlagen/lageplan' }
const KINDS = [
  ['selbst', 'self', {}],
  ['vollmacht', 'mandate', { '/antragsteller/vertretene': 'Jurij Krautz' }],
  ['firma', 'company', { '/antragsteller/firma': 'Café Łužica', '/antragsteller/vertretung': 'Inhaberin' }],
] as const

let town: Town
beforeAll(async () => {
  town = await openTown()
}, 60_000)
afterAll(() => town.close())

/** Fills until a page is refused or all is there; answers the draft and the page that was refused. */
async function fill(answers: Readonly<Record<string, string>>, leaveOut: readonly string[] = []) {
  const caller = town.newCaller()
  const begun = await caller.post(DRAFTS, { service: 'sondernutzung-strasse' })
  const { draftId, step } = await bodyOf<{ draftId: string; step: string }>(begun, 201)
  let address = step
  for (let pages = 0; pages < 30; pages += 1) {
    const question = FILES[address]
    if (question !== undefined && !leaveOut.includes(address)) {
      await bodyOf(await putFile(caller, draftId, smallPdf(address), { question }), 201)
    }
    const sent = await caller.post(`${DRAFTS}/${draftId}/steps/${address}`, { ...ANSWERS, ...answers })
    const next = await bodyOf<Next>(sent, 200)
    if (next.isInvalid || next.to === 'review') {
      return { caller, draftId, refusedAt: next.isInvalid ? address : null }
    }
    address = next.address
  }
  throw new Error('the form does not end')
}

describe('for whom somebody applies', () => {
  it.each(KINDS)('is asked, proved and told the clerk: %s', async (code, kind, more) => {
    const { caller, draftId, refusedAt } = await fill({ '/antragsteller/fuer': code, ...more })
    expect(refusedAt).toBeNull()
    const { concerned } = await caller.read<{ concerned: string | null }>(`${DRAFTS}/${draftId}/review`)
    expect(concerned).toBe(kind === 'mandate' ? 'mandate' : null)
    const { vorgangId } = await bodyOf<Submitted>(await caller.post(`${DRAFTS}/${draftId}/submit`), 201)
    const clerk = await town.signIn('rita', { roles: ['clerk'], teams: ['verkehr'] })
    const vorgang = await clerk.read<{ applicant: string; answers: { rows: { label: string; value: string }[] }[] }>(
      `/submissions/vorgaenge/${vorgangId}`,
    )
    expect(vorgang.applicant).toBe(kind)
    const shown = await town.ctx.describeCase(vorgangId)
    expect(shown?.name).toBe(kind === 'company' ? 'Café Łužica (Mara Lehmann)' : 'Mara Lehmann')
    const values = vorgang.answers.flatMap(({ rows }) => rows.map(({ value }) => value))
    expect(values).toEqual(expect.arrayContaining(Object.values(more)))
  })

  it('says before the first question that another person has to be told, where there can be one', async () => {
    const startOf = (service: string) =>
      town.newCaller().read<{ privacy: { isForOthers: boolean } }>(`/submissions/services/${service}/start`)
    expect((await startOf('sondernutzung-strasse')).privacy.isForOthers).toBe(true)
    expect((await startOf('kita-platz')).privacy.isForOthers).toBe(true)
    expect((await startOf('hund-anmelden')).privacy.isForOthers).toBe(false)
  })

  it('goes no further with a mandate that is not there, or a company that nobody represents', async () => {
    const mandate = { '/antragsteller/fuer': 'vollmacht', '/antragsteller/vertretene': 'Jurij Krautz' }
    expect((await fill(mandate, ['vollmacht'])).refusedAt).toBe('vollmacht')
    const company = { '/antragsteller/fuer': 'firma', '/antragsteller/firma': 'Café Łužica' }
    const { caller, draftId, refusedAt } = await fill(company)
    expect(refusedAt).toBe('firma')
    expect((await caller.post(`${DRAFTS}/${draftId}/submit`)).status).toBe(422)
  })

  it('is known of an organisation by its account', async () => {
    const attributes = { 'organisation.name': 'Backstube Nowak GmbH' } as const
    const caller = await town.signInCitizen('backstube', { kind: 'organisation', attributes })
    const begun = await caller.post(DRAFTS, { service: 'sondernutzung-strasse' })
    const { draftId } = await bodyOf<{ draftId: string }>(begun, 201)
    await bodyOf(await caller.post(`${DRAFTS}/${draftId}/steps/fuer`, { '/antragsteller/fuer': 'firma' }), 200)
    const { fields } = await caller.read<{ fields: object[] }>(`${DRAFTS}/${draftId}/steps/firma`)
    expect(fields[0]).toMatchObject({ value: 'Backstube Nowak GmbH', source: { isLocked: true } })
  })

  it.each([
    ['a person’s', 'person', { 'address.city': 'Cottbus' }, 'Cottbus'],
    ['an organisation’s', 'organisation', { 'organisation.address.city': 'Forst' }, 'Forst'],
    ['a person’s before its organisation’s', 'organisation', { 'organisation.address.city': 'Forst', 'address.city': 'Peitz' }, 'Peitz'],
  ] as const)('lives where the account says it: %s address', async (_whose, kind, attributes, town_) => {
    const caller = await town.signInCitizen(`wohnt-${town_}`, { kind, attributes })
    const begun = await caller.post(DRAFTS, { service: 'sondernutzung-strasse' })
    const { draftId } = await bodyOf<{ draftId: string }>(begun, 201)
    const answers = { '/antragsteller/fuer': 'selbst', '/antragsteller/vornamen': 'Mara', '/antragsteller/familienname': 'Lehmann' }
    await bodyOf(await caller.post(`${DRAFTS}/${draftId}/steps/fuer`, answers), 200)
    await bodyOf(await caller.post(`${DRAFTS}/${draftId}/steps/name`, answers), 200)
    const { fields } = await caller.read<{ fields: { name: string; value: unknown }[] }>(`${DRAFTS}/${draftId}/steps/anschrift`)
    expect(fields.find(({ name }) => name === '/antragsteller/anschrift/ort')?.value).toBe(town_)
  }) // biome-ignore format: one case per line
})
