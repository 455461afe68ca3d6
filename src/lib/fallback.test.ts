import { describe, expect, it } from 'vitest'
import { german, ifGerman, markGerman, resolveMarks } from './fallback.ts'

describe('resolveMarks', () => {
  it('makes elements of German texts in a page of another language', () => {
    expect(resolveMarks(`<h1>${german('Hund anmelden')}</h1>`)).toBe('<h1><span lang="de">Hund anmelden</span></h1>')
  })

  it.each([
    ['in an attribute', `<a title="${german('Zurück > Anfang')}">x</a>`, '<a title="Zurück > Anfang">x</a>'],
    ['in a text field', `<textarea>${german('Eins')}</textarea>`, '<textarea>Eins</textarea>'],
    ['in a comment', `<!-- ${german('Eins')} -->`, '<!-- Eins -->'],
  ])('leaves text alone %s', (_where, html, expected) => {
    expect(resolveMarks(html)).toBe(expected)
  })

  it.each([
    ['the title', `<title>${german('Prüfen')} – Cottbus</title>`, '<title lang="de">Prüfen – Cottbus</title>'],
    ['an option', `<option value="1">${german('Eins')}</option>`, '<option lang="de" value="1">Eins</option>'],
    ['meta data', `<meta content="${german('Eins')}" />`, '<meta lang="de" content="Eins" />'],
    ['a title that begins otherwise', `<title>Error: ${german('Eins')}</title>`, '<title>Error: Eins</title>'],
  ])('gives %s a language where only text may stand in it', (_what, html, expected) => {
    expect(resolveMarks(html)).toBe(expected)
  })

  it('leaves the sentence about German parts only where the main part of the page has some', () => {
    const page = (main: string, foot: string) =>
      `<main><p class="x">${ifGerman('Some is German.')}</p>${main}</main>${foot}`
    expect(resolveMarks(page(german('Frist'), ''))).toBe(
      '<main><p class="x">Some is German.</p><span lang="de">Frist</span></main>',
    )
    expect(resolveMarks(page('Deadline', german('Impressum')))).toBe(
      '<main>Deadline</main><span lang="de">Impressum</span>',
    )
  })

  it('goes on after an element that holds text only', () => {
    const html = `<option>${german('A')}</option><p>${german('B')}</p>`
    expect(resolveMarks(html)).toBe('<option lang="de">A</option><p><span lang="de">B</span></p>')
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

  it('marks the German part of a text that is put together, or quotes one', () => {
    expect(
      markGerman({ title: 'Dog 1: Rasse', text: 'Enter “Familienname” here.', other: 'Familiennamen' }, [
        'Rasse',
        'Familienname',
      ]),
    ).toEqual({
      title: `Dog 1: ${german('Rasse')}`,
      text: `Enter “${german('Familienname')}” here.`,
      other: 'Familiennamen',
    })
  })

  it('marks an answer that was chosen, not one that was typed', () => {
    const row = (kind: string) => ({ pointer: '/a', kind, isEmpty: false, value: 'ja' })
    expect(markGerman([row('select'), row('text')], ['ja'])).toEqual([
      { ...row('select'), value: german('ja') },
      row('text'),
    ])
  })
})
