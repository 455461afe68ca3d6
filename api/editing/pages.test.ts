import { describe, expect, it } from 'vitest'
import { pagesIn } from './page-places.ts'
import { changePages, pageActOf } from './pages.ts'
import { yamlAt } from './yaml-edit.ts'

const SOURCE = `groups:
  du: { title: Angaben zu Ihnen }
  du.haus: { title: Anschrift }
fields:
  du.art: { label: Für wen stellen Sie den Antrag? }
  du.verein: { label: Name des Vereins, when: 'du.art = "002"' }
  du.vornamen: { label: Vornamen }
  du.familienname: { label: Familienname }
  du.haus.strasse: { label: Straße }
  du.haus.ort: { label: Ort }
  fest.tag: { label: Wann ist das Fest? }
  fest.ort: { label: Wo? }
steps:
  - id: du
    title: Angaben zu Ihnen
    fields: [du.art, du.verein, du.vornamen, du.familienname, du.haus.strasse, du.haus.ort]
  - id: fest
    title: Das Fest
    fields: [fest.tag, fest.ort]
`
const act = (source: string, text: string) => {
  const done = changePages(source, pageActOf(text) ?? { kind: 'join', page: '' })
  return done.ok ? done : expect.unreachable(done.type)
}
/** Heading of every page as the form shows it: its title, or its only question. */
const headings = (source: string) =>
  pagesIn(source).map(({ step }) => step.title ?? (step.fields?.length === 1 ? yamlAt(source, ['fields', step.fields[0] ?? '', 'label']) : null)) // biome-ignore format: one thought

describe('heading of a page that is split', () => {
  it('is the first question that is always asked, not one that many people do not get', () => {
    const { source, made } = act(SOURCE, 'split du.verein')
    expect(headings(source)).toEqual(['Angaben zu Ihnen', 'Vornamen', 'Das Fest'])
    expect(made).toBe('du-b')
  })

  it('is the group that all its questions stand in, unless the page before is called so', () => {
    expect(headings(act(SOURCE, 'split du.haus.strasse').source)).toEqual(['Angaben zu Ihnen', 'Anschrift', 'Das Fest'])
  })

  it('is the question itself where it is alone', () => {
    expect(headings(act(SOURCE, 'split du.haus.ort').source)).toEqual(['Angaben zu Ihnen', 'Ort', 'Das Fest'])
  })

  it('every page has one, however often it is split', () => {
    let source = SOURCE
    for (const question of ['du.haus.strasse', 'du.vornamen', 'du.verein']) {
      source = act(source, `split ${question}`).source
    }
    expect(headings(source)).toEqual(['Angaben zu Ihnen', 'Name des Vereins', 'Vornamen', 'Anschrift', 'Das Fest'])
  })

  it('a page called after a question that moves away is called after one that stays', () => {
    const split = act(SOURCE, 'split du.vornamen').source
    expect(headings(split)).toEqual(['Angaben zu Ihnen', 'Vornamen', 'Das Fest'])
    const moved = act(split, 'move du.vornamen fest').source
    expect(headings(moved)).toEqual(['Angaben zu Ihnen', 'Familienname', 'Das Fest'])
  })

  it('a page of the same title elsewhere keeps it', () => {
    expect(headings(act(SOURCE, 'split fest.ort').source)).toEqual(['Angaben zu Ihnen', 'Das Fest', 'Wo?'])
  })
})
