import type { Content, ContentChecker } from './content/snapshot.ts'
import { checkTemplates, checkUndecided } from './editing/service.ts'
import type { DataModelReader } from './forms/data-model.ts'
import type { Form } from './forms/model.ts'
import { namesOf } from './forms/names.ts'
import { checkForms, createForms } from './forms/service.ts'
import type { Names } from './lib/feel.ts'
import { checkNotices } from './notices/service-checks.ts'
import { checkFees } from './payments/service.ts'
import { checkLookups } from './registers/service.ts'
import { checkProcesses } from './workflow/service-checks.ts'

/** What each module has to say about a content revision before it may become live. */
export const contentCheckers = (readXml: DataModelReader): readonly ContentChecker[] => [
  checkForms(readXml),
  checkProcesses,
  checkTemplates,
  checkUndecided,
  checkNotices(formNames(readXml)),
  checkFees(formNames(readXml)),
  checkLookups(germanForm(readXml)),
]

function germanForm(readXml: DataModelReader): (content: Content, slug: string) => Form | null {
  const forms = createForms(readXml)
  return (content, slug) => {
    try {
      return forms(content, slug, 'de')
    } catch {
      return null
    }
  }
}

/** Names of a form's rules; null where the form is missing or broken: `checkForms` says what is wrong with it. */
function formNames(readXml: DataModelReader): (content: Content, slug: string, lang: string) => Names | null {
  const forms = createForms(readXml)
  return (content, slug, lang) => {
    try {
      return namesOf(forms(content, slug, lang).fields.values())
    } catch {
      return null
    }
  }
}
