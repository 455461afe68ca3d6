import { amountLine } from '../catalogue/service.ts'
import { loadContent } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import type { Form } from '../forms/model.ts'
import { chooserWords, namesOf, vocabularyOf } from '../forms/service.ts'
import type { Issue } from '../lib/problem.ts'
import { compileFee, feeFor } from '../payments/service.ts'
import { othersIn } from './chooser-form.ts'
import { factorViews } from './fee-chosen.ts'
import { countWords } from './fee-count.ts'
import { askedBy, chargedIssues, countChoices, PROBE_DAY, probeAnswers, probeDay } from './fee-preview.ts'
import { amountText, type FeeLine, feeLines, feesWith, lineOf } from './fee-table.ts'
import type { Values } from './sent.ts'
import { FORM, recordAt } from './sheet-rows.ts'
import type { Sheet } from './sheets.ts'
import { type EditingCtx, filesWith, type State } from './state.ts'
import { readTemplates } from './templates.ts'
import { germanDay } from './typed-values.ts'
import type { FeeLineView, FeePage } from './view.ts'
import { yamlAt } from './yaml-edit.ts'

const SERVICE = 'service.yaml'

/** What the sheet of a fee shows beside its rows: amounts that are fixed, fees of the town, ways to count, questions to try it with. */
export function feePage(
  state: State,
  content: Content,
  { form, today }: { form: Form | null; today: string },
): FeePage {
  const source = state.files[SERVICE] ?? ''
  const lines = feeLines({ source, state, content })
  const taken = new Set(lines.map(({ fee }) => fee))
  const all = feesWith(content, state)
  const around = { content, slug: state.slug, all }
  const others = [...new Set(all.map(({ id }) => id))].filter((id) => !taken.has(id))
  const words = form === null ? [] : chooserWords(vocabularyOf(form))
  const { times } = readTemplates(content).skeleton
  const shown = (line: FeeLine): FeeLineView => viewOf(line, countWords(line.count, state.files[FORM] ?? '', times))
  return {
    lines: lines.map(shown),
    known: others.map((id) => shown(lineOf(around, { key: id, fee: id, item: undefined }))),
    described: describedFees(source, content),
    counts: form === null ? [] : countChoices(form),
    words,
    others: othersIn(words),
    proofs: form === null ? null : [...form.fields.values()].flatMap(({ kind, path }) => (kind === 'file' ? [path] : [])),
    asked: askedBy(rulesIn(lines, source), words).map(({ name }) => name),
    today: germanDay(today),
  } // biome-ignore format: one table
}

/** Amounts of the state's description in German, as its page shows them. */
function describedFees(source: string, content: Content): readonly string[] {
  const service = content.mirror.services.get(String(yamlAt(source, ['catalogue']) ?? ''))
  const paid = service?.fees.filter(({ kind, fromCents, toCents, note }) => kind !== 'free' && (fromCents ?? toCents ?? 1) > 0 && (fromCents !== undefined || toCents !== undefined || Object.keys(note).length > 0)) // biome-ignore format: one thought
  return (paid ?? []).flatMap((amount) => amountLine(amount, 'de')?.value ?? [])
}

function viewOf(line: FeeLine, times: string): FeeLineView {
  const { key, name, fixed, sharedWith, versions, due, otherwise, when, count } = line
  const factors = factorViews(count) ?? null
  const amounts = versions.map(amountText)
  return { key, name, fixed, sharedWith, due, otherwise, when, count, factors, times, amounts }
}

const rulesIn = (lines: readonly FeeLine[], source: string): readonly string[] => [
  ...lines.flatMap(({ when, count }) => [when, count]),
  String(recordAt(source, 'fee', 'exemption')['when'] ?? ''),
]

/** Questions that the table as it was typed looks at: the page asks them to try it. */
export function askedIssues(sheet: Sheet, values: Values, form: Form): readonly Issue[] {
  const rules = sheet.rows.filter(({ kind }) => kind === 'rule').map(({ name, value }) => values[name] ?? value)
  return askedBy(rules, chooserWords(vocabularyOf(form))).map(({ name }): Issue => {
    return { pointer: '/probe', type: 'editing/fee-asks', params: { name } }
  })
}

/** What an application with the answers that were typed would be charged by a table that is not saved yet, by the engine that charges. */
export async function chargedNow(
  ctx: EditingCtx,
  {
    next,
    values,
    form,
    today,
  }: { readonly next: State; readonly values: Values; readonly form: Form; readonly today: string },
): Promise<readonly Issue[]> {
  const receivedOn = probeDay(values, today)
  if (receivedOn === undefined) {
    return [{ pointer: `/${PROBE_DAY}`, type: 'editing/fee-day' }]
  }
  const tried = loadContent(await filesWith(ctx, next), ctx.content.live().content)
  const compiled = tried.ok ? compileFee(tried.content, next.slug, namesOf(form.fields.values())) : null
  if (!tried.ok || compiled?.ok !== true) {
    return [{ pointer: '/preview', type: 'editing/fee-unclear', params: { reason: 'broken', label: '' } }]
  }
  const words = chooserWords(vocabularyOf(form))
  const names = new Map(tried.content.fees.fees.map(({ id, name }) => [id, name.de]))
  const result = feeFor(compiled.rules, probeAnswers(values, words), { receivedOn })
  return chargedIssues(result, (fee) => names.get(fee) ?? fee)
}
