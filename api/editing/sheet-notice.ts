import { type Building, FORM, type Row, type RowOption, recordAt, row } from './sheet-rows.ts'
import { yamlAt } from './yaml-edit.ts'

/** Parts of a notice that hold any number of texts, in their order. */
export const NOTICE_PARTS = ['operative', 'reasons', 'information'] as const
export type NoticePart = (typeof NOTICE_PARTS)[number]

/** A text of a notice as it stands in the file, before anything checked it: words alone, or with a condition. */
export type BlockText =
  | string
  | {
      readonly text?: unknown
      readonly list?: unknown
      readonly table?: { readonly columns?: unknown }
      readonly answers?: unknown
      readonly when?: unknown
    }

/** Rows of a text there is not yet. */
export const newBlock = (part: NoticePart) => ({
  text: `new-${part}-text`,
  when: `new-${part}-when`,
  answers: `new-${part}-answers`,
})

/** The texts of one notice: head, every text with its condition, room for one more in each part. */
export function noticeRows({ source, state, content, about }: Building): readonly Row[] {
  const lang = about.split('.')[1] ?? 'de'
  if (yamlAt(source, ['kind']) === undefined) {
    return []
  }
  const remedies = yamlAt(textOf(content.file(`letters/remedies.${lang}.yaml`)), ['remedies'])
  const known = (Array.isArray(remedies) ? (remedies as readonly { id?: unknown; title?: unknown }[]) : []).map(
    ({ id, title }) => ({ value: String(id), text: String(title) }),
  )
  const all = [...new Map(known.map((one) => [one.value, one])).values()]
  // By its title alone, unless two are called the same.
  const options = all.map(({ value, text }) => {
    const isOnly = all.filter((other) => other.text === text).length === 1
    return { value, text: isOnly ? text : `${text} (${value})` }
  })
  const questions = questionsOf(state.files[FORM] ?? '')
  return [
    row(source, 'title', 'line', { label: 'notice-title' }),
    row(source, 'recipient', 'lines', { label: 'notice-recipient' }),
    row(source, 'salutation', 'line', { label: 'notice-salutation' }),
    ...NOTICE_PARTS.flatMap((part) => partRows(source, part, questions)),
    row(source, 'closing', 'line', { label: 'notice-closing' }),
    row(source, 'remedy', 'choice', { label: 'notice-remedy', options }),
  ]
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes ?? new Uint8Array())

/** Questions and groups of the German form, by what they are called. */
const questionsOf = (form: string): readonly RowOption[] =>
  Object.entries(recordAt(form, 'fields')).map(([value, field]) => {
    const { label, short } = (field ?? {}) as { label?: unknown; short?: unknown }
    return { value, text: String(short ?? label ?? value) }
  })

/** Texts of a part of a notice as they stand in the file. */
export function blocksIn(source: string, part: NoticePart): readonly BlockText[] {
  const blocks = yamlAt(source, [part])
  return Array.isArray(blocks) ? (blocks as readonly BlockText[]) : []
}

/** Where a new text stands in the file that was made of it; undefined for any other row. */
export function placeOfNewBlock(name: string, source: string): readonly (string | number)[] | undefined {
  const part = NOTICE_PARTS.find((one) => Object.values(newBlock(one)).includes(name))
  if (part === undefined) {
    return undefined
  }
  const blocks = blocksIn(source, part)
  const isAnswers = (block: BlockText | undefined): boolean => typeof block === 'object' && block?.answers !== undefined
  const last = blocks.length - 1
  const { text, when, answers } = newBlock(part)
  const index = name === text && isAnswers(blocks[last]) ? last - 1 : last
  return name === when ? [part, index, 'when'] : name === answers ? [part, index, 'answers'] : [part, index]
}

function partRows(source: string, part: NoticePart, questions: readonly RowOption[]): readonly Row[] {
  const names = newBlock(part)
  const group = `new-${part}`
  const blank = { options: [], value: '', group }
  return [
    ...blocksIn(source, part).flatMap((block, index) => blockRows(source, { part, block, index, questions })),
    { ...blank, name: names.text, label: 'block-text', kind: 'text' },
    { ...blank, name: names.answers, label: 'block-answers', kind: 'choices', options: questions },
    { ...blank, name: names.when, label: 'block-when', kind: 'rule' },
  ]
}

type BlockAt = {
  readonly part: NoticePart
  readonly block: BlockText
  readonly index: number
  readonly questions: readonly RowOption[]
}

function blockRows(source: string, { part, block, index, questions }: BlockAt): readonly Row[] {
  const at = `${part}/${index}`
  const group = `${part}-${index + 1}`
  if (typeof block !== 'object' || block === null) {
    return [
      { name: `${at}/text`, label: 'block-text', kind: 'text', value: String(block).trim(), options: [], group },
      row(source, `${at}/when`, 'rule', { group, label: 'block-when' }),
    ]
  }
  const columns = Array.isArray(block.table?.columns) ? block.table.columns : []
  return [
    ...(block.text === undefined ? [] : [row(source, `${at}/text`, 'text', { group, label: 'block-text' })]),
    ...(block.list === undefined ? [] : [row(source, `${at}/list`, 'lines', { group, label: 'block-list' })]),
    ...(block.answers === undefined
      ? []
      : [
          row(source, `${at}/answers`, 'choices', {
            group,
            label: 'block-answers',
            options: withGroups(block, questions),
          }),
        ]),
    ...columns.flatMap((_, column) => [
      row(source, `${at}/table/columns/${column}/title`, 'line', { group, label: 'block-column' }),
      row(source, `${at}/table/columns/${column}/text`, 'line', { group, label: 'block-cell' }),
    ]),
    row(source, `${at}/when`, 'rule', { group, label: 'block-when' }),
  ]
}

/** Whole groups named in the file by hand stay choosable. */
function withGroups(block: Exclude<BlockText, string>, questions: readonly RowOption[]): readonly RowOption[] {
  const chosen = Array.isArray(block.answers) ? block.answers.map(String) : []
  const own = chosen.filter((path) => !questions.some(({ value }) => value === path))
  return [...own.map((value) => ({ value, text: value })), ...questions]
}
