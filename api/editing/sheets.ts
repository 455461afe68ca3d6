import { createHash } from 'node:crypto'
import { pick } from '../catalogue/service.ts'
import type { Content } from '../content/snapshot.ts'
import { MAPPING } from './adapt.ts'
import { mappingRows } from './sheet-mapping.ts'
import type { State } from './state.ts'
import { yamlAt } from './yaml-edit.ts'

export type RowKind = 'line' | 'text' | 'lines' | 'number' | 'choice' | 'choices' | 'yes-no'
export type RowOption = { readonly value: string; readonly text: string }

/** One thing that can be changed. Its name is the way to the entry in the file, joined by slashes. */
export type Row = {
  readonly name: string
  /** What it is, worded in content: `editing.row.<label>`. */
  readonly label: string
  readonly kind: RowKind
  /** Lines and choices joined by line ends. */
  readonly value: string
  readonly options: readonly RowOption[]
  /** What several rows have in common, in the service's own words. */
  readonly group?: string
}

/** A form of the editor's pages: rows of one file. `seen` changes when anybody changes one of them. */
export type Sheet = {
  readonly id: string
  readonly file: string
  readonly rows: readonly Row[]
  readonly seen: string
}

const SERVICE = 'service.yaml'
const FORM = 'form.de.yaml'

/** Builds a sheet from what stands in the files now; undefined where there is no such sheet. */
export function sheetOf(id: string, state: State, content: Content): Sheet | undefined {
  const [kind = '', ...rest] = id.split('.')
  const about = rest.join('.')
  const file = kind === 'mapping' ? MAPPING : kind === 'settings' || kind === 'fee' ? SERVICE : FORM
  const source = state.files[file]
  const build = Object.hasOwn(BUILDERS, kind) ? BUILDERS[kind] : undefined
  const rows = source === undefined ? [] : (build?.({ source, state, content, about }) ?? [])
  return rows.length === 0 ? undefined : { id, file, rows, seen: seenOf(rows) }
}

/** Digest of what an editor was shown. */
export const seenOf = (rows: readonly Pick<Row, 'name' | 'value'>[]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map(({ name, value }) => [name, value])))
    .digest('hex')
    .slice(0, 24)

export type Building = {
  readonly source: string
  readonly state: State
  readonly content: Content
  readonly about: string
}

const BUILDERS: Readonly<Record<string, (building: Building) => readonly Row[]>> = {
  settings: settingsRows,
  mapping: mappingRows,
  fee: feeRows,
  texts: textRows,
  purposes: purposeRows,
  pages: pageRows,
  question: questionRows,
  point: pointRows,
}

function row(
  source: string,
  name: string,
  kind: RowKind,
  more: { options?: readonly RowOption[]; group?: string; label?: string } = {},
): Row {
  const value = yamlAt(source, pathOf(name))
  const { options = [], group, label = name.split('/').at(-1) ?? '' } = more
  return { name, label, kind, value: textOf(value), options, ...(group === undefined ? {} : { group }) }
}

/** Way to an entry from the name of its row. */
export const pathOf = (name: string): readonly (string | number)[] =>
  name.split('/').map((part) => (/^\d+$/.test(part) ? Number(part) : part))

function textOf(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map(String).join('\n')
  }
  return value === undefined || value === null ? '' : String(value)
}

const plain = (...values: readonly string[]): readonly RowOption[] => values.map((value) => ({ value, text: '' }))

function settingsRows({ source, state, content }: Building): readonly Row[] {
  const taken = new Set(
    [...content.services].filter(([slug]) => slug !== state.slug).map(([, { catalogue }]) => catalogue),
  )
  const catalogue = [...content.mirror.services.values()]
    .filter(({ key }) => !taken.has(key))
    .map(({ key, name }) => ({ value: key, text: pick(name, 'de')?.value ?? key }))
  const positions = content.filePlan.positions.filter((position) => position.prefix !== undefined)
  const options = {
    postbox: [...content.postboxes].map(([value, { name }]) => ({ value, text: name.de })),
    filePlan: positions.map(({ id, title }) => ({ value: id, text: `${id} ${title}` })),
    retention: [...new Set(content.retention.rules.map((rule) => rule.id))].map((value) => ({ value, text: value })),
    lifeSituations: [...content.lifeSituations].map(([value, { title }]) => ({ value, text: title.de })),
  }
  return [
    row(source, 'catalogue', 'choice', { options: catalogue }),
    row(source, 'postbox', 'choice', { options: options.postbox }),
    row(source, 'trustLevel', 'choice', { options: plain('none', 'basic', 'substantial', 'high') }),
    row(source, 'filePlan', 'choice', { options: options.filePlan }),
    row(source, 'retention', 'choice', { options: options.retention }),
    row(source, 'minutes', 'number'),
    row(source, 'evidence', 'choice', { options: plain('upload', 'none') }),
    row(source, 'lifeSituations', 'choices', { options: options.lifeSituations }),
    row(source, 'keywords', 'lines'),
    row(source, 'automatic/norm', 'line', { label: 'automatic' }),
    row(source, 'online', 'choice', { options: plain('none', 'own', 'assistant', 'elsewhere') }),
  ]
}

function feeRows({ source, content }: Building): readonly Row[] {
  const fees = new Map(content.fees.fees.map(({ id, name, amountCents }) => [id, { name: name.de, amountCents }]))
  const options = [...fees].map(([value, { name, amountCents }]) => {
    return {
      value,
      text: amountCents === undefined ? name : `${name} (${(amountCents / 100).toFixed(2).replace('.', ',')} €)`,
    }
  })
  const blank = (name: string, kind: RowKind): Row => ({ name, label: name, kind, value: '', options: [] })
  return [
    row(source, 'fees', 'choices', { options }),
    blank('new-fee-name', 'line'),
    blank('new-fee-euro', 'line'),
    blank('new-fee-source', 'line'),
  ]
}

function textRows({ source }: Building): readonly Row[] {
  return [
    row(source, 'title', 'line'),
    row(source, 'start/lead', 'text'),
    row(source, 'start/minutes', 'number'),
    row(source, 'start/eligible', 'lines'),
    row(source, 'start/needed', 'lines'),
    row(source, 'start/fee', 'text', { label: 'fee-text' }),
    row(source, 'start/deadline', 'text'),
    row(source, 'start/otherWays', 'lines'),
    row(source, 'start/recipients', 'text'),
    row(source, 'start/retention', 'text', { label: 'retention-text' }),
    row(source, 'review/legalEffect', 'text'),
    row(source, 'review/button', 'line'),
    row(source, 'receipt/title', 'line', { label: 'receipt' }),
  ]
}

function purposeRows({ source }: Building): readonly Row[] {
  return Object.keys(recordAt(source, 'purposes')).flatMap((id) => [
    row(source, `purposes/${id}/purpose`, 'text', { group: id }),
    row(source, `purposes/${id}/legalBasis`, 'line', { group: id }),
  ])
}

type StepText = {
  readonly id?: unknown
  readonly title?: unknown
  readonly steps?: readonly StepText[]
  readonly loop?: unknown
}

function pageRows({ source }: Building): readonly Row[] {
  const steps = yamlAt(source, ['steps'])
  return (Array.isArray(steps) ? (steps as readonly StepText[]) : []).flatMap((step, index) => {
    const at = `steps/${index}`
    const group = String(step.title ?? step.id ?? index)
    const own = [row(source, `${at}/title`, 'line', { group }), row(source, `${at}/when`, 'line', { group })]
    if (step.steps === undefined) {
      return [...own, row(source, `${at}/lead`, 'text', { group, label: 'page-lead' })]
    }
    const inner = step.steps.flatMap((page, position) => {
      const within = { group: `${group} › ${String(page.title ?? page.id ?? position)}` }
      return [
        row(source, `${at}/steps/${position}/title`, 'line', within),
        row(source, `${at}/steps/${position}/when`, 'line', within),
      ]
    })
    return [
      ...own,
      row(source, `${at}/itemTitle`, 'line', { group }),
      row(source, `${at}/another`, 'line', { group }),
      ...inner,
    ]
  })
}

/** Kinds a text or yes/no question may be told to be; the checks say where one does not fit the data. */
const KINDS = ['text', 'long-text', 'name', 'email', 'phone', 'iban', 'digits', 'plate', 'declaration'] as const

function questionRows({ source, about }: Building): readonly Row[] {
  const field = recordAt(source, 'fields', about)
  if (field['element'] === undefined) {
    return []
  }
  const at = `fields/${about}`
  const purposes = Object.entries(recordAt(source, 'purposes')).map(([value, purpose]) => {
    return { value, text: `${value}: ${String((purpose as { purpose?: unknown })?.purpose ?? '').slice(0, 80)}` }
  })
  const codes = Object.keys(recordAt(source, 'fields', about, 'options'))
  return [
    row(source, `${at}/label`, 'line'),
    row(source, `${at}/short`, 'line'),
    row(source, `${at}/hint`, 'text'),
    row(source, `${at}/subject`, 'line'),
    row(source, `${at}/object`, 'line'),
    row(source, `${at}/why`, 'choice', { options: purposes }),
    row(source, `${at}/when`, 'line'),
    row(source, `${at}/kind`, 'choice', { options: plain(...KINDS) }),
    row(source, `${at}/text`, 'text', { label: 'field-text' }),
    row(source, `${at}/past`, 'yes-no'),
    ...codes.map((code) => row(source, `${at}/options/${code}/label`, 'line', { group: code, label: 'option' })),
  ]
}

/** The answer to a rule in words: a check that exists, a new one, a condition, or a sentence. */
function pointRows({ source, about }: Building): readonly Row[] {
  const checks = yamlAt(source, ['checks'])
  const ids = (Array.isArray(checks) ? checks : []).map((check: { id?: unknown }) => String(check.id ?? ''))
  const answer = `rules/${about}`
  const blank = (name: string, kind: RowKind, options: readonly RowOption[] = []): Row => {
    return { name, label: name, kind, value: '', options }
  }
  return [
    row(source, `${answer}/check`, 'choice', { options: plain(...ids) }),
    blank('new-check-at', 'choice', plain(...Object.keys(recordAt(source, 'fields')))),
    blank('new-check-rule', 'line'),
    blank('new-check-text', 'line'),
    row(source, `${answer}/condition`, 'choice', { options: plain(...conditionsIn(source)) }),
    row(source, `${answer}/reason`, 'text'),
  ]
}

/** Steps and fields that are asked under a condition. */
function conditionsIn(source: string): readonly string[] {
  const steps = yamlAt(source, ['steps'])
  const all = (Array.isArray(steps) ? (steps as readonly (StepText & { when?: unknown })[]) : []).flatMap((step) => [
    step,
    ...((step.steps ?? []) as readonly (StepText & { when?: unknown })[]),
  ])
  const fields = Object.entries(recordAt(source, 'fields')).filter(
    ([, field]) => (field as { when?: unknown })?.when !== undefined,
  )
  return [
    ...all.filter((step) => step.when !== undefined).map((step) => String(step.id)),
    ...fields.map(([path]) => path),
  ]
}

function recordAt(source: string, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const value = yamlAt(source, path)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
