import type { Code, DataArt, DataField, DataType, Precision } from '../../forms/data-model.ts'
import { allow, codeOf, one, optional, type Reading, report, textOf } from './reading.ts'
import type { XmlElement } from './xml.ts'

type FieldParts = Pick<
  DataField,
  'art' | 'type' | 'precision' | 'codes' | 'codeListUri' | 'content' | 'prefill' | 'maxSizeBytes' | 'mediaTypes'
>

/** Reads what only a `datenfeld` has: kind, type, precision, code list, size. `maxSize` is in bytes. */
export function readFieldParts(
  reading: Reading,
  element: XmlElement,
  identity: { id: string; version: string },
): FieldParts {
  const art = coded(reading, element, 'feldart', reading.dialect.arts) as DataArt
  const type = coded(reading, element, 'datentyp', reading.dialect.types) as DataType
  const codes = art === 'select' ? readCodes(reading, element) : []
  const uri = art === 'select' ? readCodeListUri(reading, element) : ''
  const maxSize = Number(textOf(reading, element, 'maxSize'))
  if (art === 'select' && codes.length === 0) {
    const text = uri === '' ? 'The select names no code list.' : `The code list ${uri} is not part of the file.`
    const name = textOf(reading, element, 'name')
    reading.openPoints.push({ kind: 'code-list', ...identity, name, text, at: identity.id, line: element.line })
  }
  return {
    art,
    type,
    precision: readPrecision(reading, element, identity),
    codes,
    ...(uri === '' ? {} : { codeListUri: uri }),
    content: textOf(reading, element, 'inhalt'),
    prefill: PREFILLS[codeOf(reading, optional(reading, element, 'vorbefuellung'))] ?? 'none',
    ...(Number.isSafeInteger(maxSize) && maxSize > 0 ? { maxSizeBytes: maxSize } : {}),
    mediaTypes: element.children.filter((child) => child.name === 'mediaType').map((child) => child.text),
  }
}

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

function readCodeListUri(reading: Reading, element: XmlElement): string {
  const reference = optional(reading, element, 'codelisteReferenz')
  const holder =
    reference === undefined ? undefined : (optional(reading, reference, 'genericodeIdentification') ?? reference)
  return holder === undefined
    ? ''
    : textOf(reading, holder, 'canonicalVersionUri') || textOf(reading, holder, 'canonicalIdentification')
}

/**
 * Reads `praezisierung`: attributes in version 3, a JSON text with string values in version 2. Files of version 2 hold
 * prose there now and then; what cannot be read becomes an open point instead of stopping the whole schema.
 */
function readPrecision(reading: Reading, element: XmlElement, identity: { id: string; version: string }): Precision {
  const child = optional(reading, element, 'praezisierung')
  if (child === undefined) {
    return {}
  }
  const entries = reading.dialect.version === 3 ? Object.fromEntries(child.attributes) : jsonEntries(child.text)
  if (entries === undefined) {
    const point = { kind: 'precision' as const, ...identity, name: textOf(reading, element, 'name'), at: identity.id }
    reading.openPoints.push({ ...point, text: child.text.slice(0, 2000), line: child.line })
    return {}
  }
  const minLength = length(reading, child, entries['minLength'])
  const maxLength = length(reading, child, entries['maxLength'])
  return {
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...textEntry('minValue', entries['minValue']),
    ...textEntry('maxValue', entries['maxValue']),
    ...textEntry('pattern', entries['pattern']),
  }
}

function textEntry<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { [P in K]?: string })
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
