import { catalogueIndexes, type NeededReader } from './catalogue/service.ts'
import type { Needed } from './catalogue/view.ts'
import { LANGS } from './content/schema.ts'
import type { Content } from './content/snapshot.ts'
import type { DataModelReader } from './forms/data-model.ts'
import { createForms, createFormWords, type Form, germanTextsOf, neededFor, type SpokenWords } from './forms/service.ts'
import type { Question } from './postboxes/service.ts'
import { isOnCard } from './submissions/service-card.ts'

/** Readers of the town's forms and of the words beside their questions. */
export type FormReaders = {
  readonly form: (content: Content, slug: string, lang: string) => Form
  readonly formWords: (content: Content, lang: string) => SpokenWords
}

/** Makes the readers; the build, which has no context, has some of its own. */
export const createFormReaders = (readXml: DataModelReader): FormReaders => ({
  form: createForms(readXml),
  formWords: createFormWords(),
})

/** Makes the reader of what can be asked in a service as it is live; nothing where there is no form of the town's own. */
export const createQuestions =
  ({ form }: FormReaders, live: () => Content) =>
  (slug: string): readonly Question[] => {
    const online = live().services.get(slug)?.online
    return online === 'own' || online === 'assistant'
      ? [...form(live(), slug, 'de').fields.values()]
          .filter(isOnCard)
          .map(({ path, shortLabel }) => ({ path, label: shortLabel }))
      : []
  }

/**
 * The catalogue as pages show it: joined with what the town's own forms ask for, so that the page of a service and the first page of
 * its application say the same. The catalogue's room may not know forms; this is where they meet.
 */
export const createSiteCatalogue = (readers: FormReaders) => catalogueIndexes(neededReader(readers))

/** A language in which no form is spoken has the German list. */
const neededReader =
  ({ form, formWords }: FormReaders): NeededReader =>
  (content, slug, lang) => {
    const online = content.services.get(slug)?.online
    if (online !== 'own' && online !== 'assistant') {
      return null
    }
    const spoken = LANGS.find((known) => known === lang) ?? 'de'
    const [asked, words] = [form(content, slug, spoken), formWords(content, spoken)]
    const needed = neededFor(asked, words)
    const german = spoken === 'de' ? textsOf(needed) : germanTextsOf(needed, asked.germanTexts, words.german)
    return { ...needed, germanTexts: german }
  }

const textsOf = ({ needed, evidence }: Needed): readonly string[] => [
  ...needed,
  ...evidence.flatMap(({ label, condition, typeNames }) => [label, condition ?? '', typeNames]),
]
