import {
  type Chosen,
  COMPARISONS,
  type Comparison,
  chosenIn,
  feelOf,
  fitted,
  needsValue,
  othersOf,
  PARTS_MAX,
  type Part,
} from '../forms/service.ts'
import type { Word } from '../forms/vocabulary.ts'
import type { Issue } from '../lib/problem.ts'
import type { Values } from './sent.ts'
import { BY_RULE, type Row } from './sheet-rows.ts'
import { centsOf } from './typed-values.ts'

/*
 * Controls of a chooser, behind the name of the control that holds the rule: `~was` the rule as it was shown, `~parts` how many
 * conditions were filled, `~join`, and of each condition `~q1` question, `~c1` comparison, `~v1` value; of a day `~n1` and `~u1`
 * how far from today, `~d1` a day itself; `~o1` the other question whose answer it is compared with.
 */

/** Rows whose rule gives yes or no: others are computed. */
export const isChosen = ({ kind, label }: Row): boolean =>
  kind === 'obligation' || (kind === 'rule' && !COMPUTED.has(label))

/** Rules that give something else than yes or no. */
const COMPUTED = new Set(['compute', 'fee-count', 'fee-input'])

/** Name of the control that holds the rule of a row. */
export const ruleControl = ({ name, kind }: Pick<Row, 'name' | 'kind'>): string =>
  kind === 'obligation' ? `${name}~${BY_RULE}` : name

export type Sent = {
  /** The values with every rule that was put together written out. */
  readonly values: Values
  readonly wrong: readonly Issue[]
  /** Rules that were put together, to be shown beside. */
  readonly rules: readonly { readonly row: string; readonly rule: string }[]
}

/** Writes the rules that were put together in a sheet. What was written by hand counts more; what does not differ stays as it was. Pure. */
export function withChosen(rows: readonly Row[], values: Values, wordsOf: (row: Row) => readonly Word[]): Sent {
  const next: Record<string, string> = { ...values }
  const wrong: Issue[] = []
  const rules: { row: string; rule: string }[] = []
  for (const row of rows.filter(isChosen)) {
    const control = ruleControl(row)
    const read = ruleSent(control, values, wordsOf(row))
    for (const name of Object.keys(next).filter(
      (one) => CONTROL.test(one.slice(control.length)) && one.startsWith(control),
    )) {
      delete next[name]
    }
    const isAsked = row.kind !== 'obligation' || values[row.name] === BY_RULE
    if (read === 'incomplete' && isAsked) {
      wrong.push({ pointer: `/${row.name}`, type: 'editing/choose-value' })
    } else if (typeof read === 'object') {
      next[control] = read.rule
      rules.push({ row: row.name, rule: read.rule })
    }
  }
  return { values: next, wrong, rules }
}

const CONTROL = /^~(?:was|parts|join|[qcvnudo]\d)$/

/** The rule that was put together; undefined where the control itself holds what counts. */
function ruleSent(
  control: string,
  values: Values,
  words: readonly Word[],
): { rule: string } | 'incomplete' | undefined {
  const filled = values[`${control}~parts`]
  const was = (values[`${control}~was`] ?? '').trim()
  const isByHand = (values[control] ?? '').trim() !== was
  if (filled === undefined || isByHand) {
    return undefined
  }
  const parts = Array.from({ length: PARTS_MAX }, (_, index) => partSent(control, index + 1, values, words)).filter((part) => part !== undefined) // biome-ignore format: one thought
  if (parts.length === 0) {
    return filled === '0' ? undefined : { rule: '' }
  }
  const join = parts.length > 1 && values[`${control}~join`] === 'or' ? 'or' : 'and'
  const chosen: Chosen = { join, parts }
  const rule = feelOf(chosen, words)
  const isSame = JSON.stringify(chosenIn(was, words)) === JSON.stringify(chosen)
  return rule === undefined ? 'incomplete' : { rule: isSame ? was : rule }
}

function partSent(control: string, number: number, values: Values, words: readonly Word[]): Part | undefined {
  const sent = (key: string): string => (values[`${control}~${key}${number}`] ?? '').trim()
  const name = sent('q')
  const kind = words.find((word) => word.name === name)?.kind
  const compare = COMPARISONS.find((one) => one === sent('c')) ?? 'is'
  if (name === '') {
    return undefined
  }
  // Whoever chose another question before this one was chosen has nothing of its kind in the list.
  const other = isNoAnswer(sent('o')) ? '' : sent('o')
  const value = kind === 'date' ? daySent(sent) : valueSent(kind, sent('v'))
  return fitted({ name, compare, value, ...(other === '' ? {} : { other }) }, words)
}

function valueSent(kind: Word['kind'] | undefined, text: string): string {
  if (kind === 'money') {
    return String(centsOf(text) ?? '')
  }
  if (kind === 'time') {
    const [, hour = '', minute = ''] = /^(\d{1,2})[:.](\d{2})$/.exec(text) ?? []
    return hour === '' ? text : `${hour.padStart(2, '0')}:${minute}`
  }
  const number = text.replace(',', '.')
  return kind === 'number' && /^-?\d+(\.\d+)?$/.test(number) ? String(Number(number)) : text
}

/** What a day is compared with where it is no other answer: controls that choose it stand in the list of the answers. */
const TODAY = '~heute'
const DAY = '~day'
const isNoAnswer = (text: string): boolean => text === TODAY || text === DAY

function daySent(sent: (key: string) => string): string {
  const from = sent('o')
  const way = from === DAY ? 'day' : sent('v')
  if (way === 'plus' || way === 'minus') {
    const base = from === '' || from === TODAY ? 'heute' : ''
    return `${base}${way === 'plus' ? '+' : '-'}${sent('n')}${sent('u')}`
  }
  if (from !== '' && way === 'same') {
    const base = from === TODAY ? 'heute' : ''
    // How far was said, and in which direction was not.
    return sent('n') === '' ? base : `${base}+`
  }
  const [, day = '', month = '', year = ''] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(sent('d')) ?? []
  return way === 'day' ? (day === '' ? sent('d') : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`) : way
}

/** One condition as its controls show it. */
export type PartView = {
  readonly q: string
  readonly c: Comparison
  readonly v: string
  readonly n: string
  readonly u: string
  readonly d: string
  /** The other question whose answer it is compared with; empty where it is a value, of days `~heute` or `~day`. */
  readonly o: string
}
/** What a chooser offers, and what of the rule it shows; without parts the rule is of another shape. */
export type ChooserView = {
  readonly words: readonly Word[]
  readonly join: Chosen['join']
  readonly parts: readonly PartView[]
  /** Of every question the others of its kind, whose answers it may be compared with. */
  readonly others: Readonly<Record<string, readonly string[]>>
}

export function chooserView(rule: string, words: readonly Word[]): ChooserView {
  const chosen = chosenIn(rule, words)
  const kindOf = (name: string) => words.find((word) => word.name === name)?.kind
  return {
    words,
    join: chosen?.join ?? 'and',
    parts: (chosen?.parts ?? []).map((part) => partView(part, kindOf(part.name))),
    others: othersIn(words),
  }
}

/** Of every word the others that its answer may be compared with, by name. */
export const othersIn = (words: readonly Word[]): ChooserView['others'] =>
  Object.fromEntries(words.map((word) => [word.name, othersOf(word, words).map(({ name }) => name)]))

function partView({ name, compare, value, other = '' }: Part, kind: Word['kind'] | undefined): PartView {
  const plain = { q: name, c: compare, v: value, n: '', u: 'D', d: '', o: other }
  if (kind === 'date' && needsValue(compare)) {
    return dayView(plain, value)
  }
  if (other !== '') {
    return plain
  }
  if (kind === 'money' && needsValue(compare)) {
    return { ...plain, v: (Number(value) / 100).toFixed(2).replace('.', ',') }
  }
  if (kind === 'number') {
    return { ...plain, v: value.replace('.', ',') }
  }
  return plain
}

/** A day: what it is compared with, and how far before or after that. */
function dayView(plain: PartView, value: string): PartView {
  const [, sign, count = '', unit = ''] = /^(?:heute)?([+-])(\d+)([DMY])$/.exec(value) ?? []
  if (sign !== undefined) {
    return { ...plain, v: sign === '+' ? 'plus' : 'minus', n: count, u: unit, o: plain.o || TODAY }
  }
  if (plain.o !== '' || value === 'heute') {
    return { ...plain, v: 'same', o: plain.o || TODAY }
  }
  const [year = '', month = '', day = ''] = value.split('-')
  return { ...plain, v: 'same', d: `${day}.${month}.${year}`, o: DAY }
}
