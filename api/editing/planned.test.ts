import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StepPage } from '../submissions/service-pages.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { FilePage, ServiceOverview } from './view.ts'

/** A changed form is published on a day to come, at the beginning of that day in Berlin. */
const NOW_MS = Date.parse('2026-12-31T15:00:00Z')
const MIDNIGHT_MS = Date.parse('2026-12-31T23:00:00Z')
const SLUG = 'hund-anmelden'
const AT = `/editing/services/${SLUG}`
let town: Town
let edda: Caller
beforeAll(async () => {
  town = await openTown()
})
beforeEach(async () => {
  town.clock.set(NOW_MS)
  await town.edit((_path, text) => text)
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  const { version, isChanged } = await overview()
  if (isChanged) {
    await bodyOf(await edda.post(`${AT}/discard`, { version }), 200)
  }
})
afterAll(() => town.close())

const overview = (): Promise<ServiceOverview> => edda.read(AT)
const retitle = async (title: string): Promise<void> => {
  const { seen, text } = await edda.read<FilePage>(`${AT}/files/form.de.yaml`)
  const changed = text.replace(/^title: .*$/m, `title: ${title}`)
  await bodyOf(await edda.post(`${AT}/files/form.de.yaml`, { seen, text: changed }), 200)
}
const plan = async (on = '1.1.2027'): Promise<Response> =>
  edda.post(`${AT}/planned`, { version: (await overview()).version, on, germanParts: 'yes' })
/** What somebody who begins now is asked by, and where a draft that was begun before goes on. */
const begin = async () => {
  const caller = town.newCaller()
  const begun = await bodyOf<{ draftId: string; step: string }>(await caller.post(DRAFTS, { service: SLUG }), 201)
  return async (): Promise<string> =>
    (await caller.read<StepPage>(`${DRAFTS}/${begun.draftId}/steps/${begun.step}`)).service.title
}

describe('POST /editing/services/:service/planned', () => {
  it('publishes at the beginning of the day in Berlin; drafts that were begun keep their form', async () => {
    await retitle('Hund im neuen Jahr')
    await bodyOf(await plan(), 200)
    expect((await overview()).planned).toMatchObject({ onDay: '2027-01-01', obstacle: null, failure: null })
    const before = await begin()
    town.clock.set(MIDNIGHT_MS - 1)
    await town.tick()
    expect(await (await begin())()).not.toBe('Hund im neuen Jahr')
    town.clock.set(MIDNIGHT_MS)
    await town.tick()
    expect(await (await begin())()).toBe('Hund im neuen Jahr')
    expect(await before()).not.toBe('Hund im neuen Jahr')
    edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
    expect(await overview()).toMatchObject({ isChanged: false, planned: null })
  })

  it.each([
    ['today', '31.12.2026'],
    ['a day that is over', '30.12.2026'],
    ['no day', 'bald'],
    ['a day too far ahead', '1.1.2029'],
  ])('422 for %s', async (_what, on) => {
    await retitle('Hund, geändert')
    expect(await problemOf(await plan(on))).toMatchObject({
      status: 422,
      type: 'editing/planned-day',
      errors: [{ pointer: '/on' }],
    })
  })

  it('409 where nothing is changed', async () => {
    expect((await plan()).status).toBe(409)
  })

  it('says at once that the state was changed since, and does not publish it', async () => {
    await retitle('Hund, erste Fassung')
    await bodyOf(await plan(), 200)
    await retitle('Hund, zweite Fassung')
    expect((await overview()).planned).toMatchObject({ obstacle: 'outdated' })
    town.clock.set(MIDNIGHT_MS)
    await town.tick()
    edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
    expect(await overview()).toMatchObject({
      isChanged: true,
      planned: { failure: 'editing/changed-meanwhile' },
    })
    expect(await (await begin())()).not.toContain('Fassung')
  })

  it('says at once that somebody else published the service meanwhile, and does not publish over it', async () => {
    await retitle('Hund, geplant')
    await bodyOf(await plan(), 200)
    await town.edit((path, text) =>
      path === `services/${SLUG}/form.de.yaml` ? text.replace(/^title: .*$/m, 'title: Hund, von anderen') : text,
    )
    expect((await overview()).planned).toMatchObject({ obstacle: 'moved' })
    town.clock.set(MIDNIGHT_MS)
    await town.tick()
    expect(await (await begin())()).toBe('Hund, von anderen')
    edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
    expect((await overview()).planned).toMatchObject({ failure: 'editing/live-moved' })
  })

  it('is taken back, and planned for another day', async () => {
    await retitle('Hund, doch nicht')
    await bodyOf(await plan(), 200)
    await bodyOf(await plan('2.1.2027'), 200)
    expect((await overview()).planned?.onDay).toBe('2027-01-02')
    await bodyOf(await edda.post(`${AT}/unplanned`, {}), 200)
    expect((await overview()).planned).toBeNull()
    town.clock.set(MIDNIGHT_MS + 2 * 86_400_000)
    await town.tick()
    expect(await (await begin())()).not.toBe('Hund, doch nicht')
  })
})
