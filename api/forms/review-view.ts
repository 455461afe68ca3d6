import type { Needed, NeededDocument } from '../catalogue/view.ts'
import type { Rule } from '../lib/feel.ts'
import { streetNotice } from './addresses.ts'
import type { Answers, Typed } from './answers.ts'
import { conditionWords, isConditional, ruleInWords } from './condition-words.ts'
import { isTrue } from './decide.ts'
import { judgeWalk } from './eligibility.ts'
import { fileTypeNames } from './field-view.ts'
import { sizeText } from './formats.ts'
import type { Form } from './model.ts'
import { applicantKind } from './signing.ts'
import { progressView, type StepViewOptions } from './step-view.ts'
import { rowOf, sectionsOf } from './summary.ts'
import { typedFrom } from './typed-from.ts'
import type { ReceiptView, ReviewRow, ReviewView, StartView, Words } from './view.ts'
import { type Walk, walk } from './walk.ts'

/** `unsettled`: addresses of pages that two windows answered differently; the first is to be settled before sending. */
export type ReviewOptions = StepViewOptions & { readonly unsettled?: readonly string[] }

/**
 * Builds the page on which everything is checked before sending (§ 9a Abs. 2 OZG): only what is reached, with a link to
 * change each answer. While something is missing or wrong it names the page to go to.
 */
export function reviewView(form: Form, typed: Typed, options: ReviewOptions): ReviewView {
  const { words, paths, today } = options
  const walked = walk(form, typed, { today })
  const undone = walked.pages.find((page) => page.state !== 'valid')
  const last = walked.pages.at(-1)
  const { unmet, unclear } = judgeWalk(form, walked)
  const sections = sectionsOf(form, { pages: walked.pages, typed }, (page, asked): ReviewRow => {
    const row = rowOf(form, asked, { answers: walked.answers, words, page })
    const notice = streetNotice(form, asked.field, { typed, pointer: asked.pointer, words })
    return {
      ...row,
      ...(notice === undefined ? {} : { notice }),
      changePath: paths.step(page.address, true),
      changeLabel: words('forms.change-what', { what: row.label }),
    }
  })
  return {
    service: { slug: form.slug, title: form.title },
    title: form.review.title,
    pageTitle: form.review.title,
    progress: progressView(walked.stepTotal + 1, walked, words),
    backPath: form.hasTasks ? paths.tasks : last === undefined ? paths.start : paths.step(last.address),
    sections,
    ...missingOf(walked, options),
    notes: form.review.notes.filter((note) => isTrue(note.when, walked.facts)).map((note) => note.text),
    eligibility: {
      unmet: unmet.map((condition) => condition.unmet),
      unclear: undone === undefined ? unclear.map((condition) => condition.unclear) : [],
    },
    concerned: concernedIn(form, walked.answers),
    legalEffect: form.review.legalEffect,
    button: form.review.button,
  }
}

/** Whose data somebody else gives; the applicant's own need no further word. */
function concernedIn(form: Form, answers: Answers): ReviewView['concerned'] {
  const kind = applicantKind(form, answers)
  return kind === 'child' || kind === 'mandate' ? kind : null
}

function missingOf(walked: Walk, { paths, words, unsettled = [] }: ReviewOptions): Pick<ReviewView, 'missing'> {
  const torn = walked.pages.find((page) => unsettled.includes(page.address))
  if (torn !== undefined) {
    const text = words('forms.two-versions', { title: torn.step.title })
    return { missing: { path: paths.step(torn.address, true), text } }
  }
  const undone = walked.pages.find((page) => page.state !== 'valid')
  if (undone === undefined) {
    return {}
  }
  const text = words('forms.missing', { title: undone.step.title })
  return { missing: { path: paths.step(undone.address, true), text } }
}

/**
 * What the documents are called that a form may ask for, for lists of what one needs; the question's name where it has none. What is
 * asked for under a condition says the condition in words, and never that it is voluntary unless the town decided so.
 */
export function evidenceOf(form: Form, words?: Words): readonly NeededDocument[] {
  return [...form.fields.values()].flatMap((field): readonly NeededDocument[] => {
    if (field.file === undefined) {
      return []
    }
    const { file, isWaived = false, requiredWhen, canBeLater } = field
    const limits = {
      typeNames: fileTypeNames(file, form.lang),
      maxSizeText: sizeText(file.maxSizeBytes, form.lang),
      isOptional: field.isOptional && (isWaived || !isConditional(form, field)),
      dependsOnAnswers: requiredWhen !== undefined,
      canBeLater,
    }
    // What says when it is needed says that it is not needed otherwise.
    const own = words === undefined ? undefined : conditionWords(form, field, words)
    const whole = own === undefined ? limits : { ...limits, condition: own, dependsOnAnswers: false }
    const named = field.evidence.map(({ name, condition, when }): NeededDocument => {
      const said = condition ?? (when === undefined || words === undefined ? undefined : onlyWhen(form, when, words))
      return said === undefined && when === undefined
        ? { label: name, ...whole }
        : { label: name, ...limits, isOptional: limits.isOptional && isWaived, ...(said === undefined ? {} : { condition: said }) } // biome-ignore format: one thought
    })
    return named.length > 0 ? named : [{ label: field.shortLabel, ...whole }]
  })
}

/** "nur wenn …"; a rule that is not put together from questions depends on the answers. */
function onlyWhen(form: Form, rule: Rule, words: Words): string {
  const conditions = ruleInWords(form, rule, words)
  return conditions === undefined ? words('forms.condition.by-answers') : words('forms.condition.only', { conditions })
}

/** What one needs for a form, as the page before its first question says it. */
export const neededFor = (form: Form, words: Words): Needed => ({
  needed: form.start.needed,
  evidence: evidenceOf(form, words),
})

/** Builds the page before the first question: what one needs, cost, time, and what happens with the data (GDPR Art. 13). */
export function startView(form: Form, words: Words): StartView {
  const fields = [...form.fields.values()]
  const { recipients, retention, ...texts } = form.start
  const asked = fields.filter((field) => field.kind !== 'note')
  const reasons = new Map(asked.map((field) => [`${field.why.purpose}\n${field.why.legalBasis}`, field.why]))
  return {
    service: { slug: form.slug, title: form.title },
    ...texts,
    hasPrecheck: form.precheck.questions.length > 0,
    hasTasks: form.hasTasks,
    ...neededFor(form, words),
    privacy: {
      rows: [...reasons.values()].map((why) => ({
        purpose: why.purpose,
        legalBasis: why.legalBasis,
        fields: asked
          .filter((field) => field.why.purpose === why.purpose && field.why.legalBasis === why.legalBasis)
          .map((field) => ({
            label: field.shortLabel,
            isOptional: field.isOptional,
            dependsOnAnswers: field.requiredWhen !== undefined,
          })),
      })),
      isForOthers: Object.values(form.applicant?.kinds ?? {}).some((kind) => kind === 'child' || kind === 'mandate'),
      recipients,
      retention,
    },
  }
}

/**
 * Builds the parts of the receipt that the form knows; reference, time and links come from the submission. What happens next
 * is what concerns these answers, as they stood on the day of receipt.
 */
export function receiptView(form: Form, answers: Answers, today: string): ReceiptView {
  const { title, next } = form.receipt
  const { facts } = walk(form, typedFrom(form, answers), { today })
  return {
    service: { slug: form.slug, title: form.title },
    title,
    next: next
      .filter(({ onlyIf }) => onlyIf === undefined || isTrue(onlyIf, facts))
      .map(({ onlyIf: _, ...step }) => step),
  }
}
