import * as v from 'valibot'
import { isCollection, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { type Finding, nearest } from '../lib/finding.ts'

type Path = readonly PropertyKey[]
export type YamlResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly findings: readonly Finding[] }

type Parsed = {
  readonly value: unknown
  readonly lineOf: (path: Path) => number
  readonly findings: readonly Finding[]
}

/**
 * Reads a YAML 1.2 file and checks it against a shape. Every mistake names its line, a mistyped key or value the nearest
 * known one. Aliases are refused (they can blow up), duplicate keys too.
 */
export function readYaml<T>(file: string, bytes: Uint8Array, shape: v.GenericSchema<unknown, T>): YamlResult<T> {
  const parsed = parse(file, bytes)
  if (parsed.findings.length > 0) {
    return { ok: false, findings: parsed.findings }
  }
  return checkShape(file, parsed, shape)
}

/** Line of a value or key in a YAML file, 1 where it cannot be told: for checks that look across files. */
export function yamlLine(bytes: Uint8Array, path: Path): number {
  return parse('', bytes).lineOf(path)
}

/** Checks a JSON file against a shape; findings name the JSON pointer, because sync writes these files. */
export function readJson<T>(file: string, bytes: Uint8Array, shape: v.GenericSchema<unknown, T>): YamlResult<T> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return checkShape(file, { value, lineOf: () => 1, findings: [] }, shape)
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'not JSON'
    return { ok: false, findings: [{ file, line: 1, type: 'content/not-json', detail }] }
  }
}

function parse(file: string, bytes: Uint8Array): Parsed {
  const lines = new LineCounter()
  const broken = (line: number, detail: string): Finding => ({ file, line, type: 'content/not-yaml', detail })
  const text = decode(bytes)
  if (text === null) {
    return { value: null, lineOf: () => 1, findings: [broken(1, 'not UTF-8')] }
  }
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core', uniqueKeys: true })
  const errors = [...doc.errors, ...doc.warnings]
  if (errors.length > 0) {
    return {
      value: null,
      lineOf: () => 1,
      findings: errors.slice(0, 20).map((error) => broken(lines.linePos(error.pos[0]).line, error.message)),
    }
  }
  const lineOf = (path: Path): number => lineOfPath(doc.contents, path, lines)
  try {
    return { value: doc.toJS({ maxAliasCount: 0 }), lineOf, findings: [] }
  } catch {
    return { value: null, lineOf, findings: [broken(1, 'aliases are not allowed')] }
  }
}

function checkShape<T>(file: string, parsed: Parsed, shape: v.GenericSchema<unknown, T>): YamlResult<T> {
  const result = v.safeParse(shape, parsed.value)
  if (result.success) {
    return { ok: true, value: result.output }
  }
  return { ok: false, findings: result.issues.slice(0, 50).map((issue) => findingOf(file, parsed, shape, issue)) }
}

function findingOf(file: string, parsed: Parsed, shape: v.GenericSchema, issue: v.BaseIssue<unknown>): Finding {
  const path = issue.path?.map((item) => item.key as PropertyKey) ?? []
  const pointer = `/${path.map(String).join('/')}`
  const line = parsed.lineOf(path)
  const last = String(path.at(-1) ?? '')
  const parent = schemaAt(shape, path.slice(0, -1))
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const suggestion = nearest(last, keysOf(parent))
    const detail = `unknown key "${last}" at ${pointer}.`
    return { file, line, type: 'content/unknown-key', detail, ...(suggestion === undefined ? {} : { suggestion }) }
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') {
    return { file, line, type: 'content/missing-key', detail: `key "${last}" is missing at ${pointer}.` }
  }
  const options = optionsOf(schemaAt(shape, path))
  const suggestion = typeof issue.input === 'string' ? nearest(issue.input, options) : undefined
  const detail = `${pointer}: ${issue.message}`
  return { file, line, type: 'content/wrong-value', detail, ...(suggestion === undefined ? {} : { suggestion }) }
}

function lineOfPath(contents: unknown, path: Path, lines: LineCounter): number {
  let node: unknown = contents
  let offset = isCollection(node) ? node.range?.[0] : undefined
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(key))
      if (pair === undefined) {
        break
      }
      offset = (pair.key as Node | null)?.range?.[0] ?? offset
      node = pair.value
    } else if (isCollection(node)) {
      node = node.get(Number(key), true)
      offset = (node as Node | undefined)?.range?.[0] ?? offset
    }
  }
  return offset === undefined ? 1 : lines.linePos(offset).line
}

/** What valibot's schemas look like from outside, as far as suggestions need it. */
type Looked = {
  readonly entries?: Record<string, Looked>
  readonly item?: Looked
  readonly value?: Looked
  readonly wrapped?: Looked
  readonly options?: readonly unknown[]
}

function schemaAt(schema: v.GenericSchema, path: Path): Looked | undefined {
  let current: Looked | undefined = schema as unknown as Looked
  for (const key of path) {
    current = unwrap(current)
    current = current?.entries?.[String(key)] ?? current?.item ?? current?.value
  }
  return unwrap(current)
}

function unwrap(schema: Looked | undefined): Looked | undefined {
  let current = schema
  while (current?.wrapped !== undefined) {
    current = current.wrapped
  }
  return current
}

const keysOf = (schema: Looked | undefined): readonly string[] => Object.keys(schema?.entries ?? {})

const optionsOf = (schema: Looked | undefined): readonly string[] =>
  (schema?.options ?? []).filter((option): option is string => typeof option === 'string')

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
