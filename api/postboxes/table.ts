import { Zip, ZipDeflate } from 'fflate'
import { CSV_BEGIN, csvRow } from '../forms/service.ts'

/** A cell of a table that leaves the house: a text, or a legal day (`YYYY-MM-DD`). */
export type Cell = string | { readonly day: string }
export type Row = readonly Cell[]

const encoder = new TextEncoder()

/** Bytes of a table as CSV, row after row as they come; days as people write them. */
export async function* csvOf(head: readonly string[], rows: AsyncIterable<Row>): AsyncGenerator<Uint8Array> {
  yield encoder.encode(CSV_BEGIN + csvRow(head))
  for await (const row of rows) {
    yield encoder.encode(csvRow(row.map((cell) => (typeof cell === 'string' ? cell : germanDay(cell.day)))))
  }
}

const germanDay = (day: string): string => day.split('-').reverse().join('.')

const ROWS_AT_ONCE = 200

/**
 * Bytes of a table as a spreadsheet (Office Open XML, ECMA-376), packed while the rows come. Texts stand in the cells as
 * texts, whatever they begin with: no cell is a formula. Days are numbers of days, so that they sort. The head stays in sight.
 */
export async function* xlsxOf(head: readonly string[], rows: AsyncIterable<Row>): AsyncGenerator<Uint8Array> {
  const packed: Uint8Array[] = []
  const zip = new Zip((error, bytes) => {
    if (error !== null) {
      throw error
    }
    packed.push(bytes)
  })
  const file = (name: string): ZipDeflate => {
    const part = new ZipDeflate(name, { level: 6 })
    zip.add(part)
    return part
  }
  for (const [name, xml] of Object.entries(FRAME)) {
    file(name).push(encoder.encode(xml), true)
  }
  const sheet = file('xl/worksheets/sheet1.xml')
  let waiting = SHEET_BEGIN + headXml(head)
  let count = 1
  for await (const row of rows) {
    count += 1
    waiting += rowXml(row, count)
    if (count % ROWS_AT_ONCE === 0) {
      sheet.push(encoder.encode(waiting))
      waiting = ''
      yield* packed.splice(0)
    }
  }
  sheet.push(encoder.encode(waiting + SHEET_END), true)
  zip.end()
  yield* packed
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
/** Styles by number: plain, a day, the head. */
const [DAY, HEAD] = [1, 2]
/** Everything of the file but its rows. */
const FRAME: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
  '_rels/.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Liste" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>`,
}
const SHEET_BEGIN = `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols><col min="1" max="64" width="20" customWidth="1"/></cols><sheetData>`
const SHEET_END = '</sheetData></worksheet>'

const headXml = (head: readonly string[]): string =>
  `<row r="1">${head.map((text, column) => textXml(text, `r="${placeOf(column, 1)}" s="${HEAD}"`)).join('')}</row>`

function rowXml(row: Row, number: number): string {
  const cells = row.map((cell, column) => {
    const place = `r="${placeOf(column, number)}"`
    return typeof cell === 'string' ? textXml(cell, place) : dayXml(cell.day, place)
  })
  return `<row r="${number}">${cells.join('')}</row>`
}

const LETTERS = 26
/** Name of a cell: `A1`, `AB12`. Some readers need it, although it may be left out. */
function placeOf(column: number, row: number): string {
  const letter = String.fromCodePoint(65 + (column % LETTERS))
  return column < LETTERS
    ? `${letter}${row}`
    : `${String.fromCodePoint(64 + Math.floor(column / LETTERS))}${letter}${row}`
}

const textXml = (text: string, named: string): string =>
  `<c ${named} t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`

const DAY_MS = 86_400_000
/** Spreadsheets count days from the 30th of December 1899. */
const dayXml = (day: string, named: string): string =>
  `<c ${named} s="${DAY}"><v>${(Date.parse(day) - Date.parse('1899-12-30')) / DAY_MS}</v></c>`

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** What XML cannot hold. */
const NO_XML = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
/** A cell holds this many signs. */
const CELL_MAX = 32_767
const escaped = (text: string): string =>
  text
    .slice(0, CELL_MAX)
    .replace(NO_XML, '')
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
