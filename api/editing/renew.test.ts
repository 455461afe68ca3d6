import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import { loadContent } from '../content/load.ts'
import { readContentFolder } from '../content/service.ts'
import type { DataModel } from '../forms/data-model.ts'
import { loadForm } from '../forms/load.ts'
import { readModel } from '../forms/service.ts'
import { generateOverlay } from './generate.ts'
import { pagesIn } from './page-places.ts'
import { renewOverlay } from './renew.ts'
import { readTemplates } from './templates.ts'
import { editYaml, yamlAt } from './yaml-edit.ts'

const loaded = loadContent(await readContentFolder(new URL('../../content', import.meta.url).pathname))
if (!loaded.ok) {
  throw new Error(JSON.stringify(loaded.findings))
}
const { content } = loaded
const words = readTemplates(content)

const field = (id: string, name: string, more = '<xdf:feldart><code>input</code></xdf:feldart>'): string =>
  `<xdf:struktur><xdf:anzahl>1:1</xdf:anzahl><xdf:enthaelt><xdf:datenfeld>
  <xdf:identifikation><xdf:id>${id}</xdf:id><xdf:version>1.0.0</xdf:version></xdf:identifikation><xdf:name>${name}</xdf:name>
  <xdf:bezeichnungEingabe>${name}</xdf:bezeichnungEingabe><xdf:bezeichnungAusgabe>${name}</xdf:bezeichnungAusgabe>
  <xdf:schemaelementart><code>HAR</code></xdf:schemaelementart>
  ${more}<xdf:datentyp><code>text</code></xdf:datentyp>
</xdf:datenfeld></xdf:enthaelt></xdf:struktur>`
const group = (id: string, name: string, children: string, count = '1:1'): string =>
  `<xdf:struktur><xdf:anzahl>${count}</xdf:anzahl><xdf:enthaelt><xdf:datenfeldgruppe>
  <xdf:identifikation><xdf:id>${id}</xdf:id><xdf:version>1.0.0</xdf:version></xdf:identifikation><xdf:name>${name}</xdf:name>
  <xdf:bezeichnungEingabe>${name}</xdf:bezeichnungEingabe><xdf:bezeichnungAusgabe>${name}</xdf:bezeichnungAusgabe>
  <xdf:schemaelementart><code>RNG</code></xdf:schemaelementart>
${children}
</xdf:datenfeldgruppe></xdf:enthaelt></xdf:struktur>`
const choice = (...codes: readonly (readonly [string, string])[]): string =>
  `<xdf:feldart><code>select</code></xdf:feldart><xdf:werte>${codes.map(([code, name]) => `<xdf:wert><xdf:code>${code}</xdf:code><xdf:name>${name}</xdf:name></xdf:wert>`).join('')}</xdf:werte>`

/** The boat form, with a choice of the berth. */
const CHOICE = field('F77000000213', 'Steg', choice(['nord', 'Nordsteg'], ['sued', 'Südsteg']))
const PROOF = '<xdf:struktur><xdf:anzahl>1:1</xdf:anzahl><xdf:enthaelt><xdf:datenfeld>\n  <xdf:identifikation><xdf:id>F77000000212</xdf:id>' // biome-ignore format: one text
const boat = readFileSync(new URL('testing/boat.xml', import.meta.url), 'utf8')
const BOAT = boat.replace(PROOF, `${CHOICE}${PROOF}`)
const EMAIL = fieldIn(BOAT, 'F77000000202')
const PROOFS = BOAT.slice(BOAT.lastIndexOf('<xdf:struktur>', BOAT.indexOf('<xdf:id>G77000000104')), BOAT.indexOf('</xdf:stammdatenschema>')) // biome-ignore format: one thought

function fieldIn(xml: string, id: string): string {
  const at = xml.indexOf(`<xdf:id>${id}</xdf:id>`)
  const end = '</xdf:enthaelt></xdf:struktur>'
  return xml.slice(xml.lastIndexOf('<xdf:struktur>', at), xml.indexOf(end, at) + end.length)
}

const modelOf = (xml: string): DataModel => {
  const read = readXDatenfelder(xml, 'form.xml')
  return read.ok ? read.model : expect.unreachable(JSON.stringify(read.findings))
}
const load = (xml: string, overlay: string) => {
  const result = loadForm({ 'form.xml': xml, 'form.de.yaml': overlay }, { slug: 'neu', readXml: readXDatenfelder })
  return result.ok ? { form: result.form, findings: [] } : { form: undefined, findings: result.findings }
}
/** What an editor made of it: own words, comments, a condition, an answer to the rule. */
const OVERLAY = editYaml(
  generateOverlay(modelOf(BOAT), { ...words, title: 'Bootsliegeplatz' }).overlay.replace(
    'fields:\n',
    '# Von Hand\nfields:\n',
  ),
  [
    { path: ['fields', 'person.eMailAdresse', 'label'], value: 'Wie erreichen wir Sie?' },
    { path: ['fields', 'nachweise.steg', 'options'], value: { nord: { label: 'Am Nordsteg' }, sued: { label: 'Am Südsteg' } } }, // biome-ignore format: one line
    { path: ['rules'], value: { R77000000301: { reason: 'Das prüft der Hafenmeister.' } } },
  ],
)
const renew = (xml: string, source = OVERLAY): string =>
  renewOverlay(source, { model: modelOf(xml), before: modelOf(BOAT), ...words })
const pageOf = (source: string, path: string) => pagesIn(source).find(({ step }) => step.fields?.includes(path))

describe('renewOverlay', () => {
  it('leaves every byte as it is where nothing changed, also in how lists are written', () => {
    expect(load(BOAT, OVERLAY).findings).toEqual([])
    expect(renew(BOAT)).toBe(OVERLAY)
    const byHand = OVERLAY.replace(/title: Bootsliegeplatz\n/, "title:   'Bootsliegeplatz'   # kurz\n")
    expect(byHand).not.toBe(OVERLAY)
    expect(renew(BOAT, byHand)).toBe(byHand)
    expect(renew(BOAT, 'fields: [')).toBe('fields: [')
  })

  it('asks a whole other form, with no question of the old one left', () => {
    const other = BOAT.replace(/([FG]77000000)([12]\d\d<)/g, (_, begin, end) => `${begin}9${end.slice(1)}`)
    const { form, findings } = load(other, renew(other))
    expect(findings.map(({ type }) => type)).toEqual([])
    expect(form?.fields.size).toBe(12)
  })

  it.each([...content.services.keys()])('leaves the form of %s as it is under the same schema', (slug) => {
    const read = readModel(content, slug, readXDatenfelder)
    const file = new URL(`../../content/services/${slug}/form.de.yaml`, import.meta.url)
    if (read?.ok === true && existsSync(file)) {
      const source = readFileSync(file, 'utf8')
      expect(renewOverlay(source, { model: read.model, before: read.model, ...words })).toBe(source)
    }
  })

  it.each([
    [
      'a field',
      BOAT.replace(EMAIL, EMAIL + field('F77000000300', 'Geburtsname')),
      'person.geburtsname',
      { section: 'person', at: 'person.familienname', why: 'person' },
    ],
    [
      'a field in a repeating group',
      BOAT.replace(fieldIn(BOAT, 'F77000000207'), field('F77000000300', 'Farbe') + fieldIn(BOAT, 'F77000000207')),
      'boote.farbe',
      { section: 'boote', at: 'boote.bezeichnung', why: 'boote' },
    ],
    [
      'a group',
      BOAT.replace(PROOFS, group('G77000000300', 'Hafen', field('F77000000300', 'Hafenname')) + PROOFS),
      'hafen.hafenname',
      { section: 'hafen', at: 'hafen.hafenname', why: 'hafen' },
    ],
    [
      'a group in a group',
      BOAT.replace(EMAIL, EMAIL + group('G77000000300', 'Hafen', field('F77000000300', 'Hafenname'))),
      'person.hafen.hafenname',
      { section: 'person', at: 'person.hafen.hafenname', why: 'person' },
    ],
    [
      'a repeating group',
      BOAT.replace(
        PROOFS,
        group('G77000000300', 'Masten', field('F77000000300', 'Holz') + field('F77000000301', 'Segel'), '1:2') + PROOFS,
      ),
      'masten.holz',
      { section: 'masten', at: 'masten.segel', why: 'masten' },
    ],
    [
      'a repeating group in a repeating group',
      BOAT.replace(
        fieldIn(BOAT, 'F77000000207'),
        fieldIn(BOAT, 'F77000000207') + group('G77000000300', 'Masten', field('F77000000300', 'Holz'), '1:2'),
      ),
      'boote.masten.holz',
      { section: 'boote', at: 'boote.masten.holz', why: 'boote' },
    ],
    [
      'a name that is taken',
      BOAT.replace(EMAIL, EMAIL + field('F77000000300', 'E-Mail-Adresse')),
      'person.eMailAdresse2',
      { section: 'person', at: 'person.eMailAdresse', why: 'person' },
    ],
    [
      'a field in place of another',
      BOAT.replace(EMAIL, field('F77000000300', 'E-Mail-Adresse')),
      'person.eMailAdresse2',
      { section: 'person', at: 'person.familienname', why: 'person' },
    ],
  ])('%s that is new is asked, with words, a purpose and a page', (_, xml, path, { section, at, why }) => {
    // biome-ignore format: a table
    const next = renew(xml)
    const { form, findings } = load(xml, next)
    expect(findings).toEqual([])
    expect(form?.fields.get(path)).toMatchObject({ element: { id: 'F77000000300' }, why: { id: why } })
    expect(form?.steps.findLast((step) => JSON.stringify(step).includes(`"${path}"`))?.section).toBe(section)
    expect(pageOf(next, path)?.step.fields).toContain(at)
    expect(next).toContain('# Von Hand')
    expect(renew(xml, next)).toBe(next)
  })

  it('puts a new section where its group stands in the schema', () => {
    const xml = BOAT.replace(PROOFS, group('G77000000300', 'Hafen', field('F77000000300', 'Hafenname')) + PROOFS)
    const { form } = load(xml, renew(xml))
    expect(form?.sections.map(({ id }) => id)).toEqual(['person', 'boote', 'hafen', 'nachweise'])
    expect(form?.steps.map((step) => step.section)).toEqual(['person', 'person', 'boote', 'hafen', 'nachweise'])
  })

  it('begins a new page where twelve questions are on the last one, or where it is not always asked', () => {
    const many = Array.from({ length: 12 }, (_, count) => field(`F770000004${10 + count}`, `Frage${count}`)).join('')
    const xml = BOAT.replace(EMAIL, EMAIL + many)
    expect(load(xml, renew(xml)).findings).toEqual([])
    expect(pagesIn(renew(xml)).map(({ step }) => step.fields?.length)).toEqual([12, 4, 2, 3, 3])
    const rule = editYaml(OVERLAY, [{ path: ['steps', 3, 'when'], value: 'person.eMailAdresse != null' }])
    const last = BOAT.replace(CHOICE, CHOICE + field('F77000000300', 'Anmerkung'))
    expect(pageOf(renew(last, rule), 'nachweise.anmerkung')?.step.fields).toEqual(['nachweise.anmerkung'])
  })

  it.each([
    ['a field', BOAT.replace(EMAIL, ''), 'person.eMailAdresse', ['person', 'boote', 'nachweise']],
    [
      'a field that names an item',
      BOAT.replace(fieldIn(BOAT, 'F77000000207'), ''),
      'boote.bezeichnung',
      ['person', 'boote', 'nachweise'],
    ],
    ['a group', BOAT.replace(PROOFS, ''), 'nachweise.', ['person', 'boote']],
  ])('%s that is gone is asked no more, and an empty page and section go', (_, xml, path, sections) => {
    // biome-ignore format: a table
    const next = renew(xml)
    const { form, findings } = load(xml, next)
    expect(findings).toEqual([])
    expect(next).not.toContain(path)
    expect(form?.sections.map(({ id }) => id)).toEqual(sections)
    expect(next).toContain('# Von Hand')
  })

  it('keeps a condition and a check that name a question which is gone: they are found', () => {
    const source = editYaml(OVERLAY, [
      { path: ['steps', 3, 'when'], value: 'person.eMailAdresse != null' },
      { path: ['checks'], value: [{ id: 'da', at: 'person.eMailAdresse', rule: 'true', text: 'Bitte.' }] },
    ])
    const { findings } = load(BOAT.replace(EMAIL, ''), renew(BOAT.replace(EMAIL, ''), source))
    expect(findings.length).toBeGreaterThanOrEqual(2)
    expect(findings.every(({ detail }) => detail.includes('eMailAdresse'))).toBe(true)
  })

  it('answers of rules that are gone go, others stay', () => {
    const xml = BOAT.replace(/<xdf:regel>.*<\/xdf:regel>/, '')
    expect(yamlAt(renew(xml), ['rules'])).toEqual({})
    expect(load(xml, renew(xml)).findings).toEqual([])
  })

  it('words of options follow the codes', () => {
    const xml = BOAT.replace('<xdf:code>sued</xdf:code><xdf:name>Südsteg', '<xdf:code>ost</xdf:code><xdf:name>Oststeg')
    expect(yamlAt(renew(xml), ['fields', 'nachweise.steg', 'options'])).toEqual({
      nord: { label: 'Am Nordsteg' },
      ost: { label: 'Oststeg' },
    })
    expect(load(xml, renew(xml)).findings).toEqual([])
  })

  it('a question that moved to another group keeps its words', () => {
    const xml = BOAT.replace(EMAIL, '').replace(CHOICE, EMAIL + CHOICE)
    const { form, findings } = load(xml, renew(xml))
    expect(findings).toEqual([])
    expect(form?.fields.get('nachweise.eMailAdresse')?.label).toBe('Wie erreichen wir Sie?')
  })

  it('questions of a group that repeats now, or no more, are asked where they have to be', () => {
    const once = BOAT.replace('<xdf:anzahl>1:3</xdf:anzahl>', '<xdf:anzahl>1:1</xdf:anzahl>')
    expect(load(once, renew(once)).findings).toEqual([])
    expect(renew(BOAT, renew(once))).toContain('loop: boote')
    expect(load(BOAT, renew(BOAT, renew(once))).findings).toEqual([])
  })
})
