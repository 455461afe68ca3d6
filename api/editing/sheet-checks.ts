import {
  type Building,
  firstQuestion,
  type Row,
  type RowKind,
  type RowOption,
  recordAt,
  row,
  type StepText,
} from './sheet-rows.ts'
import { yamlAt } from './yaml-edit.ts'

/** A check between answers as it stands in the file. */
export type CheckText = { readonly id: string; readonly at: string; readonly rule: string; readonly text: string }

/** Rows of a check that there is not yet. */
export const NEW_CHECK = ['new-check-at', 'new-check-rule', 'new-check-text'] as const

/** Every check of the form, each of which can be changed or taken away, and room for a new one. */
export function checkRows({ source }: Building): readonly Row[] {
  if (yamlAt(source, ['fields']) === undefined) {
    return []
  }
  return [
    ...checksIn(source).flatMap((check, index) => rowsOf(source, check, index)),
    ...newCheckRows(source, 'new-check'),
  ]
}

/** The answer to a rule in words: its check, which can be changed here, or a new one; a condition; or a sentence. */
export function pointRows({ source, about }: Building): readonly Row[] {
  const answer = `rules/${about}`
  const checks = checksIn(source)
  const own = yamlAt(source, ['rules', about, 'check'])
  const index = checks.findIndex(({ id }) => id === own)
  const check = checks[index]
  const known = checks.map(({ id, text }) => ({ value: id, text: text.slice(0, 80) }))
  const conditions = conditionsIn(source).map(({ value, label, rules }) => ({
    value,
    text: `${label}: ${rules.join('; ')}`,
  }))
  return [
    ...(check === undefined ? newCheckRows(source) : rowsOf(source, check, index)),
    ...(known.length === 0 ? [] : [row(source, `${answer}/check`, 'choice', { options: known })]),
    ...(conditions.length === 0 ? [] : [row(source, `${answer}/condition`, 'choice', { options: conditions })]),
    row(source, `${answer}/reason`, 'text'),
  ]
}

/** The checks of an overlay; what is not of their shape reads as empty. */
export function checksIn(source: string): readonly CheckText[] {
  const checks = yamlAt(source, ['checks'])
  return (Array.isArray(checks) ? (checks as readonly Readonly<Record<string, unknown>>[]) : []).map((check) => ({
    id: String(check['id'] ?? ''),
    at: String(check['at'] ?? ''),
    rule: String(check['rule'] ?? ''),
    text: String(check['text'] ?? ''),
  }))
}

function rowsOf(source: string, check: CheckText, index: number): readonly Row[] {
  const at = `checks/${index}`
  const group = check.text === '' ? check.id : check.text
  return [
    row(source, `${at}/at`, 'choice', { options: questions(source), group, label: 'check-at' }),
    row(source, `${at}/rule`, 'rule', { group, label: 'check-rule' }),
    row(source, `${at}/text`, 'line', { group, label: 'check-text' }),
    { name: `remove-check/${index}`, label: 'remove-check', kind: 'yes-no', value: '', options: [], group },
  ]
}

function newCheckRows(source: string, group?: string): readonly Row[] {
  const blank = (name: (typeof NEW_CHECK)[number], kind: RowKind, options: readonly RowOption[] = []): Row => {
    return { name, label: name, kind, value: '', options, ...(group === undefined ? {} : { group }) }
  }
  return [
    blank('new-check-at', 'choice', questions(source)),
    blank('new-check-rule', 'rule'),
    blank('new-check-text', 'line'),
  ]
}

/** Questions by what they ask, with the name that rules use. */
const questions = (source: string): readonly RowOption[] =>
  Object.entries(recordAt(source, 'fields')).map(([value, field]) => ({ value, text: `${labelOf(field)} (${value})` }))

const labelOf = (field: unknown): string => String((field as { label?: unknown } | null)?.label ?? '').slice(0, 80)

type Conditioned = StepText & { readonly when?: unknown }

/** What is asked, or obligatory, under a condition: a page or a question, with `first` of its questions. */
export type Conditional = {
  readonly value: string
  readonly label: string
  readonly first: string
  /** As they are written. */
  readonly rules: readonly string[]
}

/** Pages and questions that are asked, or obligatory, under a condition. */
export function conditionsIn(source: string): readonly Conditional[] {
  const steps = yamlAt(source, ['steps'])
  const all = (Array.isArray(steps) ? (steps as readonly Conditioned[]) : []).flatMap((step) => [
    step,
    ...((step.steps ?? []) as readonly Conditioned[]),
  ])
  const fields = Object.entries(recordAt(source, 'fields')) as [string, { when?: unknown; required?: unknown } | null][]
  return [
    ...all
      .filter((step) => step.when !== undefined)
      .map((step) => ({
        value: String(step.id),
        label: String(step.title ?? step.id),
        first: step.steps === undefined ? (firstQuestion(step) ?? '') : '',
        rules: [String(step.when)],
      })),
    ...fields.flatMap(([value, field]) => {
      const rules = [field?.when, field?.required].filter((one) => one !== undefined).map(String)
      return rules.length === 0 ? [] : [{ value, label: labelOf(field), first: value, rules }]
    }),
  ]
}
