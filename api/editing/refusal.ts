import { readYaml } from '../forms/service.ts'
import type { Finding } from '../lib/finding.ts'
import { type Issue, problemType } from '../lib/problem.ts'
import { computeSent, keptSent, waySent } from './apply-checks.ts'
import { applyGone, goneIn } from './gone.ts'
import { laterAnswer } from './later-answer.ts'
import { sentText, type Values } from './sent.ts'
import { checksIn, NEW_CHECK } from './sheet-checks.ts'
import { placeOfNewBlock } from './sheet-notice.ts'
import { BY_RULE, FORM, pathOf, type Row } from './sheet-rows.ts'
import type { Sheet } from './sheets.ts'
import { type EditingCtx, loadFindings, type State } from './state.ts'
import { centsOf, minutesOf, periodOf } from './typed-values.ts'
import { yamlPlaceAt } from './yaml-edit.ts'

/** What was typed would break the service: nothing is kept, and the page shows it again. `pointer` names the row. */
export const sheetRefused = problemType('editing/sheet-refused', 422)

/** What the rows themselves cannot take: words where minutes or euro belong, half of a new check. Pure. */
export function wrongValues(sheet: Sheet, values: Values): readonly Issue[] {
  const value = (name: string): string => (values[name] ?? '').trim()
  const rows = sheet.rows.flatMap((row): readonly Issue[] => {
    const text = sentText(row, values) ?? ''
    switch (row.kind) {
      case 'number':
        return text === '' || text === row.value || minutesOf(text) !== undefined ? [] : [issue(row.name, 'minutes')]
      case 'amount':
        return text === '' || centsOf(text) !== undefined ? [] : [issue(row.name, 'amount')]
      case 'period':
        return text === '' || periodOf(text) !== undefined ? [] : [issue(row.name, 'period')]
      case 'choices':
        return row.label === 'prefill' && text.split('\n').length > PREFILL_MAX ? [issue(row.name, 'prefill-many')] : []
      case 'obligation':
        return values[row.name] === BY_RULE && text === '' ? [issue(row.name, 'rule-missing')] : []
      default:
        return []
    }
  })
  const isBegun = NEW_CHECK.some((name) => value(name) !== '')
  const missing = isBegun ? NEW_CHECK.filter((name) => value(name) === '').map((name) => issue(name, 'missing')) : []
  return [...rows, ...missing, ...wrongAnswer(sheet, values)]
}

/** An answer to a rule in words that says nothing. */
function wrongAnswer({ id, rows }: Sheet, values: Values): readonly Issue[] {
  const rule = /^point\.(.+)$/.exec(id)?.[1]
  if (rule === undefined) {
    return []
  }
  // A browser sends nothing of choices that nobody made.
  const isAnswered =
    values['how'] === undefined && rows.some(({ label, value }) => label === 'point-how' && value !== '')
  switch (waySent(rule, values)) {
    case undefined:
      return isAnswered ? [] : [issue('how', 'point-how')]
    case 'computed':
      return computeSent(values) === '' ? [issue(rows.find(({ name }) => name.startsWith('compute/'))?.name ?? 'how', 'point-computed')] : [] // biome-ignore format: one thought
    case 'kept':
      return keptSent(rule, values).length === 0 ? [issue('how', 'point-kept')] : []
    case 'own': {
      const hasOwn = rows.some(({ label }) => label === 'check-rule')
      return hasOwn || (values['new-check-rule'] ?? '').trim() !== '' ? [] : [issue('new-check-rule', 'point-own')]
    }
    case 'reason': {
      const name = `rules/${rule}/reason`
      return (values[name] ?? '').trim().length < REASON_LENGTH_MIN ? [issue(name, 'point-reason')] : []
    }
    default:
      return []
  }
}

/** Shorter, it is no sentence. */
const REASON_LENGTH_MIN = 10

/** Sources of one answer at most. */
const PREFILL_MAX = 4
const issue = (name: string, type: string): Issue => ({ pointer: `/${name}`, type: `editing/${type}` })

/** Kinds of findings that a sheet can mend; others are about other files, or about what is still to come. */
const STOPPING = /^(forms|feel|yaml|content|payments|notices|workflow|registers)\//
const LATER = new Set(['forms/open-point', 'forms/example'])

type Change = {
  readonly sheet: Sheet
  readonly values: Values
  readonly before: State
  readonly next: State
  /** Where a row stands in the file that was made of it, where its name does not say it. */
  readonly placeOf: (name: string) => readonly (string | number)[] | undefined
}

/**
 * What a change would newly make wrong in the file of its sheet, each at the row it belongs to. A file that was broken before may be
 * saved as long as none of the changed rows is wrong.
 */
export async function wrongRows(ctx: EditingCtx, change: Change): Promise<readonly Issue[]> {
  const { sheet, before, next } = change
  if (sheet.id === 'gone') {
    return await wrongUses(ctx, change)
  }
  if (before.files[sheet.file] === next.files[sheet.file]) {
    return []
  }
  const own = (findings: readonly Finding[]): readonly Finding[] =>
    findings.filter(({ file, type }) => file.endsWith(`/${sheet.file}`) && STOPPING.test(type) && !LATER.has(type))
  const [old, now] = [own(await loadFindings(ctx, before, true)), own(await loadFindings(ctx, next, false))]
  const known = new Set(old.map(keyOf))
  const fresh = now.filter((finding) => !known.has(keyOf(finding)))
  const rows = fresh.map((finding) => ({ finding, row: rowAt(change, finding) }))
  return rows
    .filter(({ row }) => row !== undefined || old.length === 0)
    .slice(0, 20)
    .map(({ finding, row }) => issueOf(finding, row, next))
}

/** What would be wrong at each place where another question is to stand for one that is gone; elsewhere much may still be to do. */
async function wrongUses(ctx: EditingCtx, { sheet, values, before }: Change): Promise<readonly Issue[]> {
  const changed = sheet.rows.filter(({ name }) => (values[name] ?? '').startsWith('to:'))
  const wrong: Issue[] = []
  for (const { name, use } of changed) {
    const alone = applyGone(before, goneIn(before), { [name]: values[name] ?? '' })
    const text = alone.files[use?.file ?? ''] ?? ''
    const isHere = ({ file, line }: Finding): boolean =>
      file.endsWith(`/${use?.file}`) && name.startsWith(`use/${use?.file}/${yamlPlaceAt(text, line).join('/')}/`)
    const findings = await loadFindings(ctx, alone, false)
    const found = findings.find((finding) => STOPPING.test(finding.type) && !LATER.has(finding.type) && yamlPlaceAt(text, finding.line).length > 0 && isHere(finding)) // biome-ignore format: one thought
    wrong.push(...(found === undefined ? [] : [issueOf(found, name, alone)]))
  }
  return wrong
}

const keyOf = ({ type, detail }: Finding): string => `${type} ${detail}`

function issueOf(finding: Finding, row: string | undefined, { files }: State): Issue {
  const { type, detail, line, suggestion } = finding
  return {
    pointer: row === undefined ? '' : `/${row}`,
    type,
    params: {
      detail,
      line,
      ...(suggestion === undefined ? {} : { suggestion }),
      ...laterAnswer(finding, row, files[FORM] ?? ''),
    },
  }
}

/** The changed row that a finding is about: by its line in the file as it would be. */
function rowAt({ sheet, values, next, placeOf: own }: Change, finding: Finding): string | undefined {
  const read = readYaml(next.files[sheet.file] ?? '', sheet.file)
  if (!read.ok) {
    return undefined
  }
  const changed = sheet.rows.filter((row) => isChanged(row, values))
  const source = next.files[sheet.file] ?? ''
  return changed.find((row) => read.yaml.lineOf(own(row.name) ?? placeOf(row, source)) === finding.line)?.name
}

function isChanged(row: Row, values: Values): boolean {
  const text = sentText(row, values)
  return text !== undefined && text !== row.value
}

function placeOf({ name }: Row, source: string): readonly (string | number)[] {
  const block = placeOfNewBlock(name, source)
  if (block !== undefined) {
    return block
  }
  const key = /^new-check-(at|rule|text)$/.exec(name)?.[1]
  return key === undefined ? pathOf(name) : ['checks', checksIn(source).length - 1, key]
}
