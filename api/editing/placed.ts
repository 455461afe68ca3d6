import type { Part } from '../catalogue/level.ts'
import type { Finding } from '../lib/finding.ts'
import { keysIn } from './fee-table.ts'
import { goneIn, goneNamed, withGone } from './gone.ts'
import { type LaterAnswer, laterAnswer } from './later-answer.ts'
import { pagesIn } from './page-places.ts'
import { partOf } from './parts.ts'
import { FORM, recordAt } from './sheet-rows.ts'
import type { State } from './state.ts'
import { unsignedStep } from './unsigned.ts'
import { type YamlPath, yamlAt, yamlPlaceAt } from './yaml-edit.ts'

/** What a finding is about, for people who know no files: a rule, a question, a setting, and where it is mended. */
export type About = {
  readonly kind:
    | 'rule' | 'question' | 'page' | 'list' | 'check' | 'purpose' | 'texts' | 'setting' | 'fee' | 'process' | 'notice' | 'signers' | 'eligibility' | 'applicant' | 'register' | 'example' | 'form' | 'description' // biome-ignore format: one list
  /** As the editors' pages call it: a label, a title; empty where the kind says it all. */
  readonly name: string
  /** Language of the text, where it is not German. */
  readonly lang?: string
  /** Sheet on which it is mended; absent where only the file can be changed. */
  readonly sheet?: string
  /** Row of that sheet. */
  readonly row?: string
}
type Named = { readonly id: string; readonly name: string }
/** `part`: what of the service's level it stands in the way of. */
export type PlacedFinding = Finding & {
  readonly about: About
  readonly part: Part
  /** What the question was called that is gone. */
  readonly gone?: string
  /** What a rule looks at too early. */
  readonly later?: LaterAnswer
  /** Steps that issue the notice before a second person signs it, as it was drawn. */
  readonly early?: readonly string[]
}

/** Says of each finding what it is about and which part of the service is not done for it. Pure; reads only the files as they stand. */
export function placed(findings: readonly Finding[], state: State, points: readonly Named[]): readonly PlacedFinding[] {
  const gone = goneIn(state)
  return withGone(findings, state, gone).map((finding) => {
    const about = aboutFinding(finding, state, points)
    const named = goneNamed(finding, gone)
    const early = unsignedStep(finding, state)?.early ?? []
    const later = laterAnswer(finding, about.row, state.files[FORM] ?? '')
    return {
      ...finding,
      about,
      part: partOf(finding),
      ...(named === undefined ? {} : { gone: named.label }),
      ...(later === undefined ? {} : { later }),
      ...(early.length === 0 ? {} : { early }),
    }
  })
}

/** What a finding is about, by the place at which it was found. */
export function aboutFinding(finding: Finding, state: State, points: readonly Named[]): About {
  const { type, file, line, detail } = finding
  const name = file.split('/').at(-1) ?? ''
  const ruleName = (id: string): string => points.find((point) => point.id === id)?.name ?? id
  if (type === 'forms/open-point') {
    const id = /open point (\S+) \(/.exec(detail)?.[1] ?? ''
    return { kind: 'rule', name: ruleName(id), ...(id === '' ? {} : { sheet: `point.${id}` }) }
  }
  if (type === 'workflow/no-fee') {
    return { kind: 'fee', name: '', sheet: 'fee' }
  }
  const unsigned = unsignedStep(finding, state)
  if (unsigned !== undefined) {
    return { kind: 'process', name: unsigned.name, sheet: 'mapping', row: `steps/${unsigned.id}/alone` }
  }
  const source = state.files[name] ?? ''
  if (name === 'service.yaml') {
    return aboutSetting({ type, detail, source }, yamlPlaceAt(source, line))
  }
  if (name.startsWith('form.') && name !== 'form.xml' && name !== 'form.yaml') {
    const german = state.files[FORM] ?? ''
    return aboutForm(german, yamlPlaceAt(source, line), ruleName)
  }
  if (name === 'examples.yaml') {
    return { kind: 'example', name: '' }
  }
  const [, kind, texts] = /^(process|notice)\.(.+)\.yaml$/.exec(name) ?? []
  if (texts !== undefined && recordAt(source)['version'] !== undefined) {
    const row = yamlPlaceAt(source, line).join('/')
    const title = kind === 'notice' ? textAt(source, ['title']) : ''
    return { kind: kind as 'process' | 'notice', name: title, sheet: `${kind}.${texts}`, row }
  }
  return { kind: /^process/.test(name) ? 'process' : /^notice/.test(name) ? 'notice' : 'form', name: '' }
}

/** Settings that have a row of their own, by their entry in the file. */
const SETTINGS = [
  'catalogue', 'postbox', 'trustLevel', 'filePlan', 'retention', 'evidence', 'lifeSituations', 'keywords', 'online', 'automatic',
] // biome-ignore format: one list

type Setting = { readonly type: string; readonly detail: string; readonly source: string }

function aboutSetting({ type, detail, source }: Setting, [entry = '', ...rest]: YamlPath): About {
  if (entry === 'fee' || entry === 'fees' || type.startsWith('feel/') || type.startsWith('payments/')) {
    const [list, index, what] = rest
    const key = list === 'items' ? keysIn(source)[Number(index)] : undefined
    const row = list === 'exemption' ? { row: rest.join('/') } : key === undefined || what === undefined ? {} : { row: `fee/${key}/${what}` } // biome-ignore format: one thought
    return { kind: 'fee', name: '', sheet: 'fee', ...row }
  }
  if (entry === 'lookups' || type.startsWith('registers/')) {
    return { kind: 'register', name: '', sheet: 'registers' }
  }
  const chosen = type.startsWith('editing/no-') ? /chosen (\w+) yet/.exec(detail)?.[1] : undefined
  const row = chosen ?? String(entry)
  return SETTINGS.includes(row)
    ? { kind: 'setting', name: row, sheet: 'settings', row }
    : { kind: 'setting', name: '', sheet: 'settings' }
}

/** The German overlay says what stands at a place, whatever language it was found in. */
function aboutForm(source: string, path: YamlPath, ruleName: (id: string) => string): About {
  const [entry = '', key = ''] = path
  const row = path.length > 2 ? { row: path.join('/') } : {}
  switch (entry) {
    case 'rules':
      return { kind: 'rule', name: ruleName(String(key)), sheet: `point.${key}`, ...row }
    case 'checks':
      return { kind: 'check', name: textAt(source, ['checks', key, 'text']), sheet: 'checks', ...row }
    case 'fields': {
      const isQuestion = recordAt(source, 'fields', String(key))['element'] !== undefined
      const sheet = isQuestion ? { sheet: `question.${key}`, ...row } : {}
      return { kind: 'question', name: textAt(source, ['fields', key, 'label']) || String(key), ...sheet }
    }
    case 'steps':
      return { kind: 'page', name: pageAt(source, path), sheet: 'pages', ...row }
    case 'groups':
      return { kind: 'list', name: textAt(source, ['groups', key, 'title']) || String(key), sheet: 'pages' }
    case 'purposes':
      return { kind: 'purpose', name: textAt(source, ['purposes', key, 'purpose']), sheet: 'purposes', ...row }
    case 'signers':
      return { kind: 'signers', name: textAt(source, ['signers', key, 'title']), sheet: 'signers', ...row }
    case 'eligibility':
      return { kind: 'eligibility', name: '', sheet: 'eligibility', ...row }
    case 'applicant':
      return { kind: 'applicant', name: '' }
    case 'title':
    case 'start':
    case 'review':
    case 'receipt':
      return { kind: 'texts', name: '', sheet: 'texts', ...row }
    default:
      return { kind: 'form', name: '' }
  }
}

/** The innermost page around a place, by its title or its first question. */
function pageAt(source: string, path: YamlPath): string {
  const at = path.join('/')
  const around = pagesIn(source).filter(({ list, index }) => `${at}/`.startsWith(`${[...list, index].join('/')}/`))
  const step = around.at(-1)?.step
  const first = textAt(source, ['fields', step?.fields?.[0] ?? '', 'label'])
  return String(step?.title ?? '') || first || textAt(source, [...path.slice(0, 2), 'title']) || String(step?.id ?? '')
}

function textAt(source: string, path: YamlPath): string {
  const value = yamlAt(source, path)
  return typeof value === 'string' ? value.slice(0, 120) : ''
}
