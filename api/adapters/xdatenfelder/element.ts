import type {
  DataRecord,
  DataRule,
  ElementKind,
  ElementVersion,
  Keyword,
  LegalReference,
  Relation,
} from '../../forms/data-model.ts'
import { allow, codeOf, one, oneLine, optional, type Reading, report, requiredText, textOf } from './reading.ts'
import type { XmlElement } from './xml.ts'

/** Elements that say something of an element itself; kept as written, so that export gives them back. */
export const RECORD = [
  'definition',
  'versionshinweis',
  'gueltigAb',
  'gueltigBis',
  'freigabedatum',
  'statusGesetztAm',
  'statusGesetztDurch',
  'fachlicherErsteller',
  'veroeffentlichungsdatum',
  'letzteAenderung',
  'hilfetext',
  'bezeichnung',
] as const

/** Parts that schema, group and field have alike. */
type Shared = {
  readonly elementKind?: ElementKind
  readonly releaseState?: string
  readonly rules?: readonly DataRule[]
  readonly relations?: readonly Relation[]
  readonly keywords?: readonly Keyword[]
  readonly record?: DataRecord
}

/** Reads id and version of an element; reports what is not of the standard's form and one id in two versions. */
export function readIdentity(reading: Reading, element: XmlElement, prefix: string): ElementVersion {
  const identity = one(reading, element, 'identifikation')
  if (identity === undefined) {
    return { id: '', version: '' }
  }
  allow(reading, identity, ['id', 'version'])
  const id = requiredText(reading, identity, 'id')
  const version = requiredText(reading, identity, 'version')
  const { idPattern, versionPattern, idDigits, versionForm } = reading.dialect
  if (id !== '' && !(idPattern.test(id) && (id.startsWith(prefix) || reading.dialect.version === 2))) {
    report(reading, identity, 'xdatenfelder/id', `The id "${id}" is not ${prefix} and ${idDigits} digits.`)
  }
  if (version !== '' && !versionPattern.test(version)) {
    report(reading, identity, 'xdatenfelder/version', `The version "${version}" is not of the form ${versionForm}.`)
  }
  const known = reading.versions.get(id)
  if (known !== undefined && known !== version) {
    report(reading, identity, 'xdatenfelder/duplicate-id', `The id "${id}" stands in versions ${known} and ${version}.`)
  }
  reading.versions.set(id, version)
  return { id, version }
}

/** Reads kind, release state, rules, relations, keywords and record of an element; rules also become open points. */
export function readShared(reading: Reading, element: XmlElement, id: string): Shared {
  const kind = optional(reading, element, 'schemaelementart')
  const kindCode = codeOf(reading, kind)
  if (kind !== undefined && !isElementKind(kindCode)) {
    report(reading, kind, 'xdatenfelder/code', `"${kindCode}" is none of ABS, HAR, RNG.`)
  }
  const rules = readRules(reading, element, id)
  const relations = element.children
    .filter(({ name }) => name === 'relation')
    .map((child) => relationOf(reading, child))
  const keywords = element.children.filter(({ name, text }) => name === 'stichwort' && text !== '').map(keywordOf)
  const record = readRecord(reading, element)
  const state = codeOf(reading, optional(reading, element, reading.dialect.stateElement))
  return {
    ...(isElementKind(kindCode) ? { elementKind: kindCode } : {}),
    ...(state === '' ? {} : { releaseState: state }),
    ...(rules.length === 0 ? {} : { rules }),
    ...(relations.length === 0 ? {} : { relations }),
    ...(keywords.length === 0 ? {} : { keywords }),
    ...(record === undefined ? {} : { record }),
  }
}

const isElementKind = (code: string): code is ElementKind => code === 'ABS' || code === 'HAR' || code === 'RNG'

function readRecord(reading: Reading, element: XmlElement): DataRecord | undefined {
  const entries = RECORD.map((name) => [name, textOf(reading, element, name)] as const).filter(
    ([, text]) => text !== '',
  )
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function relationOf(reading: Reading, element: XmlElement): Relation {
  allow(reading, element, ['praedikat', 'objekt'])
  const target = one(reading, element, 'objekt')
  const predicate = codeOf(reading, one(reading, element, 'praedikat'))
  return {
    predicate,
    id: target === undefined ? '' : requiredText(reading, target, 'id'),
    version: target === undefined ? '' : textOf(reading, target, 'version'),
  }
}

function keywordOf(element: XmlElement): Keyword {
  const uri = element.attributes.get('uri')
  return { text: oneLine(element.text), ...(uri === undefined ? {} : { uri }) }
}

const RULE_TYPES = ['K', 'M', 'V', 'B'] as const

function readRules(reading: Reading, element: XmlElement, at: string): readonly DataRule[] {
  return element.children
    .filter((child) => child.name === 'regel')
    .map((child) => {
      const rule = readRule(reading, child)
      const { id, version, name, text } = rule
      reading.openPoints.push({ kind: 'rule', id, version, name, text, at, line: child.line })
      return rule
    })
}

function readRule(reading: Reading, element: XmlElement): DataRule {
  allow(reading, element, reading.dialect.elements.common, reading.dialect.elements.rule)
  const identity = readIdentity(reading, element, 'R')
  const typeElement = optional(reading, element, 'typ')
  const typeCode = codeOf(reading, typeElement)
  const type = RULE_TYPES.find((known) => known === typeCode)
  if (typeElement !== undefined && type === undefined) {
    report(reading, typeElement, 'xdatenfelder/code', `"${typeCode}" is none of ${RULE_TYPES.join(', ')}.`)
  }
  const script = textOf(reading, element, reading.dialect.version === 3 ? 'skript' : 'script')
  const description = textOf(reading, element, 'beschreibung')
  const legalBasis = legalReferences(element)
  const { definition, ...record } = readRecord(reading, element) ?? {}
  const kept = reading.dialect.version === 3 && definition !== undefined ? { ...record, definition } : record
  return {
    ...identity,
    name: requiredText(reading, element, 'name'),
    // Version 2 has no element of its own for the rule in words.
    text: textOf(reading, element, reading.dialect.ruleTextElement) || description,
    ...(type === undefined ? {} : { type }),
    ...(script === '' ? {} : { script }),
    ...(description === '' ? {} : { description }),
    ...(legalBasis.length === 0 ? {} : { legalBasis }),
    ...(Object.keys(kept).length === 0 ? {} : { record: kept }),
  }
}

/** Legal references (`bezug`) of an element; only links that a page may show are kept. */
export function legalReferences(element: XmlElement): readonly LegalReference[] {
  return element.children
    .filter((child) => child.name === 'bezug' && child.text !== '')
    .map((child) => {
      const link = child.attributes.get('link')
      return { text: oneLine(child.text), ...(link === undefined || !/^https:\/\//.test(link) ? {} : { link }) }
    })
}
