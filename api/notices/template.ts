import * as v from 'valibot'
import { readContentFile } from '../lib/content-file.ts'
import { compileRule, type Names, type NameType, type ResultKind, type Rule } from '../lib/feel.ts'
import type { Finding } from '../lib/finding.ts'
import { checkPlaceholders, isKnownPath, type NamedPlace, placeholdersIn } from './placeholders.ts'

const Line = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4000))
const Name = v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9_]{0,39}$/))
const Id = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,59}$/))
const Table = v.strictObject({
  each: Line,
  as: Name,
  columns: v.pipe(
    v.array(v.strictObject({ title: Line, text: Line, end: v.optional(v.boolean(), false) })),
    v.minLength(1),
    v.maxLength(6),
  ),
})
const BlockObject = v.pipe(
  v.strictObject({
    text: v.optional(Line),
    list: v.optional(v.pipe(v.array(Line), v.minLength(1), v.maxLength(50))),
    table: v.optional(Table),
    /** Paths of questions or groups: what was answered there is shown, what was not is left out. */
    answers: v.optional(v.pipe(v.array(Line), v.minLength(1), v.maxLength(200))),
    when: v.optional(Line),
  }),
  v.check(
    ({ text, list, table, answers }) => [text, list, table, answers].filter((part) => part !== undefined).length === 1,
    'a block is one of text, list, table, answers',
  ),
)
const Written = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(4000),
  v.transform((text): v.InferOutput<typeof BlockObject> => ({ text })),
)
const Block = v.lazy((input) => (typeof input === 'string' ? Written : BlockObject))
const Blocks = v.pipe(v.array(Block), v.maxLength(40))
const Computed = v.strictObject({
  name: Name,
  each: Line,
  as: Name,
  kind: v.picklist(['money', 'number']),
  rule: Line,
  total: v.optional(Name),
})

/** Shape of content/services/<slug>/notice.<kind>.<lang>.yaml. What a notice must have is obligatory here. */
const Template = v.pipe(
  v.strictObject({
    version: v.literal(1),
    kind: v.picklist(['approval', 'refusal']),
    lang: v.pipe(v.string(), v.regex(/^[a-z]{2,3}$/)),
    title: Line,
    /** Id of a remedy of letters/remedies.<lang>.yaml (§ 37 Abs. 6 VwVfG). */
    remedy: Id,
    recipient: v.pipe(v.array(Line), v.minLength(2), v.maxLength(6)),
    salutation: Line,
    computed: v.optional(v.pipe(v.array(Computed), v.maxLength(10)), []),
    operative: v.pipe(Blocks, v.minLength(1, 'a notice says what is decided')),
    reasons: v.optional(Blocks, []),
    information: v.optional(Blocks, []),
    closing: Line,
  }),
  v.forward(
    v.check((it) => it.kind === 'approval' || it.reasons.length > 0, 'a refusal gives its reasons (§ 39 VwVfG)'),
    ['reasons'],
  ),
)
type Source = v.InferOutput<typeof Template>

/** A text with placeholders in braces, e.g. `Guten Tag {halter.familienname}`. */
export type NoticeBlock =
  | { readonly kind: 'paragraph'; readonly text: string; readonly when: Rule | null }
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly when: Rule | null }
  | {
      readonly kind: 'table'
      readonly each: string
      readonly as: string
      readonly columns: readonly { readonly title: string; readonly text: string; readonly end: boolean }[]
      readonly when: Rule | null
    }
  | { readonly kind: 'answers'; readonly paths: readonly string[]; readonly when: Rule | null }
export type ComputedValue = {
  readonly name: string
  readonly each: string
  readonly as: string
  readonly rule: Rule
  readonly total: string | null
}
/** A checked template: every placeholder and rule is known, every obligatory part is there. */
export type NoticeTemplate = Pick<
  Source,
  'kind' | 'lang' | 'title' | 'remedy' | 'recipient' | 'salutation' | 'closing'
> & {
  readonly file: string
  readonly names: Names
  /** Names whose answer may be missing. */
  readonly unanswered: ReadonlySet<string>
  readonly computed: readonly ComputedValue[]
  readonly operative: readonly NoticeBlock[]
  readonly reasons: readonly NoticeBlock[]
  readonly information: readonly NoticeBlock[]
}

/**
 * What a template may refer to. `form`: names of the form's rules; `fees`: ids of content/fees.yaml; `remedies`: ids;
 * `unanswered`: names of the form whose answer may be missing.
 */
export type TemplateSurroundings = {
  readonly form: Names
  readonly unanswered?: ReadonlySet<string>
  readonly fees: readonly string[]
  readonly remedies: readonly string[]
}

/** Placeholder by which a refusal quotes the clerk's reasons. */
const REASONS = '{entscheidung.gruende}'
const TEXT: NameType = { kind: 'string' }
const MONEY: NameType = { kind: 'number', isMoney: true }
const texts = (...names: readonly string[]): NameType => ({
  kind: 'context',
  names: Object.fromEntries(names.map((name) => [name, TEXT])),
})

/** Names that every notice and remedy can use, beside those of the form. */
export const NOTICE_NAMES: Names = {
  aktenzeichen: TEXT,
  vorgangsnummer: TEXT,
  eingang: { kind: 'context', names: { datum: { kind: 'date' } } },
  bescheid: { kind: 'context', names: { datum: { kind: 'date' } } },
  behoerde: texts('name', 'anschrift', 'telefon', 'email'),
  leistung: texts('titel'),
  /** What the application costs in all, and whether it costs anything. */
  kosten: { kind: 'context', names: { summe: { kind: 'number', isMoney: true }, sind: { kind: 'boolean' } } },
  entscheidung: { kind: 'context', names: { gruende: TEXT, hatGruende: { kind: 'boolean' } } },
}

/** A fee's id as a name in rules: `hundesteuer-erster` is `gebuehr.hundesteuer_erster`. */
export const feeName = (id: string): string => id.replaceAll('-', '_')

/**
 * Reads and checks a notice's template. An unknown placeholder, a code where words are wanted, a rule with an unknown name
 * or a missing obligatory part is a finding with file, line and suggestion: never a blank in a letter.
 */
export function readNoticeTemplate(
  source: string,
  file: string,
  around: TemplateSurroundings,
):
  | { readonly ok: true; readonly template: NoticeTemplate }
  | { readonly ok: false; readonly findings: readonly Finding[] } {
  const read = readContentFile(source, file, Template)
  if (!read.ok) {
    return read
  }
  const it = read.value
  const unanswered = around.unanswered ?? new Set()
  const reading: Reading = { file, lineOf: read.lineOf, findings: [], names: {}, unanswered }
  const fees = Object.fromEntries(around.fees.map((id) => [feeName(id), MONEY]))
  const form: Names = { ...around.form, ...NOTICE_NAMES, gebuehr: { kind: 'context', names: fees } }
  const { names, computed } = readComputed({ ...reading, names: form }, it.computed)
  reading.names = names
  const blocks = (section: 'operative' | 'reasons' | 'information'): NoticeBlock[] =>
    it[section].map((block, index) => readBlock(reading, block, [section, index]))
  const template: NoticeTemplate = {
    file,
    names,
    unanswered,
    computed,
    kind: it.kind,
    lang: it.lang,
    title: it.title,
    remedy: it.remedy,
    recipient: it.recipient,
    salutation: it.salutation,
    closing: it.closing,
    operative: blocks('operative'),
    reasons: blocks('reasons'),
    information: blocks('information'),
  }
  for (const part of ['title', 'salutation', 'closing'] as const) {
    checkText(reading, it[part], [part])
    checkAnswered(reading, it[part], [part])
  }
  for (const [index, line] of it.recipient.entries()) {
    checkText(reading, line, ['recipient', index])
  }
  checkObligations(reading, it, around)
  return reading.findings.length > 0 ? { ok: false, findings: reading.findings } : { ok: true, template }
}

type Path = readonly (string | number)[]
type Reading = {
  readonly file: string
  readonly lineOf: (path: Path) => number
  readonly findings: Finding[]
  names: Names
  readonly unanswered: ReadonlySet<string>
}

function readComputed(reading: Reading, list: Source['computed']): { names: Names; computed: ComputedValue[] } {
  const computed: ComputedValue[] = []
  let names = reading.names
  const totals: Record<string, NameType> = {}
  for (const [index, it] of list.entries()) {
    const items = itemNames(names, it.each)
    if (items === undefined) {
      report(reading, ['computed', index, 'each'], 'notices/no-list', `"${it.each}" is no repeating group of the form.`)
      continue
    }
    const scope: Names = { ...names, [it.as]: { kind: 'context', names: items }, nummer: { kind: 'number' } }
    const rule = readRule({ ...reading, names: scope }, it.rule, {
      path: ['computed', index, 'rule'],
      result: 'number',
    })
    if (rule !== null) {
      computed.push({ name: it.name, each: it.each, as: it.as, rule, total: it.total ?? null })
    }
    const type: NameType = it.kind === 'money' ? MONEY : { kind: 'number' }
    const of: NameType = { kind: 'context', names: { ...items, [it.name]: type } }
    names = { ...names, [it.each]: { kind: 'list', of } }
    if (it.total !== undefined) {
      totals[it.total] = type
    }
  }
  return { names: { ...names, summe: { kind: 'context', names: totals } }, computed }
}

function readBlock(reading: Reading, block: v.InferOutput<typeof BlockObject>, path: Path): NoticeBlock {
  const when =
    block.when === undefined ? null : readRule(reading, block.when, { path: [...path, 'when'], result: 'boolean' })
  if (block.table !== undefined) {
    const { each, as, columns } = block.table
    const items = itemNames(reading.names, each)
    if (items === undefined) {
      report(reading, [...path, 'table', 'each'], 'notices/no-list', `"${each}" is no repeating group of the form.`)
    }
    const names: Names = { ...reading.names, [as]: { kind: 'context', names: items ?? {} } }
    for (const [index, column] of columns.entries()) {
      checkText({ ...reading, names }, column.text, [...path, 'table', 'columns', index, 'text'])
    }
    return { kind: 'table', each, as, columns, when }
  }
  if (block.answers !== undefined) {
    for (const [index, name] of block.answers.entries()) {
      if (!isKnownPath(reading.names, name)) {
        report(
          reading,
          [...path, 'answers', index],
          'notices/unknown-question',
          `"${name}" is no question of the form.`,
        )
      }
    }
    return { kind: 'answers', paths: block.answers, when }
  }
  for (const [index, item] of (block.list ?? []).entries()) {
    checkText(reading, item, [...path, 'list', index])
    checkAnswered(reading, when === null ? item : '', [...path, 'list', index])
  }
  if (block.list !== undefined) {
    return { kind: 'list', items: block.list, when }
  }
  checkText(reading, block.text ?? '', path)
  checkAnswered(reading, when === null ? (block.text ?? '') : '', path)
  return { kind: 'paragraph', text: block.text ?? '', when }
}

function readRule(reading: Reading, source: string, at: { path: Path; result: ResultKind }): Rule | null {
  const line = reading.lineOf(at.path)
  const compiled = compileRule(source, { file: reading.file, line, names: reading.names, result: at.result })
  if (compiled.ok) {
    return compiled.rule
  }
  reading.findings.push(...compiled.findings)
  return null
}

function checkObligations(reading: Reading, it: Source, around: TemplateSurroundings): void {
  if (!around.remedies.includes(it.remedy)) {
    const detail = `There is no remedy "${it.remedy}"; known are ${around.remedies.join(', ')}.`
    report(reading, ['remedy'], 'notices/unknown-remedy', detail)
  }
  const quotesReasons = it.reasons.some((block) => block.when === undefined && block.text?.includes(REASONS) === true)
  if (it.kind === 'refusal' && !quotesReasons) {
    report(reading, ['reasons'], 'notices/reasons', `A refusal quotes the clerk's reasons: ${REASONS}.`)
  }
}

/** Names of one entry of a list; absent where the name is no list of groups. */
function itemNames(names: Names, each: string): Names | undefined {
  const type = Object.hasOwn(names, each) ? names[each] : undefined
  return type?.kind === 'list' && type.of.kind === 'context' ? type.of.names : undefined
}

function checkText(reading: Reading, text: string, path: Path): void {
  const place: NamedPlace = { file: reading.file, line: reading.lineOf(path), names: reading.names }
  reading.findings.push(...checkPlaceholders(text, place))
}

/** A text that stands in every notice of its kind holds no answer that may be missing: there would be no notice then. */
function checkAnswered(reading: Reading, text: string, path: Path): void {
  for (const name of placeholdersIn(text).filter((one) => reading.unanswered.has(one))) {
    const detail = `"{${name}}" may be left unanswered, and this text has no condition.`
    report(reading, path, 'notices/may-be-missing', detail)
  }
}

function report(reading: Reading, path: Path, type: string, detail: string): void {
  reading.findings.push({ file: reading.file, line: reading.lineOf(path), type, detail })
}
