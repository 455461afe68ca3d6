import { describe, expect, it } from 'vitest'
import { countWords } from './fee-count.ts'

const FORM = `groups:
  markt.staende: { element: G1, title: Stände }
fields:
  markt.staende.flaeche: { element: F1, label: Wie groß ist der Stand?, short: Fläche }
  markt.tage: { element: F2, label: Wie viele Tage? }
`
const times = {
  entry: 'je [[name]]',
  furtherEntry: 'je weitere [[name]]',
  each: 'mal [[name]]',
  further: 'weitere [[name]]',
  begun: 'angefangene [[name]]',
  sum: 'Summe [[name]]',
  own: 'nach Regel',
}

describe('how often a fee is owed, in words', () => {
  it.each([
    ['', ''],
    ['count(markt.staende)', 'je Stände'],
    ['if markt.staende = null then 0 else count(markt.staende)', 'je Stände'],
    ['if markt.staende = null then 0 else max(count(markt.staende) - 1, 0)', 'je weitere Stände'],
    ['sum(markt.staende.flaeche)', 'Summe Fläche'],
    ['if markt.staende = null then 0 else ceiling(sum(markt.staende.flaeche))', 'angefangene Fläche'],
    ['if markt.tage = null then 0 else markt.tage', 'mal Wie viele Tage?'],
    ['max(markt.tage - 1, 0)', 'weitere Wie viele Tage?'],
    ['markt.tage * 2', 'nach Regel'],
    ['count(anderes)', 'nach Regel'],
  ])('%s', (rule, said) => {
    expect(countWords(rule, FORM, times)).toBe(said)
  })
})
