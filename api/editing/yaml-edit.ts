import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'

export type YamlPath = readonly (string | number)[]

/** Value at a path of a YAML text; undefined where there is none, or where the text is broken. */
export function yamlAt(source: string, path: YamlPath): unknown {
  const document = parseDocument(source, { schema: 'core', version: '1.2' })
  const value: unknown = document.errors.length > 0 ? undefined : document.getIn(path, false)
  return isMap(value) || isSeq(value) ? value.toJS(document, { maxAliasCount: 0 }) : value
}

export type YamlEdit = {
  readonly path: YamlPath
  /** Undefined takes the entry away. */
  readonly value: unknown
}

export type YamlSplice = {
  /** Way to a list. */
  readonly list: YamlPath
  readonly at: number
  readonly remove?: number
  readonly insert?: readonly unknown[]
  /** What is put in stands on one line. */
  readonly isFlow?: boolean
}

/** Takes entries out of a list of a YAML text and puts others in; comments and everything else stay. A broken text stays as it is. */
export function spliceYaml(
  source: string,
  { list, at, remove = 0, insert = [], isFlow = false }: YamlSplice,
  lineWidth = 120,
): string {
  const document = parseDocument(source, { schema: 'core', version: '1.2' })
  const found = document.errors.length > 0 ? undefined : document.getIn(list, true)
  if (!isSeq(found)) {
    return source
  }
  found.items.splice(at, remove, ...insert.map((entry) => document.createNode(entry, { flow: isFlow })))
  return document.toString({ lineWidth })
}

/** Changes single entries of a YAML text; comments, order and everything else stay. A broken text stays as it is. */
export function editYaml(source: string, edits: readonly YamlEdit[]): string {
  const document = parseDocument(source, { schema: 'core', version: '1.2' })
  if (document.errors.length > 0) {
    return source
  }
  for (const { path, value } of edits) {
    if (value !== undefined) {
      document.setIn(path, document.createNode(value))
    } else if (document.hasIn(path)) {
      document.deleteIn(path)
    }
  }
  return document.toString({ lineWidth: 120 })
}

/** Way to the innermost entry that begins at or before a line, counted from 1; the top where the text is broken. */
export function yamlPlaceAt(source: string, line: number): YamlPath {
  const lineCounter = new LineCounter()
  const document = parseDocument(source, { schema: 'core', version: '1.2', lineCounter })
  const lineOf = (node: unknown): number =>
    lineCounter.linePos((node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0).line
  const walk = (node: unknown, path: YamlPath): YamlPath => {
    const entries = isMap(node)
      ? node.items.map(({ key, value }) => ({ at: key, step: isScalar(key) ? String(key.value) : '', value }))
      : isSeq(node)
        ? node.items.map((value, step) => ({ at: value, step, value }))
        : []
    const inner = entries.filter(({ at }) => lineOf(at) <= line).at(-1)
    return inner === undefined ? path : walk(inner.value, [...path, inner.step])
  }
  return document.errors.length > 0 ? [] : walk(document.contents, [])
}
