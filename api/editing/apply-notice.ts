import { sentText, type Values } from './sent.ts'
import { type BlockText, blocksIn, NOTICE_PARTS, type NoticePart, newBlock } from './sheet-notice.ts'
import { linesOf, type Row } from './sheet-rows.ts'
import type { Sheet } from './sheets.ts'
import type { YamlEdit } from './yaml-edit.ts'

type Sent = (name: string) => string | undefined

/** What the texts of a notice become; a part that nobody changed is left as it is written. */
export function applyBlocks(source: string, sheet: Sheet, values: Values): readonly YamlEdit[] {
  const rows = new Map(sheet.rows.map((row) => [row.name, row]))
  const sent: Sent = (name) => {
    const row = rows.get(name)
    return row === undefined ? undefined : sentText(row, values)
  }
  return NOTICE_PARTS.flatMap((part): readonly YamlEdit[] => {
    const before = blocksIn(source, part)
    const isTouched = sheet.rows.some((row) => isOf(row, part) && (sent(row.name) ?? row.value) !== row.value)
    if (!isTouched) {
      return []
    }
    const kept = before.flatMap((block, index) => blockAfter(block, `${part}/${index}`, sent))
    return [{ path: [part], value: [...kept, ...blockNew(part, sent)] }]
  })
}

const isOf = ({ name }: Row, part: NoticePart): boolean =>
  name.startsWith(`${part}/`) || name.startsWith(`new-${part}-`)

function blockAfter(block: BlockText, at: string, sent: Sent): readonly BlockText[] {
  const whole = typeof block === 'object' && block !== null ? block : { text: block }
  const when = sent(`${at}/when`) ?? String(whole.when ?? '')
  const { when: _, ...parts } = whole
  const texts = {
    ...parts,
    ...(parts.text === undefined ? {} : { text: sent(`${at}/text`) ?? parts.text }),
    ...(parts.list === undefined ? {} : { list: linesOf(sent(`${at}/list`), parts.list) }),
    ...(parts.answers === undefined ? {} : { answers: linesOf(sent(`${at}/answers`), parts.answers) }),
    ...(parts.table === undefined ? {} : { table: tableAfter(parts.table, `${at}/table`, sent) }),
  }
  const isEmpty = [texts.text, texts.list, texts.answers].some((part) => part === '' || (Array.isArray(part) && part.length === 0)) // biome-ignore format: one thought
  return isEmpty ? [] : [asBlock(texts, when)]
}

type Table = { readonly columns?: unknown }

function tableAfter(table: Table, at: string, sent: Sent): Table {
  const columns = Array.isArray(table.columns) ? (table.columns as readonly Readonly<Record<string, unknown>>[]) : []
  return {
    ...table,
    columns: columns.map((column, index) => ({
      ...column,
      title: sent(`${at}/columns/${index}/title`) ?? column['title'],
      text: sent(`${at}/columns/${index}/text`) ?? column['text'],
    })),
  }
}

/** New words, new answers, or both: each becomes a text of its own under the same condition. */
function blockNew(part: NoticePart, sent: Sent): readonly BlockText[] {
  const names = newBlock(part)
  const when = sent(names.when) ?? ''
  const text = sent(names.text) ?? ''
  const answers = linesOf(sent(names.answers), [])
  return [
    ...(text === '' ? [] : [asBlock({ text }, when)]),
    ...(answers.length === 0 ? [] : [asBlock({ answers }, when)]),
  ]
}

/** Words without a condition stand alone. */
function asBlock(parts: Exclude<BlockText, string>, when: string): BlockText {
  const isPlain = when === '' && Object.keys(parts).length === 1 && typeof parts.text === 'string'
  return isPlain ? String(parts.text) : { ...parts, ...(when === '' ? {} : { when }) }
}
