import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listJournal } from '../journal/service.ts'
import type { ItemList } from '../postboxes/service-lists.ts'
import type { StatusView } from '../submissions/service-status.ts'
import type { OverviewView } from '../submissions/vorgang-view.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'

/** The deadline of a clerk's task: four weeks from Tuesday, 24 November 2026. */
const NOW_MS = Date.parse('2026-11-24T09:00:00Z')
const DAY_MS = 86_400_000
const TEAM = { roles: ['clerk'], teams: ['steuern'] } as const
let town: Town
let citizen: Caller
let vorgangId: string
beforeAll(async () => {
  town = await openTown()
})
beforeEach(async () => {
  town.clock.set(NOW_MS)
  await town.edit((_path, text) => text)
  citizen = town.newCaller()
  vorgangId = (await apply(citizen, smallPdf('x'))).vorgangId
  await town.tick()
})
afterAll(() => town.close())

const clerk = (): Promise<Caller> => town.signIn('anna', TEAM)
const overview = async (): Promise<OverviewView> =>
  (await clerk()).read(`/submissions/vorgaenge/${vorgangId}/parts/overview`)
const deadlineOf = async () => (await overview()).deadlines[0]
const change = async (how: 'extend' | 'pause', body: object, who?: Caller): Promise<Response> => {
  const { taskId } = (await deadlineOf()) ?? { taskId: '' }
  const caller = who ?? (await clerk())
  return await caller.post(`/workflow/vorgaenge/${vorgangId}/tasks/${taskId}/deadline/${how}`, body)
}
const TWO_WEEKS = { count: '2', unit: 'week', reason: 'Das Gutachten fehlt noch.' }

describe('the deadline of a task', () => {
  it('says by which version of which rule it is counted, from when, and how long is left', async () => {
    expect((await overview()).deadlines).toEqual([
      {
        taskId: (await overview()).task?.id,
        rule: 'dog-tax-decision',
        validFrom: '2026-01-01',
        source: 'Dienstanweisung (Demowert)',
        begunOn: '2026-11-24',
        period: { unit: 'week', count: 4, begin: 'event', rollsForward: true },
        countedTo: '2026-12-22',
        skipped: [],
        endsOn: '2026-12-22',
        daysLeft: 28,
        isOver: false,
        changes: [],
      },
    ])
    town.clock.set(NOW_MS + 29 * DAY_MS)
    expect(await deadlineOf()).toMatchObject({ isOver: true, daysLeft: -1 })
  })

  it('keeps the version it began under when a later one comes into force', async () => {
    await town.edit((path, text) =>
      path === 'deadlines.yaml' ? text.replace(/(id: dog-tax-decision, unit: week, count: )4/, '$11') : text,
    )
    expect(await deadlineOf()).toMatchObject({ endsOn: '2026-12-22' })
  })
})

describe('POST /workflow/vorgaenge/:vorgang/tasks/:task/deadline/extend', () => {
  it('200 counts from its end (§ 190 BGB), moves the item and what the person reads, and keeps why and by whom', async () => {
    await bodyOf(await change('extend', TWO_WEEKS), 200)
    expect(await deadlineOf()).toMatchObject({
      endsOn: '2027-01-05',
      begunOn: '2026-11-24',
      changes: [
        {
          kind: 'extended',
          period: { count: 2, unit: 'week' },
          endsOn: '2027-01-05',
          by: 'anna',
          reason: TWO_WEEKS.reason,
        },
      ],
    })
    expect((await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)).dueOn).toBe('2027-01-05')
    const { items } = await (await clerk()).read<ItemList>('/postboxes/steuern/items?view=team')
    expect(items.find((item) => item.vorgangId === vorgangId)?.dueOn).toBe('2027-01-05')
    const lines = await listJournal(town.ctx, (await overview()).eakteId, { limit: 100 })
    const line = lines.find(({ type }) => type === 'deadline-extended')
    expect(line?.body).toMatchObject({ rule: 'dog-tax-decision', endsOn: '2027-01-05' })
    expect(JSON.stringify(line)).not.toContain('Gutachten')
  })

  it.each([
    ['no reason', { ...TWO_WEEKS, reason: ' ' }, '/reason'],
    ['words for a number', { ...TWO_WEEKS, count: 'zwei' }, '/count'],
    ['nothing', { ...TWO_WEEKS, count: '0' }, '/count'],
    ['another unit', { ...TWO_WEEKS, unit: 'year' }, '/count'],
  ])('422 for %s', async (_what, body, pointer) => {
    expect(await problemOf(await change('extend', body))).toMatchObject({
      status: 422,
      type: 'workflow/deadline-refused',
      errors: [{ pointer }],
    })
    expect(await deadlineOf()).toMatchObject({ endsOn: '2026-12-22', changes: [] })
  })

  it('404 to another team, and for a task of another Vorgang', async () => {
    const omar = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
    expect((await change('extend', TWO_WEEKS, omar)).status).toBe(404)
    const other = (await apply(town.newCaller(), smallPdf('x'))).vorgangId
    const { taskId } = (await deadlineOf()) ?? { taskId: '' }
    const path = `/workflow/vorgaenge/${other}/tasks/${taskId}/deadline/extend`
    expect((await (await clerk()).post(path, TWO_WEEKS)).status).toBe(404)
  })
})

describe('POST /workflow/vorgaenge/:vorgang/tasks/:task/deadline/pause', () => {
  const pause = { untilOn: '2026-12-03', reason: 'Ein Gericht entscheidet vorher.' }

  it('200 leaves out the days of the pause (§ 209 BGB), over Christmas to the next working day', async () => {
    await bodyOf(await change('pause', pause), 200)
    expect(await deadlineOf()).toMatchObject({
      endsOn: '2027-01-04',
      countedTo: '2027-01-01',
      changes: [{ kind: 'paused', fromOn: '2026-11-24', untilOn: '2026-12-03', endsOn: '2027-01-04', by: 'anna' }],
    })
    await bodyOf(await change('extend', { ...TWO_WEEKS, count: '1', unit: 'day' }), 200)
    expect((await deadlineOf())?.endsOn).toBe('2027-01-05')
  })

  it('422 for a day that is over or too far, and for a deadline that is over', async () => {
    for (const untilOn of ['2026-11-23', '2028-01-01', 'bald']) {
      expect((await change('pause', { ...pause, untilOn })).status).toBe(422)
    }
    town.clock.set(NOW_MS + 40 * DAY_MS)
    expect((await change('pause', { ...pause, untilOn: '2027-01-20' })).status).toBe(422)
  })
})
