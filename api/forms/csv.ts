import type { Finding } from '../lib/finding.ts'

const ROWS_MAX = 5_000
const CELLS_MAX = 60

/** One row of a table with the line it begins on, from 1. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] }
export type CsvResult =
  | { readonly ok: true; readonly rows: readonly CsvRow[] }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Reads a table as RFC 4180 writes it, with comma, semicolon or tab between cells: the sign that the first line has most of
 * outside quotes. A byte order mark and any line ends are taken; empty lines are left out; a cell may hold line ends in
 * quotes. Refused with the line: quotes that do not end, text after closing quotes, more than 5,000 rows. Never throws.
 */
export function readCsv(source: string, file: string): CsvResult {
  const text = source.replace(/^\ufeff/, '')
  const finding = (line: number, type: string, detail: string): CsvResult => {
    return { ok: false, findings: [{ file, line, type, detail }] }
  }
  const separator = separatorOf(text)
  const rows: CsvRow[] = []
  let at = 0
  let line = 1
  while (at < text.length) {
    const row = readRow(text, at, separator)
    if (row.problem !== undefined) {
      return finding(line + row.lines, `csv/${row.problem}`, PROBLEMS[row.problem])
    }
    const cells = row.cells.map(unguarded)
    if (cells.some((cell) => cell.trim() !== '')) {
      rows.push({ line, cells })
    }
    if (rows.length > ROWS_MAX || cells.length > CELLS_MAX) {
      return finding(line, 'csv/too-large', `At most ${ROWS_MAX} rows of ${CELLS_MAX} cells are read.`)
    }
    line += row.lines + 1
    at = row.end
  }
  return { ok: true, rows }
}

/**
 * Writes a table as RFC 4180 says, with semicolons, as German spreadsheets expect, and a byte order mark. A cell that a
 * spreadsheet would run as a formula gets an apostrophe before it, which {@link readCsv} takes away again.
 */
export const writeCsv = (rows: readonly (readonly string[])[]): string => `${CSV_BEGIN}${rows.map(csvRow).join('')}`

/** What such a table begins with: the byte order mark, by which spreadsheets know UTF-8. */
export const CSV_BEGIN = '\ufeff'

/** One row of such a table, for those that are sent while they are made. */
export const csvRow = (cells: readonly string[]): string =>
  `${cells.map((cell) => quoted(guarded(cell))).join(';')}\r\n`

const PROBLEMS = {
  quotes: 'Quotes are opened and never closed.',
  'after-quotes': 'Text stands between closing quotes and the next cell.',
} as const

type Row = {
  readonly cells: readonly string[]
  readonly end: number
  /** Line ends inside the row. */
  readonly lines: number
  readonly problem?: keyof typeof PROBLEMS
}

function readRow(text: string, start: number, separator: string): Row {
  const cells: string[] = []
  let at = start
  let lines = 0
  for (;;) {
    const cell = text[at] === '"' ? quotedCell(text, at + 1) : plainCell(text, at, separator)
    lines += cell.lines
    if (cell.problem !== undefined) {
      return { cells, end: cell.end, lines, problem: cell.problem }
    }
    cells.push(cell.text)
    at = cell.end
    if (text[at] === separator) {
      at += 1
    } else if (at >= text.length || text[at] === '\n' || text[at] === '\r') {
      const end = text.startsWith('\r\n', at) ? at + 2 : at + 1
      return { cells, end, lines }
    } else {
      return { cells, end: at, lines, problem: 'after-quotes' }
    }
  }
}

type Cell = { readonly text: string; readonly end: number; readonly lines: number; readonly problem?: 'quotes' }

function plainCell(text: string, start: number, separator: string): Cell {
  let end = start
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') {
    end += 1
  }
  return { text: text.slice(start, end), end, lines: 0 }
}

function quotedCell(text: string, start: number): Cell {
  let from = start
  let value = ''
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0) {
      return { text: value, end: text.length, lines: 0, problem: 'quotes' }
    }
    value += text.slice(from, quote)
    if (text[quote + 1] !== '"') {
      return { text: value, end: quote + 1, lines: value.split(/\r\n|\r|\n/).length - 1 }
    }
    value += '"'
    from = quote + 2
  }
}

function separatorOf(text: string): string {
  const first = (/^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? '').replace(/"(?:[^"]|"")*"/g, '')
  const counts = [';', ',', '\t'].map((sign) => ({ sign, count: first.split(sign).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).sign
}

const quoted = (cell: string): string => (/[";,\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** Spreadsheets run what begins with these signs. */
const guarded = (cell: string): string => (/^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)
const unguarded = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)
