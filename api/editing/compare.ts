import { describedModules } from '../catalogue/service.ts'
import type { Content } from '../content/snapshot.ts'
import { compareSteps } from './compare-steps.ts'
import type { About } from './placed.ts'
import { answerOf } from './points.ts'
import { type Wording, withRuleWords } from './rule-words.ts'
import { pathOf, type Row, type RowOption, recordAt } from './sheet-rows.ts'
import { type Sheet, sheetOf } from './sheets.ts'
import type { State } from './state.ts'
import { yamlAt } from './yaml-edit.ts'

/** One thing that publishing changes, as the editors' pages call it. */
export type WordChange = {
  readonly about: Omit<About, 'row'>
  /** What several rows have in common, and the row, worded as on its sheet. */
  readonly group?: string
  readonly label: string
  readonly what: 'added' | 'removed' | 'changed'
  /** Values before and after, worded as choices of the row. */
  readonly before: readonly RowOption[]
  readonly after: readonly RowOption[]
}
type Side = {
  readonly state: State
  readonly content: Content
  /** Null where the form does not fit together: then rules stand as they are written. */
  readonly wording: Wording | null
}

/** What differs between two states of a service, by the rows of their sheets, the description and the steps of the process. Pure. */
export function wordChanges(before: Side, after: Side): readonly WordChange[] {
  return [
    ...describedChanges(before, after),
    ...sheetIds(before.state, after.state).flatMap((id) => sheetChanges(id, before, after)),
    ...ruleChanges(before, after),
    ...compareSteps(before.state.files['process.bpmn'] ?? '', after.state.files['process.bpmn'] ?? ''),
  ]
}

const plain = (value: string): readonly RowOption[] => (value === '' ? [] : [{ value, text: '' }])
const FORM = 'form.de.yaml'

/** Title, first sentence and text modules as the pages of the service show them, in every language that one of the sides has. */
function describedChanges(before: Side, after: Side): readonly WordChange[] {
  const [old = {}, now = {}] = [before, after].map(({ content, state }) => describedModules(content, state.slug))
  return unionOf(old, now).flatMap((lang) => {
    const [first = {}, second = {}] = [old[lang], now[lang]]
    return unionOf(first, second).flatMap((kind) => {
      const [was = '', is = ''] = [first[kind], second[kind]]
      const about = { kind: 'description', name: kind, ...(lang === 'de' ? {} : { lang }) } as const
      return was === is ? [] : [change({ about, label: '', before: plain(was), after: plain(is) })]
    })
  })
}

const unionOf = (...some: readonly object[]): readonly string[] => [...new Set(some.flatMap((one) => Object.keys(one)))]

/** Sheets whose entries differ: a form has a hundred questions, and each is read entry by entry. */
function sheetIds(before: State, after: State): readonly string[] {
  const names = [...new Set([before, after].flatMap(({ files }) => Object.keys(files)))].sort()
  const isOther = (name: string): boolean => before.files[name] !== after.files[name]
  const texts = names.filter(isOther).flatMap((name) => /^((?:notice|process)\..+)\.yaml$/.exec(name)?.[1] ?? [])
  const [old = {}, now = {}] = [before, after].map(({ files }) => recordAt(files[FORM] ?? ''))
  const differs = (...keys: readonly string[]): boolean =>
    keys.some((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]))
  const [first, second] = [old, now].map((form) => (form['fields'] ?? {}) as Readonly<Record<string, unknown>>)
  const questions = [...new Set([...Object.keys(first ?? {}), ...Object.keys(second ?? {})])]
    .filter((path) => JSON.stringify(first?.[path]) !== JSON.stringify(second?.[path]))
    .map((path) => `question.${path}`)
  return [
    ...(isOther('service.yaml') ? ['settings', 'registers'] : []),
    ...(isOther('service.yaml') || after.fees.length > 0 ? ['fee'] : []),
    ...(differs('title', 'start', 'review', 'receipt') ? ['texts'] : []),
    ...(differs('steps') ? ['pages'] : []),
    ...questions,
    ...(differs('checks') ? ['checks'] : []),
    ...(differs('purposes') ? ['purposes'] : []),
    ...texts,
  ]
}

function sheetChanges(id: string, before: Side, after: Side): readonly WordChange[] {
  const [old, now] = [before, after].map(({ state, content, wording }) => {
    const sheet = sheetOf(id, state, content)
    return sheet === undefined ? undefined : withRuleWords(sheet, wording)
  })
  const whole = old === undefined || now === undefined
  const sheet = now ?? old
  if (sheet === undefined) {
    return []
  }
  if (whole && /^(question|notice|process)\./.test(id)) {
    const side = now === undefined ? before : after
    return [
      change(
        { about: aboutRow(sheet.rows[0], sheet, side), label: '', before: [], after: [] },
        now === undefined ? 'removed' : 'added',
      ),
    ]
  }
  const [was, is] = [rowsByKey(old, before), rowsByKey(now, after)]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [first, second] = [was.get(key), is.get(key)]
    const row = second ?? first
    if (row === undefined || (first?.value ?? '') === (second?.value ?? '')) {
      return []
    }
    const about = aboutRow(row, sheet, second === undefined ? before : after)
    const group = /^(notice|process)\./.test(id) && row.group !== undefined ? { group: row.group } : {}
    return [change({ about, ...group, label: row.label, before: said(first), after: said(second) })]
  })
}

function change(one: Omit<WordChange, 'what'>, what?: WordChange['what']): WordChange {
  return { ...one, what: what ?? (one.before.length === 0 ? 'added' : one.after.length === 0 ? 'removed' : 'changed') }
}

/** Values of a row as choices: a choice by its own text, a rule in words, everything else as it stands there. */
const said = (row: Row | undefined): readonly RowOption[] =>
  (row?.kind === 'choices' || row?.kind === 'choice' ? row.value.split('\n') : [row?.value ?? ''])
    .filter((value) => value !== '')
    .map((value) => row?.options.find((option) => option.value === value) ?? { value, text: '' })

/** Rows by the names of what they stand in rather than by their places, so that one page more does not change all that follow. */
function rowsByKey(sheet: Sheet | undefined, { state }: Side): ReadonlyMap<string, Row> {
  const whole = yamlAt(state.files[sheet?.file ?? ''] ?? '', [])
  const rows = (sheet?.rows ?? []).filter(({ name }) => !/^(new|remove)-/.test(name))
  return new Map(rows.map((row) => [sheet?.id === 'fee' ? row.name : keyOf(row.name, whole), row]))
}

function keyOf(name: string, whole: unknown): string {
  let entry = whole
  const parts = pathOf(name).map((part) => {
    entry = typeof entry === 'object' && entry !== null ? (entry as Readonly<Record<string, unknown>>)[part] : undefined
    const { id, fee } = (typeof part === 'number' && typeof entry === 'object' ? (entry ?? {}) : {}) as { id?: unknown; fee?: unknown } // biome-ignore format: one thought
    return String(id ?? fee ?? part)
  })
  return parts.join('/')
}

function aboutRow(row: Row | undefined, { id, file }: Sheet, { state }: Side): WordChange['about'] {
  const [kind = ''] = id.split('.')
  const source = state.files[file] ?? ''
  const at = { sheet: id }
  switch (kind) {
    case 'settings':
      return { kind: 'setting', name: row?.label ?? '', ...at }
    case 'registers':
      return { kind: 'register', name: row?.group ?? '', ...at }
    case 'fee':
      return { kind: 'fee', name: row?.group ?? '', ...at }
    case 'question':
      return { kind: 'question', name: String(yamlAt(source, ['fields', id.slice(9), 'label']) ?? ''), ...at }
    case 'pages':
      return { kind: 'page', name: row?.group ?? '', ...at }
    case 'checks':
      return { kind: 'check', name: row?.group ?? '', ...at }
    case 'purposes':
      return { kind: 'purpose', name: row?.group ?? '', ...at }
    case 'notice':
      return { kind: 'notice', name: String(yamlAt(source, ['title']) ?? ''), ...at }
    case 'process':
      return { kind: 'process', name: '', ...at }
    default:
      return { kind: 'texts', name: '', ...at }
  }
}

/** Answers to rules in words. */
function ruleChanges(before: Side, after: Side): readonly WordChange[] {
  const answers = [before, after].map(({ state }) => recordAt(state.files[FORM] ?? '', 'rules'))
  const ids = [...new Set(answers.flatMap((one) => Object.keys(one)))]
  return ids.flatMap((id) => {
    const [was = [], is = []] = [before, after].map((side) => answerSaid(side, id))
    const about = { kind: 'rule', name: id, sheet: `point.${id}` } as const
    // The words of a condition that changed stand where the condition does.
    const [old, now] = [was, is].map((some) => JSON.stringify(some.map(({ value }) => value)))
    const isSame = old === now
    return isSame ? [] : [change({ about, label: 'answer', before: was, after: is })]
  })
}

/** How a rule in words is answered: by what keeps it, by the clerk, or the sentence with who said it and when. */
function answerSaid({ state, wording }: Side, id: string): readonly RowOption[] {
  const source = state.files[FORM] ?? ''
  const answer = answerOf(source, id, wording)
  if (answer === null) {
    return []
  }
  const { how, keepers, reason, by, on } = answer
  if (how === 'clerk') {
    return [{ value: 'clerk', text: '' }]
  }
  const day = on.split('-').toReversed().join('.')
  return how === 'reason'
    ? [{ value: reason, text: by === '' ? reason : `${reason} (${by}, ${day})` }]
    : keepers.map(({ ref, name, said }) => ({
        value: ref,
        text: said === '' ? name : `${name.replace(/\.$/, '')}: ${said}`,
      }))
}
