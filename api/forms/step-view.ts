import { controlId, type Typed, typedText, valueAt } from './answers.ts'
import { errorView, fieldView } from './field-view.ts'
import { factsOn } from './frames.ts'
import { anotherName } from './items.ts'
import type { Form, LoopStep } from './model.ts'
import { conflictRows, type Mine, pageVersion } from './page-version.ts'
import { findPage, previousStep } from './steps.ts'
import { itemName, itemTitle, trailTitle, valueText } from './summary.ts'
import { isFirstOfTask } from './tasks.ts'
import type { ErrorView, FieldView, FormPaths, LoopItemView, LoopView, ProgressView, StepView, Words } from './view.ts'
import type { Page, Walk } from './walk.ts'

export type StepViewOptions = {
  readonly today: string
  readonly words: Words
  readonly paths: FormPaths
  /** The person came from the review page. */
  readonly isChanging?: boolean
  /** The page was kept in passing and not sent: what is missing is no fault yet. */
  readonly isUnsent?: boolean
  /** What was typed on this page while another window saved it. */
  readonly mine?: Mine
}

/**
 * Builds the data of one page of a form from what is stored. Errors are shown where the page was sent and something is
 * wrong: the same stored state always gives the same page. Absent where the page cannot be reached.
 */
export function stepView(form: Form, stored: Typed, address: string, options: StepViewOptions): StepView | undefined {
  const before = findPage(form, stored, address, options)
  const typed = options.mine === undefined ? stored : { ...stored, ...options.mine }
  const found = options.mine === undefined ? before : findPage(form, typed, address, options)
  if (before === undefined || found === undefined) {
    return undefined
  }
  const { page, walked } = found
  const { words, isChanging = false } = options
  const errors =
    page.state === 'invalid' && options.isUnsent !== true
      ? page.issues.map((issue) => errorView(form, issue, words))
      : []
  const title = titleOf(page)
  const caption = form.sections.find((section) => section.id === page.step.section)?.title
  const facts = factsOn(walked.facts, page.trail)
  const fields = page.asked.map(({ field, pointer }) => {
    const view = fieldView(field, { form, typed, words, pointer, title: page.step.title, errors, facts })
    const value = field.kind === 'computed' ? valueAt(walked.answers, pointer) : undefined
    return value === undefined ? view : { ...view, value: valueText(field, value, { words, lang: form.lang }) }
  })
  return {
    kind: page.step.kind,
    address,
    service: { slug: form.slug, title: form.title },
    title,
    pageTitle: errors.length > 0 || options.mine !== undefined ? words('forms.error-title', { title }) : title,
    seen: pageVersion(stored, before.page),
    ...(options.mine === undefined
      ? {}
      : {
          conflict: {
            text: words('forms.errors.conflict'),
            rows: conflictRows(before.page, { stored, mine: options.mine, words, lang: form.lang }),
          },
        }),
    ...(caption === undefined ? {} : { caption }),
    ...(page.step.kind === 'questions' && page.step.lead !== undefined ? { lead: page.step.lead } : {}),
    progress: form.hasTasks ? taskProgress(form, page, walked, words) : progressView(page.stepNumber, walked, words),
    backPath: backPath(form, typed, address, options),
    fields,
    ...(page.step.kind === 'loop'
      ? { loop: loopView(form, typed, { page, loop: page.step, walked, errors, options }) }
      : {}),
    errors,
    isChanging,
    button: words('forms.next'),
    isMultipart: fields.some((field) => field.control === 'file'),
  }
}

/** Progress of a form; the review page is its last step. */
export function progressView(number: number, walked: Walk, words: Words): ProgressView {
  const total = walked.stepTotal + 1
  return { number, total, text: words('forms.progress', { number, total }) }
}

/** Progress within one task: "Ihre Person: Seite 1 von 3". */
function taskProgress(form: Form, page: Page, walked: Walk, words: Words): ProgressView {
  const own = walked.pages.filter((one) => one.step.section === page.step.section)
  const [number, total] = [own.indexOf(page) + 1, own.length]
  const title = form.sections.find((section) => section.id === page.step.section)?.title ?? ''
  return { number, total, text: words('forms.task-progress', { title, number, total }) }
}

function titleOf(page: Page): string {
  const { trail, step } = page
  const item = trailTitle(trail)
  // The only page of an item is often called what the list is: nobody needs the name twice.
  const isSaid = trail.at(-1)?.loop.title === step.title
  return trail.length === 0 ? step.title : isSaid ? item : `${item}: ${step.title}`
}

function backPath(form: Form, typed: Typed, address: string, options: StepViewOptions): string {
  if (options.isChanging === true) {
    return options.paths.review
  }
  const previous = previousStep(form, typed, address, options)
  if (form.hasTasks && isFirstOfTask(form, typed, address, options)) {
    return options.paths.tasks
  }
  return previous.kind === 'start' ? options.paths.start : options.paths.step(previous.address)
}

type LoopShowing = {
  readonly page: Page
  readonly loop: LoopStep
  readonly walked: Walk
  readonly errors: readonly ErrorView[]
  readonly options: StepViewOptions
}

function loopView(form: Form, typed: Typed, showing: LoopShowing): LoopView {
  const { page, loop, walked, options } = showing
  const bounds = form.groups.get(loop.group)?.loop ?? { min: 1, max: 1 }
  const list = page.list ?? ''
  const pages = walked.pages.filter((one) => one.itemPointer.startsWith(`${list}/`))
  const level = page.trail.length
  const indexes = [...new Set(pages.map((one) => one.trail[level]?.index ?? 0))]
  const items = indexes.map((index): LoopItemView => {
    const own = pages.filter((one) => one.trail[level]?.index === index)
    const title = [itemTitle(loop, index), itemName(form, loop, { typed, itemPointer: `${list}/${index}` })]
      .filter((part) => part !== '')
      .join(': ')
    const target = own.find((one) => one.state !== 'valid') ?? own[0]
    return {
      title,
      changePath: options.paths.step(target?.address ?? loop.id, options.isChanging),
      changeLabel: options.words('forms.change-what', { what: title }),
      ...(indexes.length > bounds.min ? { removeAction: `remove:${list}/${index}` } : {}),
      removeLabel: options.words('forms.remove-what', { what: title }),
      isComplete: own.every((one) => one.state === 'valid'),
    }
  })
  if (indexes.length >= bounds.max) {
    const id = controlId(anotherName(list))
    return { items, id, maximumText: options.words('forms.maximum', { max: bounds.max }) }
  }
  const stated = options.words('forms.maximum-stated', { max: bounds.max })
  return { items, another: { ...anotherView(loop, typed, showing), hint: stated } }
}

function anotherView(loop: LoopStep, typed: Typed, showing: LoopShowing): FieldView {
  const name = anotherName(showing.page.list ?? '')
  const id = controlId(name)
  const value = typedText(typed, name)
  const [error] = showing.errors
  const option = (code: string, label: string, optionId: string) => ({
    id: optionId,
    name,
    code,
    label,
    isChosen: value === code,
  })
  const { words } = showing.options
  return {
    kind: 'bool',
    control: 'radios',
    id,
    name,
    names: [name],
    label: loop.another,
    isHeading: false,
    why: { purpose: '', legalBasis: '' },
    isOptional: false,
    value,
    ...(error === undefined ? {} : { error }),
    inputType: 'text',
    isSpellchecked: false,
    options: [option('true', words('forms.yes'), id), option('false', words('forms.no'), `${id}-2`)],
    dateParts: [],
  }
}
