import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CatalogueService } from '../content/mirror.ts'
import { loadContent, mirrorOf, readContentFolder } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import { fold } from '../lib/fold.ts'
import { isSafeLink, type RichText } from '../lib/rich-text.ts'
import { buildIndex, type CatalogueIndex, catalogueIndexes } from './catalogue-index.ts'
import { cityFrame, homeView, lifeSituationPage, officePage, pageList, textPage } from './pages.ts'
import { searchPages } from './search.ts'
import { servicePage } from './service-page.ts'

let content: Content
let index: CatalogueIndex
beforeAll(async () => {
  const result = loadContent(await readContentFolder(join(import.meta.dirname, '../../content')))
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings))
  }
  content = result.content
  index = buildIndex(content)
})

const withServices = (change: (service: CatalogueService) => CatalogueService): Content => ({
  ...content,
  mirror: {
    ...content.mirror,
    services: new Map([...content.mirror.services].map(([key, one]) => [key, change(one)])),
  },
})

describe('a service page', () => {
  it('has its modules in the fixed order, with the city in place of the state where it says something', () => {
    const page = servicePage(index, 'hund-anmelden')
    expect(page?.modules.map(({ kind, source }) => `${kind} ${source}`)).toEqual([
      'overview state', 'requirements state', 'documents state', 'fees city', 'deadlines state', 'processing-time state',
      'procedure state', 'legal-bases state', 'remedy state', 'hints state',
    ]) // biome-ignore format: one list
    expect(page).toMatchObject({
      leikaKey: '99102013104000',
      online: { kind: 'own', path: '/antrag/beginnen/hund-anmelden' },
      offices: [{ slug: 'finanzen', nameDsb: 'Fachowy wobcerk Financy', streetDsb: 'Nowe wiki 5' }],
      lifeSituations: [{ slug: 'haustier' }, { slug: 'umzug' }],
    })
  })

  it('links to the state’s online service where the city has none of its own', () => {
    expect(servicePage(index, 'fuehrungszeugnis')?.online).toMatchObject({ kind: 'elsewhere' })
    expect(servicePage(index, 'personalausweis')).not.toHaveProperty('online')
  })

  it('tells the city’s processing time where the state’s description has none', () => {
    const withTime = (one: Content): Content => ({
      ...one,
      services: new Map(
        [...one.services].map(([slug, service]) => [
          slug,
          { ...service, glance: {}, processing: { count: 3, unit: 'week' } },
        ]),
      ),
    })
    const timeOf = (one: Content) => servicePage(buildIndex(withTime(one)), 'hund-anmelden')?.glance.processingTime
    const silent = withServices((service) => ({ ...service, processingTimes: [], processingText: {} }))
    expect(timeOf(silent)).toBe('3 Wochen')
    expect(servicePage(buildIndex(silent), 'hund-anmelden')?.glance).not.toHaveProperty('processingTime')
    expect(timeOf(content)).not.toBe('3 Wochen')
    const paragraph = [{ kind: 'paragraph', spans: [{ text: 'Das hängt vom Hund ab.' }] }] as const
    const worded = withServices((service) => ({ ...service, processingTimes: [], processingText: { de: paragraph } }))
    expect(timeOf(worded)).toBeUndefined()
  })

  it('leaves out modules without text', () => {
    const bare = buildIndex(withServices((service) => ({ ...service, texts: [], deadlines: [] })))
    const kinds = servicePage(bare, 'personalausweis')?.modules.map(({ kind }) => kind)
    expect(kinds).toEqual(['fees', 'processing-time'])
  })

  it('marks every amount of the specimen as a demo value', () => {
    for (const slug of index.services.keys()) {
      const page = servicePage(index, slug)
      const amounts = [
        page?.glance.fee ?? '',
        ...textsOf(page?.modules.find(({ kind }) => kind === 'fees')?.text ?? []),
      ]
      const unmarked = amounts.filter((text) => /\d €|^\d+,\d\d/.test(text) && !text.includes('Demowert'))
      expect(slug === 'hund-anmelden' ? [] : unmarked, slug).toEqual([])
    }
  })

  it('has offices, an overview and only safe links, for every service', () => {
    for (const slug of index.services.keys()) {
      const page = servicePage(index, slug)
      expect(page?.offices.length, slug).toBeGreaterThan(0)
      expect(page?.modules[0]?.kind, slug).toBe('overview')
      expect(page?.modules.flatMap(({ text }) => linksOf(text)).every(isSafeLink), slug).toBe(true)
    }
  })

  it('of a service that the city says nothing about has an address of its name', () => {
    const plain = buildIndex({ ...content, services: new Map() })
    expect(servicePage(plain, 'hund-zur-hundesteuer-anmelden')).toMatchObject({
      title: 'Hund zur Hundesteuer anmelden',
    })
  })

  it('keeps services of the same name apart', () => {
    const same = buildIndex({ ...withServices((one) => ({ ...one, name: { de: 'Gleich' } })), services: new Map() })
    expect(same.services.size).toBe(23)
    expect(same.services.has('gleich') && same.services.has('gleich-1002')).toBe(true)
  })

  it.each([
    ['Дозвіл', '1001', '1001'],
    ['Hund & Katze (neu)', '1001', 'hund-katze-neu'],
  ])('of a service named %j has the address %s', (name, value, slug) => {
    const named = withServices((one) => (one.id.value === value ? { ...one, name: { de: name } } : one))
    expect(buildIndex({ ...named, services: new Map() }).services.has(slug)).toBe(true)
  })

  it.each(['nowhere', '', '__proto__', 'constructor'])('is undefined for %j', (slug) => {
    expect(servicePage(index, slug)).toBeUndefined()
  })
})

describe('responsibilities', () => {
  const SERVICE = 'hund-anmelden'
  const forArea = (area: string, undecided: readonly 'postbox'[] = ['postbox']): readonly string[] => {
    const objects = [...content.mirror.responsibilities.values()].map((one) => ({ ...one, areas: [area] }))
    const config = content.services.get(SERVICE)
    const services = new Map(content.services)
    if (config !== undefined) {
      services.set(SERVICE, { ...config, undecided: [...undecided], postbox: 'ordnung' })
    }
    const there = buildIndex({
      ...content,
      services,
      mirror: { ...content.mirror, responsibilities: mirrorOf(objects).responsibilities },
    })
    return there.officesOf.get(SERVICE) ?? []
  }
  it.each([
    ['120520000000', ['finanzen']],
    ['120000000000', ['finanzen']],
    ['12', ['finanzen']],
    ['110000000000', []],
    ['120540000000', []],
  ])('for the area %s concern the offices %j', (area, offices) => {
    expect(forArea(area)).toEqual(offices)
  })

  it('fall to the office of the postbox where the catalogue names nobody here, once somebody chose it', () => {
    expect(forArea('110000000000', [])).toEqual(['ordnung'])
    expect(forArea('120520000000', [])).toEqual(['finanzen'])
  })
})

describe('other pages', () => {
  it('the frame has both names and the legal pages', () => {
    expect(cityFrame(index)).toMatchObject({ name: 'Cottbus', nameDsb: 'Chóśebuz', ars: '120520000000' })
    expect(cityFrame(index).footerPages.map(({ slug }) => slug)).toContain('barrierefreiheit')
  })

  it('the home page shows what the city names as most needed', () => {
    expect(homeView(index).popular.map(({ slug }) => slug)).toEqual(content.city.popular)
    expect(homeView(index)).toMatchObject({ lifeSituations: { length: 5 }, offices: { length: 6 } })
  })

  it('an office has hours as spans, its services, and how to get in', () => {
    const office = officePage(index, 'buergerservice')
    expect(office?.hours).toContainEqual({ day: 2, from: '13:00', to: '18:00' })
    expect(office?.services.map(({ slug }) => slug)).toContain('personalausweis')
    expect(office?.accessibility).toMatch(/Stufe/)
  })

  it('a life situation has its services by title', () => {
    expect(lifeSituationPage(index, 'haustier')?.services.map(({ slug }) => slug)).toEqual([
      'hund-abmelden',
      'hund-anmelden',
      'hundehaltung-anzeigen',
    ])
  })

  it('the accessibility statement names feedback and enforcement (BbgBGG)', () => {
    const text = textsOf(textPage(index, 'de', 'barrierefreiheit')?.text ?? []).join(' ')
    expect(text).toMatch(/teilweise/)
    expect(text).toMatch(/durchsetzung\.BIT@msgiv\.brandenburg\.de/)
  })

  it('every path of the list has a page behind it, and none is there twice', () => {
    const { paths } = pageList(index)
    expect(new Set(paths).size).toBe(paths.length)
    expect(paths).toContain('/leistungen/hund-anmelden/')
    for (const path of paths.filter((one) => one.split('/').length === 4)) {
      const [, folder, slug = ''] = path.split('/')
      const find = { leistungen: servicePage, aemter: officePage, lebenslagen: lifeSituationPage }[folder ?? '']
      expect(find?.(index, slug), path).toBeDefined()
    }
  })
})

describe('the A to Z', () => {
  it('has every service once, letters in order, umlauts under their plain letter', () => {
    const renamed = buildIndex(
      withServices((one) => (one.id.value === '1001' ? { ...one, name: { de: 'Übung' } } : one)),
    )
    expect(renamed.letters.flatMap(({ services }) => services)).toHaveLength(23)
    expect(renamed.letters.map(({ letter }) => letter)).toEqual(renamed.letters.map(({ letter }) => letter).toSorted())
    expect(renamed.letters.find(({ letter }) => letter === 'U')?.services[0]?.title).toBe('Übung')
  })
})

describe('the search', () => {
  const first = (query: string): string | undefined => searchPages(index.search, query).hits[0]?.path
  it.each([
    ['Hund', '/leistungen/hund-anmelden/'],
    ['hund anmelden', '/leistungen/hund-anmelden/'],
    ['wie kann ich meinen hund anmelden', '/leistungen/hund-anmelden/'],
    ['pjas', '/leistungen/hund-anmelden/'],
    ['umzug', '/leistungen/wohnsitz-anmelden/'],
    ['Hochzeit', '/leistungen/eheschliessung-anmelden/'],
    ['Umzug Lebenslage wohnen', '/lebenslagen/umzug/'],
    ['Perso', '/leistungen/personalausweis/'],
    ['Persoanlausweis', '/leistungen/personalausweis/'],
    ['Geburtsurkunnde', '/leistungen/geburtsurkunde/'],
    ['sperrmuell', '/leistungen/sperrmuell/'],
    ['Sperrmüll', '/leistungen/sperrmuell/'],
    ['Sperrmull', '/leistungen/sperrmuell/'],
    ['bäume', '/leistungen/baum-faellen/'],
    ['Standesamt', '/aemter/standesamt/'],
    ['PORED A WESTOSC', '/aemter/ordnung/'],
    ['Impressum', '/impressum/'],
  ])('%j finds %s first', (query, path) => {
    expect(first(query)).toBe(path)
  })

  it('offers the nearest services where no page has all words', () => {
    const view = searchPages(index.search, 'hund reisepass')
    expect(view.hits).toEqual([])
    expect(view.nearest.map(({ slug }) => slug)).toContain('reisepass')
  })

  it.each(['', '   ', '!?', '.*', '%', "'; DROP TABLE"])('finds nothing and does not fail for %j', (query) => {
    expect(searchPages(index.search, query).hits).toEqual([])
  })

  it('reads 200 characters of a query at most', () => {
    expect(searchPages(index.search, 'x'.repeat(5000)).query).toHaveLength(200)
  })

  it.each([
    ['Chóśebuz', 'chosebuz'],
    ['Müllerstraße', 'muellerstrasse'],
    ['Łukasz', 'lukasz'],
    ['Mu\u0308ll', 'muell'],
  ])('folds %s to %s', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })
})

describe('catalogueIndexes', () => {
  it('joins a revision once', () => {
    const indexOf = catalogueIndexes()
    expect(indexOf(content)).toBe(indexOf(content))
    expect(indexOf({ ...content })).not.toBe(indexOf(content))
  })
})

const textsOf = (text: RichText): readonly string[] =>
  text.flatMap((block) =>
    block.kind === 'list'
      ? block.items.flatMap(textsOf)
      : block.kind === 'table'
        ? block.rows.flat().flatMap((cell) => textsOf(cell.text))
        : [block.spans.map((span) => span.text).join('')],
  )
const linksOf = (text: RichText): readonly string[] =>
  text.flatMap((block) =>
    block.kind === 'list'
      ? block.items.flatMap(linksOf)
      : block.kind === 'table'
        ? block.rows.flat().flatMap((cell) => linksOf(cell.text))
        : block.spans.flatMap((span) => span.href ?? []),
  )
