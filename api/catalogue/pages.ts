import type { CatalogueService, Duration, Localised } from '../content/mirror.ts'
import type { Content } from '../content/snapshot.ts'
import type { RichBlock, RichText } from '../lib/rich-text.ts'
import { amountLine, amountsGlance, durationLine, linesText, pick } from './amounts.ts'
import type { CatalogueIndex, ServiceEntry } from './catalogue-index.ts'
import type {
  CityFrame,
  HomeView,
  LifeSituationPage,
  ModuleKind,
  OfficeCard,
  OfficePage,
  PageList,
  ServiceGlance,
  ServiceModule,
  ServicePage,
  ServiceTeaser,
  TextPage,
} from './view.ts'

const LANG = 'de'
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
    phoneHours,
    accent,
    languages,
    quickExit,
    footerPages: footerPages.flatMap((slug) => {
      const page = content.pages.get(`${LANG}/${slug}`)
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

/** One service with modules, offices and ways to apply; undefined where there is none. */
export function servicePage(index: CatalogueIndex, slug: string): ServicePage | undefined {
  const entry = index.services.get(slug)
  if (entry === undefined) {
    return undefined
  }
  const { service, config, teaser } = entry
  const leikaKey = service.leikaKeys[0]
  const approvedBy = pick(service.approvedBy, LANG)?.value
  return {
    ...teaser,
    ...(leikaKey === undefined ? {} : { leikaKey }),
    catalogueId: service.id.value,
    glance: glanceOf(entry),
    modules: modulesOf(index, entry),
    offices: (index.officesOf.get(slug) ?? []).flatMap((office) => index.offices.get(office)?.card ?? []),
    lifeSituations: (config?.lifeSituations ?? []).flatMap((situation) => index.lifeSituations.get(situation) ?? []),
    ...(config?.appointmentUrl === undefined ? {} : { appointmentUrl: config.appointmentUrl }),
    ...onlineOf(entry),
    related: teasersOf(index, config?.related ?? []),
    ...(service.updatedOn === undefined ? {} : { updatedOn: service.updatedOn }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
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
  const accessibility = config?.accessibility?.de ?? pick(address?.accessibility, LANG)?.value
  const transport = config?.transport?.de ?? pick(address?.transport, LANG)?.value
  const geo = config?.geo ?? address?.geo
  return {
    ...card,
    description: index.content.texts.get(`offices/${slug}/${LANG}`) ?? pick(office.description, LANG)?.value ?? [],
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
    text: index.content.texts.get(`life-situations/${slug}/${LANG}`) ?? [],
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
      ...[...index.services.keys()].map((slug) => `/leistungen/${slug}/`),
      '/lebenslagen/',
      ...[...index.lifeSituations.keys()].map((slug) => `/lebenslagen/${slug}/`),
      '/aemter/',
      ...[...index.offices.keys()].map((slug) => `/aemter/${slug}/`),
      ...[...index.content.pages.values()].filter(({ lang }) => lang === LANG).map(({ slug }) => `/${slug}/`),
    ],
  }
}

const teasersOf = (index: CatalogueIndex, slugs: readonly string[]): readonly ServiceTeaser[] =>
  slugs.flatMap((slug) => index.services.get(slug)?.teaser ?? [])

function glanceOf({ service, config }: ServiceEntry): ServiceGlance {
  const fee = config?.glance.fee?.de ?? amountsGlance(service.fees, LANG)
  const deadline = config?.glance.deadline?.de ?? firstLine(service.deadlines)
  const processingTime =
    config?.glance.processingTime?.de ?? firstLine(service.processingTimes) ?? ownTime(service, config)
  return {
    ...(fee === undefined ? {} : { fee }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(processingTime === undefined ? {} : { processingTime }),
    ...(config?.minutes === undefined ? {} : { minutes: config.minutes }),
  }
}

/** The city's processing time, where the state's description says nothing of it. */
function ownTime(service: CatalogueService, config: ServiceEntry['config']): string | undefined {
  const processing = config?.processing
  if (processing === undefined || (pick(service.processingText, LANG)?.value ?? []).length > 0) {
    return undefined
  }
  const unit = ({ day: 'DAY', week: 'WEEK', month: 'MONTH' } as const)[processing.unit]
  return durationLine({ count: processing.count, unit, note: {} }, LANG)
}

const firstLine = ([first]: readonly Duration[]): string | undefined =>
  first === undefined ? undefined : durationLine(first, LANG)

function onlineOf({ slug, config, online }: ServiceEntry): Pick<ServicePage, 'online' | 'formPath'> {
  if (config?.online === 'own' || config?.online === 'assistant') {
    const formPath = `/api/v1/submissions/services/${slug}/form.pdf`
    return { online: { kind: config.online, path: `/antrag/beginnen/${slug}` }, formPath }
  }
  const name = pick(online?.name, LANG)?.value
  return online === undefined || name === undefined ? {} : { online: { kind: 'elsewhere', url: online.url, name } }
}

/** Modules in the order in which a page shows them, with the catalogue's text codes they are made of. */
const MODULES: readonly (readonly [ModuleKind, string | null])[] = [
  ['overview', '06'],
  ['requirements', '09'],
  ['documents', '08'],
  ['fees', null],
  ['deadlines', null],
  ['processing-time', null],
  ['procedure', '11'],
  ['legal-bases', '07'],
  ['remedy', '25'],
  ['forms', '14'],
  ['hints', '16'],
  ['further', '15'],
]

/** The city's text of a module takes the place of the state's; empty modules are left out. */
function modulesOf(index: CatalogueIndex, { slug, service }: ServiceEntry): readonly ServiceModule[] {
  return MODULES.flatMap(([kind, code]): readonly ServiceModule[] => {
    const own = index.content.serviceTexts.get(`${slug}/${kind}/${LANG}`)
    if (own !== undefined && own.length > 0) {
      return [{ kind, source: 'city', text: own, lang: LANG }]
    }
    const state = code === null ? amountsModule(service, kind) : textModule(service, code)
    return state === undefined || state.value.length === 0
      ? []
      : [{ kind, source: 'state', text: state.value, lang: state.lang }]
  })
}

/** Kinds of text modules that the page of a service shows; none where the catalogue has no such service. */
export function moduleKinds(content: Content, slug: string): readonly ModuleKind[] {
  const service = content.mirror.services.get(content.services.get(slug)?.catalogue ?? '')
  if (service === undefined) {
    return []
  }
  return MODULES.filter(([kind, code]) => {
    const own = content.serviceTexts.get(`${slug}/${kind}/${LANG}`) ?? []
    const state = code === null ? amountsModule(service, kind) : textModule(service, code)
    return own.length > 0 || (state?.value ?? []).length > 0
  }).map(([kind]) => kind)
}

type Text = { readonly lang: string; readonly value: RichText }

function textModule(service: CatalogueService, code: string): Text | undefined {
  const modules = service.texts.filter((module) => module.code === code)
  const texts = modules.flatMap(({ text }) => pick(text, LANG) ?? [])
  const links = modules.flatMap((module) => module.links).map(linkBlock)
  const lang = texts[0]?.lang ?? LANG
  return { lang, value: [...texts.flatMap(({ value }) => value), ...links] }
}

const linkBlock = ({ uri, title }: { readonly uri: string; readonly title?: string }): RichBlock => ({
  kind: 'paragraph',
  spans: [{ text: title ?? new URL(uri).hostname, href: uri }],
})

function amountsModule(service: CatalogueService, kind: ModuleKind): Text | undefined {
  if (kind === 'fees') {
    return withText(
      service.fees.map((amount) => amountLine(amount, LANG)),
      service.feesText,
    )
  }
  const [durations, text] =
    kind === 'deadlines'
      ? [service.deadlines, service.deadlinesText]
      : [service.processingTimes, service.processingText]
  return withText(
    durations.map((duration) => durationLine(duration, LANG)),
    text,
  )
}

function withText(lines: readonly (string | undefined)[], text: Localised<RichText>): Text {
  const more = pick(text, LANG)
  return {
    lang: more?.lang ?? LANG,
    value: [...linesText(lines.filter((line) => line !== undefined)), ...(more?.value ?? [])],
  }
}
