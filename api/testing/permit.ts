import type { Caller } from './caller.ts'
import { bodyOf, DRAFTS, type Next, putFile, type Submitted, smallPdf } from './dog-tax.ts'

/** Invented answers to "Bewohnerparkausweis beantragen", by control. */
export const PERMIT_ANSWERS: Readonly<Record<string, string>> = {
  '/person/vornamen': 'Jurij',
  '/person/familienname': 'Nowak',
  '/person/geburtsdatum/day': '13',
  '/person/geburtsdatum/month': '4',
  '/person/geburtsdatum/year': '1985',
  '/person/anschrift/strasse': 'Sandower Straße',
  '/person/anschrift/hausnummer': '12 a',
  '/person/anschrift/plz': '03046',
  '/person/anschrift/ort': 'Cottbus/Chóśebuz',
  '/person/email': 'jurij.nowak@beispiel.example',
  '/ausweis/zone': 'a',
  '/fahrzeug/kennzeichen': 'CB MU 214',
  '/fahrzeug/nachweisart': 'hochladen',
  '/fahrzeug/bezeichnung': 'VW Golf',
  '/fahrzeug/halter': 'ich',
  '/ausweis/dauer': 'jahr',
  '/ausweis/beginn/day': '1',
  '/ausweis/beginn/month': '12',
  '/ausweis/beginn/year': '2027',
  '/befreiung/gewuenscht': 'false',
  '/erklaerung/richtigkeit': 'true',
}
/** Pages that want a file, with the question. */
const FILES: Readonly<Record<string, string>> = {
  schein: '/fahrzeug/schein',
  befreiungsnachweis: '/befreiung/nachweis',
}
export const PERMIT = 'bewohnerparkausweis'

/** Fills an application for a permit until the review; answers its draft. */
export async function fillPermit(caller: Caller, changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const begun = await bodyOf<{ draftId: string; step: string }>(await caller.post(DRAFTS, { service: PERMIT }), 201)
  const answers = { ...PERMIT_ANSWERS, ...changes }
  let address = begun.step
  for (let pages = 0; pages < 30; pages += 1) {
    const question = FILES[address]
    if (question !== undefined) {
      await bodyOf(await putFile(caller, begun.draftId, smallPdf(address), { question }), 201)
    }
    const sent = await caller.post(`${DRAFTS}/${begun.draftId}/steps/${address}`, answers)
    const next = await bodyOf<Next>(sent, 200)
    if (next.isInvalid) {
      throw new Error(`the answers to ${address} are refused`)
    }
    if (next.to === 'review') {
      return begun.draftId
    }
    address = next.address
  }
  throw new Error('the form does not end')
}

/** Applies for a permit up to the receipt. */
export async function applyForPermit(
  caller: Caller,
  changes: Readonly<Record<string, string>> = {},
): Promise<Submitted> {
  const draftId = await fillPermit(caller, changes)
  return await bodyOf(await caller.post(`${DRAFTS}/${draftId}/submit`, { notice: 'online' }), 201)
}
