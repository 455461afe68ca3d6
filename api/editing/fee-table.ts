import { pick } from '../catalogue/service.ts'
import type { Content } from '../content/snapshot.ts'
import { type Building, type Row, type RowOption, recordAt } from './sheet-rows.ts'
import type { State } from './state.ts'
import { germanDay } from './typed-values.ts'
import { yamlAt } from './yaml-edit.ts'

export type FeeVersion = Content['fees']['fees'][number]
/** One version of an amount, as people write it. */
export type AmountText = {
  readonly euro: string
  /** What is owed at least and at most, however often it is counted; empty where nothing says so. */
  readonly least: string
  readonly most: string
  readonly from: string
  readonly to: string
  readonly source: string
}
/** An item of the fee as it stands in the file. */
export type ItemText = Readonly<Record<string, unknown>> & { readonly fee?: unknown }
/** A row of the table: one fee, when it is owed and how often, and its amounts by time. */
export type FeeLine = {
  /** Names it on the sheet: the id of the fee, numbered where it stands there twice. */
  readonly key: string
  readonly fee: string
  readonly name: string
  /** Paid with the application, each year by a notice of its own; empty: nobody has said. */
  readonly due: 'application' | 'year' | ''
  readonly otherwise: boolean
  readonly when: string
  readonly count: string
  readonly versions: readonly FeeVersion[]
  /** Its amounts are not this service's to change: others cost the same, or a rule makes them. */
  readonly fixed: 'shared' | 'rule' | null
  readonly sharedWith: readonly string[]
  readonly item: ItemText
}

/** Rows in a table at most, and amounts of one row. */
export const LINES_MAX = 20
export const AMOUNTS_MAX = 12
/** Control that holds the keys of the rows, in their order. */
export const ORDER = 'order'
/** A row that there was not before. */
export const isNewKey = (key: string): boolean => /^N\d{1,3}$/.test(key)

/** All fees of the town with those of a state in their place. */
export function feesWith(content: Content, state: Pick<State, 'fees'>): readonly FeeVersion[] {
  const silent = { inputs: {}, table: {}, isDemo: false }
  const own = state.fees.map((line): FeeVersion => Object.assign({}, silent, yamlAt(line, []) as FeeVersion))
  const ids = new Set(own.map(({ id }) => id))
  return [...content.fees.fees.filter(({ id }) => !ids.has(id)), ...own]
}

/** What other services cost the same, by their titles. */
export function sharedWith(content: Content, slug: string, fee: string): readonly string[] {
  return [...content.services].flatMap(([other, service]) => {
    const isUsed = service.fees.includes(fee) || service.fee?.items.some((item) => item.fee === fee)
    const title = service.title?.de ?? pick(content.mirror.services.get(service.catalogue)?.name, 'de')?.value ?? other
    return other !== slug && isUsed === true ? [title] : []
  })
}

/** The rows of a service's fee: what is paid with the application in its order, then what is paid otherwise. */
export function feeLines({ source, state, content }: Omit<Building, 'about'>): readonly FeeLine[] {
  const items = itemsIn(source)
  const paid = items.map((item) => String(item.fee ?? ''))
  const others = listIn(source, ['fees']).filter((id) => !paid.includes(id))
  const all = feesWith(content, state)
  const keys = keysOf([...paid, ...others])
  return keys.map((key, index) => {
    const item = items[index]
    return lineOf({ content, slug: state.slug, all }, { key, fee: [...paid, ...others][index] ?? '', item })
  })
}

/** Keys of the items in the file, for those who know a place in it. */
export const keysIn = (source: string): readonly string[] => keysOf(itemsIn(source).map(({ fee }) => String(fee ?? '')))

type Around = { readonly content: Content; readonly slug: string; readonly all: readonly FeeVersion[] }

/** A row of a fee that the town has. */
export function lineOf(
  { content, slug, all }: Around,
  { key, fee, item }: { readonly key: string; readonly fee: string; readonly item: ItemText | undefined },
): FeeLine {
  const versions = all.filter(({ id }) => id === fee).toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
  const others = sharedWith(content, slug, fee)
  const isYearly = versions[0]?.per === 'year'
  return {
    key,
    fee,
    name: versions.at(-1)?.name.de ?? fee,
    due: item === undefined ? (isYearly ? 'year' : '') : 'application',
    otherwise: item?.['otherwise'] === true,
    when: textIn(item, 'when'),
    count: textIn(item, 'count'),
    versions,
    fixed: others.length > 0 ? 'shared' : versions.some(({ rule }) => rule !== undefined) ? 'rule' : null,
    sharedWith: others,
    item: item ?? {},
  }
}

const textIn = (item: ItemText | undefined, key: string): string =>
  item?.[key] === undefined || item[key] === null ? '' : String(item[key])

export function itemsIn(source: string): readonly ItemText[] {
  const items = yamlAt(source, ['fee', 'items'])
  return Array.isArray(items) ? (items as readonly ItemText[]) : []
}

function listIn(source: string, path: readonly string[]): readonly string[] {
  const value = yamlAt(source, path)
  return Array.isArray(value) ? value.map(String) : []
}

function keysOf(fees: readonly string[]): readonly string[] {
  return fees.map((fee, index) => {
    const before = fees.slice(0, index).filter((one) => one === fee).length
    return before === 0 ? fee : `${fee}.${before + 1}`
  })
}

/** The sheet of a service's fee: its table row by row, then who may ask to pay nothing. */
export function feeRows(building: Building): readonly Row[] {
  const lines = feeLines(building)
  return [orderRow(lines), ...lines.flatMap(rowsOfLine), ...exemptionRows(building)]
}

/** Rows of a table with those that somebody has typed since it was shown: new rows, fees of the town, more amounts. */
export function withTypedRows(
  rows: readonly Row[],
  building: Building,
  values: Readonly<Record<string, string>>,
): readonly Row[] {
  const known = new Set(rows.map(({ name }) => name))
  const lines = typedLines(building, values)
  return [...rows, ...lines.flatMap((line) => rowsOfTyped(line, values)).filter(({ name }) => !known.has(name))]
}

/** The rows of the table that were sent, in the order in which they were sent; what they hold stands in the values. */
export function typedLines(
  building: Omit<Building, 'about'>,
  values: Readonly<Record<string, string>>,
): readonly FeeLine[] {
  const lines = feeLines(building)
  const { content, state } = building
  const around = { content, slug: state.slug, all: feesWith(content, state) }
  const order = values[ORDER] === undefined ? lines.map(({ key }) => key) : keysSent(values[ORDER])
  return order.flatMap((key) => {
    const fee = key.replace(/\.\d+$/, '')
    const isKnown = around.all.some(({ id }) => id === fee)
    const known = lines.find((line) => line.key === key)
    return known ?? (isNewKey(key) ? blankLine(key) : isKnown ? lineOf(around, { key, fee, item: undefined }) : [])
  })
}

export const keysSent = (text: string): readonly string[] =>
  [...new Set(text.split(/\s+/).filter((key) => /^[A-Za-z0-9.-]{1,90}$/.test(key)))].slice(0, LINES_MAX)

const blankLine = (key: string): FeeLine => ({
  key, fee: '', name: '', due: 'application', otherwise: false, when: '', count: '', versions: [], fixed: null, sharedWith: [], item: {},
}) // biome-ignore format: one thought

const orderRow = (lines: readonly FeeLine[]): Row => ({
  name: ORDER,
  label: 'fee-order',
  kind: 'choice',
  value: lines.map(({ key }) => key).join('\n'),
  options: lines.map(({ key, name }) => ({ value: key, text: name })),
})

const plain = (...values: readonly string[]): readonly RowOption[] => values.map((value) => ({ value, text: '' }))

function rowsOfLine(line: FeeLine): readonly Row[] {
  const at = `fee/${line.key}`
  const group = line.name
  const row = (name: string, label: string, more: Partial<Row>): Row => {
    return { name: `${at}/${name}`, label, kind: 'line', value: '', options: [], group, ...more }
  }
  return [
    ...(line.fixed === null ? [row('name', 'fee-name', { value: line.name })] : []),
    row('due', 'fee-due', { kind: 'choice', value: line.due, options: plain('application', 'year') }),
    row('otherwise', 'fee-otherwise', {
      kind: 'choice',
      value: line.otherwise ? 'otherwise' : 'also',
      options: plain('also', 'otherwise'),
    }),
    ...(line.fixed === null
      ? line.versions.flatMap((version, index) => amountRows(row, amountText(version), index))
      : []),
    row('count', 'fee-count', { kind: 'rule', value: line.count }),
    row('when', 'fee-when', { kind: 'rule', value: line.when }),
  ]
}

/** Rows of a line with one for every amount that was sent. */
function rowsOfTyped(line: FeeLine, values: Readonly<Record<string, string>>): readonly Row[] {
  const rows = rowsOfLine(line)
  const at = `fee/${line.key}`
  const row = (name: string, label: string, more: Partial<Row>): Row => {
    return { name: `${at}/${name}`, label, kind: 'line', value: '', options: [], group: line.name, ...more }
  }
  const blank = { euro: '', least: '', most: '', from: '', to: '', source: '' }
  return line.fixed === null
    ? [...rows, ...amountsSent(line.key, values).flatMap((index) => amountRows(row, blank, index))]
    : rows
}

type RowMaker = (name: string, label: string, more: Partial<Row>) => Row

const amountRows = (
  row: RowMaker,
  { euro, least, most, from, to, source }: AmountText,
  index: number,
): readonly Row[] => [
  row(`v${index}/euro`, 'fee-euro', { kind: 'amount', value: euro }),
  row(`v${index}/least`, 'fee-least', { kind: 'amount', value: least }),
  row(`v${index}/most`, 'fee-most', { kind: 'amount', value: most }),
  row(`v${index}/from`, 'fee-from', { value: from }),
  row(`v${index}/to`, 'fee-to', { value: to }),
  row(`v${index}/source`, 'fee-source', { value: source }),
]

/** Numbers of the amounts of a row that were sent, in their order. */
function amountsSent(key: string, values: Readonly<Record<string, string>>): readonly number[] {
  const start = `fee/${key}/v`
  const found = Object.keys(values).flatMap((name) =>
    name.startsWith(start) ? (/^(\d{1,2})\/euro$/.exec(name.slice(start.length))?.[1] ?? []) : [],
  )
  return found.map(Number).toSorted((a, b) => a - b).slice(0, AMOUNTS_MAX) // biome-ignore format: one thought
}

/** A row as it was sent. What a program does not send stays as it is; a page sends the whole table, and what it leaves out is gone. */
export function lineSent(
  line: FeeLine,
  values: Readonly<Record<string, string>>,
): { readonly value: (name: string) => string; readonly amounts: readonly number[] } {
  const start = `fee/${line.key}/`
  const before =
    values[ORDER] === undefined ? new Map(rowsOfLine(line).map(({ name, value }) => [name.slice(start.length), value])) : new Map<string, string>() // biome-ignore format: one thought
  const known = [...before.keys()].flatMap((name) => /^v(\d+)\/euro$/.exec(name)?.[1] ?? []).map(Number)
  return {
    value: (name) => (values[`${start}${name}`] ?? before.get(name) ?? '').trim(),
    amounts: [...new Set([...known, ...amountsSent(line.key, values)])].toSorted((a, b) => a - b),
  }
}

/** An amount as people write it. */
export const amountText = ({
  amountCents,
  leastCents,
  mostCents,
  validFrom,
  validTo,
  source,
}: FeeVersion): AmountText => ({
  euro: amountCents === undefined ? '' : euroText(amountCents),
  least: leastCents === undefined ? '' : euroText(leastCents),
  most: mostCents === undefined ? '' : euroText(mostCents),
  from: germanDay(validFrom),
  to: validTo === undefined ? '' : germanDay(validTo),
  source,
})

export const euroText = (cents: number): string =>
  new Intl.NumberFormat('de', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(cents / 100)

/** Who may ask to pay nothing, and which question takes the proof. */
function exemptionRows({ source, state }: Building): readonly Row[] {
  const exemption = recordAt(source, 'fee', 'exemption')
  const text = exemption['text'] as { readonly de?: unknown } | undefined
  const files = proofQuestions(state)
  const group = 'exemption'
  const evidence = String(exemption['evidence'] ?? '')
  const options = evidence === '' || files.some(({ value }) => value === evidence) ? files : [...files, { value: evidence, text: evidence }] // biome-ignore format: one thought
  return [
    { name: 'exemption/when', label: 'exemption-when', kind: 'rule', value: String(exemption['when'] ?? ''), options: [], group },
    { name: 'exemption/evidence', label: 'exemption-evidence', kind: 'choice', value: evidence, options, group },
    { name: 'exemption/text', label: 'exemption-text', kind: 'text', value: String(text?.de ?? ''), options: [], group },
  ] // biome-ignore format: one table
}

/** Questions of the form that take files. */
function proofQuestions({ files }: Pick<State, 'files'>): readonly RowOption[] {
  const fields = Object.entries(recordAt(files['form.de.yaml'] ?? '', 'fields'))
  return fields.flatMap(([value, field]) => {
    const { label, short } = (field ?? {}) as { label?: unknown; short?: unknown }
    return { value, text: String(short ?? label ?? value) }
  })
}
