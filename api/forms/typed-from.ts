import {
  type Answers,
  controlNames,
  type FileRef,
  laterName,
  listAt,
  optionName,
  partsOf,
  type Typed,
  valueAt,
} from './answers.ts'
import { typedNumber } from './formats.ts'
import { anotherName, listsIn, pointersOf } from './items.ts'
import type { Field, Form } from './model.ts'

/**
 * Writes values back as a person would have typed them: for prefilling, for answers that come as JSON, and to show a stored
 * submission with its own form. Optional questions without a value count as asked and left empty. Wrong kinds of values become
 * empty. `typedFrom` after `walk` gives the same values again.
 */
export function typedFrom(form: Form, answers: Answers): Typed {
  const typed: Record<string, string | readonly FileRef[]> = {}
  const countOf = (list: string): number => Math.min(listAt(answers, list).length, 50)
  for (const field of form.fields.values()) {
    for (const pointer of pointersOf(field, countOf)) {
      putTyped(typed, field, { pointer, value: valueAt(answers, pointer), lang: form.lang })
    }
  }
  for (const list of listsIn(form, countOf)) {
    typed[anotherName(list)] = 'false'
  }
  return typed
}

/** Writes single values, by the path of their question outside of repeating groups, as a person would have typed them. */
export function typedValues(form: Form, values: ReadonlyMap<string, string>): Typed {
  const typed: Record<string, string | readonly FileRef[]> = {}
  for (const [path, value] of values) {
    const field = form.fields.get(path)
    if (field !== undefined) {
      putTyped(typed, field, { pointer: `/${path.replaceAll('.', '/')}`, value, lang: form.lang })
    }
  }
  return typed
}

function putTyped(
  typed: Record<string, string | readonly FileRef[]>,
  field: Field,
  at: { pointer: string; value: unknown; lang: string },
): void {
  const { pointer, value, lang } = at
  if (field.kind === 'file') {
    typed[pointer] = Array.isArray(value) ? (value as readonly FileRef[]) : []
    if (field.canBeLater && Array.isArray(value) && value.length === 0) {
      typed[laterName(pointer)] = 'true'
    }
  } else if (field.kind === 'several') {
    for (const { code } of field.options) {
      typed[optionName(pointer, code)] = Array.isArray(value) && value.includes(code) ? 'true' : ''
    }
  } else if (partsOf(field) !== undefined) {
    const [date = '', time = ''] = typeof value === 'string' ? value.split('T') : []
    const [year = '', month = '', day = ''] = date.split('-')
    const parts = [day, month, year, time]
    for (const [index, name] of controlNames(field, pointer).entries()) {
      typed[name] = parts[index] ?? ''
    }
  } else if (field.kind !== 'note' && field.kind !== 'computed') {
    typed[pointer] = textOf(field, value, lang)
  }
}

function textOf(field: Field, value: unknown, lang: string): string {
  if (field.kind === 'money' && typeof value === 'number') {
    return typedNumber(value / 100, lang, 2)
  }
  if (field.kind === 'number' && typeof value === 'number') {
    return typedNumber(value, lang)
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
