import { describe, expect, it } from 'vitest'
import type { Typed } from './answers.ts'
import { reviewView } from './review-view.ts'
import { stepView } from './step-view.ts'
import { readStreets } from './streets.ts'
import { loadChanged, PATHS, seedExamples, seedForm, seedWords, TODAY } from './testing.ts'
import { readStepBody, validateStep } from './validate.ts'

const form = seedForm('alle-felder')
const options = { today: TODAY, words: seedWords(), paths: PATHS }
const whole: Typed = seedExamples(form)[0]?.typed ?? {}
const at = (street: string, plz = '03046'): Typed => ({
  ...whole,
  '/anschrift/strasse': street,
  '/anschrift/plz': plz,
})
const noticeOf = (typed: Typed) => stepView(form, typed, 'anschrift', options)?.fields[0]?.notice

describe('an address', () => {
  it('is one question: its parts bear one group, whose title is the heading, with tokens for browsers', () => {
    const view = stepView(form, whole, 'anschrift', options)
    expect(view?.fields.map(({ part, autocomplete }) => [part, autocomplete])).toEqual([
      ['street', 'address-line1'],
      ['houseNumber', undefined],
      ['suffix', undefined],
      ['postalCode', 'postal-code'],
      ['town', 'address-level2'],
    ])
    expect(new Set(view?.fields.map((field) => JSON.stringify(field.group)))).toEqual(
      new Set([JSON.stringify({ id: 'feld-anschrift', title: 'Wo wohnen Sie?', isHeading: true })]),
    )
    expect(view?.fields[0]?.suggestions).toEqual(expect.arrayContaining(['Altmarkt', 'Stare wiki', 'Sandower Straße']))
  })

  it.each(['Sandower Straße', 'sandower strasse', 'Sandower Str.', 'Žandojska droga', 'zandojska droga', ''])(
    'finds %j in the list however it is written',
    (street) => {
      expect(noticeOf(at(street))).toBeUndefined()
    },
  )

  it('says of an unknown street what may have been meant, and stops nobody', () => {
    const typed = at('Sandauer Straße')
    expect(noticeOf(typed)).toContain('Meinten Sie Sandower Straße?')
    expect(validateStep(form, 'anschrift', typed, options)).toEqual({ ok: true })
    const rows = reviewView(form, typed, options).sections.flatMap((section) => section.rows)
    expect(rows.find((row) => row.pointer === '/anschrift/strasse')?.notice).toBe(noticeOf(typed))
    expect(reviewView(form, typed, options)).not.toHaveProperty('missing')
    expect(noticeOf(at('Xyzzyweg'))).not.toContain('Meinten')
  })

  it('knows nothing of streets elsewhere', () => {
    expect(noticeOf(at('Sandauer Straße', '10117'))).toBeUndefined()
  })

  it('fills in the town of a postal code that was sent without one, and never another', () => {
    const send = (plz: string, town: string) =>
      readStepBody(form, whole, 'anschrift', {
        entries: [
          ['/anschrift/strasse', 'Altmarkt'],
          ['/anschrift/plz', plz],
          ['/anschrift/ort', town],
        ],
        today: TODAY,
      })?.typed['/anschrift/ort']
    expect(send('03 046', ' ')).toBe('Cottbus/Chóśebuz')
    expect(send('03046', 'Cottbus')).toBe('Cottbus')
    expect(send('10117', '')).toBe('')
  })

  it('abroad has free lines and a country', () => {
    const abroad = stepView(form, { ...whole, '/imAusland': 'true' }, 'ausland', options)
    expect(abroad?.fields.map(({ part, autocomplete, control }) => [part, autocomplete, control])).toEqual([
      ['line1', 'address-line1', 'input'],
      ['line2', 'address-line2', 'input'],
      ['country', 'country-name', 'dropdown'],
    ])
  })

  it.each<[string, string, string, string?]>([
    ['street: strasse,', 'street: strase,', 'forms/unknown-field', 'strasse'],
    ['street: strasse, ', '', 'forms/address'],
    ['    kind: address\n', '', 'forms/address'],
    ['town: ort }', 'twon: ort }', 'forms/wrong-entry'],
  ])('is refused where %j is %j', (from, to, type, suggestion) => {
    const result = loadChanged('alle-felder', 'form.de.yaml', [[from, to]])
    expect(result.ok ? [] : result.findings.map((one) => [one.type, one.suggestion])).toContainEqual([type, suggestion])
  })
})

describe('readStreets', () => {
  it('says what is wrong with the list', () => {
    const read = readStreets('format: 1\npostalCodes: { "0304": Ort }\nstreets: {}', 'streets.yaml')
    expect(read).toMatchObject({ findings: [{ file: 'streets.yaml', line: 2 }] })
    expect(read.list).toBeUndefined()
  })
})
