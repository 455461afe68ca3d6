import { createHash } from 'node:crypto'
import { canonicalJson } from '../../db/canonical.ts'
import { type Answers, type Typed, valueAt } from './answers.ts'
import { isTrue } from './decide.ts'
import type { ApplicantKind, Delegation, Form, QuestionStep, SignerRole } from './model.ts'
import type { StepsOptions } from './steps.ts'
import { rowOf, sectionsOf } from './summary.ts'
import type { SummarySection, Words } from './view.ts'
import { type Page, walk } from './walk.ts'

/** The pages that somebody else reads, as they stand. */
export type Part = {
  readonly sections: readonly SummarySection[]
  /** SHA-256 (hex) over the values and what is declared about them, the same in every language of the answers. */
  readonly digest: string
  /** Nothing of it is missing or wrong. */
  readonly isComplete: boolean
}

type PartOptions = StepsOptions & {
  readonly words: Words
  /** What is declared, in the words that were read: other words are another declaration. */
  readonly declarations?: readonly { readonly id: string; readonly text: string }[]
}

/** Reads the part of a form that consists of these steps; a loop brings all its items. */
export function partOf(form: Form, typed: Typed, steps: readonly string[], options: PartOptions): Part {
  const { words } = options
  const { pages, answers } = walk(form, typed, options)
  const own = pages.filter((page) => steps.includes(page.trail[0]?.loop.id ?? page.step.id))
  const values = own.flatMap((page) => page.asked.map(({ pointer }) => [pointer, valueAt(answers, pointer) ?? null]))
  const declared = (options.declarations ?? []).map(({ id }) => id)
  return {
    sections: sectionsOf(form, { pages: own, typed }, (page: Page, asked) =>
      rowOf(form, asked, { answers, words, page }),
    ),
    digest: createHash('sha256')
      .update(canonicalJson({ form: form.id, version: form.version, declared, values }))
      .digest('hex'),
    isComplete: own.every((page) => page.state === 'valid'),
  }
}

/** Who has to agree with the answers as they are. */
export function neededSigners(form: Form, typed: Typed, options: StepsOptions): readonly SignerRole[] {
  const { facts } = walk(form, typed, options)
  return form.signers.filter(({ when }) => when === undefined || isTrue(when, facts))
}

export type DelegableStep = QuestionStep & { readonly delegate: Delegation }

/** The pages reached that may be given to somebody else. */
export function delegableSteps(form: Form, typed: Typed, options: StepsOptions): readonly DelegableStep[] {
  return walk(form, typed, options).pages.flatMap(({ step }) =>
    step.kind === 'questions' && step.delegate !== undefined ? [{ ...step, delegate: step.delegate }] : [],
  )
}

/** For whom somebody applies; null where the form does not ask. */
export function applicantKind(form: Form, answers: Answers): ApplicantKind | null {
  const { applicant } = form
  const code = applicant === undefined ? undefined : valueAt(answers, `/${applicant.question.replaceAll('.', '/')}`)
  return typeof code === 'string' ? (applicant?.kinds[code] ?? null) : null
}
