import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DataField, DataModel, DataNode, DataRule } from '../../forms/data-model.ts'
import { patternProblem } from '../../lib/pattern.ts'
import { readXDatenfelder } from './read.ts'
import { toVersion3 } from './version-3.ts'
import { writeXDatenfelder } from './write.ts'

const ROOT = new URL('../../../', import.meta.url)
const SPECIMENS = new URL('../shared/standards/xdatenfelder/', ROOT)
const DOG = readFileSync(new URL('content/services/hund-anmelden/form.xml', ROOT), 'utf8')
const OPTIONS = { messageId: '0f3c2c1e', writtenAt: '2026-11-24T10:00:00Z' }

const read = (source: string): DataModel => {
  const result = readXDatenfelder(source, 'form.xml')
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings))
  }
  return result.model
}
const write = (model: DataModel): string => {
  const result = writeXDatenfelder(model, OPTIONS)
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings))
  }
  return result.xml
}
/** Where an element stands in its file says nothing of the schema. */
const withoutLines = (model: DataModel): unknown =>
  JSON.parse(JSON.stringify(model, (key, value) => (key === 'line' ? undefined : value)))

describe('writeXDatenfelder', () => {
  it('gives the dog form back as it was', () => {
    const model = read(DOG)
    expect(withoutLines(read(write(model)))).toEqual(withoutLines(model))
  })

  it('writes a schema of version 2 with the ids FIM gives it in version 3', () => {
    const source = readFileSync(new URL('api/adapters/xdatenfelder/testing/version-2.xml', ROOT), 'utf8')
    const model = read(source)
    const again = read(write(model))
    expect(again).toMatchObject({ format: 'xdatenfelder-3', id: 'S12000000900', version: '1.4.0' })
    expect(withoutLines(again)).toEqual(withoutLines(toVersion3(model)))
  })

  it('refuses ids that version 3 does not know, naming them', () => {
    const [field] = read(DOG).children
    const model = { ...read(DOG), children: field === undefined ? [] : [{ ...field, id: 'name' }] }
    const result = writeXDatenfelder(model, OPTIONS)
    expect(result.ok ? [] : result.findings).toMatchObject([
      { type: 'xdatenfelder/not-exportable', detail: expect.stringContaining('"name"') },
    ])
  })

  it.skipIf(!existsSync(SPECIMENS)).each(['v3/simple.xml', 'v3/input.xml'])(
    'gives the specimen %s back as it was (skipped where ../shared/standards is missing)',
    (name) => {
      const model = read(readFileSync(new URL(name, SPECIMENS), 'utf8'))
      expect(withoutLines(read(write(model)))).toEqual(withoutLines(model))
    },
  )

  it('any schema keeps its ids, versions and everything else through export and import', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        expect(withoutLines(read(write(model)))).toEqual(withoutLines(model))
      }),
      { numRuns: 60 },
    )
  })
})

// Text as reading gives it: one line, NFC, no signs that XML cannot hold.
const text = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .map((value) =>
    value
      .normalize('NFC')
      .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '')
      .replace(/\s+/g, ' ')
      .trim(),
  )
  .map((value) => (value === '' ? 'x' : value))
/** A pattern that cannot be used comes back as an open point, too. */
const usable = text.filter((pattern) => patternProblem(pattern) === undefined)
const maybeText = fc.oneof(fc.constant(''), text)
const digits = fc.integer({ min: 0, max: 99_999_999_999 }).map((value) => String(value).padStart(11, '0'))
const version = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map((parts) => parts.join('.'))
const legalBasis = fc.array(
  fc.record({ text, link: fc.constant('https://www.gesetze-im-internet.de/?a=1&b="2"') }, { requiredKeys: ['text'] }),
  { maxLength: 2 },
)
const state = fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8')
const record = fc.record({ definition: text, versionshinweis: text, gueltigAb: fc.constant('2026-01-01') })
const rule = (): fc.Arbitrary<DataRule> =>
  fc.record(
    {
      id: digits.map((value) => `R${value}`),
      version: fc.constant('1.0.0'),
      name: text,
      text,
      type: fc.constantFrom('K' as const, 'M' as const, 'V' as const, 'B' as const),
      script: text,
    },
    { requiredKeys: ['id', 'version', 'name', 'text'] },
  )
const shared = (prefix: string) => ({
  id: digits.map((value) => `${prefix}${value}`),
  version,
  name: text,
  inputLabel: maybeText,
  outputLabel: maybeText,
  inputHelp: maybeText,
  outputHelp: maybeText,
  description: maybeText,
  legalBasis,
  line: fc.constant(1),
  elementKind: fc.constantFrom('ABS' as const, 'HAR' as const, 'RNG' as const),
  releaseState: state,
  record,
  rules: fc.array(rule(), { minLength: 1, maxLength: 2 }),
  keywords: fc.array(fc.record({ text, uri: text }, { requiredKeys: ['text'] }), { minLength: 1, maxLength: 2 }),
  relations: fc.constant([{ predicate: 'ABL', id: 'G60000000001', version: '1.0.0' }]),
})
const REQUIRED = ['id', 'version', 'name', 'inputLabel', 'outputLabel', 'inputHelp', 'outputHelp', 'description', 'legalBasis', 'line'] as const // biome-ignore format: one list
const counted = <T extends object>(arbitrary: fc.Arbitrary<T>) =>
  fc
    .tuple(arbitrary, fc.nat(3), fc.oneof(fc.constant(null), fc.integer({ min: 3, max: 9 })))
    .map(([node, min, max]) => ({ ...node, min, max }))
const field = counted(
  fc.record(
    {
      node: fc.constant('field' as const),
      ...shared('F'),
      art: fc.constantFrom('input' as const, 'hidden' as const, 'locked' as const),
      type: fc.constantFrom('text' as const, 'date' as const, 'num_currency' as const, 'time' as const),
      precision: fc.record(
        { minLength: fc.nat(9), maxLength: fc.nat(999), minValue: text, maxValue: text, pattern: usable },
        { requiredKeys: [] },
      ),
      codes: fc.constant([]),
      content: maybeText,
      prefill: fc.constantFrom('none' as const, 'optional' as const, 'required' as const),
      maxSizeBytes: fc.integer({ min: 1, max: 9_000_000 }),
      mediaTypes: fc.array(fc.constantFrom('application/pdf', 'image/png'), { maxLength: 2 }),
    },
    { requiredKeys: [...REQUIRED, 'node', 'art', 'type', 'precision', 'codes', 'content', 'prefill', 'mediaTypes'] },
  ),
) as fc.Arbitrary<DataField>
const select = fc
  .tuple(field, fc.uniqueArray(text, { minLength: 1, maxLength: 4 }), text)
  .map(([base, codes, name]): DataField => ({ ...base, art: 'select', codes: codes.map((code) => ({ code, name })) }))
const { tree } = fc.letrec<{ tree: DataNode }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    field,
    select,
    counted(
      fc.record(
        {
          node: fc.constant('group' as const),
          ...shared('G'),
          groupKind: fc.constant('choice' as const),
          children: fc.array(tie('tree'), { maxLength: 3 }),
        },
        { requiredKeys: [...REQUIRED, 'node', 'children'] },
      ),
    ) as fc.Arbitrary<DataNode>,
  ),
}))
const anyModel = fc
  .record(
    {
      format: fc.constant('xdatenfelder-3' as const),
      id: digits.map((value) => `S${value}`),
      version,
      name: text,
      description: maybeText,
      legalBasis,
      releaseState: state,
      inputLabel: text,
      rules: fc.array(rule(), { minLength: 1, maxLength: 2 }),
      derivation: fc.constant({ structure: '3', representation: '1' }),
      documentProfile: fc.constant({ id: 'D00000000001', version: '1.0.0' }),
      children: fc.array(tree, { maxLength: 4 }),
      openPoints: fc.constant([]),
    },
    { requiredKeys: ['format', 'id', 'version', 'name', 'description', 'legalBasis', 'releaseState', 'children', 'openPoints'] }, // biome-ignore format: one list
  )
  .map((model): DataModel => withOpenPoints(unique(model as DataModel)))

/** Gives each element an id of its own, so that no id stands in two versions. */
function unique(model: DataModel): DataModel {
  let count = 0
  const next = (letter: string): string => {
    count += 1
    return `${letter}${String(count).padStart(11, '0')}`
  }
  const rules = <T extends { readonly rules?: readonly DataRule[] }>(part: T): T =>
    part.rules === undefined ? part : { ...part, rules: part.rules.map((own) => ({ ...own, id: next('R') })) }
  const node = (part: DataNode): DataNode =>
    part.node === 'group'
      ? { ...rules(part), id: next('G'), children: part.children.map(node) }
      : { ...rules(part), id: next('F') }
  return { ...rules(model), id: next('S'), children: model.children.map(node) }
}

/** Every rule is an open point, and every locked field without one; in the order in which reading meets them. */
function withOpenPoints(model: DataModel): DataModel {
  const points = (part: DataModel | DataNode): DataModel['openPoints'] => [
    ...(part.rules ?? []).map(({ id, version: own, name, text: words }) => {
      return { kind: 'rule' as const, id, version: own, name, text: words, at: part.id, line: 1 }
    }),
    ...('art' in part && part.art === 'locked' && part.rules === undefined
      ? [{ kind: 'rule' as const, id: part.id, version: part.version, name: part.name, text: part.description || part.inputHelp, at: part.id, line: 1 }] // biome-ignore format: one thought
      : []),
    ...('children' in part ? part.children.flatMap(points) : []),
  ]
  return { ...model, openPoints: points(model) }
}
