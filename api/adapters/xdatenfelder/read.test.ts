import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DataNode } from '../../forms/data-model.ts'
import { readXDatenfelder } from './read.ts'

const ROOT = new URL('../../../', import.meta.url)
const SPECIMENS = new URL('../shared/standards/xdatenfelder/', ROOT)
const HAS_SPECIMENS = existsSync(SPECIMENS)
const DOG = readFileSync(new URL('content/services/hund-anmelden/form.xml', ROOT), 'utf8')

const walk = (nodes: readonly DataNode[]): readonly DataNode[] =>
  nodes.flatMap((node) => (node.node === 'group' ? [node, ...walk(node.children)] : [node]))

function readDog(source = DOG) {
  const result = readXDatenfelder(source, 'form.xml')
  return result.ok
    ? { nodes: walk(result.model.children), model: result.model, findings: [] }
    : { nodes: [], findings: result.findings }
}

describe('readXDatenfelder on the dog form', () => {
  it('keeps every id and version of the file', () => {
    const { nodes, model } = readDog()
    const inFile = [...DOG.matchAll(/<xdf:id>([SGF]\d{11})<\/xdf:id>/g)].map((match) => match[1])
    expect([model?.id, ...nodes.map((node) => node.id)].toSorted()).toEqual(inFile.toSorted())
    expect(nodes.every((node) => node.version === '1.0.0')).toBe(true)
    expect(nodes.length).toBeGreaterThan(30)
  })

  it('reads multiplicity, precision, codes, media types and legal basis', () => {
    const { nodes } = readDog()
    const byId = (id: string) => nodes.find((node) => node.id === id)
    expect(byId('G12000000104')).toMatchObject({
      min: 1,
      max: 5,
      legalBasis: [{ text: 'Hundesteuersatzung (Demodaten) § 2' }],
    })
    expect(byId('F12000000214')).toMatchObject({ precision: { minLength: 15, maxLength: 15, pattern: '[0-9]{15}' } })
    expect(byId('F12000000216')).toMatchObject({
      type: 'num_currency',
      min: 0,
      max: 1,
      precision: { minValue: '0', maxValue: '50000' },
    })
    expect(byId('F12000000221')).toMatchObject({
      art: 'select',
      codes: [{ code: 'lastschrift', name: 'SEPA-Lastschrift' }, { code: 'ueberweisung' }],
    })
    expect(byId('F12000000225')).toMatchObject({
      maxSizeBytes: 20_000_000,
      mediaTypes: ['application/pdf', 'image/jpeg', 'image/png'],
    })
  })

  it('keeps rules in free text as open points', () => {
    expect(readDog().model?.openPoints).toMatchObject([
      { kind: 'rule', id: 'R12000000301', at: 'G12000000104' },
      { kind: 'rule', id: 'R12000000302', at: 'G12000000106' },
    ])
  })

  it.each<[string, (source: string) => string, string, string?]>([
    ['a DOCTYPE', (s) => s.replace('?>', '?><!DOCTYPE x [<!ENTITY a "b">]>'), 'xml/doctype'],
    ['an unclosed element', (s) => s.replace('</xdf:stammdatenschema>', ''), 'xml/malformed'],
    ['nothing', () => '', 'xml/malformed'],
    ['a stylesheet instruction', (s) => s.replace('?>', '?><?xml-stylesheet href="x"?>'), 'xml/instruction'],
    ['a nesting too deep', (s) => s.replace('<xdf:header>', `<xdf:header>${'<a>'.repeat(100)}`), 'xml/too-large'],
    ['a file too long', (s) => s + ' '.repeat(5_000_000), 'xml/too-large'],
    [
      'an unknown namespace',
      (s) => s.replace('xdatenfelder_3.0.0"', 'xdatenfelder_3.0.1"'),
      'xdatenfelder/unknown-namespace',
      'urn:xoev-de:fim:standard:xdatenfelder_3.0.0',
    ],
    [
      'an unknown message',
      (s) => s.replaceAll('stammdatenschema.0102', 'stammdatenschema.0199'),
      'xdatenfelder/unknown-message',
    ],
    [
      'an unknown element',
      (s) => s.replace('<xdf:feldart>', '<xdf:feldert>').replace('</xdf:feldart>', '</xdf:feldert>'),
      'xdatenfelder/unknown-element',
      'feldart',
    ],
    ['an empty id', (s) => s.replace('F12000000201', ''), 'xdatenfelder/empty'],
    ['a missing id', (s) => s.replace('<xdf:id>F12000000201</xdf:id>', ''), 'xdatenfelder/missing'],
    ['a short id', (s) => s.replace('F12000000201', 'F120'), 'xdatenfelder/id'],
    ['a group id on a field', (s) => s.replace('F12000000201', 'G12000000201'), 'xdatenfelder/id'],
    ['a twice used id', (s) => s.replace('F12000000201', 'F12000000202'), 'xdatenfelder/duplicate-id'],
    ['a short version', (s) => s.replace('1.0.0', '1.0'), 'xdatenfelder/version'],
    ['a wrong multiplicity', (s) => s.replace('1:5', '5:1'), 'xdatenfelder/multiplicity'],
    ['an unknown type', (s) => s.replace('<code>num_currency<', '<code>money<'), 'xdatenfelder/code'],
    ['an unknown release state', (s) => s.replace('<code>3<', '<code>9<'), 'xdatenfelder/state'],
    ['a code twice', (s) => s.replace('<xdf:code>maennlich<', '<xdf:code>weiblich<'), 'xdatenfelder/duplicate'],
    ['a length in words', (s) => s.replace('maxLength="120"', 'maxLength="viel"'), 'xdatenfelder/precision'],
  ])('refuses %s with file and line', (_, change, type, suggestion) => {
    const { findings } = readDog(change(DOG))
    expect(findings).toContainEqual(expect.objectContaining({ type, file: 'form.xml', line: expect.any(Number) }))
    if (suggestion !== undefined) {
      expect(findings.find((finding) => finding.type === type)?.suggestion).toBe(suggestion)
    }
  })

  it('names the line where the wrong element begins', () => {
    const line = DOG.split('\n').findIndex((text) => text.includes('1:5')) + 1
    expect(readDog(DOG.replace('1:5', '5:1')).findings[0]?.line).toBe(line - 1)
  })

  it('takes a CDATA section and entities as text', () => {
    const { nodes } = readDog(DOG.replace('<xdf:name>Rufname<', '<xdf:name><![CDATA[<Ruf>]]> &amp; Name<'))
    expect(nodes.some((node) => node.name === '<Ruf> & Name')).toBe(true)
  })

  it('never throws on a file with pieces missing', () => {
    fc.assert(
      fc.property(fc.nat(DOG.length), fc.nat(200), (from, size) => {
        readXDatenfelder(DOG.slice(0, from) + DOG.slice(from + size), 'form.xml')
      }),
      { numRuns: 40 },
    )
  })
})

describe.skipIf(!HAS_SPECIMENS)(
  'readXDatenfelder on specimens of others (skipped where ../shared/standards is missing)',
  () => {
    const read = (name: string) => readXDatenfelder(readFileSync(new URL(name, SPECIMENS), 'utf8'), name)

    it.each([
      ['v3/simple.xml', 'G60000000088', '1.2.0', ['G60000000086', 'F60000000243']],
      ['v3/input.xml', 'G60000000088', '1.2.0', ['F60000000243']],
      ['v2/simple.xml', 'T1234', '1.0', ['G00000082', 'F60000227']],
      ['v2/select.xml', 'T1234', '1.0', ['F123']],
      ['v2/label.xml', 'T1234', '1.0', ['F123']],
      ['v2/minimal.xml', 'T1234', '1.0', []],
      ['v2/data-group-rule.xml', 'T1234', '1.0', ['G00000082']],
      ['v2/data-field-rule.xml', 'T1234', '1.0', ['F123']],
    ])('reads %s', (name, id, version, ids) => {
      const result = read(name)
      expect(result.ok ? { id: result.model.id, version: result.model.version } : result.findings).toEqual({
        id,
        version,
      })
      expect(result.ok ? walk(result.model.children).map((node) => node.id) : []).toEqual(ids)
    })

    it.each([
      ['v3/duplicate-id-node.xml', 'xdatenfelder/duplicate', 11],
      ['v3/empty-id-node.xml', 'xdatenfelder/empty', 10],
      ['v3/missing-id-node.xml', 'xdatenfelder/missing', 9],
      ['v3/unknown-namespace.xml', 'xdatenfelder/unknown-namespace', 2],
      ['v3/unexpected-node.xml', 'xdatenfelder/unknown-element', 11],
      ['v3/invalid-freigabestatus.xml', 'xdatenfelder/state', 17],
      ['v2/unknown-namespace.xml', 'xdatenfelder/unknown-namespace', 2],
      ['v2/duplicate-required-value.xml', 'xdatenfelder/duplicate', 13],
      ['v2/duplicate-optional-value.xml', 'xdatenfelder/duplicate', 15],
    ])('refuses %s as %s in line %i', (name, type, line) => {
      const result = read(name)
      expect(result.ok ? [] : result.findings).toContainEqual(expect.objectContaining({ type, line, file: name }))
    })
  },
)
