import type { Typed } from './answers.ts'
import type { Form } from './model.ts'
import { findPage, type Next, type StepsOptions } from './steps.ts'
import type { FormPaths, TaskState, TasksView } from './view.ts'
import { isUnanswered, pathsIn, type Walk, walk } from './walk.ts'

/**
 * Builds the list of tasks of a long form: its sections with their states, in any order where conditions allow. A section that
 * no answer leads to is left out, one whose conditions wait for answers elsewhere is `waiting`.
 */
export function tasksView(form: Form, typed: Typed, options: StepsOptions & { readonly paths: FormPaths }): TasksView {
  const walked = walk(form, typed, options)
  const { paths } = options
  const tasks = form.sections.flatMap(({ id, title }) => {
    const state = stateOf(form, walked, id)
    if (state === undefined) {
      return []
    }
    const own = walked.pages.filter((page) => page.step.section === id)
    const target = own.find((page) => page.state !== 'valid') ?? own[0]
    return [{ id, title, state, ...(target === undefined ? {} : { path: paths.step(target.address) }) }]
  })
  return {
    service: { slug: form.slug, title: form.title },
    backPath: paths.start,
    tasks,
    doneCount: tasks.filter((task) => task.state === 'done').length,
    ...(tasks.every((task) => task.state === 'done') ? { reviewPath: paths.review } : {}),
  }
}

function stateOf(form: Form, walked: Walk, section: string): TaskState | undefined {
  const pages = walked.pages.filter((page) => page.step.section === section)
  const steps = form.steps.filter((step) => step.section === section)
  const paths = steps.flatMap(pathsIn)
  const reached = new Set(pages.flatMap((page) => page.asked.map(({ field }) => field.path)))
  const isWaiting = paths.some((path) => !reached.has(path) && isUnanswered(form, walked, path) && !isNote(form, path))
  if (pages.length === 0) {
    return isWaiting ? 'waiting' : undefined
  }
  if (pages.every((page) => page.state === 'valid')) {
    return isWaiting ? 'begun' : 'done'
  }
  return pages.every((page) => page.state === 'open') ? 'open' : 'begun'
}

const isNote = (form: Form, path: string): boolean => form.fields.get(path)?.kind === 'note'

/** Where "Weiter" leads in a form with tasks: to the list, once the next page belongs to another task or nothing is left. */
export function nextTask(
  form: Form,
  typed: Typed,
  address: string,
  at: StepsOptions & { next: Next },
): Next | { readonly kind: 'tasks' } {
  const { next } = at
  if (!form.hasTasks) {
    return next
  }
  const here = findPage(form, typed, address, at)?.page.step.section
  const there = next.kind === 'step' ? findPage(form, typed, next.address, at)?.page.step.section : undefined
  return here !== undefined && here === there ? next : { kind: 'tasks' }
}

/** Whether a page is where its task begins. */
export function isFirstOfTask(form: Form, typed: Typed, address: string, options: StepsOptions): boolean {
  const found = findPage(form, typed, address, options)
  const first = found?.walked.pages.find((page) => page.step.section === found.page.step.section)
  return first?.address === address
}
