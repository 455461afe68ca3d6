import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyJournal } from '../journal/service.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { VorgangView } from './service-vorgang.ts'

const RULE = 'R12000000301'
const TEAM = { roles: ['clerk'], teams: ['steuern'] } as const
let town: Town
let anna: Caller
let lena: Caller
let vorgangId: string
beforeAll(async () => {
  town = await openTown({
    edit: (path, text) =>
      path.endsWith('hund-anmelden/form.de.yaml')
        ? text.replace(`${RULE}: { check: gehalten-nach-geburt }`, `${RULE}: { clerk: true }`)
        : text,
  })
  anna = await town.signIn('anna', TEAM)
  lena = await town.signIn('lena', { roles: ['clerk', 'lead'], teams: ['steuern'] })
  vorgangId = (await apply(town.newCaller(), smallPdf('x'))).vorgangId
  await town.tick()
})
afterAll(() => town.close())

const view = (who = anna): Promise<VorgangView> => who.read(`/submissions/vorgaenge/${vorgangId}`)
const check = (who: Caller, checked: string, point = RULE): Promise<Response> =>
  who.post(`/submissions/vorgaenge/${vorgangId}/points/${point}`, { checked })
const lines = async (): Promise<readonly (readonly [string, string])[]> =>
  (await view()).journal
    .filter(({ type }) => type.startsWith('point-'))
    .map(({ type, actor }) => [type, actor] as const)
const complete = async (who: Caller, body: object): Promise<void> => {
  await who.post(`/postboxes/items/${vorgangId}/take`)
  const { task } = await view(who)
  await bodyOf(await who.post(`/workflow/vorgaenge/${vorgangId}/tasks/${task?.id}/complete`, body), 200)
  await town.tick()
}

describe('POST /api/v1/submissions/vorgaenge/:vorgang/points/:point', () => {
  it('200 says who looked at it and when, once for the same, and takes it back', async () => {
    expect((await view()).toCheck).toMatchObject([
      { id: RULE, text: expect.stringContaining('Geburtsdatum'), checked: null },
    ])
    expect((await check(anna, 'yes')).status).toBe(200)
    const atMs = town.clock.now()
    town.clock.advance(60_000)
    expect((await check(lena, 'yes')).status).toBe(200)
    expect((await view(lena)).toCheck).toMatchObject([{ checked: { by: 'anna', atMs } }])
    expect(await lines()).toEqual([['point-checked', 'anna']])
    expect((await check(lena, 'no')).status).toBe(200)
    expect((await view()).toCheck).toMatchObject([{ checked: null }])
    expect((await check(lena, 'yes')).status).toBe(200)
    expect((await view()).toCheck).toMatchObject([{ checked: { by: 'lena' } }])
    expect(await lines()).toEqual([
      ['point-checked', 'anna'],
      ['point-unchecked', 'lena'],
      ['point-checked', 'lena'],
    ])
    expect(await verifyJournal(town.ctx)).toMatchObject({ ok: true })
  })

  it('303 leads a browser back to the points of the Vorgang', async () => {
    const answer = await anna.form(`/submissions/vorgaenge/${vorgangId}/points/${RULE}`, { checked: 'yes' })
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/amt/vorgaenge/${vorgangId}?getan=checked#zu-pruefen`,
    ])
  })

  it('404 for a rule that the form keeps by itself, 422 for an answer that is none, 404 to other teams', async () => {
    expect((await problemOf(await check(anna, 'yes', 'R12000000302'))).type).toBe('submissions/point-missing')
    expect((await check(anna, 'vielleicht')).status).toBe(422)
    const omar = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
    expect((await check(omar, 'no')).status).toBe(404)
    expect((await view()).toCheck).toMatchObject([{ checked: { by: 'lena' } }])
  })

  it('blocks no decision, and stays as it is once the Vorgang has ended: 409', async () => {
    expect((await check(anna, 'no')).status).toBe(200)
    await complete(anna, { outcome: 'approve' })
    await complete(lena, { outcome: 'sign', decisionHash: (await view(lena)).decision?.hash })
    expect(await view()).toMatchObject({ canReopen: true, toCheck: [{ checked: null }] })
    const late = await check(anna, 'yes')
    expect([late.status, (await problemOf(late)).type]).toEqual([409, 'submissions/point-closed'])
  })
})
