import { stringify } from 'yaml'
import type { Content } from '../content/snapshot.ts'
import { type FeeLine, type FeeVersion, feesWith, isNewKey, lineSent, typedLines } from './fee-table.ts'
import type { Values } from './sent.ts'
import { recordAt } from './sheet-rows.ts'
import type { State } from './state.ts'
import { centsOf, dayOf } from './typed-values.ts'
import { editYaml, type YamlEdit, yamlAt } from './yaml-edit.ts'

const SERVICE = 'service.yaml'

/** A row as it was sent. */
export type SentLine = {
  readonly line: FeeLine
  readonly value: (name: string) => string
  /** Amounts that were not left empty, by their number. */
  readonly amounts: readonly number[]
}
type Around = { readonly content: Content; readonly live: Content }

/** The rows of the table as they were sent, in their order. Rows that nobody filled in are none. */
export function sentLines(state: State, content: Content, values: Values): readonly SentLine[] {
  const source = state.files[SERVICE] ?? ''
  return typedLines({ source, state, content }, values).flatMap((line) => {
    const { value, amounts: all } = lineSent(line, values)
    const amounts = all.filter((index) => isFilled(index, value))
    const isBlank = isNewKey(line.key) && amounts.length === 0 && value('name') === '' && value('when') === ''
    return isBlank ? [] : [{ line, value, amounts }]
  })
}

/** A first day alone is only what the page proposed. */
const isFilled = (index: number, value: (name: string) => string): boolean =>
  ['euro', 'least', 'most', 'to', 'source'].some((key) => value(`v${index}/${key}`) !== '')

/**
 * Puts the table that was sent into the files: the items of the service in their order, and its own amounts among the fees
 * of the town. Amounts that other services share stay as they are. Pure; whether it is sound is for the checks to say.
 */
export function applyFee(state: State, values: Values, { content, live }: Around): State {
  const source = state.files[SERVICE] ?? ''
  const all = feesWith(content, state)
  const taken = new Set([...all, ...live.fees.fees].map(({ id }) => id))
  const rows = sentLines(state, content, values).map((sent) => {
    const id = isNewKey(sent.line.key) ? freshId(state.slug, taken) : sent.line.fee
    taken.add(id)
    return { ...sent, id, due: sent.value('due') }
  })
  const items = rows.filter(({ due }) => due === 'application').map(itemOf)
  const exemption = exemptionOf(source, values)
  const fee = items.length === 0 ? undefined : { items, ...(exemption === undefined ? {} : { exemption }) }
  const ids = [...new Set(rows.map(({ id }) => id))]
  const edits: readonly YamlEdit[] = [
    { path: ['fees'], value: ids.length === 0 ? undefined : ids },
    { path: ['fee'], value: fee },
  ]
  const changed = edits.filter(({ path, value }) => !isSame(yamlAt(source, path), value))
  const own = rows.filter(({ line }) => line.fixed === null)
  const lines = own.flatMap((row) => {
    const versions = versionsOf(row)
    return isSame(versions, live.fees.fees.filter(({ id }) => id === row.id).map(bare)) ? [] : versions
  })
  return {
    ...state,
    files: changed.length === 0 ? state.files : { ...state.files, [SERVICE]: editYaml(source, changed) },
    fees: lines.map(lineText),
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(other ?? null)

type Written = SentLine & { readonly id: string; readonly due: string }

function itemOf({ line, value, id }: Written, index: number): Readonly<Record<string, unknown>> {
  const { fee: _fee, when: _when, otherwise: _otherwise, count: _count, ...rest } = line.item
  const isOtherwise = index > 0 && value('otherwise') === 'otherwise'
  return {
    fee: id,
    ...(value('when') === '' ? {} : { when: value('when') }),
    ...(isOtherwise ? { otherwise: true } : {}),
    ...(value('count') === '' ? {} : { count: value('count') }),
    ...rest,
  }
}

/** All versions of a row's own fee, the earliest first; what the sheet does not show of them stays. */
function versionsOf({ line, value, amounts, id, due }: Written): readonly Readonly<Record<string, unknown>>[] {
  const name = value('name')
  const versions = amounts.map((index) => {
    const before: FeeVersion | undefined = line.versions[index] ?? line.versions.at(-1)
    const text = (key: string): string => value(`v${index}/${key}`)
    const to = dayOf(text('to'))
    return {
      ...(before === undefined ? { id } : bare(before)),
      name: { ...before?.name, de: name },
      amountCents: centsOf(text('euro')),
      leastCents: centsOf(text('least')),
      mostCents: centsOf(text('most')),
      per: due === 'year' ? 'year' : perOf(before, value('count')),
      judgedOn: before?.judgedOn ?? 'received',
      validFrom: dayOf(text('from')) ?? text('from'),
      validTo: to,
      source: text('source'),
    }
  })
  const sorted = versions.toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
  return sorted.map((version) => ordered({ ...version, id }))
}

/** By piece where it is counted; what the town wrote stays as long as it fits. */
function perOf(before: FeeVersion | undefined, count: string): 'submission' | 'item' {
  return before === undefined || before.per === 'year' ? (count === '' ? 'submission' : 'item') : before.per
}

/** A version as the file has it: without what is filled in where the file is silent. */
function bare({ isDemo, inputs, table, ...version }: FeeVersion): Readonly<Record<string, unknown>> {
  return ordered({
    ...version,
    ...(isDemo ? { isDemo } : {}),
    ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
    ...(Object.keys(table).length > 0 ? { table } : {}),
  })
}

const ORDER_OF_KEYS = ['id', 'name', 'amountCents', 'leastCents', 'mostCents', 'rule', 'inputs', 'table', 'per', 'judgedOn', 'isDemo', 'validFrom', 'validTo', 'source'] as const // biome-ignore format: one list

const ordered = (version: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(ORDER_OF_KEYS.flatMap((key) => (version[key] === undefined ? [] : [[key, version[key]]])))

const lineText = (version: object): string => stringify(version, { collectionStyle: 'flow', lineWidth: 0 }).trim()

function exemptionOf(source: string, values: Values): Readonly<Record<string, unknown>> | undefined {
  const was = recordAt(source, 'fee', 'exemption')
  const before = recordAt(source, 'fee', 'exemption', 'text')
  const old = { ...was, text: before['de'] } as Readonly<Record<string, unknown>>
  const [when, evidence, text] = ['when', 'evidence', 'text'].map((key) =>
    (values[`exemption/${key}`] ?? String(old[key] ?? '')).trim(),
  )
  return when === '' && evidence === '' && text === '' ? undefined : { when, evidence, text: { ...before, de: text } }
}

function freshId(slug: string, taken: ReadonlySet<string>): string {
  const base = slug.slice(0, 70).replace(/-+$/, '')
  const names = Array.from({ length: taken.size + 1 }, (_, index) => `${base}-${index + 1}`)
  return names.find((name) => !taken.has(name)) ?? base
}

/** Where a row of the sheet stands in the file that was made of it; undefined for what stands in no file of the service. */
export function feePlace(name: string, sent: readonly SentLine[]): readonly (string | number)[] | undefined {
  const [, key = '', what = ''] = /^fee\/([^/]+)\/(when|count|otherwise)$/.exec(name) ?? []
  const paid = sent.filter(({ value }) => value('due') === 'application')
  const index = paid.findIndex(({ line }) => line.key === key)
  return index < 0 ? undefined : ['fee', 'items', index, what]
}
