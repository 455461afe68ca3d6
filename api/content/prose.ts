import type { RichText } from '../lib/rich-text.ts'
import { readMarkdown } from './markdown.ts'
import type { Reading } from './reading.ts'
import { type LifeSituation, type OfficeConfig, PageShape, type ServiceConfig } from './schema.ts'
import type { CityPage, Content } from './snapshot.ts'
import { readYaml, yamlLine } from './yaml.ts'

const PAGE = /^pages\/([a-z]{2,3})\/([a-z0-9-]+)\.md$/
const FRONT = /^---\n([\s\S]*?\n)---\n/

/** Reads pages/<lang>/<slug>.md: front matter in YAML between `---` lines, then Markdown. */
export function readPages(reading: Reading): ReadonlyMap<string, CityPage> {
  const pages = new Map<string, CityPage>()
  for (const [path, { bytes }] of reading.files) {
    const [, lang, slug] = PAGE.exec(path) ?? []
    if (lang === undefined || slug === undefined) {
      continue
    }
    const page = readPage(reading, path, new TextDecoder().decode(bytes))
    if (page !== null) {
      pages.set(`${lang}/${slug}`, { lang, slug, ...page })
    }
  }
  return pages
}

function readPage(reading: Reading, path: string, source: string): Omit<CityPage, 'lang' | 'slug'> | null {
  const front = FRONT.exec(source)
  if (front === null) {
    const detail = 'begins with front matter: a line "---", title, another line "---".'
    reading.findings.push({ file: path, line: 1, type: 'content/no-front-matter', detail })
    return null
  }
  // A blank line in place of the opening "---" keeps the line numbers of the file.
  const head = readYaml(path, new TextEncoder().encode(`\n${front[1] ?? ''}`), PageShape)
  if (!head.ok) {
    reading.findings.push(...head.findings)
    return null
  }
  const text = prose(reading, path, source.slice(front[0].length), () => (front[0] ?? '').split('\n').length)
  return { ...head.value, text }
}

type Configs = Pick<Content, 'services' | 'offices' | 'lifeSituations'>

/** Reads the Markdown inside service, office and life-situation files. */
export function readTexts(reading: Reading, configs: Configs): Pick<Content, 'serviceTexts' | 'texts'> {
  const serviceTexts = new Map<string, RichText>()
  const texts = new Map<string, RichText>()
  const add = (into: Map<string, RichText>, key: string, path: string, at: readonly string[], source: string): void => {
    into.set(
      key,
      prose(reading, path, source, () => lineOf(reading, path, at)),
    )
  }
  for (const [slug, config] of configs.services) {
    for (const [kind, byLang] of Object.entries<Readonly<Record<string, string>> | undefined>(textsOf(config))) {
      for (const [lang, source] of Object.entries(byLang ?? {})) {
        add(serviceTexts, `${slug}/${kind}/${lang}`, `services/${slug}/service.yaml`, ['texts', kind, lang], source)
      }
    }
  }
  for (const [slug, config] of configs.offices) {
    for (const [lang, source] of langsOf(config)) {
      add(texts, `offices/${slug}/${lang}`, `offices/${slug}.yaml`, ['description', lang], source)
    }
  }
  for (const [slug, config] of configs.lifeSituations) {
    for (const [lang, source] of langsOf({ description: config.text })) {
      add(texts, `life-situations/${slug}/${lang}`, `life-situations/${slug}.yaml`, ['text', lang], source)
    }
  }
  return { serviceTexts, texts }
}

const textsOf = (config: ServiceConfig): Readonly<Record<string, Readonly<Record<string, string>> | undefined>> =>
  config.texts as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>

const langsOf = (config: Pick<OfficeConfig, 'description'> | { description: LifeSituation['text'] }) =>
  Object.entries(config.description ?? {}) as readonly (readonly [string, string])[]

const lineOf = (reading: Reading, path: string, at: readonly string[]): number => {
  const bytes = reading.files.get(path)?.bytes
  return bytes === undefined ? 1 : yamlLine(bytes, at)
}

/** @param firstLine says where in the file the text begins; asked only where something is wrong, because it reads the file again. */
function prose(reading: Reading, path: string, source: string, firstLine: () => number): RichText {
  const { text, problems } = readMarkdown(source, 0)
  const first = problems.length > 0 ? firstLine() : 0
  for (const { line, detail } of problems) {
    reading.findings.push({ file: path, line: first + line, type: 'content/markdown', detail })
  }
  return text
}
