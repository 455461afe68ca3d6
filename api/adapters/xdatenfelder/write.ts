import type {
  CodeListReference,
  DataField,
  DataModel,
  DataNode,
  DataRecord,
  DataRule,
  ElementVersion,
  LegalReference,
} from '../../forms/data-model.ts'
import type { Finding } from '../../lib/finding.ts'
import { DIALECTS } from './dialect.ts'
import { toVersion3 } from './version-3.ts'

export type WriteOptions = {
  /** Id of the message, e.g. a UUID. */
  readonly messageId: string
  /** When the file is made, ISO 8601 in UTC. */
  readonly writtenAt: string
}
export type WriteResult =
  | { readonly ok: true; readonly xml: string }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Writes a data schema as XDatenfelder 3.0.0: message 0102, or 0103 and 0104 for a schema that is one group or one field.
 * Reading it again gives the same ids, versions, texts, multiplicity, precision, codes and rules; a schema of version 2
 * is written as its version 3 ({@link toVersion3}). Refused where an id or version is not of version 3's form.
 * Codes of an external list are not written, only the list's name.
 */
export function writeXDatenfelder(given: DataModel, options: WriteOptions): WriteResult {
  const model = toVersion3(given)
  const findings = wrongIds(model)
  if (findings.length > 0) {
    return { ok: false, findings }
  }
  const [name, root, body] = bodyOf(model)
  const header = element('header', [
    leaf('nachrichtID', options.messageId),
    leaf('erstellungszeitpunkt', options.writtenAt),
  ])
  const namespace = `xmlns:xdf="${DIALECTS[0]?.namespace ?? ''}"`
  const xml = indent([`<xdf:${name} ${namespace}>`, ...header, ...element(root, body), `</xdf:${name}>`])
  return { ok: true, xml: `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n` }
}

type Lines = readonly string[]

function bodyOf(model: DataModel): readonly [string, string, readonly Lines[]] {
  const [only] = model.children
  if (model.id.startsWith('F') && only?.node === 'field') {
    return ['xdatenfelder.datenfeld.0104', 'datenfeld', nodeParts(only)]
  }
  const parts = [...schemaParts(model), ...model.children.map(structureOf)]
  return model.id.startsWith('G')
    ? ['xdatenfelder.datenfeldgruppe.0103', 'datenfeldgruppe', parts]
    : ['xdatenfelder.stammdatenschema.0102', 'stammdatenschema', parts]
}

function schemaParts(model: DataModel): readonly Lines[] {
  const { derivation, documentProfile } = model
  return [
    ...beginning(model, 'schema'),
    leaf('bezeichnungEingabe', model.inputLabel ?? ''),
    leaf('bezeichnungAusgabe', model.outputLabel ?? ''),
    ...(derivation === undefined
      ? []
      : [
          code('ableitungsmodifikationenStruktur', derivation.structure),
          code('ableitungsmodifikationenRepraesentation', derivation.representation),
        ]),
    documentProfile === undefined
      ? []
      : element('dokumentsteckbrief', [leaf('id', documentProfile.id), leaf('version', documentProfile.version)]),
    ...ending(model),
  ]
}

function structureOf(node: DataNode): Lines {
  const content = element(node.node === 'group' ? 'datenfeldgruppe' : 'datenfeld', nodeParts(node))
  return element('struktur', [leaf('anzahl', `${node.min}:${node.max ?? '*'}`), element('enthaelt', [content])])
}

function nodeParts(node: DataNode): readonly Lines[] {
  const shared = [
    ...beginning(node, 'element'),
    leaf('bezeichnungEingabe', node.inputLabel),
    leaf('bezeichnungAusgabe', node.outputLabel),
    code('schemaelementart', node.elementKind ?? ''),
    leaf('hilfetextEingabe', node.inputHelp),
    leaf('hilfetextAusgabe', node.outputHelp),
    ...ending(node),
  ]
  return node.node === 'group'
    ? [...shared, code('art', node.groupKind === 'choice' ? 'X' : ''), ...node.children.map(structureOf)]
    : [...shared, ...fieldParts(node)]
}

const PREFILLS = { none: 'keine', optional: 'optional', required: 'verpflichtend' } as const

function fieldParts(field: DataField): readonly Lines[] {
  const { minLength, maxLength, minValue, maxValue, pattern } = field.precision
  const attributes = Object.entries({ minLength, maxLength, minValue, maxValue, pattern })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
  const isInline = field.codeList === undefined
  return [
    code('feldart', field.art),
    code('datentyp', field.type),
    attributes.length === 0 ? [] : [`<xdf:praezisierung${attributes.join('')}/>`],
    leaf('inhalt', field.content),
    code('vorbefuellung', PREFILLS[field.prefill]),
    isInline && field.codes.length > 0 ? element('werte', field.codes.map(codeOf)) : [],
    ...(field.codeList === undefined ? [] : referenceOf(field.codeList)),
    field.maxSizeBytes === undefined ? [] : leaf('maxSize', String(field.maxSizeBytes)),
    ...field.mediaTypes.map((type) => leaf('mediaType', type)),
  ]
}

const codeOf = (entry: DataField['codes'][number]): Lines =>
  element('wert', [leaf('code', entry.code), leaf('name', entry.name), leaf('hilfe', entry.help ?? '')])

function referenceOf(list: CodeListReference): readonly Lines[] {
  return [
    element('codelisteReferenz', [
      leaf('canonicalIdentification', list.identification),
      leaf('version', list.version ?? ''),
      leaf('canonicalVersionUri', list.versionUri ?? ''),
    ]),
    leaf('codeKey', list.codeKey ?? ''),
    leaf('nameKey', list.nameKey ?? ''),
    leaf('helpKey', list.helpKey ?? ''),
  ]
}

type Described = ElementVersion & {
  readonly name: string
  readonly description: string
  readonly legalBasis: readonly LegalReference[]
  readonly releaseState?: string
  readonly record?: DataRecord
}

/** What stands before the labels. A schema must name its release state; one without is in planning. */
function beginning(described: Described, what: 'schema' | 'element'): readonly Lines[] {
  const { definition, ...record } = described.record ?? {}
  return [
    identity(described),
    leaf('name', described.name),
    leaf('beschreibung', described.description),
    leaf('definition', definition ?? ''),
    ...described.legalBasis.map(reference),
    code('freigabestatus', described.releaseState ?? (what === 'schema' ? '1' : '')),
    ...Object.entries(record).map(([name, text]) => leaf(name, text)),
  ]
}

function ending({ keywords = [], relations = [], rules = [] }: Pick<DataModel, 'keywords' | 'relations' | 'rules'>) {
  return [
    ...keywords.map(({ text, uri }) =>
      leaf('stichwort', text, uri === undefined ? '' : ` uri="${escapeAttribute(uri)}"`),
    ),
    ...relations.map((relation) =>
      element('relation', [
        code('praedikat', relation.predicate),
        element('objekt', [leaf('id', relation.id), leaf('version', relation.version)]),
      ]),
    ),
    ...rules.map(ruleOf),
  ]
}

function ruleOf(rule: DataRule): Lines {
  return element('regel', [
    identity(rule),
    leaf('name', rule.name),
    leaf('beschreibung', rule.description ?? ''),
    leaf('freitextRegel', rule.text),
    ...(rule.legalBasis ?? []).map(reference),
    ...Object.entries(rule.record ?? {}).map(([name, text]) => leaf(name, text)),
    code('typ', rule.type ?? ''),
    leaf('skript', rule.script ?? ''),
  ])
}

const identity = ({ id, version }: ElementVersion): Lines =>
  element('identifikation', [leaf('id', id), leaf('version', version)])

const reference = ({ text, link }: LegalReference): Lines =>
  leaf('bezug', text, link === undefined ? '' : ` link="${escapeAttribute(link)}"`)

const element = (name: string, parts: readonly Lines[]): Lines => [`<xdf:${name}>`, ...parts.flat(), `</xdf:${name}>`]

/** An element with text only; nothing where the text is empty. */
const leaf = (name: string, text: string, attributes = ''): Lines =>
  text === '' ? [] : [`<xdf:${name}${attributes}>${escapeText(text)}</xdf:${name}>`]

const code = (name: string, value: string): Lines =>
  value === '' ? [] : [`<xdf:${name}><code>${escapeText(value)}</code></xdf:${name}>`]

const escapeText = (text: string): string =>
  clean(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
const escapeAttribute = (text: string): string =>
  escapeText(text).replace(/"/g, '&quot;').replace(/\t/g, '&#9;').replace(/\n/g, '&#10;').replace(/\r/g, '&#13;')

/** Signs that XML 1.0 cannot hold are left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are meant
const clean = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')

function indent(lines: Lines): string {
  let depth = 0
  return lines
    .map((line) => {
      const isEnd = line.startsWith('</')
      const isStart = !isEnd && !line.includes('</') && !line.endsWith('/>')
      depth -= isEnd ? 1 : 0
      const text = `${'  '.repeat(depth)}${line}`
      depth += isStart ? 1 : 0
      return text
    })
    .join('\n')
}

function wrongIds(model: DataModel): readonly Finding[] {
  const nodes = (children: readonly DataNode[]): readonly DataNode[] =>
    children.flatMap((node) => (node.node === 'group' ? [node, ...nodes(node.children)] : [node]))
  const rules = [model, ...nodes(model.children)].flatMap((part) => part.rules ?? [])
  return [{ ...model, line: 1 }, ...nodes(model.children), ...rules.map((rule) => ({ ...rule, line: 1 }))]
    .filter(({ id, version }) => !(/^[SGFRD]\d{11}$/.test(id) && /^\d+\.\d+\.\d+$/.test(version)))
    .slice(0, 10)
    .map(({ id, version, line }) => {
      const detail = `"${id}" ${version} cannot stand in XDatenfelder 3: a letter and 11 digits, and 1.0.0, are needed.`
      return { file: '', line, type: 'xdatenfelder/not-exportable', detail }
    })
}
