import { expect, it } from 'vitest'
import { namedIn } from './named.ts'

const called = (path: string, ...names: string[]) => ({ path, label: names[0] ?? '', names })
const QUESTIONS = [
  called('art', 'Für wen stellen Sie den Antrag?', 'F12000001001', 'Art der antragstellenden Person'),
  called('verein', 'Name des Vereins oder Unternehmens', 'F12000001002', 'Name der Organisation'),
  called('geburtsdatum', 'Geburtsdatum', 'F60000000230'),
  called('anzahl', 'Wie viele Stück?', 'F12000001032', 'Anzahl'),
  called('telefon', 'Telefonnummer', 'F60000000240', 'Telefon'),
]

it.each([
  ['by the id of the data field', 'Wenn F60000000230 leer ist, gilt das nicht.', ['geburtsdatum']],
  ['by the name in the data schema', 'Ist im Feld "Art der antragstellenden Person" etwas gewählt, dann mehr.', ['art']],
  ['whatever the ending', 'Die Namen von Vereinen sind anzugeben.', ['verein']],
  ['by one word alone', 'Die Summe aus Anzahl mal Masse darf 50 Kilogramm nicht überschreiten.', ['anzahl']],
  ['none where none is meant', 'Das Feuerwerk ist mindestens 14 Tage vorher zu beantragen.', []],
  ['not by light words', 'Sie müssen für den Antrag oder die Person nichts angeben.', []],
])('a rule speaks of questions %s', (_, text, paths) => {
  expect(namedIn(text, QUESTIONS).map(({ path }) => path)).toEqual(paths)
}) // biome-ignore format: a table
