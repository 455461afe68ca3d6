import { describe, expect, it } from 'vitest'
import { german, markGerman, resolveMarks } from './fallback.ts'

describe('resolveMarks', () => {
  it('makes elements of German texts in a page of another language', () => {
    expect(resolveMarks(`<h1>${german('Hund anmelden')}</h1>`)).toBe('<h1><span lang="de">Hund anmelden</span></h1>')
  })

  it.each([
    ['in an attribute', `<a title="${german('Zurück > Anfang')}">x</a>`, '<a title="Zurück > Anfang">x</a>'],
    ['in the title of the page', `<title>${german('Prüfen')} – Cottbus</title>`, '<title>Prüfen – Cottbus</title>'],
    ['in an option', `<option value="1">${german('Eins')}</option>`, '<option value="1">Eins</option>'],
    ['in a text field', `<textarea>${german('Eins')}</textarea>`, '<textarea>Eins</textarea>'],
    ['in a comment', `<!-- ${german('Eins')} -->`, '<!-- Eins -->'],
  ])('leaves text alone %s', (_where, html, expected) => {
    expect(resolveMarks(html)).toBe(expected)
  })

  it('goes on after an element that holds text only', () => {
    const html = `<option>${german('A')}</option><p>${german('B')}</p>`
    expect(resolveMarks(html)).toBe('<option>A</option><p><span lang="de">B</span></p>')
  })
})

describe('markGerman', () => {
  it('marks texts however deep they are, but nothing that was typed or that programs read', () => {
    const view = { title: 'Ja', fields: [{ name: 'Ja', value: 'Ja', label: 'Ja', hint: 'Yes' }] }
    expect(markGerman(view, ['Ja'])).toEqual({
      title: german('Ja'),
      fields: [{ name: 'Ja', value: 'Ja', label: german('Ja'), hint: 'Yes' }],
    })
  })
})
