import { type RichBlock, type RichCell, SPAN_MAX } from '../../lib/rich-text.ts'

/** Elements of a table; a caption is text before it. */
export const TABLE: ReadonlySet<string> = new Set(['table', 'tr', 'td', 'th'])

type Around = {
  /** Ends what was begun so far, also lists within the table. */
  readonly flush: () => void
  readonly begin: () => void
  /** Takes the table once it has ended. */
  readonly end: (blocks: readonly RichBlock[]) => void
}
type Cell = { -readonly [key in keyof RichCell]: RichCell[key] }
type Table = { readonly rows: Cell[][]; cell: RichBlock[] | null; depth: number }

/** Reads the tables of foreign HTML: rows and cells however they are closed. A table within a table is read as a part of its cell. */
export function newTables({ flush, begin, end }: Around) {
  let table: Table | null = null
  const endCell = (): void => {
    flush()
    if (table !== null) {
      table.cell = null
    }
  }
  const open = (tag: string, attributes: string): void => {
    if (tag === 'table') {
      flush()
      if (table === null) {
        begin()
        table = { rows: [], cell: null, depth: 1 }
      } else {
        table.depth += 1
      }
    } else if (table === null || table.depth > 1) {
      flush()
    } else {
      endCell()
      if (tag === 'tr' || table.rows.length === 0) {
        table.rows.push([])
      }
      if (tag !== 'tr') {
        const text: RichBlock[] = []
        table.rows.at(-1)?.push({ text, ...(tag === 'th' ? { header: true as const } : {}), ...spanned(attributes) })
        table.cell = text
      }
    }
  }
  const finish = (): void => {
    if (table !== null) {
      endCell()
      const { rows } = table
      table = null
      end(tableBlocks(rows))
    }
  }
  const close = (tag: string): void => {
    if (table === null || table.depth > 1) {
      flush()
    } else if (tag !== 'table') {
      endCell()
    } else {
      finish()
      return
    }
    if (table !== null && tag === 'table') {
      table.depth -= 1
    }
  }
  return { open, close, finish, cell: (): RichBlock[] | undefined => table?.cell ?? undefined }
}

const SPANS = [['columns', /(?:^|\s)colspan\s*=\s*["']?(\d{1,2})/iu], ['rows', /(?:^|\s)rowspan\s*=\s*["']?(\d{1,2})/iu]] as const // biome-ignore format: one table

const spanned = (attributes: string): Pick<RichCell, 'columns' | 'rows'> =>
  Object.fromEntries(
    SPANS.flatMap(([name, pattern]) => {
      const many = Number(pattern.exec(attributes)?.[1] ?? 1)
      return many > 1 && many <= SPAN_MAX ? [[name, many]] : []
    }),
  )

/** A table of one column is only there for its looks. Without header cells, a first row all in bold is one. */
function tableBlocks(rows: readonly (readonly RichCell[])[]): readonly RichBlock[] {
  const filled = rows.filter((row) => row.some(({ text }) => text.length > 0))
  if (filled.every((row) => row.length < 2)) {
    return filled.flatMap((row) => row.flatMap(({ text }) => text))
  }
  const [first = [], ...others] = filled
  const isBold = ({ text }: RichCell): boolean =>
    text.every((block) => block.kind === 'paragraph' && block.spans.every((span) => span.strong === true))
  const hasHeader = filled.some((row) => row.some(({ header }) => header === true))
  const head = !hasHeader && others.length > 0 && first.every(isBold) ? first.map(headed) : first
  return [{ kind: 'table', rows: [head, ...others] }]
}

const headed = (cell: RichCell): RichCell => ({ ...cell, header: true })
