import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CatalogueService, Localised } from '../content/mirror.ts'
import { loadContent, readContentFolder } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import type { RichText } from '../lib/rich-text.ts'
import { buildIndex } from './catalogue-index.ts'
import { pageList } from './pages.ts'
import { searchPages } from './search.ts'
import { describedModules, servicePage } from './service-page.ts'

const SLUG = 'hund-anmelden'
let content: Content
beforeAll(async () => {
  const result = loadContent(await readContentFolder(join(import.meta.dirname, '../../content')))
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings))
  }
  content = result.content
})

const rich = (text: string): RichText => [{ kind: 'paragraph', spans: [{ text }] }]
const richIn = (texts: Localised<string>): Localised<RichText> =>
  Object.fromEntries(Object.entries(texts).map(([lang, text]) => [lang, rich(text)]))
const textOf = (text: RichText | undefined): string => JSON.stringify(text)

/** A service of the town whose state texts and own texts are these alone. */
function told(
  state: Partial<CatalogueService>,
  own: Partial<NonNullable<ReturnType<Content['services']['get']>>> = {},
): Content {
  const config = content.services.get(SLUG)
  const service = content.mirror.services.get(config?.catalogue ?? '')
  if (config === undefined || service === undefined) {
    throw new Error(`${SLUG} is missing`)
  }
  const bare = { texts: [], fees: [], deadlines: [], processingTimes: [], keywords: [] }
  return {
    ...content,
    serviceTexts: new Map(),
    services: new Map([...content.services, [SLUG, { ...config, glance: {}, texts: {}, ...own }]]),
    mirror: {
      ...content.mirror,
      services: new Map([...content.mirror.services, [service.key, { ...service, ...bare, ...state }]]),
    },
  }
}
const module = (code: string, texts: Localised<string>) => ({ code, text: richIn(texts), links: [] })

describe('a service page in another language', () => {
  it('is there where the state or the city has the name or a text in it, and listed with its path', () => {
    const index = buildIndex(
      told({ name: { de: 'Hund', en: 'Dog' }, texts: [module('06', { de: 'Text', dsb: 'Tekst' })] }),
    )
    expect(servicePage(index, SLUG)).toMatchObject({ lang: 'de', languages: ['de', 'dsb', 'en'], germanTexts: [] })
    expect(servicePage(index, SLUG, 'en')).toMatchObject({ lang: 'en', title: 'Dog' })
    expect(servicePage(index, SLUG, 'pl')).toBeUndefined()
    const paths = pageList(index).paths.filter((path) => path.startsWith(`/leistungen/${SLUG}/`))
    expect(paths).toEqual([`/leistungen/${SLUG}/`, `/leistungen/${SLUG}/dsb/`, `/leistungen/${SLUG}/en/`])
  })

  it('is not made by the note beside an amount alone', () => {
    const fee = { kind: 'fixed', fromCents: 100, note: { de: 'Gebühr', en: 'Fee' } } as const
    expect(servicePage(buildIndex(told({ name: { de: 'Hund' }, fees: [fee] })), SLUG)?.languages).toEqual(['de'])
  })

  it('shows what it lacks in German, module by module, and says which texts those are', () => {
    const texts = [
      module('05', { de: 'Kurz' }),
      module('06', { de: 'Text', en: 'Text in English' }),
      module('09', { de: 'Voraussetzung' }),
    ]
    const page = servicePage(buildIndex(told({ name: { de: 'Hund', en: 'Dog' }, texts })), SLUG, 'en')
    expect(page?.modules.map(({ kind, lang }) => `${kind} ${lang}`)).toEqual(['overview en', 'requirements de'])
    expect(page?.teaser).toBe('Kurz')
    expect(page?.germanTexts).toContain('Kurz')
    expect(page?.germanTexts).not.toContain('Voraussetzung')
  })

  it('marks the German lines of a list that is half in its language, and writes amounts as the words beside them', () => {
    const fees = [
      { kind: 'fixed', fromCents: 7550, note: { de: 'erster Hund', en: 'first dog' } },
      { kind: 'fixed', fromCents: 10850, note: { de: 'weiterer Hund' } },
    ] as const
    const page = servicePage(buildIndex(told({ name: { de: 'Hund', en: 'Dog' }, fees })), SLUG, 'en')
    const [module] = page?.modules ?? []
    expect(module?.lang).toBe('en')
    expect(textOf(module?.text)).toContain('€75.50: first dog')
    expect(page?.germanTexts).toContain('108,50\u00a0€: weiterer Hund')
    expect(page?.germanTexts).not.toContain('€75.50: first dog')
  })

  it('keeps the city’s German text where the by-law speaks, also against the state’s text in that language', () => {
    const one = told({ name: { de: 'Hund', en: 'Dog' }, feesText: richIn({ de: 'frei', en: 'free of charge' }) })
    const ruled: Content = { ...one, serviceTexts: new Map([[`${SLUG}/fees/de`, rich('75 Euro')]]) }
    const [fees] = servicePage(buildIndex(ruled), SLUG, 'en')?.modules ?? []
    expect(fees).toMatchObject({ kind: 'fees', source: 'city', lang: 'de', text: rich('75 Euro') })
  })

  it('leads to the application in its language and to related services in it', () => {
    const index = buildIndex(told({ name: { de: 'Hund', en: 'Dog' } }, { related: [SLUG, 'personalausweis'] }))
    const page = servicePage(index, SLUG, 'en')
    expect(page?.online).toMatchObject({ path: `/antrag/beginnen/${SLUG}/en` })
    expect(page?.related[0]).toMatchObject({ title: 'Dog', path: `/leistungen/${SLUG}/en/` })
    expect(servicePage(index, SLUG)?.related[0]).toMatchObject({ title: 'Hund', path: `/leistungen/${SLUG}/` })
  })

  it('in Leichte Sprache marks no German, but says of each part whose language it is', () => {
    const texts = [module('06', { de: 'Text', 'de-simple': 'Leichter Text' }), module('09', { de: 'Voraussetzung' })]
    const page = servicePage(
      buildIndex(told({ name: { de: 'Hund', 'de-simple': 'Ein Hund' }, texts })),
      SLUG,
      'de-simple',
    )
    expect(page).toMatchObject({ title: 'Ein Hund', germanTexts: [] })
    expect(page?.modules.map(({ lang }) => lang)).toEqual(['de-simple', 'de'])
  })

  it('shows links in its language, else the German ones', () => {
    const links = [{ uri: 'https://a.example/de', title: 'Gesetz' }, { uri: 'https://a.example/en', title: 'Act', lang: 'en' }] // biome-ignore format: one line
    const index = buildIndex(
      told({ name: { de: 'Hund', en: 'Dog', pl: 'Pies' }, texts: [{ code: '07', text: {}, links }] }),
    )
    const linked = (lang: string) => textOf(servicePage(index, SLUG, lang)?.modules[0]?.text)
    expect([linked('de').includes('Act'), linked('de').includes('Gesetz')]).toEqual([false, true])
    expect([linked('en').includes('Act'), linked('en').includes('Gesetz')]).toEqual([true, false])
    expect(servicePage(index, SLUG, 'pl')?.modules[0]).toMatchObject({ lang: 'de' })
  })
})

it('a search finds a service by its name in another language', () => {
  const { search } = buildIndex(told({ name: { de: 'Hund', en: 'Canine levy' } }))
  expect(searchPages(search, 'canine').hits.map(({ slug }) => slug)).toEqual([SLUG])
})

describe('describedModules', () => {
  it('has in each language only what is there in it, in German everything', () => {
    const texts = [module('06', { de: 'Text', en: 'In English' }), module('09', { de: 'Voraussetzung' })]
    expect(describedModules(told({ name: { de: 'Hund', en: 'Dog' }, texts }), SLUG)).toEqual({
      de: { title: 'Hund', overview: 'Text', requirements: 'Voraussetzung' },
      en: { title: 'Dog', overview: 'In English' },
    })
  })
})
