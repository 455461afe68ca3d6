import type { AnswerValue, DatePart, FileRef } from '../answers.ts'
import type { Written } from './written.ts'

export const CASE_KINDS = ['valid', 'boundary', 'missing', 'wrong', 'hostile'] as const
export type CaseKind = (typeof CASE_KINDS)[number]

/** What is typed into one question, and what has to become of it: a value, nothing (left empty), or a refusal. */
export type Draw = {
  readonly what: string
  readonly kind: CaseKind
  /** One text for each control, in their order. */
  readonly texts: readonly string[]
  readonly files?: readonly FileRef[]
  /** The box "I hand it in later" is ticked. */
  readonly isLater?: boolean
  readonly value?: AnswerValue
  readonly wrong?: Wrong
  /** Why it is refused where a rule makes the question obligatory; else it is taken. */
  readonly wrongIfRequired?: Wrong
}
export type Wrong = { readonly type: string; readonly part?: DatePart }

/** The day, and what the rules of the form compare with: they decide where a value is interesting. */
export type Around = {
  readonly today: string
  readonly dates: readonly string[]
  readonly numbers: readonly number[]
  readonly texts: readonly string[]
}

type Said = Pick<Draw, 'what' | 'kind'>

/** A draw that is taken, or refused for a reason. */
export const draw = (said: Said, texts: readonly string[], outcome: { value?: AnswerValue } | Wrong): Draw =>
  'type' in outcome ? { ...said, texts, wrong: outcome } : { ...said, texts, ...outcome }

const NOTHING_TYPE: Readonly<Record<string, string>> = {
  bool: 'forms/choose-yes-no',
  select: 'forms/choose',
  country: 'forms/choose',
  several: 'forms/choose',
  declaration: 'forms/declare',
  file: 'forms/file-missing',
}

/** Left empty, and filled with blanks only: taken where data schema (`min` 0) and overlay (`required`) let the question be empty. */
export function emptyDraws(written: Written, controls: number): readonly Draw[] {
  const { field, isOptional, isByRule } = written
  const wrong: Wrong = { type: NOTHING_TYPE[field.kind] ?? 'forms/empty' }
  const outcome: { value?: AnswerValue } | Wrong = isOptional ? {} : wrong
  const blank = (text: string): string[] => Array.from({ length: controls }, () => text)
  const said = (what: string, text: string): Draw => ({
    ...draw({ what, kind: 'missing' }, blank(text), outcome),
    ...(isByRule ? { wrongIfRequired: wrong } : {}),
  })
  const left = said('left empty', '')
  if (field.kind === 'file') {
    return [{ ...left, texts: [], files: [] }]
  }
  return field.kind === 'note' || field.kind === 'computed' ? [] : [left, said('blanks only', ' \t\u00a0')]
}

/** The day some days or months after another. */
export function dayAfter(iso: string, by: { days?: number; months?: number }): string {
  const { days = 0, months = 0 } = by
  const date = new Date(`${iso}T00:00:00Z`)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last) + days)
  return date.toISOString().slice(0, 10)
}
