import type { Issue } from '../lib/problem.ts'
import { controlNames, type FileRef, laterName, refusalName, type Typed, typedFiles, typedText } from './answers.ts'
import { readAnswer } from './kinds.ts'
import type { Field, FileLimits, Form } from './model.ts'
import type { Read } from './reading.ts'

/** What was read of one question, and the raw texts it was read from. */
export type Reading = {
  readonly names: readonly string[]
  /** Undefined where the control was never sent. */
  readonly texts: readonly (string | readonly FileRef[] | undefined)[]
  readonly read: Read
  /** It was allowed to be left empty. */
  readonly isOptional: boolean
  /** The question was on a page that was sent. */
  readonly isAnswered: boolean
}

const NOTHING: Read = { ok: true, value: undefined }

/**
 * Reads what was typed for one question. Where the same was typed as `before`, what was read then is taken: reading is pure,
 * but not cheap.
 */
export function readTyped(
  field: Field,
  at: { form: Form; typed: Typed; pointer: string; today: string; before: Reading | undefined },
): Reading {
  const { form, typed, pointer, today, before } = at
  const isSame = before?.names.every((name, index) => rawOf(typed, name) === before.texts[index]) === true
  if (before !== undefined && isSame && before.isOptional === field.isOptional) {
    return before
  }
  const names = [
    ...controlNames(field, pointer),
    ...(field.kind === 'file' ? [refusalName(pointer), laterName(pointer)] : []),
  ]
  const texts = names.map((name) => rawOf(typed, name))
  const isAnswered = texts.some((text) => text !== undefined)
  const { isOptional } = field
  return { names, texts, isAnswered, isOptional, read: readNow(field, { typed, pointer, texts, today, form }) }
}

const rawOf = (typed: Typed, name: string): string | readonly FileRef[] | undefined =>
  Object.hasOwn(typed, name) ? typed[name] : undefined

type Now = { form: Form; typed: Typed; pointer: string; texts: Reading['texts']; today: string }

function readNow(field: Field, { form, typed, pointer, texts, today }: Now): Read {
  if (field.kind === 'note') {
    return NOTHING
  }
  if (field.kind === 'file') {
    const refused = typedText(typed, refusalName(pointer))
    return /^forms\/file-[a-z]{1,20}$/.test(refused)
      ? { ok: false, wrong: wrongFile(field.file, refused) }
      : readFiles(field, typedFiles(typed, pointer), typedText(typed, laterName(pointer)) === 'true')
  }
  const raw = texts.map((text) => (typeof text === 'string' ? text : ''))
  return readAnswer(field, raw, { today, monthNames: form.monthNames })
}

type WrongFile = Extract<Read, { ok: false }>['wrong']

/** What is wrong with an upload, with the bounds of its question; `errorView` words size and types. */
function wrongFile(limits: FileLimits | undefined, type: string): WrongFile {
  return limits === undefined
    ? { type }
    : { type, params: { max: limits.maxFiles, bytes: limits.maxSizeBytes, types: limits.mediaTypes.join(' ') } }
}

/** An empty list as value: the question was asked, its files come later. */
function readFiles(field: Field, files: readonly FileRef[], isLater: boolean): Read {
  const limits = field.file
  if (files.length === 0 && isLater && field.canBeLater) {
    return { ok: true, value: [] }
  }
  if (limits === undefined || files.length === 0) {
    return field.isOptional ? NOTHING : { ok: false, wrong: { type: 'forms/file-missing' } }
  }
  if (files.length < limits.minFiles) {
    return { ok: false, wrong: { type: 'forms/file-few', params: { min: limits.minFiles } } }
  }
  if (files.length > limits.maxFiles) {
    return { ok: false, wrong: wrongFile(limits, 'forms/file-count') }
  }
  const wrong = files.find(
    (file) =>
      !limits.mediaTypes.includes(file.mediaType) || file.sizeBytes > limits.maxSizeBytes || file.sizeBytes === 0,
  )
  if (wrong !== undefined) {
    const isType = !limits.mediaTypes.includes(wrong.mediaType)
    const type = isType ? 'forms/file-type' : wrong.sizeBytes === 0 ? 'forms/file-empty' : 'forms/file-size'
    return { ok: false, wrong: wrongFile(limits, type) }
  }
  return { ok: true, value: files }
}

/** The finding about one question, with the words its text needs. */
export function issueOf(field: Field, pointer: string, wrong: Extract<Read, { ok: false }>['wrong']): Issue {
  const params = { subject: field.subject, object: field.object, ...wrong.params }
  return { pointer: wrong.part === undefined ? pointer : `${pointer}/${wrong.part}`, type: wrong.type, params }
}
