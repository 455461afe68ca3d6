import type { CatalogueLink, CatalogueService, Duration, TextModule } from '../content/mirror.ts'
import type { Content } from '../content/snapshot.ts'
import { plainText, type RichBlock, type RichText } from '../lib/rich-text.ts'
import { amountLine, amountsGlance, durationLine, pick, type Said } from './amounts.ts'
import type { CatalogueIndex, ServiceEntry } from './catalogue-index.ts'
import { GERMAN, type Listener, languagesOf, leadIn, listener, titleIn } from './spoken.ts'
import type {
  LifeSituationTeaser,
  ModuleKind,
  Needed,
  OfficeCard,
  RelatedService,
  ServiceGlance,
  ServiceModule,
  ServicePage,
} from './view.ts'

/**
 * One service with modules, offices and ways to apply, in a language; undefined where there is none, or none in that language.
 * What the language lacks is German: `germanTexts` and the language of each module say what that is.
 */
export function servicePage(index: CatalogueIndex, slug: string, lang = GERMAN): ServicePage | undefined {
  const entry = index.services.get(slug)
  if (entry === undefined || !entry.languages.includes(lang)) {
    return undefined
  }
  const { service, config, teaser } = entry
  const heard = listener(lang)
  const leikaKey = service.leikaKeys[0]
  const approvedBy = heard.hear(pick(service.approvedBy, lang))
  const page = {
    ...teaser,
    lang,
    languages: entry.languages,
    title: heard.hear(titleIn(entry, lang)) ?? slug,
    teaser: heard.hear(leadIn(entry, lang)) ?? '',
    ...(leikaKey === undefined ? {} : { leikaKey }),
    catalogueId: service.id.value,
    glance: glanceOf(entry, lang, heard),
    modules: modulesOf(index, entry, lang, heard),
    offices: (index.officesOf.get(slug) ?? []).flatMap((office) => cardIn(index, office, lang, heard)),
    lifeSituations: (config?.lifeSituations ?? []).flatMap((one) => situationIn(index, one, lang, heard)),
    ...(config?.appointmentUrl === undefined ? {} : { appointmentUrl: config.appointmentUrl }),
    ...onlineOf(index, entry, lang, heard),
    related: (config?.related ?? []).flatMap((one) => relatedIn(index, one, lang, heard)),
    ...(service.updatedOn === undefined ? {} : { updatedOn: service.updatedOn }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
  }
  return { ...page, germanTexts: heard.germanTexts() }
}

function relatedIn(index: CatalogueIndex, slug: string, lang: string, heard: Listener): readonly RelatedService[] {
  const entry = index.services.get(slug)
  if (entry === undefined) {
    return []
  }
  const isThere = lang !== GERMAN && entry.languages.includes(lang)
  const title = heard.hear(titleIn(entry, lang)) ?? slug
  return [{ ...entry.teaser, title, path: `/leistungen/${slug}/${isThere ? `${lang}/` : ''}` }]
}

function situationIn(
  { content, lifeSituations }: CatalogueIndex,
  slug: string,
  lang: string,
  heard: Listener,
): readonly LifeSituationTeaser[] {
  const teaser = lifeSituations.get(slug)
  const title = heard.hear(pick(content.lifeSituations.get(slug)?.title, lang))
  return teaser === undefined ? [] : [{ ...teaser, title: title ?? teaser.title }]
}

/** The card of an office; its own name is not marked but has its language, as any name. */
function cardIn(index: CatalogueIndex, slug: string, lang: string, heard: Listener): readonly OfficeCard[] {
  const entry = index.offices.get(slug)
  if (entry === undefined || lang === GERMAN) {
    return entry === undefined ? [] : [entry.card]
  }
  const { office, config, card } = entry
  const name = pick(config?.name ?? office.name, lang)
  const note = heard.hear(card.hoursNote === undefined ? undefined : pick(config?.hoursNote ?? office.hoursNote, lang))
  const { nameDsb, ...plain } = card
  return [
    {
      ...plain,
      ...(name === undefined ? {} : { name: name.value, ...(name.lang === lang ? {} : { nameLang: name.lang }) }),
      ...(nameDsb === undefined || name?.lang === 'dsb' ? {} : { nameDsb }),
      hours: card.hours.map((span) =>
        span.note === undefined ? span : { ...span, note: heardGerman(heard, span.note) },
      ),
      ...(note === undefined ? {} : { hoursNote: note }),
    },
  ]
}

const heardGerman = (heard: Listener, value: string): string => heard.hear({ lang: GERMAN, value }) ?? value

function glanceOf({ service, config }: ServiceEntry, lang: string, heard: Listener): ServiceGlance {
  const own = config?.glance
  const fee = heard.hear(own?.fee === undefined ? amountsGlance(service.fees, lang) : pick(own.fee, lang))
  const deadline = heard.hear(
    own?.deadline === undefined ? firstLine(service.deadlines, lang) : pick(own.deadline, lang),
  )
  const processingTime = heard.hear(
    own?.processingTime === undefined
      ? (firstLine(service.processingTimes, lang) ?? ownTime(service, config, lang))
      : pick(own.processingTime, lang),
  )
  return {
    ...(fee === undefined ? {} : { fee }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(processingTime === undefined ? {} : { processingTime }),
    ...(config?.minutes === undefined ? {} : { minutes: config.minutes }),
  }
}

/** The city's processing time, where the state's description says nothing of it. */
function ownTime(service: CatalogueService, config: ServiceEntry['config'], lang: string): Said | undefined {
  const processing = config?.processing
  if (processing === undefined || (pick(service.processingText, lang)?.value ?? []).length > 0) {
    return undefined
  }
  const unit = ({ day: 'DAY', week: 'WEEK', month: 'MONTH' } as const)[processing.unit]
  return durationLine({ count: processing.count, unit, note: {} }, lang)
}

const firstLine = ([first]: readonly Duration[], lang: string): Said | undefined =>
  first === undefined ? undefined : durationLine(first, lang)

function onlineOf(
  { content }: CatalogueIndex,
  { slug, config, online }: ServiceEntry,
  lang: string,
  heard: Listener,
): Pick<ServicePage, 'online' | 'formPath'> {
  if (config?.online === 'own' || config?.online === 'assistant') {
    const isSpoken = lang !== GERMAN && content.city.languages.some((spoken) => spoken === lang)
    const formPath = `/api/v1/submissions/services/${slug}/form.pdf`
    const path = `/antrag/beginnen/${slug}${isSpoken ? `/${lang}` : ''}`
    return { online: { kind: config.online, path }, formPath }
  }
  const name = heard.hear(pick(online?.name, lang))
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

/** What one module says, each part in the language it is in. Lines that follow each other are shown as one list. */
type Part = Said<RichText> & { readonly isLine?: true }
type ModuleParts = { readonly source: ServiceModule['source']; readonly parts: readonly Part[] }

/** The city's text of a module takes the place of the state's, also where it is German only: the city's by-law decides. */
function partsOf(
  content: Content,
  { slug, service }: { readonly slug: string; readonly service: CatalogueService },
  [kind, code]: (typeof MODULES)[number],
  lang: string,
): ModuleParts {
  for (const tag of new Set([lang, GERMAN])) {
    const own = content.serviceTexts.get(`${slug}/${kind}/${tag}`)
    if (own !== undefined && own.length > 0) {
      return { source: 'city', parts: [{ lang: tag, value: own }] }
    }
  }
  const parts = code === null ? amountsModule(service, kind, lang) : textModule(service, code, lang)
  return { source: 'state', parts: parts.filter(({ value }) => value.length > 0) }
}

/** Empty modules are left out. A module is in the page's language as soon as a part of it is; its German parts are heard. */
function modulesOf(
  index: CatalogueIndex,
  entry: ServiceEntry,
  lang: string,
  heard: Listener,
): readonly ServiceModule[] {
  return MODULES.flatMap((module): readonly ServiceModule[] => {
    const { source, parts } = partsOf(index.content, entry, module, lang)
    const needed = module[0] === 'documents' ? neededOf(index, entry.slug, lang, heard) : undefined
    const [first] = parts
    if (first === undefined) {
      return needed === undefined ? [] : [{ kind: module[0], source: 'city', text: [], lang, needed }]
    }
    const isThere = parts.some((part) => part.lang === lang)
    const text = joined(isThere ? parts.map((part) => ({ ...part, value: heard.hearRich(part) })) : parts)
    const asked = needed === undefined ? {} : { needed }
    return [{ kind: module[0], source, text, lang: isThere ? lang : first.lang, ...asked }]
  })
}

function neededOf(index: CatalogueIndex, slug: string, lang: string, heard: Listener): Needed | undefined {
  const found = index.neededFor(slug, lang)
  if (found === null || found.needed.length + found.evidence.length === 0) {
    return
  }
  const { germanTexts, ...needed } = found
  for (const value of germanTexts) {
    heard.hear({ lang: GERMAN, value })
  }
  return needed
}

function joined(parts: readonly Part[]): RichText {
  const lines = parts.filter(({ isLine }) => isLine === true).map(({ value }) => value)
  const others = parts.filter(({ isLine }) => isLine !== true).flatMap(({ value }) => value)
  return lines.length < 2 ? [...lines.flat(), ...others] : [{ kind: 'list', ordered: false, items: lines }, ...others]
}

/** Kinds of text modules that the page of a service shows; none where the catalogue has no such service. */
export function moduleKinds(content: Content, slug: string): readonly ModuleKind[] {
  const service = content.mirror.services.get(content.services.get(slug)?.catalogue ?? '')
  return service === undefined
    ? []
    : MODULES.filter((module) => partsOf(content, { slug, service }, module, GERMAN).parts.length > 0).map(
        ([kind]) => kind,
      )
}

/**
 * Title and text modules of a service as plain lines, by language and kind: in each language only what is there in it, in German
 * everything. Empty where the catalogue has no such service.
 */
export function describedModules(
  content: Content,
  slug: string,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const config = content.services.get(slug)
  const service = content.mirror.services.get(config?.catalogue ?? '')
  if (service === undefined) {
    return {}
  }
  const entry = { slug, service, config }
  return Object.fromEntries(
    languagesOf(entry).map((lang) => {
      const isIn = (said: Said<unknown> | undefined): boolean => lang === GERMAN || said?.lang === lang
      const title = titleIn(entry, lang)
      const lead = leadIn(entry, lang)
      const modules = MODULES.flatMap((module) => {
        const text = plainText(joined(partsOf(content, entry, module, lang).parts.filter(isIn)))
        return text === '' ? [] : [[module[0], text] as const]
      })
      const heads = [
        ...(title !== undefined && isIn(title) ? [['title', title.value] as const] : []),
        ...(lead !== undefined && isIn(lead) ? [['teaser', lead.value] as const] : []),
      ]
      return [lang, Object.fromEntries([...heads, ...modules])]
    }),
  )
}

function textModule(service: CatalogueService, code: string, lang: string): readonly Part[] {
  const modules = service.texts.filter((module) => module.code === code)
  return [...modules.flatMap(({ text }) => pick(text, lang) ?? []), ...linksOf(modules, lang)]
}

/** Links to pages in that language, else to German ones, else to all there are. A link without language belongs to German. */
function linksOf(modules: readonly TextModule[], lang: string): readonly Part[] {
  const links = modules.flatMap((module) => module.links)
  const inLang = (tag: string): readonly CatalogueLink[] => links.filter((link) => (link.lang ?? GERMAN) === tag)
  const found = [inLang(lang), inLang(GERMAN)].find((some) => some.length > 0) ?? links
  return found.map((link) => ({ lang: link.lang ?? GERMAN, value: [linkBlock(link)] }))
}

const linkBlock = ({ uri, title }: CatalogueLink): RichBlock => ({
  kind: 'paragraph',
  spans: [{ text: title ?? new URL(uri).hostname, href: uri }],
})

function amountsModule(service: CatalogueService, kind: ModuleKind, lang: string): readonly Part[] {
  if (kind === 'fees') {
    return withText(
      service.fees.map((amount) => amountLine(amount, lang)),
      pick(service.feesText, lang),
    )
  }
  const [durations, text] =
    kind === 'deadlines'
      ? [service.deadlines, service.deadlinesText]
      : [service.processingTimes, service.processingText]
  return withText(
    durations.map((duration) => durationLine(duration, lang)),
    pick(text, lang),
  )
}

function withText(lines: readonly (Said | undefined)[], text: Said<RichText> | undefined): readonly Part[] {
  const said = lines.filter((line) => line !== undefined)
  return [
    ...said.map(
      ({ lang, value }): Part => ({ lang, isLine: true, value: [{ kind: 'paragraph', spans: [{ text: value }] }] }),
    ),
    ...(text === undefined ? [] : [text]),
  ]
}
