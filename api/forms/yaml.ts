import * as v from 'valibot'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { type Finding, nearest } from '../lib/finding.ts'

const CHARACTERS_MAX = 500_000

export type Place = readonly (string | number)[]
export type YamlFile = { readonly file: string; readonly value: unknown; readonly lineOf: (place: Place) => number }
export type YamlResult =
  | { readonly ok: true; readonly yaml: YamlFile }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Reads a content file of ours and keeps the line of every key. Refuses what YAML can hide: repeated keys, anchors and
 * aliases, tags, keys that are no text. Up to 500,000 characters. Never throws.
 */
export function readYaml(source: string, file: string): YamlResult {
  if (source.length > CHARACTERS_MAX) {
    return {
      ok: false,
      findings: [{ file, line: 1, type: 'yaml/too-large', detail: `At most ${CHARACTERS_MAX} characters are read.` }],
    }
  }
  const lines = new LineCounter()
  const document = parseDocument(source, {
    lineCounter: lines,
    uniqueKeys: true,
    strict: true,
    version: '1.2',
    schema: 'core',
  })
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line)
  const findings: Finding[] = document.errors.map((error) => {
    return { file, line: lineAt(error.pos[0]), type: 'yaml/malformed', detail: error.message.split('\n')[0] ?? '' }
  })
  visit(document, {
    Alias: (_, node) => {
      findings.push({
        file,
        line: lineAt(node.range?.[0]),
        type: 'yaml/alias',
        detail: 'Anchors and aliases are not allowed.',
      })
    },
  })
  if (findings.length > 0) {
    return { ok: false, findings: findings.slice(0, 10) }
  }
  const lineOf = (place: Place): number => lineAt(startOf(document.contents, place))
  return { ok: true, yaml: { file, value: document.toJS({ maxAliasCount: 0 }), lineOf } }
}

/** Start of the deepest node that exists on the way to a place; of a key rather than its value. */
function startOf(root: unknown, place: Place): number | undefined {
  let node: unknown = root
  let start: number | undefined = isMap(root) || isSeq(root) ? root.range?.[0] : undefined
  for (const part of place) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
      if (pair === undefined) {
        return start
      }
      start = isScalar(pair.key) ? (pair.key.range?.[0] ?? start) : start
      node = pair.value
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part]
      start = isMap(node) || isSeq(node) || isScalar(node) ? (node.range?.[0] ?? start) : start
    } else {
      return start
    }
  }
  return start
}

/** Checks a file against its shape; unknown keys are findings with the nearest known key. */
export function shapeOf<TSchema extends v.GenericSchema>(
  schema: TSchema,
  yaml: YamlFile,
): { ok: true; value: v.InferOutput<TSchema> } | { ok: false; findings: readonly Finding[] } {
  const result = v.safeParse(schema, yaml.value)
  if (result.success) {
    return { ok: true, value: result.output }
  }
  const findings = result.issues.slice(0, 20).map((issue): Finding => {
    const place = (issue.path ?? []).map((item) => (typeof item.key === 'number' ? item.key : String(item.key)))
    return finding(yaml, place, issue)
  })
  return { ok: false, findings }
}

function finding(yaml: YamlFile, place: Place, issue: v.BaseIssue<unknown>): Finding {
  const key = String(place.at(-1) ?? '')
  const at = { file: yaml.file, line: yaml.lineOf(place) }
  const isUnknownKey = issue.type === 'strict_object' && issue.expected === 'never'
  if (isUnknownKey) {
    const suggestion = nearest(key, knownKeys(issue))
    const detail = `The entry "${key}" is not known here.`
    return { ...at, type: 'forms/unknown-entry', detail, ...(suggestion === undefined ? {} : { suggestion }) }
  }
  const isMissing = issue.received === 'undefined'
  const detail = isMissing ? `The entry "${place.join('.')}" is missing.` : `"${place.join('.')}": ${issue.message}`
  return { ...at, type: isMissing ? 'forms/missing-entry' : 'forms/wrong-entry', detail }
}

/** Keys of the object schema that refused; valibot does not put them into the issue, so they come with its requirement. */
function knownKeys(issue: v.BaseIssue<unknown>): readonly string[] {
  const holder = issue.path?.at(-1)?.input
  return KNOWN_KEYS.filter((known) => typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, known))
}

/** Every key that the files of a form may have; used for suggestions only. */
const KNOWN_KEYS = (
  'format element id version title purposes purpose legalBasis groups fields kind label short subject object hint why ' +
  'options display autocomplete past future when required text decimals sections section steps lead loop itemTitle itemName another ' +
  'checks at rule start minutes eligible needed fee deadline otherWays recipients retention review legalEffect button notes ' +
  'receipt next onlyIf name description children group field type optional min max minLength maxLength pattern codes mediaTypes ' +
  'maxSizeBytes unit codeList uris rules check condition reason'
).split(' ')
