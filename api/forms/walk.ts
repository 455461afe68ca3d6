import type { Issue } from '../lib/problem.ts'
import {
  type Answers,
  type AnswerValue,
  anotherName,
  controlNames,
  isAnswered,
  itemCount,
  pointerOf,
  refusalName,
  type Typed,
  typedFiles,
  typedText,
} from './answers.ts'
import { decide, isTrue, type Truth, withValue } from './decide.ts'
import { readAnswer } from './kinds.ts'
import type { Field, FileLimits, Form, LoopStep, QuestionStep, Step } from './model.ts'
import { ITEM_NAME, TODAY_NAME } from './names.ts'
import type { Read } from './reading.ts'

/** The day in Berlin as ISO date; `newItem` adds one item not begun yet to a repeating group. */
export type WalkOptions = { readonly today: string; readonly newItem?: string }

/** One question on a page that is asked now. */
export type AskedField = { readonly field: Field; readonly pointer: string }

/** A page that can be reached with the answers so far. */
export type Page = {
  readonly address: string
  readonly step: Step
  /** The loop a page of an item belongs to, and the item's index from 0. */
  readonly loop?: LoopStep
  readonly item?: number
  /** Index among the steps of the form that are reached: all pages of a loop share one. */
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
  readonly isComplete: boolean
}

type Walking = {
  readonly form: Form
  readonly typed: Typed
  readonly options: WalkOptions
  readonly pages: Page[]
  /** Values by path, for rules and as the result. */
  answers: Answers
  /** Paths that were answered, or were passed over because their condition is false. */
  readonly known: Set<string>
  stepNumber: number
}
type Item = { readonly loop: LoopStep; readonly index: number; values: Answers; readonly known: Set<string> }

/**
 * Goes through a form in its order with what was typed so far: which pages are reached, what is valid, what is missing.
 * Everything about navigation, validation, review and pruning is read from this one result. Pure; never throws on any
 * typed answers. A condition that depends on an answer still missing leaves its page out.
 */
export function walk(form: Form, typed: Typed, options: WalkOptions): Walk {
  const walking: Walking = { form, typed, options, pages: [], answers: {}, known: new Set(), stepNumber: 0 }
  for (const step of form.steps) {
    const truth = conditionOf(walking, step)
    if (truth === 'no') {
      passOver(walking, step)
    } else if (truth === 'yes') {
      walking.stepNumber += 1
      if (step.kind === 'loop') {
        walkLoop(walking, step)
      } else {
        walkPage(walking, step)
      }
    }
  }
  const { pages, stepNumber, answers } = walking
  return { pages, stepTotal: stepNumber, answers, isComplete: pages.every((page) => page.state === 'valid') }
}

function conditionOf(walking: Walking, guarded: { readonly when?: Step['when'] | undefined }, item?: Item): Truth {
  const rule = guarded.when
  return rule === undefined ? 'yes' : decide(rule, contextOf(walking, item), (path) => isMissing(walking, path, item))
}

function contextOf(walking: Walking, item?: Item): Readonly<Record<string, unknown>> {
  const context = { ...forRules(walking.form, walking.answers), [TODAY_NAME]: walking.options.today }
  return item === undefined ? context : { ...context, [ITEM_NAME]: forRules(walking.form, item.values) }
}

/** Files stand in rules as the list of their ids. */
function forRules(form: Form, answers: Answers): Readonly<Record<string, unknown>> {
  const swap = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map((entry: unknown) => (isFile(entry) ? entry.id : swap(entry)))
    }
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, swap(inner)]))
      : value
  }
  const hasFiles = [...form.fields.values()].some((field) => field.kind === 'file')
  return (hasFiles ? swap(answers) : answers) as Readonly<Record<string, unknown>>
}

function isFile(value: unknown): value is { id: string } {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'id') && Object.hasOwn(value, 'mediaType')
}

function isMissing(walking: Walking, path: string, item?: Item): boolean {
  if (path === TODAY_NAME) {
    return false
  }
  const isOfItem = item !== undefined && (path === ITEM_NAME || path.startsWith(`${ITEM_NAME}.`))
  const known = isOfItem ? item.known : walking.known
  const wanted = isOfItem ? `${item.loop.group}${path.slice(ITEM_NAME.length)}` : path
  if (known.has(wanted)) {
    return false
  }
  const inner = [...walking.form.fields.keys()].filter((field) => field.startsWith(`${wanted}.`))
  return inner.length === 0 || inner.some((field) => !known.has(field))
}

function passOver(walking: Walking, step: Step): void {
  const steps = step.kind === 'loop' ? step.steps : [step]
  for (const path of steps.flatMap((inner) => inner.fields)) {
    walking.known.add(path)
  }
  if (step.kind === 'loop') {
    walking.known.add(step.group)
  }
}

function walkPage(walking: Walking, step: QuestionStep, item?: Item): void {
  const known = item?.known ?? walking.known
  const asked: AskedField[] = []
  const issues: Issue[] = []
  let values: readonly (readonly [Field, AnswerValue])[] = []
  for (const field of step.fields.map((path) => walking.form.fields.get(path)).filter((found) => found !== undefined)) {
    const truth = conditionOf(walking, field, item)
    if (truth === 'no') {
      known.add(field.path)
    } else if (truth === 'yes') {
      const pointer = pointerOf(field, item?.index)
      asked.push({ field, pointer })
      const read = field.kind === 'note' ? NOTHING : readTyped(walking, field, pointer)
      if (read.ok) {
        values = read.value === undefined ? values : [...values, [field, read.value]]
      } else {
        issues.push(issueOf(field, pointer, read.wrong))
      }
      if (field.kind === 'note' || (read.ok && isAnswered(walking.typed, field, pointer))) {
        known.add(field.path)
      }
    }
  }
  keep(walking, values, item)
  issues.push(...failedChecks(walking, { asked, item, issues }))
  addPage(walking, step, { asked, issues, ...(item === undefined ? {} : { item }) })
}

const NOTHING: Read = { ok: true, value: undefined }

function readTyped(walking: Walking, field: Field, pointer: string): Read {
  const { typed, form, options } = walking
  if (field.kind === 'file') {
    const refused = typedText(typed, refusalName(pointer))
    return /^forms\/file-[a-z]{1,20}$/.test(refused)
      ? { ok: false, wrong: wrongFile(field.file, refused) }
      : readFiles(field, typedFiles(typed, pointer))
  }
  const texts = controlNames(field, pointer).map((name) => typedText(typed, name))
  return readAnswer(field, texts, { today: options.today, monthNames: form.monthNames })
}

type WrongFile = Extract<Read, { ok: false }>['wrong']

/** What is wrong with an upload, with the bounds of its question; `errorView` words size and types. */
function wrongFile(limits: FileLimits | undefined, type: string): WrongFile {
  return limits === undefined
    ? { type }
    : { type, params: { max: limits.maxFiles, bytes: limits.maxSizeBytes, types: limits.mediaTypes.join(' ') } }
}

function readFiles(field: Field, files: ReturnType<typeof typedFiles>): Read {
  const limits = field.file
  if (limits === undefined || files.length === 0) {
    return field.isOptional ? NOTHING : { ok: false, wrong: { type: 'forms/file-missing' } }
  }
  if (files.length > limits.maxFiles) {
    return { ok: false, wrong: wrongFile(limits, 'forms/file-count') }
  }
  const wrong = files.find(
    (file) =>
      !limits.mediaTypes.includes(file.mediaType) || file.sizeBytes > limits.maxSizeBytes || file.sizeBytes === 0,
  )
  if (wrong !== undefined) {
    const isType = !limits.mediaTypes.includes(wrong.mediaType)
    const type = isType ? 'forms/file-type' : wrong.sizeBytes === 0 ? 'forms/file-empty' : 'forms/file-size'
    return { ok: false, wrong: wrongFile(limits, type) }
  }
  return { ok: true, value: files }
}

function issueOf(field: Field, pointer: string, wrong: Extract<Read, { ok: false }>['wrong']): Issue {
  const params = { subject: field.subject, object: field.object, ...wrong.params }
  return { pointer: wrong.part === undefined ? pointer : `${pointer}/${wrong.part}`, type: wrong.type, params }
}

function keep(walking: Walking, values: readonly (readonly [Field, AnswerValue])[], item: Item | undefined): void {
  for (const [field, value] of values) {
    if (item === undefined) {
      walking.answers = withValue(walking.answers, field.path, value) as Answers
    } else {
      item.values = withValue(item.values, field.path.slice(item.loop.group.length + 1), value) as Answers
    }
  }
}

function failedChecks(
  walking: Walking,
  page: { asked: readonly AskedField[]; item: Item | undefined; issues: readonly Issue[] },
): readonly Issue[] {
  return walking.form.checks.flatMap((check): readonly Issue[] => {
    const at = page.asked.find(({ field }) => field.path === check.at)
    const isWrongAlready = page.issues.some((issue) => at !== undefined && issue.pointer.startsWith(at.pointer))
    if (at === undefined || isWrongAlready || check.rule.uses.some((path) => isMissing(walking, path, page.item))) {
      return []
    }
    const context = contextOf(walking, page.item)
    const negated = check.rule
    return isTrue(negated, context) || hasNull(negated, context)
      ? []
      : [{ pointer: at.pointer, type: 'forms/check', params: { check: check.id } }]
  })
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

function addPage(
  walking: Walking,
  step: QuestionStep,
  found: { asked: readonly AskedField[]; issues: readonly Issue[]; item?: Item },
): void {
  const { asked, issues, item } = found
  if (asked.length === 0) {
    return
  }
  const questions = asked.filter(({ field }) => field.kind !== 'note')
  const isSent =
    questions.length === 0 || questions.some(({ field, pointer }) => isAnswered(walking.typed, field, pointer))
  walking.pages.push({
    address: item === undefined ? step.id : itemAddress(item.loop, item.index, step),
    step,
    ...(item === undefined ? {} : { loop: item.loop, item: item.index }),
    stepNumber: walking.stepNumber,
    asked,
    issues,
    state: issues.length === 0 && isSent ? 'valid' : isSent ? 'invalid' : 'open',
  })
}

/** Address of a page of an item: `hunde-2-chip` for the second. */
export const itemAddress = (loop: LoopStep, index: number, step: QuestionStep): string =>
  `${loop.id}-${index + 1}-${step.id}`

function walkLoop(walking: Walking, loop: LoopStep): void {
  const bounds = walking.form.groups.get(loop.group)?.loop ?? { min: 1, max: 1 }
  const begun = itemCount(walking.typed, loop.group, bounds.max)
  const isNew = walking.options.newItem === loop.group && begun < bounds.max
  const count = Math.max(begun + (isNew ? 1 : 0), Math.min(bounds.min, 1))
  const before = walking.pages.length
  const items: Answers[] = []
  for (let index = 0; index < count; index += 1) {
    const item: Item = { loop, index, values: {}, known: new Set() }
    for (const step of loop.steps) {
      const truth = conditionOf(walking, step, item)
      if (truth === 'yes') {
        walkPage(walking, step, item)
      } else if (truth === 'no') {
        for (const path of step.fields) {
          item.known.add(path)
        }
      }
    }
    items.push(item.values)
  }
  if (items.length > 0) {
    walking.answers = { ...walking.answers, [loop.group]: items }
  }
  addLoopPage(walking, loop, {
    begun,
    bounds,
    isReady: walking.pages.slice(before).every((page) => page.state === 'valid'),
  })
}

function addLoopPage(
  walking: Walking,
  loop: LoopStep,
  found: { begun: number; bounds: { min: number; max: number }; isReady: boolean },
): void {
  const { begun, bounds } = found
  const name = anotherName(loop.group)
  const answer = typedText(walking.typed, name)
  const params = { object: loop.another, min: bounds.min, max: bounds.max }
  const issues: Issue[] = []
  if (begun < bounds.max && answer !== 'true' && answer !== 'false') {
    issues.push({ pointer: name, type: 'forms/choose-another', params })
  } else if (begun < bounds.min && answer !== 'true') {
    issues.push({ pointer: name, type: 'forms/too-few', params })
  }
  const isDone = begun >= bounds.max || (answer === 'false' && begun >= bounds.min)
  if (isDone && found.isReady) {
    walking.known.add(loop.group)
  }
  const isSent = Object.hasOwn(walking.typed, name)
  walking.pages.push({
    address: loop.id,
    step: loop,
    stepNumber: walking.stepNumber,
    asked: [],
    issues,
    state: isDone ? 'valid' : isSent && issues.length > 0 ? 'invalid' : 'open',
  })
}
