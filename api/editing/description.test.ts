import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ComparePage, ServiceOverview, SheetPage } from './view.ts'

const AT = '/editing/services/bootsliegeplatz-beantragen'
let town: Town
let edda: Caller

const drop = (to: string, change: (text: string) => string, ...names: readonly string[]): Promise<Response> => {
  const form = new FormData()
  for (const name of names) {
    form.append('files', new File([change(readFileSync(new URL(`testing/${name}`, import.meta.url), 'utf8'))], name))
  }
  return edda.form(to, form)
}
const same = (text: string): string => text

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  expect((await drop('/editing/services', same, 'boat.xml', 'boat-catalogue.xml')).status).toBe(303)
}, 60_000)
afterAll(() => town.close())

describe('GET /api/v1/editing/services/:service/comparison', () => {
  it('200 with the dropped description of the service, entry by entry', async () => {
    const { files } = await edda.read<ComparePage>(`${AT}/comparison`)
    const described = files.find(({ name }) => name.endsWith('.json'))
    expect(described).toMatchObject({ state: 'added' })
    expect(described?.lines.map(({ text }) => text).join('\n')).toContain('Bootsliegeplatz')
  })
})

describe('POST /api/v1/editing/services/:service/sheets/settings', () => {
  const chosen = { postbox: 'umwelt', trustLevel: 'none', filePlan: '36.1', retention: 'ordnung-5' }
  const save = async (title: string): Promise<ServiceOverview> => {
    const { sheet } = await edda.read<SheetPage>(`${AT}/sheets/settings`)
    const values = { seen: sheet.seen, ...chosen, 'title/de': title }
    expect((await edda.post(`${AT}/sheets/settings`, values)).status).toBe(200)
    return edda.read<ServiceOverview>(AT)
  }

  it('200 changes the title of the page; emptied, the one of the catalogue holds again', async () => {
    expect(await save('Platz für mein Boot')).toMatchObject({ title: 'Platz für mein Boot', findings: [] })
    expect(await save('')).toMatchObject({ title: 'Bootsliegeplatz beantragen', findings: [] })
  })
})
