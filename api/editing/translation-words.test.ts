import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { textPlaces } from '../forms/service.ts'
import { callTexts } from './translation-words.ts'

const { row: words } = (
  parse(readFileSync('content/words/de.yaml', 'utf8')) as { editing: { row: Record<string, string> } }
).editing
const formOf = (slug: string): string => `content/services/${slug}/form.de.yaml`
const forms = readdirSync('content/services').filter((slug) => existsSync(formOf(slug)))

function rowsOf(german: unknown) {
  const { called, heading } = callTexts(german)
  return [...textPlaces(german)].map((one) => {
    const { label, of } = called(one)
    const [top, name] = one.place
    const group = top === 'fields' ? heading(String(name)) : String(top)
    return { name: one.place.join('/'), label, of, group, text: String(one.text) }
  })
}

describe('the rows of a translation', () => {
  it.each(forms)('of %s say what each text is, no two of a part alike', (slug) => {
    const rows = rowsOf(parse(readFileSync(formOf(slug), 'utf8')))
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.filter(({ label }) => label === 'entry' || words[label] === undefined)).toEqual([])
    const called = rows.map(({ group, label, of }) => [group, words[label], of].join(' | '))
    expect(called.filter((one, at) => called.indexOf(one) !== at)).toEqual([])
  })

  it('are called by what is seen, not by the entry of the file they stand in', () => {
    const rows = rowsOf(parse(readFileSync(formOf('hund-anmelden'), 'utf8')))
    const said = (name: string) =>
      rows.flatMap((one) => (one.name === name ? [`${words[one.label]} ${one.of ?? ''}`] : []))
    expect(said('receipt/next/0/when')).toEqual(['Wie es weitergeht, wann, Schritt 1'])
    expect(said('receipt/title')).toEqual(['Überschrift der Bestätigung '])
    expect(said('title')).toEqual(['Name des Antrags, über der ersten Seite '])
    // The name of a deadline is no text.
    expect(said('receipt/next/1/deadline')).toEqual([])
  })

  it('names a place nobody has words for by the way to it', () => {
    const [row] = rowsOf({ unheard: [{ text: 'Ein Satz.' }] })
    expect(row).toMatchObject({ label: 'entry', of: '„unheard › 0 › text“' })
  })
})
