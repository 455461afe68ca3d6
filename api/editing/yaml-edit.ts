import { isMap, isSeq, parseDocument } from 'yaml'

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
