import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ADAPTING, type Around, adaptProcess, type Mapping, readAdaptingTable } from './service-adapt.ts'

/* What everyday task names of German administrative processes become, and that the editor is told it of every one. */

const table = (() => {
  const read = readAdaptingTable(readFileSync(new URL(`../../content/${ADAPTING}`, import.meta.url), 'utf8'))
  if (!read.ok) {
    throw new Error(JSON.stringify(read.findings))
  }
  return read.value
})()
const around: Around = {
  slug: 'leistung',
  title: 'Eine Leistung',
  postbox: 'steuern',
  postboxes: new Map([['steuern', 'Steuern und Abgaben']]),
  deadlines: [],
  connectors: new Map(),
}

type Place = 'first' | 'asked' | 'approved' | 'noticed'
/** Where the step stands: before anybody looked, behind a request, behind an approval, behind the notice. */
const FLOWS: Readonly<Record<Place, readonly string[]>> = {
  first: ['s>x', 'x>look', 'look>g', 'g>ok>ja', 'g>no>nein', 'ok>e', 'no>e'],
  asked: ['s>ask', 'ask>x', 'x>look', 'look>g', 'g>ok>ja', 'g>no>nein', 'ok>e', 'no>e'],
  approved: ['s>look', 'look>g', 'g>x>ja', 'x>ok', 'g>no>nein', 'ok>e', 'no>e'],
  noticed: ['s>look', 'look>g', 'g>ok>ja', 'ok>x', 'x>e', 'g>no>nein', 'no>e'],
}

async function adapted(name: string, { tag = 'userTask', place = 'first' }: { tag?: string; place?: Place }) {
  const ask = place === 'asked' ? '<sendTask id="ask" name="Unterlagen nachfordern"/>' : ''
  const flows = FLOWS[place].map((flow, index) => {
    const [from, to, way = ''] = flow.split('>')
    return `<sequenceFlow id="f${index}" name="${way}" sourceRef="${from}" targetRef="${to}"/>`
  })
  const xml = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"><process id="p"><startEvent id="s"/>${ask}<${tag} id="x" name="${name}"/><userTask id="look" name="Antrag prüfen"/><exclusiveGateway id="g" name="Bewilligen?"/><userTask id="ok" name="Bewilligung erstellen"/><userTask id="no" name="Ablehnung erstellen"/><endEvent id="e"/>${flows.join('')}</process></definitions>`
  const made = await adaptProcess({ xml, file: 'x.bpmn', table, around })
  if (!made.ok) {
    throw new Error(JSON.stringify(made.findings))
  }
  return parse(made.mapping) as Mapping
}

const NAMES: readonly (readonly [name: string, tag: string, as: string, place?: Place])[] = [
  // Looking at something is a person's.
  ['Antrag prüfen', 'userTask', 'person'],
  ['Vollständigkeit prüfen', 'userTask', 'person'],
  ['Zuständigkeit klären', 'task', 'person'],
  ['Sachverhalt ermitteln', 'manualTask', 'person'],
  ['Ortstermin durchführen', 'manualTask', 'person'],
  ['Nachgereichte Unterlagen prüfen', 'userTask', 'person', 'asked'],
  ['Antwort auswerten', 'userTask', 'person', 'asked'],
  ['Gebührenpflicht prüfen', 'userTask', 'person'],
  ['Gebührenbefreiung prüfen', 'userTask', 'person'],
  ['Entscheidung vorbereiten', 'userTask', 'person'],
  // Others than the applicant are asked by a person.
  ['Stellungnahme einholen', 'userTask', 'person'],
  ['Stellungnahme des Fachamts anfordern', 'sendTask', 'person'],
  ['Träger öffentlicher Belange beteiligen', 'task', 'person'],
  ['Polizei informieren', 'sendTask', 'person'],
  ['Gutachten anfordern', 'serviceTask', 'person'],
  ['Nachbarn anhören', 'userTask', 'person'],
  // The applicant is asked, or heard.
  ['Unterlagen nachfordern', 'userTask', 'request'],
  ['Fehlende Nachweise anfordern', 'sendTask', 'request'],
  ['Antragsteller zur Ergänzung auffordern', 'userTask', 'request'],
  ['Rückfragen an Antragstellerin', 'userTask', 'request'],
  ['Anhörung durchführen', 'userTask', 'request'],
  ['Gelegenheit zur Stellungnahme geben', 'sendTask', 'request'],
  ['Unterlagen abwarten', 'userTask', 'wait', 'asked'],
  ['Antwort abwarten', 'task', 'wait', 'asked'],
  ['Unterlagen eingegangen', 'receiveTask', 'wait', 'asked'],
  // A day is waited for by nobody but a person, unless a timer is drawn.
  ['Wiedervorlage', 'userTask', 'person'],
  ['Wiedervorlage in 2 Wochen anlegen', 'serviceTask', 'person'],
  ['Widerspruchsfrist abwarten', 'task', 'person', 'noticed'],
  ['Bestandskraft abwarten', 'sendTask', 'person', 'noticed'],
  // The notice.
  ['Bescheid erstellen', 'userTask', 'document', 'approved'],
  ['Bescheid erlassen', 'task', 'document', 'approved'],
  ['Erlaubnisurkunde ausstellen', 'userTask', 'document', 'approved'],
  ['Bescheid erzeugen', 'serviceTask', 'document', 'approved'],
  ['Bescheid versenden', 'sendTask', 'nothing', 'noticed'],
  ['Bescheid versenden', 'userTask', 'nothing', 'noticed'],
  ['Bescheid drucken und kuvertieren', 'userTask', 'nothing', 'noticed'],
  ['Bescheid zustellen', 'manualTask', 'nothing', 'noticed'],
  // Messages.
  ['Eingang bestätigen', 'sendTask', 'receipt'],
  ['Eingangsbestätigung versenden', 'userTask', 'receipt'],
  ['Antragsteller informieren', 'sendTask', 'notify'],
  ['Zwischenbescheid versenden', 'userTask', 'notify'],
  ['Zwischennachricht senden', 'sendTask', 'notify'],
  // The fee.
  ['Gebühr festsetzen', 'userTask', 'pay', 'approved'],
  ['Gebühren berechnen', 'serviceTask', 'pay', 'approved'],
  ['Gebührenbescheid erstellen', 'userTask', 'pay', 'approved'],
  ['Kosten festsetzen', 'task', 'pay', 'approved'],
  ['Rechnung erstellen', 'userTask', 'pay', 'approved'],
  ['Zahlung abwarten', 'userTask', 'pay', 'approved'],
  ['Zahlungseingang prüfen', 'userTask', 'pay', 'approved'],
  ['Gebühr einziehen', 'serviceTask', 'pay', 'approved'],
  ['Berechnung erstellen', 'userTask', 'person'],
  ['Zuschuss auszahlen', 'userTask', 'person', 'noticed'],
  // What the software does of itself.
  ['Akte anlegen', 'userTask', 'nothing'],
  ['Antrag erfassen', 'userTask', 'nothing'],
  ['Aktenzeichen vergeben', 'serviceTask', 'nothing'],
  ['Akte schließen', 'userTask', 'nothing', 'noticed'],
  ['Vorgang ablegen', 'task', 'nothing', 'noticed'],
  ['Zu den Akten nehmen', 'manualTask', 'nothing', 'noticed'],
  ['Verfahren abschließen', 'serviceTask', 'nothing', 'noticed'],
  // Other programs.
  ['Daten an Fachverfahren übermitteln', 'task', 'person', 'noticed'],
  ['Kataster abfragen', 'serviceTask', 'person'],
]

describe('a task named', () => {
  it.each(NAMES)('%s (%s) becomes %s, and the editor is told', async (...row) => {
    const [name, tag, as, place] = row as [string, string, string, Place?]
    const mapping = await adapted(name, { tag, place: place ?? 'first' })
    expect(mapping.steps['x']?.as).toBe(as)
    expect(mapping.told?.['x'] ?? []).toContainEqual(expect.stringContaining(`„${name}“`))
  })

  it.each([
    ['Stellungnahme einholen', 'first', 'nur an die Person, die den Antrag gestellt hat'],
    ['Wiedervorlage', 'first', 'zeichnen Sie dort ein Zeitereignis'],
    ['Gebühr festsetzen', 'approved', 'wartet auf die Zahlung'],
  ] as const)('%s says what it does not do of itself', async (name, place, words) => {
    expect((await adapted(name, { place })).told?.['x']?.join()).toContain(words)
  })
})
