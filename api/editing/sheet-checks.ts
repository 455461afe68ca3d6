import { computedRef, computedRule, lockedAt } from './locked.ts'
import { type Building, type Row, type RowKind, type RowOption, recordAt, row } from './sheet-rows.ts'
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

/** Ways to answer a rule in words: by what the form has, by a check made here, by a clerk, or by why it is not needed. */
export const POINT_WAYS = ['computed', 'kept', 'own', 'clerk', 'reason'] as const
export type PointWay = (typeof POINT_WAYS)[number]

/** Id of the check that is made for one rule alone. */
export const ownCheckOf = (id: string): string => `regel-${id.toLowerCase()}`

/** How a rule in words is answered; undefined where it is not. */
export function wayOf(source: string, id: string): PointWay | undefined {
  const { check, condition, kept, clerk, reason } = recordAt(source, 'rules', id)
  const locked = lockedAt(source, id)
  if (locked !== undefined && Array.isArray(kept) && kept.join() === computedRef(locked)) {
    return 'computed'
  }
  if (check !== undefined || condition !== undefined || kept !== undefined) {
    return check === ownCheckOf(id) ? 'own' : 'kept'
  }
  return clerk === true ? 'clerk' : reason === undefined ? undefined : 'reason'
}

/** How a rule in words is kept, what of the form does it, its own check, or the sentence why it is not needed. */
export function pointRows({ source, about }: Building): readonly Row[] {
  if (yamlAt(source, ['fields']) === undefined) {
    return []
  }
  const checks = checksIn(source)
  const index = checks.findIndex(({ id }) => id === ownCheckOf(about))
  const check = checks[index]
  const options = POINT_WAYS.map((value) => ({ value, text: '' }))
  return [
    ...computeRows(source, about),
    { name: 'how', label: 'point-how', kind: 'choice', value: wayOf(source, about) ?? '', options },
    {
      name: `rules/${about}/kept`,
      label: 'kept',
      kind: 'choices',
      value: refsIn(source, about).join('\n'),
      options: [],
    },
    ...(check === undefined ? newCheckRows(source) : rowsOf(source, check, index)),
    row(source, `rules/${about}/reason`, 'text'),
  ]
}

/** Name of the row that says how a locked field is worked out; a number is put together, what holds yes or no is a rule. */
export const COMPUTE = { count: 'compute/count', rule: 'compute/rule' } as const

function computeRows(source: string, about: string): readonly Row[] {
  const locked = lockedAt(source, about)
  if (locked === undefined) {
    return []
  }
  const value = computedRule(source, locked)
  const isNumber = locked.as === 'number' || locked.as === 'money'
  return isNumber
    ? [{ name: COMPUTE.count, label: 'fee-count', kind: 'rule', value, options: [] }]
    : [{ name: COMPUTE.rule, label: 'compute-rule', kind: locked.as === 'bool' ? 'rule' : 'line', value, options: [] }]
}

/** What the answer to a rule in words names; a condition by its old name is a page's, or a question's. */
export function refsIn(source: string, id: string): readonly string[] {
  const { check, condition, kept } = recordAt(source, 'rules', id)
  const field = recordAt(source, 'fields', String(condition))
  const kind = field['element'] === undefined ? 'page' : field['when'] === undefined ? 'required' : 'when'
  return [
    ...(check === undefined ? [] : [`check:${check}`]),
    ...(condition === undefined ? [] : [`${kind}:${condition}`]),
    ...(Array.isArray(kept) ? kept.map(String) : []),
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
