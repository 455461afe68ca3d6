import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import type { Caller } from '../testing/caller.ts'
import { apply, bodyOf } from '../testing/dog-tax.ts'
import { readyMade } from '../testing/ready-made.ts'
import { openTown, type Town } from '../testing/town.ts'

const SERVICE = 'hund-anmelden'
const POSTBOX = 'steuern'
const CASES = 50
const MINUTE_MS = 60_000
const REASONS = 'Die Angaben passen nicht.'

type Kase = { readonly citizen: Caller; readonly id: string }
let town: Town
let clerk: Caller
let lead: Caller

/** Puts a ready-made process into the place of the service's own. */
const install = (template: string): Promise<void> =>
  town.edit((path, text) => readyMade(template, path, { service: SERVICE, postbox: POSTBOX }) ?? text)

const view = (id: string, who = clerk): Promise<VorgangView> => who.read(`/submissions/vorgaenge/${id}`)
const begin = async (): Promise<Kase> => {
  const citizen = town.newCaller()
  return { citizen, id: (await apply(citizen)).vorgangId }
}
const take = async (id: string, who = clerk): Promise<void> => {
  await bodyOf(await who.post(`/postboxes/items/${id}/take`), 200)
}
const complete = async (id: string, body: object, who = clerk): Promise<void> => {
  const { task } = await view(id, who)
  await bodyOf(await who.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, body), 200)
}
const ask = (id: string): Promise<void> =>
  complete(id, { outcome: 'request-information', message: 'Was fehlt.', dueOn: '2026-12-09' })
const answer = async ({ citizen, id }: Kase): Promise<void> => {
  const { requests } = await citizen.read<StatusView>(`/submissions/status/${id}`)
  const sent = await citizen.form(`/submissions/status/${id}/requests/${requests[0]?.id}`, { text: 'Hier.' })
  expect(sent.status).toBe(303)
}

beforeAll(async () => {
  town = await openTown()
  clerk = await town.signIn('anna', { roles: ['clerk'], teams: [POSTBOX] })
  lead = await town.signIn('berta', { roles: ['clerk', 'lead'], teams: [POSTBOX] })
})
afterAll(() => town.close())

describe('a process that is changed while 50 cases run', () => {
  it('ends each of them on the version it began with, wherever it stood; a new one goes the new way', async () => {
    await install('decide')
    const kases: Kase[] = []
    for (let count = 0; count < CASES; count += 1) {
      kases.push(await begin())
    }
    await town.tick()
    const stage = (from: number, to: number): readonly Kase[] => kases.slice(from, to)
    for (const { id } of stage(10, CASES)) {
      await take(id)
    }
    for (const { id } of stage(20, 40)) {
      await ask(id)
    }
    for (const kase of stage(30, 40)) {
      await answer(kase)
    }
    for (const { id } of stage(40, CASES)) {
      await complete(id, { outcome: 'approve' })
    }
    await install('decide-cosign')
    await town.restart()
    for (const kase of stage(20, 30)) {
      await answer(kase)
    }
    for (const { id } of stage(0, 10)) {
      await take(id)
    }
    await town.tick()
    for (const { id } of stage(0, 40)) {
      await complete(
        id,
        id.endsWith('0') ? { outcome: 'refuse', reasons: REASONS, hearing: 'no-interference' } : { outcome: 'approve' },
      )
    }
    await town.tick()
    for (const { id } of kases) {
      const { itemState, notices, decision } = await view(id)
      expect({ itemState, notices: notices.length, signedBy: decision?.signedBy }).toEqual({
        itemState: 'done',
        notices: 1,
        signedBy: null,
      })
    }
    const fresh = await begin()
    await town.tick()
    await take(fresh.id)
    await complete(fresh.id, { outcome: 'approve' })
    await town.tick()
    expect(await view(fresh.id, lead)).toMatchObject({ notices: [], itemState: 'open', task: { node: 'cosign' } })
  })
})

describe('a restart between every two steps', () => {
  it('changes nothing: asked, answered, refused, returned, refused again, signed, and the notice is there once', async () => {
    await install('decide-cosign')
    const walk = async (pause: () => Promise<void>): Promise<VorgangView> => {
      const kase = await begin()
      const { id } = kase
      const steps: readonly (() => Promise<unknown>)[] = [
        () => town.tick(),
        () => take(id),
        () => ask(id),
        () => town.tick(),
        () => answer(kase),
        () => town.tick(),
        () => complete(id, { outcome: 'refuse', reasons: REASONS, hearing: 'no-interference' }),
        () => take(id, lead),
        () => complete(id, { outcome: 'return', comment: 'Bitte genauer.' }, lead),
        () => complete(id, { outcome: 'refuse', reasons: REASONS, hearing: 'no-interference' }),
        async () => (await view(id, lead)).assignee?.isMe === true || (await take(id, lead)),
        async () => complete(id, { outcome: 'sign', decisionHash: (await view(id, lead)).decision?.hash ?? '' }, lead),
        () => town.tick(),
      ]
      for (const step of steps) {
        town.clock.advance(MINUTE_MS)
        await step()
        await pause()
      }
      return await view(id)
    }
    /** What of a Vorgang does not name it. */
    const shape = ({ state, itemState, notices, documents, requests, journal, task }: VorgangView) => ({
      state: state?.node,
      itemState,
      task,
      notices: notices.length,
      documents: documents.map(({ kind }) => kind),
      requests: requests.map(({ text, answer }) => ({ text, answer: answer?.text })),
      journal: journal.map(({ type, actor }) => `${type} ${actor}`),
    })
    const calm = shape(await walk(async () => undefined))
    expect(calm).toMatchObject({ itemState: 'done', notices: 1 })
    expect(shape(await walk(() => town.restart()))).toEqual(calm)
  })
})
