import { type Answers, type AnswerValue, controlNames, type FileRef, laterName, type Typed } from '../answers.ts'
import { anotherName } from '../items.ts'
import type { Field, Form, LoopStep, QuestionStep, Step } from '../model.ts'
import { ITEM_NAMES, pathOfName, TODAY_NAME } from '../names.ts'
import type { Draw } from './draw.ts'
import { resultOf } from './rules.ts'

export type Found = { readonly pointer: string; readonly type: string }

/** How a form is filled in: a day, what is typed into each question, how many items each list gets. */
export type Plan = {
  readonly today: string
  readonly drawFor: (field: Field, pointer: string) => Draw
  /** `max` is how many count; more may be typed. */
  readonly itemsOf: (
    list: string,
    group: string,
  ) => { readonly count: number; readonly min: number; readonly max: number }
}

/** A form filled in from its first page to its last, with all that must come out; worked out from what was meant, not read from what was typed. */
export type Instance = {
  readonly today: string
  readonly typed: Typed
  readonly answers: Answers
  readonly asked: readonly string[]
  readonly found: readonly Found[]
  /** A rule needed an answer that was refused: which pages are asked after it is not foretold. */
  readonly isOpen: boolean
  readonly notes: readonly string[]
  readonly unmet: readonly string[]
  readonly unclear: readonly string[]
  /** Documents named beside a question for files, by its pointer. */
  readonly evidence: Readonly<Record<string, readonly string[]>>
  readonly draws: ReadonlyMap<string, Draw>
  readonly counts: ReadonlyMap<string, number>
  /** What came out of each rule: `step konto: true`. */
  readonly truths: ReadonlySet<string>
}

type Tree = { [key: string]: unknown }
type Scope = {
  readonly pointer: string
  /** Characters of a path before the keys of this item. */
  readonly from: number
  readonly loops: readonly string[]
  readonly values: Tree
  readonly facts: Tree
  readonly outer?: Scope
}
type Building = {
  readonly form: Form
  readonly plan: Plan
  readonly root: Scope
  readonly typed: Record<string, string | readonly FileRef[]>
  readonly asked: string[]
  readonly found: Found[]
  readonly unknown: Set<string>
  readonly evidence: Record<string, readonly string[]>
  readonly draws: Map<string, Draw>
  readonly counts: Map<string, number>
  readonly truths: Set<string>
  /** Items beyond the most are typed, and count for nothing. */
  isBeyond: boolean
  isOpen: boolean
}

/** Fills a form in by a plan. */
export function fillIn(form: Form, plan: Plan): Instance {
  const root: Scope = { pointer: '', from: 0, loops: [], values: {}, facts: { [TODAY_NAME]: plan.today } }
  const building: Building = {
    form, plan, root, typed: {}, asked: [], found: [], unknown: new Set(), evidence: {}, draws: new Map(), counts: new Map(),
    truths: new Set(), isBeyond: false, isOpen: false,
  } // biome-ignore format: one list
  computeAfter(building, '', root)
  fillSteps(building, form.steps, root)
  const { typed, asked, found, isOpen, draws, counts, truths, evidence } = building
  const notes = form.review.notes.filter(({ id, when }) => decide(building, { rule: when, id: `note ${id}` }, root))
  const judged = form.eligibility.conditions.map(({ id, rule }) => ({ id, truth: judge(building, rule, id) }))
  return {
    today: plan.today,
    typed,
    answers: root.values as Answers,
    asked,
    found,
    isOpen: isOpen || building.isOpen,
    notes: notes.map(({ id }) => id),
    unmet: judged.filter(({ truth }) => truth === false).map(({ id }) => id),
    unclear: judged.filter(({ truth }) => truth === null).map(({ id }) => id),
    evidence,
    draws,
    counts,
    truths,
  }
}

function judge(
  building: Building,
  rule: Form['eligibility']['conditions'][number]['rule'],
  id: string,
): boolean | null {
  if (isOpenFor(building, rule.uses, building.root)) {
    return null
  }
  const value = resultOf(rule, building.root.facts)
  building.truths.add(`eligibility ${id}: ${value === true}`)
  return typeof value === 'boolean' ? value : null
}

function fillSteps(building: Building, steps: readonly Step[], scope: Scope): void {
  for (const step of steps) {
    const isOn = decide(building, { rule: step.when, id: `step ${step.id}` }, scope)
    if (step.kind === 'loop') {
      fillItems(building, step, { scope, isOn })
    } else {
      fillPage(building, step, { scope, isOn })
    }
    computeAfter(building, step.id, scope)
  }
}

function fillItems(building: Building, step: LoopStep, at: { scope: Scope; isOn: boolean }): void {
  const { scope, isOn } = at
  const path = step.group.slice(scope.from)
  const list = `${scope.pointer}/${path.replaceAll('.', '/')}`
  const wanted = isOn ? building.plan.itemsOf(list, step.group) : { count: 0, min: 0, max: 0 }
  const items: Scope[] = []
  for (let index = 0; index < wanted.count; index += 1) {
    const item: Scope = {
      pointer: `${list}/${index}`, from: step.group.length + 1, loops: [...scope.loops, step.group], values: {}, facts: {}, outer: scope,
    } // biome-ignore format: one list
    const wasBeyond = building.isBeyond
    building.isBeyond ||= index >= wanted.max
    fillSteps(building, step.steps, item)
    items.push(...(building.isBeyond ? [] : [item]))
    building.isBeyond = wasBeyond
  }
  put(scope.facts, path, items.map(({ facts }) => facts)) // biome-ignore format: one call
  if (items.length > 0) {
    put(scope.values, path, items.map(({ values }) => values)) // biome-ignore format: one call
  }
  if (isOn) {
    building.counts.set(list, wanted.count)
    building.typed[anotherName(list)] = 'false'
  }
  if (isOn && wanted.count < wanted.min) {
    // Without the items that have to be there the form asks for the first: what it says of that one is not foretold.
    building.isOpen ||= wanted.count === 0
    building.found.push({ pointer: anotherName(list), type: 'forms/too-few' })
  } else if (isOn) {
    checkItems(building, step.group, { scope, list })
  }
}

/** Checks over all items of a list are said where another one is asked for, once every item is as it has to be. */
function checkItems(building: Building, group: string, { scope, list }: { scope: Scope; list: string }): void {
  if (building.isBeyond || building.found.some(({ pointer }) => pointer.startsWith(`${list}/`))) {
    return
  }
  for (const { id, rule } of building.form.checks.filter((check) => check.list === group)) {
    if (rule.uses.some((name) => isUnknown(building, name, scope))) {
      continue
    }
    const isKept = resultOf(rule, factsOf(building, scope)) !== false
    building.truths.add(`check ${id}: ${isKept}`)
    if (!isKept) {
      building.found.push({ pointer: anotherName(list), type: 'forms/check' })
    }
  }
}

function fillPage(building: Building, step: QuestionStep, at: { scope: Scope; isOn: boolean }): void {
  const { form } = building
  const { scope, isOn } = at
  const asked: Field[] = []
  const kept: (() => void)[] = []
  for (const path of step.fields) {
    const field = form.fields.get(path)
    if (field === undefined) {
      continue
    }
    if (!isOn || !decide(building, { rule: field.when, id: `field ${path}` }, scope)) {
      keep(scope, field, undefined)
      continue
    }
    asked.push(field)
    if (!building.isBeyond) {
      building.asked.push(`${scope.pointer}${field.tail}`)
    }
    if (field.kind === 'computed') {
      compute(building, field, scope)
    } else if (field.kind !== 'note') {
      const value = fillField(building, field, scope)
      kept.push(() => keep(scope, field, value))
    }
  }
  for (const keepOne of kept) {
    keepOne()
  }
  for (const field of asked) {
    checkAt(building, field, scope)
  }
}

/** Types one question; answers the value that has to come out. */
function fillField(building: Building, field: Field, scope: Scope): AnswerValue | undefined {
  const { typed, plan } = building
  const pointer = `${scope.pointer}${field.tail}`
  const drawn = plan.drawFor(field, pointer)
  building.draws.set(pointer, drawn)
  if (drawn.files !== undefined) {
    typed[pointer] = drawn.files
  }
  if (drawn.isLater === true) {
    typed[laterName(pointer)] = 'true'
  }
  if (field.kind !== 'file') {
    for (const [index, name] of controlNames(field, pointer).entries()) {
      typed[name] = drawn.texts[index] ?? ''
    }
  }
  if (field.evidence.length > 0 && !building.isBeyond) {
    building.evidence[pointer] = field.evidence
      .filter(({ when }, index) => decide(building, { rule: when, id: `evidence ${field.path} ${index + 1}` }, scope))
      .map(({ name }) => name)
  }
  const isRequired =
    field.requiredWhen !== undefined &&
    decide(building, { rule: field.requiredWhen, id: `required ${field.path}` }, scope)
  const wrong = drawn.wrong ?? (isRequired ? drawn.wrongIfRequired : undefined)
  if (wrong !== undefined) {
    building.unknown.add(field.path)
    if (!building.isBeyond) {
      const { type, part } = wrong
      building.found.push({ pointer: part === undefined ? pointer : `${pointer}/${part}`, type })
    }
  }
  return wrong === undefined ? drawn.value : undefined
}

/** Checks say nothing where an answer they use is missing or was refused. */
function checkAt(building: Building, field: Field, scope: Scope): void {
  const pointer = `${scope.pointer}${field.tail}`
  if (building.isBeyond || building.found.some((one) => one.pointer.startsWith(pointer))) {
    return
  }
  for (const { id, rule } of building.form.checks.filter(({ at, list }) => at === field.path && list === undefined)) {
    const facts = factsOf(building, scope)
    const isSaid = rule.uses.every((name) => look(facts, name) !== undefined)
    if (!isSaid || rule.uses.some((name) => isUnknown(building, name, scope))) {
      continue
    }
    const isKept = resultOf(rule, facts) === true
    building.truths.add(`check ${id}: ${isKept}`)
    if (!isKept) {
      building.found.push({ pointer, type: 'forms/check' })
    }
  }
}

function computeAfter(building: Building, stepId: string, scope: Scope): void {
  for (const field of building.form.computedAfter.get(stepId) ?? []) {
    compute(building, field, scope)
  }
}

function compute(building: Building, field: Field, scope: Scope): void {
  const { rule, as } = field.computed ?? {}
  if (rule === undefined || isOpenFor(building, rule.uses, scope)) {
    return
  }
  const value = resultOf(rule, factsOf(building, scope))
  building.truths.add(`computed ${field.path}: ${value !== null}`)
  const whole = as === 'money' && typeof value === 'number' ? Math.round(value) : value
  keep(scope, field, whole === '' || whole === null || typeof whole === 'object' ? undefined : whole)
}

function decide(building: Building, { rule, id }: { rule: Field['when']; id: string }, scope: Scope): boolean {
  if (rule === undefined) {
    return true
  }
  if (isOpenFor(building, rule.uses, scope)) {
    return false
  }
  const isTrue = resultOf(rule, factsOf(building, scope)) === true
  if (!building.isBeyond) {
    building.truths.add(`${id}: ${isTrue}`)
  }
  return isTrue
}

function isOpenFor(building: Building, uses: readonly string[], scope: Scope): boolean {
  const isOpen = uses.some((name) => isUnknown(building, name, scope))
  building.isOpen ||= isOpen
  return isOpen
}

function isUnknown({ unknown }: Building, name: string, scope: Scope): boolean {
  const path = pathOfName(name, scope.loops)
  return [...unknown].some((one) => one === path || one.startsWith(`${path}.`) || path.startsWith(`${one}.`))
}

/** What a rule sees: the answers of the form, the day, and the items at hand from the innermost outwards. */
function factsOf({ root }: Building, scope: Scope): Readonly<Record<string, unknown>> {
  const facts: Tree = { ...root.facts }
  let item: Scope | undefined = scope
  for (const name of ITEM_NAMES) {
    if (item?.outer === undefined) {
      break
    }
    facts[name] = item.facts
    item = item.outer
  }
  return facts
}

function keep(scope: Scope, field: Field, value: AnswerValue | undefined): void {
  const path = field.path.slice(scope.from)
  if (value !== undefined) {
    put(scope.values, path, value)
  }
  if (field.kind === 'file') {
    put(scope.facts, path, Array.isArray(value) ? value.map((file: { id: string }) => file.id) : []) // biome-ignore format: one call
  } else if (value !== undefined || field.kind === 'several') {
    put(scope.facts, path, value ?? [])
  }
}

function put(tree: Tree, path: string, value: unknown): void {
  const [first = '', ...rest] = path.split('.')
  if (rest.length === 0) {
    tree[first] = value
    return
  }
  const inner = (tree[first] ?? {}) as Tree
  tree[first] = inner
  put(inner, rest.join('.'), value)
}

function look(tree: unknown, name: string): unknown {
  return name.split('.').reduce<unknown>((holder, key) => {
    return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
      ? (holder as Tree)[key]
      : undefined
  }, tree)
}
