import type {
  Code,
  CodeListReference,
  DataArt,
  DataField,
  DataType,
  ElementVersion,
  Precision,
} from '../../forms/data-model.ts'
import { patternProblem } from '../../lib/pattern.ts'
import { codesOf } from './genericode.ts'
import { allow, codeOf, one, optional, type Reading, report, textOf } from './reading.ts'
import type { XmlElement } from './xml.ts'

type FieldParts = Pick<
  DataField,
  | 'art'
  | 'type'
  | 'precision'
  | 'codes'
  | 'codeListUri'
  | 'codeList'
  | 'content'
  | 'prefill'
  | 'maxSizeBytes'
  | 'mediaTypes'
>

/** Reads what only a `datenfeld` has: kind, type, precision, code list, size. `maxSize` is in bytes. */
export function readFieldParts(reading: Reading, element: XmlElement, identity: ElementVersion): FieldParts {
  const art = coded(reading, element, 'feldart', reading.dialect.arts) as DataArt
  const type = coded(reading, element, 'datentyp', reading.dialect.types) as DataType
  const maxSize = Number(textOf(reading, element, 'maxSize'))
  return {
    art,
    type,
    precision: readPrecision(reading, element, identity),
    ...(art === 'select' ? readList(reading, element, identity) : { codes: [] }),
    content: textOf(reading, element, 'inhalt'),
    prefill: PREFILLS[codeOf(reading, optional(reading, element, 'vorbefuellung'))] ?? 'none',
    ...(Number.isSafeInteger(maxSize) && maxSize > 0 ? { maxSizeBytes: maxSize } : {}),
    mediaTypes: element.children.filter((child) => child.name === 'mediaType').map((child) => child.text),
  }
}

/** Codes of a select: those in the schema, or those of the external list it names, where that lies beside. */
function readList(
  reading: Reading,
  element: XmlElement,
  identity: ElementVersion,
): Pick<FieldParts, 'codes' | 'codeListUri' | 'codeList'> {
  const inline = readCodes(reading, element)
  const codeList = readReference(reading, element)
  const found = codeList === undefined ? undefined : codesOf(reading.lists, codeList)
  const codes = inline.length > 0 ? inline : (found?.codes ?? [])
  if (codes.length === 0) {
    const text = codeList === undefined ? 'The select names no code list.' : missingList(codeList, found?.near)
    const name = textOf(reading, element, 'name')
    reading.openPoints.push({ kind: 'code-list', ...identity, name, text, at: identity.id, line: element.line })
  }
  return { codes, ...(codeList === undefined ? {} : { codeListUri: uriOf(codeList), codeList }) }
}

const uriOf = ({ versionUri, identification, version }: CodeListReference): string =>
  versionUri ?? (version === undefined ? identification : `${identification}_${version}`)

const missingList = (reference: CodeListReference, near: string | undefined): string =>
  near === undefined
    ? `The code list ${uriOf(reference)} is not part of the file.`
    : `The code list ${uriOf(reference)} is not part of the file; ${near} lies beside it.`

const PREFILLS: Readonly<Record<string, DataField['prefill']>> = {
  keine: 'none',
  optional: 'optional',
  verpflichtend: 'required',
}

function coded(reading: Reading, element: XmlElement, name: string, known: readonly string[]): string {
  const child = one(reading, element, name)
  const code = codeOf(reading, child)
  if (child !== undefined && !known.includes(code)) {
    report(reading, child, 'xdatenfelder/code', `"${code}" is none of ${known.join(', ')}.`)
  }
  return code
}

function readCodes(reading: Reading, element: XmlElement): readonly Code[] {
  const list = optional(reading, element, 'werte')
  if (list === undefined) {
    return []
  }
  allow(reading, list, ['wert'])
  const seen = new Set<string>()
  return list.children.map((entry) => {
    allow(reading, entry, ['code', 'name', 'hilfe'])
    const code = one(reading, entry, 'code')?.text ?? ''
    const help = textOf(reading, entry, 'hilfe')
    if (code === '' || seen.has(code)) {
      report(reading, entry, 'xdatenfelder/duplicate', `The code "${code}" of a list is empty or stands twice.`)
    }
    seen.add(code)
    return { code, name: textOf(reading, entry, 'name'), ...(help === '' ? {} : { help }) }
  })
}

function readReference(reading: Reading, element: XmlElement): CodeListReference | undefined {
  const reference = optional(reading, element, 'codelisteReferenz')
  const holder =
    reference === undefined ? undefined : (optional(reading, reference, 'genericodeIdentification') ?? reference)
  if (holder === undefined) {
    return undefined
  }
  const identification = textOf(reading, holder, 'canonicalIdentification')
  const versionUri = textOf(reading, holder, 'canonicalVersionUri')
  return {
    identification: identification === '' ? versionUri : identification,
    ...named('version', textOf(reading, holder, 'version')),
    ...named('versionUri', versionUri),
    ...named('codeKey', textOf(reading, element, 'codeKey')),
    ...named('nameKey', textOf(reading, element, 'nameKey')),
    ...named('helpKey', textOf(reading, element, 'helpKey')),
  }
}

const named = <K extends string>(key: K, text: string): { [P in K]?: string } =>
  text === '' ? {} : ({ [key]: text } as { [P in K]?: string })

/**
 * Reads `praezisierung`: attributes in version 3, a JSON text with string values in version 2. Files of version 2 hold
 * prose there now and then; what cannot be read, and a pattern that cannot be used, becomes an open point instead of
 * stopping the whole schema.
 */
function readPrecision(reading: Reading, element: XmlElement, identity: ElementVersion): Precision {
  const child = optional(reading, element, 'praezisierung')
  if (child === undefined) {
    return {}
  }
  const entries = reading.dialect.version === 3 ? Object.fromEntries(child.attributes) : jsonEntries(child.text)
  const leaveOpen = (text: string): void => {
    const point = { kind: 'precision' as const, ...identity, name: textOf(reading, element, 'name'), at: identity.id }
    reading.openPoints.push({ ...point, text: text.slice(0, 2000), line: child.line })
  }
  if (entries === undefined) {
    leaveOpen(child.text)
    return {}
  }
  const pattern = entries['pattern'] ?? ''
  if (pattern !== '' && patternProblem(pattern) !== undefined) {
    leaveOpen(pattern)
  }
  const minLength = length(reading, child, entries['minLength'])
  const maxLength = length(reading, child, entries['maxLength'])
  return {
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...named('minValue', entries['minValue'] ?? ''),
    ...named('maxValue', entries['maxValue'] ?? ''),
    ...named('pattern', pattern),
  }
}

function length(reading: Reading, element: XmlElement, value: string | undefined): number | undefined {
  if (value === undefined || value === '') {
    return undefined
  }
  if (!/^\d{1,6}$/.test(value)) {
    report(reading, element, 'xdatenfelder/precision', `The length "${value}" is not a whole number.`)
    return undefined
  }
  return Number(value)
}

function jsonEntries(text: string): Readonly<Record<string, string>> | undefined {
  if (text === '') {
    return {}
  }
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null
      ? Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]))
      : undefined
  } catch {
    return undefined
  }
}
