import type { Typed } from '../../api/forms/answers.ts'
import { nextStep } from '../../api/forms/steps.ts'
import { readStepBody, validateAll, validateStep } from '../../api/forms/validate.ts'
import { largeForm } from './large-form.ts'

/*
 * Times the form engine without anything around it and writes milliseconds as JSON: loading, whole validations, and what the
 * server does for one sent page of a draft it has just read (read the page in, check it, find the next).
 */
const ROUNDS = 60
const today = { today: '2026-11-24' }
const before = performance.now()
const { form, typed } = largeForm(1000, 100)
const loadMs = performance.now() - before

/** Milliseconds of processor time: the engine waits for nothing, so this is what a machine of its own would take. */
const timed = (work: () => void): number => {
  const started = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000
}

const wholeMs: number[] = []
const pageMs: number[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  // Other texts in every round, as another person would type them, so that nothing is known from before.
  const fresh = Object.fromEntries(
    Object.entries(typed).map(([name, text]) => [name, text.startsWith('Text') ? `${text} ${round}` : text]),
  )
  wholeMs.push(
    timed(() => {
      const result = validateAll(form, fresh, today)
      if (!result.ok) {
        throw new Error(JSON.stringify(result.issues[0]))
      }
    }),
  )
  const step = form.steps[(round * 7) % form.steps.length]
  const address = step?.id ?? ''
  const fields = step?.kind === 'questions' ? step.fields : []
  const entries = Object.entries(fresh).map(([name, text]) => {
    return [name, name === `/${fields[0]}` && text.startsWith('Text') ? 'anders' : text] as const
  })
  const asked = entries.filter(([name]) => fields.some((path) => name === `/${path}` || name.startsWith(`/${path}/`)))
  let changed: Typed = fresh
  pageMs.push(
    timed(() => {
      changed = readStepBody(form, fresh, address, { entries: asked, ...today })?.typed ?? fresh
      validateStep(form, address, changed, today)
      nextStep(form, changed, address, today)
    }),
  )
  if (!validateAll(form, changed, today).ok) {
    throw new Error('the changed form is not valid')
  }
}
const rules = [...form.fields.values()].filter((field) => field.when !== undefined).length + form.checks.length
process.stdout.write(
  JSON.stringify({
    fields: form.fields.size,
    rules,
    loadMs,
    firstMs: wholeMs[0],
    wholeMs: wholeMs.slice(1),
    pageMs: pageMs.slice(1),
  }),
)
