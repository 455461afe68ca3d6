import { createHash } from 'node:crypto'
import { pick } from '../catalogue/service.ts'
import type { Content } from '../content/snapshot.ts'
import { ATTRIBUTES, prefillName } from '../lib/attribute-names.ts'
import { MAPPING } from './adapt.ts'
import { feeRows } from './fee-table.ts'
import { positionRows } from './file-plan.ts'
import { goneIn, goneRows } from './gone.ts'
import { checkRows, pointRows } from './sheet-checks.ts'
import { eligibilityRows, evidenceRows, listAt, signerRows } from './sheet-conditions.ts'
import { mappingRows } from './sheet-mapping.ts'
import { noticeRows } from './sheet-notice.ts'
import { processRows } from './sheet-process.ts'
import { registerRows } from './sheet-registers.ts'
import { type Building, FORM, type Row, type RowOption, recordAt, row, type StepText } from './sheet-rows.ts'
import type { State } from './state.ts'
import { EMPTY_LANGUAGE, translationRows } from './translation.ts'
import { yamlAt } from './yaml-edit.ts'

export type { Row } from './sheet-rows.ts'

/** A form of the editor's pages: rows of one file. `seen` changes when anybody changes one of them. */
export type Sheet = {
  readonly id: string
  readonly file: string
  readonly rows: readonly Row[]
  readonly seen: string
}

const SERVICE = 'service.yaml'

/** Builds a sheet from what stands in the files now; undefined where there is no such sheet. */
export function sheetOf(id: string, state: State, content: Content): Sheet | undefined {
  const [kind = '', ...rest] = id.split('.')
  const about = rest.join('.')
  const file = fileOf(kind, about)
  const source = kind === 'translation' ? languageFile(state.files[file], about, content) : state.files[file]
  const build = Object.hasOwn(BUILDERS, kind) ? BUILDERS[kind] : undefined
  const rows = source === undefined ? [] : (build?.({ source, state, content, about }) ?? [])
  // Nothing left to mend is an answer too.
  return rows.length === 0 && kind !== 'gone' ? undefined : { id, file, rows, seen: seenOf(rows) }
}

/** The file of a language of the city beside German, that it may not have yet; undefined for any other. */
const languageFile = (source: string | undefined, lang: string, content: Content): string | undefined =>
  lang !== 'de' && content.city.languages.some((one) => one === lang) ? (source ?? EMPTY_LANGUAGE) : undefined

/** Notices and processes have a file for each kind and language, which the sheet names. */
function fileOf(kind: string, about: string): string {
  switch (kind) {
    case 'mapping':
      return MAPPING
    case 'settings':
    case 'fee':
    case 'registers':
      return SERVICE
    case 'translation':
      return `form.${about}.yaml`
    case 'notice':
    case 'process':
      return `${kind}.${about}.yaml`
    default:
      return FORM
  }
}

/** Digest of what an editor was shown. */
export const seenOf = (rows: readonly Pick<Row, 'name' | 'value'>[]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map(({ name, value }) => [name, value])))
    .digest('hex')
    .slice(0, 24)

const BUILDERS: Readonly<Record<string, (building: Building) => readonly Row[]>> = {
  settings: settingsRows,
  mapping: mappingRows,
  fee: feeRows,
  registers: registerRows,
  texts: textRows,
  purposes: purposeRows,
  pages: pageRows,
  question: questionRows,
  point: pointRows,
  checks: checkRows,
  signers: signerRows,
  eligibility: eligibilityRows,
  notice: noticeRows,
  process: processRows,
  translation: translationRows,
  gone: ({ state }) => goneRows(state, goneIn(state)),
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
    retention: [...new Map(content.retention.rules.map((rule) => [rule.id, rule]))].map(
      ([value, { years, source }]) => {
        return { value, text: source, years }
      },
    ),
    lifeSituations: [...content.lifeSituations].map(([value, { title }]) => ({ value, text: title.de })),
  }
  const undecided = yamlAt(source, ['undecided'])
  const isOpen = (name: string): boolean => Array.isArray(undecided) && undecided.includes(name)
  const rows = [
    row(source, 'catalogue', 'choice', { options: catalogue }),
    row(source, 'title/de', 'line', { label: 'service-title' }),
    row(source, 'postbox', 'choice', { options: options.postbox }),
    row(source, 'trustLevel', 'choice', { options: plain('none', 'basic', 'substantial', 'high') }),
    row(source, 'filePlan', 'choice', { options: options.filePlan }),
    ...positionRows(),
    row(source, 'retention', 'choice', { options: options.retention }),
    row(source, 'processing', 'period'),
    row(source, 'minutes', 'number'),
    row(source, 'evidence', 'choice', { options: plain('upload', 'none') }),
    row(source, 'lifeSituations', 'choices', { options: options.lifeSituations }),
    row(source, 'keywords', 'lines'),
    row(source, 'automatic/norm', 'line', { label: 'automatic' }),
    row(source, 'online', 'choice', { options: plain('none', 'own', 'assistant', 'elsewhere') }),
  ]
  return rows.map((one) => (isOpen(one.name) ? { ...one, value: '' } : one))
}

function textRows({ source }: Building): readonly Row[] {
  return [
    row(source, 'title', 'line'),
    row(source, 'start/lead', 'text'),
    row(source, 'start/eligible', 'lines'),
    row(source, 'start/needed', 'lines'),
    row(source, 'start/fee', 'text', { label: 'fee-text' }),
    row(source, 'start/deadline', 'text'),
    row(source, 'start/otherWays', 'lines'),
    row(source, 'start/recipients', 'text'),
    row(source, 'start/retention', 'text', { label: 'retention-text' }),
    row(source, 'review/legalEffect', 'text'),
    row(source, 'review/button', 'line'),
    ...listAt(source, ['review', 'notes']).flatMap((_, index) => {
      const group = 'review-notes'
      const at = `review/notes/${index}`
      return [
        row(source, `${at}/text`, 'text', { group, label: 'note-text' }),
        row(source, `${at}/when`, 'rule', { group }),
      ]
    }),
    row(source, 'receipt/title', 'line', { label: 'receipt' }),
    ...listAt(source, ['receipt', 'next']).flatMap((entry, index) => {
      const { when, onlyIf } = (entry ?? {}) as { when?: unknown; onlyIf?: unknown }
      return onlyIf === undefined
        ? []
        : [row(source, `receipt/next/${index}/onlyIf`, 'rule', { group: String(when), label: 'when' })]
    }),
  ]
}

function purposeRows({ source }: Building): readonly Row[] {
  return purposesIn(source).flatMap(({ id, asked }) => [
    row(source, `purposes/${id}/purpose`, 'text', { group: asked }),
    row(source, `purposes/${id}/legalBasis`, 'line', { group: asked }),
  ])
}

/** Purposes with the questions that are asked for them: by those people know which one it is. */
function purposesIn(source: string): readonly { id: string; asked: string; text: string }[] {
  const fields = Object.values(recordAt(source, 'fields')) as readonly {
    why?: unknown
    short?: unknown
    label?: unknown
  }[]
  return Object.entries(recordAt(source, 'purposes')).map(([id, entry]) => {
    const { purpose, legalBasis } = (entry ?? {}) as { purpose?: unknown; legalBasis?: unknown }
    const labels = fields.filter((field) => field?.why === id).map(({ short, label }) => String(short ?? label ?? ''))
    const asked = `${labels.slice(0, 3).join(', ')}${labels.length > 3 ? ' …' : ''}` || id
    const basis = legalBasis === undefined ? '' : ` (${String(legalBasis).slice(0, 60)})`
    return { id, asked, text: `${String(purpose ?? '').slice(0, 80)}${basis}: ${asked}` }
  })
}

function pageRows({ source }: Building): readonly Row[] {
  return rowsOfPages(source, yamlAt(source, ['steps']), { at: 'steps', title: '' })
}

/** Rows of every page, and of each repeating group before its pages. */
function rowsOfPages(source: string, steps: unknown, within: { at: string; title: string }): readonly Row[] {
  return (Array.isArray(steps) ? (steps as readonly StepText[]) : []).flatMap((step, index) => {
    const at = `${within.at}/${index}`
    const own = String(step.title ?? step.id ?? index)
    const group = within.title === '' ? own : `${within.title} › ${own}`
    const both = [row(source, `${at}/title`, 'line', { group }), row(source, `${at}/when`, 'rule', { group })]
    return step.steps === undefined
      ? [...both, row(source, `${at}/lead`, 'text', { group, label: 'page-lead' })]
      : [
          ...both,
          row(source, `${at}/itemTitle`, 'line', { group }),
          row(source, `${at}/another`, 'line', { group }),
          ...rowsOfPages(source, step.steps, { at: `${at}/steps`, title: group }),
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
  const purposes = purposesIn(source).map(({ id, text }) => ({ value: id, text }))
  const codes = Object.keys(recordAt(source, 'fields', about, 'options'))
  // Nobody answers a note or a computed value.
  const isNote = field['compute'] !== undefined || field['subject'] === undefined
  return [
    row(source, `${at}/label`, 'line'),
    row(source, `${at}/short`, 'line'),
    row(source, `${at}/hint`, 'text'),
    row(source, `${at}/subject`, 'line'),
    row(source, `${at}/object`, 'line'),
    row(source, `${at}/why`, 'choice', { options: purposes }),
    row(source, `${at}/when`, 'rule'),
    ...(isNote ? [] : [row(source, `${at}/required`, 'obligation')]),
    ...evidenceRows(source, about),
    ...(field['compute'] === undefined ? [] : [row(source, `${at}/compute`, 'rule')]),
    row(source, `${at}/kind`, 'choice', { options: plain(...KINDS) }),
    row(source, `${at}/text`, 'text', { label: 'field-text' }),
    row(source, `${at}/past`, 'yes-no'),
    ...(isNote ? [] : [row(source, `${at}/prefill`, 'choices', { options: plain(...ATTRIBUTES.map(prefillName)) })]),
    ...codes.map((code) => row(source, `${at}/options/${code}/label`, 'line', { group: code, label: 'option' })),
  ]
}
