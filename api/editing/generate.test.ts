import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import { loadContent } from '../content/load.ts'
import { readContentFolder } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import type { DataModel } from '../forms/data-model.ts'
import { loadForm } from '../forms/load.ts'
import { stepView } from '../forms/step-view.ts'
import { PATHS, seedWords, TODAY } from '../forms/testing.ts'
import { walk } from '../forms/walk.ts'
import { generateOverlay } from './generate.ts'
import { readTemplates } from './templates.ts'
import { fieldXml, groupXml, schemaXml } from './testing/schema.ts'

const ROOT = new URL('../../', import.meta.url)
const loaded = loadContent(await readContentFolder(new URL('content', ROOT).pathname))
if (!loaded.ok) {
  throw new Error(JSON.stringify(loaded.findings))
}
const content: Content = loaded.content
const { skeleton, guesses } = readTemplates(content)
const BOAT = readFileSync(new URL('testing/boat.xml', import.meta.url), 'utf8')

const generated = (source: string, title = 'Bootsliegeplatz beantragen') => {
  const read = readXDatenfelder(source, 'form.xml')
  const model = read.ok ? read.model : ({} as DataModel)
  return { ...generateOverlay(model, { skeleton, guesses, title }), model }
}
const load = (source: string, overlay: string) =>
  loadForm({ 'form.xml': source, 'form.de.yaml': overlay }, { slug: 'neu', readXml: readXDatenfelder })

describe('generateOverlay', () => {
  it('makes a form that can be asked at once, from nothing but the schema', () => {
    const { overlay } = generated(BOAT)
    const result = load(BOAT, overlay)
    expect(result.ok ? [] : result.findings).toEqual([])
  })

  it('takes labels, hints, kinds and legal basis from the schema, and asks nothing hidden', () => {
    const result = load(BOAT, generated(BOAT).overlay)
    const fields = result.ok ? result.form.fields : new Map()
    expect([...fields.keys()]).toEqual([
      'person.familienname', 'person.eMailAdresse', 'person.anschrift.strasse', 'person.anschrift.hausnummer',
      'person.anschrift.postleitzahl', 'person.anschrift.ort', 'boote.bezeichnung', 'boote.laengeInMetern',
      'boote.hatEinenMotor', 'nachweise.versicherungsnachweis', 'nachweise.hinweisZurGebuehr',
    ]) // biome-ignore format: one list
    expect(fields.get('person.eMailAdresse')).toMatchObject({ kind: 'email', autocomplete: 'email', isOptional: true })
    expect(fields.get('boote.laengeInMetern')).toMatchObject({
      kind: 'number',
      label: 'Wie lang ist das Boot?',
      shortLabel: 'Länge in Metern',
      hint: 'In Metern, zum Beispiel 6,5.',
      loop: 'boote',
      why: { legalBasis: 'Hafenordnung (erfunden) § 4' },
    })
  })

  it('makes one section per group, a loop of a group that repeats, and few questions a page', () => {
    const result = load(BOAT, generated(BOAT).overlay)
    const steps = result.ok ? result.form.steps : []
    expect(steps.map((step) => [step.kind, step.section])).toEqual([
      ['questions', 'person'],
      ['questions', 'person'],
      ['loop', 'boote'],
      ['questions', 'nachweise'],
    ])
    expect(steps.every((step) => step.kind === 'loop' || step.fields.length <= 7)).toBe(true)
  })

  const one = (id: string, name: string, type = 'text') => ({ node: 'field', id, version: '1.0', name, inputLabel: '', outputLabel: '', description: '', art: 'input', type, min: 1, max: 1, inputHelp: '', legalBasis: [], codes: [] }) // biome-ignore format: one thought
  const pagesOf = (...names: readonly (string | readonly [string, string])[]) => {
    const fields = names.map((name, index) =>
      typeof name === 'string' ? one(`F${index}`, name) : one(`F${index}`, ...name),
    )
    const group = { node: 'group', id: 'G1', version: '1.0', name: 'Vorhaben', inputLabel: '', inputHelp: '', min: 1, max: 1, legalBasis: [], children: fields } // biome-ignore format: one thought
    const model = {
      id: 'S1',
      version: '1.0',
      name: 'x',
      legalBasis: [],
      children: [group],
      openPoints: [],
    } as unknown as DataModel
    const { steps } = parse(generateOverlay(model, { skeleton, guesses, title: 'x' }).overlay) as { steps: { title: string; fields: string[] }[] } // biome-ignore format: one thought
    return steps.map(({ title, fields: asked }) => [title, asked.map((path) => path.split('.')[1])])
  }

  it('counts for the person only pages they see, and names a list once above an item', () => {
    const overlay = parse(generated(BOAT).overlay) as { fields: Record<string, Record<string, unknown>> }
    const total = (source: string) => {
      const result = load(BOAT, source)
      expect(result.ok ? [] : result.findings).toEqual([])
      const { form } = result as Extract<typeof result, { ok: true }>
      return { form, steps: walk(form, { '/person/familienname': 'Kahn' }, { today: TODAY }).stepTotal }
    }
    const all = total(stringify(overlay))
    for (const path of Object.keys(overlay.fields).filter((one) => one.startsWith('nachweise.'))) {
      Object.assign(overlay.fields[path] ?? {}, { when: 'person.familienname = "Steg"' })
    }
    expect([all.steps, total(stringify(overlay)).steps]).toEqual([4, 3])
    const heading = stepView(all.form, {}, 'boote-1-boote-seite', { today: TODAY, words: seedWords(), paths: PATHS })
    expect(heading?.title).toBe('Boote, Eintrag 1')
  })

  const madeOf = (children: string) => {
    const source = schemaXml(children)
    const { overlay, matters } = generated(source)
    return { fields: parse(overlay).fields as Record<string, Record<string, unknown>>, matters }
  }

  it.each([
    ['Antragstellende Person oder Organisation', 'antragstellendePerson'],
    ['Hauptwohnsitz oder Sitz in Cottbus', 'hauptwohnsitzOderSitz'],
    ['Name des Bootes', 'nameDesBootes'],
    ['Sondernutzungserlaubnisverwaltungsgebührenbescheid', 'sondernutzungserlaubnisverwaltungsgeb'],
    ['E-Mail-Adresse', 'eMailAdresse'],
  ])('cuts a name only at the end of a word: %s', (name, key) => {
    const { fields } = madeOf(groupXml('G77000000011', 'Angaben', fieldXml('F77000000011', name)))
    expect(Object.keys(fields)).toEqual([`angaben.${key.slice(0, 36)}`])
  })

  it('gives a long text room, and reads what is recognised as a declaration', () => {
    const sentence = 'Ich erkenne die Hafenordnung an.'
    const { fields } = madeOf(
      groupXml(
        'G77000000011',
        'Angaben',
        fieldXml('F77000000011', 'Bemerkungen', { limits: 'maxLength="1000"' }) +
          fieldXml('F77000000012', 'Kurzes', { limits: 'maxLength="255"' }) +
          fieldXml('F77000000013', sentence, { type: 'bool' }),
      ),
    )
    expect(Object.values(fields).map(({ kind }) => kind)).toEqual(['long-text', undefined, 'declaration'])
  })

  it('repeats in a notice the items of a list whole, and not how somebody is addressed or pays', () => {
    const person = fieldXml('F77000000012', 'Vornamen') + fieldXml('F77000000013', 'Geburtsdatum', { type: 'date' })
    const { matters } = madeOf(
      groupXml(
        'G77000000011',
        'Antrag',
        fieldXml('F77000000011', 'Anrede') +
          fieldXml('F77000000014', 'Kontoinhaber') +
          fieldXml('F77000000015', 'Steg'),
      ) + groupXml('G77000000012', 'Weitere', person, '0:5'),
    )
    expect(matters).toEqual(['antrag.steg', 'weitere.vornamen', 'weitere.geburtsdatum'])
  })

  it('keeps a group on one page where it fits', () => {
    const names = ['Vorname', 'Familienname', 'Straße', 'Postleitzahl', 'Ort', 'E-Mail', 'Telefon']
    expect(pagesOf(...names)).toEqual([['Vorhaben', expect.arrayContaining(['vorname', 'telefon'])]])
  })

  it('tears neither an address nor a span of time apart, and calls no page by some of its questions', () => {
    const [first, second] = pagesOf('A', 'B', 'C', 'D', ['Beginn', 'date'], ['Ende', 'date'], 'E', 'F', 'G', 'H')
    expect(first).toEqual(['Vorhaben', ['a', 'b', 'c', 'd', 'beginn', 'ende']])
    expect(second).toEqual(['Vorhaben, Teil 2', ['e', 'f', 'g', 'h']])
    const [, rest] = pagesOf('A', 'B', 'C', 'D', 'Postleitzahl', 'Ort', 'E', 'F', 'G', 'H')
    expect(rest?.[1]).toEqual(['e', 'f', 'g', 'h'])
  })

  it.each([
    ['PDF-Datei, max. 10 MB.', undefined],
    ['Erlaubt sind nur PDF-Dateien. Maximale Dateigröße: 10 MB', undefined],
    [
      'Den Schein von beiden Seiten. Bitte laden Sie eine PDF-Datei mit höchstens 10 MB hoch.',
      'Den Schein von beiden Seiten.',
    ],
    ['Als PDF oder JPG.', 'Als PDF oder JPG.'],
    ['Höchstens 5 MB.', 'Höchstens 5 MB.'],
    ['Bitte laden Sie den Schein hoch.', 'Bitte laden Sie den Schein hoch.'],
  ])('says of a file once what the form says by itself, and keeps all else: %s', (help, hint) => {
    const helped = BOAT.replace(
      /(<xdf:schemaelementart><code>HAR<\/code><\/xdf:schemaelementart>)((?:(?!<xdf:schemaelementart>)[\s\S])*<code>file<\/code>)/,
      `$1<xdf:hilfetextEingabe>${help}</xdf:hilfetextEingabe>$2`,
    )
    expect(helped).toContain(help)
    const result = load(helped, generated(helped).overlay)
    const field = result.ok ? result.form.fields.get('nachweise.versicherungsnachweis') : undefined
    expect(field).toMatchObject({ kind: 'file' })
    expect(field?.hint).toBe(hint)
  })

  it('says the unit, the name of an item, what a group explains, and what to do where something is missing', () => {
    const helped = BOAT.replace(
      '<xdf:schemaelementart><code>RNG</code></xdf:schemaelementart><xdf:regel>',
      '<xdf:schemaelementart><code>RNG</code></xdf:schemaelementart><xdf:hilfetextEingabe>Nennen Sie jedes Boot einzeln.</xdf:hilfetextEingabe><xdf:regel>',
    )
    const result = load(helped, generated(helped).overlay)
    expect(result.ok ? [] : result.findings).toEqual([])
    const form = result.ok ? result.form : undefined
    expect(form?.fields.get('boote.laengeInMetern')).toMatchObject({
      unit: 'm',
      subject: 'Die Zahl bei „Wie lang ist das Boot?“',
      object: 'bei „Wie lang ist das Boot?“ die Zahl',
    })
    expect(form?.fields.get('boote.hatEinenMotor')?.object).toBe(
      'wie Sie die Frage „Hat das Boot einen Motor?“ beantworten',
    )
    expect(form?.fields.get('nachweise.versicherungsnachweis')?.object).toBe('bei „Versicherungsnachweis“ eine Datei')
    const loop = form?.steps.find((step) => step.kind === 'loop')
    expect(loop).toMatchObject({ itemTitle: 'Boote, Eintrag {number}', itemName: 'boote.bezeichnung' })
    expect(loop?.kind === 'loop' ? loop.steps[0] : undefined).toMatchObject({ lead: 'Nennen Sie jedes Boot einzeln.' })
  })

  it('lets a sentence be ticked that somebody declares, and asks yes or no for anything else', () => {
    const declared = (label: string) => {
      const source = BOAT.replace('>Hat das Boot einen Motor?<', `>${label}<`)
      const result = load(source, generated(source).overlay)
      return result.ok ? result.form.fields.get('boote.hatEinenMotor') : undefined
    }
    expect(declared('Ich versichere, dass alles stimmt.')).toMatchObject({
      kind: 'declaration',
      label: 'Hat einen Motor',
      text: 'Ich versichere, dass alles stimmt.',
      object: 'den Satz „Ich versichere, dass alles stimmt“',
    })
    expect(declared('Ich willige ein, dass Fotos gemacht werden.')?.kind).toBe('bool')
    expect(declared('Ich bin Mitglied.')).toMatchObject({ kind: 'bool', object: 'ob „Ich bin Mitglied“ zutrifft' })
  })

  it.each([
    ['Hinweis', 'Bitte bringen Sie das Boot zur Abnahme mit.', '', 'Bitte bringen Sie das Boot zur Abnahme mit.', 'Bitte bringen Sie das Boot zur Abnahme mit.'],
    ['Hinweis 2', '', 'Der Steg ist im Winter gesperrt.', 'Der Steg ist im Winter gesperrt.', 'Der Steg ist im Winter gesperrt.'],
    ['Abnahme des Bootes', 'Bitte bringen Sie das Boot zur Abnahme mit.', '', 'Abnahme des Bootes', 'Bitte bringen Sie das Boot zur Abnahme mit.'],
    ['Hinweis', 'Winterpause', 'Der Steg ist im Winter gesperrt.', 'Winterpause', 'Der Steg ist im Winter gesperrt.'],
    ['Winterpause am Steg', 'Hinweis', 'Der Steg ist im Winter gesperrt.', 'Winterpause am Steg', 'Der Steg ist im Winter gesperrt.'],
  ])('makes a note of a label element: a sentence, with a title only where it says something (%s, %s, %s)', (name, inputLabel, content, label, text) => {
    const note = { node: 'field', id: 'F1', version: '1.0', name, inputLabel, outputLabel: '', description: '', content, art: 'label', type: 'text', min: 0, max: 1, inputHelp: '', legalBasis: [], codes: [] }
    const model = { id: 'S1', version: '1.0', name: 'x', legalBasis: [], children: [note], openPoints: [] } as unknown as DataModel
    const { fields } = parse(generateOverlay(model, { skeleton, guesses, title: 'x' }).overlay) as { fields: Record<string, unknown> }
    expect(Object.values(fields)[0]).toMatchObject({ label, text })
  }) // biome-ignore format: a table

  it('finds who a notice goes to', () => {
    expect(generated(BOAT).recipient).toEqual([
      '{person.familienname}',
      '{person.anschrift.strasse} {person.anschrift.hausnummer}',
      '{person.anschrift.postleitzahl} {person.anschrift.ort}',
    ])
  })

  it('makes a sound form of every schema of the content, too, and keeps names apart', () => {
    const dog = readFileSync(new URL('content/services/hund-anmelden/form.xml', ROOT), 'utf8')
    const result = load(dog, generated(dog).overlay)
    expect(result.ok ? [] : result.findings).toEqual([])
    const twins = BOAT.replaceAll('>Hausnummer<', '>Straße<')
    expect([...(loadedFields(twins) ?? [])]).toEqual(
      expect.arrayContaining(['person.anschrift.strasse', 'person.anschrift.strasse2']),
    )
  })
})

function loadedFields(source: string) {
  const result = load(source, generated(source).overlay)
  return result.ok ? result.form.fields.keys() : undefined
}
