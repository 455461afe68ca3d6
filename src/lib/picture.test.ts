import { describe, expect, it } from 'vitest'
import { broken, edgeLines, nameLines } from './picture.ts'

describe('names in the picture of a process', () => {
  it.each([
    ['Anmeldung prüfen', 102, 5, ['Anmeldung', 'prüfen']],
    ['Aufbewahrungsfrist setzen', 102, 5, ['Aufbewahrungsf-', 'rist setzen']],
    ['eins zwei drei vier fünf sechs', 40, 2, ['eins', 'zwei …']],
    ['', 100, 3, []],
  ])('%j breaks between words, long words with a hyphen', (text, width, lines, wanted) => {
    expect(broken(text, width, lines)).toEqual(wanted)
  })

  const box = { x: 0, y: 0, width: 100, height: 80 }
  const shape = { id: 'a', name: 'Prüfen', box, label: null, sign: null, isSoft: false } as const
  it('a name stands within a task, and below an event', () => {
    const [inTask] = nameLines({ ...shape, kind: 'user' })
    const [below] = nameLines({ ...shape, kind: 'start' })
    expect([inTask?.x, (inTask?.y ?? 0) < 80, (below?.y ?? 0) > 80]).toEqual([50, true, true])
  })

  it('the name of a way stands above its longest piece, or where its author put it', () => {
    const points = [{ x: 0, y: 0 }, { x: 0, y: 10 }, { x: 200, y: 10 }] // biome-ignore format: one thought
    const way = { id: 'f', kind: 'sequence', name: 'ja', points, label: null } as const
    expect(edgeLines(way)).toMatchObject([{ x: 100, text: 'ja' }])
    expect(edgeLines({ ...way, label: box })).toMatchObject([{ x: 50, text: 'ja' }])
    expect(edgeLines({ ...way, name: '' })).toEqual([])
  })
})
