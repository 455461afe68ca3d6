import type { FeeLineView, FeePage, Row } from './api.ts'
import type { RefusedSheet } from './editing.ts'
import type { Translate } from './words.ts'

/** One amount of a row on the sheet: its number in the names of controls. */
type ShownAmount = { readonly index: number; readonly rows: readonly Row[] }
/** A row of the table of fees as it is shown: saved, or as somebody has typed it so far. */
export type ShownLine = {
  readonly key: string
  readonly line: FeeLineView
  readonly name: Row
  readonly due: Row
  readonly otherwise: Row
  readonly count: Row
  readonly when: Row
  readonly amounts: readonly ShownAmount[]
}

/** An amount in words: "7,50 € ab 01.01.2026, mindestens 25,00 €". */
export function amountWords({ euro, least, most, from, to }: FeeLineView['amounts'][number], t: Translate): string {
  const amount = euro === '' ? t('editing.fee.by-rule') : `${euro} €`
  const span = t(to === '' ? 'editing.fee.amount-from' : 'editing.fee.amount-span', { amount, from, to })
  const bounds = [
    ...(least === '' ? [] : [t('editing.fee.at-least', { amount: `${least} €` })]),
    ...(most === '' ? [] : [t('editing.fee.at-most', { amount: `${most} €` })]),
  ]
  return [span, ...bounds].join(', ')
}

export const AMOUNTS_MAX = 12
export const LINES_MAX = 20

/**
 * Rows of the table in the order in which they are shown: as they are saved, or as they were sent, with what a button asked
 * for done: one row more or less, a row elsewhere, another amount. Nothing of it is kept before somebody saves. Pure.
 */
export function shownLines(fee: FeePage, rows: readonly Row[], refused: RefusedSheet | null): readonly ShownLine[] {
  const known = new Map([...fee.known, ...fee.lines].map((line) => [line.key, line]))
  const typed = refused?.typed('order')
  const sent = typed === undefined ? fee.lines.map(({ key }) => key) : typed.split(/\s+/).filter(Boolean)
  const act = (refused?.typed('act') ?? '').split(' ')
  return ordered(sent, act, refused).map((key) => {
    const line = known.get(key) ?? blankLine(key)
    return shownLine(line, rows, { act, refused })
  })
}

/** Key of the row that comes next. */
export const nextKey = (keys: readonly string[]): string =>
  `N${Math.max(0, ...keys.map((key) => Number(/^N(\d+)$/.exec(key)?.[1] ?? 0))) + 1}`

function ordered(
  keys: readonly string[],
  [act = '', key = '']: readonly string[],
  refused: RefusedSheet | null,
): readonly string[] {
  const at = keys.indexOf(key)
  switch (act) {
    case 'add':
      return keys.length < LINES_MAX ? [...keys, nextKey(keys)] : keys
    case 'take': {
      const taken = refused?.typed('take-fee') ?? ''
      return taken === '' || keys.includes(taken) ? keys : [...keys, taken]
    }
    case 'remove':
      return keys.filter((one) => one !== key)
    case 'up':
      return at > 0 ? moved(keys, at, at - 1) : keys
    case 'down':
      return at >= 0 && at < keys.length - 1 ? moved(keys, at, at + 1) : keys
    default:
      return keys
  }
}

const moved = (keys: readonly string[], from: number, to: number): readonly string[] =>
  keys.toSpliced(from, 1).toSpliced(to, 0, keys[from] ?? '')

const blankLine = (key: string): FeeLineView => ({
  key, name: '', fixed: null, sharedWith: [], due: 'application', otherwise: true, when: '', count: '', times: '', factors: [], amounts: [],
}) // biome-ignore format: one thought

type Typed = { readonly act: readonly string[]; readonly refused: RefusedSheet | null }

function shownLine(line: FeeLineView, rows: readonly Row[], { act, refused }: Typed): ShownLine {
  const at = `fee/${line.key}`
  const row = (name: string, label: string, more: Partial<Row>): Row =>
    rows.find((one) => one.name === `${at}/${name}`) ?? { name: `${at}/${name}`, label, kind: 'line', value: '', options: [], ...more } // biome-ignore format: one thought
  const plain = (...values: readonly string[]) => values.map((value) => ({ value, text: '' }))
  return {
    key: line.key,
    line,
    name: row('name', 'fee-name', { value: line.name }),
    due: row('due', 'fee-due', { kind: 'choice', value: line.due || 'application', options: plain('application', 'year') }),
    otherwise: row('otherwise', 'fee-otherwise', { kind: 'choice', value: line.otherwise ? 'otherwise' : 'also', options: plain('otherwise', 'also') }),
    count: row('count', 'fee-count', { kind: 'rule', value: line.count }),
    when: row('when', 'fee-when', { kind: 'rule', value: line.when }),
    amounts: line.fixed === null ? numbersOf(line, { act, refused }).map((index) => ({ index, rows: AMOUNT.map(([name, label]) => row(`v${index}/${name}`, label, { kind: ['euro', 'least', 'most'].includes(name) ? 'amount' : 'line' })) })) : [],
  } // biome-ignore format: one table
}

const AMOUNT = [['euro', 'fee-euro'], ['least', 'fee-least'], ['most', 'fee-most'], ['from', 'fee-from'], ['to', 'fee-to'], ['source', 'fee-source']] as const // biome-ignore format: one table

function numbersOf(line: FeeLineView, { act: [act = '', key = '', number = ''], refused }: Typed): readonly number[] {
  const all = Array.from({ length: AMOUNTS_MAX }, (_, index) => index)
  const sent = all.filter((index) => refused?.typed(`fee/${line.key}/v${index}/euro`) !== undefined)
  const saved = line.amounts.length === 0 ? [0] : line.amounts.map((_, index) => index)
  const now = sent.length > 0 ? sent : saved
  if (key !== line.key) {
    return now
  }
  const next = Math.max(-1, ...now) + 1
  return act === 'amount' && next < AMOUNTS_MAX ? [...now, next] : act === 'less' ? now.filter((index) => String(index) !== number) : now // biome-ignore format: one thought
}
