import type { CatalogueOffice, Opening } from '../../content/mirror.ts'
import { type Identifier, identifierKey } from '../../lib/identifier.ts'
import { below, child, children, codeOf, dayOf, linesOf, richTextsOf, textOf } from './elements.ts'
import type { Element } from './xml.ts'

/** An `organisationseinheit` as object of the mirror. */
export function officeOf(element: Element, id: Identifier): CatalogueOffice {
  const names = children(element, 'name')
  const phone = channelOf(element, ['02', '03'])
  const email = channelOf(element, ['01'])
  const updatedOn = dayOf(textOf(child(element, 'versionsinformation'), 'geaendertDatumZeit'))
  return {
    format: 1,
    kind: 'office',
    key: identifierKey(id),
    id,
    name: Object.assign({}, linesOf(element, 'name'), ...names.map((name) => linesOf(name, 'name'))),
    description: richTextsOf(element, 'beschreibung'),
    addresses: children(element, 'anschrift').map(addressOf),
    ...(phone === undefined ? {} : { phone }),
    ...(email === undefined ? {} : { email }),
    hours: children(child(element, 'infoOeffnungszeitenStrukturiert'), 'oeffnungszeit').flatMap(openingOf),
    hoursNote: linesOf(element, 'infoOeffnungszeitenText'),
    ...(updatedOn === undefined ? {} : { updatedOn }),
  }
}

function addressOf(element: Element): CatalogueOffice['addresses'][number] {
  const house = textOf(element, 'hausnummer')
  const streets = linesOf(element, 'strasse')
  const german = streets['de']
  const place = child(element, 'geokodierung')
  const lat = Number(below(place, 'breite')?.text)
  const lon = Number(below(place, 'laenge')?.text)
  const transport = linesOf(element, 'infoOepnv')
  const accessibility = linesOf(element, 'infoBarrierefreiheit')
  return {
    street: german === undefined || house === undefined ? streets : { ...streets, de: `${german} ${house}` },
    postalCode: textOf(element, 'postleitzahl') ?? '',
    town: linesOf(element, 'ort'),
    ...(place !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { geo: { lat, lon } } : {}),
    ...(Object.keys(transport).length === 0 ? {} : { transport }),
    ...(Object.keys(accessibility).length === 0 ? {} : { accessibility }),
  }
}

function channelOf(element: Element, codes: readonly string[]): string | undefined {
  const channel = children(element, 'erreichbarkeit').find((entry) => codes.includes(codeOf(entry, 'kanal') ?? ''))
  return textOf(channel, 'kennung')
}

const DAYS: Readonly<Record<string, Opening['day']>> = { MO: 1, DI: 2, MI: 3, DO: 4, FR: 5, SA: 6, SO: 7 }

function openingOf(element: Element): readonly Opening[] {
  const day = DAYS[codeOf(element, 'tag') ?? '']
  const from = timeOf(textOf(element, 'beginn'))
  const to = timeOf(textOf(element, 'ende'))
  return day === undefined || from === undefined || to === undefined || from >= to ? [] : [{ day, from, to }]
}

const timeOf = (text: string | undefined): string | undefined => /^([01]\d|2[0-3]):[0-5]\d(?=$|:)/.exec(text ?? '')?.[0]
