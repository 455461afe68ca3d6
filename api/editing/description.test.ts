import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BOAT_AT, BOAT_SETTINGS, deskOf, dropBoat } from '../testing/boat.ts'
import type { Caller } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ComparePage, ServiceOverview } from './view.ts'

const AT = BOAT_AT
let town: Town
let edda: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  await dropBoat(edda)
}, 60_000)
afterAll(() => town.close())

const { overview, save } = deskOf(() => edda)

describe('GET /api/v1/editing/services/:service/comparison', () => {
  it('200 with the dropped description of the service, entry by entry', async () => {
    const { files } = await edda.read<ComparePage>(`${AT}/comparison`)
    const described = files.find(({ name }) => name.endsWith('.json'))
    expect(described).toMatchObject({ state: 'added' })
    expect(described?.lines.map(({ text }) => text).join('\n')).toContain('Bootsliegeplatz')
  })
})

describe('POST /api/v1/editing/services/:service/sheets/settings', () => {
  const rename = async (title: string): Promise<ServiceOverview> => {
    expect((await save('settings', { ...BOAT_SETTINGS, 'title/de': title })).status).toBe(200)
    return overview()
  }

  it('200 changes the title of the page; emptied, the one of the catalogue holds again', async () => {
    expect(await rename('Platz für mein Boot')).toMatchObject({ title: 'Platz für mein Boot', findings: [] })
    expect(await rename('')).toMatchObject({ title: 'Bootsliegeplatz beantragen', findings: [] })
  })
})
