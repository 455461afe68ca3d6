import * as v from 'valibot'
import { parse } from 'yaml'
import type { Content } from '../content/snapshot.ts'
import { addDays } from '../lib/deadlines.ts'
import type { Issue } from '../lib/problem.ts'
import { euroText } from './fee-table.ts'
import type { Values } from './sent.ts'
import { centsOf, dayOf } from './typed-values.ts'
import { spliceYaml } from './yaml-edit.ts'

/** Tables whose rows editors change by a new version with a day from which it holds. */
export const LAW_TABLES = ['deadlines', 'deliveries', 'fees', 'retention'] as const
export type LawTable = (typeof LAW_TABLES)[number]
/** A row as it stands in its file. */
export type LawRow = Readonly<Record<string, unknown>> & {
  readonly id: string
  readonly validFrom: string
  readonly validTo?: string | undefined
  readonly source: string
}
/** What of a row a new version may change: whole numbers, a unit, an amount in euro. */
export type LawField = { readonly name: string; readonly kind: 'number' | 'unit' | 'amount'; readonly value: string }

const FILES: Readonly<Record<LawTable, { readonly file: string; readonly list: string }>> = {
  deadlines: { file: 'deadlines.yaml', list: 'deadlines' },
  deliveries: { file: 'deadlines.yaml', list: 'deliveries' },
  fees: { file: 'fees.yaml', list: 'fees' },
  retention: { file: 'retention.yaml', list: 'rules' },
}
export const UNITS = ['day', 'week', 'month', 'year'] as const

export const fileOf = (table: LawTable): string => FILES[table].file

/** Rows of a table, in their order. */
export function rowsOf(content: Content, table: LawTable): readonly LawRow[] {
  switch (table) {
    case 'fees':
      return content.fees.fees
    case 'retention':
      return content.retention.rules
    default:
      return content.deadlines[table]
  }
}

/** All versions of one row, the newest first. */
export const versionsOf = (content: Content, table: LawTable, id: string): readonly LawRow[] =>
  rowsOf(content, table)
    .filter((row) => row.id === id)
    .toSorted((a, b) => (a.validFrom < b.validFrom ? 1 : -1))

/** The version of a row that holds on a day; undefined for none. */
export const rowOn = (versions: readonly LawRow[], on: string): LawRow | undefined =>
  versions.find((row) => row.validFrom <= on && (row.validTo === undefined || on <= row.validTo))

/** What a new version of a row may change; nothing where a rule makes its amount. */
export function fieldsOf(table: LawTable, row: LawRow): readonly LawField[] {
  const number = (name: string): LawField => ({ name, kind: 'number', value: String(row[name] ?? '') })
  switch (table) {
    case 'deadlines':
      return [number('count'), { name: 'unit', kind: 'unit', value: String(row['unit']) }]
    case 'deliveries':
      return [number('days'), ...(row['retrieveWithinDays'] === undefined ? [] : [number('retrieveWithinDays')])]
    case 'fees':
      return typeof row['amountCents'] === 'number'
        ? [{ name: 'amount', kind: 'amount', value: euroText(row['amountCents']) }]
        : []
    case 'retention':
      return [number('years')]
  }
}

const BOUNDS: Readonly<Record<string, number>> = { count: 1000, days: 60, retrieveWithinDays: 60, years: 110 }
const LINE_MAX = 200

export type NewRow =
  | { readonly ok: true; readonly row: LawRow }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/**
 * Reads a new version of a row from what was typed: only its fields, its first day and its source differ. The first day is
 * today or later, and no version begins on it yet; where a later one is known, the new one ends the day before.
 */
export function readNewRow(
  table: LawTable,
  versions: readonly LawRow[],
  { values, today }: { readonly values: Values; readonly today: string },
): NewRow {
  const from = dayOf(values['validFrom'] ?? '')
  const source = (values['source'] ?? '').normalize('NFC').trim()
  const base = from === undefined ? undefined : versions.find((row) => row.validFrom < from)
  const issues = [
    ...dayIssues(versions, from, today),
    ...(source === '' || source.length > LINE_MAX ? [issue('source', 'law-source')] : []),
    ...(from !== undefined && base === undefined ? [issue('validFrom', 'law-day-early')] : []),
  ]
  if (base === undefined || from === undefined) {
    return { ok: false, issues }
  }
  const read = fieldsOf(table, base).map(({ name, kind }) => readField(name, kind, (values[name] ?? '').trim()))
  const wrong = [...issues, ...read.flatMap((field) => ('issue' in field ? [field.issue] : []))]
  const changed = Object.fromEntries(read.flatMap((field) => ('issue' in field ? [] : [field.entry])))
  const isSame = Object.entries(changed).every(([name, value]) => base[name] === value)
  if (wrong.length > 0 || isSame) {
    return { ok: false, issues: wrong.length > 0 ? wrong : [issue(read.length === 0 ? 'source' : 'note', 'law-same')] }
  }
  const next = versions.toReversed().find((row) => row.validFrom > from)
  const { validFrom: _from, validTo: _to, source: _source, ...rest } = base
  const end = next === undefined ? {} : { validTo: addDays(next.validFrom, -1) }
  return { ok: true, row: { ...rest, ...changed, id: base.id, validFrom: from, ...end, source } }
}

function dayIssues(versions: readonly LawRow[], from: string | undefined, today: string): readonly Issue[] {
  if (from === undefined) {
    return [issue('validFrom', 'law-day')]
  }
  if (from < today) {
    return [issue('validFrom', 'law-day-past')]
  }
  return versions.some((row) => row.validFrom === from) ? [issue('validFrom', 'law-day-taken')] : []
}

type Read = { readonly entry: readonly [string, unknown] } | { readonly issue: Issue }

function readField(name: string, kind: LawField['kind'], text: string): Read {
  if (kind === 'unit') {
    return UNITS.some((unit) => unit === text) ? { entry: [name, text] } : { issue: issue(name, 'law-unit') }
  }
  if (kind === 'amount') {
    const cents = centsOf(text)
    return cents === undefined ? { issue: issue(name, 'law-amount') } : { entry: ['amountCents', cents] }
  }
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  return number <= (BOUNDS[name] ?? 0) ? { entry: [name, number] } : { issue: issue(name, 'law-number') }
}

const issue = (name: string, type: string): Issue => ({ pointer: `/${name}`, type: `editing/${type}` })

const Rows = v.array(v.looseObject({ id: v.string(), validFrom: v.string(), validTo: v.optional(v.string()) }))

/** The file of a table with a new version: the one before ends the day before. Comments and all other rows stay. */
export function withRow(text: string, table: LawTable, row: LawRow): string {
  const { list } = FILES[table]
  const all = v.parse(Rows, (parse(text) as Record<string, unknown>)[list])
  const before = all
    .map((other, at) => ({ other, at }))
    .filter(({ other }) => other.id === row.id && other.validFrom < row.validFrom)
    .toSorted((a, b) => (a.other.validFrom < b.other.validFrom ? 1 : -1))[0]
  if (before === undefined) {
    throw new Error(`no version of ${row.id} before ${row.validFrom}`)
  }
  const { source, validTo, ...rest } = before.other as LawRow
  const lastDay = addDays(row.validFrom, -1)
  const ended = { ...rest, validTo: validTo !== undefined && validTo < lastDay ? validTo : lastDay, source }
  return spliceYaml(text, { list: [list], at: before.at, remove: 1, insert: [ended, row], isFlow: true }, 0)
}
