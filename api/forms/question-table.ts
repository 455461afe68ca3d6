import { type Finding, nearest } from '../lib/finding.ts'
import { type CsvRow, readCsv, writeCsv } from './csv.ts'
import type {
  Code,
  DataArt,
  DataField,
  DataGroup,
  DataModel,
  DataModelResult,
  DataNode,
  DataType,
} from './data-model.ts'

/** Columns by the standard's own names. Only `bezeichnungEingabe` must be there; their order does not matter. */
const COLUMNS = [
  'element', 'id', 'version', 'in', 'anzahl', 'name', 'bezeichnungEingabe', 'bezeichnungAusgabe', 'hilfetextEingabe',
  'feldart', 'datentyp', 'minLength', 'maxLength', 'minValue', 'maxValue', 'pattern', 'werte', 'bezug',
  'mediaType', 'maxSize', 'inhalt',
] as const // biome-ignore format: one list
type Column = (typeof COLUMNS)[number]

const ELEMENTS = ['schema', 'gruppe', 'feld'] as const
const ARTS: readonly DataArt[] = ['input', 'select', 'label', 'hidden', 'locked']
const TYPES: readonly DataType[] = ['text', 'text_latin', 'date', 'time', 'datetime', 'bool', 'num', 'num_int', 'num_currency', 'file', 'obj'] // biome-ignore format: one list
/** Numbers that nobody else gives out: local ids of questions that came without one. */
const OWN_RANGE = '99000'

/**
 * Reads a plain table of questions (CSV: see {@link readCsv}) as a data schema. One row is one question, or with `element`
 * a group or the schema itself; `in` names the group by its id, or by a name, which makes the group where there is none.
 * Ids and versions are kept; rows without an id get a local one of 11 digits. Every mistake is a finding with its line.
 */
export function readQuestionTable(source: string, file: string): DataModelResult {
  const csv = readCsv(source, file)
  if (!csv.ok) {
    return csv
  }
  const [head, ...rows] = csv.rows
  const findings: Finding[] = []
  const report: Report = (line, type, detail, suggestion) => {
    if (findings.length < 50) {
      findings.push({ file, line, type: `table/${type}`, detail, ...(suggestion === undefined ? {} : { suggestion }) })
    }
  }
  const columns = columnsOf(head, report)
  if (findings.length > 0 || rows.length === 0) {
    const none = { file, line: head?.line ?? 1, type: 'table/empty', detail: 'The table holds no questions.' }
    return { ok: false, findings: findings.length > 0 ? findings : [none] }
  }
  const model = assemble(
    rows.map((row) => entryOf(row, columns, report)),
    report,
  )
  return findings.length > 0 ? { ok: false, findings } : { ok: true, model }
}

/**
 * Writes the questions of a data schema as a table that {@link readQuestionTable} reads again: ids, versions, groups,
 * multiplicity, texts, type, precision, codes, legal bases. Rules, relations and dates have no place in a table.
 */
export function writeQuestionTable(model: DataModel): string {
  const schema: Partial<Record<Column, string>> = {
    element: 'schema',
    id: model.id,
    version: model.version,
    name: model.name,
    bezeichnungEingabe: model.inputLabel ?? '',
    bezug: basesText(model.legalBasis),
  }
  const rows = [schema, ...model.children.flatMap((node) => entriesOf(node, ''))]
  return writeCsv([COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column] ?? ''))])
}

type Report = (line: number, type: string, detail: string, suggestion?: string) => void
type Entry = { readonly line: number; readonly get: (column: Column) => string }

function columnsOf(head: CsvRow | undefined, report: Report): readonly (Column | undefined)[] {
  const names = (head?.cells ?? []).map((cell) => cell.trim())
  const known = names.map((name) => COLUMNS.find((column) => column.toLowerCase() === name.toLowerCase()))
  for (const [index, column] of known.entries()) {
    const name = names[index] ?? ''
    if (column === undefined && name !== '') {
      report(head?.line ?? 1, 'unknown-column', `The column "${name}" is not known.`, nearest(name, COLUMNS))
    } else if (column !== undefined && known.indexOf(column) !== index) {
      report(head?.line ?? 1, 'unknown-column', `The column "${name}" stands twice.`)
    }
  }
  if (!known.includes('bezeichnungEingabe')) {
    report(head?.line ?? 1, 'missing-column', 'The column "bezeichnungEingabe" is missing: the question itself.')
  }
  return known
}

function entryOf(row: CsvRow, columns: readonly (Column | undefined)[], report: Report): Entry {
  const spare = row.cells.slice(columns.length).find((cell) => cell.trim() !== '')
  if (spare !== undefined) {
    report(row.line, 'too-many-cells', `The row has ${row.cells.length} cells, the table ${columns.length} columns.`)
  }
  const cells = new Map(columns.map((column, index) => [column, row.cells[index] ?? '']))
  return { line: row.line, get: (column) => (cells.get(column) ?? '').normalize('NFC').trim() }
}

type Open = { readonly group: Omit<DataGroup, 'children'>; readonly children: DataNode[] }

function assemble(entries: readonly Entry[], report: Report): DataModel {
  const own = localIds(entries)
  const schema = entries.find((entry) => entry.get('element').toLowerCase() === 'schema')
  const groups = new Map<string, Open>()
  const top: DataNode[] = []
  const put = (entry: Entry, node: DataNode): void => {
    const parent = entry.get('in')
    const siblings = parent === '' ? top : groupFor(parent, entry)
    if (siblings.some((sibling) => sibling.id === node.id)) {
      report(entry.line, 'duplicate-id', `The id "${node.id}" stands twice in the same group.`)
    }
    siblings.push(node)
  }
  const groupFor = (name: string, entry: Entry): DataNode[] => {
    const known = groups.get(name) ?? [...groups.values()].find(({ group }) => group.name === name)
    if (known !== undefined) {
      return known.children
    }
    if (/^[SGFRT]\d{4,11}$/.test(name)) {
      const detail = `The group "${name}" has no row before this one.`
      report(entry.line, 'unknown-group', detail, nearest(name, groups.keys()))
    }
    const made = groupOf({ line: entry.line, get: (column) => (column === 'name' ? name : '') }, own, report)
    top.push(made)
    groups.set(made.id, { group: made, children: made.children as DataNode[] })
    return made.children as DataNode[]
  }
  for (const entry of entries.filter((candidate) => candidate !== schema)) {
    const element = entry.get('element').toLowerCase()
    if (element === 'gruppe') {
      const made = groupOf(entry, own, report)
      put(entry, made)
      groups.set(made.id, { group: made, children: made.children as DataNode[] })
    } else {
      if (element !== '' && element !== 'feld') {
        report(entry.line, 'element', `"${element}" is none of ${ELEMENTS.join(', ')}.`, nearest(element, ELEMENTS))
      }
      put(entry, fieldOf(entry, own, report))
    }
  }
  return schemaOf(schema, own, top)
}

function schemaOf(entry: Entry | undefined, own: () => string, children: readonly DataNode[]): DataModel {
  const label = entry?.get('bezeichnungEingabe') ?? ''
  return {
    format: 'xdatenfelder-3',
    id: entry?.get('id') || `S${own()}`,
    version: entry?.get('version') || '1.0.0',
    name: entry?.get('name') || label || children[0]?.name || 'x',
    description: '',
    legalBasis: basesOf(entry?.get('bezug') ?? ''),
    ...(label === '' ? {} : { inputLabel: label }),
    children,
    openPoints: [],
  }
}

function sharedOf(entry: Entry, id: string, report: Report) {
  const label = entry.get('bezeichnungEingabe')
  const name = entry.get('name') || label
  if (name === '') {
    report(entry.line, 'empty', 'The row has neither "bezeichnungEingabe" nor "name".')
  }
  return {
    id,
    version: entry.get('version') || '1.0.0',
    name,
    inputLabel: label,
    outputLabel: entry.get('bezeichnungAusgabe'),
    inputHelp: entry.get('hilfetextEingabe'),
    outputHelp: '',
    description: '',
    legalBasis: basesOf(entry.get('bezug')),
    ...countOf(entry, report),
    line: entry.line,
  }
}

const groupOf = (entry: Entry, own: () => string, report: Report): DataGroup => {
  return { node: 'group', ...sharedOf(entry, entry.get('id') || `G${own()}`, report), children: [] }
}

function fieldOf(entry: Entry, own: () => string, report: Report): DataField {
  const codes = codesOf(entry, report)
  const art = oneOf(entry, 'feldart', { known: ARTS, usual: codes.length > 0 ? 'select' : 'input' }, report)
  const type = oneOf(entry, 'datentyp', { known: TYPES, usual: 'text' }, report)
  if (art === 'select' && codes.length === 0) {
    report(entry.line, 'codes', 'A question of the kind "select" needs "werte", e.g. ja=Ja | nein=Nein.')
  }
  const maxSize = wholeNumber(entry, 'maxSize', report)
  return {
    node: 'field',
    ...sharedOf(entry, entry.get('id') || `F${own()}`, report),
    art,
    type,
    precision: precisionOf(entry, report),
    codes,
    content: entry.get('inhalt'),
    prefill: 'none',
    ...(maxSize === undefined ? {} : { maxSizeBytes: maxSize }),
    mediaTypes: partsOf(entry.get('mediaType')),
  }
}

function precisionOf(entry: Entry, report: Report): DataField['precision'] {
  const minLength = wholeNumber(entry, 'minLength', report)
  const maxLength = wholeNumber(entry, 'maxLength', report)
  const text = <K extends Column>(column: K): { [P in K]?: string } =>
    entry.get(column) === '' ? {} : ({ [column]: entry.get(column) } as { [P in K]?: string })
  return {
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...text('minValue'),
    ...text('maxValue'),
    ...text('pattern'),
  }
}

function countOf(entry: Entry, report: Report): { readonly min: number; readonly max: number | null } {
  const text = entry.get('anzahl') || '1:1'
  const match = /^(\d{1,4}):(\*|\d{1,4})$/.exec(text)
  const max = match?.[2] === '*' ? null : Number(match?.[2])
  if (match === null || (max !== null && (max < Number(match[1]) || max === 0))) {
    report(entry.line, 'multiplicity', `The multiplicity "${text}" is not of the form 0:1, 1:1, 1:5 or 0:*.`)
    return { min: 1, max: 1 }
  }
  return { min: Number(match[1]), max }
}

function oneOf<T extends string>(
  entry: Entry,
  column: Column,
  { known, usual }: { known: readonly T[]; usual: T },
  report: Report,
): T {
  const text = entry.get(column)
  const found = known.find((value) => value === text.toLowerCase())
  if (text !== '' && found === undefined) {
    report(entry.line, 'value', `"${text}" in "${column}" is none of ${known.join(', ')}.`, nearest(text, known))
  }
  return found ?? usual
}

function wholeNumber(entry: Entry, column: Column, report: Report): number | undefined {
  const text = entry.get(column)
  if (text !== '' && !/^\d{1,9}$/.test(text)) {
    report(entry.line, 'value', `"${text}" in "${column}" is not a whole number.`)
  }
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function codesOf(entry: Entry, report: Report): readonly Code[] {
  const codes = partsOf(entry.get('werte')).map((part): Code => {
    const [code = '', ...name] = splitAt(part, '=')
    return { code: code.trim(), name: name.join('=').trim() || code.trim() }
  })
  if (new Set(codes.map(({ code }) => code)).size !== codes.length || codes.some(({ code }) => code === '')) {
    report(entry.line, 'codes', 'A code in "werte" is empty or stands twice.')
  }
  return codes
}

/** Numbers in {@link OWN_RANGE} that no row uses yet. */
function localIds(entries: readonly Entry[]): () => string {
  const used = new Set(entries.map((entry) => entry.get('id').slice(1)))
  let count = 0
  return () => {
    do {
      count += 1
    } while (used.has(`${OWN_RANGE}${String(count).padStart(6, '0')}`))
    return `${OWN_RANGE}${String(count).padStart(6, '0')}`
  }
}

function entriesOf(node: DataNode, parent: string): readonly Partial<Record<Column, string>>[] {
  const shared = {
    id: node.id,
    version: node.version,
    in: parent,
    anzahl: `${node.min}:${node.max ?? '*'}`,
    name: node.name,
    bezeichnungEingabe: node.inputLabel,
    bezeichnungAusgabe: node.outputLabel,
    hilfetextEingabe: node.inputHelp,
    bezug: basesText(node.legalBasis),
  }
  if (node.node === 'group') {
    return [{ ...shared, element: 'gruppe' }, ...node.children.flatMap((child) => entriesOf(child, node.id))]
  }
  const { minLength, maxLength, ...values } = node.precision
  return [
    {
      ...shared,
      ...values,
      element: 'feld',
      feldart: node.art,
      datentyp: node.type,
      minLength: minLength === undefined ? '' : String(minLength),
      maxLength: maxLength === undefined ? '' : String(maxLength),
      werte: partsText(node.codes.map(({ code, name }) => `${escaped(code, '=')}=${escaped(name, '=')}`)),
      mediaType: partsText(node.mediaTypes),
      maxSize: node.maxSizeBytes === undefined ? '' : String(node.maxSizeBytes),
      inhalt: node.content,
    },
  ]
}

const basesOf = (text: string) => partsOf(text).map((part) => ({ text: part }))
const basesText = (bases: DataModel['legalBasis']): string => partsText(bases.map((basis) => basis.text))

/** Several values in one cell: `a | b`; a bar, an equals sign or a backslash that is meant itself has a backslash before it. */
const partsText = (parts: readonly string[]): string => parts.map((part) => escaped(part, '|')).join(' | ')
const escaped = (text: string, sign: '|' | '='): string => text.replaceAll('\\', '\\\\').replaceAll(sign, `\\${sign}`)
const partsOf = (text: string): readonly string[] =>
  splitAt(text, '|')
    .map((part) => part.trim())
    .filter((part) => part !== '')

function splitAt(text: string, sign: string): readonly string[] {
  const parts: string[] = ['']
  for (let index = 0; index < text.length; index += 1) {
    const isEscape = text[index] === '\\' && (text[index + 1] === '\\' || text[index + 1] === sign)
    if (isEscape) {
      index += 1
    }
    if (text[index] === sign && !isEscape) {
      parts.push('')
    } else {
      parts[parts.length - 1] += text[index] ?? ''
    }
  }
  return parts
}
