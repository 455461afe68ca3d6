import * as v from 'valibot'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { type Finding, nearest } from './finding.ts'

/** Largest YAML file of the content in characters. */
export const CONTENT_FILE_LENGTH_MAX = 500_000

export type ContentFile<T> =
  | { readonly ok: true; readonly value: T; readonly lineOf: (path: readonly Key[]) => number }
  | { readonly ok: false; readonly findings: readonly Finding[] }
type Key = string | number

/**
 * Reads one YAML file of the content against its schema; mistakes are findings with file, line and, for a key that is not
 * known, the nearest known one. Repeated keys and aliases are refused.
 */
export function readContentFile<S extends v.GenericSchema>(
  source: string,
  file: string,
  schema: S,
): ContentFile<v.InferOutput<S>> {
  if (source.length > CONTENT_FILE_LENGTH_MAX) {
    return { ok: false, findings: [{ file, line: 1, type: 'content/too-long', detail: 'The file is too long.' }] }
  }
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, version: '1.2', uniqueKeys: true })
  const syntax = syntaxFindings(document, file, lines)
  if (syntax.length > 0) {
    return { ok: false, findings: syntax }
  }
  const lineOf = (path: readonly Key[]): number => lineAt(document, lines, path)
  const parsed = v.safeParse(schema, document.toJS({ maxAliasCount: 0 }))
  if (parsed.success) {
    return { ok: true, value: parsed.output, lineOf }
  }
  return { ok: false, findings: parsed.issues.slice(0, 50).map((issue) => toFinding(issue, file, { schema, lineOf })) }
}

function syntaxFindings(document: Document, file: string, lines: LineCounter): Finding[] {
  const findings = document.errors.map((error): Finding => {
    const [detail = ''] = error.message.split('\n')
    return { file, line: lines.linePos(error.pos[0]).line, type: 'content/yaml', detail }
  })
  visit(document, {
    Alias: (_key, node) => {
      const line = lines.linePos(node.range?.[0] ?? 0).line
      findings.push({ file, line, type: 'content/yaml', detail: 'Aliases are not allowed.' })
    },
  })
  return findings
}

/** The line of the deepest part of a path that the file has; of the key, where there is one. */
function lineAt(document: Document, lines: LineCounter, path: readonly Key[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
      : undefined
    const node = pair === undefined ? document.getIn(path.slice(0, length), true) : pair.key
    if (isNode(node) && node.range) {
      return lines.linePos(node.range[0]).line
    }
  }
  return 1
}

function toFinding(
  issue: v.BaseIssue<unknown>,
  file: string,
  reading: { schema: v.GenericSchema; lineOf: (path: readonly Key[]) => number },
): Finding {
  const path = (issue.path ?? []).map((item) => item.key as Key)
  const line = reading.lineOf(path)
  const key = String(path.at(-1) ?? '')
  if (issue.kind === 'schema' && issue.expected === 'never') {
    const suggestion = nearest(key, keysOf(reading.schema))
    const hint = suggestion === undefined ? {} : { suggestion }
    return { file, line, type: 'content/unknown-key', detail: `"${key}" is not known here.`, ...hint }
  }
  const detail = issue.received === 'undefined' ? `"${key}" is missing.` : issue.message
  return { file, line, type: 'content/value', detail: `${path.join('.')}: ${detail}` }
}

/** Every key that some object of a schema knows; good enough to suggest one. */
function keysOf(schema: unknown, seen = new Set<unknown>()): string[] {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) {
    return []
  }
  seen.add(schema)
  const entries = 'entries' in schema && typeof schema.entries === 'object' ? (schema.entries ?? {}) : {}
  const inner = Object.values(schema).flatMap((value) => (Array.isArray(value) ? value : [value]))
  return [...Object.keys(entries), ...[...Object.values(entries), ...inner].flatMap((part) => keysOf(part, seen))]
}
