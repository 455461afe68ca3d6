import { evaluate, type FeelValue, type Rule } from '../lib/feel.ts'
import type { Issue } from '../lib/problem.ts'
import { type Answers, type AnswerValue, type Typed, typedText } from './answers.ts'
import { isTrue } from './decide.ts'
import { conditionIn, contextOf, type Frame, isMissing, itemFrame, keep, keepItems, rootFrame } from './frames.ts'
import { anotherName, itemCount } from './items.ts'
import type { Check, Field, Form, LoopStep, QuestionStep, Step } from './model.ts'
import { issueOf, type Reading, readTyped } from './readings.ts'

export type { Trail } from './frames.ts'

/** The day in Berlin as ISO date; `newItem` is the pointer of a list that gets one item not begun yet. */
export type WalkOptions = { readonly today: string; readonly newItem?: string }

/** One question on a page that is asked now; `isOptional` says whether it may be left empty with these answers. */
export type AskedField = { readonly field: Field; readonly pointer: string }

/** A page that can be reached with the answers so far. */
export type Page = {
  readonly address: string
  readonly step: Step
  /** The items the page belongs to, outermost first; empty outside of repeating groups. */
  readonly trail: Frame['trail']
  /** Pointer of the item the page belongs to; empty outside of repeating groups. */
  readonly itemPointer: string
  /** Pointer of the list, for the page that lists the items of a repeating group. */
  readonly list?: string
  /** Index among the steps of the form that are seen: all pages of a loop share one. */
  readonly stepNumber: number
  readonly asked: readonly AskedField[]
  readonly issues: readonly Issue[]
  /** `open`: never sent. */
  readonly state: 'open' | 'valid' | 'invalid'
}

export type Walk = {
  readonly pages: readonly Page[]
  readonly stepTotal: number
  /** Valid values of questions that are asked; nothing of branches that are not reached. */
  readonly answers: Answers
  /** The same as rules see it, with the day: what conditions outside of the form's pages are decided on. */
  readonly facts: Readonly<Record<string, unknown>>
  readonly isComplete: boolean
  /** Paths that were answered, or were passed over because their condition is false. */
  readonly known: ReadonlySet<string>
}

type Readings = Map<string, Reading>
type Walking = {
  readonly form: Form
  readonly typed: Typed
  readonly options: WalkOptions
  readonly pages: Page[]
  readonly root: Frame
  readonly readings: Readings
  /** What was read of the answers these were changed from. */
  readonly before: Readings | undefined
  stepNumber: number
}

/** Walks of the same answers, kept as long as the answers themselves: a page is looked at several times in one request. */
const walks = new WeakMap<Typed, Kept[]>()
type Kept = { readonly form: Form; readonly options: WalkOptions; readonly walk: Walk; readonly readings: Readings }
const changedFrom = new WeakMap<Typed, Typed>()

/** Says that answers came about by changing others: what stayed the same need not be read again. */
export function markChange(typed: Typed, from: Typed): void {
  if (typed !== from) {
    changedFrom.set(typed, from)
  }
}

/**
 * Goes through a form in its order with what was typed so far: which pages are reached, what is valid, what is missing.
 * Everything about navigation, validation, review and pruning is read from this one result. Pure; never throws on any
 * typed answers. A condition that depends on an answer still missing leaves its page out.
 */
export function walk(form: Form, typed: Typed, options: WalkOptions): Walk {
  const known = keptOf(typed, form, options.today)
  const same = known.find((kept) => kept.options.newItem === options.newItem)
  if (same !== undefined) {
    return same.walk
  }
  const parent = changedFrom.get(typed)
  const [before] = [...known, ...(parent === undefined ? [] : keptOf(parent, form, options.today))]
  const walking: Walking = {
    form,
    typed,
    options,
    pages: [],
    root: rootFrame(options.today),
    readings: new Map(),
    before: before?.readings,
    stepNumber: 0,
  }
  const walked = walkAll(walking)
  walks.set(typed, [...(walks.get(typed) ?? []), { form, options, walk: walked, readings: walking.readings }].slice(-4))
  return walked
}

function keptOf(typed: Typed, form: Form, today: string): readonly Kept[] {
  return walks.get(typed)?.filter((kept) => kept.form === form && kept.options.today === today) ?? []
}

function walkAll(walking: Walking): Walk {
  const { form, root, pages } = walking
  computeAfter(walking, '', root)
  for (const step of form.steps) {
    const truth = conditionIn(root, root, step.when, form)
    if (truth === 'no') {
      passOver(walking, step, root)
    } else if (truth === 'yes') {
      const before = pages.length
      walking.stepNumber += 1
      walkStep(walking, step, root)
      walking.stepNumber -= pages.length === before ? 1 : 0
    }
  }
  return {
    pages,
    stepTotal: walking.stepNumber,
    answers: root.values as Answers,
    facts: root.facts,
    isComplete: pages.every((page) => page.state === 'valid'),
    known: root.known,
  }
}

/** Says of a path that a rule uses whether nobody has answered it yet. */
export function isUnanswered(form: Form, walked: Walk, path: string): boolean {
  const root = { ...rootFrame(''), known: new Set(walked.known) }
  return isMissing(form, { root, frame: root }, path)
}

function walkStep(walking: Walking, step: Step, frame: Frame): void {
  if (step.kind === 'loop') {
    walkLoop(walking, step, frame)
  } else {
    walkPage(walking, step, frame)
  }
  computeAfter(walking, step.id, frame)
}

function passOver(walking: Walking, step: Step, frame: Frame): void {
  if (step.kind === 'loop') {
    for (const path of pathsIn(step)) {
      frame.known.add(path)
    }
    frame.known.add(step.group)
    keepItems(frame, step.group, [])
  } else {
    for (const path of step.fields) {
      passOverField(walking.form.fields.get(path), frame)
    }
  }
  computeAfter(walking, step.id, frame)
}

function passOverField(field: Field | undefined, frame: Frame): void {
  if (field !== undefined) {
    frame.known.add(field.path)
    keep(frame, field, undefined)
  }
}

/** Paths of all fields that a step asks, in its loops too. */
export const pathsIn = (step: Step): readonly string[] =>
  step.kind === 'loop' ? step.steps.flatMap(pathsIn) : step.fields

function walkPage(walking: Walking, step: QuestionStep, frame: Frame): void {
  const { form, root } = walking
  const asked: AskedField[] = []
  const issues: Issue[] = []
  let isSent = false
  let hasQuestions = false
  const values: [Field, AnswerValue | undefined][] = []
  for (const path of step.fields) {
    const known = form.fields.get(path)
    const truth = known === undefined ? 'open' : conditionIn(root, frame, known.when, form)
    if (known === undefined || truth === 'open') {
      continue
    }
    if (truth === 'no') {
      passOverField(known, frame)
      continue
    }
    const field = asAsked(known, root, { frame, form })
    const pointer = `${frame.pointer}${field.tail}`
    asked.push({ field, pointer })
    if (field.kind === 'computed') {
      compute(walking, field, frame)
      continue
    }
    const { read, isAnswered } = readField(walking, field, pointer)
    isSent ||= isAnswered
    hasQuestions ||= field.kind !== 'note'
    if (read.ok) {
      values.push([field, read.value])
    } else {
      issues.push(issueOf(field, pointer, read.wrong))
    }
    if (field.kind === 'note' || (read.ok && isAnswered)) {
      frame.known.add(field.path)
    }
  }
  for (const [field, value] of values) {
    keep(frame, field, value)
  }
  issues.push(...failedChecks(walking, frame, { asked, issues }))
  if (asked.length > 0) {
    addPage(walking, step, { frame, asked, issues, isSent: isSent || !hasQuestions })
  }
}

const obligatory = new WeakMap<Field, Field>()

/** The question as it is asked with the answers so far: one whose rule makes it obligatory may not be left empty. */
function asAsked(field: Field, root: Frame, at: { frame: Frame; form: Form }): Field {
  const { requiredWhen } = field
  if (requiredWhen === undefined || conditionIn(root, at.frame, requiredWhen, at.form) !== 'yes') {
    return field
  }
  const known = obligatory.get(field) ?? { ...field, isOptional: false }
  obligatory.set(field, known)
  return known
}

function readField(walking: Walking, field: Field, pointer: string): Reading {
  const { form, typed, options, before } = walking
  const reading = readTyped(field, { form, typed, pointer, today: options.today, before: before?.get(pointer) })
  walking.readings.set(pointer, reading)
  return reading
}

function computeAfter(walking: Walking, stepId: string, frame: Frame): void {
  for (const field of walking.form.computedAfter.get(stepId) ?? []) {
    compute(walking, field, frame)
  }
}

/** Works a computed value out where all it uses is known; never from what was sent. */
function compute(walking: Walking, field: Field, frame: Frame): void {
  const { form, root } = walking
  const { rule, as } = field.computed ?? {}
  if (rule?.uses.some((name) => isMissing(form, { root, frame }, name)) !== false) {
    return
  }
  const result = evaluate(rule, contextOf(root, frame))
  const value = result.ok ? result.value : null
  keep(frame, field, as === 'money' && typeof value === 'number' ? Math.round(value) : storable(field, value))
  frame.known.add(field.path)
}

/** A computed value as it is stored; absent where a rule gives none, or one its field cannot hold. */
function storable(field: Field, value: FeelValue): AnswerValue | undefined {
  if (typeof value === 'string') {
    const isCode = field.computed?.as !== 'select' || field.options.some((option) => option.code === value)
    return isCode && value !== '' && value.length <= field.limits.maxLength ? value : undefined
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

function failedChecks(
  walking: Walking,
  frame: Frame,
  page: { asked: readonly AskedField[]; issues: readonly Issue[] },
): readonly Issue[] {
  const all = checksOf(walking.form)
  return page.asked.flatMap(({ field, pointer }): readonly Issue[] => {
    const checks = all.get(field.path)
    if (checks === undefined || page.issues.some((issue) => issue.pointer.startsWith(pointer))) {
      return []
    }
    return failed(walking, frame, checks).map((check) => issueAt(pointer, check))
  })
}

const issueAt = (pointer: string, { id }: Check): Issue => ({ pointer, type: 'forms/check', params: { check: id } })

/** Checks that are false with everything they use answered. */
function failed({ form, root }: Walking, frame: Frame, checks: readonly Check[]): readonly Check[] {
  const context = contextOf(root, frame)
  return checks
    .filter(({ rule }) => !rule.uses.some((name) => isMissing(form, { root, frame }, name)))
    .filter(({ rule, list }) =>
      list === undefined ? !(isTrue(rule, context) || hasNull(rule, context)) : isFalse(rule, context),
    )
}

/** Of all items nothing comes out where there is none (a sum), and then nothing is said. */
function isFalse(rule: Rule, context: Readonly<Record<string, unknown>>): boolean {
  const result = evaluate(rule, context)
  return result.ok && result.value === false
}

/** Checks by the question they stand at, or by the list all of whose items they look at. */
const checksByPath = new WeakMap<Form, ReadonlyMap<string, readonly Check[]>>()

function checksOf(form: Form): ReadonlyMap<string, readonly Check[]> {
  const known = checksByPath.get(form) ?? Map.groupBy(form.checks, (check) => check.list ?? check.at)
  checksByPath.set(form, known)
  return known
}

/** A check says nothing about an optional question that was left empty. */
function hasNull(rule: { readonly uses: readonly string[] }, context: Readonly<Record<string, unknown>>): boolean {
  return rule.uses.some((path) => {
    let value: unknown = context
    for (const part of path.split('.')) {
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Readonly<Record<string, unknown>>)[part]
          : undefined
    }
    return value === undefined || value === null
  })
}

type Found = { frame: Frame; asked: readonly AskedField[]; issues: readonly Issue[]; isSent: boolean }

function addPage(walking: Walking, step: QuestionStep, { frame, asked, issues, isSent }: Found): void {
  walking.pages.push({
    address: addressOf(frame.trail, step),
    step,
    trail: frame.trail,
    itemPointer: frame.pointer,
    stepNumber: walking.stepNumber,
    asked,
    issues,
    state: issues.length === 0 && isSent ? 'valid' : isSent ? 'invalid' : 'open',
  })
}

/** Address of a page: `chip`, in the second dog `hunde-2-chip`, in its first vaccination `hunde-2-impfungen-1-datum`. */
export const addressOf = (trail: Frame['trail'], step: Step): string =>
  [...trail.map(({ loop, index }) => `${loop.id}-${index + 1}`), step.id].join('-')

function walkLoop(walking: Walking, loop: LoopStep, frame: Frame): void {
  const { form, root, typed, options } = walking
  const bounds = form.groups.get(loop.group)?.loop ?? { min: 1, max: 1 }
  const list = `${frame.pointer}/${loop.group.slice(frame.from).replaceAll('.', '/')}`
  const begun = itemCount(typed, list, bounds.max)
  const isNew = options.newItem === list && begun < bounds.max
  const count = Math.max(begun + (isNew ? 1 : 0), Math.min(bounds.min, 1))
  const before = walking.pages.length
  const items: Frame[] = []
  for (let index = 0; index < count; index += 1) {
    const item = itemFrame(frame, loop, { index, list })
    for (const step of loop.steps) {
      const truth = conditionIn(root, item, step.when, form)
      if (truth === 'yes') {
        walkStep(walking, step, item)
      } else if (truth === 'no') {
        passOver(walking, step, item)
      }
    }
    items.push(item)
  }
  keepItems(frame, loop.group, items)
  const isReady = walking.pages.slice(before).every((page) => page.state === 'valid')
  addLoopPage(walking, loop, { frame, list, begun, bounds, isReady })
}

type FoundItems = {
  readonly frame: Frame
  readonly list: string
  readonly begun: number
  readonly bounds: { min: number; max: number }
  readonly isReady: boolean
}

function addLoopPage(walking: Walking, loop: LoopStep, { frame, list, begun, bounds, isReady }: FoundItems): void {
  const name = anotherName(list)
  const answer = typedText(walking.typed, name)
  const params = { object: loop.another, min: bounds.min, max: bounds.max }
  const issues: Issue[] = []
  if (begun < bounds.max && answer !== 'true' && answer !== 'false') {
    issues.push({ pointer: name, type: 'forms/choose-another', params })
  } else if (begun < bounds.min && answer !== 'true') {
    issues.push({ pointer: name, type: 'forms/too-few', params })
  }
  const isDone = begun >= bounds.max || (answer === 'false' && begun >= bounds.min)
  if (isDone && isReady) {
    frame.known.add(loop.group)
    const checks = checksOf(walking.form).get(loop.group) ?? []
    issues.push(...failed(walking, frame, checks).map((check) => issueAt(name, check)))
  }
  const isSent = Object.hasOwn(walking.typed, name)
  walking.pages.push({
    address: addressOf(frame.trail, loop),
    step: loop,
    trail: frame.trail,
    itemPointer: frame.pointer,
    list,
    stepNumber: walking.stepNumber,
    asked: [],
    issues,
    state: isDone && issues.length === 0 ? 'valid' : isSent && issues.length > 0 ? 'invalid' : 'open',
  })
}
