import type { Code, CodeListFiles, CodeListReference } from '../../forms/data-model.ts'
import type { Finding } from '../../lib/finding.ts'
import { oneLine } from './reading.ts'
import { readXml, type XmlElement } from './xml.ts'

/** An external code list as read from a genericode file: rows by the ids of their columns. */
export type CodeList = {
  readonly file: string
  readonly canonicalUri: string
  readonly version: string
  readonly versionUri: string
  readonly columns: readonly string[]
  /** Column that the list itself calls its key. */
  readonly keyColumn?: string
  readonly rows: readonly ReadonlyMap<string, string>[]
}

const NAMESPACE = 'http://docs.oasis-open.org/codelist/ns/genericode/1.0/'
const LIMITS = { charactersMax: 5_000_000, depthMax: 20, elementsMax: 200_000 }
const CODES_MAX = 5_000

/** Reads the genericode files beside a schema. A file that is none is a finding with its own name. Never throws. */
export function readCodeLists(
  files: CodeListFiles,
  beside: string,
): { readonly lists: readonly CodeList[]; readonly findings: readonly Finding[] } {
  const folder = beside.includes('/') ? beside.slice(0, beside.lastIndexOf('/') + 1) : ''
  const lists: CodeList[] = []
  const findings: Finding[] = []
  for (const [name, source] of Object.entries(files)) {
    const file = `${folder}${name}`
    const xml = readXml(source, file, LIMITS)
    const list = xml.ok ? listOf(xml.root, file) : xml.finding
    if ('rows' in list) {
      lists.push(list)
    } else {
      findings.push(list)
    }
  }
  return { lists, findings }
}

function listOf(root: XmlElement, file: string): CodeList | Finding {
  const finding = (line: number, type: string, detail: string): Finding => ({ file, line, type, detail })
  if (root.name !== 'CodeList' || root.uri !== NAMESPACE) {
    return finding(root.line, 'genericode/no-list', `"${root.name}" is no code list in genericode.`)
  }
  const identification = child(root, 'Identification')
  const columnSet = child(root, 'ColumnSet')
  const simple = child(root, 'SimpleCodeList')
  if (identification === undefined || columnSet === undefined || simple === undefined) {
    return finding(root.line, 'genericode/incomplete', 'The list lacks Identification, ColumnSet or SimpleCodeList.')
  }
  const columns = children(columnSet, 'Column').map((column) => column.attributes.get('Id') ?? '')
  const keyColumn = keyColumnOf(columnSet)
  const rows = children(simple, 'Row').map((row) => rowOf(row, columns))
  if (rows.length === 0 || rows.length > CODES_MAX) {
    const detail = `The list has ${rows.length} rows; from 1 to ${CODES_MAX} are taken.`
    return finding(simple.line, 'genericode/size', detail)
  }
  return {
    file,
    canonicalUri: textIn(identification, 'CanonicalUri'),
    version: textIn(identification, 'Version'),
    versionUri: textIn(identification, 'CanonicalVersionUri'),
    columns,
    ...(keyColumn === undefined ? {} : { keyColumn }),
    rows,
  }
}

function keyColumnOf(columnSet: XmlElement): string | undefined {
  const [key] = children(columnSet, 'Key')
  return key === undefined ? undefined : child(key, 'ColumnRef')?.attributes.get('Ref')
}

/** Values without a name of their column belong to the column after that of the value before. */
function rowOf(row: XmlElement, columns: readonly string[]): ReadonlyMap<string, string> {
  const cells = new Map<string, string>()
  let next = 0
  for (const value of children(row, 'Value')) {
    const column = value.attributes.get('ColumnRef') ?? columns[next] ?? ''
    next = columns.indexOf(column) + 1
    cells.set(column, oneLine(child(value, 'SimpleValue')?.text ?? ''))
  }
  return cells
}

/**
 * Finds the codes that a reference means: list by its version's name, else by name and version; columns as the reference
 * says, else the list's key, and the first column that looks like a name. `near` is another version of the list.
 */
export function codesOf(
  lists: readonly CodeList[],
  reference: CodeListReference,
): { readonly codes: readonly Code[]; readonly near?: string } {
  const sameName = lists.filter((list) => list.canonicalUri === reference.identification)
  const list =
    lists.find((known) => known.versionUri !== '' && known.versionUri === reference.versionUri) ??
    sameName.find((known) => reference.version === undefined || known.version === reference.version)
  if (list === undefined) {
    const near = sameName[0]?.versionUri
    return { codes: [], ...(near === undefined ? {} : { near }) }
  }
  const codeColumn = columnOf(list, reference.codeKey) ?? list.keyColumn ?? list.columns[0] ?? ''
  const nameColumn = columnOf(list, reference.nameKey) ?? nameColumnOf(list, codeColumn)
  const helpColumn = columnOf(list, reference.helpKey)
  const codes = new Map<string, Code>()
  for (const row of list.rows) {
    const code = row.get(codeColumn) ?? ''
    const help = helpColumn === undefined ? '' : (row.get(helpColumn) ?? '')
    if (code !== '' && !codes.has(code)) {
      codes.set(code, { code, name: row.get(nameColumn) || code, ...(help === '' ? {} : { help }) })
    }
  }
  return { codes: [...codes.values()] }
}

const columnOf = (list: CodeList, name: string | undefined): string | undefined =>
  list.columns.find((column) => column === name)

const NAME_LIKE = /name|bezeichnung|beschreibung|text|wert|value|label/i

const nameColumnOf = (list: CodeList, codeColumn: string): string =>
  list.columns.find((column) => column !== codeColumn && NAME_LIKE.test(column)) ??
  list.columns.find((column) => column !== codeColumn) ??
  codeColumn

const children = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((candidate) => candidate.name === name)
const child = (element: XmlElement, name: string): XmlElement | undefined => children(element, name)[0]
const textIn = (element: XmlElement, name: string): string => oneLine(child(element, name)?.text ?? '')
