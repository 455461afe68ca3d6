import type { Answers } from '../forms/answers.ts'
import type { Form } from '../forms/model.ts'
import { valueAt } from '../forms/service.ts'

/** The first mail address among the answers; null where the person gave none. */
export function emailOf(form: Form, answers: Answers): string | null {
  for (const field of form.fields.values()) {
    if (field.kind === 'email' && field.loop === undefined) {
      const value = valueAt(answers, `/${field.path.replaceAll('.', '/')}`)
      return typeof value === 'string' && value !== '' ? value : null
    }
  }
  return null
}
