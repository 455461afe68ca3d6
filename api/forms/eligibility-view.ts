import type { Typed } from './answers.ts'
import { judgeWalk, pageOfCondition, precheck } from './eligibility.ts'
import type { Condition, Form } from './model.ts'
import type { StepsOptions } from './steps.ts'
import type { ConditionView, EligibilityView, FormPaths, PrecheckView, Words } from './view.ts'
import { walk } from './walk.ts'

type Options = StepsOptions & { readonly words: Words; readonly paths: FormPaths }

/** Builds the page that explains why somebody may not be entitled; names nothing where every condition is met or open. */
export function eligibilityView(form: Form, typed: Typed, options: Options): EligibilityView {
  const walked = walk(form, typed, options)
  const { unmet, unclear } = judgeWalk(form, walked)
  const { words, paths } = options
  const show = (condition: Condition, text: string): ConditionView => {
    const page = pageOfCondition(walked, condition)
    const what = page?.step.title ?? ''
    return page === undefined
      ? { text }
      : { text, change: { path: paths.step(page.address), label: words('forms.change-what', { what }) } }
  }
  const last = unmet.map((condition) => pageOfCondition(walked, condition)).find((page) => page !== undefined)
  return {
    service: { slug: form.slug, title: form.title },
    title: form.eligibility.title,
    backPath: last === undefined ? paths.start : paths.step(last.address),
    unmet: unmet.map((condition) => show(condition, condition.unmet)),
    unclear: walked.isComplete ? unclear.map((condition) => show(condition, condition.unclear)) : [],
    next: form.eligibility.next,
    otherWays: form.start.otherWays,
  }
}

/** Builds a page of the pre-check from what was sent with it; nothing is stored. */
export function precheckView(
  form: Form,
  typed: Typed,
  options: StepsOptions & { readonly words: Words; readonly asked?: string },
): PrecheckView {
  const step = precheck(form, typed, options)
  const common = { service: { slug: form.slug, title: form.title }, lead: form.precheck.lead, kept: step.kept }
  if (step.kind === 'question') {
    const { number, field, before } = step
    return { ...common, kind: 'question', number, total: form.precheck.questions.length, field, before }
  }
  const { outcome, unmet, unclear } = step.judgement
  return {
    ...common,
    kind: 'result',
    outcome,
    unmet: unmet.map((condition) => condition.unmet),
    unclear: unclear.map((condition) => condition.unclear),
    next: form.eligibility.next,
    otherWays: form.start.otherWays,
  }
}
