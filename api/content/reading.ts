import { LRUCache } from 'lru-cache'
import type { GenericSchema } from 'valibot'
import type { Finding } from '../lib/finding.ts'
import type { ContentFile, ContentFiles } from './files.ts'
import { readYaml, type YamlResult } from './yaml.ts'

/** A reading of a revision: its files, and the mistakes found so far. */
export type Reading = { readonly files: ContentFiles; readonly findings: Finding[] }

/** Reads one obligatory YAML file; undefined, with findings added, where it is missing or wrong. */
export function one<T>({ files, findings }: Reading, path: string, shape: GenericSchema<unknown, T>): T | undefined {
  const file = files.get(path)
  if (file === undefined) {
    findings.push({ file: path, line: 1, type: 'content/missing-file', detail: `file ${path} is missing.` })
    return undefined
  }
  const result = readKept(path, file, shape)
  if (result.ok) {
    return result.value
  }
  findings.push(...result.findings)
  return undefined
}

/** Reads all YAML files whose path matches; named by the pattern's first group. Wrong ones are left out, with findings. */
export function many<T>(reading: Reading, pattern: RegExp, shape: GenericSchema<unknown, T>): ReadonlyMap<string, T> {
  const found = new Map<string, T>()
  for (const path of reading.files.keys()) {
    const name = pattern.exec(path)?.[1]
    const value = name === undefined ? undefined : one(reading, path, shape)
    if (name !== undefined && value !== undefined) {
      found.set(name, value)
    }
  }
  return found
}

const KEPT_MAX = 1000
const ofShape = new WeakMap<GenericSchema, LRUCache<string, YamlResult<unknown>>>()

/** Most files of a new revision are those of the one before: each is read once, the 1,000 of a shape asked for last are kept. */
function readKept<T>(path: string, file: ContentFile, shape: GenericSchema<unknown, T>): YamlResult<T> {
  const kept = ofShape.get(shape) ?? new LRUCache<string, YamlResult<unknown>>({ max: KEPT_MAX })
  ofShape.set(shape, kept)
  const key = `${path}\n${file.digest}`
  const known = kept.get(key) ?? readYaml(path, file.bytes, shape)
  kept.set(key, known)
  return known as YamlResult<T>
}
