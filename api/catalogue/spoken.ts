import type { CatalogueService } from '../content/mirror.ts'
import type { ServiceConfig } from '../content/schema.ts'
import { plainText, type RichText } from '../lib/rich-text.ts'
import { pick, type Said } from './amounts.ts'

/** The language in which everything is there. */
export const GERMAN = 'de'

type Described = { readonly service: CatalogueService; readonly config: ServiceConfig | undefined }

/** Name of a service: the city's in that language, else the state's in it, else German. Undefined where there is none at all. */
export function titleIn({ service, config }: Described, lang: string): Said | undefined {
  const own = lineIn(config?.title, lang)
  const named = service.name[lang]
  return (
    own ?? (named === undefined ? undefined : { lang, value: named }) ?? pick(config?.title ?? service.name, GERMAN)
  )
}

/** The first sentence of a service: the catalogue's teaser, else its short text; whichever there is in that language. */
export function leadIn({ service }: Pick<Described, 'service'>, lang: string): Said | undefined {
  const modules = ['24', '05'].map((code) => service.texts.find((module) => module.code === code))
  const texts = modules.flatMap((module) => (module === undefined ? [] : [module.text]))
  const found = pick(texts.find((text) => text[lang] !== undefined) ?? texts[0], lang)
  return found === undefined ? undefined : { lang: found.lang, value: plainText(found.value) }
}

const lineIn = (lines: Readonly<Record<string, string | undefined>> | undefined, lang: string): Said | undefined => {
  const value = lines?.[lang]
  return value === undefined ? undefined : { lang, value }
}

/**
 * Languages in which a service can be read: German, and each in which the state or the city has its name or a text. A note beside an
 * amount alone makes no version. Sorted, German first.
 */
export function languagesOf({ service, config }: Described): readonly string[] {
  const texts = [
    service.name,
    ...service.texts.map(({ text }) => text),
    config?.title,
    ...Object.values(config?.texts ?? {}),
  ]
  const found = new Set(texts.flatMap((one) => Object.keys(one ?? {})))
  return [GERMAN, ...[...found].filter((lang) => lang !== GERMAN).sort()]
}

/** Takes down what a page in another language says in German, so that it can be marked (WCAG 2.2, 3.1.2). */
export function listener(lang: string) {
  const german = new Set<string>()
  const isOther = (said: Said<unknown>): boolean => said.lang === GERMAN && !isGerman(lang)
  return {
    /** The text itself. */
    hear: (said: Said | undefined): string | undefined => {
      if (said !== undefined && isOther(said)) {
        german.add(said.value)
      }
      return said?.value
    },
    /** The same for a text with markup. */
    hearRich: (said: Said<RichText>): RichText => {
      if (isOther(said)) {
        for (const text of spansOf(said.value)) {
          german.add(text)
        }
      }
      return said.value
    },
    germanTexts: (): readonly string[] => [...german],
  }
}
export type Listener = ReturnType<typeof listener>

/** German as everybody speaks it and its easy forms (`de-simple`): within them plain German needs no mark. */
const isGerman = (lang: string): boolean => lang === GERMAN || lang.startsWith(`${GERMAN}-`)

const spansOf = (text: RichText): readonly string[] =>
  text.flatMap((block) =>
    block.kind === 'list'
      ? block.items.flatMap(spansOf)
      : block.kind === 'table'
        ? block.rows.flat().flatMap((cell) => spansOf(cell.text))
        : block.spans.map((span) => span.text),
  )
