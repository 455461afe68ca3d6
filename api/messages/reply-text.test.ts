import { describe, expect, it } from 'vitest'
import { splitReply } from './reply-text.ts'

const QUOTE = '> Guten Tag,\n>\n> Ihr Antrag ist da.'

describe('splitReply', () => {
  it.each([
    ['nothing quoted', 'Bello ist da.', 'Bello ist da.'],
    ['Thunderbird', `Bello ist da.\n\nAm 24.11.26 um 10:00 schrieb Stadt:\n${QUOTE}`, 'Bello ist da.'],
    [
      'Gmail, broken line',
      `Ja.\n\nAm Di., 24. Nov. 2026 um 10:00 Uhr schrieb Stadt Cottbus <\na@b.example>:\n\n${QUOTE}`,
      'Ja.',
    ],
    ['English', `Yes.\n\nOn Tue, Nov 24, 2026 at 10:00 AM City <a@b.example> wrote:\n${QUOTE}`, 'Yes.'],
    ['quoted without a word before', `Ja.\n\n${QUOTE}`, 'Ja.'],
    [
      'Outlook',
      'Ja.\n\nVon: Stadt <a@b.example>\nGesendet: Dienstag\nAn: Mara\nBetreff: Ihr Antrag\n\nGuten Tag',
      'Ja.',
    ],
    ['Outlook with a line', 'Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Stadt\n\nGuten Tag', 'Ja.'],
    ['answer below', `Am 24.11.26 schrieb Stadt:\n${QUOTE}\n\nJa, Bello ist da.`, 'Ja, Bello ist da.'],
    ['above and below', `Oben.\n${QUOTE}\nUnten.`, 'Oben.\n\nUnten.'],
  ])('cuts: %s', (_name, text, own) => {
    const split = splitReply(text)
    expect(split.own).toBe(own)
    expect(split.own === text).toBe(split.quoted === '')
  })

  it.each([
    ['answers between the lines', '> Wie heißt der Hund?\nBello.\n> Wie alt ist er?\nDrei.'],
    ['nothing but a quotation', QUOTE],
    ['nothing before a mail of Outlook', 'Von: Stadt\nGesendet: Dienstag\n\nGuten Tag'],
    ['a sentence that begins alike', 'Am Montag war ich da.\nOn est là:\nVon: hier nach dort.'],
  ])('cuts nothing: %s', (_name, text) => {
    expect(splitReply(text)).toEqual({ own: text, quoted: '' })
  })

  it('loses no line', () => {
    const text = `Oben.\n\nAm 24.11.26 schrieb Stadt:\n${QUOTE}\n\nUnten.`
    const { own, quoted } = splitReply(text)
    expect(`${own}\n${quoted}`.split('\n').sort().filter(Boolean)).toEqual(text.split('\n').sort().filter(Boolean))
  })

  it('is not held up by what looks like marks without end', () => {
    const hostile = [
      'Am '.repeat(30_000),
      '- '.repeat(30_000),
      `Von: ${'\n'.repeat(30_000)}`,
      'Am x\n'.repeat(20_000),
      '>\n'.repeat(40_000),
    ]
    for (const text of hostile) {
      expect(typeof splitReply(text).own).toBe('string')
    }
  })
})
