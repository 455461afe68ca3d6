import type { Content } from '../content/snapshot.ts'
import type { Issue } from '../lib/problem.ts'
import { LINES_MAX, ORDER } from './fee-table.ts'
import { type SentLine, sentLines } from './fee-write.ts'
import type { Values } from './sent.ts'
import type { State } from './state.ts'
import { centsOf, dayAfter, dayOf } from './typed-values.ts'

const CENTS_MAX = 99_999_900
const NAME_MAX = 300
const SOURCE_MAX = 200

type Sent = { readonly state: State; readonly content: Content; readonly values: Values; readonly today: string }

/** What of a table of fees cannot be: each at its row, in the words of the sheet (`editing.wrong.<type>`). Pure. */
export function wrongFee({ state, content, values, today }: Sent): readonly Issue[] {
  const lines = sentLines(state, content, values)
  const tooMany = lines.length > LINES_MAX ? [issue(ORDER, 'fee-too-many')] : []
  return [...tooMany, ...lines.flatMap((line) => wrongLine(line, today)), ...wrongExemption(lines, values)]
}

const issue = (name: string, type: string): Issue => ({ pointer: `/${name}`, type: `editing/${type}` })

function wrongLine(sent: SentLine, today: string): readonly Issue[] {
  const { line, value } = sent
  const at = `fee/${line.key}`
  if (line.fixed !== null) {
    return []
  }
  const isYearly = value('due') === 'year'
  const isJudgedLater = line.versions.some(({ judgedOn }) => judgedOn === 'event')
  const name = value('name') === '' ? ['fee-name-missing'] : value('name').length > NAME_MAX ? ['fee-long'] : []
  const due = value('due') === '' && line.due !== '' ? [issue(`${at}/due`, 'fee-due-missing')] : []
  const amounts = sent.amounts.flatMap((index) => wrongAmount(sent, index))
  const spans = amounts.length === 0 && due.length === 0 ? wrongSpans(sent, { today, isWhole: !isYearly && !isJudgedLater }) : [] // biome-ignore format: one thought
  const none = sent.amounts.length === 0 ? [issue(`${at}/v0/euro`, 'fee-euro-missing')] : []
  return [...name.map((type) => issue(`${at}/name`, type)), ...due, ...none, ...amounts, ...spans]
}

function wrongAmount({ line, value }: SentLine, index: number): readonly Issue[] {
  const at = `fee/${line.key}/v${index}`
  const text = (key: string): string => value(`v${index}/${key}`)
  const cents = centsOf(text('euro'))
  const [from, to] = [dayOf(text('from')), dayOf(text('to'))]
  const wrong = [
    ['euro', text('euro') === '' && 'fee-euro-missing'],
    ['euro', cents !== undefined && cents > CENTS_MAX && 'fee-euro-too-much'],
    ['least', (centsOf(text('least')) ?? 0) > CENTS_MAX && 'fee-euro-too-much'],
    ['most', (centsOf(text('most')) ?? 0) > CENTS_MAX && 'fee-euro-too-much'],
    ['most', (centsOf(text('most')) ?? CENTS_MAX) < (centsOf(text('least')) ?? 0) && 'fee-most-below-least'],
    ['from', text('from') === '' ? 'fee-from-missing' : from === undefined && 'fee-day'],
    ['to', text('to') !== '' && to === undefined && 'fee-day'],
    ['to', from !== undefined && to !== undefined && to < from && 'fee-to-before'],
    ['source', text('source') === '' && 'fee-source-missing'],
    ['source', text('source').length > SOURCE_MAX && 'fee-long'],
  ] as const
  return wrong.flatMap(([key, type]) => (type === false ? [] : [issue(`${at}/${key}`, type)]))
}

type Span = { readonly index: number; readonly from: string; readonly to: string | undefined }

/** No day has two amounts; what is paid with the application has one for every day from today on. */
function wrongSpans(
  { line, value, amounts }: SentLine,
  { today, isWhole }: { today: string; isWhole: boolean },
): readonly Issue[] {
  const at = `fee/${line.key}`
  const spans = amounts
    .map((index): Span => ({ index, from: dayOf(value(`v${index}/from`)) ?? '', to: dayOf(value(`v${index}/to`)) }))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
  const [first] = spans
  const early = isWhole && first !== undefined && first.from > today ? [issue(`${at}/v${first.index}/from`, 'fee-not-yet')] : [] // biome-ignore format: one thought
  return [
    ...early,
    ...spans.flatMap((span, index) => {
      const next = spans[index + 1]
      if (next !== undefined && (span.to === undefined || span.to >= next.from)) {
        return [issue(`${at}/v${next.index}/from`, 'fee-overlap')]
      }
      const isOpen = span.to !== undefined && (next === undefined || dayAfter(span.to) !== next.from)
      return isWhole && isOpen && (next?.from ?? '9999') > today ? [issue(`${at}/v${span.index}/to`, 'fee-gap')] : []
    }),
  ]
}

/** Freedom of charge needs all three: when, the question that takes the proof, and what the person reads. */
function wrongExemption(lines: readonly SentLine[], values: Values): readonly Issue[] {
  const names = ['exemption/when', 'exemption/evidence', 'exemption/text'] as const
  if (names.some((name) => values[name] === undefined)) {
    return []
  }
  const empty = names.filter((name) => (values[name] ?? '').trim() === '')
  if (empty.length === names.length) {
    return []
  }
  const isPaid = lines.some(({ value }) => value('due') === 'application')
  const long = (values['exemption/text'] ?? '').trim().length > NAME_MAX ? [issue('exemption/text', 'fee-long')] : []
  return [...empty.map((name) => issue(name, 'exemption-missing')), ...long, ...(isPaid ? [] : [issue('exemption/when', 'exemption-alone')])] // biome-ignore format: one thought
}
