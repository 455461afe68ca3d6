import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../lib/finding.ts'
import { type ContentFiles, contentFile, readContentFolder } from './files.ts'
import { loadCheckedContent, loadContent } from './load.ts'

let files: ContentFiles = new Map()
beforeAll(async () => {
  files = await readContentFolder(join(import.meta.dirname, '../../content'))
})

const textOf = (path: string): string => new TextDecoder().decode(files.get(path)?.bytes)
const changed = (path: string, from: string | RegExp, to: string): ContentFiles =>
  new Map([...files, [path, contentFile(textOf(path).replace(from, to))]])
const withText = (path: string, text: string): ContentFiles => new Map([...files, [path, contentFile(text)]])
const without = (path: string): ContentFiles => new Map([...files].filter(([name]) => name !== path))
const findingsOf = (changedFiles: ContentFiles): readonly Finding[] => {
  const result = loadContent(changedFiles)
  return result.ok ? [] : result.findings
}
const lineOf = (path: string, text: string): number =>
  textOf(path)
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1

const DOG = 'services/hund-anmelden/service.yaml'

describe('the content of this repository', () => {
  it('loads without findings', () => {
    expect(findingsOf(files)).toEqual([])
  })

  it('has at least 18 services, 6 offices and 5 life situations', () => {
    const result = loadContent(files)
    expect(
      result.ok && [result.content.services.size, result.content.offices.size, result.content.lifeSituations.size],
    ).toEqual([23, 6, 5])
  })

  it('gives equal digests for equal content, whatever the order of its files', () => {
    const one = loadContent(files)
    const other = loadContent(new Map([...files].reverse()))
    expect(one.ok && other.ok && one.content.digest === other.content.digest).toBe(true)
  })

  it('takes unchanged catalogue objects from content that was read before', () => {
    const first = loadContent(files)
    const again = loadContent(
      changed('city.yaml', '0355 612-0000', '0355 612-0001'),
      first.ok ? first.content : undefined,
    )
    const key = 'lr-bb-demo.leistung.1001'
    expect(
      first.ok && again.ok && first.content.mirror.services.get(key) === again.content.mirror.services.get(key),
    ).toBe(true)
  })
})

describe('a mistake is named with file, line, reason and suggestion', () => {
  it('an unknown key', () => {
    const line = lineOf(DOG, 'postbox:')
    expect(findingsOf(changed(DOG, 'postbox:', 'postbx:'))).toContainEqual({
      file: DOG, line, type: 'content/unknown-key', detail: 'unknown key "postbx" at /postbx.', suggestion: 'postbox',
    }) // biome-ignore format: one finding
  })

  it('a missing key', () => {
    expect(findingsOf(changed(DOG, /^postbox:.*$/m, ''))).toMatchObject([
      { file: DOG, type: 'content/missing-key', detail: 'key "postbox" is missing at /postbox.' },
    ])
  })

  it('a value that is not one of the known ones', () => {
    const line = lineOf(DOG, 'online: own')
    expect(findingsOf(changed(DOG, 'online: own', 'online: owm'))).toMatchObject([
      { file: DOG, line, type: 'content/wrong-value', suggestion: 'own' },
    ])
  })

  it.each([
    ['postbox: steuern', 'postbox: steuer', 'steuern'],
    ['retention: steuer-10', 'retention: steuer-11', 'steuer-10'],
    ["filePlan: '22.3'", "filePlan: '22.4'", '22.3'],
    ['[hundesteuer-fachverfahren]', '[hundesteuer-fachverfaren]', 'hundesteuer-fachverfahren'],
    ['lifeSituations: [haustier', 'lifeSituations: [hautier', 'haustier'],
    ['related: [hund-abmelden', 'related: [hund-abmelde', 'hund-abmelden'],
    ['lr-bb-demo.leistung.1001', 'lr-bb-demo.leistung.9001', 'lr-bb-demo.leistung.1001'],
  ])('a name that is nowhere: %s', (from, to, suggestion) => {
    const line = lineOf(DOG, from)
    expect(findingsOf(changed(DOG, from, to))).toMatchObject([
      { file: DOG, line, type: 'content/unknown-name', suggestion },
    ])
  })

  it('YAML that is not YAML', () => {
    expect(findingsOf(withText('city.yaml', 'name: [\nars: 1'))[0]).toMatchObject({
      file: 'city.yaml',
      type: 'content/not-yaml',
    })
  })

  it.each([
    ['a key given twice', 'a: 1\na: 2\n', 2],
    ['an alias', 'a: &x [1]\nb: *x\n', 1],
  ])('%s', (_name, text, line) => {
    expect(findingsOf(withText('fees.yaml', text))[0]).toMatchObject({
      file: 'fees.yaml',
      line,
      type: 'content/not-yaml',
    })
  })

  it('an accent that is too light, with the measured ratio', () => {
    const findings = findingsOf(changed('city.yaml', "'#00505c'", "'#6fb7c4'"))
    const line = lineOf('city.yaml', '#00505c')
    expect(findings).toHaveLength(4)
    expect(findings[0]).toMatchObject({ file: 'city.yaml', line, type: 'content/contrast' })
    expect(findings[0]?.detail).toMatch(/has 2\.\d+:1, needs 4\.5:1/)
  })

  it('an accent that is too dark for the dark mode', () => {
    expect(findingsOf(changed('city.yaml', "'#7fd3dc'", "'#20464b'")).map(({ type }) => type)).toContain(
      'content/contrast',
    )
  })

  it('a missing file, and one that nothing reads', () => {
    expect(findingsOf(without('retention.yaml'))).toMatchObject([
      { file: 'retention.yaml', type: 'content/missing-file' },
    ])
    expect(findingsOf(withText('ofices/x.yaml', 'a: 1'))).toMatchObject([
      { file: 'ofices/x.yaml', type: 'content/unknown-file', suggestion: 'offices' },
    ])
  })

  it('HTML in a page, with the line in the file', () => {
    const page = '---\ntitle: Seite\n---\nText\n\n<script>x</script>\n\n[weg](javascript:x)\n'
    expect(findingsOf(withText('pages/de/impressum.md', page))).toMatchObject([
      { file: 'pages/de/impressum.md', line: 6, type: 'content/markdown' },
      { file: 'pages/de/impressum.md', line: 8, type: 'content/markdown' },
    ])
  })

  it('front matter with a mistyped key', () => {
    const findings = findingsOf(withText('pages/de/impressum.md', '---\ntitel: Seite\n---\nText\n'))
    const [unknown] = findings.filter(({ type }) => type === 'content/unknown-key')
    expect(unknown).toMatchObject({ file: 'pages/de/impressum.md', line: 2, suggestion: 'title' })
  })

  it('a catalogue file whose name is not that of its object', () => {
    const path = 'catalogue/services/lr-bb-demo.leistung.1001.json'
    const other = 'catalogue/services/lr-bb-demo.leistung.77.json'
    expect(findingsOf(withText(other, textOf(path)))).toMatchObject([{ file: other, type: 'content/wrong-place' }])
  })

  it('a catalogue file with an unsafe link', () => {
    const path = 'catalogue/services/lr-bb-demo.leistung.1001.json'
    const findings = findingsOf(changed(path, 'https://www.gesetze', 'javascript:alert(1)//'))
    expect(findings).toMatchObject([{ file: path, type: 'content/wrong-value' }])
  })

  it('two services of the city on one service of the catalogue', () => {
    const other = 'services/hund-abmelden/service.yaml'
    expect(findingsOf(changed(other, 'leistung.1002', 'leistung.1001')).map(({ type }) => type)).toEqual([
      'content/duplicate',
    ])
  })
})

describe('checkers of other modules', () => {
  const finding: Finding = { file: 'x', line: 1, type: 'forms/x', detail: 'x' }
  it('refuse content that is sound itself', async () => {
    expect(await loadCheckedContent(files, [() => Promise.resolve([finding])])).toEqual({
      ok: false,
      findings: [finding],
    })
  })

  it('are not asked about content that is not', async () => {
    const result = await loadCheckedContent(changed(DOG, 'postbox: steuern', 'postbox: x'), [() => [finding]])
    expect(result.ok ? [] : result.findings.map(({ type }) => type)).toEqual(['content/unknown-name'])
  })
})
