import type { Source, Sources } from '../identity/service-evidence.ts'
import type { AttributeName } from '../lib/attribute-names.ts'
import { isAtLeast, type TrustLevel } from '../lib/trust-level.ts'
import { controlNames, pointerOf, type Typed, typedText } from './answers.ts'
import { readAnswer } from './kinds.ts'
import type { Field, Form } from './model.ts'
import { valueText } from './summary.ts'
import { typedValues } from './typed-from.ts'
import type { ErrorView, StepView, Words } from './view.ts'

/** What the account says now; `provider` and `atMs` go into the sources. */
export type Given = {
  readonly provider: string
  readonly atMs: number
  readonly attributes: Readonly<
    Partial<Record<AttributeName, { readonly value: string; readonly trustLevel: TrustLevel }>>
  >
}
export type Answered = { readonly typed: Typed; readonly sources: Sources }

/** What the account says, and the day in Berlin. */
type Account = { readonly given: Given | null; readonly today: string }

/** From this level on a value is proved, and the applicant cannot change it here. */
const LOCKED_FROM: TrustLevel = 'substantial'

type Prefilled = { readonly field: Field; readonly pointer: string; readonly typed: Typed; readonly source: Source }

/**
 * Puts what the account proves in the place of what was typed, and notes for each answer whether it is the account's. Only
 * answers of pages that were sent are touched: nothing is answered for somebody who has not seen it. A proved value stays as it
 * was taken over, also where its owner is signed in at a lower level now, or not at all. Pure.
 * @param before what was stored; @param after what was typed now.
 */
export function withAccount(form: Form, before: Answered, after: Typed, account: Account): Answered {
  const { given, today } = account
  let typed = after
  const sources: Record<string, Source> = {}
  for (const field of prefilledFields(form)) {
    const pointer = pointerOf(field)
    const current = currentOf(form, field, given, today)
    const kept = before.sources[pointer]
    if (!isAnswered(after, field, pointer)) {
      continue
    }
    if (current !== undefined && isProved(current.source)) {
      typed = { ...typed, ...current.typed }
      sources[pointer] =
        isSame(field, pointer, before.typed, current.typed) && kept !== undefined && isProved(kept)
          ? kept
          : current.source
    } else if (kept !== undefined && isProved(kept)) {
      typed = { ...typed, ...pick(before.typed, controlNames(field, pointer)) }
      sources[pointer] = kept
    } else if (current !== undefined && isSame(field, pointer, after, current.typed)) {
      sources[pointer] = kept ?? current.source
    }
  }
  return { typed, sources }
}

/**
 * What stands on a page before it was sent, for those of its questions that the account answers; and the marks for the ones
 * answered already. `isOpen`: the page was never sent, so nothing on it can be wrong yet.
 */
export function withPrefill(
  form: Form,
  answered: Answered,
  page: Account & { readonly pointers: readonly string[] },
): Typed {
  const { given } = page
  const open = prefilledFields(form).filter((field) => {
    const pointer = pointerOf(field)
    return page.pointers.includes(pointer) && !isAnswered(answered.typed, field, pointer)
  })
  return Object.assign(
    {},
    answered.typed,
    ...open.map((field) => currentOf(form, field, given, page.today)?.typed),
  ) as Typed
}

/** Adds to a page's questions where their values come from; on a page that was never sent nothing is wrong yet. */
export function withSources(
  form: Form,
  view: StepView,
  at: {
    readonly answered: Answered
    readonly given: Given | null
    readonly today: string
    readonly words: Words
    readonly isOpen: boolean
  },
): StepView {
  const marked = view.fields.map((fieldView) => {
    const field = prefilledFields(form).find((one) => pointerOf(one) === fieldView.name)
    const source = field === undefined ? undefined : sourceOf(form, field, at)
    if (field === undefined || source === undefined) {
      return fieldView
    }
    const isLocked = isProved(source.source)
    const read = readAnswer(field, textsOf(field, source.pointer, source.typed), {
      today: at.today,
      monthNames: form.monthNames,
    })
    const text =
      read.ok && read.value !== undefined ? valueText(field, read.value, { words: at.words, lang: form.lang }) : ''
    return { ...fieldView, source: { provider: source.source.provider, isLocked, valueText: isLocked ? text : '' } }
  })
  const errors: readonly ErrorView[] = at.isOpen ? [] : view.errors
  const fields = at.isOpen ? marked.map(({ error: _, ...field }) => field) : marked
  return { ...view, fields, errors, pageTitle: at.isOpen ? view.title : view.pageTitle }
}

function sourceOf(
  form: Form,
  field: Field,
  at: { answered: Answered; given: Given | null; today: string },
): Prefilled | undefined {
  const pointer = pointerOf(field)
  const { typed, sources } = at.answered
  const kept = sources[pointer]
  if (isAnswered(typed, field, pointer)) {
    return kept === undefined ? undefined : { field, pointer, typed, source: kept }
  }
  return currentOf(form, field, at.given, at.today)
}

/** What the account says for a question, as it would be typed; absent where it says nothing that the question takes. */
function currentOf(form: Form, field: Field, given: Given | null, today: string): Prefilled | undefined {
  const attribute = field.prefill?.find((name) => given?.attributes[name] !== undefined)
  const said = attribute === undefined ? undefined : given?.attributes[attribute]
  if (attribute === undefined || said === undefined || given === null) {
    return undefined
  }
  const pointer = pointerOf(field)
  const typed = typedValues(form, new Map([[field.path, said.value]]))
  const read = readAnswer(field, textsOf(field, pointer, typed), { today, monthNames: form.monthNames })
  const { provider, atMs } = given
  return read.ok && read.value !== undefined
    ? { field, pointer, typed, source: { source: 'account', attribute, trustLevel: said.trustLevel, provider, atMs } }
    : undefined
}

const prefilledFields = (form: Form): readonly Field[] =>
  [...form.fields.values()].filter((field) => field.prefill !== undefined)

/** Whether a question was asked and sent, even if it was left empty. */
const isAnswered = (typed: Typed, field: Field, pointer: string): boolean =>
  controlNames(field, pointer).some((name) => Object.hasOwn(typed, name))

const isProved = (source: Source): boolean => isAtLeast(source.trustLevel, LOCKED_FROM)

const textsOf = (field: Field, pointer: string, typed: Typed): readonly string[] =>
  controlNames(field, pointer).map((name) => typedText(typed, name))

const isSame = (field: Field, pointer: string, one: Typed, other: Typed): boolean =>
  controlNames(field, pointer).every((name) => typedText(one, name).trim() === typedText(other, name).trim())

const pick = (typed: Typed, names: readonly string[]): Typed =>
  Object.fromEntries(names.flatMap((name) => (typed[name] === undefined ? [] : [[name, typed[name]]])))
