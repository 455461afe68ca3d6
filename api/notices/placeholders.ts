import type { Names, NameType } from '../lib/feel.ts'
import { type Finding, nearest } from '../lib/finding.ts'

export type NamedPlace = { readonly file: string; readonly line: number; readonly names: Names }
export type Values = Readonly<Record<string, unknown>>

const PLACEHOLDER = /\{([^{}\n]{0,100})\}/g

/**
 * Checks the placeholders of one text: every name is known, and is something that can be read as words (a truth value, a
 * file or a group cannot). Braces that belong to no placeholder are findings too.
 */
export function checkPlaceholders(text: string, place: NamedPlace): Finding[] {
  const findings: Finding[] = []
  const report = (type: string, detail: string, suggestion?: string): void => {
    const hint = suggestion === undefined ? {} : { suggestion }
    findings.push({ file: place.file, line: place.line, type, detail, ...hint })
  }
  for (const match of text.matchAll(PLACEHOLDER)) {
    const name = match[1] ?? ''
    const type = typeOf(place.names, name)
    if (type === undefined) {
      report('notices/unknown-placeholder', `"{${name}}" is not known.`, nearest(name, readableNames(place.names)))
    } else if (!isReadable(type)) {
      report('notices/not-readable', `"{${name}}" is ${type.kind}, not something to read; use it in "when".`)
    }
  }
  if (/[{}]/.test(text.replaceAll(PLACEHOLDER, ''))) {
    report('notices/brace', 'A brace belongs to no placeholder.')
  }
  return findings
}

/**
 * Fills the placeholders of one text: dates in words of the language, money with its currency.
 * @returns the text, or the names whose value is missing (never their values).
 */
export function fillPlaceholders(
  text: string,
  values: Values,
  as: { readonly names: Names; readonly lang: string },
): { readonly text: string; readonly missing: readonly string[] } {
  const missing: string[] = []
  const filled = text.replaceAll(PLACEHOLDER, (_whole, name: string) => {
    const value = valueAt(values, name)
    const type = typeOf(as.names, name)
    if (value === undefined || value === null || value === '' || type === undefined) {
      missing.push(name)
      return ''
    }
    return formatValue(value, type, as.lang)
  })
  return { text: filled, missing }
}

/** `2026-11-24` as "24. November 2026", in the words of the language. */
export const formatDay = (on: string, lang: string): string =>
  new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(`${on}T00:00:00Z`))

/** Cents as "75,00 €". */
export const formatMoney = (cents: number, lang: string): string =>
  new Intl.NumberFormat(lang, { style: 'currency', currency: 'EUR' }).format(cents / 100)

function formatValue(value: unknown, type: NameType, lang: string): string {
  if (type.kind === 'date' && typeof value === 'string') {
    return formatDay(value, lang)
  }
  if (type.kind === 'number' && typeof value === 'number') {
    return type.isMoney === true ? formatMoney(value, lang) : new Intl.NumberFormat(lang).format(value)
  }
  if (type.kind === 'list' && Array.isArray(value)) {
    const entries = value.map((entry) => formatValue(entry, type.of, lang))
    return new Intl.ListFormat(lang, { type: 'conjunction' }).format(entries)
  }
  const labels = type.kind === 'string' ? type.labels : undefined
  return labels?.find(({ code }) => code === value)?.label ?? String(value)
}

/** Names in the braces of a text, in their order. */
export const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name)

/** Replaces each placeholder of a text. */
export const mapPlaceholders = (text: string, to: (name: string) => string): string =>
  text.replaceAll(PLACEHOLDER, (_whole, name: string) => to(name))

/** Whether a path, as questions are named, is known: enters groups and lists. */
export function isKnownPath(names: Names, path: string): boolean {
  let scope: Names | undefined = names
  for (const part of path.split('.')) {
    let type: NameType | undefined = scope !== undefined && Object.hasOwn(scope, part) ? scope[part] : undefined
    if (type === undefined) {
      return false
    }
    type = type.kind === 'list' ? type.of : type
    scope = type.kind === 'context' ? type.names : undefined
  }
  return true
}

/** Type of a dotted name; enters groups, never lists. */
function typeOf(names: Names, path: string): NameType | undefined {
  let scope: Names | undefined = names
  let type: NameType | undefined
  for (const part of path.split('.')) {
    type = scope !== undefined && Object.hasOwn(scope, part) ? scope[part] : undefined
    scope = type?.kind === 'context' ? type.names : undefined
  }
  return type
}

function valueAt(values: Values, path: string): unknown {
  let value: unknown = values
  for (const part of path.split('.')) {
    const isGroup = typeof value === 'object' && value !== null && Object.hasOwn(value, part)
    value = isGroup ? (value as Values)[part] : undefined
  }
  return value
}

/** A code is read as its label; a code without one, a truth value and a group are nothing to read. */
const isReadable = (type: NameType): boolean =>
  type.kind === 'date' ||
  type.kind === 'number' ||
  (type.kind === 'string' && (type.options === undefined || type.labels !== undefined)) ||
  (type.kind === 'list' && type.of.kind === 'string' && type.of.labels !== undefined)

/** Every name that can stand in braces, as dotted paths. */
export function readableNames(names: Names, prefix = ''): string[] {
  return Object.entries(names).flatMap(([name, type]) => {
    if (type.kind === 'context') {
      return readableNames(type.names, `${prefix}${name}.`)
    }
    return isReadable(type) ? [prefix + name] : []
  })
}
