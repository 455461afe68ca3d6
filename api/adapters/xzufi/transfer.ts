import type { FeedStep } from '../../catalogue/feed.ts'
import type { CatalogueKind, CatalogueObject, OnlineService, Responsibility } from '../../content/mirror.ts'
import { type Identifier, identifierKey } from '../../lib/identifier.ts'
import { child, children, codeOf, identifierOf, linesOf, textOf } from './elements.ts'
import { inReadLanguages } from './languages.ts'
import { officeOf } from './office.ts'
import { serviceOf } from './service.ts'
import { type Element, OBJECTS } from './xml.ts'

/** Classes of `loesche`; null for what the standard knows and we do not keep. */
const CLASSES: Readonly<Record<string, CatalogueKind | null>> = {
  Leistung: 'service',
  Organisationseinheit: 'office',
  Zustaendigkeit: 'responsibility',
  Onlinedienst: 'online-service',
  LeistungSpezialisierung: null,
}
/** Objects of `schreibe` that the standard knows and we do not keep. */
const UNKEPT = new Set(['spezialisierung', 'formular', 'kontaktsystem', 'gebiet', 'zahlungsmittel', 'dienst'])

/**
 * Turns one command of a transfer file, or one object of an answer, into steps; none for kinds of objects we do not keep.
 * Refused: a missing id, an unknown class or kind, an object without German name, a responsibility without its service.
 */
export function stepsOf(command: Element, file: string): readonly FeedStep[] {
  const refuse = (element: Element, type: string, detail: string): readonly FeedStep[] => [
    { action: 'refuse', finding: { file, line: element.line, type: `feed/${type}`, detail } },
  ]
  if (command.name === 'loesche') {
    return deletionOf(command, file, refuse)
  }
  const [object] = OBJECTS.has(command.name) ? [command] : command.children
  if (object === undefined || (object !== command && command.children.length > 1)) {
    return refuse(command, 'no-object', `"schreibe" holds ${command.children.length} objects, expected 1`)
  }
  if (UNKEPT.has(object.name)) {
    return []
  }
  const read = objectOf(inReadLanguages(object))
  return typeof read === 'string'
    ? refuse(object, read.startsWith('id ') ? 'missing-id' : 'invalid-object', read)
    : [{ action: 'write', object: read, at: { file, line: object.line } }]
}

type Refuse = (element: Element, type: string, detail: string) => readonly FeedStep[]

function deletionOf(command: Element, file: string, refuse: Refuse): readonly FeedStep[] {
  const name = command.attributes['klasse'] ?? ''
  const kind = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined
  if (kind === undefined) {
    return refuse(command, 'unknown-class', `"loesche" of unknown klasse "${name}"`)
  }
  const id = identifierOf(child(command, 'id'))
  if (id === undefined) {
    return refuse(command, 'missing-id', 'id is missing in "loesche"')
  }
  return kind === null ? [] : [{ action: 'delete', kind, key: identifierKey(id), at: { file, line: command.line } }]
}

/** The object, or what is wrong with it. */
function objectOf(element: Element): CatalogueObject | string {
  if (element.name === 'zustaendigkeitTransferObjekt') {
    return responsibilityOf(element)
  }
  const id = identifierOf(child(element, 'id'))
  if (id === undefined) {
    return `id is missing in "${element.name}"`
  }
  if (element.name === 'onlinedienst') {
    return onlineServiceOf(element, id)
  }
  if (element.name !== 'leistung' && element.name !== 'organisationseinheit') {
    return `"schreibe" of unknown object "${element.name}"`
  }
  const object = element.name === 'leistung' ? serviceOf(element, id) : officeOf(element, id)
  return Object.keys(object.name).length === 0 ? `no name in "${element.name}" ${id.value}` : object
}

function responsibilityOf(element: Element): Responsibility | string {
  const inner = child(element, 'zustaendigkeit')
  const id = identifierOf(child(inner, 'id'))
  const owner = identifierOf(child(element, 'uebergeordnetesObjektID'))
  const service = identifierOf(child(inner, 'leistungID'))
  if (id === undefined || owner === undefined || service === undefined) {
    return 'id is missing in "zustaendigkeitTransferObjekt": id, uebergeordnetesObjektID or leistungID'
  }
  const role = codeOf(inner, 'rolle')
  return {
    format: 1,
    kind: 'responsibility',
    key: identifierKey(id),
    id,
    owner: id.scheme === 'ZustaendigkeitOnlinedienst' ? 'online-service' : 'office',
    ownerKey: identifierKey(owner),
    serviceKey: identifierKey(service),
    areas: children(inner, 'gebietID')
      .map((area) => area.text.trim())
      .filter((area) => /^\d{2,12}$/.test(area)),
    ...(role === undefined ? {} : { role }),
  }
}

function onlineServiceOf(element: Element, id: Identifier): OnlineService | string {
  const link = child(element, 'link')
  const url = textOf(link, 'link') ?? textOf(link, 'uri') ?? ''
  const name = linesOf(element, 'bezeichnung')
  if (!/^https?:\/\//.test(url) || url.length > 2000 || !URL.canParse(url)) {
    return `no http address in "onlinedienst" ${id.value}`
  }
  if (Object.keys(name).length === 0) {
    return `no name in "onlinedienst" ${id.value}`
  }
  const trustLevel = codeOf(element, 'vertrauensniveau')
  return {
    format: 1,
    kind: 'online-service',
    key: identifierKey(id),
    id,
    name,
    url,
    ...(trustLevel === undefined ? {} : { trustLevel }),
  }
}
