import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listJournal } from '../journal/service.ts'
import type { Caller } from '../testing/caller.ts'
import { bodyOf, fillDraft, smallPdf, submit } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { StatusView } from './service-status.ts'
import type { VorgangView } from './service-vorgang.ts'

/** How a notice reaches its person, by rules of content/deadlines.yaml; Tuesday, 24 November 2026. */
const NOW_MS = Date.parse('2026-11-24T09:00:00Z')
const DAY_MS = 86_400_000
const TEAM = { roles: ['clerk'], teams: ['steuern'] } as const
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

type Case = { readonly citizen: Caller; readonly id: string }
const clerk = (): Promise<Caller> => town.signIn('anna', TEAM)
const lead = (): Promise<Caller> => town.signIn('lena', { roles: ['clerk', 'lead'], teams: ['steuern'] })
const view = async ({ id }: Case): Promise<VorgangView> => (await clerk()).read(`/submissions/vorgaenge/${id}`)
const status = ({ citizen, id }: Case): Promise<StatusView> => citizen.read(`/submissions/status/${id}`)
const noticeOf = async (kase: Case) => (await view(kase)).notices[0]

/** Applies, is decided and signed; `said` goes with the final button. */
async function decided(citizen: Caller, said: object): Promise<Case> {
  const { vorgangId: id } = await submit(citizen, await fillDraft(citizen, { file: smallPdf('x') }), said)
  await town.tick()
  const kase = { citizen, id }
  const finish = async (who: Caller, body: object): Promise<void> => {
    await who.post(`/postboxes/items/${id}/take`)
    const { task } = await who.read<VorgangView>(`/submissions/vorgaenge/${id}`)
    await bodyOf(await who.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, body), 200)
    await town.tick()
  }
  await finish(await clerk(), { outcome: 'approve' })
  await finish(await lead(), { outcome: 'sign', decisionHash: (await view(kase)).decision?.hash })
  return kase
}
const posted = async (kase: Case): Promise<void> => {
  const errand = (await view(kase)).errands.find(({ kind, state }) => kind === 'post-notice' && state === 'open')
  await bodyOf(await (await clerk()).post(`/submissions/vorgaenge/${kase.id}/errands/${errand?.id}`, {}), 200)
}

describe('how a notice reaches its person', () => {
  it('goes by post where a guest says nothing: a clerk posts it, and only then the days are counted', async () => {
    town.clock.set(NOW_MS)
    const kase = await decided(town.newCaller(), {})
    expect(await noticeOf(kase)).toMatchObject({
      delivery: { regime: 'post', rule: null, state: { kind: 'waiting', for: 'dispatch' }, objectionEndsOn: null },
    })
    expect((await view(kase)).itemState).toBe('open')
    town.clock.set(NOW_MS + DAY_MS)
    await posted(kase)
    expect(await noticeOf(kase)).toMatchObject({
      delivery: {
        rule: { days: 4, validFrom: '2025-01-01' },
        state: { kind: 'notified', startedOn: '2026-11-25', on: '2026-11-30' },
        objectionEndsOn: '2026-12-30',
      },
    })
    expect((await view(kase)).itemState).toBe('done')
    const lines = await listJournal(town.ctx, (await view(kase)).eakteId, { limit: 100 })
    const law = 'fees hundesteuer-erster@2026-01-01'
    expect(lines.find(({ type }) => type === 'decision-drafted')?.body['law']).toContain(law)
    expect(lines.find(({ type }) => type === 'notice-issued')?.body['law']).toContain(law)
    expect(lines.find(({ type }) => type === 'notice-dispatched')?.body).toMatchObject({
      rule: 'post@2025-01-01',
      notifiedOn: '2026-11-30',
    })
  })

  it('is fetched by a guest who agreed, and goes by post after ten days in which nobody did', async () => {
    town.clock.set(NOW_MS)
    const kase = await decided(town.newCaller(), { notice: 'online' })
    expect(await noticeOf(kase)).toMatchObject({
      delivery: { regime: 'vwvfg_portal', state: { kind: 'waiting', for: 'retrieval', untilOn: '2026-12-04' } },
    })
    town.clock.set(Date.parse('2026-12-04T22:59:00Z'))
    await town.tick()
    expect((await noticeOf(kase))?.delivery?.regime).toBe('vwvfg_portal')
    town.clock.set(Date.parse('2026-12-04T23:00:00Z'))
    await town.tick()
    expect(await noticeOf(kase)).toMatchObject({ delivery: { regime: 'post', state: { for: 'dispatch' } } })
    await posted(kase)
    expect(await noticeOf(kase)).toMatchObject({ delivery: { state: { kind: 'notified', on: '2026-12-09' } } })
  })

  it('counts from the day it was opened by a guest who agreed', async () => {
    town.clock.set(NOW_MS)
    const kase = await decided(town.newCaller(), { notice: 'online' })
    const [notice] = (await status(kase)).notices
    expect((await kase.citizen.get(`/notices/${notice?.id}/pdf`)).status).toBe(200)
    expect((await status(kase)).notices[0]?.delivery).toMatchObject({
      state: { kind: 'notified', startedOn: '2026-11-24', on: '2026-11-25' },
      objectionEndsOn: '2026-12-28',
    })
    town.clock.set(NOW_MS + 20 * DAY_MS)
    await town.tick()
    expect((await noticeOf(kase))?.delivery?.regime).toBe('vwvfg_portal')
  })

  it('lies in the account of who applied with one, unless they asked for post', async () => {
    town.clock.set(NOW_MS)
    const kase = await decided(await town.signInCitizen('mara'), {})
    expect(await noticeOf(kase)).toMatchObject({
      delivery: {
        regime: 'ao_postfach',
        chosenBy: 'steuer-konto@2025-01-01',
        state: { kind: 'notified', startedOn: '2026-11-24', on: '2026-11-30' },
      },
    })
    const other = await decided(await town.signInCitizen('jurij'), { notice: 'post' })
    expect((await noticeOf(other))?.delivery?.regime).toBe('post')
  })

  it('422 for a way that nobody offers', async () => {
    town.clock.set(NOW_MS)
    const citizen = town.newCaller()
    const draftId = await fillDraft(citizen, { file: smallPdf('x') })
    expect((await citizen.post(`/submissions/drafts/${draftId}/submit`, { notice: 'fax' })).status).toBe(422)
  })

  it('a delivery fiction from 4 to 5 days: a letter posted a millisecond before midnight has four, after it five', async () => {
    const lastMs = Date.parse('2026-12-31T22:59:59.999Z')
    town.clock.set(lastMs - 600_000)
    const cases = [await decided(town.newCaller(), {}), await decided(town.newCaller(), {})] as const
    await town.edit((path, text) =>
      path === 'deadlines.yaml'
        ? text.replace(
            /.*id: post, countsFrom: dispatch, days: 4.*/,
            (row) =>
              `${row.replace(', source:', ", validTo: '2026-12-31', source:")}\n${row.replace('days: 4', 'days: 5').replace('2025-01-01', '2027-01-01')}`,
          )
        : text,
    )
    town.clock.set(lastMs)
    await posted(cases[0])
    town.clock.set(lastMs + 1)
    await posted(cases[1])
    const days = await Promise.all(
      cases.map(async (kase) => {
        const found = (await noticeOf(kase))?.delivery
        return [found?.rule?.days, found?.state.kind === 'notified' ? found.state.on : null]
      }),
    )
    expect(days).toEqual([
      [4, '2027-01-04'],
      [5, '2027-01-06'],
    ])
    await town.edit((_path, text) => text)
  })
})
