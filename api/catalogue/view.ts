import type { RichText } from '../lib/rich-text.ts'

export type { RichSpan, RichText } from '../lib/rich-text.ts'

/** Modules of a service page in their fixed order; empty ones are left out. */
export type ModuleKind =
  | 'overview'
  | 'requirements'
  | 'documents'
  | 'fees'
  | 'deadlines'
  | 'processing-time'
  | 'procedure'
  | 'legal-bases'
  | 'remedy'
  | 'forms'
  | 'hints'
  | 'further'
export type ModuleSource = 'state' | 'city'
/** A document that somebody may have to hand in; `condition` says in words when it is needed. */
export type NeededDocument = {
  readonly label: string
  readonly condition?: string
  readonly typeNames: string
  readonly maxSizeText: string
  readonly isOptional: boolean
  /** Obligatory or not, as other answers are. */
  readonly dependsOnAnswers: boolean
  readonly canBeLater: boolean
}
/** What one has to have at hand for an application here: lines of the form, and the documents it may ask for. */
export type Needed = { readonly needed: readonly string[]; readonly evidence: readonly NeededDocument[] }
export type ServiceModule = {
  readonly kind: ModuleKind
  readonly source: ModuleSource
  readonly text: RichText
  /** What our own form asks for, as the first page of the application says it; the text then stands behind it. */
  readonly needed?: Needed
  /** Not the page's where nobody has written it in that language. */
  readonly lang: string
}

export type ServiceTeaser = {
  readonly slug: string
  readonly title: string
  readonly teaser: string
  readonly isOnline: boolean
  readonly keywords: readonly string[]
}
export type OpeningSpan = {
  readonly day: 1 | 2 | 3 | 4 | 5 | 6 | 7
  readonly from: string
  readonly to: string
  readonly note?: string
}
export type OfficeCard = {
  readonly slug: string
  readonly name: string
  /** Language of the name where it is not that of the page. */
  readonly nameLang?: string
  readonly nameDsb?: string
  readonly street: string
  readonly streetDsb?: string
  readonly postalCode: string
  readonly town: string
  readonly townDsb?: string
  readonly phone?: string
  readonly email?: string
  readonly hours: readonly OpeningSpan[]
  readonly hoursNote?: string
}
export type OfficePage = OfficeCard & {
  readonly description: RichText
  readonly accessibility?: string
  readonly transport?: string
  readonly geo?: { readonly lat: number; readonly lon: number }
  readonly services: readonly ServiceTeaser[]
}
/** "At a glance" of a service; texts are short lines, absent where unknown. */
export type ServiceGlance = {
  readonly fee?: string
  readonly deadline?: string
  readonly processingTime?: string
  readonly minutes?: number
}
/** Another service with the path of its page, in the language of this one where it has it. */
export type RelatedService = ServiceTeaser & { readonly path: string }
export type ServicePage = ServiceTeaser & {
  readonly lang: string
  /** Languages in which this page is there, German first. */
  readonly languages: readonly string[]
  /** Texts of the page that are German although the page is not. */
  readonly germanTexts: readonly string[]
  readonly leikaKey?: string
  readonly catalogueId: string
  readonly glance: ServiceGlance
  readonly modules: readonly ServiceModule[]
  readonly offices: readonly OfficeCard[]
  readonly lifeSituations: readonly LifeSituationTeaser[]
  readonly appointmentUrl?: string
  /** Own application, or a form that is filled here and printed: path to start; a service elsewhere: its https address. */
  readonly online?:
    | { readonly kind: 'own' | 'assistant'; readonly path: string }
    | { readonly kind: 'elsewhere'; readonly url: string; readonly name: string }
  /** Path of the empty form as PDF, where there is a form of ours. */
  readonly formPath?: string
  readonly related: readonly RelatedService[]
  readonly updatedOn?: string
  readonly approvedBy?: string
}
export type LifeSituationTeaser = {
  readonly slug: string
  readonly title: string
  readonly teaser: string
  readonly icon: string
}
export type LifeSituationPage = LifeSituationTeaser & {
  readonly text: RichText
  readonly services: readonly ServiceTeaser[]
}
export type LetterGroup = { readonly letter: string; readonly services: readonly ServiceTeaser[] }
export type HomeView = {
  readonly popular: readonly ServiceTeaser[]
  readonly lifeSituations: readonly LifeSituationTeaser[]
  readonly offices: readonly OfficeCard[]
}
export type SearchHit = ServiceTeaser & {
  readonly path: string
  readonly kind: 'service' | 'office' | 'life-situation' | 'page'
}
export type SearchView = {
  readonly query: string
  readonly hits: readonly SearchHit[]
  readonly nearest: readonly ServiceTeaser[]
}
export type TextPage = {
  readonly slug: string
  readonly title: string
  readonly lang: string
  readonly text: RichText
  readonly reviewedOn?: string
}
/** What the frame of every page needs. */
export type CityFrame = {
  readonly name: string
  readonly nameDsb: string
  readonly authority: string
  readonly authorityDsb: string
  readonly ars: string
  readonly phone: string
  readonly email: string
  readonly phoneHours: string
  /** The same in other languages, where somebody wrote it. */
  readonly phoneHoursIn: Readonly<Record<string, string>>
  readonly accent: { readonly light: string; readonly dark: string }
  readonly footerPages: readonly { readonly slug: string; readonly title: string }[]
  /** Languages in which citizens' pages can be read. */
  readonly languages: readonly string[]
  /** Where somebody goes who has to leave a page at once. */
  readonly quickExit: string
}
/** Paths of every static page of a content revision, e.g. `/leistungen/<slug>/`. */
export type PageList = { readonly paths: readonly string[] }
/*
 * GET /api/v1/catalogue/frame                      CityFrame
 * GET /api/v1/catalogue/home                       HomeView
 * GET /api/v1/catalogue/letters                    { groups: LetterGroup[] }
 * GET /api/v1/catalogue/services/:slug?lang=       ServicePage (German where no language is asked for)
 * GET /api/v1/catalogue/offices                    { offices: OfficeCard[] }
 * GET /api/v1/catalogue/offices/:slug              OfficePage
 * GET /api/v1/catalogue/life-situations            { lifeSituations: LifeSituationTeaser[] }
 * GET /api/v1/catalogue/life-situations/:slug      LifeSituationPage
 * GET /api/v1/catalogue/pages/:lang/:slug          TextPage
 * GET /api/v1/catalogue/search?q=                  SearchView   (query up to 200 characters)
 * GET /api/v1/catalogue/paths                      PageList
 */
