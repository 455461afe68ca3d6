import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CoursePart } from '../submissions/vorgang-view.ts'
import type { Caller } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { readPicture } from './picture.ts'

const fileOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const DOG = fileOf('../../content/services/hund-anmelden/process.bpmn')
const POOLS = fileOf('./testing/pools.bpmn')

describe('the drawing of a process', () => {
  it('holds every shape and way that its author drew, frames before what stands in them', async () => {
    const picture = await readPicture(DOG)
    expect([picture?.shapes.length, picture?.edges.length]).toEqual([
      DOG.match(/<bpmndi:BPMNShape/g)?.length,
      DOG.match(/<bpmndi:BPMNEdge/g)?.length,
    ])
    const kinds = picture?.shapes.map(({ kind }) => kind) ?? []
    expect(kinds[0]).toBe('subprocess')
    expect(kinds.at(-1)).toBe('boundary')
    expect(picture?.shapes.find(({ id }) => id === 'remind')).toMatchObject({ sign: 'timer', isSoft: true })
    expect(picture?.edges.find(({ id }) => id === 'f8')).toMatchObject({ kind: 'sequence', name: 'Angaben fehlen' })
  })

  it('lies within its box, labels too', async () => {
    const { box, shapes, edges } = (await readPicture(DOG)) ?? { box: { x: 0, y: 0, width: 0, height: 0 }, shapes: [], edges: [] } // biome-ignore format: one thought
    const points = [
      ...shapes.flatMap(({ box: own, label }) => [own, ...(label === null ? [] : [label])]),
      ...edges.flatMap((edge) => edge.points.map((point) => ({ ...point, width: 0, height: 0 }))),
    ]
    for (const { x, y, width, height } of points) {
      expect(x >= box.x && y >= box.y && x + width <= box.x + box.width && y + height <= box.y + box.height).toBe(true)
    }
  })

  it('of a foreign file shows pools and lanes', async () => {
    const kinds = new Set((await readPicture(POOLS))?.shapes.map(({ kind }) => kind))
    expect([kinds.has('pool'), kinds.has('lane')]).toEqual([true, true])
  })

  it.each([
    ['no drawing', DOG.replace(/<bpmndi:BPMNDiagram[\s\S]*<\/bpmndi:BPMNDiagram>/, '')],
    ['a shape beyond every screen', DOG.replace('x="160" y="102"', 'x="99999999" y="102"').replaceAll(/<bpmndi:BPMNShape id="(?!received)[\s\S]*?<\/bpmndi:BPMNShape>/g, '')], // biome-ignore format: one thought
  ])('is none for %s', async (_, xml) => {
    expect(await readPicture(xml)).toBeNull()
  })

  it('keeps a hostile name as the text that it is', async () => {
    const name = '&lt;script&gt;alert(1)&lt;/script&gt;'
    const picture = await readPicture(DOG.replace('name="Anmeldung prüfen"', `name="${name}"`))
    expect(picture?.shapes.find(({ id }) => id === 'check')?.name).toBe('<script>alert(1)</script>')
  })
})

describe('the course of a Vorgang', () => {
  let town: Town
  let anna: Caller
  beforeAll(async () => {
    town = await openTown()
    anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  })
  afterAll(() => town.close())
  const course = async (id: string) => (await anna.read<CoursePart>(`/submissions/vorgaenge/${id}/parts/course`)).course
  const names = (steps: readonly { readonly node: string }[]): readonly string[] => steps.map(({ node }) => node)

  it('says what is done and by whom, where it stands, and what can come next and when', async () => {
    const { vorgangId } = await apply(town.newCaller(), smallPdf('x'))
    await town.tick()
    const begun = await course(vorgangId)
    expect([names(begun.done), names(begun.now), begun.standing]).toEqual([[], ['check'], ['check']])
    expect(begun.next).toMatchObject([
      { node: 'cosign', when: 'entschieden' },
      { node: 'sendRequest', when: 'Angaben fehlen' },
    ])
    expect(begun.picture?.shapes.length).toBeGreaterThan(10)
    await bodyOf(await anna.post(`/postboxes/items/${vorgangId}/take`), 200)
    const { task } = await anna.read<{ task: { id: string } }>(`/submissions/vorgaenge/${vorgangId}`)
    const ask = { outcome: 'request-information', message: 'Bitte die Chipnummer.', dueOn: '2026-12-30' }
    await bodyOf(await anna.post(`/workflow/vorgaenge/${vorgangId}/tasks/${task.id}/complete`, ask), 200)
    await town.tick()
    const asked = await course(vorgangId)
    expect(asked.done).toMatchObject([
      { node: 'check', by: 'anna', outcome: 'Angaben nachfordern', isCancelled: false },
    ])
    expect(names(asked.now)).toEqual(['answer'])
    expect(asked.standing.toSorted()).toEqual(['answer', 'waitForAnswer'])
    expect(names(asked.next)).toEqual(['check', 'remind'])
  })
})
