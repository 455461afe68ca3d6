import { pick } from './amounts.ts'
import type { CatalogueIndex } from './catalogue-index.ts'
import { GERMAN } from './spoken.ts'
import type {
  CityFrame,
  HomeView,
  LifeSituationPage,
  OfficeCard,
  OfficePage,
  PageList,
  ServiceTeaser,
  TextPage,
} from './view.ts'

const POPULAR_MAX = 6

/** What the frame of every page needs. */
export function cityFrame({ content }: CatalogueIndex): CityFrame {
  const { name, authority, ars, phone, email, phoneHours, accent, footerPages, languages, quickExit } = content.city
  return {
    name: name.de,
    nameDsb: name.dsb,
    authority: authority.de,
    authorityDsb: authority.dsb,
    ars,
    phone,
    email,
    phoneHours: phoneHours.de,
    phoneHoursIn: phoneHours,
    accent,
    languages,
    quickExit,
    footerPages: footerPages.flatMap((slug) => {
      const page = content.pages.get(`${GERMAN}/${slug}`)
      return page === undefined ? [] : [{ slug, title: page.title }]
    }),
  }
}

/** The home page: services the city names as most needed, else the first ones that can be done online. */
export function homeView(index: CatalogueIndex): HomeView {
  const named = teasersOf(index, index.content.city.popular)
  const online = [...index.services.values()].filter(({ teaser }) => teaser.isOnline).map(({ teaser }) => teaser)
  return {
    popular: named.length > 0 ? named : online.slice(0, POPULAR_MAX),
    lifeSituations: [...index.lifeSituations.values()],
    offices: [...index.offices.values()].map(({ card }) => card),
  }
}

/** All offices by name. */
export const officeCards = (index: CatalogueIndex): readonly OfficeCard[] =>
  [...index.offices.values()].map(({ card }) => card)

/** One office with its services; undefined where there is none. */
export function officePage(index: CatalogueIndex, slug: string): OfficePage | undefined {
  const entry = index.offices.get(slug)
  if (entry === undefined) {
    return undefined
  }
  const { office, config, card } = entry
  const [address] = office.addresses
  const accessibility = config?.accessibility?.de ?? pick(address?.accessibility, GERMAN)?.value
  const transport = config?.transport?.de ?? pick(address?.transport, GERMAN)?.value
  const geo = config?.geo ?? address?.geo
  return {
    ...card,
    description: index.content.texts.get(`offices/${slug}/${GERMAN}`) ?? pick(office.description, GERMAN)?.value ?? [],
    ...(accessibility === undefined ? {} : { accessibility }),
    ...(transport === undefined ? {} : { transport }),
    ...(geo === undefined ? {} : { geo }),
    services: teasersOf(index, index.servicesOf.get(slug) ?? []),
  }
}

/** One life situation with its services; undefined where there is none. */
export function lifeSituationPage(index: CatalogueIndex, slug: string): LifeSituationPage | undefined {
  const teaser = index.lifeSituations.get(slug)
  if (teaser === undefined) {
    return undefined
  }
  return {
    ...teaser,
    text: index.content.texts.get(`life-situations/${slug}/${GERMAN}`) ?? [],
    services: teasersOf(index, index.servicesFor.get(slug) ?? []),
  }
}

/** A page of the city; undefined where there is none in that language. */
export function textPage(index: CatalogueIndex, lang: string, slug: string): TextPage | undefined {
  return index.content.pages.get(`${lang}/${slug}`)
}

/** Paths of every static page. The search is not among them: it depends on what is asked. */
export function pageList(index: CatalogueIndex): PageList {
  return {
    paths: [
      '/',
      '/leistungen/',
      ...[...index.services.values()].flatMap(({ slug, languages }) =>
        languages.map((lang) => `/leistungen/${slug}/${lang === GERMAN ? '' : `${lang}/`}`),
      ),
      '/lebenslagen/',
      ...[...index.lifeSituations.keys()].map((slug) => `/lebenslagen/${slug}/`),
      '/aemter/',
      ...[...index.offices.keys()].map((slug) => `/aemter/${slug}/`),
      ...[...index.content.pages.values()].filter(({ lang }) => lang === GERMAN).map(({ slug }) => `/${slug}/`),
    ],
  }
}

const teasersOf = (index: CatalogueIndex, slugs: readonly string[]): readonly ServiceTeaser[] =>
  slugs.flatMap((slug) => index.services.get(slug)?.teaser ?? [])
