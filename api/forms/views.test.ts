import { describe, expect, it } from 'vitest'
import type { Typed } from './answers.ts'
import { errorView } from './field-view.ts'
import { receiptView, reviewView, startView } from './review-view.ts'
import { stepView } from './step-view.ts'
import { summary } from './summary.ts'
import { PATHS, seedExamples, seedForm, seedWords, TODAY } from './testing.ts'
import { validateAll } from './validate.ts'
import { formWords } from './words.ts'

const form = seedForm('hund-anmelden')
const fields = seedForm('alle-felder')
const words = seedWords()
const options = { today: TODAY, words, paths: PATHS }
const examples = seedExamples(form)
const typedOf = (name: string): Typed => examples.find((example) => example.name === name)?.typed ?? {}
const typedAll: Typed = seedExamples(fields)[0]?.typed ?? {}
const one = typedOf('ein Hund, Überweisung')
const two = typedOf('zwei Hunde, Lastschrift, alles angegeben')

describe('stepView', () => {
  it('shows a fresh page without errors, with heading, progress and way back', () => {
    expect(stepView(form, {}, 'geburtsdatum', options)).toMatchObject({
      title: 'Wann sind Sie geboren?',
      pageTitle: 'Wann sind Sie geboren?',
      caption: 'Ihre Person',
      progress: { number: 2, total: 10, text: 'Schritt 2 von 10' },
      backPath: '/name',
      errors: [],
      button: 'Weiter',
      fields: [
        {
          isHeading: true,
          control: 'date',
          dateParts: [{ id: 'feld-halter-geburtsdatum-day', autocomplete: 'bday-day', width: 2 }, {}, { width: 4 }],
        },
      ],
    })
  })

  it('shows the same sentence above and at the field, linked to the control that is wrong', () => {
    const typed = {
      '/halter/geburtsdatum/day': '31',
      '/halter/geburtsdatum/month': '4',
      '/halter/geburtsdatum/year': '85',
    }
    const view = stepView(form, typed, 'geburtsdatum', options)
    expect(view?.pageTitle).toBe('Fehler: Wann sind Sie geboren?')
    expect(view?.errors).toEqual([
      expect.objectContaining({
        text: 'Ihr Geburtsdatum muss ein Jahr mit vier Ziffern enthalten.',
        targetId: 'feld-halter-geburtsdatum-year',
      }),
    ])
    expect(view?.fields[0]?.error).toEqual(view?.errors[0])
    expect(view?.fields[0]?.dateParts.map((part) => [part.value, part.hasError])).toEqual([
      ['31', false],
      ['4', false],
      ['85', true],
    ])
  })

  it('links an empty date to its day, a choice to its first option', () => {
    const date = stepView(form, { '/halter/geburtsdatum/day': '' }, 'geburtsdatum', options)
    expect(date?.errors[0]).toMatchObject({
      text: 'Geben Sie Ihr Geburtsdatum ein.',
      targetId: 'feld-halter-geburtsdatum-day',
    })
    expect(date?.fields[0]?.dateParts.every((part) => part.hasError)).toBe(true)
    const choice = stepView(form, { '/zahlung/art': '' }, 'zahlungsart', options)
    expect(choice?.errors[0]).toMatchObject({ text: 'Wählen Sie die Zahlungsart aus.', targetId: 'feld-zahlung-art' })
    expect(choice?.fields[0]?.options.map((option) => option.id)).toEqual(['feld-zahlung-art', 'feld-zahlung-art-2'])
  })

  it('gives every control of every page an id and a name of its own', () => {
    for (const some of [form, fields]) {
      for (const typed of seedExamples(some).map((example) => example.typed)) {
        for (const step of some.steps) {
          const view = stepView(some, typed, step.id, options)
          const shown = [...(view?.fields ?? []), ...(view?.loop?.another === undefined ? [] : [view.loop.another])]
          const ids = shown.flatMap((field) => {
            const parts = [...field.dateParts, ...field.options].map((part) => part.id)
            return parts.length > 0 ? parts : [field.id]
          })
          expect(new Set(ids).size).toBe(ids.length)
          expect(ids.every((id) => /^feld(-[A-Za-z0-9]+)+$/.test(id))).toBe(true)
          expect(
            view?.errors.every((error) => ids.includes(error.targetId)) ?? true,
            JSON.stringify(view?.errors),
          ).toBe(true)
        }
      }
    }
  })

  it('lists the items of a loop with ways to change and remove them', () => {
    const view = stepView(form, two, 'hunde', options)
    expect(view?.loop?.items).toEqual([
      {
        title: 'Hund 1: Bello',
        changePath: '/hunde-1-rasse',
        changeLabel: 'Ändern: Hund 1: Bello',
        removeAction: 'remove:/hunde/0',
        removeLabel: 'Entfernen: Hund 1: Bello',
        isComplete: true,
      },
      expect.objectContaining({ title: 'Hund 2: Žofka', removeAction: 'remove:/hunde/1' }),
    ])
    expect(view?.loop?.another).toMatchObject({
      name: '/hunde/+',
      label: 'Möchten Sie noch einen Hund anmelden?',
      hint: 'Höchstens 5 sind möglich.',
    })
    expect(stepView(form, one, 'hunde', options)?.loop?.items[0]).not.toHaveProperty('removeAction')
    const full = stepView(form, typedOf('fünf Hunde, mehr geht nicht'), 'hunde', options)
    expect(full?.loop?.maximumText).toBe('Sie haben die Höchstzahl von 5 erreicht.')
    expect(full?.loop).not.toHaveProperty('another')
    expect(stepView(form, two, 'hunde-2-chip', options)?.title).toBe('Hund 2: Chipnummer und Kaufpreis')
  })

  it('describes uploads: what is taken, how large, what is there', () => {
    expect(stepView(form, two, 'unterlagen', options)).toMatchObject({
      isMultipart: true,
      fields: [
        {
          control: 'file',
          isOptional: true,
          file: {
            accept: '.pdf,.jpg,.jpeg,.png',
            typeNames: 'PDF, JPG oder PNG',
            maxSizeText: '20 MB',
            canAdd: true,
            files: [
              { name: 'impfpass.pdf', sizeText: '182 kB', removeAction: 'remove:/unterlagen/nachweis/example-1' },
            ],
          },
        },
      ],
    })
  })

  it('leads back to the review when something is changed', () => {
    expect(stepView(form, one, 'kontakt', { ...options, isChanging: true })).toMatchObject({
      backPath: '/pruefen',
      isChanging: true,
    })
  })

  it('shows ticks with names of their own, and parts for whatever is typed in parts', () => {
    const several = stepView(fields, typedAll, 'mehrere', options)?.fields[0]
    expect(several).toMatchObject({
      control: 'checkboxes',
      id: 'feld-wahl-mehrere',
      names: ['/wahl/mehrere/hund', '/wahl/mehrere/katze', '/wahl/mehrere/a~1b', '/wahl/mehrere/maus'],
    })
    expect(several?.options.map(({ name, isChosen }) => [name, isChosen])).toEqual([
      ['/wahl/mehrere/hund', true],
      ['/wahl/mehrere/katze', false],
      ['/wahl/mehrere/a~1b', true],
      ['/wahl/mehrere/maus', false],
    ])
    const [birth, time, moment] = stepView(fields, typedAll, 'zeiten', options)?.fields ?? []
    expect(birth?.dateParts.map((part) => [part.value, part.autocomplete])).toEqual([
      ['00', 'bday-day'],
      ['00', 'bday-month'],
      ['1950', 'bday-year'],
    ])
    expect([time?.control, moment?.dateParts.map((part) => part.label)]).toEqual([
      'input',
      ['Tag', 'Monat', 'Jahr', 'Uhrzeit'],
    ])
    const country = stepView(fields, typedAll, 'kennungen', options)?.fields[2]
    expect(country).toMatchObject({ control: 'dropdown', autocomplete: 'country-name', value: 'DEU' })
    expect(country?.options.length).toBeGreaterThan(240)
  })

  it('is absent for a page that cannot be reached', () => {
    expect(stepView(form, one, 'konto', options)).toBeUndefined()
  })
})

describe('reviewView', () => {
  it('shows answers in words with links to change them, empty ones as "Keine Angabe"', () => {
    const view = reviewView(form, two, options)
    const rows = view.sections.flatMap((section) => section.rows)
    const shownAt = (pointer: string) => rows.find((row) => row.pointer === pointer)?.value
    expect(view.sections.map((section) => section.title)).toEqual([
      'Ihre Person',
      'Hund 1: Bello',
      'Hund 2: Žofka',
      'Ermäßigung',
      'Zahlung',
      'Unterlagen und Erklärung',
    ])
    expect(shownAt('/halter/geburtsdatum')).toBe('13. April 1985')
    expect(shownAt('/hunde/0/kaufpreis')).toBe('1.234,56\u00a0€')
    expect(shownAt('/zahlung/iban')).toBe('DE02 1203 0000 0000 2020 51')
    expect(shownAt('/zahlung/art')).toBe('SEPA-Lastschrift')
    expect(shownAt('/ermaessigung/gewuenscht')).toBe('Nein')
    expect(rows.find((row) => row.pointer === '/hunde/1/rufname')).toMatchObject({
      changePath: '/hunde-2-rasse?aendern',
      changeLabel: 'Ändern: Rufname',
    })
    expect(
      reviewView(form, one, options)
        .sections.flatMap((section) => section.rows)
        .find((row) => row.pointer === '/halter/kontakt/email'),
    ).toMatchObject({ value: 'Keine Angabe', isEmpty: true })
    expect(view).toMatchObject({
      progress: { number: 11, total: 11 },
      button: 'Hund verbindlich anmelden',
      backPath: '/erklaerung',
    })
    expect(view).not.toHaveProperty('missing')
  })

  it('names the page where something is still missing', () => {
    const { '/hunde/0/rufname': _, ...incomplete } = one
    expect(reviewView(form, incomplete, options).missing).toEqual({
      path: '/hunde-1-rasse?aendern',
      text: 'Es fehlt noch eine Angabe: Name und Rasse',
    })
  })

  it('says that the deadline of two weeks is over on the day after its last day, not before', () => {
    const notes = (today: string) =>
      reviewView(form, one, { ...options, today }).notes.filter((note) => note.startsWith('Die Frist'))
    expect(notes('2026-11-28')).toHaveLength(0)
    expect(notes('2026-11-29')).toHaveLength(1)
  })
})

describe('startView', () => {
  it('names purpose and legal basis of every question before the first answer', () => {
    const view = startView(form, words)
    const labels = view.privacy.rows.flatMap((row) => row.fields.map((field) => field.label))
    expect(labels).toHaveLength([...form.fields.values()].length)
    expect(view.privacy.rows.every((row) => row.purpose !== '' && row.legalBasis !== '')).toBe(true)
    expect(view).toMatchObject({
      minutes: 8,
      evidence: expect.arrayContaining([
        expect.objectContaining({ label: 'Vertrag mit dem Tierheim', maxSizeText: '20 MB', isOptional: false }),
        expect.objectContaining({ label: 'Impfpass oder Kaufvertrag', isOptional: true }),
      ]),
    })
  })

  it('gives the receipt its next steps, those of a rule only to whom they concern', () => {
    const whens = ['Heute', 'Bis zum {day}', 'In der Regel bis zum {day}']
    expect(receiptView(form, {}, TODAY).next.map((step) => step.when)).toEqual(whens)
    const permit = seedForm('bewohnerparkausweis')
    const told = (gewuenscht: boolean, nachweisart: string) =>
      receiptView(permit, { fahrzeug: { nachweisart }, befreiung: { gewuenscht } }, TODAY).next
    const free = /befreit/
    expect(told(true, 'hochladen').map(({ text }) => free.test(text))).toEqual([true, false])
    expect(told(false, 'hochladen').map(({ text }) => free.test(text))).toEqual([false])
    expect(told(false, 'register')).toEqual([{ when: 'Sofort', text: expect.stringContaining('Register') }])
  })
})

describe('summary', () => {
  it('reads a stored submission as the citizen saw it, also when days have passed', () => {
    const result = validateAll(form, two, options)
    const rows = result.ok ? summary(form, result.answers, options).flatMap((section) => section.rows) : []
    const review = reviewView(form, two, options).sections.flatMap((section) => section.rows)
    expect(rows.map(({ label, value }) => [label, value])).toEqual(review.map(({ label, value }) => [label, value]))
    expect(rows.find((row) => row.kind === 'file' && !row.isEmpty)?.files).toEqual([
      { id: 'example-1', name: 'impfpass.pdf', sizeText: '182 kB' },
    ])
  })
})

describe('summary of every kind', () => {
  it('writes values out as people say them', () => {
    const whole = seedExamples(fields)[1]?.typed ?? {}
    const result = validateAll(fields, whole, options)
    const rows = result.ok ? summary(fields, result.answers, options).flatMap((section) => section.rows) : []
    const shownAt = (pointer: string) => rows.find((row) => row.pointer === pointer)?.value
    expect({
      staat: shownAt('/texte/staat'),
      steuer: shownAt('/texte/steuer'),
      geburt: shownAt('/zahlen/geburt'),
      uhr: shownAt('/zahlen/uhr'),
      zeitpunkt: shownAt('/zahlen/zeitpunkt'),
      mehrere: shownAt('/wahl/mehrere'),
      ganz: shownAt('/zahlen/ganz'),
    }).toEqual({
      staat: 'Deutschland',
      steuer: '01 234 567 812',
      geburt: 'März 1950',
      uhr: '14:30 Uhr',
      zeitpunkt: '24. Dezember 2026, 08:05 Uhr',
      mehrere: 'Hund\nKatze',
      ganz: '30 cm',
    })
  })
})

describe('words of the form engine', () => {
  it('has a sentence for every type of finding, without a gap in it', () => {
    const types = new Set(
      [...examples, ...seedExamples(fields)].flatMap((example) => example.findings.map((finding) => finding.type)),
    )
    for (const some of [form, fields]) {
      for (const example of seedExamples(some)) {
        const result = validateAll(some, example.typed, options)
        for (const issue of result.ok ? [] : result.issues) {
          const { text } = errorView(some, issue, words)
          expect(text, issue.type).not.toMatch(/[{}]|undefined|bitte|ungültig|leider/i)
          expect(text).toMatch(/^\p{Lu}.*[.?]$/u)
        }
      }
    }
    expect(types.size).toBeGreaterThan(20)
  })

  it('writes out the bounds of an upload', () => {
    const file = { id: 'f', name: 'a.png', mediaType: 'image/png', sizeBytes: 5 }
    const typed = { ...typedAll, '/dateien/eine': [file] }
    expect(stepView(fields, typed, 'datei', options)?.errors[0]?.text).toBe('Die Datei muss PDF sein.')
    const large = { ...typedAll, '/dateien/eine': [{ ...file, mediaType: 'application/pdf', sizeBytes: 1_000_001 }] }
    expect(stepView(fields, large, 'datei', options)?.errors[0]?.text).toBe('Die Datei darf höchstens 1 MB groß sein.')
  })

  it('throws on a word it does not have', () => {
    expect(() => words('forms.gibt-es-nicht')).toThrow('forms.gibt-es-nicht')
    expect(formWords('a: "{x} {y}"')()('a', { x: 1 })).toBe('1 {y}')
  })
})
