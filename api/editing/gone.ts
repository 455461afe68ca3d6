import { readYaml } from '../forms/service.ts'
import type { Finding } from '../lib/finding.ts'
import { applyUses, type Chosen } from './apply-uses.ts'
import type { Values } from './sent.ts'
import { FORM, labelsIn, type Row, type RowOption, recordAt } from './sheet-rows.ts'
import type { Folder, State } from './state.ts'
import { aroundOf, listsIn, type Use, usesOf, type Way } from './uses.ts'
import { yamlPlaceAt } from './yaml-edit.ts'

/** A question or list that the form had before, by what it was called. */
export type Gone = { readonly path: string; readonly label: string }

/** What is gone of the form since it went online, or since the service was begun. */
export function goneIn({ files, called }: Pick<State, 'files' | 'called'>): readonly Gone[] {
  const source = files[FORM]
  const now = labelsIn(source ?? '')
  return source === undefined || Object.keys(now).length === 0
    ? []
    : Object.entries(called).flatMap(([path, label]) => (Object.hasOwn(now, path) ? [] : [{ path, label }]))
}

export const QUESTION_GONE = 'editing/question-gone'

/** Kinds of findings that say nothing else than that a name is not known. */
const SAYS_UNKNOWN = /^(feel\/unknown-name|forms\/(unknown-field|loop)|notices\/(unknown-placeholder|unknown-question|no-list)|registers\/lookup|workflow\/unknown-answer)$/ // biome-ignore format: one pattern

/** Findings with every use of a question that is gone in place of those that only say that a name is not known. */
export function withGone(
  findings: readonly Finding[],
  state: Pick<State, 'files' | 'slug'>,
  gone: readonly Gone[],
): readonly Finding[] {
  const uses = usesOf(state.files, gone.map(({ path }) => path)) // biome-ignore format: one thought
  const isSaid = ({ type, file, line, detail }: Finding): boolean => {
    const name = file.split('/').at(-1) ?? ''
    const at = yamlPlaceAt(state.files[name] ?? '', line)
    const isAt = (use: Use): boolean => use.file === name && (use.kind === 'variable' ? detail.includes(`"${String(use.at[0])}"`) : use.at.every((part, index) => index >= at.length || part === at[index])) // biome-ignore format: one thought
    return SAYS_UNKNOWN.test(type) && uses.some(isAt)
  }
  const shown = uses.map((use): Finding => {
    const file = `services/${state.slug}/${use.file}`
    const detail = `"${use.path}" is no question of the form any more.`
    return { file, line: lineOf(state.files[use.file] ?? '', use), type: QUESTION_GONE, detail }
  })
  return [...shown, ...findings.filter((finding) => !isSaid(finding))]
}

/** Label of the question that a finding of this kind is about. */
export function goneNamed({ type, detail }: Finding, gone: readonly Gone[]): Gone | undefined {
  const path = type === QUESTION_GONE ? /^"([^"]+)"/.exec(detail)?.[1] : undefined
  return gone.find((one) => one.path === path)
}

function lineOf(source: string, { file, kind, at }: Use): number {
  if (kind === 'variable') {
    return source.slice(0, Math.max(0, source.indexOf(`"${String(at[0])}"`))).split('\n').length
  }
  const read = readYaml(source, file)
  return read.ok ? read.yaml.lineOf(at) : 1
}

/** One row for every use of a question that is gone: what is to become of it. */
export function goneRows(state: Pick<State, 'files' | 'called'>, gone: readonly Gone[]): readonly Row[] {
  const source = state.files[FORM] ?? ''
  const labels = labelsIn(source)
  const lists = listsIn(source)
  return usesOf(state.files, gone.map(({ path }) => path)).map((use): Row => {
    const label = gone.find(({ path }) => path === use.path)?.label ?? use.path
    const others = othersFor(use, { state, labels, lists, was: label })
    const options: readonly RowOption[] = [...use.ways.map((way) => ({ value: way, text: '' })), ...others]
    const line = lineOf(state.files[use.file] ?? '', use)
    const shown = { file: use.file, line, label, text: calledIn(use.text, { ...labels, ...state.called }) }
    return { name: nameOf(use), label: 'gone-way', kind: 'choice', value: '', options, use: shown }
  }) // biome-ignore format: one thought
}

/** A rule or text with questions and lists as people call them, in place of their names. */
function calledIn(text: string, labels: Folder): string {
  const names = Object.keys(labels).toSorted((a, b) => b.length - a.length)
  return names.reduce((said, name) => {
    const escaped = name.replaceAll('.', '\\.')
    return said.replace(new RegExp(`(?<![\\w.„])${escaped}(?![\\w“])`, 'gu'), () => `„${labels[name]}“`)
  }, text)
}

const nameOf = ({ file, at, path }: Use): string => `use/${[file, ...at, path].join('/')}`

type Offering = {
  readonly state: Pick<State, 'files'>
  readonly labels: Folder
  readonly lists: readonly string[]
  readonly was: string
}

/** Questions that may stand in its place: of no list, or of one that is at hand there; for a list another list. */
function othersFor(use: Use, { state, labels, lists, was }: Offering): readonly RowOption[] {
  const source = state.files[use.file] ?? ''
  const around = use.kind === 'variable' ? { loops: [] } : aroundOf(source, use.at)
  const alias = 'alias' in around && around.alias !== undefined ? [around.alias.list] : []
  const isIn = (path: string, list: string): boolean => path.startsWith(`${list}.`)
  const near = new Set([...around.loops, ...alias, ...lists.filter((list) => isIn(use.path, list))])
  const isList = /\/each$/.test(use.at.join('/'))
  const fields = Object.keys(recordAt(state.files[FORM] ?? '', 'fields'))
  const fit = isList ? lists : fields.filter((path) => lists.every((list) => !isIn(path, list) || near.has(list)))
  const isAlike = (path: string): boolean =>
    labels[path] === was || path.split('.').at(-1) === use.path.split('.').at(-1)
  return [...fit.filter(isAlike), ...fit.filter((path) => !isAlike(path))].map((path) => ({ value: `to:${path}`, text: labels[path] ?? path })) // biome-ignore format: one thought
}

/** What was chosen for some uses, put into the files. `made`: where something else stands now. Pure. */
export function applyGone(state: State, gone: readonly Gone[], values: Values): State {
  const uses = usesOf(state.files, gone.map(({ path }) => path)) // biome-ignore format: one thought
  const chosen = uses.flatMap((use): readonly Chosen[] => {
    const value = (values[nameOf(use)] ?? '').trim()
    const way = use.ways.find((one): one is Way => one === value)
    return value.startsWith('to:') ? [{ use, to: value.slice(3) }] : way === undefined ? [] : [{ use, way }]
  })
  return { ...state, files: applyUses(state.files, chosen) }
}
