import type { ResultKind, Rule } from '../lib/feel.ts'
import type { Loading } from './loading.ts'
import type { Computed, Field } from './model.ts'
import { pathOfName, TODAY_NAME } from './names.ts'

/** What is known of computed values: their rules, and after which step those on no page are worked out. */
export type Computing = {
  readonly rules: ReadonlyMap<string, Rule>
  /** Paths by the step's id; '' before the first step. In the order in which one may use another. */
  readonly after: ReadonlyMap<string, readonly string[]>
}

type Placed = {
  readonly fields: ReadonlyMap<string, Field>
  /** Pages on which fields are asked; those of computed values on no page are put in here. */
  readonly pageOf: Map<string, number>
  /** Steps by the repeating group they stand in directly ('' for none), in order. */
  readonly stepsIn: ReadonlyMap<string, readonly PlacedStep[]>
}

/** A step with its page; of a repeating group `list` is the path, and the page the one after all its items. */
export type PlacedStep = { readonly id: string; readonly page: number; readonly list?: string }

const RESULTS: Readonly<Record<Computed['as'], ResultKind>> = {
  text: 'string',
  select: 'string',
  number: 'number',
  money: 'number',
  bool: 'boolean',
  date: 'date',
}

/**
 * Compiles the rules of computed values and finds when each can be worked out. Reports a value that depends on itself, and
 * one that is shown before all it uses was asked. A value on no page comes after the last page it uses.
 */
export function loadComputed(loading: Loading, placed: Placed): Computing {
  const rules = new Map<string, Rule>()
  for (const field of placed.fields.values()) {
    const source = loading.overlay.fields[field.path]?.compute
    if (field.computed !== undefined && source !== undefined) {
      const names = loading.namesIn(placed.fields, field.loops)
      const rule = loading.compile(source, placeOf(field), names, RESULTS[field.computed.as])
      if (rule !== undefined) {
        rules.set(field.path, rule)
      }
    }
  }
  const order = inOrder(loading, placed.fields, rules)
  const after = new Map<string, readonly string[]>()
  for (const path of order) {
    const field = placed.fields.get(path)
    const step = field === undefined ? undefined : place(loading, placed, field, rules.get(path))
    if (step !== undefined) {
      after.set(step, [...(after.get(step) ?? []), path])
    }
  }
  return { rules, after }
}

const placeOf = (field: Field) => ['fields', field.path, 'compute']

/** Paths of fields a rule uses, lists and groups by the fields in them. */
function usedFields(rule: Rule | undefined, field: Field, fields: ReadonlyMap<string, Field>): readonly string[] {
  return (rule?.uses ?? [])
    .filter((name) => name !== TODAY_NAME)
    .map((name) => pathOfName(name, field.loops))
    .flatMap((path) => [...fields.keys()].filter((other) => other === path || other.startsWith(`${path}.`)))
}

/** Computed values so that each comes after those it uses; one that depends on itself is reported and left out. */
function inOrder(
  loading: Loading,
  fields: ReadonlyMap<string, Field>,
  rules: ReadonlyMap<string, Rule>,
): readonly string[] {
  const order: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (path: string, way: readonly string[]): void => {
    const field = fields.get(path)
    if (field === undefined || state.get(path) === 'done' || !rules.has(path)) {
      return
    }
    if (state.get(path) === 'open') {
      const circle = [...way.slice(way.indexOf(path)), path].join(' → ')
      loading.report(placeOf(field), 'forms/cycle', `"${path}" depends on itself: ${circle}.`)
      return
    }
    state.set(path, 'open')
    for (const used of usedFields(rules.get(path), field, fields)) {
      visit(used, [...way, path])
    }
    state.set(path, 'done')
    order.push(path)
  }
  for (const path of rules.keys()) {
    visit(path, [])
  }
  return order
}

/** The step after which a value on no page is worked out; absent where it stands on a page. */
function place(loading: Loading, placed: Placed, field: Field, rule: Rule | undefined): string | undefined {
  const { fields, pageOf, stepsIn } = placed
  const used = usedFields(rule, field, fields)
  const own = pageOf.get(field.path)
  if (own !== undefined) {
    const later = used.find((path) => path !== field.path && knownAfter(path, field, placed) >= own)
    if (later !== undefined) {
      const isSame = knownAfter(later, field, placed) === own
      const detail = `It uses "${later}", which is ${isSame ? 'asked on this page' : 'not asked before'}.`
      loading.report(placeOf(field), isSame ? 'forms/same-page' : 'forms/later-answer', detail)
    }
    return undefined
  }
  const last = Math.max(0, ...used.map((path) => knownAfter(path, field, placed)))
  const step = stepsIn.get(field.loop ?? '')?.find(({ page }) => page >= last)
  if (step === undefined || (last === 0 && field.loop === undefined)) {
    pageOf.set(field.path, 0)
    return ''
  }
  pageOf.set(field.path, step.page)
  return step.id
}

/** The page after which `field` can see an answer: one inside of a list it is not part of, after the list's own page. */
function knownAfter(path: string, field: Field, { fields, pageOf, stepsIn }: Placed): number {
  const list = fields.get(path)?.loops.find((loop) => !field.loops.includes(loop))
  const own = list === undefined ? undefined : [...stepsIn.values()].flat().find((step) => step.list === list)
  return own?.page ?? pageOf.get(path) ?? 0
}
