import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DataNode } from '../../forms/data-model.ts'
import { readXDatenfelder } from './read.ts'

const ROOT = new URL('../../../', import.meta.url)
const SPECIMENS = new URL('../shared/standards/xdatenfelder/', ROOT)
const DOG = readFileSync(new URL('content/services/hund-anmelden/form.xml', ROOT), 'utf8')
const OLD = readFileSync(new URL('testing/version-2.xml', import.meta.url), 'utf8')
const COLOURS = `<?xml version="1.0" encoding="UTF-8"?>
<gc:CodeList xmlns:gc="http://docs.oasis-open.org/codelist/ns/genericode/1.0/">
  <Annotation><Description>Erfunden</Description></Annotation>
  <Identification>
    <ShortName>farbe</ShortName><Version>2</Version>
    <CanonicalUri>urn:de:probe:farbe</CanonicalUri><CanonicalVersionUri>urn:de:probe:farbe_2</CanonicalVersionUri>
  </Identification>
  <ColumnSet>
    <Column Id="bezeichnung" Use="required"><ShortName>Name</ShortName></Column>
    <Column Id="kennung" Use="required"><ShortName>Code</ShortName></Column>
    <Key Id="k"><ShortName>k</ShortName><ColumnRef Ref="kennung"/></Key>
  </ColumnSet>
  <SimpleCodeList>
    <Row><Value ColumnRef="kennung"><SimpleValue>r</SimpleValue></Value><Value ColumnRef="bezeichnung"><SimpleValue>Rot</SimpleValue></Value></Row>
    <Row><Value><SimpleValue>Blau</SimpleValue></Value><Value><SimpleValue>b</SimpleValue></Value></Row>
  </SimpleCodeList>
</gc:CodeList>`

const walk = (nodes: readonly DataNode[]): readonly DataNode[] =>
  nodes.flatMap((node) => (node.node === 'group' ? [node, ...walk(node.children)] : [node]))
const idsIn = (source: string): readonly string[] | string => {
  const result = readXDatenfelder(source, 'form.xml')
  return result.ok
    ? [result.model.id, ...walk(result.model.children).map(({ id, version }) => `${id} ${version}`)]
    : `${result.findings[0]?.type} in line ${result.findings[0]?.line}`
}

describe('readXDatenfelder on the same schema written otherwise', () => {
  it.each<[string, (source: string) => string]>([
    ['another prefix', (s) => s.replaceAll('xdf:', 'fim:').replace('xmlns:xdf', 'xmlns:fim')],
    [
      'no prefix',
      (s) => s.replaceAll('xdf:', '').replace('xmlns:xdf', 'xmlns').replaceAll('<code>', '<code xmlns="">'),
    ],
    ['a byte order mark', (s) => `\ufeff${s}`],
    ['no declaration', (s) => s.replace(/^<\?xml[^>]*\?>\s*/, '')],
    ['comments everywhere', (s) => s.replaceAll('<xdf:name>', '<!-- <xdf:name> --><xdf:name><!-- -->')],
    ['line ends of Windows', (s) => s.replaceAll('\n', '\r\n')],
    ['no line ends', (s) => s.replaceAll(/>\s+</g, '><')],
    ['entities for signs', (s) => s.replaceAll('ü', '&#252;').replaceAll('ß', '&#xDF;')],
  ])('%s', (_, change) => {
    const changed = change(DOG)
    expect(changed).not.toBe(DOG)
    expect(idsIn(changed)).toEqual(idsIn(DOG))
    expect(idsIn(DOG)).toHaveLength(35)
  })

  it('version 2 with its namespace as the default', () => {
    expect(idsIn(OLD)).toEqual(['S12000900', 'G12000902 1.0', 'F12000903 1.1', 'F12000904 1.0'])
  })

  it('refuses what would cost too much, before it costs', () => {
    const deep = (n: number) => `${'<xdf:struktur><xdf:enthaelt><xdf:datenfeldgruppe>'.repeat(n)}`
    expect(idsIn(DOG.replace('<xdf:struktur>', `${deep(40)}<xdf:struktur>`))).toMatch('xml/too-large')
    expect(idsIn(`${DOG}${'<!-- -->'.repeat(700_000)}`)).toMatch('xml/too-large')
    expect(idsIn(DOG.replace('?>', '?>\n<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'))).toBe(
      'xml/doctype in line 2',
    )
    expect(idsIn(DOG.replace('Rufname', '&x;'))).toMatch('xml/malformed')
  })

  it.each<[string, string, string]>([
    ['a document profile', 'stammdatenschema.0102', 'dokumentsteckbrief.0101'],
    ['a message of tomorrow', 'stammdatenschema.0102', 'stammdatenschema.0199'],
  ])('says of %s what it is', (_, from, to) => {
    const result = readXDatenfelder(DOG.replaceAll(from, to), 'form.xml')
    expect(result.ok ? '' : result.findings[0]?.detail).toContain(to)
  })
})

describe('what a schema says beside its questions', () => {
  it('keeps kind, state, rule with type, choice group, relation and keyword', () => {
    const source = DOG.replace(
      '<xdf:schemaelementart><code>RNG</code></xdf:schemaelementart>',
      `<xdf:schemaelementart><code>ABS</code></xdf:schemaelementart><xdf:art><code>X</code></xdf:art>
      <xdf:stichwort uri="u">Hund</xdf:stichwort>
      <xdf:relation><xdf:praedikat><code>ABL</code></xdf:praedikat><xdf:objekt><xdf:id>G60000000001</xdf:id><xdf:version>1.0.0</xdf:version></xdf:objekt></xdf:relation>`,
    )
    const result = readXDatenfelder(source, 'form.xml')
    expect(result.ok ? result.model.children[0] : result.findings).toMatchObject({
      elementKind: 'ABS',
      releaseState: '3',
      groupKind: 'choice',
      keywords: [{ text: 'Hund', uri: 'u' }],
      relations: [{ predicate: 'ABL', id: 'G60000000001', version: '1.0.0' }],
      record: { statusGesetztAm: '2026-11-02' },
    })
  })

  it('keeps a script of a rule as text, and the rule as an open point', () => {
    const result = readXDatenfelder(OLD, 'form.xml')
    expect(result.ok ? result.model : result.findings).toMatchObject({
      rules: [{ id: 'R12000901', text: 'Telefon oder E-Mail muss angegeben sein.', script: expect.any(String) }],
      openPoints: [
        { kind: 'rule', id: 'R12000901' },
        { kind: 'code-list', id: 'F12000904' },
      ],
    })
  })

  it('takes malformed precision of version 2 as an open point, not as a reason to refuse', () => {
    const result = readXDatenfelder(OLD.replace('"maxLength":"23"', 'maxLength: 23'), 'form.xml')
    expect(result.ok ? result.model.openPoints : result.findings).toContainEqual(
      expect.objectContaining({ kind: 'precision', id: 'F12000903', line: 37 }),
    )
  })
})

describe('external code lists', () => {
  const colour = (file: string) => {
    const result = readXDatenfelder(OLD, 'services/probe/form.xml', { 'codelist.farbe.xml': file })
    const points = result.ok ? result.model.openPoints.filter((point) => point.kind === 'code-list') : []
    const node = result.ok ? walk(result.model.children).find(({ id }) => id === 'F12000904') : undefined
    return { points, findings: result.ok ? [] : result.findings, codes: node?.node === 'field' ? node.codes : [] }
  }

  it('are read from the genericode file beside, by key and name column', () => {
    const { points, codes } = colour(COLOURS)
    expect(points).toEqual([])
    expect(codes).toEqual([
      { code: 'r', name: 'Rot' },
      { code: 'b', name: 'Blau' },
    ])
  })

  it('in another version stay an open point that names the version found', () => {
    const other = COLOURS.replace('<Version>2', '<Version>1').replace('farbe_2', 'farbe_1')
    expect(colour(other)).toMatchObject({
      codes: [],
      points: [{ text: expect.stringContaining('urn:de:probe:farbe_1') }],
    })
  })

  it.each<[string, string, string]>([
    ['no list', '<a/>', 'genericode/no-list'],
    ['a list without rows', COLOURS.replace(/<Row>[\s\S]*<\/Row>/, ''), 'genericode/size'],
    ['a DOCTYPE', COLOURS.replace('?>', '?><!DOCTYPE a>'), 'xml/doctype'],
  ])('that are %s are refused by their own name', (_, file, type) => {
    expect(colour(file).findings).toMatchObject([{ type, file: 'services/probe/codelist.farbe.xml' }])
  })
})

describe.skipIf(!existsSync(SPECIMENS))('every specimen (skipped where ../shared/standards is missing)', () => {
  const EXPECTED: Readonly<Record<string, string>> = {
    'v2/data-field-rule.xml': 'T1234 1.0, 1 open',
    'v2/data-group-rule.xml': 'T1234 1.0, 1 open',
    'v2/duplicate-optional-value.xml':
      'xdatenfelder/duplicate in line 15: "beschreibung" stands twice in "stammdatenschema".',
    'v2/duplicate-required-value.xml': 'xdatenfelder/duplicate in line 13: "name" stands twice in "stammdatenschema".',
    'v2/label.xml': 'T1234 1.0, 0 open',
    'v2/minimal.xml': 'T1234 1.0, 0 open',
    'v2/select.xml': 'T1234 1.0, 1 open',
    'v2/simple.xml': 'T1234 1.0, 1 open',
    'v2/unknown-namespace.xml':
      'xdatenfelder/unknown-namespace in line 2: The namespace "urn:xoev-de:fim:standard:xdatenfelder_unknown" is not known.',
    'v3/duplicate-id-node.xml':
      'xdatenfelder/duplicate in line 11: "id" stands twice in "identifikation". | xdatenfelder/id in line 9: The id "G123" is not G and 11 digits.',
    'v3/empty-id-node.xml': 'xdatenfelder/empty in line 10: "id" is empty.',
    'v3/input.xml': 'G60000000088 1.2.0, 1 open',
    'v3/invalid-freigabestatus.xml':
      'xdatenfelder/id in line 9: The id "G123" is not G and 11 digits. | xdatenfelder/state in line 17: The release state "10" is none of 1 to 8.',
    'v3/missing-id-node.xml': 'xdatenfelder/missing in line 9: "identifikation" has no "id".',
    'v3/simple.xml': 'G60000000088 1.2.0, 2 open',
    'v3/unexpected-node.xml':
      'xdatenfelder/unknown-element in line 11: "unknown" is not allowed in "identifikation". | xdatenfelder/id in line 9: The id "G123" is not G and 11 digits.',
    'v3/unknown-namespace.xml':
      'xdatenfelder/unknown-namespace in line 2: The namespace "urn:xoev-de:fim:standard:xdatenfelder_unknown" is not known.',
  }

  it('is loaded, or refused with a reason that names its fault', () => {
    const files = ['v2', 'v3'].flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, SPECIMENS)).map((name) => `${folder}/${name}`),
    )
    const found = files.map((name) => {
      const result = readXDatenfelder(readFileSync(new URL(name, SPECIMENS), 'utf8'), name)
      return [
        name,
        result.ok
          ? `${result.model.id} ${result.model.version}, ${result.model.openPoints.length} open`
          : result.findings.map(({ type, line, detail }) => `${type} in line ${line}: ${detail}`).join(' | '),
      ]
    })
    expect(Object.fromEntries(found)).toEqual(EXPECTED)
  })
})
