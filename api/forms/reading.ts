import type { AnswerValue, DatePart } from './answers.ts'

/** What is wrong with one answer; `part` names the part of a date. The text is chosen by `type` (content/words/forms.de.yaml). */
export type Wrong = {
  readonly type: string
  readonly params?: Readonly<Record<string, string | number>>
  readonly part?: DatePart
}
export type Read =
  | { readonly ok: true; readonly value: AnswerValue | undefined }
  | { readonly ok: false; readonly wrong: Wrong }

/** A value that was read. */
export const good = (value: AnswerValue): Read => ({ ok: true, value })

/** What is wrong, by type. */
export const bad = (type: string, params?: Readonly<Record<string, string | number>>): Read => {
  return { ok: false, wrong: params === undefined ? { type } : { type, params } }
}
