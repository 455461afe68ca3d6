import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import { notFound } from '../http/problem.ts'
import type { CatalogueIndex } from './catalogue-index.ts'
import * as pages from './pages.ts'
import { searchPages } from './search.ts'
import { servicePage } from './service-page.ts'
import type * as view from './view.ts'

export { amountLine, pick } from './amounts.ts'
export { catalogueIndexes, type NeededReader } from './catalogue-index.ts'
export { levelOf, type Maturity } from './level.ts'
export { describedModules, moduleKinds } from './service-page.ts'
export { leadIn, titleIn } from './spoken.ts'

/** `catalogueIndex` is made once by {@link catalogueIndexes}. */
export type CatalogueCtx = ContentCtx & { readonly catalogueIndex: (content: Content) => CatalogueIndex }

const live = (ctx: CatalogueCtx): CatalogueIndex => ctx.catalogueIndex(ctx.content.live().content)

/** What the frame of every page needs. */
export const findFrame = (ctx: CatalogueCtx): view.CityFrame => pages.cityFrame(live(ctx))

/** What the home page shows. */
export const findHome = (ctx: CatalogueCtx): view.HomeView => pages.homeView(live(ctx))

/** All services by first letter. */
export const listLetters = (ctx: CatalogueCtx): { readonly groups: readonly view.LetterGroup[] } => ({
  groups: live(ctx).letters,
})

/** One service in a language, German where none is asked for. Throws `http/not-found`, also where it has no texts in that language. */
export const findServicePage = (ctx: CatalogueCtx, slug: string, lang?: string): view.ServicePage =>
  found(servicePage(live(ctx), slug, lang), `service ${slug}`)

/** All offices by name. */
export const listOffices = (ctx: CatalogueCtx): { readonly offices: readonly view.OfficeCard[] } => ({
  offices: pages.officeCards(live(ctx)),
})

/** One office. Throws `http/not-found`. */
export const findOfficePage = (ctx: CatalogueCtx, slug: string): view.OfficePage =>
  found(pages.officePage(live(ctx), slug), `office ${slug}`)

/** All life situations in the city's order. */
export const listLifeSituations = (
  ctx: CatalogueCtx,
): { readonly lifeSituations: readonly view.LifeSituationTeaser[] } => ({
  lifeSituations: [...live(ctx).lifeSituations.values()],
})

/** One life situation. Throws `http/not-found`. */
export const findLifeSituationPage = (ctx: CatalogueCtx, slug: string): view.LifeSituationPage =>
  found(pages.lifeSituationPage(live(ctx), slug), `life situation ${slug}`)

/** One page of the city in one language. Throws `http/not-found`. */
export const findTextPage = (ctx: CatalogueCtx, lang: string, slug: string): view.TextPage =>
  found(pages.textPage(live(ctx), lang, slug), `page ${lang}/${slug}`)

/** Pages that answer a query; the nearest services where none does. */
export const findPages = (ctx: CatalogueCtx, query: string): view.SearchView => searchPages(live(ctx).search, query)

/** Paths of every static page of the live content. */
export const listPaths = (ctx: CatalogueCtx): view.PageList => pages.pageList(live(ctx))

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) {
    throw notFound(what)
  }
  return value
}
