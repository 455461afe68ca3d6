import type { Answers } from '../forms/answers.ts'
import type { Form } from '../forms/model.ts'
import type { SubmissionsCtx } from './ctx.ts'
import type { Draft } from './draft.ts'
import { isProvedByRegisters } from './service-lookups.ts'

/** Set where registers have proved everything that was asked of them. */
const PROVED = 'register_geprueft'

/** Names that a process may be begun with: every question outside of lists, and what registers have said. */
export const processNames = (form: Form): readonly string[] => [
  ...[...form.fields.values()].filter(({ loop }) => loop === undefined).map(({ path }) => path.replaceAll('.', '_')),
  PROVED,
]

/** What a process may know of the answers it begins with: by their names, joined with `_`. */
export const processValues = async (
  ctx: SubmissionsCtx,
  draft: Draft,
  answers: Answers,
): Promise<Readonly<Record<string, unknown>>> => ({
  ...named(answers),
  [PROVED]: await isProvedByRegisters(ctx, draft),
})

function named(answers: Answers, prefix = ''): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(answers)) {
    const path = prefix === '' ? key : `${prefix}_${key}`
    if (typeof value === 'object' && !Array.isArray(value)) {
      Object.assign(values, named(value as Answers, path))
    } else {
      values[path] = value
    }
  }
  return values
}
