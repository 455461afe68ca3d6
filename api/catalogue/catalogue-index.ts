import type { CatalogueOffice, CatalogueService, OnlineService, Responsibility } from '../content/mirror.ts'
import type { OfficeConfig, ServiceConfig } from '../content/schema.ts'
import { revisionOf } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import { fold, letterOf, slugOf } from '../lib/fold.ts'
import { pick } from './amounts.ts'
import { buildSearch, type SearchIndex } from './search.ts'
import { GERMAN, languagesOf, leadIn, titleIn } from './spoken.ts'
import type { LetterGroup, LifeSituationTeaser, Needed, OfficeCard, ServiceTeaser } from './view.ts'

/** A service of the catalogue together with what the city says of it. */
export type ServiceEntry = {
  readonly slug: string
  readonly service: CatalogueService
  readonly config: ServiceConfig | undefined
  readonly teaser: ServiceTeaser
  /** Languages in which it has a page, German first. */
  readonly languages: readonly string[]
  readonly online: OnlineService | undefined
}
export type OfficeEntry = {
  readonly slug: string
  readonly office: CatalogueOffice
  readonly config: OfficeConfig | undefined
  readonly card: OfficeCard
}

/** Says what the town's own form for a service asks for, in a language, with the texts of it that are German; null without a form. */
export type NeededReader = (
  content: Content,
  slug: string,
  lang: string,
) => (Needed & { readonly germanTexts: readonly string[] }) | null

/** One content revision, joined once, so that every view costs only its own size. In German. */
export type CatalogueIndex = {
  readonly content: Content
  readonly neededFor: (slug: string, lang: string) => ReturnType<NeededReader>
  readonly services: ReadonlyMap<string, ServiceEntry>
  readonly offices: ReadonlyMap<string, OfficeEntry>
  readonly lifeSituations: ReadonlyMap<string, LifeSituationTeaser>
  /** Office slugs by service slug, and the other way round; by name. */
  readonly officesOf: ReadonlyMap<string, readonly string[]>
  readonly servicesOf: ReadonlyMap<string, readonly string[]>
  /** Service slugs by life situation, by title. */
  readonly servicesFor: ReadonlyMap<string, readonly string[]>
  readonly letters: readonly LetterGroup[]
  readonly search: SearchIndex
}

/** Joins a content revision. Costs about a quarter of a second for 6,000 services; see {@link catalogueIndexes}. */
export function buildIndex(content: Content, needed: NeededReader = () => null): CatalogueIndex {
  const responsibilities = responsibilitiesHere(content)
  const offices = officeEntries(content)
  const services = serviceEntries(content, responsibilities)
  const sorted = [...services.values()].sort((a, b) => compareNames(a.teaser.title, b.teaser.title))
  const officesOf = linkOffices(services, offices, {
    responsibilities,
    worksOn: (config) => officeOfPostbox(content, config),
  })
  const servicesOf = new Map<string, string[]>()
  const servicesFor = new Map<string, string[]>()
  for (const { slug, config } of sorted) {
    for (const office of officesOf.get(slug) ?? []) {
      push(servicesOf, office, slug)
    }
    for (const situation of config?.lifeSituations ?? []) {
      push(servicesFor, situation, slug)
    }
  }
  const lifeSituations = lifeSituationTeasers(content)
  return {
    content,
    neededFor: (slug, lang) => needed(content, slug, lang),
    services,
    offices,
    lifeSituations,
    officesOf,
    servicesOf,
    servicesFor,
    letters: letterGroups(sorted),
    search: buildSearch({
      services: sorted,
      offices: [...offices.values()],
      lifeSituations,
      situationWords: content.lifeSituations,
      pages: content.pages,
    }),
  }
}

/**
 * Makes a function that joins each content revision once and remembers it as long as the revision is in use.
 * @param needed reader of the forms, which this room does not know; wired where the context is built.
 */
export function catalogueIndexes(needed?: NeededReader): (content: Content) => CatalogueIndex {
  const known = new WeakMap<Content, CatalogueIndex>()
  return (lawful) => {
    const content = revisionOf(lawful)
    const index = known.get(content) ?? buildIndex(content, needed)
    known.set(content, index)
    return index
  }
}

/** Responsibilities for this city: without an area, or for an area that the city lies in or is. */
function responsibilitiesHere(content: Content): readonly Responsibility[] {
  const { ars } = content.city
  return [...content.mirror.responsibilities.values()].filter(
    ({ areas }) => areas.length === 0 || areas.some((area) => ars.startsWith(area.replace(/(?<=^\d{2,})0+$/, ''))),
  )
}

function officeEntries(content: Content): ReadonlyMap<string, OfficeEntry> {
  const slugs = new Map([...content.offices].map(([slug, { catalogue }]) => [catalogue, slug]))
  const taken = new Set(content.offices.keys())
  const entries = [...content.mirror.offices.values()].map((office): OfficeEntry => {
    const slug = slugs.get(office.key) ?? freeSlug(taken, pick(office.name, 'de')?.value ?? '', office.id.value)
    const config = content.offices.get(slug)
    return { slug, office, config, card: officeCard(slug, office, config) }
  })
  entries.sort((a, b) => compareNames(a.card.name, b.card.name))
  return new Map(entries.map((entry) => [entry.slug, entry]))
}

function officeCard(slug: string, office: CatalogueOffice, config: OfficeConfig | undefined): OfficeCard {
  const [address] = office.addresses
  const nameDsb = config?.name?.dsb ?? office.name['dsb']
  const streetDsb = config?.street?.dsb ?? address?.street['dsb']
  const townDsb = config?.town?.dsb ?? address?.town['dsb']
  const phone = config?.phone ?? office.phone
  const email = config?.email ?? office.email
  const hoursNote = config?.hoursNote?.de ?? (config?.hours === undefined ? office.hoursNote['de'] : undefined)
  return {
    slug,
    name: config?.name?.de ?? pick(office.name, 'de')?.value ?? slug,
    ...(nameDsb === undefined ? {} : { nameDsb }),
    street: config?.street?.de ?? pick(address?.street, 'de')?.value ?? '',
    ...(streetDsb === undefined ? {} : { streetDsb }),
    postalCode: config?.postalCode ?? address?.postalCode ?? '',
    town: config?.town?.de ?? pick(address?.town, 'de')?.value ?? '',
    ...(townDsb === undefined ? {} : { townDsb }),
    ...(phone === undefined ? {} : { phone }),
    ...(email === undefined ? {} : { email }),
    hours: config?.hours ?? office.hours,
    ...(hoursNote === undefined ? {} : { hoursNote }),
  }
}

function serviceEntries(
  content: Content,
  responsibilities: readonly Responsibility[],
): ReadonlyMap<string, ServiceEntry> {
  const slugs = new Map([...content.services].map(([slug, { catalogue }]) => [catalogue, slug]))
  const taken = new Set(content.services.keys())
  const online = new Map<string, OnlineService>()
  for (const { owner, ownerKey, serviceKey } of responsibilities) {
    const found = owner === 'online-service' ? content.mirror.onlineServices.get(ownerKey) : undefined
    if (found !== undefined) {
      online.set(serviceKey, found)
    }
  }
  return new Map(
    [...content.mirror.services.values()].map((service) => {
      const slug = slugs.get(service.key) ?? freeSlug(taken, pick(service.name, 'de')?.value ?? '', service.id.value)
      const config = content.services.get(slug)
      const elsewhere = config === undefined || config.online === 'elsewhere' ? online.get(service.key) : undefined
      const isOnline = config?.online === 'own' || elsewhere !== undefined
      const teaser = teaserOf(slug, service, config, isOnline)
      return [slug, { slug, service, config, online: elsewhere, teaser, languages: languagesOf({ service, config }) }]
    }),
  )
}

function teaserOf(
  slug: string,
  service: CatalogueService,
  config: ServiceConfig | undefined,
  isOnline: boolean,
): ServiceTeaser {
  return {
    slug,
    title: titleIn({ service, config }, GERMAN)?.value ?? slug,
    teaser: leadIn({ service }, GERMAN)?.value ?? '',
    isOnline,
    keywords: [...new Set([...service.keywords, ...(config?.keywords ?? [])])],
  }
}

/** The office that works on what comes in, where a person has chosen the postbox. */
function officeOfPostbox(content: Content, config: ServiceConfig | undefined): readonly string[] {
  const isChosen = config !== undefined && !config.undecided.includes('postbox')
  const office = isChosen ? content.postboxes.get(config.postbox)?.office : undefined
  return office === undefined ? [] : [office]
}

type Linking = {
  readonly responsibilities: readonly Responsibility[]
  /** Offices whose postbox gets the applications: responsible where the catalogue names nobody. */
  readonly worksOn: (config: ServiceConfig | undefined) => readonly string[]
}

function linkOffices(
  services: ReadonlyMap<string, ServiceEntry>,
  offices: ReadonlyMap<string, OfficeEntry>,
  { responsibilities, worksOn }: Linking,
): ReadonlyMap<string, readonly string[]> {
  const officeSlugs = new Map([...offices.values()].map(({ office, slug }) => [office.key, slug]))
  const byService = new Map<string, Set<string>>()
  for (const { owner, ownerKey, serviceKey } of responsibilities) {
    const slug = owner === 'office' ? officeSlugs.get(ownerKey) : undefined
    if (slug !== undefined) {
      byService.set(serviceKey, (byService.get(serviceKey) ?? new Set()).add(slug))
    }
  }
  return new Map(
    [...services.values()].map(({ slug, service, config }) => {
      const own = config?.offices ?? []
      const named = own.length > 0 ? own : [...(byService.get(service.key) ?? [])]
      return [slug, named.length > 0 ? named : worksOn(config)]
    }),
  )
}

const lifeSituationTeasers = (content: Content): ReadonlyMap<string, LifeSituationTeaser> =>
  new Map(
    [...content.lifeSituations]
      .sort(([, a], [, b]) => a.order - b.order)
      .map(([slug, { icon, title, teaser }]) => [slug, { slug, title: title.de, teaser: teaser.de, icon }]),
  )

function letterGroups(sorted: readonly ServiceEntry[]): readonly LetterGroup[] {
  const groups = new Map<string, ServiceTeaser[]>()
  for (const { teaser } of sorted) {
    push(groups, letterOf(teaser.title), teaser)
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([letter, services]) => ({ letter, services }))
}

/** A slug nobody has yet: of the name, else with the catalogue's number, else with a counter. */
function freeSlug(taken: Set<string>, name: string, value: string): string {
  const plain = slugOf(name)
  const numbered = [plain, slugOf(value)].filter((part) => part !== '').join('-') || 'x'
  let slug = plain === '' || taken.has(plain) ? numbered : plain
  for (let count = 2; taken.has(slug); count += 1) {
    slug = `${numbered}-${count}`
  }
  taken.add(slug)
  return slug
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) {
    map.set(key, [value])
    return
  }
  list.push(value)
}

function compareNames(a: string, b: string): number {
  const [first, second] = [fold(a), fold(b)]
  return first < second ? -1 : first > second ? 1 : 0
}
