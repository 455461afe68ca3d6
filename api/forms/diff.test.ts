import { describe, expect, it } from 'vitest'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import type { DataModel } from './data-model.ts'
import { diffForms } from './diff.ts'
import { seedFiles } from './testing.ts'

const SOURCE = seedFiles('hund-anmelden')['form.xml'] ?? ''
const read = (source: string): DataModel => {
  const result = readXDatenfelder(source, 'form.xml')
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings))
  }
  return result.model
}
const diff = (change: (source: string) => string) => {
  const changed = change(SOURCE)
  expect(changed).not.toBe(SOURCE)
  return diffForms(read(SOURCE), read(changed))
}
/** The structure that holds an element. */
const structureOf = (id: string): string => {
  const at = SOURCE.indexOf(id)
  const start = SOURCE.lastIndexOf('<xdf:struktur>', at)
  return SOURCE.slice(start, SOURCE.indexOf('</xdf:struktur>', at) + '</xdf:struktur>'.length)
}
const inElement = (id: string, from: string, to: string) => (source: string) => {
  const structure = structureOf(id)
  return source.replace(structure, structure.replace(from, to))
}

describe('diffForms', () => {
  it('finds nothing between a schema and itself', () => {
    expect(diffForms(read(SOURCE), read(SOURCE))).toEqual([])
  })

  it('names an added and a removed field with the group they lie in', () => {
    const removed = diff((source) => source.replace(structureOf('F12000000216'), ''))
    expect(removed).toMatchObject([{ kind: 'field', id: 'F12000000216', what: 'removed', within: ['Hund'] }])
    const added = diffForms(read(SOURCE.replace(structureOf('F12000000216'), '')), read(SOURCE))
    expect(added).toMatchObject([{ kind: 'field', id: 'F12000000216', what: 'added', within: ['Hund'] }])
  })

  it.each([
    [
      'label',
      'F12000000210',
      '<xdf:bezeichnungEingabe>Rufname',
      '<xdf:bezeichnungEingabe>Name',
      { before: 'Rufname', after: 'Name' },
    ],
    ['version', 'F12000000210', '1.0.0', '1.1.0', { before: '1.0.0', after: '1.1.0' }],
    ['type', 'F12000000213', '<code>date', '<code>text', { before: 'input date', after: 'input text' }],
    ['limits', 'F12000000214', 'maxLength="15"', 'maxLength="20"', { after: expect.stringContaining('maxLength 20') }],
    ['count', 'F12000000216', '0:1', '1:1', { before: '0:1', after: '1:1' }],
    ['legal-basis', 'F12000000204', '§ 8', '§ 8a', { after: expect.stringContaining('§ 8a') }],
  ])('names a changed %s', (aspect, id, from, to, values) => {
    expect(diff(inElement(id, from, to))).toMatchObject([{ id, what: 'changed', aspects: [{ aspect, ...values }] }])
  })

  it('names codes that came, went and were renamed', () => {
    const [change] = diff((source) =>
      source
        .replace('<xdf:code>lastschrift<', '<xdf:code>sepa<')
        .replace('<xdf:name>Überweisung</xdf:name>', '<xdf:name>Überweisen</xdf:name>'),
    )
    expect(change).toMatchObject({ id: 'F12000000221', what: 'changed', aspects: [] })
    expect(change?.codes).toEqual([
      { code: 'sepa', what: 'added', before: '', after: 'SEPA-Lastschrift' },
      { code: 'ueberweisung', what: 'renamed', before: 'Überweisung', after: 'Überweisen' },
      { code: 'lastschrift', what: 'removed', before: 'SEPA-Lastschrift', after: '' },
    ])
  })

  it('names changed rules and a field that moved', () => {
    expect(diff((s) => s.replace('liegt nicht vor dem Geburtsdatum', 'liegt nach dem Geburtsdatum'))).toMatchObject([
      { kind: 'rule', id: 'R12000000301', what: 'changed', aspects: [{ aspect: 'rule' }] },
    ])
    const moved = structureOf('F12000000216')
    const [change] = diff((source) =>
      source.replace(moved, '').replace(structureOf('F12000000218'), (own) => own + moved),
    )
    expect(change).toMatchObject({
      id: 'F12000000216',
      aspects: [{ aspect: 'place', before: 'Hund', after: 'Ermäßigung' }],
    })
  })
})
