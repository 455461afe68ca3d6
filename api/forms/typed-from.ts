import {
  type Answers,
  anotherName,
  controlNames,
  type FileRef,
  optionName,
  partsOf,
  pointerOf,
  type Typed,
  valueAt,
} from './answers.ts'
import type { Field, Form } from './model.ts'

/**
 * Writes values back as a person would have typed them: for prefilling, for answers that come as JSON, and to show a stored
 * submission with its own form. Optional questions without a value count as asked and left empty. Wrong kinds of values become
 * empty. `typedFrom` after `walk` gives the same values again.
 */
export function typedFrom(form: Form, answers: Answers): Typed {
  const typed: Record<string, string | readonly FileRef[]> = {}
  for (const field of form.fields.values()) {
    for (const item of itemsOf(answers, field)) {
      const pointer = pointerOf(field, item)
      putTyped(typed, field, { pointer, value: valueAt(answers, pointer), lang: form.lang })
    }
  }
  for (const group of form.groups.values()) {
    if (group.loop !== undefined) {
      typed[anotherName(group.path)] = 'false'
    }
  }
  return typed
}

function itemsOf(answers: Answers, field: Field): readonly (number | undefined)[] {
  if (field.loop === undefined) {
    return [undefined]
  }
  const list = valueAt(answers, `/${field.loop}`)
  return Array.isArray(list) ? list.slice(0, 50).map((_, index) => index) : []
}

function putTyped(
  typed: Record<string, string | readonly FileRef[]>,
  field: Field,
  at: { pointer: string; value: unknown; lang: string },
): void {
  const { pointer, value, lang } = at
  if (field.kind === 'file') {
    typed[pointer] = Array.isArray(value) ? (value as readonly FileRef[]) : []
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
  } else if (field.kind !== 'note') {
    typed[pointer] = textOf(field, value, lang)
  }
}

function textOf(field: Field, value: unknown, lang: string): string {
  if (field.kind === 'money' && typeof value === 'number') {
    return new Intl.NumberFormat(lang, { minimumFractionDigits: 2, useGrouping: false }).format(value / 100)
  }
  if (field.kind === 'number' && typeof value === 'number') {
    return new Intl.NumberFormat(lang, { maximumFractionDigits: 6, useGrouping: false }).format(value)
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
