import * as v from 'valibot'
import { readContentFile } from '../../lib/content-file.ts'
import { Message, State } from '../texts.ts'

/** File with the words by which foreign processes are understood. */
export const ADAPTING = 'templates/adapting.de.yaml'

const Text = v.pipe(v.string(), v.minLength(1), v.maxLength(400))
const Words = v.pipe(v.array(v.pipe(v.string(), v.minLength(2), v.maxLength(60))), v.maxLength(60))

/**
 * What a step's words say of it. `answer`, `receipt`, `cosign` and `notice` become something else by where they stand; `assess`
 * is how high a fee is, `consult` asks somebody who is not the applicant, `hold` waits for a day.
 */
const HINTS = [
  'receipt',
  'request',
  'answer',
  'cosign',
  'assess',
  'pay',
  'consult',
  'hold',
  'document',
  'notice',
  'deliver',
  'notify',
  'nothing',
] as const
export type Hint = (typeof HINTS)[number]

export const OUTCOME_KINDS = [
  'approve',
  'refuse',
  'request-information',
  'continue',
  'sign',
  'return',
  'opinion',
] as const
export type OutcomeKind = (typeof OUTCOME_KINDS)[number]

const NAMES = [
  'receipt', 'receiptSent', 'wait', 'request', 'answered', 'remind', 'remindSoon', 'reminder', 'reminded', 'payDue', 'payRemind', 'payReminder',
  'payNever', 'unpaidMail', 'unpaid', 'document', 'noticeMail', 'doneMail', 'retention', 'end', 'decide', 'cosign', 'step', 'onward',
] as const // biome-ignore format: one list
const STATES = [
  'person', 'decide', 'cosign', 'answer', 'timer', 'pay', 'payApproved', 'payDecided', 'unpaid', 'unpaidDecided', 'document', 'notified', 'closed', 'part',
] as const // biome-ignore format: one list
export type StateName = (typeof STATES)[number]
const MESSAGES = ['receipt', 'request', 'reminder', 'payment-due', 'unpaid', 'notice-ready', 'news', 'done'] as const
const ASSUMED = [
  'pool', 'lane', 'postbox', 'own-postbox', 'no-postbox', 'lane-unknown', 'decides', 'decides-both', 'refuses', 'decide-added', 'asked', 'request', 'heard', 'answer', 'receipt', 'receipt-added',
  'document', 'document-added', 'with-document', 'cosign-added', 'return-added', 'return-moved', 'notify', 'mail-added', 'pay', 'assess', 'assessed', 'consult', 'opinion', 'withdrawal', 'deliver', 'nothing', 'draft', 'drafted', 'cosign', 'ended', 'timer-guessed', 'timer', 'timer-deadline', 'timer-hold', 'timer-answer', 'timer-step',
] as const // biome-ignore format: one list
const UNMAPPED = [
  'program', 'called', 'wait', 'deliver', 'many', 'event', 'timer', 'unreachable', 'start', 'same', 'cosign', 'cosign-early', 'cosign-past', 'cosign-twice', 'cosign-issued', 'return', 'no-refusal', 'assess',
  'hearing',
] as const // biome-ignore format: one list

const each = <K extends string, S extends v.GenericSchema>(keys: readonly K[], schema: S) =>
  v.strictObject(Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, S>)

const Table = v.strictObject({
  version: v.literal(1),
  steps: v.pipe(
    v.array(v.strictObject({ as: v.picklist(HINTS), words: Words, not: v.optional(Words, []) })),
    v.maxLength(40),
  ),
  ways: each(['refuse', 'approve', 'deciding', 'yes', 'no'], Words),
  /** Steps in which the person is heard. */
  hearings: Words,
  /** Words by which such a step is none after all. */
  notHearings: Words,
  /** Steps of those who are asked in which they say what they think. */
  opinions: Words,
  /** Words by which something is sent or made known: with the notice, that issues it. */
  sending: Words,
  /** Words by which a step that speaks of a refusal does not refuse. */
  notRefusing: Words,
  /** Events by which an application is taken back. */
  withdrawals: Words,
  citizens: Words,
  offices: Words,
  units: v.record(v.string(), v.picklist(['H', 'D', 'W', 'M', 'Y'])),
  /** One of each unit and several, in words. */
  spans: each(['Y', 'M', 'W', 'D', 'h', 'm', 's'], v.strictTuple([Text, Text])),
  deadlines: each(['decide', 'work', 'answer'], Text),
  names: each(NAMES, Text),
  stages: each(['checking', 'paying', 'done'], Text),
  states: each(STATES, v.omit(State, ['who'])),
  you: Text,
  /** What the notices of ready-made processes say of a fee that is paid before them, and what they say of one that comes after. */
  fees: each(['paid', 'due'], Text),
  outcomes: each(OUTCOME_KINDS, v.strictObject({ label: Text, hint: Text, done: Text })),
  messages: each(MESSAGES, Message),
  assumed: each(ASSUMED, Text),
  unmapped: each(UNMAPPED, Text),
})
export type AdaptingTable = v.InferOutput<typeof Table>

/** Reads the words by which foreign processes are understood. */
export const readAdaptingTable = (source: string) => readContentFile(source, ADAPTING, Table)

/** Whether a text holds one of several patterns; of a pattern every word must occur, one behind `^` as the beginning of a word. Linear in the text. */
export function holds(text: string, patterns: readonly string[]): boolean {
  const plain = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}-]+/gu, ' ')} `
  return patterns.some((pattern) =>
    pattern.split(' ').every((word) => word === '' || plain.includes(word.replace('^', ' '))),
  )
}

/** Whether one of several words stands in a text as a word of its own. */
export function holdsWord(text: string, words: readonly string[]): boolean {
  const plain = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')} `
  return words.some((word) => plain.includes(` ${word} `))
}

/** What the words of a step say of it; undefined where they say nothing. */
export const hintOf = (table: AdaptingTable, name: string): Hint | undefined =>
  table.steps.find(({ words, not }) => holds(name, words) && !holds(name, not))?.as

/** Whether a step is named as one in which the person themselves is heard. */
export const isHearing = (table: AdaptingTable, name: string): boolean =>
  holds(name, table.hearings) && !holds(name, table.notHearings)

/** Whether a step is named as one in which another office, or somebody else who is asked, gives an opinion. */
export const isOpinion = (table: AdaptingTable, name: string): boolean =>
  hintOf(table, name) === 'consult' && holds(name, table.opinions)

/** What is said of a step: assumed, or not taken over. */
export type Note = {
  readonly key: `assumed.${(typeof ASSUMED)[number]}` | `unmapped.${(typeof UNMAPPED)[number]}`
  readonly values: Readonly<Record<string, string>>
  /** Step it is said of, by its id in the foreign diagram; absent where it is of something else. */
  readonly step?: string
}

/** An ISO 8601 duration in words: "14 Tage", "1 Monat und 2 Wochen". */
export function spanText({ spans }: AdaptingTable, iso: string): string {
  const [days = '', hours = ''] = iso.replace('P', '').split('T')
  const parts = [...`${days}${hours.toLowerCase()}`.matchAll(/(\d+)([YMWDhms])/g)]
  const texts = parts.map(([, count = '', unit = '']) => {
    const [one, many] = spans[unit as keyof typeof spans]
    return `${Number(count)} ${Number(count) === 1 ? one : many}`
  })
  return new Intl.ListFormat('de').format(texts)
}

/** A note in words. */
export function noteText(table: AdaptingTable, { key, values }: Note): string {
  const [group, name] = key.split('.') as ['assumed' | 'unmapped', string]
  const texts: Readonly<Record<string, string>> = table[group]
  return (texts[name] ?? key).replace(/\{([a-z]+)\}/g, (whole, value: string) => values[value] ?? whole)
}
