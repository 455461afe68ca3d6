import { checkLaw } from './content/service.ts'
import type { Content, ContentChecker } from './content/snapshot.ts'
import { checkTemplates, checkUndecided, checkUnsigned } from './editing/service.ts'
import type { DataModelReader } from './forms/data-model.ts'
import type { Form } from './forms/model.ts'
import { namesOf } from './forms/names.ts'
import { checkForms, createForms } from './forms/service.ts'
import { mayBeUnanswered } from './forms/unanswered.ts'
import { checkNotices } from './notices/service-checks.ts'
import { checkFees } from './payments/service.ts'
import { checkLookups } from './registers/service.ts'
import { processNames } from './submissions/process-values.ts'
import { checkProcesses } from './workflow/service-checks.ts'
import { checkKnownAnswers } from './workflow/service-known-answers.ts'

/** What each module has to say about a content revision before it may become live. */
export const contentCheckers = (readXml: DataModelReader): readonly ContentChecker[] => [
  checkLaw,
  checkForms(readXml),
  checkProcesses,
  checkKnownAnswers(fromForm(readXml, processNames)),
  checkTemplates,
  checkUndecided,
  checkUnsigned,
  checkNotices(fromForm(readXml, noticeNames)),
  checkFees(fromForm(readXml, (form) => namesOf(form.fields.values()))),
  checkLookups(fromForm(readXml, (form) => form)),
]

/** What a notice may name of a form. */
export const noticeNames = (form: Form) => ({
  form: namesOf(form.fields.values()),
  unanswered: mayBeUnanswered(form),
})

/** Asks something of a form, in German where no language is said; null where it is missing or broken: `checkForms` says what is wrong. */
function fromForm<T>(readXml: DataModelReader, ask: (form: Form) => T) {
  const forms = createForms(readXml)
  return (content: Content, slug: string, lang = 'de'): T | null => {
    try {
      return ask(forms(content, slug, lang))
    } catch {
      return null
    }
  }
}
