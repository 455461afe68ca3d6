import type { Content } from '../content/snapshot.ts'
import { type Period, periodText } from './typed-values.ts'
import { yamlAt } from './yaml-edit.ts'

export type RowKind =
  | 'line' | 'text' | 'lines' | 'choice' | 'choices' | 'yes-no'
  /** Minutes and euro, as people write them. */
  | 'number' | 'amount'
  /** Days, weeks or months; the row holds `3 week`. */
  | 'period'
  /** FEEL; beside it stand the words it may use. */
  | 'rule'
  /** Always, never, or by a rule (`<name>~when`); nothing: as the data schema says. */
  | 'obligation' // biome-ignore format: one list
/** `years`: how long, where a choice is a time. */
export type RowOption = { readonly value: string; readonly text: string; readonly years?: number }

/** One thing that can be changed. Its name is the way to the entry in the file, joined by slashes. */
export type Row = {
  readonly name: string
  /** What it is, worded in content: `editing.row.<label>`. */
  readonly label: string
  readonly kind: RowKind
  /** Lines and choices joined by line ends. */
  readonly value: string
  readonly options: readonly RowOption[]
  /** Which of several it is: a number, or in the service's own words. */
  readonly of?: string
  /** What several rows have in common, in the service's own words. */
  readonly group?: string
  /** What of several of its kind it is, in the service's own words. */
  readonly says?: string
  /** Of a translation: the German words, and the language it is in. */
  readonly german?: { readonly text: string; readonly lang: string }
  /** Of a place that names a question which is gone: where it is, what stands there, and what the question was called. */
  readonly use?: UseText
}
/** `about` is put in where the sheet is read. */
export type UseText = {
  readonly file: string
  readonly line: number
  readonly label: string
  readonly text: string
  readonly about?: unknown
}

/** What the rows of a sheet are made of. */
export type Building = {
  readonly source: string
  readonly state: {
    readonly files: Readonly<Record<string, string>>
    readonly called: Readonly<Record<string, string>>
    readonly fees: readonly string[]
    readonly positions: readonly string[]
    readonly slug: string
  }
  readonly content: Content
  readonly about: string
}

export const FORM = 'form.de.yaml'
/** Of an obligation that a rule decides. */
export const BY_RULE = 'when'

/** A row of what stands in a file. */
export function row(
  source: string,
  name: string,
  kind: RowKind,
  more: { options?: readonly RowOption[]; group?: string; label?: string } = {},
): Row {
  const value = yamlAt(source, pathOf(name))
  const { options = [], group, label = name.split('/').at(-1) ?? '' } = more
  const text = kind === 'period' && isPeriod(value) ? periodText(value) : textOf(value)
  return { name, label, kind, value: text, options, ...(group === undefined ? {} : { group }) }
}

/** Way to an entry from the name of its row. */
export const pathOf = (name: string): readonly (string | number)[] =>
  name.split('/').map((part) => (/^\d+$/.test(part) ? Number(part) : part))

const isPeriod = (value: unknown): value is Period => typeof value === 'object' && value !== null && 'unit' in value

function textOf(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map(String).join('\n')
  }
  return value === undefined || value === null ? '' : String(value)
}

/** A page as it stands in the file, before anything checked it. */
export type StepText = {
  readonly id?: unknown
  readonly title?: unknown
  readonly steps?: readonly StepText[]
  readonly loop?: unknown
}

/** An entry with entries of its own; empty where there is none. */
export function recordAt(source: string, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const value = yamlAt(source, path)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

/** What questions and lists of a form are called, by their paths. */
export function labelsIn(source: string): Readonly<Record<string, string>> {
  const named = (entry: 'fields' | 'groups', key: 'label' | 'title') =>
    Object.entries(recordAt(source, entry)).map(([path, texts]) => {
      return [path, String((texts as Readonly<Record<string, unknown>> | null)?.[key] ?? path)] as const
    })
  return Object.fromEntries([...named('groups', 'title'), ...named('fields', 'label')])
}

/** The first question of a page as it stands in the file, or of the pages of a list. */
export function firstQuestion(step: unknown): string | undefined {
  const { fields, steps } = (step ?? {}) as { fields?: readonly string[]; steps?: readonly unknown[] }
  return fields?.[0] ?? (steps === undefined ? undefined : firstQuestion(steps[0]))
}

/** Lines that somebody sent, without empty ones; what stood there before where nothing was sent. */
export const linesOf = (text: string | undefined, before: unknown): readonly string[] =>
  text === undefined
    ? (Array.isArray(before) ? before : []).map(String)
    : text.split('\n').map((line) => line.trim()).filter((line) => line !== '') // biome-ignore format: one thought
