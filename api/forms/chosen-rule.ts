import type { Word } from './vocabulary.ts'

/** How an answer is compared. Days and times come before or after each other, numbers are less or greater. */
export const COMPARISONS = [
  'is', 'is-not', 'greater', 'less', 'at-least', 'at-most', 'before', 'after', 'not-before', 'not-after', 'answered', 'unanswered',
] as const // biome-ignore format: one list
export type Comparison = (typeof COMPARISONS)[number]

/**
 * One condition. `value`: a code, `true` or `false`, a number with a point, a text; of money whole cents; of a day `heute`,
 * `heute+14D`, `heute-18Y` or an ISO date; empty where only an answer is wanted. `other`: the name of the question whose answer
 * it is compared with, in place of a value; the value of a day is then what is added to it or taken away, `+6M` or `-14D`.
 */
export type Part = {
  readonly name: string
  readonly compare: Comparison
  readonly value: string
  readonly other?: string
}
/** A rule as it is put together from a list: up to three conditions, all of them or one of them. */
export type Chosen = { readonly join: 'and' | 'or'; readonly parts: readonly Part[] }

export const PARTS_MAX = 3

const OPERATORS: Readonly<Partial<Record<Comparison, string>>> = {
  is: '=',
  'is-not': '!=',
  greater: '>',
  less: '<',
  'at-least': '>=',
  'at-most': '<=',
  after: '>',
  before: '<',
  'not-before': '>=',
  'not-after': '<=',
}
const OF_NUMBERS: Readonly<Record<string, Comparison>> = { '=': 'is', '!=': 'is-not', '>': 'greater', '<': 'less', '>=': 'at-least', '<=': 'at-most' } // biome-ignore format: one table
const OF_DAYS: Readonly<Record<string, Comparison>> = { '=': 'is', '!=': 'is-not', '>': 'after', '<': 'before', '>=': 'not-before', '<=': 'not-after' } // biome-ignore format: one table
const tableOf = (kind: Word['kind'] | undefined) => (kind === 'date' || kind === 'time' ? OF_DAYS : OF_NUMBERS)

/** The rule in FEEL; undefined where a condition does not fit its question. Pure; `chosenIn` reads exactly what this writes. */
export function feelOf({ join, parts }: Chosen, words: readonly Word[]): string | undefined {
  const written = parts.map((part) => partText(part, words))
  const isWhole = parts.length > 0 && parts.length <= PARTS_MAX && written.every((text) => text !== undefined)
  return isWhole ? written.join(` ${join} `) : undefined
}

/** A condition with the comparison that its question has: a day is not greater, a number not later. */
export function fitted(part: Part, words: readonly Word[]): Part {
  const kind = words.find(({ name }) => name === part.name)?.kind
  const operator = OPERATORS[part.compare]
  const table = tableOf(kind)
  const compare = operator === undefined ? part.compare : (table[operator] ?? part.compare)
  const isAlone = !needsValue(compare) || part.other === undefined
  // Half of a span is kept too, so that it is refused and not passed over.
  const isKept = isAlone || (kind === 'date' && /^[+-]/.test(part.value))
  return {
    name: part.name,
    compare,
    value: needsValue(compare) && isKept ? part.value : '',
    ...(isAlone ? {} : { other: part.other }),
  }
}

/** Kinds of answers that may be compared with each other: a day with a day, an amount with an amount. */
const EACH_OTHER: readonly Word['kind'][] = ['date', 'time', 'number', 'money', 'text']
/** Kinds of answers that have an order. */
const ORDERED: readonly Word['kind'][] = ['date', 'time', 'number', 'money']

/** The other answers that an answer may be compared with: of the same kind, and of the same list where both are of an item. Pure. */
export const othersOf = (word: Word, words: readonly Word[]): readonly Word[] =>
  EACH_OTHER.includes(word.kind)
    ? words.filter(
        (one) =>
          one.name !== word.name &&
          one.kind === word.kind &&
          (one.itemOf === undefined || word.itemOf === undefined || one.itemOf === word.itemOf),
      )
    : []

export const needsValue = (compare: Comparison): boolean => OPERATORS[compare] !== undefined

function partText(part: Part, words: readonly Word[]): string | undefined {
  const word = words.find(({ name }) => name === part.name)
  if (word === undefined || fitted(part, words).compare !== part.compare) {
    return undefined
  }
  const { name, kind } = word
  const isList = kind === 'several' || kind === 'file'
  if (!needsValue(part.compare) && word.about !== undefined) {
    // A number over all items is no answer that could be missing.
    return undefined
  }
  if (!needsValue(part.compare)) {
    const isAnswered = part.compare === 'answered'
    const sign = isList ? (isAnswered ? '> 0' : '= 0') : isAnswered ? '!= null' : '= null'
    return part.value === '' ? `${isList ? `count(${name})` : name} ${sign}` : undefined
  }
  const isOrder = part.compare !== 'is' && part.compare !== 'is-not'
  const beside = besideText(part, othersOf(word, words))
  const written = part.other === undefined ? valueText(part.value, word) : beside
  const value = isOrder && !ORDERED.includes(kind) ? undefined : written
  if (value === undefined || kind === 'file') {
    return undefined
  }
  if (kind === 'several') {
    const contains = `list contains(${name}, ${value})`
    return part.compare === 'is' ? contains : `not(${contains})`
  }
  return `${name} ${OPERATORS[part.compare]} ${value}`
}

/** The other answer, with what is added to a day: months as the law counts them, to the last day of a month that has no such day. */
function besideText({ other, value }: Part, others: readonly Word[]): string | undefined {
  const known = others.find(({ name }) => name === other)?.name
  const [, sign, span] = SPAN.exec(value) ?? []
  if (known === undefined || value === '') {
    return known
  }
  return sign === undefined ? undefined : `${known} ${sign} duration("P${span}")`
}

function valueText(value: string, { kind, values }: Word): string | undefined {
  switch (kind) {
    case 'choice':
    case 'several':
      return values.some(({ code }) => code === value) ? quoted(value) : undefined
    case 'bool':
      return value === 'true' || value === 'false' ? value : undefined
    case 'number':
      return NUMBER.test(value) ? value : undefined
    case 'money':
      return CENTS.test(value) ? value : undefined
    case 'date':
      return dayText(value)
    case 'time':
      return TIME.test(value) ? quoted(value) : undefined
    default:
      return value.trim() === value ? quoted(value) : undefined
  }
}

const NUMBER = /^-?(?:0|[1-9]\d{0,11})(?:\.\d{0,5}[1-9])?$/
const CENTS = /^(?:0|[1-9]\d{0,11})$/
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/
const FROM_TODAY = /^heute([+-])([1-9]\d{0,3})([DMY])$/
/** What is added to the day of another answer. */
const SPAN = /^([+-])([1-9]\d{0,3}[DMY])$/

const quoted = (text: string): string | undefined => (/^[^"\\\p{Cc}]{1,200}$/u.test(text) ? `"${text}"` : undefined)

function dayText(value: string): string | undefined {
  const [, sign, count, unit] = FROM_TODAY.exec(value) ?? []
  if (value === 'heute' || sign !== undefined) {
    return sign === undefined ? 'heute' : `heute ${sign} duration("P${count}${unit}")`
  }
  const isDay = DAY.test(value) && new Date(`${value}T00:00:00Z`).toJSON()?.startsWith(value) === true
  return isDay ? `date("${value}")` : undefined
}

const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*`
/** A question, or a number over all items of a list. */
const TERM = String.raw`(?:count|sum)\(${NAME}\)|${NAME}`
const LITERAL = String.raw`"[^"\\]*"|-?\d+(?:\.\d+)?|true|false|null|heute(?:\s*[+-]\s*duration\("P\d+[DMY]"\))?|date\("[\d-]+"\)`
const SHAPES = {
  count: new RegExp(String.raw`count\((${NAME})\)\s*(> 0|= 0)`, 'uy'),
  notContains: new RegExp(String.raw`not\(list contains\((${NAME}),\s*("[^"\\]*")\)\)`, 'uy'),
  contains: new RegExp(String.raw`list contains\((${NAME}),\s*("[^"\\]*")\)`, 'uy'),
  not: new RegExp(String.raw`not\((${NAME})\)`, 'uy'),
  compared: new RegExp(String.raw`(${TERM})\s*(!=|<=|>=|=|<|>)\s*(${LITERAL})(?![\p{L}\p{N}_.(])`, 'uy'),
  beside: new RegExp(
    String.raw`(${TERM})\s*(!=|<=|>=|=|<|>)\s*(${TERM})(?:\s*([+-])\s*duration\("P(\d+[DMY])"\))?`,
    'uy',
  ),
  bare: new RegExp(`(${NAME})`, 'uy'),
} as const
const JOIN = /\s+(and|or)\s+/uy

/** The conditions that a rule in FEEL consists of; undefined where it is of any other shape. Pure. */
export function chosenIn(rule: string, words: readonly Word[]): Chosen | undefined {
  const text = rule.trim()
  const parts: Part[] = []
  const joins = new Set<string>()
  let at = 0
  while (parts.length < PARTS_MAX) {
    const read = partAt(text, at, words)
    if (read === undefined) {
      return undefined
    }
    parts.push(read.part)
    at = read.end
    if (at === text.length) {
      return joins.size > 1 ? undefined : { join: joins.has('or') ? 'or' : 'and', parts }
    }
    JOIN.lastIndex = at
    const joined = JOIN.exec(text)
    if (joined === null) {
      return undefined
    }
    joins.add(joined[1] ?? '')
    at = JOIN.lastIndex
  }
  return undefined
}

function partAt(text: string, at: number, words: readonly Word[]): { part: Part; end: number } | undefined {
  for (const [shape, pattern] of Object.entries(SHAPES)) {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    const word = words.find(({ name }) => name === found?.[1])
    if (found === null || word === undefined) {
      continue
    }
    const part = partOf(shape as keyof typeof SHAPES, word, found)
    // What cannot be written again as it is meant is left alone.
    return part === undefined || partText(part, words) === undefined ? undefined : { part, end: pattern.lastIndex }
  }
  return undefined
}

function partOf(shape: keyof typeof SHAPES, { name, kind }: Word, found: RegExpExecArray): Part | undefined {
  const [, , second = '', third = '', sign, span] = found
  const isList = kind === 'several' || kind === 'file'
  switch (shape) {
    case 'count':
      return isList ? { name, compare: second === '> 0' ? 'answered' : 'unanswered', value: '' } : undefined
    case 'contains':
    case 'notContains':
      return { name, compare: shape === 'contains' ? 'is' : 'is-not', value: second.slice(1, -1) }
    case 'not':
    case 'bare':
      return kind === 'bool' ? { name, compare: 'is', value: String(shape === 'bare') } : undefined
    case 'beside': {
      const compare = tableOf(kind)[second]
      const value = sign === undefined ? '' : `${sign}${span}`
      const isFit = compare !== undefined && (sign === undefined || kind === 'date')
      return isFit ? { name, compare, value, other: third } : undefined
    }
    default:
      return isList ? undefined : comparedPart({ name, kind }, second, third)
  }
}

function comparedPart(
  { name, kind }: Pick<Word, 'name' | 'kind'>,
  operator: string,
  literal: string,
): Part | undefined {
  if (literal === 'null') {
    const compare = operator === '!=' ? 'answered' : operator === '=' ? 'unanswered' : undefined
    return compare === undefined ? undefined : { name, compare, value: '' }
  }
  const compare = tableOf(kind)[operator]
  const isText = kind === 'text' || kind === 'time' || kind === 'choice'
  if (compare === undefined || isText !== literal.startsWith('"')) {
    return undefined
  }
  const day = /^date\("([\d-]+)"\)$/.exec(literal)?.[1]
  const value = isText
    ? literal.slice(1, -1)
    : (day ?? literal.replace(/\s*([+-])\s*duration\("P(\d+[DMY])"\)/, '$1$2'))
  return { name, compare, value }
}
