import { revisionOf } from '../content/service.ts'
import type { Content, ContentChecker } from '../content/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import { problemType } from '../lib/problem.ts'
import type { DataModelReader, DataModelResult } from './data-model.ts'
import { describedIn, withDescription } from './described.ts'
import { exampleProblem, readExamples } from './examples.ts'
import { readHandMade } from './hand-made.ts'
import { keptFindings, loadKeptForm } from './kept.ts'
import { readLists, type TownLists } from './lists.ts'
import { codeListsOf, type FormFiles } from './load.ts'
import type { Form } from './model.ts'
import { openFindings } from './open-points.ts'

export {
  addFile,
  filesIn,
  isPicture,
  pathOfPointer,
  refuseFile,
  removeFile,
  replaceFiles,
  TypedAnswers,
  typedFiles,
  valueAt,
} from './answers.ts'
export {
  type Chosen,
  COMPARISONS,
  type Comparison,
  chosenIn,
  feelOf,
  fitted,
  needsValue,
  othersOf,
  PARTS_MAX,
  type Part,
} from './chosen-rule.ts'
export { conditionInWords, ruleInWords } from './condition-words.ts'
export { CSV_BEGIN, csvRow } from './csv.ts'
export { diffForms } from './diff.ts'
export { judge, precheckNames } from './eligibility.ts'
export { eligibilityView, precheckView } from './eligibility-view.ts'
export { exampleNames, validExamples } from './examples.ts'
export { dateText } from './formats.ts'
export { answersTo, filesOf, outstandingOf } from './items.ts'
export { boundsOf, type Keeper, type KeeperKind, keepersOf } from './keepers.ts'
export { germanTextsOf, type TextPlace, textPlaces, textsIn } from './languages.ts'
export { FILE_SIZE_MAX } from './limits.ts'
export { FILE_TYPES, type Form } from './model.ts'
export { namesOf } from './names.ts'
export { differs, mineOf, pageVersion } from './page-version.ts'
export { paperView } from './paper-view.ts'
export { withAccount, withPrefill, withSources } from './prefill.ts'
export { readQuestionTable, writeQuestionTable } from './question-table.ts'
export { neededFor, receiptView, reviewView, startView } from './review-view.ts'
export { canonicalAnswers } from './schema.ts'
export { applicantKind, delegableSteps, neededSigners, partOf } from './signing.ts'
export { stepView } from './step-view.ts'
export { findPage, firstStep, isLevelMarked, nextStep, reachedLevel, resumeStep } from './steps.ts'
export { summary, valueText } from './summary.ts'
export { nextTask, tasksView } from './tasks.ts'
export { typedFrom, typedValues } from './typed-from.ts'
export { readStepBody, validateAll, validateStep, walkedAnswers } from './validate.ts'
export { chooserWords, FEE_WORDS, vocabularyOf } from './vocabulary.ts'
export { createFormWords, type SpokenWords } from './words.ts'
export { readYaml } from './yaml.ts'

const noForm = problemType('forms/no-form', 404)

const FILE =
  /^services\/([a-z0-9-]+)\/(form\.xml|form\.yaml|form\.[a-z]{2,3}\.yaml|examples\.yaml|codelist\.[a-z0-9._-]+\.xml)$/

/**
 * Makes the reader of forms of a town. What a language lacks is German, and `form.germanTexts` says what that is; title and first
 * sentence are then those of the service's page, if it has them.
 * The result throws `forms/no-form` (404) for a service without a form; content was checked before, so a broken form there
 * is a broken invariant.
 */
export function createForms(readXml: DataModelReader): (content: Content, slug: string, lang: string) => Form {
  const load = (content: Content, slug: string, lang: string): Form => {
    const files = filesOfService(content, slug)
    if (files['form.de.yaml'] === undefined) {
      throw noForm(`service ${slug} has no form`)
    }
    const result = loadKeptForm(files, { slug, lang, readXml, lists: readLists(content) })
    if (!result.ok) {
      throw new Error(`form of ${slug} is broken: ${result.findings[0]?.type ?? ''}`)
    }
    return withDescription(result.form, describedIn(content, slug, lang))
  }
  // A content revision never changes, so its files need to be hashed once only.
  const ofContent = new WeakMap<Content, Map<string, Form>>()
  return (lawful, slug, lang) => {
    const content = revisionOf(lawful)
    const forms = ofContent.get(content) ?? new Map<string, Form>()
    ofContent.set(content, forms)
    const name = `${slug}\n${lang}`
    const form = forms.get(name) ?? load(content, slug, lang)
    forms.set(name, form)
    return form
  }
}

/** Checks every form of a content revision and that each example does what it promises; to be given to `loadContent`. */
export function checkForms(readXml: DataModelReader): ContentChecker {
  return (content) => {
    const slugs = new Set(content.paths.flatMap((path) => FILE.exec(path)?.[1] ?? []))
    const lists = readLists(content)
    const forms = [...slugs].flatMap((slug) => {
      const isOnline = ['own', 'assistant'].includes(content.services.get(slug)?.online ?? '')
      const files = filesOfService(content, slug)
      const given = { slug, readXml, lists }
      return keptFindings(files, { ...given, about: String(isOnline) }, () =>
        checkService(files, { ...given, isOnline }),
      )
    })
    return [...lists.findings, ...forms]
  }
}

/** Reads the data schema of a service as it was handed over, without the questions; null where it has none. */
export function readModel(content: Content, slug: string, readXml: DataModelReader): DataModelResult | null {
  const files = filesOfService(content, slug)
  const xml = files['form.xml']
  if (xml !== undefined) {
    return readXml(xml, `services/${slug}/form.xml`, codeListsOf(files))
  }
  const yaml = files['form.yaml']
  return yaml === undefined ? null : readHandMade(yaml, `services/${slug}/form.yaml`)
}

type Checking = {
  readonly slug: string
  readonly readXml: DataModelReader
  readonly lists: TownLists
  readonly isOnline: boolean
}

/** The structure of a form is that of its German overlay: where that is sound, the texts of other languages are looked at. */
function checkService(files: FormFiles, { isOnline, ...given }: Checking): readonly Finding[] {
  const { slug } = given
  const german = loadKeptForm(files, { ...given, lang: 'de' })
  if (!german.ok) {
    return german.findings
  }
  const languages = Object.keys(files).flatMap((name) => /^form\.([a-z]{2,3})\.yaml$/.exec(name)?.[1] ?? [])
  const others = languages.filter((lang) => lang !== 'de')
  return [
    ...(isOnline ? openFindings(german.form, schemaFile(files, slug)) : []),
    ...checkExamples(german.form, files['examples.yaml'], slug),
    ...others.flatMap((lang) => {
      const result = loadKeptForm(files, { ...given, lang })
      return result.ok ? [] : result.findings
    }),
  ]
}

const schemaFile = (files: FormFiles, slug: string): string =>
  `services/${slug}/${files['form.xml'] === undefined ? 'form.yaml' : 'form.xml'}`

function checkExamples(form: Form, source: string | undefined, slug: string): readonly Finding[] {
  if (source === undefined) {
    return []
  }
  const file = `services/${slug}/examples.yaml`
  const read = readExamples(source, file, form)
  if (!read.ok) {
    return read.findings
  }
  return read.examples.flatMap((example) => {
    const detail = exampleProblem(form, example)
    return detail === undefined ? [] : [{ file, line: 1, type: 'forms/example', detail }]
  })
}

function filesOfService(content: Content, slug: string): FormFiles {
  const found: Record<string, string> = {}
  for (const path of content.paths) {
    const match = FILE.exec(path)
    const bytes = match !== null && match[1] === slug ? content.file(path) : undefined
    if (match?.[2] !== undefined && bytes !== undefined) {
      found[match[2]] = new TextDecoder().decode(bytes)
    }
  }
  return found
}
