import type {
  CodeListFiles,
  DataField,
  DataGroup,
  DataModel,
  DataModelResult,
  DataNode,
} from '../../forms/data-model.ts'
import type { Finding } from '../../lib/finding.ts'
import { DIALECTS } from './dialect.ts'
import { legalReferences, readIdentity, readShared } from './element.ts'
import { readFieldParts } from './field.ts'
import { readCodeLists } from './genericode.ts'
import { allow, codeOf, one, optional, type Reading, report, requiredText, textOf, withSuggestion } from './reading.ts'
import { readXml, type XmlElement } from './xml.ts'

const LIMITS = { charactersMax: 5_000_000, depthMax: 60, elementsMax: 100_000 }

/**
 * Reads a data schema of FIM (XDatenfelder 2 or 3.0.0: messages 0102 Stammdatenschema, 0103 Datenfeldgruppe and 0104
 * Datenfeld) into our data model, ids and versions kept exactly. Rules in free text and external code lists that are not
 * among `codeLists` become open points: they are shown, never executed. Refused with file, line and reason: DOCTYPE,
 * unknown namespace or message, unknown element, missing, empty or repeated id, one id in two versions, two equal ids
 * side by side, wrong multiplicity. Prefixes do not matter, namespaces do. Never throws.
 * @see urn:xoev-de:fim:standard:xdatenfelder_3.0.0
 */
export function readXDatenfelder(source: string, file: string, codeLists: CodeListFiles = {}): DataModelResult {
  const xml = readXml(source, file, LIMITS)
  if (!xml.ok) {
    return { ok: false, findings: [xml.finding] }
  }
  const dialect = DIALECTS.find((known) => known.namespace === xml.root.uri)
  if (dialect === undefined) {
    return { ok: false, findings: [unknownNamespace(xml.root, file)] }
  }
  const lists = readCodeLists(codeLists, file)
  const reading: Reading = { file, dialect, lists: lists.lists, findings: [], openPoints: [], versions: new Map() }
  const message = messageOf(xml.root.name)
  const body = message === undefined ? undefined : one(reading, xml.root, message)
  if (message === undefined) {
    report(reading, xml.root, 'xdatenfelder/unknown-message', unknownMessage(xml.root.name))
  }
  if (body === undefined) {
    return { ok: false, findings: reading.findings }
  }
  allow(reading, xml.root, ['header', body.name])
  const model = body.name === 'datenfeld' ? readAlone(reading, body) : readSchema(reading, body)
  const findings = [...reading.findings, ...lists.findings]
  return findings.length > 0 ? { ok: false, findings } : { ok: true, model }
}

const MESSAGES: Readonly<Record<string, 'stammdatenschema' | 'datenfeldgruppe' | 'datenfeld'>> = {
  'xdatenfelder.stammdatenschema.0102': 'stammdatenschema',
  'xdatenfelder.datenfeldgruppe.0103': 'datenfeldgruppe',
  'xdatenfelder.datenfeld.0104': 'datenfeld',
}

const messageOf = (name: string) => (Object.hasOwn(MESSAGES, name) ? MESSAGES[name] : undefined)

function unknownNamespace(root: XmlElement, file: string): Finding {
  const detail =
    root.uri === '' ? `The element "${root.name}" has no namespace.` : `The namespace "${root.uri}" is not known.`
  const finding = { file, line: root.line, type: 'xdatenfelder/unknown-namespace', detail }
  return withSuggestion(finding, root.uri, DIALECTS.map((known) => known.namespace)) // biome-ignore format: one thought
}

const unknownMessage = (name: string): string =>
  name.includes('dokumentsteckbrief')
    ? `The message "${name}" describes a document, it holds no questions.`
    : `The message "${name}" is not known.`

function readSchema(reading: Reading, body: XmlElement): DataModel {
  const isSchema = body.name === 'stammdatenschema'
  const { elements } = reading.dialect
  allow(reading, body, elements.common, isSchema ? elements.schema : elements.group)
  const { id, version } = readIdentity(reading, body, isSchema ? 'S' : 'G')
  checkState(reading, body)
  const { elementKind: _, ...shared } = readShared(reading, body, id)
  return {
    format: reading.dialect.format,
    id,
    version,
    name: requiredText(reading, body, 'name'),
    description: textOf(reading, body, 'beschreibung'),
    legalBasis: legalReferences(body),
    ...labelOf(reading, body, 'bezeichnungEingabe', 'inputLabel'),
    ...labelOf(reading, body, 'bezeichnungAusgabe', 'outputLabel'),
    ...shared,
    ...derivationOf(reading, body),
    ...profileOf(reading, body),
    children: readStructure(reading, body),
    openPoints: reading.openPoints,
  }
}

/** A single field as a schema of its own. */
function readAlone(reading: Reading, body: XmlElement): DataModel {
  checkState(reading, body)
  const field = readNode(reading, body, { min: 1, max: 1, line: body.line, legalBasis: [] })
  return {
    format: reading.dialect.format,
    id: field?.id ?? '',
    version: field?.version ?? '',
    name: field?.name ?? '',
    description: field?.description ?? '',
    legalBasis: field?.legalBasis ?? [],
    children: field === undefined ? [] : [field],
    openPoints: reading.openPoints,
  }
}

function labelOf<K extends string>(reading: Reading, body: XmlElement, name: string, key: K): { [P in K]?: string } {
  const text = textOf(reading, body, name)
  return text === '' ? {} : ({ [key]: text } as { [P in K]?: string })
}

function derivationOf(reading: Reading, body: XmlElement): Pick<DataModel, 'derivation'> {
  const structure = codeOf(reading, optional(reading, body, 'ableitungsmodifikationenStruktur'))
  const representation = codeOf(reading, optional(reading, body, 'ableitungsmodifikationenRepraesentation'))
  return structure === '' && representation === '' ? {} : { derivation: { structure, representation } }
}

function profileOf(reading: Reading, body: XmlElement): Pick<DataModel, 'documentProfile'> {
  const profile = optional(reading, body, 'dokumentsteckbrief')
  const id = profile === undefined ? '' : textOf(reading, profile, 'id')
  return profile === undefined || id === ''
    ? {}
    : { documentProfile: { id, version: textOf(reading, profile, 'version') } }
}

function checkState(reading: Reading, body: XmlElement): void {
  const state = optional(reading, body, reading.dialect.stateElement)
  const code = codeOf(reading, state)
  if (reading.dialect.version === 3 && !/^[1-8]$/.test(code)) {
    report(reading, state ?? body, 'xdatenfelder/state', `The release state "${code}" is none of 1 to 8.`)
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
    const place = { ...readMultiplicity(reading, structure), legalBasis: legalReferences(structure) }
    const node = readNode(reading, element, { ...place, line: element.line })
    if (node !== undefined && seen.has(node.id)) {
      report(reading, element, 'xdatenfelder/duplicate-id', `The id "${node.id}" stands twice in the same group.`)
    } else if (node !== undefined) {
      seen.add(node.id)
      nodes.push(node)
    }
  }
  return nodes
}

type Placed = Pick<DataNode, 'min' | 'max' | 'line' | 'legalBasis'>

function readNode(reading: Reading, element: XmlElement, placed: Placed): DataNode | undefined {
  const { common, group, field } = reading.dialect.elements
  if (element.name !== 'datenfeldgruppe' && element.name !== 'datenfeld') {
    report(reading, element, 'xdatenfelder/unknown-element', `"${element.name}" is not allowed in "enthaelt".`)
    return undefined
  }
  const isGroup = element.name === 'datenfeldgruppe'
  allow(reading, element, common, isGroup ? group : field)
  const identity = readIdentity(reading, element, isGroup ? 'G' : 'F')
  const shared = {
    ...identity,
    ...placed,
    name: requiredText(reading, element, 'name'),
    inputLabel: textOf(reading, element, 'bezeichnungEingabe'),
    outputLabel: textOf(reading, element, 'bezeichnungAusgabe'),
    inputHelp: textOf(reading, element, 'hilfetextEingabe'),
    outputHelp: textOf(reading, element, 'hilfetextAusgabe'),
    description: textOf(reading, element, 'beschreibung'),
    legalBasis: [...legalReferences(element), ...placed.legalBasis],
    ...readShared(reading, element, identity.id),
  }
  if (isGroup) {
    const isChoice = codeOf(reading, optional(reading, element, 'art')) === 'X'
    const kind = isChoice ? { groupKind: 'choice' as const } : {}
    return { node: 'group', ...shared, ...kind, children: readStructure(reading, element) } satisfies DataGroup
  }
  const parts = readFieldParts(reading, element, identity)
  if (parts.art === 'locked' && shared.rules === undefined) {
    const { id, version, name, line } = shared
    const text = shared.description || shared.inputHelp
    // Nobody fills it in, and nothing says where its value comes from: a person has to.
    reading.openPoints.push({ kind: 'rule', id, version, name, text, at: id, line })
  }
  return { node: 'field', ...shared, ...parts } satisfies DataField
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
