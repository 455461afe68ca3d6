import * as v from 'valibot'
import type { Field } from './model.ts'

/** A stored upload. `id` is the id of its document; `name` the person's file name, up to 200 characters. */
export type FileRef = {
  readonly id: string
  readonly name: string
  readonly mediaType: string
  readonly sizeBytes: number
}

/**
 * What a person typed, raw, by the name of the control: so that a wrong answer can be shown again as it was.
 * The name is the JSON pointer of the answer (`/halter/vornamen`, `/hunde/0/rufname`); the parts of a date add `/day`,
 * `/month`, `/year`, `/time`; each option of "several of" adds its code and holds `true`; `<group>/+` holds `true` or `false` for "another one?". A name that is there was asked, even if empty.
 */
export type Typed = Readonly<Record<string, string | readonly FileRef[]>>

/** One value: text, number, money in integer cents, yes/no, ISO date, codes that were chosen, files. */
export type AnswerValue = string | number | boolean | readonly string[] | readonly FileRef[]
/** Values by key, repeating groups as lists. Optional questions left empty have no entry. */
export type Answers = { readonly [key: string]: AnswerValue | Answers | readonly Answers[] }

/** Longest raw text kept of one control; what is longer is cut there and then found too long. */
export const TYPED_LENGTH_MAX = 20_001

const fileRef = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,64}$/)),
  name: v.pipe(v.string(), v.maxLength(200)),
  mediaType: v.pipe(v.string(), v.maxLength(100)),
  sizeBytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
})
/** Shape of stored typed answers. */
export const TypedAnswers = v.record(
  v.pipe(v.string(), v.maxLength(200)),
  v.union([v.pipe(v.string(), v.maxLength(TYPED_LENGTH_MAX)), v.pipe(v.array(fileRef), v.maxLength(50))]),
)

/**
 * JSON pointer of an answer. `items` are the indexes from 0 of the repeating groups around it, outermost first; one that is
 * missing is 0.
 */
export function pointerOf(field: Pick<Field, 'path' | 'loops'>, items: number | readonly number[] = []): string {
  const indexes = typeof items === 'number' ? [items] : items
  let pointer = ''
  let from = 0
  for (const [level, loop] of field.loops.entries()) {
    pointer += `/${field.path.slice(from, loop.length).replaceAll('.', '/')}/${indexes[level] ?? 0}`
    from = loop.length + 1
  }
  return `${pointer}/${field.path.slice(from).replaceAll('.', '/')}`
}

/** Path of the question or list that a pointer means: `/hunde/2/rufname` is `hunde.rufname`. */
export const pathOfPointer = (pointer: string): string =>
  pointer
    .split('/')
    .filter((part) => part !== '' && !/^\d+$/.test(part))
    .join('.')

/** Id of a control, safe in HTML, CSS and as a link target: `feld-hunde-0-rufname`. */
export const controlId = (pointer: string): string => `feld${pointer.replaceAll('/', '-').replace('+', 'weiter')}`

export const DATE_PARTS = ['day', 'month', 'year'] as const
const DATE_TIME_PARTS = [...DATE_PARTS, 'time'] as const
export type DatePart = (typeof DATE_TIME_PARTS)[number]

/** The parts a question is typed in; absent where it has one control. */
export function partsOf(field: Pick<Field, 'kind'>): readonly DatePart[] | undefined {
  if (field.kind === 'date' || field.kind === 'incomplete-date') {
    return DATE_PARTS
  }
  return field.kind === 'date-time' ? DATE_TIME_PARTS : undefined
}

/** Names of the controls of one question: the parts of a date, one for each option of "several of", else one. */
export function controlNames(field: Field, pointer: string): readonly string[] {
  const parts = partsOf(field)
  if (parts !== undefined) {
    return parts.map((part) => `${pointer}/${part}`)
  }
  if (field.kind === 'several') {
    return field.options.map(({ code }) => optionName(pointer, code))
  }
  return field.kind === 'note' || field.kind === 'computed' ? [] : [pointer]
}

/** Name of the tick of one option; signs that mean something in a JSON pointer are written as the standard says (RFC 6901). */
export const optionName = (pointer: string, code: string): string =>
  `${pointer}/${code.replaceAll('~', '~0').replaceAll('/', '~1')}`

/** The raw text of a control; empty where there is none. */
export function typedText(typed: Typed, name: string): string {
  const value = Object.hasOwn(typed, name) ? typed[name] : undefined
  return typeof value === 'string' ? value : ''
}

/** The files of an upload question. */
export function typedFiles(typed: Typed, pointer: string): readonly FileRef[] {
  const value = Object.hasOwn(typed, pointer) ? typed[pointer] : undefined
  return Array.isArray(value) ? value : []
}

/** Typed answers with one more file at a question; the caller has checked type and size. */
export function addFile(typed: Typed, pointer: string, file: FileRef): Typed {
  return { ...withoutRefusal(typed, pointer), [pointer]: [...typedFiles(typed, pointer), file] }
}

/**
 * Typed answers that remember why the last upload at a question was refused, so that its page shows it; taken away by the
 * next upload and by sending the page. `type` is one of the types `forms/file-…`; others are kept as `forms/file-type`.
 */
export function refuseFile(typed: Typed, pointer: string, type: string): Typed {
  const known = /^forms\/file-[a-z]{1,20}$/.test(type) ? type : 'forms/file-type'
  return { ...typed, [pointer]: typedFiles(typed, pointer), [refusalName(pointer)]: known }
}

/** Name under which a refused upload is remembered. */
export const refusalName = (pointer: string): string => `${pointer}/!`

/** Name of the box that says: this file comes later. */
export const laterName = (pointer: string): string => `${pointer}/later`

/** Typed answers without the memory of a refused upload. */
export function withoutRefusal(typed: Typed, pointer: string): Typed {
  const { [refusalName(pointer)]: _, ...rest } = typed
  return rest
}

/** Typed answers without one file. */
export function removeFile(typed: Typed, pointer: string, fileId: string): Typed {
  return {
    ...withoutRefusal(typed, pointer),
    [pointer]: typedFiles(typed, pointer).filter((file) => file.id !== fileId),
  }
}

/** True for a file that can become the page of a PDF. */
export const isPicture = ({ mediaType }: Pick<FileRef, 'mediaType'>): boolean =>
  mediaType === 'image/jpeg' || mediaType === 'image/png'

/** Typed answers with one file in the place of several of a question, where the first of them stood. */
export function replaceFiles(typed: Typed, pointer: string, fileIds: readonly string[], file: FileRef): Typed {
  const files = typedFiles(typed, pointer)
  const at = files.findIndex(({ id }) => fileIds.includes(id))
  const rest = files.filter(({ id }) => !fileIds.includes(id))
  return { ...withoutRefusal(typed, pointer), [pointer]: rest.toSpliced(Math.max(0, at), 0, file) }
}

/** Every file a draft holds, reachable or not, with its pointer. */
export function filesIn(typed: Typed): readonly { readonly pointer: string; readonly file: FileRef }[] {
  return Object.entries(typed).flatMap(([pointer, value]) =>
    typeof value === 'string' ? [] : value.map((file) => ({ pointer, file })),
  )
}

/** The value at a JSON pointer; absent where the way ends. Reads own entries only. */
export function valueAt(answers: Answers, pointer: string): unknown {
  let value: unknown = answers
  for (const part of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
      return undefined
    }
    value = (value as Readonly<Record<string, unknown>>)[part]
  }
  return value
}

/** The list at a JSON pointer; empty where there is none. */
export function listAt(answers: Answers, pointer: string): readonly unknown[] {
  const list = valueAt(answers, pointer)
  return Array.isArray(list) ? list : []
}
