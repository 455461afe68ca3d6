import type { OpenPoint } from '../forms/data-model.ts'
import type { Form, Limits } from '../forms/model.ts'
import { boundsOf, chooserWords, type Keeper, type KeeperKind, keepersOf, vocabularyOf } from '../forms/service.ts'
import { pointName } from './locked.ts'
import { ruleSaid, type Wording } from './rule-words.ts'
import { checksIn, type PointWay, refsIn, wayOf } from './sheet-checks.ts'
import { recordAt } from './sheet-rows.ts'
import type { PointLine } from './view.ts'

/** What in a form can keep a rule, as editors read it. */
export type KeeperView = {
  readonly ref: string
  readonly kind: KeeperKind
  /** The question, page or error message it stands at. */
  readonly name: string
  /** Its rule in words; empty where it has none. */
  readonly said: string
  readonly limits?: Partial<Limits>
  /** It stands at a question that the rule in words speaks of. */
  readonly isNamed: boolean
}

/** How a rule in words is answered. */
export type PointAnswer = {
  readonly how: PointWay
  readonly keepers: readonly KeeperView[]
  readonly reason: string
  /** Who said that it is not needed, and when; empty where nobody kept it. */
  readonly by: string
  readonly on: string
}

/** Everything of a form that can keep a rule; what stands at a question in `named` first. */
export function keeperViews(wording: Wording, named: readonly string[]): readonly KeeperView[] {
  const views = keepersOf(wording.form).map((keeper) => keeperView(keeper, wording, named))
  return [...views.filter(({ isNamed }) => isNamed), ...views.filter(({ isNamed }) => !isNamed)]
}

function keeperView({ ref, kind, paths, rule }: Keeper, wording: Wording, named: readonly string[]): KeeperView {
  const { form, source, words } = wording
  const id = ref.slice(kind.length + 1)
  const [first] = paths
  const known = chooserWords(vocabularyOf(form, { loops: form.fields.get(first ?? '')?.loops ?? [] }))
  const name = nameOf(form, source, { kind, id })
  const isNamed =
    paths.some((path) => named.includes(path)) || named.some((path) => rule?.source.includes(path) ?? false)
  const limited = kind === 'limit' ? form.fields.get(id) : undefined
  const said = rule === undefined ? '' : ruleSaid(rule.source, known, words)
  return { ref, kind, name, said, isNamed, ...(limited === undefined ? {} : { limits: boundsOf(limited) }) }
}

function nameOf(form: Form, source: string, { kind, id }: { kind: KeeperKind; id: string }): string {
  if (kind === 'check') {
    return checksIn(source).find((check) => check.id === id)?.text || id
  }
  if (kind === 'eligibility') {
    return form.eligibility.conditions.find((condition) => condition.id === id)?.unmet ?? id
  }
  return kind === 'page' ? (titleOf(form.steps, id) ?? id) : (form.fields.get(id)?.label ?? id)
}

function titleOf(steps: Form['steps'], id: string): string | undefined {
  for (const step of steps) {
    const found = step.id === id ? step.title : step.kind === 'loop' ? titleOf(step.steps, id) : undefined
    if (found !== undefined) {
      return found
    }
  }
  return undefined
}

/** How a rule in words is answered; null where it is not. Without a form that fits together what it names stands as written. */
export function answerOf(source: string, id: string, wording: Wording | null): PointAnswer | null {
  const how = wayOf(source, id)
  if (how === undefined) {
    return null
  }
  const known = new Map(wording === null ? [] : keeperViews(wording, []).map((keeper) => [keeper.ref, keeper] as const))
  const { reason = '', by = '', on = '' } = recordAt(source, 'rules', id)
  const keepers = refsIn(source, id).map((ref) => known.get(ref) ?? asWritten(ref))
  return { how, keepers, reason: String(reason), by: String(by), on: String(on) }
}

const asWritten = (ref: string): KeeperView => {
  const [kind = '', ...rest] = ref.split(':')
  return { ref, kind: kind as KeeperKind, name: rest.join(':'), said: '', isNamed: false }
}

type Standing = {
  /** The German form's file. */
  readonly source: string
  /** Open points by their ids, with what their answers have lost. */
  readonly open: ReadonlyMap<string, readonly string[]>
  readonly wording: Wording | null
  readonly isBroken: boolean
}

/** Every rule in words of a data schema with how it stands, each once. */
export function pointLines(
  points: readonly OpenPoint[],
  { source, open, wording, isBroken }: Standing,
): readonly PointLine[] {
  const lines = points.map(({ kind, id, name, text, at }): PointLine => {
    const answer = answerOf(source, id, wording)
    const isOpen = isBroken || open.has(id)
    return { kind, id, name: pointName(id, name, source), text, at, isOpen, answer, lost: open.get(id) ?? [] }
  })
  return [...new Map(lines.map((line) => [line.id, line])).values()]
}
