import type { OpenPoint } from '../../forms/data-model.ts'
import { type Finding, nearest } from '../../lib/finding.ts'
import type { Dialect } from './dialect.ts'
import type { CodeList } from './genericode.ts'
import type { XmlElement } from './xml.ts'

/** What one reading collects; the first ten findings are enough for an editor to act on. */
export type Reading = {
  readonly file: string
  readonly dialect: Dialect
  /** External code lists that lie beside the schema. */
  readonly lists: readonly CodeList[]
  readonly findings: Finding[]
  readonly openPoints: OpenPoint[]
  /** Version seen per id: one id may stand in several places, but only in one version. */
  readonly versions: Map<string, string>
}

/** Reports every child whose name is none of those allowed. */
export function allow(reading: Reading, element: XmlElement, ...allowed: readonly (readonly string[])[]): void {
  const names = allowed.flat()
  for (const child of element.children.filter((candidate) => !names.includes(candidate.name))) {
    report(
      reading,
      child,
      'xdatenfelder/unknown-element',
      `"${child.name}" is not allowed in "${element.name}".`,
      names,
    )
  }
}

/** The only child of this name; a finding where it is missing or stands twice. */
export function one(reading: Reading, element: XmlElement, name: string): XmlElement | undefined {
  const child = optional(reading, element, name)
  if (child === undefined) {
    report(reading, element, 'xdatenfelder/missing', `"${element.name}" has no "${name}".`)
  }
  return child
}

/** The child of this name, if any; a finding where it stands twice. */
export function optional(reading: Reading, element: XmlElement, name: string): XmlElement | undefined {
  const found = element.children.filter((child) => child.name === name)
  if (found[1] !== undefined && !reading.dialect.repeatable.includes(name)) {
    report(reading, found[1], 'xdatenfelder/duplicate', `"${name}" stands twice in "${element.name}".`)
  }
  return found[0]
}

/** Text of a child, in one line; empty where it is missing. */
export function textOf(reading: Reading, element: XmlElement, name: string): string {
  return oneLine(optional(reading, element, name)?.text ?? '')
}

/** Text of the `code` inside a coded element. */
export function codeOf(reading: Reading, element: XmlElement | undefined): string {
  return element === undefined ? '' : textOf(reading, element, 'code')
}

/** Text of a child that must be there once and must not be empty, in one line. */
export function requiredText(reading: Reading, element: XmlElement, name: string): string {
  const child = one(reading, element, name)
  if (child !== undefined && child.text === '') {
    report(reading, child, 'xdatenfelder/empty', `"${name}" is empty.`)
  }
  return oneLine(child?.text ?? '')
}

/** Text in one line, NFC. */
export const oneLine = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim()

/** Adds a finding; after ten the rest is left out. */
export function report(
  reading: Reading,
  at: XmlElement,
  type: string,
  detail: string,
  known: readonly string[] = [],
): void {
  if (reading.findings.length < 10) {
    const name = known.length === 0 ? '' : at.name
    reading.findings.push(withSuggestion({ file: reading.file, line: at.line, type, detail }, name, known))
  }
}

/** The finding with the nearest known name, if one is near. */
export function withSuggestion(finding: Finding, wanted: string, known: readonly string[]): Finding {
  const suggestion = wanted === '' ? undefined : nearest(wanted, known)
  return suggestion === undefined ? finding : { ...finding, suggestion }
}
