import { placesIn } from './page-places.ts'
import { type Around, renamedIn, tokensIn } from './rule-names.ts'
import { sentencesOf, withoutName, withoutSentences } from './sentences.ts'
import type { Folder } from './state.ts'
import { type YamlPath, yamlAt } from './yaml-edit.ts'

/** A place in the files of a service that names a question or a list. */
export type Use = {
  readonly file: string
  /** Way to the entry; of a process the name of the variable. */
  readonly at: YamlPath
  readonly kind: 'rule' | 'text' | 'path' | 'variable'
  /** Question or list that is named. */
  readonly path: string
  /** What stands there. */
  readonly text: string
  /** What may be taken away: the condition alone, the sentence or name alone, or the whole entry. */
  readonly ways: readonly Way[]
}
export type Way = 'rule' | 'sentence' | 'name' | 'entry'

type Place = {
  readonly file: RegExp
  /** Way to an entry; `*` is any key or place, `**` any way of pages within pages. */
  readonly at: string
  readonly kind: Use['kind']
  /** Way to what goes with the entry, as often as `..` goes up; absent where it cannot go. */
  readonly entry?: string
  readonly ways?: readonly Way[]
}
const [FORM, SERVICE, NOTICE] = [/^form\.de\.yaml$/, /^service\.yaml$/, /^notice\.[a-z-]+\.[a-z]{2,3}\.yaml$/]
const rule = (file: RegExp, at: string, ways: readonly Way[], entry = ''): Place => ({ file, at, kind: 'rule', ways, entry }) // biome-ignore format: one thought
const path = (file: RegExp, at: string, entry: string): Place => ({ file, at, kind: 'path', ways: ['entry'], entry })
const text = (file: RegExp, at: string, ways: readonly Way[], entry = ''): Place => ({ file, at, kind: 'text', ways, entry }) // biome-ignore format: one thought

/** Everything that can name a question, but for what follows the data schema by itself: pages, parts of an address, answers to rules. */
export const PLACES: readonly Place[] = [
  rule(FORM, 'steps/**/when', ['rule']),
  rule(FORM, 'fields/*/when', ['rule']),
  rule(FORM, 'fields/*/required', ['rule']),
  rule(FORM, 'fields/*/compute', []),
  rule(FORM, 'fields/*/evidence/*/when', ['rule', 'entry'], '..'),
  rule(FORM, 'checks/*/rule', ['entry'], '..'),
  path(FORM, 'checks/*/at', '..'),
  rule(FORM, 'eligibility/conditions/*/rule', ['entry'], '..'),
  rule(FORM, 'signers/*/when', ['rule', 'entry'], '..'),
  rule(FORM, 'review/notes/*/when', ['entry'], '..'),
  rule(FORM, 'receipt/next/*/onlyIf', ['rule', 'entry'], '..'),
  path(FORM, 'applicant/question', '..'),
  path(FORM, 'applicant/mandate/proof', '../..'),
  path(FORM, 'applicant/company/*', '../..'),
  rule(SERVICE, 'fee/items/*/when', ['rule', 'entry'], '..'),
  rule(SERVICE, 'fee/items/*/count', ['rule', 'entry'], '..'),
  rule(SERVICE, 'fee/items/*/eventOn', ['entry'], '..'),
  rule(SERVICE, 'fee/items/*/with/*', ['entry'], '../..'),
  rule(SERVICE, 'fee/exemption/when', ['entry'], '..'),
  path(SERVICE, 'fee/exemption/evidence', '..'),
  path(SERVICE, 'lookups/*/choice', '..'),
  path(SERVICE, 'lookups/*/query/*', '../..'),
  path(SERVICE, 'lookups/*/values/*', ''),
  text(NOTICE, 'title', ['name']),
  text(NOTICE, 'salutation', ['name']),
  text(NOTICE, 'closing', ['name']),
  text(NOTICE, 'recipient/*', ['name']),
  ...['operative', 'reasons', 'information'].flatMap((part) => [
    text(NOTICE, `${part}/*`, ['sentence', 'name', 'entry']),
    text(NOTICE, `${part}/*/text`, ['sentence', 'name', 'entry'], '..'),
    text(NOTICE, `${part}/*/list/*`, ['sentence', 'name', 'entry']),
    text(NOTICE, `${part}/*/table/columns/*/text`, ['entry'], '..'),
    path(NOTICE, `${part}/*/table/each`, '../..'),
    rule(NOTICE, `${part}/*/when`, ['rule', 'entry'], '..'),
  ]),
  path(NOTICE, 'computed/*/each', '..'),
  rule(NOTICE, 'computed/*/rule', ['entry'], '..'),
]

/** Every place in a service's files that names one of some questions or lists. Pure; what is broken names none. */
export function usesOf(files: Folder, paths: readonly string[]): readonly Use[] {
  if (paths.length === 0) {
    return []
  }
  return Object.entries(files).flatMap(([file, source]) =>
    file === 'process.bpmn'
      ? variablesIn(file, source, paths)
      : PLACES.filter((place) => place.file.test(file)).flatMap((place) => usesAt(file, source, { place, paths })),
  )
}

type Looking = { readonly place: Place; readonly paths: readonly string[] }

function usesAt(file: string, source: string, { place, paths }: Looking): readonly Use[] {
  const [first = '', ...rest] = place.at.split('/')
  return entriesAt(yamlAt(source, [first]), rest, [first]).flatMap(({ at, value }) => {
    if (typeof value !== 'string') {
      return []
    }
    const named = new Set(namesIn(place.kind, value, { paths, around: aroundOf(source, at) }))
    return [...named].map((one): Use => {
      return {
        file,
        at,
        kind: place.kind,
        path: one,
        text: value,
        ways: waysOf(source, { place, at, text: value, path: one }),
      }
    })
  })
}

type Named = { readonly paths: readonly string[]; readonly around: Around }

function namesIn(kind: Use['kind'], value: string, { paths, around }: Named): readonly string[] {
  switch (kind) {
    case 'path':
      return paths.filter((one) => one === value)
    case 'text':
      return paths.filter((one) => value.includes(`{${inText(one, around)}}`))
    default:
      return tokensIn(value, around).flatMap(({ path: used }) =>
        paths.filter((one) => used === one || used.startsWith(`${one}.`)),
      )
  }
}

/** A question as it is named in braces: by the name of the item in the columns of a table. */
const inText = (question: string, { alias }: Around): string =>
  alias !== undefined && question.startsWith(`${alias.list}.`)
    ? `${alias.name}${question.slice(alias.list.length)}`
    : question

/** Every entry that a way with `*` leads to. */
function entriesAt(value: unknown, way: readonly string[], at: YamlPath): readonly { at: YamlPath; value: unknown }[] {
  const [first, ...rest] = way
  if (first === undefined) {
    return [{ at, value }]
  }
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries((value ?? {}) as object)
  if (typeof value !== 'object' || value === null) {
    return []
  }
  if (first === '**') {
    return inner.flatMap(([key, entry]) => [
      ...entriesAt(entry, rest, [...at, key]),
      ...entriesAt((entry as { steps?: unknown } | null)?.steps, way, [...at, key, 'steps']),
    ])
  }
  return inner.flatMap(([key, entry]) => (first === '*' || first === key ? entriesAt(entry, rest, [...at, key]) : []))
}

/**
 * What names at a place may stand for: items of the repeating groups around a rule of a form (outermost first; the condition of a
 * list stands outside of it), and in a notice the item of a table or of a computed value.
 */
export function aroundOf(source: string, at: YamlPath): Around {
  const [entry, key = ''] = at
  if (entry === 'computed' || at.includes('table')) {
    const way = entry === 'computed' ? at.slice(0, 2) : at.slice(0, at.indexOf('table') + 1)
    const [name, list] = ['as', 'each'].map((one) => String(yamlAt(source, [...way, one]) ?? ''))
    return { loops: [], ...(name && list ? { alias: { name, list } } : {}) }
  }
  if (entry === 'steps') {
    const ways = at.flatMap((part, index) => (part === 'steps' && index > 0 ? [at.slice(0, index)] : []))
    const loops = ways.map((way) => yamlAt(source, [...way, 'loop'])).filter((loop) => typeof loop === 'string')
    return { loops }
  }
  const question = entry === 'fields' ? key : entry === 'checks' ? yamlAt(source, ['checks', key, 'at']) : ''
  const lists = new Set(listsIn(source))
  return { loops: outer(String(question ?? '')).filter((group) => lists.has(group)) }
}

/** Groups around a path, outermost first. */
function outer(question: string): readonly string[] {
  const groups = question.split('.').slice(0, -1)
  return groups.map((_, index) => groups.slice(0, index + 1).join('.'))
}

/** Repeating groups of a form. */
export const listsIn = (source: string): readonly string[] =>
  placesIn(source).flatMap(({ step }) => (step?.steps === undefined ? [] : [String(step.loop)]))

function waysOf(
  source: string,
  { place, at, text: value, path: one }: { place: Place; at: YamlPath; text: string; path: string },
): readonly Way[] {
  const isRefusal = yamlAt(source, ['kind']) === 'refusal'
  const [part = ''] = at
  const siblings = yamlAt(source, [part])
  const isLast =
    (part === 'operative' || (isRefusal && part === 'reasons')) && Array.isArray(siblings) && siblings.length < 2
  const block = yamlAt(source, at.slice(0, 2))
  const quotesReasons =
    isRefusal && part === 'reasons' && JSON.stringify(block ?? '').includes('{entscheidung.gruende}')
  const isKept = place.entry === undefined || isLast || quotesReasons
  const rest = /\p{L}/u.test(withoutName(value, one))
  const isOneSentence = place.kind === 'text' && sentencesOf(value).every((sentence) => sentence.includes(`{${one}}`))
  return (place.ways ?? []).filter((way) =>
    way === 'entry' ? !isKept : way === 'sentence' ? !isOneSentence : way !== 'name' || rest || part === 'recipient',
  )
}

/** What goes with a use whose whole entry goes. */
export function entryOf(use: Use): YamlPath {
  const place = PLACES.find(
    ({ file, at, kind }) => kind === use.kind && file.test(use.file) && isAt(at.split('/'), use.at),
  )
  return use.at.slice(
    0,
    use.at.length - (place?.entry === '' || place?.entry === undefined ? 0 : place.entry.split('/').length),
  )
}

function isAt([first, ...rest]: readonly string[], [key, ...more]: YamlPath): boolean {
  if (first === undefined || key === undefined) {
    return first === undefined && key === undefined
  }
  if (first === '**') {
    return isAt(rest, more) || (more[0] === 'steps' && isAt(['**', ...rest], more.slice(1)))
  }
  return (first === '*' || first === String(key)) && isAt(rest, more)
}

/** A process knows answers by their paths, joined by `_`. */
export const variableOf = (question: string): string => question.replaceAll('.', '_')

const VARIABLE = /<stadttor:variable\b[^>]*\bname="([^"]*)"[^>]*>/gi

function variablesIn(file: string, source: string, paths: readonly string[]): readonly Use[] {
  return [...source.matchAll(VARIABLE)].flatMap(([, name = '']) =>
    paths
      .filter((one) => variableOf(one) === name)
      .map((one): Use => {
        return { file, at: [name], kind: 'variable', path: one, text: name, ways: [] }
      }),
  )
}

/** One use with another question in its place. */
export function withOther({ kind, text: value, path: was }: Use, other: string, around: Around): string {
  switch (kind) {
    case 'path':
      return other
    case 'text':
      return value.replaceAll(`{${inText(was, around)}}`, `{${inText(other, around)}}`)
    case 'variable':
      return variableOf(other)
    default:
      return renamedIn(value, { from: was, to: other, around })
  }
}

/** A text without the sentences, or without the name alone, that speak of a question. */
export function withoutUse({ text: value, path: one }: Use, way: 'sentence' | 'name', around: Around): string {
  const name = inText(one, around)
  return way === 'name' ? withoutName(value, name) : withoutSentences(value, name)
}
