import type { Content } from '../content/snapshot.ts'
import { applyAnswer, applyChecks } from './apply-checks.ts'
import { applyBlocks } from './apply-notice.ts'
import { countWords } from './fee-count.ts'
import { euroText, type FeeVersion, feesWith, itemsIn } from './fee-table.ts'
import { applyFee } from './fee-write.ts'
import { withPosition } from './file-plan.ts'
import { applyGone, goneIn } from './gone.ts'
import { sentText, type Values } from './sent.ts'
import { applyRegisters } from './sheet-registers.ts'
import { FORM, linesOf, pathOf, type Row, recordAt } from './sheet-rows.ts'
import type { Sheet } from './sheets.ts'
import type { State } from './state.ts'
import type { Skeleton } from './templates.ts'
import { applyTranslation } from './translation.ts'
import { minutesOf, periodOf } from './typed-values.ts'
import { editYaml, type YamlEdit, yamlAt } from './yaml-edit.ts'

/**
 * Puts what was sent for a sheet into the files. Only rows of the sheet are taken, and only those that differ; what is
 * emptied goes away. Pure; whether the result is sound is for the checks to say.
 */
export function applySheet(state: State, sheet: Sheet, values: Values, around: Around): State {
  const edits = changedIn(sheet.rows, values)
  const [kind = '', ...rest] = sheet.id.split('.')
  if (kind === 'point') {
    return withForm(state, (source) =>
      applyAnswer(source, rest.join('.'), { values, edits }, { name: around.editor, today: around.today }),
    )
  }
  if (kind === 'checks') {
    return withForm(state, (source) => applyChecks(source, { values, edits }))
  }
  if (kind === 'gone') {
    return applyGone(state, goneIn(state), values)
  }
  if (kind === 'notice') {
    return withNotice(state, sheet, values)
  }
  if (kind === 'translation') {
    return applyTranslation(state, sheet, values)
  }
  if (kind === 'registers') {
    return applyRegisters(state, sheet.rows, values)
  }
  if (kind === 'fee') {
    return withFeeText(state, applyFee(state, values, around), around)
  }
  // A step keeps what it was called before: a button without a word is none.
  const isKept = ({ path, value }: YamlEdit): boolean => kind !== 'mapping' || value !== undefined || ['postbox', 'alone'].includes(String(path.at(-1))) // biome-ignore format: one thought
  const planned = kind === 'settings' ? withPosition(state, values) : { state, number: undefined }
  const placed = planned.number === undefined ? [] : [{ path: ['filePlan'], value: planned.number }]
  const said = kind === 'mapping' ? edits.map((edit) => saidBy(edit, around)) : edits
  const all = [...said.filter(isKept), ...placed]
  const next = edited(planned.state, sheet.file, all)
  if (kind === 'question') {
    return withForm(next, (source) => asDeclared(source, { path: rest.join('.'), edits: all, asked: around.skeleton }))
  }
  if (kind !== 'settings') {
    return next
  }
  const chosen = all.filter(({ value }) => value !== undefined).map(({ path }) => path.join('/'))
  const decided = withDecided(next, new Set(chosen))
  return withMinutes(withTitle(withLaw(withPostbox(state, decided, around.postboxName), around.today)))
}

/** Why nobody signs stands there with who said so, and when. */
const saidBy = ({ path, value }: YamlEdit, { editor, today }: Around): YamlEdit =>
  path.at(-1) === 'alone' && path.length === 3 && value !== undefined
    ? { path, value: { reason: value, by: editor, on: today } }
    : { path, value }

/** Entries of the file that somebody changed. */
const changedIn = (rows: readonly Row[], values: Values): readonly YamlEdit[] =>
  rows.flatMap((row): readonly YamlEdit[] => {
    const text = sentText(row, values)
    const isChanged = text !== undefined && text !== row.value && !isAct(row)
    return isChanged ? [{ path: pathOf(row.name), value: entryOf(row, text) }] : []
  })

/** Head of a notice, and its texts: an emptied one goes, a new one stands at the end of its part. */
function withNotice(state: State, sheet: Sheet, values: Values): State {
  const source = state.files[sheet.file] ?? ''
  const head = sheet.rows.filter(({ name }) => !name.includes('/') && !name.startsWith('new-'))
  const edits = [...changedIn(head, values), ...applyBlocks(source, sheet, values)]
  return edited(state, sheet.file, edits)
}

/** The day, and what the town has: what is live, and what would be with the changes so far. */
export type Around = {
  readonly today: string
  /** Name of who changes it. */
  readonly editor: string
  readonly content: Content
  readonly live: Content
  readonly postboxName: (postbox: string) => string
  /** What a new form says of its cost before anybody chose a fee. */
  readonly costText: string
  /** How often a fee is owed, in words. */
  readonly times: Skeleton['times']
  /** The words of new forms. */
  readonly skeleton: Skeleton
}

type Declared = { readonly path: string; readonly edits: readonly YamlEdit[]; readonly asked: Around['skeleton'] }

/** A question that becomes a declaration, or none any more, is called so in messages too, as long as nobody has written another name. */
function asDeclared(source: string, { path, edits, asked }: Declared): string {
  const at = ['fields', path]
  const kind = edits.find((edit) => edit.path.join('/') === [...at, 'kind'].join('/'))
  if (kind === undefined) {
    return source
  }
  const { label, object, text } = recordAt(source, 'fields', path)
  const fill = (words: string): string => words.replaceAll('[[label]]', String(label ?? '').replace(/[.:]$/, ''))
  const isQuestion = String(label ?? '').endsWith('?')
  const [plain, declared] = [fill(isQuestion ? asked.boolQuestion : asked.bool), fill(asked.declaration)]
  const isDeclared = kind.value === 'declaration'
  const said = object === (isDeclared ? plain : declared) ? [{ path: [...at, 'object'], value: isDeclared ? declared : plain }] : [] // biome-ignore format: one thought
  const sentence = isDeclared && text === undefined ? [{ path: [...at, 'text'], value: label }] : []
  return editYaml(source, [...said, ...sentence])
}

/** Rows that stand for something to be done, not for an entry of the file. */
const isAct = (row: Row): boolean => row.name.startsWith('new-') || row.name.startsWith('remove-')

const withForm = (state: State, change: (source: string) => string): State => {
  const source = state.files[FORM]
  return source === undefined ? state : { ...state, files: { ...state.files, [FORM]: change(source) } }
}

function entryOf(row: Row, text: string): unknown {
  switch (row.kind) {
    case 'lines':
    case 'choices':
      return row.label === 'prefill' && text === '' ? undefined : linesOf(text, [])
    case 'yes-no':
      return text === '' ? undefined : true
    case 'number':
      return text === '' ? undefined : (minutesOf(text) ?? text)
    case 'period':
      return text === '' ? undefined : (periodOf(text) ?? text)
    default:
      return text === '' ? undefined : text
  }
}

function edited(state: State, file: string, edits: readonly YamlEdit[]): State {
  const source = state.files[file]
  return source === undefined || edits.length === 0
    ? state
    : { ...state, files: { ...state.files, [file]: editYaml(source, edits) } }
}

/** How long an application takes is set once: the form says what the settings say. */
function withMinutes(state: State): State {
  const minutes = yamlAt(state.files['service.yaml'] ?? '', ['minutes'])
  const said = yamlAt(state.files[FORM] ?? '', ['start', 'minutes'])
  return typeof minutes !== 'number' || said === undefined || said === minutes
    ? state
    : edited(state, FORM, [{ path: ['start', 'minutes'], value: minutes }])
}

/** Without a title of the city's own the one of the catalogue holds. */
function withTitle(state: State): State {
  const title = yamlAt(state.files['service.yaml'] ?? '', ['title'])
  const isEmpty = typeof title === 'object' && title !== null && Object.keys(title).length === 0
  return isEmpty ? edited(state, 'service.yaml', [{ path: ['title'], value: undefined }]) : state
}

/** A law that allows decisions without a person holds from the day it was written down; without one there are none. */
function withLaw(state: State, today: string): State {
  const law = yamlAt(state.files['service.yaml'] ?? '', ['automatic'])
  const { norm, validFrom } = (law ?? {}) as { norm?: unknown; validFrom?: unknown }
  if (law === undefined || (typeof norm === 'string' && validFrom !== undefined)) {
    return state
  }
  const value = typeof norm === 'string' ? { norm, validFrom: today, source: norm } : undefined
  return edited(state, 'service.yaml', [{ path: ['automatic'], value }])
}

/** What a person chose is undecided no more. */
function withDecided(state: State, chosen: ReadonlySet<string>): State {
  const open = listAt(state, ['undecided'])
  const rest = open.filter((name) => !chosen.has(name))
  return rest.length === open.length
    ? state
    : edited(state, 'service.yaml', [{ path: ['undecided'], value: rest.length === 0 ? undefined : rest }])
}

/** Tasks of the process that lay in the service's postbox follow it into the new one, and so does its name where a step says who acts. */
function withPostbox(before: State, after: State, nameOf: Around['postboxName']): State {
  const old = yamlAt(before.files['service.yaml'] ?? '', ['postbox'])
  const now = yamlAt(after.files['service.yaml'] ?? '', ['postbox'])
  const process = after.files['process.bpmn']
  if (process === undefined || typeof old !== 'string' || typeof now !== 'string' || old === now) {
    return after
  }
  const moved = process.replaceAll(`stadttor:postbox="${old}"`, `stadttor:postbox="${now}"`)
  const words = after.files['process.de.yaml']
  const renamed = words?.replaceAll(`who: '${nameOf(old)}'`, `who: '${nameOf(now)}'`)
  return {
    ...after,
    files: {
      ...after.files,
      'process.bpmn': moved,
      ...(renamed === undefined ? {} : { 'process.de.yaml': renamed }),
    },
  }
}

/** The page before the first question names what was chosen, as long as nobody has written something else there. */
function withFeeText(before: State, after: State, around: Around): State {
  const now = yamlAt(after.files[FORM] ?? '', ['start', 'fee'])
  const isOurs = [around.costText, feeText(before, around), feeText(before, around, false)].includes(String(now))
  const text = feeText(after, around) ?? around.costText
  return isOurs && now !== text ? edited(after, FORM, [{ path: ['start', 'fee'], value: text }]) : after
}

/** "Marktgebühr: 38,50 € je Eintrag unter „Stände“"; undefined where nothing is due, or an amount follows from a rule. */
function feeText(state: State, { content, today, times }: Around, isCounted = true): string | undefined {
  const all = feesWith(content, state)
  const said = itemsIn(state.files['service.yaml'] ?? '').map((item) => {
    const own = all.filter(({ id }) => id === item.fee)
    const count = isCounted ? countWords(String(item['count'] ?? ''), state.files[FORM] ?? '', times) : ''
    const fee = own.find(({ validFrom, validTo }) => validFrom <= today && today <= (validTo ?? '9999')) ?? own[0]
    return fee?.amountCents === undefined ? undefined : `${fee.name.de}: ${euroText(fee.amountCents)} €${count === '' ? '' : ` ${count}`}${isCounted ? boundWords(fee, times) : ''}` // biome-ignore format: one thought
  })
  return said.length === 0 || said.some((text) => text === undefined) ? undefined : [...new Set(said)].join('; ')
}

/** ", mindestens 25,00 €, höchstens 500,00 €" */
const boundWords = ({ leastCents, mostCents }: FeeVersion, { least, most }: Skeleton['times']): string =>
  [[least, leastCents] as const, [most, mostCents] as const]
    .flatMap(([text, cents]) =>
      cents === undefined ? [] : `, ${text.replaceAll('[[amount]]', `${euroText(cents)} €`)}`,
    )
    .join('')

function listAt(state: State, path: readonly string[]): readonly string[] {
  const value = yamlAt(state.files['service.yaml'] ?? '', path)
  return Array.isArray(value) ? value.map(String) : []
}
