import * as v from 'valibot'
import type { Finding } from '../lib/finding.ts'
import type { Option } from './model.ts'
import { readStreets, type StreetList } from './streets.ts'
import { readYaml, shapeOf } from './yaml.ts'

/** A code list of its own, for selects whose codes are not part of the data schema (`content/code-lists/<name>.yaml`). */
export type CodeList = {
  readonly name: string
  /** URIs the list is known by in data schemas, without or with a version. */
  readonly uris: readonly string[]
  readonly options: readonly Option[]
}
/** What the town holds for all its forms. */
export type TownLists = {
  /** By the name of the file. */
  readonly codeLists: ReadonlyMap<string, CodeList>
  readonly streets?: StreetList
  readonly findings: readonly Finding[]
  /** Names it among forms that were loaded with it. */
  readonly digest: string
}
/** The part of a content revision that is read here. */
export type ListSource = {
  readonly paths: readonly string[]
  readonly file: (path: string) => Uint8Array | undefined
  readonly digestOfFile?: (path: string) => string | undefined
}

/** ISO 3166-1 alpha-3: the list that questions for a country take where nothing else is said. */
export const COUNTRIES_URI = 'urn:iso:std:iso:3166:-1:alpha-3'
/** No lists at all: for forms that need none. */
export const NO_LISTS: TownLists = { codeLists: new Map(), findings: [], digest: '' }

const CodeListFile = v.strictObject({
  format: v.literal(1),
  name: v.pipe(v.string(), v.nonEmpty()),
  uris: v.optional(v.array(v.pipe(v.string(), v.startsWith('urn:'))), []),
  codes: v.record(
    v.pipe(v.string(), v.regex(/^[^\s\p{C}]{1,60}$/u, 'is no code: 1 to 60 signs without blanks.')),
    v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
  ),
})
const FILE = /^code-lists\/([a-z0-9-]+)\.yaml$/
const STREETS = 'streets.yaml'
const known = new WeakMap<ListSource, TownLists>()

/** Reads the town's lists out of a content revision, once for each revision; a broken file is a finding and left out. */
export function readLists(source: ListSource): TownLists {
  const before = known.get(source)
  if (before !== undefined) {
    return before
  }
  const codeLists = new Map<string, CodeList>()
  const findings: Finding[] = []
  const digests: string[] = []
  for (const path of source.paths) {
    const name = FILE.exec(path)?.[1]
    const bytes = name === undefined ? undefined : source.file(path)
    if (name !== undefined && bytes !== undefined) {
      const read = readList(new TextDecoder().decode(bytes), path)
      findings.push(...read.findings)
      digests.push(`${path} ${source.digestOfFile?.(path) ?? bytes.length}`)
      if (read.list !== undefined) {
        codeLists.set(name, read.list)
      }
    }
  }
  const bytes = source.paths.includes(STREETS) ? source.file(STREETS) : undefined
  const streets = bytes === undefined ? undefined : readStreets(new TextDecoder().decode(bytes), STREETS)
  findings.push(...(streets?.findings ?? []))
  digests.push(`${STREETS} ${source.digestOfFile?.(STREETS) ?? bytes?.length ?? 0}`)
  const list = streets?.list
  const lists = { codeLists, findings, digest: digests.join('\n'), ...(list === undefined ? {} : { streets: list }) }
  known.set(source, lists)
  return lists
}

function readList(text: string, path: string): { list?: CodeList; findings: readonly Finding[] } {
  const yaml = readYaml(text, path)
  const shape = yaml.ok ? shapeOf(CodeListFile, yaml.yaml) : yaml
  if (!shape.ok) {
    return { findings: shape.findings }
  }
  const { name, uris, codes } = shape.value
  return {
    list: { name, uris, options: Object.entries(codes).map(([code, label]) => ({ code, label })) },
    findings: [],
  }
}

/** The list a data schema means by its URI, with or without the version at its end. */
export function listByUri(lists: TownLists, uri: string | undefined): CodeList | undefined {
  return uri === undefined
    ? undefined
    : [...lists.codeLists.values()].find((list) => list.uris.some((one) => uri === one || uri.startsWith(`${one}_`)))
}
