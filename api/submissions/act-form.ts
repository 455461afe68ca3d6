import * as v from 'valibot'
import type { Act } from './acts.ts'

/** One question of the form of an act; its words stand under `act.<act>.<name>`. */
export type ActField = {
  readonly name: string
  readonly kind: 'line' | 'long' | 'email' | 'phone' | 'code' | 'check' | 'choices' | 'files'
  readonly isOptional: boolean
  readonly lengthMax: number
  /** Codes of what can be chosen; each is a control of its own, `<name>-<code>`. */
  readonly choices: readonly string[]
}
type Options = { readonly isOptional?: boolean; readonly lengthMax?: number; readonly choices?: readonly string[] }

const field = (name: string, kind: ActField['kind'], options: Options = {}): ActField => ({
  name,
  kind,
  isOptional: options.isOptional ?? false,
  lengthMax: options.lengthMax ?? (kind === 'long' ? 5_000 : 200),
  choices: options.choices ?? [],
})
const optional = { isOptional: true } as const

/** Most answers that one request is about. */
export const REQUEST_ITEMS_MAX = 20
/** Name of the control for what is said to an item of a request. */
export const itemName = (index: number): string => `item-${index}`
const REQUEST_ITEMS = Array.from({ length: REQUEST_ITEMS_MAX }, (_, index) =>
  field(itemName(index), 'long', { ...optional, lengthMax: 1_000 }),
)

const FIELDS: Readonly<Record<Act, readonly ActField[]>> = {
  answer: [field('text', 'long', optional), ...REQUEST_ITEMS, field('file', 'files', optional)],
  correct: [],
  document: [field('what', 'line'), field('note', 'long', optional), field('file', 'files')],
  object: [field('reason', 'long', { ...optional, lengthMax: 20_000 }), field('file', 'files', optional)],
  call: [
    field('phone', 'phone', { lengthMax: 40 }),
    field('times', 'choices', { ...optional, choices: ['morning', 'noon', 'afternoon'] }),
    field('note', 'long', { ...optional, lengthMax: 1_000 }),
  ],
  help: [
    field('helps', 'choices', {
      choices: ['sign-language', 'easy-language', 'braille', 'large-print', 'audio', 'something-else'],
    }),
    field('note', 'long', { ...optional, lengthMax: 1_000 }),
  ],
  contact: [field('email', 'email', { lengthMax: 254 })],
  'contact-code': [field('code', 'code', { lengthMax: 40 })],
  'contact-off': [field('confirmed', 'check')],
  inspection: [field('note', 'long', { ...optional, lengthMax: 1_000 })],
  withdraw: [field('reason', 'long', { ...optional, lengthMax: 1_000 }), field('confirmed', 'check')],
}

/** The questions of an act, in order. */
export const fieldsOf = (act: Act): readonly ActField[] => FIELDS[act]

export type ActIssue = {
  readonly name: string
  /** `missing`, `too-long`, `format`, `wrong`, or the type of the problem that refused a file. */
  readonly type: string
}
export type ActTyped = Readonly<Record<string, string>>
export type ActValues = {
  readonly texts: Readonly<Record<string, string>>
  /** Chosen codes of all choices, in the order of the form. */
  readonly choices: readonly string[]
}

/** What a person sent, as typed, cut to the fields of the form. */
export function typedOf(act: Act, entries: Readonly<Record<string, unknown>>): ActTyped {
  const names = fieldsOf(act).flatMap(namesOf)
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(entries, name) ? entries[name] : undefined
      return typeof value === 'string' && value !== '' ? [[name, value.slice(0, 20_001)] as const] : []
    }),
  )
}

/** Names of the controls of a question. */
export const namesOf = ({ name, kind, choices }: ActField): readonly string[] =>
  kind === 'choices' ? choices.map((code) => `${name}-${code}`) : kind === 'files' ? [] : [name]

/** Judges what was typed. Pure; `files`: how many files came along and were taken. */
export function readAct(
  act: Act,
  typed: ActTyped,
  files: number,
): { readonly ok: true; readonly values: ActValues } | { readonly ok: false; readonly issues: readonly ActIssue[] } {
  const texts: Record<string, string> = {}
  const choices: string[] = []
  const issues: ActIssue[] = []
  for (const one of fieldsOf(act)) {
    const read = readField(one, typed, files)
    if (read.issue === undefined) {
      Object.assign(texts, read.text === undefined || read.text === '' ? {} : { [one.name]: read.text })
      choices.push(...(read.choices ?? []))
    } else {
      issues.push({ name: one.name, type: read.issue })
    }
  }
  if (act === 'answer' && Object.keys(texts).length === 0 && files === 0 && issues.length === 0) {
    issues.push({ name: 'text', type: 'missing' })
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, values: { texts, choices } }
}

type Read = { readonly issue?: ActIssue['type']; readonly text?: string; readonly choices?: readonly string[] }

function readField(one: ActField, typed: ActTyped, files: number): Read {
  if (one.kind === 'files') {
    return files === 0 && !one.isOptional ? { issue: 'missing' } : {}
  }
  if (one.kind === 'choices') {
    const chosen = one.choices.filter((code) => typed[`${one.name}-${code}`] !== undefined)
    return chosen.length === 0 && !one.isOptional ? { issue: 'missing' } : { choices: chosen }
  }
  const text = (typed[one.name] ?? '').replaceAll('\r\n', '\n').normalize('NFC').trim()
  if (text === '') {
    return one.isOptional ? {} : { issue: 'missing' }
  }
  if (text.length > one.lengthMax) {
    return { issue: 'too-long' }
  }
  return readText(one, text)
}

const Email = v.pipe(v.string(), v.email())
const DIGITS_MIN = 5

function readText({ kind }: ActField, text: string): Read {
  switch (kind) {
    case 'email':
      return v.is(Email, text) ? { text } : { issue: 'format' }
    case 'phone': {
      const plain = text.replace(/[\s()/.–-]/g, '')
      return /^\+?\d{5,20}$/.test(plain) && plain.length >= DIGITS_MIN ? { text } : { issue: 'format' }
    }
    case 'check':
      return text === 'yes' || text === 'true' ? { text: 'yes' } : { issue: 'missing' }
    default:
      return { text }
  }
}

/** What stands sealed in a submission that is no application: format version first. */
export const ActPayload = v.object({
  format: v.literal(1),
  act: v.string(),
  texts: v.record(v.string(), v.string()),
  choices: v.array(v.string()),
  /** Ids of the documents that came with it. */
  documents: v.array(v.string()),
  /** File names that were not taken, with the reason; only of mails. */
  refused: v.optional(v.array(v.object({ name: v.string(), reason: v.string() }))),
})
export type ActPayload = v.InferOutput<typeof ActPayload>

/** Shape of the stored form of an act. */
export const StoredTyped = v.object({
  format: v.literal(1),
  typed: v.record(v.string(), v.string()),
  issues: v.array(
    v.object({
      name: v.string(),
      type: v.string(),
    }),
  ),
})
