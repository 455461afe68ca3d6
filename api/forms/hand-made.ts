import * as v from 'valibot'
import { PATTERN_LENGTH_MAX, patternProblem } from '../lib/pattern.ts'
import type {
  DataArt,
  DataField,
  DataGroup,
  DataModelResult,
  DataNode,
  DataType,
  OpenPoint,
  Precision,
} from './data-model.ts'
import { type Place, readYaml, shapeOf, type YamlFile } from './yaml.ts'

const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9.-]{1,40}$/, 'is no id of a data element.'))
const version = v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+$/, 'is not of the form 1.0.0.'))
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9999))
const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(200))
const TYPES = [
  'text', 'latin', 'date', 'time', 'datetime', 'bool', 'number', 'integer', 'money', 'select', 'file', 'note',
] as const // biome-ignore format: one list

type HandMadeNode = v.InferOutput<typeof fieldNode> | HandMadeGroup
type HandMadeGroup = {
  group: string
  version: string
  name: string
  min: number
  max: number | '*'
  legalBasis?: string | undefined
  children: HandMadeNode[]
}

const shared = {
  name,
  version: v.optional(version, '1.0.0'),
  min: v.optional(count, 1),
  max: v.optional(v.union([count, v.literal('*')]), 1),
}
const fieldNode = v.strictObject({
  field: id,
  ...shared,
  type: v.picklist(TYPES),
  legalBasis: v.optional(name),
  minLength: v.optional(count),
  maxLength: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20_000))),
  minValue: v.optional(v.string()),
  maxValue: v.optional(v.string()),
  pattern: v.optional(v.pipe(v.string(), v.maxLength(PATTERN_LENGTH_MAX))),
  codes: v.optional(v.record(v.string(), name)),
  codeListUri: v.optional(v.pipe(v.string(), v.startsWith('urn:'))),
  mediaTypes: v.optional(v.array(v.string()), []),
  maxSizeBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
})
const groupNode: v.GenericSchema<unknown, HandMadeGroup> = v.strictObject({
  group: id,
  ...shared,
  legalBasis: v.optional(name),
  children: v.array(v.lazy((input) => nodeFor(input))),
})
const nodeFor = (input: unknown): v.GenericSchema<unknown, HandMadeNode> =>
  typeof input === 'object' && input !== null && Object.hasOwn(input, 'group') ? groupNode : fieldNode

/** Shape of `form.yaml`: the same data schema as a FIM file gives, written by hand. */
const HandMade = v.strictObject({
  format: v.literal(1),
  id,
  version,
  name,
  description: v.optional(v.string(), ''),
  legalBasis: v.optional(name),
  children: v.array(v.lazy((input) => nodeFor(input))),
})

/** Reads a data schema written by hand (`form.yaml`). Same rules as for XDatenfelder: ids unique within a group. Never throws. */
export function readHandMade(source: string, file: string): DataModelResult {
  const yaml = readYaml(source, file)
  if (!yaml.ok) {
    return yaml
  }
  const shape = shapeOf(HandMade, yaml.yaml)
  if (!shape.ok) {
    return shape
  }
  const { children, legalBasis, format: _, ...rest } = shape.value
  const nodes = children.map((child, index) => toNode(child, yaml.yaml, ['children', index]))
  const twice = findTwice(nodes)
  if (twice !== undefined) {
    const finding = {
      file,
      line: twice.line,
      type: 'forms/duplicate-id',
      detail: `The id "${twice.id}" stands twice in the same group.`,
    }
    return { ok: false, findings: [finding] }
  }
  return {
    ok: true,
    model: {
      format: 'yaml',
      ...rest,
      legalBasis: basis(legalBasis),
      children: nodes,
      openPoints: nodes.flatMap(pointsOf),
    },
  }
}

/** Patterns that cannot be used: an editor answers them, by a check or by why none is needed. */
function pointsOf(node: DataNode): readonly OpenPoint[] {
  if (node.node === 'group') {
    return node.children.flatMap(pointsOf)
  }
  const { id, version, name: called, line, precision } = node
  return precision.pattern === undefined || patternProblem(precision.pattern) === undefined
    ? []
    : [{ kind: 'precision', id, version, name: called, text: precision.pattern, at: id, line }]
}

const KINDS: Readonly<Record<(typeof TYPES)[number], { art: DataArt; type: DataType }>> = {
  text: { art: 'input', type: 'text' },
  latin: { art: 'input', type: 'text_latin' },
  date: { art: 'input', type: 'date' },
  time: { art: 'input', type: 'time' },
  datetime: { art: 'input', type: 'datetime' },
  bool: { art: 'input', type: 'bool' },
  number: { art: 'input', type: 'num' },
  integer: { art: 'input', type: 'num_int' },
  money: { art: 'input', type: 'num_currency' },
  select: { art: 'select', type: 'text' },
  file: { art: 'input', type: 'file' },
  note: { art: 'label', type: 'text' },
}

function toNode(node: HandMadeNode, yaml: YamlFile, place: Place): DataNode {
  const element = {
    id: 'group' in node ? node.group : node.field,
    version: node.version,
    name: node.name,
    inputLabel: node.name,
    outputLabel: node.name,
    inputHelp: '',
    outputHelp: '',
    description: '',
    legalBasis: basis(node.legalBasis),
    min: node.min,
    max: node.max === '*' ? null : node.max,
    line: yaml.lineOf(place),
  }
  if ('group' in node) {
    const children = node.children.map((child, index) => toNode(child, yaml, [...place, 'children', index]))
    return { node: 'group', ...element, children } satisfies DataGroup
  }
  return {
    node: 'field',
    ...element,
    ...KINDS[node.type],
    precision: precisionOf(node),
    codes: Object.entries(node.codes ?? {}).map(([code, label]) => ({ code, name: label })),
    ...(node.codeListUri === undefined ? {} : { codeListUri: node.codeListUri }),
    content: '',
    prefill: 'none',
    mediaTypes: node.mediaTypes,
    ...(node.maxSizeBytes === undefined ? {} : { maxSizeBytes: node.maxSizeBytes }),
  } satisfies DataField
}

function precisionOf(node: v.InferOutput<typeof fieldNode>): Precision {
  return {
    ...(node.minLength === undefined ? {} : { minLength: node.minLength }),
    ...(node.maxLength === undefined ? {} : { maxLength: node.maxLength }),
    ...(node.minValue === undefined ? {} : { minValue: node.minValue }),
    ...(node.maxValue === undefined ? {} : { maxValue: node.maxValue }),
    ...(node.pattern === undefined ? {} : { pattern: node.pattern }),
  }
}

const basis = (text: string | undefined) => (text === undefined ? [] : [{ text }])

function findTwice(nodes: readonly DataNode[]): DataNode | undefined {
  const seen = new Set<string>()
  for (const node of nodes) {
    if (seen.has(node.id)) {
      return node
    }
    seen.add(node.id)
    const inner = node.node === 'group' ? findTwice(node.children) : undefined
    if (inner !== undefined) {
      return inner
    }
  }
  return undefined
}
