import { levelOf, type Maturity, moduleKinds } from '../catalogue/service.ts'
import type { Content, ContentChecker } from '../content/snapshot.ts'
import type { Form } from '../forms/model.ts'
import type { Finding } from '../lib/finding.ts'
import { partsOf } from './parts.ts'

/** What checks and forms say of one service of a content revision. */
export type Survey = {
  readonly maturity: Maturity
  readonly findings: readonly Finding[]
  /** The German form; null where there is none or it does not fit together. */
  readonly form: Form | null
}
export type SurveyTools = {
  readonly contentCheckers: readonly ContentChecker[]
  readonly form: (content: Content, slug: string, lang: string) => Form
}

/** Surveys one service: only its own files are checked, against the whole content. */
export async function surveyService(content: Content, slug: string, tools: SurveyTools): Promise<Survey> {
  const own = alone(content, slug)
  const all = (await Promise.all(tools.contentCheckers.map((check) => check(own)))).flat()
  const findings = all.filter(({ file }) => file.startsWith(`services/${slug}/`))
  const form = formOf(content, slug, tools)
  const modules = moduleKinds(content, slug)
  return { maturity: levelOf(partsOf({ content, slug, findings, form, modules })), findings, form }
}

/** The content with this one service only, so that a check costs what one service costs. */
function alone(content: Content, slug: string): Content {
  const service = content.services.get(slug)
  return {
    ...content,
    services: new Map(service === undefined ? [] : [[slug, service]]),
    paths: content.paths.filter((path) => !path.startsWith('services/') || path.startsWith(`services/${slug}/`)),
  }
}

function formOf(content: Content, slug: string, tools: SurveyTools): Form | null {
  try {
    return tools.form(content, slug, 'de')
  } catch {
    return null
  }
}

export type Surveys = (content: Content, slug: string, tools: SurveyTools) => Promise<Survey>

/** Remembers the survey of each service of a content, as long as that content is in use: it never changes. */
export function createSurveys(): Surveys {
  const known = new WeakMap<Content, Map<string, Promise<Survey>>>()
  return (content, slug, tools) => {
    const surveys = known.get(content) ?? new Map<string, Promise<Survey>>()
    known.set(content, surveys)
    const survey = surveys.get(slug) ?? surveyService(content, slug, tools)
    surveys.set(slug, survey)
    return survey
  }
}
