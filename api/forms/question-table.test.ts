import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import { writeXDatenfelder } from '../adapters/xdatenfelder/write.ts'
import { readCsv, writeCsv } from './csv.ts'
import type { DataModel, DataNode } from './data-model.ts'
import { readQuestionTable, writeQuestionTable } from './question-table.ts'
import { seedFiles } from './testing.ts'

const rowsOf = (source: string) => {
  const result = readCsv(source, 'fragen.csv')
  return result.ok ? result.rows.map(({ line, cells }) => [line, ...cells]) : result.findings
}

describe('readCsv', () => {
  it.each<[string, string, unknown]>([
    [
      'commas',
      'a,b\n1,2\n',
      [
        [1, 'a', 'b'],
        [2, '1', '2'],
      ],
    ],
    [
      'semicolons, where a cell holds commas',
      'a;b\n"1,5";2',
      [
        [1, 'a', 'b'],
        [2, '1,5', '2'],
      ],
    ],
    [
      'the separator of the first line only',
      '"x,y,z";b\r\n1;2',
      [
        [1, 'x,y,z', 'b'],
        [2, '1', '2'],
      ],
    ],
    [
      'a byte order mark and tabs',
      '\ufeffa\tb\r1\t2',
      [
        [1, 'a', 'b'],
        [2, '1', '2'],
      ],
    ],
    [
      'quotes in quotes and line ends in cells',
      'a;b\n"say ""so""\r\nagain";2\n3;4',
      [
        [1, 'a', 'b'],
        [2, 'say "so"\r\nagain', '2'],
        [4, '3', '4'],
      ],
    ],
    [
      'empty lines',
      'a\n\n;\n1',
      [
        [1, 'a'],
        [4, '1'],
      ],
    ],
    ['nothing', '', []],
  ] as const)('takes %s', (_, source, rows) => {
    expect(rowsOf(source)).toEqual(rows)
  })

  it.each([
    ['open quotes', 'a;b\n"1;2\n3', 'csv/quotes', 2],
    ['text after quotes', 'a;b\n1;2\n"x"y;2', 'csv/after-quotes', 3],
    ['too many rows', `a\n${'x\n'.repeat(5001)}`, 'csv/too-large', 5001],
  ])('refuses %s with the line', (_, source, type, line) => {
    expect(rowsOf(source)).toMatchObject([{ type, line, file: 'fragen.csv' }])
  })

  it('gives back what was written, whatever it holds', () => {
    const cell = fc.string({ maxLength: 12, unit: fc.constantFrom(...'ab;,"\'\n\r\t=+-@| ä') })
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const kept = rows.filter((cells) => cells.some((text) => text.trim() !== ''))
        const read = readCsv(writeCsv([['head', 'b', 'c', 'd'], ...rows]), 'f')
        expect(read.ok ? read.rows.slice(1).map(({ cells }) => cells) : read.findings).toEqual(kept)
      }),
      { numRuns: 300 },
    )
  })

  it('writes no cell that a spreadsheet would run', () => {
    const written = writeCsv([['=1+1', '+49', '-2', '@x', '\tx', '\rx', "'=1", 'ok']])
    const raw = written
      .slice(1)
      .trimEnd()
      .split(';')
      .map((cell) => cell.replace(/^"/, ''))
    expect(raw.every((cell) => !/^[=+\-@\t\r]/.test(cell))).toBe(true)
    expect(rowsOf(written)).toEqual([[1, '=1+1', '+49', '-2', '@x', '\tx', '\rx', "'=1", 'ok']])
  })
})

const table = (source: string) => {
  const result = readQuestionTable(source, 'fragen.csv')
  return result.ok ? result.model : result.findings
}

describe('readQuestionTable', () => {
  it('makes a schema of nothing but questions, with local ids that can be exported', () => {
    const model = table(
      'bezeichnungEingabe;datentyp;in\nWie heißt das Boot?;text;Boot\nWie lang?;num;Boot\nSeit wann?;date;',
    )
    expect(model).toMatchObject({
      id: expect.stringMatching(/^S99000\d{6}$/),
      children: [
        { node: 'group', name: 'Boot', children: [{ name: 'Wie heißt das Boot?', type: 'text' }, { type: 'num' }] },
        { node: 'field', inputLabel: 'Seit wann?', type: 'date', min: 1, max: 1 },
      ],
    })
    const xml = writeXDatenfelder(model as DataModel, { messageId: '1', writtenAt: '2026-11-24T10:00:00Z' })
    expect(xml.ok && readXDatenfelder(xml.xml, 'form.xml').ok).toBe(true)
  })

  it.each([
    ['an unknown column', 'bezeichnungEingabe;datentypp\nA;text', 'table/unknown-column', 1, 'datentyp'],
    ['no question column', 'id;datentyp\nF1;text', 'table/missing-column', 1, undefined],
    ['no rows', 'bezeichnungEingabe\n', 'table/empty', 1, undefined],
    ['an unknown type', 'bezeichnungEingabe;datentyp\nA;text\nB;dat', 'table/value', 3, 'date'],
    ['a wrong multiplicity', 'bezeichnungEingabe;anzahl\nA;ja', 'table/multiplicity', 2, undefined],
    ['a select without codes', 'bezeichnungEingabe;feldart\n\nA;select', 'table/codes', 3, undefined],
    ['a code twice', 'bezeichnungEingabe;werte\nA;a=A | a=B', 'table/codes', 2, undefined],
    ['a length in words', 'bezeichnungEingabe;maxLength\nA;viel', 'table/value', 2, undefined],
    ['an unknown group id', 'bezeichnungEingabe;in\nA;G12000000001', 'table/unknown-group', 2, undefined],
    ['an id twice', 'bezeichnungEingabe;id\nA;F1\nB;F1', 'table/duplicate-id', 3, undefined],
    ['a row without words', 'bezeichnungEingabe;id\n;F1', 'table/empty', 2, undefined],
    ['more cells than columns', 'bezeichnungEingabe\nA;B', 'table/too-many-cells', 2, undefined],
  ])('refuses %s with line and suggestion', (_, source, type, line, suggestion) => {
    expect(table(source)).toContainEqual(
      expect.objectContaining({ type, line, ...(suggestion === undefined ? {} : { suggestion }) }),
    )
  })

  it('gives a schema of the standard back: ids, versions, groups, limits, codes', () => {
    const read = readXDatenfelder(seedFiles('hund-anmelden')['form.xml'] ?? '', 'form.xml')
    const model = read.ok ? read.model : undefined
    const again = table(writeQuestionTable(model as DataModel)) as DataModel
    expect(again).toEqual({
      ...again,
      id: model?.id,
      version: model?.version,
      name: model?.name,
      children: model?.children.map(inTable),
    })
    expect(again.children.length).toBeGreaterThan(5)
  })
})

/** What a table keeps of an element. */
function inTable(node: DataNode): unknown {
  const { rules: _, relations: _r, keywords: _k, record: _c, elementKind: _e, releaseState: _s, ...kept } = node
  const shared = {
    ...kept,
    outputHelp: '',
    description: '',
    legalBasis: node.legalBasis.map(({ text }) => ({ text })),
    line: expect.any(Number),
  }
  return node.node === 'group' ? { ...shared, children: node.children.map(inTable) } : { ...shared, prefill: 'none' }
}
