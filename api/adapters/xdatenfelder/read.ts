import type { DataField, DataGroup, DataModelResult, DataNode, LegalReference } from '../../forms/data-model.ts'
import { DIALECTS } from './dialect.ts'
import { readFieldParts } from './field.ts'
import {
  allow,
  codeOf,
  one,
  oneLine,
  optional,
  type Reading,
  report,
  requiredText,
  textOf,
  withSuggestion,
} from './reading.ts'
import { readXml, type XmlElement } from './xml.ts'

const LIMITS = { charactersMax: 5_000_000, depthMax: 60, elementsMax: 100_000 }

/**
 * Reads a data schema of FIM (XDatenfelder 2 or 3.0.0: messages 0102 Stammdatenschema and 0103 Datenfeldgruppe) into our
 * data model, ids and versions kept exactly. Rules in free text and external code lists become open points: they
 * are shown, never executed. Refused with file, line and reason: DOCTYPE, unknown namespace or message, unknown
 * element, missing, empty or repeated id, one id in two versions, two equal ids side by side, wrong multiplicity.
 * Never throws.
 * @see urn:xoev-de:fim:standard:xdatenfelder_3.0.0
 */
export function readXDatenfelder(source: string, file: string): DataModelResult {
  const xml = readXml(source, file, LIMITS)
  if (!xml.ok) {
    return { ok: false, findings: [xml.finding] }
  }
  const dialect = DIALECTS.find((known) => known.namespace === xml.root.uri)
  if (dialect === undefined) {
    const finding = {
      file,
      line: xml.root.line,
      type: 'xdatenfelder/unknown-namespace',
      detail: `The namespace "${xml.root.uri}" is not known.`,
    }
    return {
      ok: false,
      findings: [
        withSuggestion(
          finding,
          xml.root.uri,
          DIALECTS.map((known) => known.namespace),
        ),
      ],
    }
  }
  const reading: Reading = { file, dialect, findings: [], openPoints: [], versions: new Map() }
  const rootName = ROOTS[xml.root.name]
  const body = rootName === undefined ? undefined : one(reading, xml.root, rootName)
  if (rootName === undefined) {
    report(reading, xml.root, 'xdatenfelder/unknown-message', `The message "${xml.root.name}" is not known.`)
  }
  if (body === undefined) {
    return { ok: false, findings: reading.findings }
  }
  allow(reading, xml.root, ['header', body.name])
  const model = readSchema(reading, body)
  return reading.findings.length > 0 ? { ok: false, findings: reading.findings } : { ok: true, model }
}

const ROOTS: Readonly<Record<string, 'stammdatenschema' | 'datenfeldgruppe'>> = {
  'xdatenfelder.stammdatenschema.0102': 'stammdatenschema',
  'xdatenfelder.datenfeldgruppe.0103': 'datenfeldgruppe',
}

function readSchema(reading: Reading, body: XmlElement) {
  allow(
    reading,
    body,
    reading.dialect.elements.common,
    body.name === 'stammdatenschema' ? reading.dialect.elements.schema : reading.dialect.elements.group,
  )
  const { id, version } = readIdentity(reading, body, body.name === 'stammdatenschema' ? 'S' : 'G')
  readRules(reading, body, id)
  const state = optional(reading, body, reading.dialect.stateElement)
  if (reading.dialect.version === 3 && !/^[1-8]$/.test(codeOf(reading, state))) {
    report(
      reading,
      state ?? body,
      'xdatenfelder/state',
      `The release state "${codeOf(reading, state)}" is none of 1 to 8.`,
    )
  }
  return {
    format: reading.dialect.format,
    id,
    version,
    name: requiredText(reading, body, 'name'),
    description: textOf(reading, body, 'beschreibung'),
    legalBasis: legalReferences(body),
    ...(state === undefined ? {} : { releaseState: codeOf(reading, state) }),
    children: readStructure(reading, body),
    openPoints: reading.openPoints,
  }
}

function readStructure(reading: Reading, parent: XmlElement): readonly DataNode[] {
  const seen = new Set<string>()
  const nodes: DataNode[] = []
  for (const structure of parent.children.filter((child) => child.name === 'struktur')) {
    allow(reading, structure, ['anzahl', 'bezug', 'enthaelt'])
    const contains = one(reading, structure, 'enthaelt')
    const element = contains?.children[0]
    if (contains === undefined || element === undefined || contains.children.length !== 1) {
      report(reading, structure, 'xdatenfelder/structure', 'A struktur holds exactly one datenfeldgruppe or datenfeld.')
      continue
    }
    const node = readNode(reading, element, structure)
    if (node !== undefined && seen.has(node.id)) {
      report(reading, element, 'xdatenfelder/duplicate-id', `The id "${node.id}" stands twice in the same group.`)
    } else if (node !== undefined) {
      seen.add(node.id)
      nodes.push(node)
    }
  }
  return nodes
}

function readNode(reading: Reading, element: XmlElement, structure: XmlElement): DataNode | undefined {
  const { common, group, field } = reading.dialect.elements
  if (element.name !== 'datenfeldgruppe' && element.name !== 'datenfeld') {
    report(reading, element, 'xdatenfelder/unknown-element', `"${element.name}" is not allowed in "enthaelt".`)
    return undefined
  }
  const isGroup = element.name === 'datenfeldgruppe'
  allow(reading, element, common, isGroup ? group : field)
  const identity = readIdentity(reading, element, isGroup ? 'G' : 'F')
  readRules(reading, element, identity.id)
  const shared = {
    ...identity,
    ...readMultiplicity(reading, structure),
    name: requiredText(reading, element, 'name'),
    inputLabel: textOf(reading, element, 'bezeichnungEingabe'),
    outputLabel: textOf(reading, element, 'bezeichnungAusgabe'),
    inputHelp: textOf(reading, element, 'hilfetextEingabe'),
    outputHelp: textOf(reading, element, 'hilfetextAusgabe'),
    description: textOf(reading, element, 'beschreibung'),
    legalBasis: [...legalReferences(element), ...legalReferences(structure)],
    line: element.line,
  }
  if (isGroup) {
    return { node: 'group', ...shared, children: readStructure(reading, element) } satisfies DataGroup
  }
  return { node: 'field', ...shared, ...readFieldParts(reading, element, identity) } satisfies DataField
}

function readIdentity(reading: Reading, element: XmlElement, prefix: string): { id: string; version: string } {
  const identity = one(reading, element, 'identifikation')
  if (identity === undefined) {
    return { id: '', version: '' }
  }
  allow(reading, identity, ['id', 'version'])
  const id = requiredText(reading, identity, 'id')
  const version = requiredText(reading, identity, 'version')
  const { idPattern, versionPattern } = reading.dialect
  if (id !== '' && !(idPattern.test(id) && (id.startsWith(prefix) || reading.dialect.version === 2))) {
    report(
      reading,
      identity,
      'xdatenfelder/id',
      `The id "${id}" is not ${prefix} and ${reading.dialect.idDigits} digits.`,
    )
  }
  if (version !== '' && !versionPattern.test(version)) {
    report(
      reading,
      identity,
      'xdatenfelder/version',
      `The version "${version}" is not of the form ${reading.dialect.versionForm}.`,
    )
  }
  const known = reading.versions.get(id)
  if (known !== undefined && known !== version) {
    report(reading, identity, 'xdatenfelder/duplicate-id', `The id "${id}" stands in versions ${known} and ${version}.`)
  }
  reading.versions.set(id, version)
  return { id, version }
}

function readMultiplicity(reading: Reading, structure: XmlElement): { min: number; max: number | null } {
  const text = requiredText(reading, structure, 'anzahl')
  const match = /^(\d{1,4}):(\*|\d{1,4})$/.exec(text)
  const min = Number(match?.[1])
  const max = match?.[2] === '*' ? null : Number(match?.[2])
  if (match === null || (max !== null && (max < min || max === 0))) {
    report(
      reading,
      structure,
      'xdatenfelder/multiplicity',
      `The multiplicity "${text}" is not of the form 0:1, 1:1, 1:5 or 0:*.`,
    )
    return { min: 0, max: 1 }
  }
  return { min, max }
}

function readRules(reading: Reading, element: XmlElement, at: string): void {
  for (const rule of element.children.filter((child) => child.name === 'regel')) {
    allow(reading, rule, reading.dialect.elements.common, reading.dialect.elements.rule)
    const { id, version } = readIdentity(reading, rule, 'R')
    const text = textOf(reading, rule, reading.dialect.ruleTextElement)
    reading.openPoints.push({
      kind: 'rule',
      id,
      version,
      name: requiredText(reading, rule, 'name'),
      text,
      at,
      line: rule.line,
    })
  }
}

function legalReferences(element: XmlElement): readonly LegalReference[] {
  return element.children
    .filter((child) => child.name === 'bezug' && child.text !== '')
    .map((child) => {
      const link = child.attributes.get('link')
      return { text: oneLine(child.text), ...(link === undefined || !/^https:\/\//.test(link) ? {} : { link }) }
    })
}
