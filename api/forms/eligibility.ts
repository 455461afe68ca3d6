import { evaluate } from '../lib/feel.ts'
import { controlNames, pointerOf, type Typed } from './answers.ts'
import { decide } from './decide.ts'
import { errorView, fieldView } from './field-view.ts'
import type { Condition, Field, Form } from './model.ts'
import type { StepsOptions } from './steps.ts'
import type { FieldView, Words } from './view.ts'
import { isUnanswered, type Page, type Walk, walk } from './walk.ts'

export type Outcome = 'yes' | 'no' | 'unclear'

/** Who may apply, judged by the answers so far: `no` where a condition is unmet for certain, `unclear` where one is open. */
export type Judgement = {
  readonly outcome: Outcome
  readonly unmet: readonly Condition[]
  readonly unclear: readonly Condition[]
}

/** Judges the answers so far. Pure; a condition whose answers are still missing is unclear unless they cannot change it. */
export function judge(form: Form, typed: Typed, options: StepsOptions): Judgement {
  return judgeWalk(form, walk(form, typed, options))
}

/** The same for somebody who has walked through the form already. */
export function judgeWalk(form: Form, walked: Walk): Judgement {
  const truths = form.eligibility.conditions.map((condition) => [condition, truthOf(form, condition, walked)] as const)
  const unmet = truths.filter(([, truth]) => truth === false).map(([condition]) => condition)
  const unclear = truths.filter(([, truth]) => truth === null).map(([condition]) => condition)
  return { outcome: unmet.length > 0 ? 'no' : unclear.length > 0 ? 'unclear' : 'yes', unmet, unclear }
}

function truthOf(form: Form, { rule }: Condition, walked: Walk): boolean | null {
  const isMissing = (path: string): boolean => isUnanswered(form, walked, path)
  if (rule.uses.some(isMissing)) {
    const truth = decide(rule, walked.facts, isMissing)
    return truth === 'open' ? null : truth === 'yes'
  }
  const result = evaluate(rule, walked.facts)
  return result.ok && typeof result.value === 'boolean' ? result.value : null
}

/** The page on which a condition's answers are given: the last of them that is reached. */
export function pageOfCondition(walked: Walk, { rule }: Condition): Page | undefined {
  return walked.pages.findLast((page) =>
    page.asked.some(({ field }) => rule.uses.some((path) => path === field.path || field.path.startsWith(`${path}.`))),
  )
}

/** A step of the pre-check: the next question, or what came out. Nothing of it is stored: `kept` goes from page to page. */
export type Precheck = {
  /** Answers given so far, by name of the control: to be sent along. */
  readonly kept: readonly (readonly [string, string])[]
} & (
  | {
      readonly kind: 'question'
      readonly number: number
      readonly field: FieldView
      /** Controls of the question before, to go back to it; empty at the first. */
      readonly before: string
    }
  | { readonly kind: 'result'; readonly judgement: Judgement }
)

/**
 * Finds the next question of the pre-check: in the order of the overlay, only those that are reached and can still change what
 * comes out. `asked` is the question that was just sent: left empty it is shown again with its error.
 */
export function precheck(
  form: Form,
  typed: Typed,
  options: StepsOptions & { readonly words: Words; readonly asked?: string | undefined },
): Precheck {
  const known = questionsOf(form)
  const kept = known.flatMap((field) =>
    controlNames(field, pointerOf(field)).flatMap((name): readonly (readonly [string, string])[] => {
      const value = Object.hasOwn(typed, name) ? typed[name] : undefined
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
  const mine: Typed = Object.fromEntries(kept)
  const walked = walk(form, mine, options)
  const judgement = judgeWalk(form, walked)
  for (const [index, field] of known.entries()) {
    const pointer = pointerOf(field)
    const page = walked.pages.find(({ asked }) => asked.some((one) => one.field === field))
    const issues = page?.issues.filter((issue) => issue.pointer === pointer || issue.pointer.startsWith(`${pointer}/`))
    const isOpen = issues !== undefined && (issues.length > 0 || !kept.some(([name]) => name.startsWith(pointer)))
    const isWrong = options.asked === pointer && (issues?.length ?? 0) > 0
    if (page !== undefined && isOpen && (isWrong || judgement.outcome === 'unclear')) {
      const errors = isWrong ? (issues ?? []).map((issue) => errorView(form, issue, options.words)) : []
      const view = fieldView(field, { form, typed: mine, words: options.words, pointer, title: field.label, errors })
      const before = known.slice(0, index).findLast((one) => kept.some(([name]) => name.startsWith(pointerOf(one))))
      return {
        kind: 'question',
        number: index + 1,
        kept: kept.filter(([name]) => !controlNames(field, pointer).includes(name)),
        field: view,
        before: before === undefined ? '' : pointerOf(before),
      }
    }
  }
  return { kind: 'result', kept, judgement }
}

const questionsOf = (form: Form): readonly Field[] =>
  form.precheck.questions.flatMap((path) => form.fields.get(path) ?? [])

/** Names of the controls the pre-check may carry into a draft. */
export const precheckNames = (form: Form): ReadonlySet<string> =>
  new Set(questionsOf(form).flatMap((field) => controlNames(field, pointerOf(field))))
