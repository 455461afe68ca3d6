import { describe, expect, it } from 'vitest'
import { conditionInWords, conditionWords } from './condition-words.ts'
import { paperView } from './paper-view.ts'
import { startView } from './review-view.ts'
import { loadChanged, seedWords } from './testing.ts'

const words = seedWords()
const ONE = 'label: Eine PDF-Datei, subject: Die Datei, object: eine PDF-Datei, why: test'
const MANY = 'label: Bis zu drei Dateien, subject: Die Datei, object: eine Datei, why: test'
/** The form of all fields with other conditions of one upload. */
function formWith(more: string) {
  const text = more.startsWith(', required') ? MANY : ONE
  const result = loadChanged('alle-felder', 'form.de.yaml', [[text, `${text}${more}`]])
  return result.ok ? result.form : expect.unreachable(JSON.stringify(result.findings))
}
const saidOf = (form: ReturnType<typeof formWith>, path: string) => {
  const field = form.fields.get(path)
  return field === undefined ? 'no such question' : conditionWords(form, field, words)
}

it('a question on paper says on which answer it depends, by what stands there', () => {
  const form = formWith(', when: wahl.ja')
  const items = paperView(form, words).flatMap((section) => section.items)
  const printed = items.filter(({ label }) => label === form.fields.get('wahl.ja')?.label)
  expect(printed).toHaveLength(1)
  expect(items.find(({ label }) => label === 'Eine PDF-Datei')?.dependsOn).toEqual({
    condition: `Sie bei „${printed[0]?.label}“ „Ja“ angeben`,
  })
  const unsaid = paperView(formWith(", when: 'wahl.ja or (zahlen.ganz > 1 and zahlen.ganz < 4)'"), words)
  expect(unsaid.flatMap((section) => section.items).find(({ label }) => label === 'Eine PDF-Datei')?.dependsOn).toEqual(
    { question: 'Bedingtes Feld' },
  )
})

describe('when evidence is needed, in words', () => {
  it.each([
    ['a yes', ', when: wahl.ja', 'nur wenn Sie bei „Bedingtes Feld“ „Ja“ angeben'],
    ['two conditions', ", when: 'wahl.ja and zahlen.ganz >= 10'", 'nur wenn Sie bei „Bedingtes Feld“ „Ja“ angeben und „Größe“ mindestens 10 cm ist'],
    ['one of two', ", when: 'zahlen.geld > 50000 or wahl.ja = false'", 'nur wenn „Betrag“ größer als 500,00\u00a0€ ist oder Sie bei „Bedingtes Feld“ „Nein“ angeben'],
    ['an answer that is needed by a rule', ", required: 'not(wahl.ja)'", 'nötig, wenn Sie bei „Bedingtes Feld“ „Nein“ angeben'],
    ['a rule of another shape', ", when: 'wahl.ja or (zahlen.ganz > 1 and zahlen.ganz < 4)'", 'je nach Ihren Angaben'],
    ['a day counted from today', ", when: 'zahlen.datum > heute + duration(\"P14D\")'", 'nur wenn „Datum“ später als 14 Tage nach heute liegt'],
    ['an age', ", when: 'zahlen.datum <= heute - duration(\"P1Y\")'", 'nur wenn „Datum“ spätestens 1 Jahr vor heute liegt'],
    ['no condition', '', undefined],
  ])('%s', (_, more, said) => {
    expect(saidOf(formWith(more), more.startsWith(', required') ? 'dateien.mehrere' : 'dateien.eine')).toBe(said)
  }) // biome-ignore format: a table

  it.each([
    ['fest.ende <= fest.tag + duration("P6M")', '„Ende“ spätestens 6 Monate nach der Antwort auf „Beginn“ liegt'],
    ['fest.tag <= fest.ende - duration("P14D")', '„Beginn“ spätestens 14 Tage vor der Antwort auf „Ende“ liegt'],
    ['fest.ende >= fest.tag + duration("P1M")', '„Ende“ frühestens 1 Monat nach der Antwort auf „Beginn“ liegt'],
    ['fest.tag != heute + duration("P1D")', '„Beginn“ nicht genau 1 Tag nach heute liegt'],
  ])('says how far days are apart: %s', (rule, said) => {
    const known = [['fest.tag', 'Beginn'], ['fest.ende', 'Ende']].map(([name = '', label = '']) => ({ name, label, kind: 'date' as const, values: [] })) // biome-ignore format: one table
    expect(conditionInWords(rule, known, { words, lang: 'de' })).toBe(said)
  })

  it('says a number with its unit', () => {
    const known = [{ name: 'boot.leistung', label: 'Motorleistung', kind: 'number' as const, unit: 'kW', values: [] }]
    expect(conditionInWords('boot.leistung > 2.21', known, { words, lang: 'de' })).toBe('„Motorleistung“ größer als 2,21 kW ist') // biome-ignore format: one thought
  })

  it('stands where one reads what one needs, and never says freiwillig beside', () => {
    const { evidence } = startView(formWith(", required: 'not(wahl.ja)'"), words)
    expect(evidence.find(({ label }) => label === 'Bis zu drei Dateien')).toMatchObject({
      condition: 'nötig, wenn Sie bei „Bedingtes Feld“ „Nein“ angeben',
      isOptional: false,
      dependsOnAnswers: false,
    })
    // What the form says itself of a document stays.
    expect(evidence.find(({ label }) => label === 'Quittung')?.condition).toBe('wenn es teuer war')
  })

  it.each([
    ['asked by a condition, which the schema lets be empty', ', when: wahl.ja', 'nur wenn Sie bei „Bedingtes Feld“ „Ja“ angeben', false],
    ['asked by a condition that nobody can say', ", when: 'wahl.ja or (zahlen.ganz > 1 and zahlen.ganz < 4)'", 'je nach Ihren Angaben', false],
    ['asked by a condition, and waived by the town', ', when: wahl.ja, required: never', 'nur wenn Sie bei „Bedingtes Feld“ „Ja“ angeben', true],
    ['never obligatory', ', required: never', undefined, true],
    ['open, where the schema lets it be empty', '', undefined, true],
    ['named, by a rule nobody has put into words', ', evidence: [{ name: Ein Beleg, when: wahl.ja }]', 'nur wenn Sie bei „Bedingtes Feld“ „Ja“ angeben', false],
  ])('says freiwillig only where it is: %s', (_, more, condition, isOptional) => {
    const result = loadChanged('alle-felder', 'form.de.yaml', [[MANY, `${MANY}${more}`]])
    const form = result.ok ? result.form : expect.unreachable(JSON.stringify(result.findings))
    const said = startView(form, words).evidence.find(({ label }) => label === 'Bis zu drei Dateien' || label === 'Ein Beleg')
    expect([said?.condition, said?.isOptional]).toEqual([condition, isOptional])
  }) // biome-ignore format: a table
})
