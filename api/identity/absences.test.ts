import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReader } from '../../db/reader.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { sweepIdentity } from './service.ts'
import type { AbsencePage } from './service-absences.ts'
import { listAbsences, listStandingIn, listStoodIn } from './store-absences.ts'

/** Entering and ending absences: who for whom, which days, which substitutes. */
let town: Town
let people = 0
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

type Who = { readonly caller: Caller; readonly id: string; readonly name: string }
const page = (who: { caller: Caller }, of?: Who): Promise<AbsencePage> =>
  who.caller.read(`/identity/absences${of === undefined ? '' : `?person=${of.id}`}`)
async function person(roles: readonly ('clerk' | 'lead')[] = ['clerk'], teams = ['steuern']): Promise<Who> {
  people += 1
  const name = `person-${people}`
  const caller = await town.signIn(name, { roles: [...roles], teams })
  return { caller, name, id: (await page({ caller })).person.id }
}
const day = (days: number): string => addDays(dayInBerlin(town.clock.now()), days)
const set = (who: Who, body: object): Promise<Response> => who.caller.post('/identity/absences', body)
const errorsOf = async (answer: Response): Promise<unknown> => {
  expect(await problemOf(answer.clone())).toMatchObject({ status: 422, type: 'identity/absence-wrong' })
  return ((await answer.json()) as { errors: { pointer: string; type: string }[] }).errors.map(
    ({ pointer, type }) => `${pointer} ${type}`,
  )
}

describe('POST /identity/absences', () => {
  it('a clerk sets, sees and ends their own; the substitute sees whom they stand in for', async () => {
    const [anna, bert] = [await person(), await person()]
    const body = { from: day(1), until: day(3), substitute: bert.id }
    const { absenceId } = await bodyOf<{ absenceId: string }>(await set(anna, body), 200)
    const shown = {
      id: absenceId,
      name: anna.name,
      substitute: bert.name,
      fromOn: day(1),
      untilOn: day(3),
      isNow: false,
    }
    expect(await page(anna)).toMatchObject({ person: { isMe: true }, absences: [shown], standsInFor: [], members: [] })
    expect(await page(bert)).toMatchObject({ absences: [], standsInFor: [shown], team: [] })
    for (let n = 0; n < 2; n += 1) {
      await bodyOf(await anna.caller.post(`/identity/absences/${absenceId}/end`), 200)
    }
    expect((await page(anna)).absences).toEqual([])
    expect((await page(bert)).standsInFor).toEqual([])
    // The days are free again.
    await bodyOf(await set(anna, body), 200)
  })

  it('needs no substitute, and answers a browser with the page', async () => {
    const anna = await person()
    const fields = { person: anna.id, from: day(0), until: day(0), substitute: '' }
    const answer = await anna.caller.form('/identity/absences', fields)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/amt/abwesenheit'])
    expect((await page(anna)).absences).toMatchObject([{ substitute: null, isNow: true }])
  })

  it.each([
    ['past', { from: day0(-1), until: day0(1) }, ['/from past']],
    ['ends before it begins', { from: day0(3), until: day0(2) }, ['/until before']],
    ['no days', { from: '', until: '31.12.2026' }, ['/from missing', '/until missing']],
    ['a day the calendar has not', { from: '2027-02-29', until: '2027-03-01' }, ['/from missing']],
    ['a year too far', { from: day0(1), until: '2062-01-01' }, ['/until too-far']],
    ['both past', { from: day0(-9), until: day0(-8) }, ['/from past', '/until past']],
  ])('422 says at which field: %s', async (_name, body, errors) => {
    expect(await errorsOf(await set(await person(), body))).toEqual(errors)
  })

  it('422 for oneself, for a stranger, and for who works on no cases as substitute', async () => {
    const [anna, kai] = [await person(), await person(['clerk'], ['kita'])]
    const days = { from: day(0), until: day(1) }
    expect(await errorsOf(await set(anna, { ...days, substitute: anna.id }))).toEqual(['/substitute self'])
    expect(await errorsOf(await set(anna, { ...days, substitute: kai.id }))).toEqual(['/substitute stranger'])
    expect(await errorsOf(await set(anna, { ...days, substitute: 'x' }))).toEqual(['/substitute stranger'])
    await town.signIn('otto', { roles: ['operator'], teams: ['steuern'] })
    const { substitutes } = await page(anna)
    expect(substitutes.map(({ name }) => name)).not.toContain('otto')
    expect(substitutes.map(({ id }) => id)).not.toContain(anna.id)
    expect((await page(anna)).absences).toEqual([])
  })

  it('422 for a day of another absence of the same person, one of two at the same time', async () => {
    const anna = await person()
    await bodyOf(await set(anna, { from: day(5), until: day(9) }), 200)
    for (const [from, until] of [
      [5, 9],
      [1, 5],
      [9, 12],
      [6, 7],
      [1, 20],
    ] as const) {
      // biome-ignore format: one thought
      expect(await errorsOf(await set(anna, { from: day(from), until: day(until) })), `${from}-${until}`).toEqual([
        '/from overlaps',
      ])
    }
    await bodyOf(await set(anna, { from: day(1), until: day(4) }), 200)
    const twice = await Promise.all([1, 2].map(() => set(anna, { from: day(10), until: day(10) })))
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 422])
    expect((await page(anna)).absences.map(({ fromOn }) => fromOn)).toEqual([day(1), day(5), day(10)])
  })

  it('a lead sets and ends those of their teams; clerks nobody else’s, strangers learn nothing', async () => {
    const [lead, anna, bert] = [await person(['lead']), await person(), await person()]
    const stranger = await person(['lead'], ['kita'])
    const body = { person: anna.id, from: day(0), until: day(2), substitute: bert.id }
    const { absenceId } = await bodyOf<{ absenceId: string }>(await set(lead, body), 200)
    expect((await page(lead)).members.map(({ id }) => id)).toEqual(expect.arrayContaining([anna.id, bert.id]))
    expect((await page(lead)).members.map(({ id }) => id)).not.toContain(stranger.id)
    expect((await page(lead)).team.filter(({ name }) => name === anna.name)).toMatchObject([
      { id: absenceId, name: anna.name, isNow: true },
    ])
    expect(await page(lead, anna)).toMatchObject({
      person: { id: anna.id, isMe: false },
      absences: [{ id: absenceId }],
    })
    const [row] = await town.ctx.db.all(`SELECT user_id, set_by FROM absences WHERE id = '${absenceId}'`)
    expect(row).toEqual({ user_id: anna.id, set_by: lead.id })
    const end = (who: Who) => who.caller.post(`/identity/absences/${absenceId}/end`)
    for (const [who, status] of [
      [bert, 403],
      [stranger, 404],
    ] as const) {
      expect((await who.caller.get(`/identity/absences?person=${anna.id}`)).status).toBe(status)
      expect((await set(who, { ...body, from: day(7), until: day(8) })).status).toBe(status)
      expect((await end(who)).status).toBe(status)
    }
    const unknown = '01900000-0000-7000-8000-000000000000'
    expect((await lead.caller.get(`/identity/absences?person=${unknown}`)).status).toBe(404)
    expect((await lead.caller.post(`/identity/absences/${unknown}/end`)).status).toBe(404)
    await bodyOf(await end(lead), 200)
    expect((await page(anna)).absences).toEqual([])
  })

  it('is forgotten a year after its last day', async () => {
    const anna = await person()
    await bodyOf(await set(anna, { from: day(0), until: day(2) }), 200)
    const kept = async () => (await town.ctx.db.all(`SELECT id FROM absences WHERE user_id = '${anna.id}'`)).length
    const start = town.clock.now()
    const seen: number[] = []
    try {
      for (const days of [368, 369]) {
        town.clock.set(start + days * 86_400_000)
        await sweepIdentity(town.ctx)
        seen.push(await kept())
      }
    } finally {
      town.clock.set(start)
    }
    expect(seen).toEqual([1, 0])
  })

  it('is found by an index for whom stands in, and for whom is away', async () => {
    const reader = await openReader(join(town.dataDir, 'stadttor.db'))
    try {
      await listStoodIn(reader.db, 'me', day(0))
      await listStandingIn(reader.db, 'me', day(0))
      await listAbsences(reader.db, ['me', 'other'], day(0))
      const asked = await reader.db.all<{ sql: string }>(
        'SELECT sql FROM sqlite_stmt WHERE sql LIKE \'select%from "absences"%\'',
      )
      const plans = await Promise.all(
        asked.map(({ sql }) => reader.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', "'1'")}`)),
      )
      const searched = plans.map((plan) =>
        plan.map(({ detail }) => /^(?:SEARCH|SCAN) absences(?:.* INDEX \w+)?/.exec(detail)?.[0]),
      )
      expect(
        searched
          .flat()
          .filter((found) => found !== undefined)
          .sort(),
      ).toEqual([
        'SEARCH absences USING INDEX absences_substitute',
        'SEARCH absences USING INDEX absences_substitute',
        'SEARCH absences USING INDEX absences_user',
      ])
    } finally {
      reader.close()
    }
  })

  it('logs who and which, and no name', async () => {
    const anna = await person()
    await bodyOf(await set(anna, { from: day(0), until: day(0) }), 200)
    const lines = town.logged.filter((line) => line.includes('absence-set'))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.some((line) => line.includes(anna.name))).toBe(false)
  })
})

/** As `day`, before the town is open: its clock begins on this day. */
function day0(days: number): string {
  return addDays('2026-11-24', days)
}
