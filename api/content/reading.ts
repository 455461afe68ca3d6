import type { GenericSchema } from 'valibot'
import type { Finding } from '../lib/finding.ts'
import type { ContentFiles } from './files.ts'
import { readYaml } from './yaml.ts'

/** A reading of a revision: its files, and the mistakes found so far. */
export type Reading = { readonly files: ContentFiles; readonly findings: Finding[] }

/** Reads one obligatory YAML file; undefined, with findings added, where it is missing or wrong. */
export function one<T>({ files, findings }: Reading, path: string, shape: GenericSchema<unknown, T>): T | undefined {
  const file = files.get(path)
  if (file === undefined) {
    findings.push({ file: path, line: 1, type: 'content/missing-file', detail: `file ${path} is missing.` })
    return undefined
  }
  const result = readYaml(path, file.bytes, shape)
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
