import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../testing/caller.ts'
import { apply } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ComparePage, ServiceOverview } from './view.ts'

const AT = '/editing/services/hund-anmelden'
let town: Town
let edda: Caller
beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
}, 60_000)
afterAll(() => town.close())

describe('a new process', () => {
  it('says how many running cases keep to the one before, when it is published and afterwards', async () => {
    const read = () => edda.read<ServiceOverview>(AT)
    const citizen = town.newCaller()
    for (const _ of [1, 2]) {
      await apply(citizen)
    }
    await town.tick()
    expect((await read()).casesBefore).toBe(0)
    expect((await edda.post(`${AT}/process`, { template: 'decide' })).status).toBe(200)
    expect((await read()).casesBefore).toBe(2)
    const { casesBefore, version } = await edda.read<ComparePage>(`${AT}/comparison`)
    expect(casesBefore).toBe(2)
    expect((await read()).findings).toEqual([])
    expect((await edda.post(`${AT}/publish`, { version, germanParts: 'yes' })).status).toBe(200)
    await apply(citizen)
    await town.tick()
    expect((await read()).casesBefore).toBe(2)
  })
})
