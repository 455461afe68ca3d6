import type { AnswerValue } from './answers.ts'

/** What is wrong with one answer; `part` names the part of a date. The text is chosen by `type` (content/words/forms.de.yaml). */
export type Wrong = {
  readonly type: string
  readonly params?: Readonly<Record<string, string | number>>
  readonly part?: 'day' | 'month' | 'year'
}
export type Read =
  | { readonly ok: true; readonly value: AnswerValue | undefined }
  | { readonly ok: false; readonly wrong: Wrong }
