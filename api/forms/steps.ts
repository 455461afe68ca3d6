import { stronger, type TrustLevel } from '../lib/trust-level.ts'
import { type Typed, typedText } from './answers.ts'
import { anotherName, itemCount } from './items.ts'
import type { Form, Step } from './model.ts'
import { addressOf, type Page, type Walk, walk } from './walk.ts'

export type StepsOptions = { readonly today: string }
export type Next = { readonly kind: 'step'; readonly address: string } | { readonly kind: 'review' }
export type Previous = { readonly kind: 'step'; readonly address: string } | { readonly kind: 'start' }

/** Address of the first page of a form. */
export function firstStep(form: Form, options: StepsOptions): string {
  return walk(form, {}, options).pages[0]?.address ?? form.steps[0]?.id ?? ''
}

/**
 * Finds where "Weiter" leads from a page that was just sent with valid answers. Coming from the review (`isChanging`) it
 * leads back there, past what is answered, unless the change opened new questions: those come first.
 * Unknown or unreachable addresses lead to the first page that is not done.
 */
export function nextStep(
  form: Form,
  typed: Typed,
  address: string,
  options: StepsOptions & { isChanging?: boolean },
): Next {
  const walked = walk(form, typed, options)
  const index = walked.pages.findIndex((page) => page.address === address)
  const page = walked.pages[index]
  const another = page === undefined ? undefined : nextItem(form, typed, page)
  if (another !== undefined) {
    return { kind: 'step', address: another }
  }
  const later = walked.pages.slice(index + 1)
  const isLast = later.length === 0
  if (page === undefined || options.isChanging === true || isLast) {
    return firstUndone(walked)
  }
  return { kind: 'step', address: later[0]?.address ?? '' }
}

/** The first page that is not done, or the review. */
export function resumeStep(form: Form, typed: Typed, options: StepsOptions): Next {
  return firstUndone(walk(form, typed, options))
}

/**
 * The level that the steps ask for up to a page, or, with null, all steps that are reached; and whether any step of the form
 * asks for one at all.
 */
export function reachedLevel(
  form: Form,
  typed: Typed,
  address: string | null,
  options: StepsOptions,
): { readonly level: TrustLevel; readonly isMarked: boolean } {
  const isMarked = isLevelMarked(form)
  if (!isMarked) {
    return { level: 'none', isMarked }
  }
  const { pages } =
    address === null ? walk(form, typed, options) : (findPage(form, typed, address, options)?.walked ?? { pages: [] })
  const last = address === null ? pages.length : pages.findIndex((page) => page.address === address) + 1
  return {
    level: pages.slice(0, last).reduce<TrustLevel>((most, page) => stronger(most, levelOf(page.step)), 'none'),
    isMarked,
  }
}

/** Whether a step of the form says from when on somebody has to be signed in. */
export const isLevelMarked = (form: Form): boolean => form.steps.some(asksForLevel)

const asksForLevel = (step: Step): boolean =>
  step.kind === 'loop' ? step.steps.some(asksForLevel) : levelOf(step) !== 'none'

const levelOf = (step: { readonly trustLevel?: TrustLevel } | Step): TrustLevel =>
  'trustLevel' in step ? (step.trustLevel ?? 'none') : 'none'

/** Finds the page before this one; unknown addresses lead to the start page. */
export function previousStep(form: Form, typed: Typed, address: string, options: StepsOptions): Previous {
  const found = findPage(form, typed, address, options)
  const index = found === undefined ? -1 : found.walked.pages.findIndex((page) => page.address === address)
  const before = index > 0 ? found?.walked.pages[index - 1] : undefined
  return before === undefined ? { kind: 'start' } : { kind: 'step', address: before.address }
}

export type FoundPage = { readonly page: Page; readonly walked: Walk }

/**
 * Finds a page by its address: one that is reached with the answers so far, or the pages of the next item of a
 * repeating group. Absent for an address that is unknown or cannot be reached (any more).
 */
export function findPage(form: Form, typed: Typed, address: string, options: StepsOptions): FoundPage | undefined {
  const walked = walk(form, typed, options)
  const page = walked.pages.find((candidate) => candidate.address === address)
  if (page !== undefined) {
    return { page, walked }
  }
  for (const { list } of walked.pages.filter((one) => address.startsWith(`${one.address}-`))) {
    if (list !== undefined) {
      const withItem = walk(form, typed, { ...options, newItem: list })
      const added = withItem.pages.find((candidate) => candidate.address === address)
      if (added !== undefined) {
        return { page: added, walked: withItem }
      }
    }
  }
  return undefined
}

/** First page of the item that is added when "another one?" is answered with yes. */
function nextItem(form: Form, typed: Typed, { step, list, trail }: Page): string | undefined {
  if (step.kind !== 'loop' || list === undefined || typedText(typed, anotherName(list)) !== 'true') {
    return undefined
  }
  const max = form.groups.get(step.group)?.loop?.max ?? 1
  const count = itemCount(typed, list, max)
  const [first] = step.steps
  return count < max && first !== undefined ? addressOf([...trail, { loop: step, index: count }], first) : undefined
}

function firstUndone(walked: Walk): Next {
  const undone = walked.pages.find((page) => page.state !== 'valid')
  return undone === undefined ? { kind: 'review' } : { kind: 'step', address: undone.address }
}
