import type { Duration, Localised, TimeUnit } from '../../content/mirror.ts'
import { decodeEntities } from '../../lib/html-entities.ts'
import type { Identifier } from '../../lib/identifier.ts'
import type { RichText } from '../../lib/rich-text.ts'
import { cleanHtml } from './html.ts'
import type { Element } from './xml.ts'

/** First child of a name. */
export const child = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((candidate) => candidate.name === name)

/** All children of a name. */
export const children = (element: Element | undefined, name: string): readonly Element[] =>
  element?.children.filter((candidate) => candidate.name === name) ?? []

/** First element of a name anywhere below: for structures that differ between the makers of catalogues. */
export function below(element: Element | undefined, name: string): Element | undefined {
  for (const candidate of element?.children ?? []) {
    const found = candidate.name === name ? candidate : below(candidate, name)
    if (found !== undefined) {
      return found
    }
  }
  return undefined
}

/** Text of a child without blanks at its ends; undefined where there is none. */
export function textOf(element: Element | undefined, name: string): string | undefined {
  const text = child(element, name)?.text.trim()
  return text === undefined || text === '' ? undefined : text
}

/** Code of a code list entry (`<typ><code>…</code></typ>`). */
export const codeOf = (element: Element | undefined, name: string): string | undefined =>
  textOf(child(element, name), 'code')

/** An identifier element: text and the agency's scheme. Undefined where the text is empty. */
export function identifierOf(element: Element | undefined): Identifier | undefined {
  const value = element?.text.trim() ?? ''
  if (element === undefined || value === '' || value.length > 300) {
    return undefined
  }
  return {
    agency: (element.attributes['schemeAgencyID'] ?? '').trim(),
    scheme: (element.attributes['schemeID'] ?? '').trim(),
    value,
  }
}

/** Texts of children by language, as one line each. A text without language is German. */
export const linesOf = (element: Element | undefined, name: string): Localised<string> =>
  localised(children(element, name), (text) => plain(text))

/** Texts of children by language, cleaned of foreign HTML. */
export const richTextsOf = (element: Element | undefined, name: string): Localised<RichText> =>
  localised(children(element, name), (text) => {
    const rich = cleanHtml(text)
    return rich.length === 0 ? undefined : rich
  })

/** One line without any markup. */
export const plain = (html: string): string | undefined => {
  const text = decodeEntities(html.replace(/<[^<>]*>/g, ' '))
    .replace(/\s+/gu, ' ')
    .trim()
  return text === '' ? undefined : text
}

/** Day of a date or date-time (`2026-10-01T09:00:00+02:00` is `2026-10-01`). */
export function dayOf(text: string | undefined): string | undefined {
  const day = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?=$|T|[+-]|Z)/.exec(text ?? '')?.[0]
  return day
}

const UNITS: Readonly<Record<string, TimeUnit>> = {
  JAHR: 'YEAR',
  MONAT: 'MONTH',
  WOCHE: 'WEEK',
  TAG: 'DAY',
  WERKTAG: 'WORKING_DAY',
  ARBEITSTAG: 'WORKING_DAY',
  STUNDE: 'HOUR',
  MINUTE: 'MINUTE',
}

/** A deadline or processing time: number and unit where given, and the editor's words. */
export function durationOf(element: Element): Duration {
  const part = (countName: string, unitName: string): { count?: number; unit?: TimeUnit } => {
    const count = Number(below(element, countName)?.text.trim())
    const unit = UNITS[textOf(below(element, unitName), 'code') ?? '']
    return Number.isSafeInteger(count) && count > 0 && unit !== undefined ? { count, unit } : {}
  }
  const type = codeOf(element, 'typ')
  const to = part('dauerBis', 'einheitBis')
  return {
    ...(type === undefined ? {} : { type }),
    ...part('dauer', 'einheit'),
    ...(to.count === undefined || to.unit === undefined ? {} : { countTo: to.count, unitTo: to.unit }),
    note: linesOf(element, 'beschreibung'),
  }
}

function localised<T>(elements: readonly Element[], read: (text: string) => T | undefined): Localised<T> {
  const found: Record<string, T> = {}
  for (const element of elements) {
    const lang = (element.attributes['languageCode'] ?? 'de').trim().toLowerCase()
    const value = read(element.text)
    if (value !== undefined && /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/.test(lang) && found[lang] === undefined) {
      found[lang] = value
    }
  }
  return found
}
