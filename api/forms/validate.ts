import type { Issue } from '../lib/problem.ts'
import { withTown } from './addresses.ts'
import {
  type Answers,
  controlNames,
  type FileRef,
  laterName,
  refusalName,
  removeFile,
  TYPED_LENGTH_MAX,
  type Typed,
  typedFiles,
} from './answers.ts'
import { anotherName, removeItem } from './items.ts'
import type { Form } from './model.ts'
import { findPage, type StepsOptions } from './steps.ts'
import { markChange, type Page, walk } from './walk.ts'

export type StepValidation = { readonly ok: true } | { readonly ok: false; readonly issues: readonly Issue[] }
export type Validation =
  | { readonly ok: true; readonly answers: Answers }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/**
 * Checks one page. An address that cannot be reached is one finding `forms/unknown-step` with an empty pointer.
 * Checks between answers that belong to this page are among the findings.
 */
export function validateStep(form: Form, address: string, typed: Typed, options: StepsOptions): StepValidation {
  const found = findPage(form, typed, address, options)
  if (found === undefined) {
    return { ok: false, issues: [{ pointer: '', type: 'forms/unknown-step' }] }
  }
  return found.page.issues.length === 0 ? { ok: true } : { ok: false, issues: found.page.issues }
}

/**
 * Checks everything that is reached and gives the answers to store: pruned of branches that are not reached, values instead
 * of typed text, no trace of what was typed wrong.
 */
export function validateAll(form: Form, typed: Typed, options: StepsOptions): Validation {
  const walked = walk(form, typed, options)
  const issues = walked.pages.flatMap((page) => page.issues)
  if (issues.length > 0) {
    return { ok: false, issues }
  }
  const undone = walked.pages.find((page) => page.state !== 'valid')
  return undone === undefined
    ? { ok: true, answers: walked.answers }
    : { ok: false, issues: [{ pointer: '', type: 'forms/step-open', params: { step: undone.address } }] }
}

/** The valid answers so far, of questions that are reached. */
export const walkedAnswers = (form: Form, typed: Typed, options: StepsOptions): Answers =>
  walk(form, typed, options).answers

/** Pointers of every question that is reached with these answers. */
export function reachable(form: Form, typed: Typed, options: StepsOptions): ReadonlySet<string> {
  return new Set(walk(form, typed, options).pages.flatMap((page) => page.asked.map(({ pointer }) => pointer)))
}

export type StepAction =
  | { readonly kind: 'continue' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'stay' }
  | { readonly kind: 'keep' }
  | { readonly kind: 'speak'; readonly lang: string }
  | { readonly kind: 'remove-item'; readonly list: string; readonly index: number }
  | { readonly kind: 'remove-file'; readonly pointer: string; readonly fileId: string }

export type ReadBody = {
  /** All typed answers of the draft with those of this page put in (or the removed thing taken out). */
  readonly typed: Typed
  readonly action: StepAction
  /** The page as it was before. */
  readonly page: Page
}

/**
 * Reads what a page sent (urlencoded, multipart without its files, or the same keys from JSON) into the draft's typed answers.
 * Takes only names this page asks for, the first value of each, cut at 20,001 characters; a name that is missing counts as
 * empty, as browsers send no unticked boxes. Files stay as they are: uploads are put in with `addFile`.
 * Absent where the page cannot be reached.
 */
export function readStepBody(
  form: Form,
  typed: Typed,
  address: string,
  body: { entries: Iterable<readonly [string, unknown]>; today: string },
): ReadBody | undefined {
  const found = findPage(form, typed, address, { today: body.today })
  if (found === undefined) {
    return undefined
  }
  const sent = firstTexts(body.entries)
  const action = actionOf(typed, { page: found.page, text: sent.get('action') ?? '' })
  if (action.kind === 'remove-item') {
    return { typed: removeItem(typed, action.list, action.index), action, page: found.page }
  }
  const merged = mergePage(typed, found.page, sent)
  withTown(form, merged, found.page.asked)
  const changed = action.kind === 'remove-file' ? removeFile(merged, action.pointer, action.fileId) : merged
  markChange(changed, typed)
  return { typed: changed, action, page: found.page }
}

function firstTexts(entries: Iterable<readonly [string, unknown]>): ReadonlyMap<string, string> {
  const sent = new Map<string, string>()
  for (const [name, value] of entries) {
    if (typeof value === 'string' && !sent.has(name) && sent.size < 500) {
      sent.set(name, value.slice(0, TYPED_LENGTH_MAX).toWellFormed().replaceAll('\0', ''))
    }
  }
  return sent
}

function mergePage(
  typed: Typed,
  page: Page,
  sent: ReadonlyMap<string, string>,
): Record<string, string | readonly FileRef[]> {
  const merged: Record<string, string | readonly FileRef[]> = { ...typed }
  if (page.list !== undefined) {
    merged[anotherName(page.list)] = sent.get(anotherName(page.list)) ?? ''
    return merged
  }
  if (page.state === 'open' && page.itemPointer !== '' && page.step === page.trail.at(-1)?.loop.steps[0]) {
    // A new item was begun: whether there is another is asked again.
    delete merged[anotherName(page.itemPointer.slice(0, page.itemPointer.lastIndexOf('/')))]
  }
  for (const { field, pointer } of page.asked) {
    if (field.kind === 'file') {
      merged[pointer] = typedFiles(typed, pointer)
      delete merged[refusalName(pointer)]
      delete merged[laterName(pointer)]
      if (field.canBeLater && sent.get(laterName(pointer)) === 'true') {
        merged[laterName(pointer)] = 'true'
      }
      continue
    }
    for (const name of controlNames(field, pointer)) {
      merged[name] = sent.get(name) ?? ''
    }
  }
  return merged
}

function actionOf(typed: Typed, sent: { page: Page; text: string }): StepAction {
  const { page, text } = sent
  if (text === 'leave' || text === 'stay' || text === 'keep') {
    return { kind: text }
  }
  const lang = /^lang:([a-z]{2,3})$/.exec(text)?.[1]
  if (lang !== undefined) {
    return { kind: 'speak', lang }
  }
  const item = page.list !== undefined && text.startsWith(`remove:${page.list}/`)
  const index = item ? /^\d{1,3}$/.exec(text.slice(`remove:${page.list}/`.length))?.[0] : undefined
  if (page.list !== undefined && index !== undefined) {
    return { kind: 'remove-item', list: page.list, index: Number(index) }
  }
  for (const { field, pointer } of page.asked.filter((asked) => asked.field.kind === 'file')) {
    const file = typedFiles(typed, pointer).find((candidate) => text === `remove:${pointer}/${candidate.id}`)
    if (file !== undefined && field.file !== undefined) {
      return { kind: 'remove-file', pointer, fileId: file.id }
    }
  }
  return { kind: 'continue' }
}
