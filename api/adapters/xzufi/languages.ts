import { child, children, textOf } from './elements.ts'
import type { Element } from './xml.ts'

/** Tag under which Leichte Sprache is kept: the standard has no field for it, catalogues only name it (`Deutsch (leichte Sprache)`). */
const EASY_GERMAN = 'de-simple'

/**
 * An object with its language versions as we read them. `sprachversion` says what a code stands for: Leichte Sprache gets the tag
 * `de-simple` (BCP 47), texts that it marks as machine-made (2.3.1, `kennzeichenMaschinelleUebersetzung`) are left out: nobody has
 * read them. Tags are lower-case, so that `EN` and `en` are one. The code may stand as attribute or as element.
 */
export function inReadLanguages(object: Element): Element {
  const tags = new Map<string, string | null>()
  for (const version of children(object, 'sprachversion')) {
    const code = (version.attributes['languageCode'] ?? textOf(version, 'languageCode') ?? '').trim().toLowerCase()
    const names = ['sprachbezeichnungDeutsch', 'sprachbezeichnungNativ'].map((name) => textOf(version, name) ?? '')
    if (code !== '' && (isMachineMade(version) || names.some((name) => /leichte\s+sprache/i.test(name)))) {
      tags.set(code, isMachineMade(version) ? null : EASY_GERMAN)
    }
  }
  return retagged(object, tags)
}

const isMachineMade = (version: Element): boolean =>
  /^(true|1)$/.test(textOf(version, 'kennzeichenMaschinelleUebersetzung') ?? '') ||
  child(version, 'maschinelleUebersetzung') !== undefined

function retagged(element: Element, tags: ReadonlyMap<string, string | null>): Element {
  const kept = element.children.filter(({ attributes }) => tags.get(codeOf(attributes)) !== null)
  const { languageCode, ...attributes } = element.attributes
  const code = codeOf(element.attributes)
  return {
    ...element,
    attributes: languageCode === undefined ? attributes : { ...attributes, languageCode: tags.get(code) ?? code },
    children: kept.map((one) => retagged(one, tags)),
  }
}

const codeOf = (attributes: Element['attributes']): string => (attributes['languageCode'] ?? '').trim().toLowerCase()
