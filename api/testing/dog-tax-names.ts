import type { Names } from '../lib/feel.ts'

const text = { kind: 'string' } as const
/** The names of the dog tax form that its notices use. */
export const FORM_NAMES: Names = {
  heute: { kind: 'date' },
  halter: {
    kind: 'context',
    names: {
      vornamen: text,
      familienname: text,
      anschrift: { kind: 'context', names: { strasse: text, hausnummer: text, plz: text, ort: text } },
    },
  },
  hunde: {
    kind: 'list',
    of: {
      kind: 'context',
      names: { rufname: text, rasse: text, chipnummer: text, gefaehrlich: { kind: 'boolean' } },
    },
  },
  ermaessigung: { kind: 'context', names: { gewuenscht: { kind: 'boolean' } } },
  zahlung: { kind: 'context', names: { art: { kind: 'string', options: ['lastschrift', 'ueberweisung'] } } },
}
