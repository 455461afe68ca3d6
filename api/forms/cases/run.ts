import { isDeepStrictEqual } from 'node:util'
import type { Typed } from '../answers.ts'
import { judge } from '../eligibility.ts'
import { exampleProblem } from '../examples.ts'
import type { Form } from '../model.ts'
import { reviewView } from '../review-view.ts'
import { stepView } from '../step-view.ts'
import { reachable, validateAll } from '../validate.ts'
import type { FormPaths } from '../view.ts'
import { walk } from '../walk.ts'
import type { Instance } from './build.ts'
import type { Case, Expected } from './cases.ts'

const PATHS: FormPaths = { start: '', review: '', tasks: '', step: (address) => address }
const words = (key: string): string => key

/** Runs a case against a form and says what came out otherwise than expected; nothing where all is as it has to be. */
export function caseProblem(form: Form, one: Case): string | undefined {
  const { typed, today, expected } = one
  if (expected.kind === 'example') {
    return exampleProblem(form, expected.example)
  }
  const result = validateAll(form, typed, { today })
  const asked = [...reachable(form, typed, { today })]
  if (expected.kind === 'found') {
    return result.ok ? `is taken, wanted is ${listed(expected.found)}` : foundProblem(result.issues, asked, expected)
  }
  if (!result.ok) {
    return `is refused: ${listed(result.issues)}`
  }
  if (!isDeepStrictEqual(plain(result.answers), plain(expected.answers))) {
    return `gives ${JSON.stringify(result.answers)}, wanted is ${JSON.stringify(expected.answers)}`
  }
  return shownProblem(form, { typed, today, asked }, expected.instance)
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

type Issues = readonly { readonly pointer: string; readonly type: string }[]
const lines = (issues: Issues): string[] => issues.map(({ pointer, type }) => `${pointer} ${type}`)
const listed = (issues: Issues): string => `[${lines(issues).join(', ')}]`

function foundProblem(
  issues: Issues,
  asked: readonly string[],
  expected: Extract<Expected, { kind: 'found' }>,
): string | undefined {
  const found = lines(issues)
  const lost = lines(expected.found).filter((line) => !found.includes(line))
  if (lost.length > 0) {
    return `does not find ${lost.join(', ')}, but ${listed(issues)}`
  }
  if (!expected.isAll) {
    return undefined
  }
  return found.length > expected.found.length
    ? `finds ${listed(issues)}, wanted is only ${listed(expected.found)}`
    : differs('asks', asked, expected.asked)
}

type At = { readonly typed: Typed; readonly today: string; readonly asked: readonly string[] }

/** What the pages show beside the answers: notes of the review, who may apply, which document proves what. */
function shownProblem(form: Form, { typed, today, asked }: At, wanted: Instance): string | undefined {
  const texts = form.review.notes.filter(({ id }) => wanted.notes.includes(id)).map(({ text }) => text)
  const review = form.review.notes.length === 0 ? [] : reviewView(form, typed, { today, words, paths: PATHS }).notes
  const { unmet, unclear } = judge(form, typed, { today })
  return (
    differs('asks', asked, wanted.asked) ??
    differs('notes', review, texts) ??
    differs('is not eligible by', unmet.map(({ id }) => id), wanted.unmet) ??
    differs('is unclear by', unclear.map(({ id }) => id), wanted.unclear) ??
    Object.entries(wanted.evidence)
      .map(([pointer, names]) => differs(`names at ${pointer}`, evidenceAt(form, { typed, today, asked }, pointer), names))
      .find((problem) => problem !== undefined)
  ) // biome-ignore format: one list
}

function evidenceAt(form: Form, { typed, today }: At, pointer: string): readonly string[] {
  const page = walk(form, typed, { today }).pages.find((one) =>
    one.asked.some((question) => question.pointer === pointer),
  )
  const view = page === undefined ? undefined : stepView(form, typed, page.address, { today, words, paths: PATHS })
  return view?.fields.find((field) => field.name === pointer)?.file?.evidence ?? []
}

function differs(what: string, found: readonly string[], wanted: readonly string[]): string | undefined {
  return isDeepStrictEqual([...found].sort(), [...wanted].sort())
    ? undefined
    : `${what} [${found.join(', ')}], wanted is [${wanted.join(', ')}]`
}
