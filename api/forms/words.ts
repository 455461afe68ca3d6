import type { Content } from '../content/snapshot.ts'
import type { Words } from './view.ts'
import { readYaml } from './yaml.ts'

/** Words of one language, and which of the texts they gave are German for want of another. */
export type SpokenWords = Words & {
  /** Texts given so far that are German, filled in and as they begin a sentence. Empty where the language is German. */
  readonly german: ReadonlySet<string>
}

/**
 * Reads the words of the form engine (`content/words/forms.<lang>.yaml`). The result throws on an unknown key and leaves a
 * `{name}` without a value as it stands, so that a page never fails over a text. Throws when the file cannot be read.
 * @param fallback the German file, where the first is of another language: what it lacks is German.
 */
export function formWords(source: string, file = 'words/forms.de.yaml', fallback?: string): () => SpokenWords {
  const texts = new Map(textsOf(source, file))
  const germanTexts = fallback === undefined ? texts : new Map(textsOf(fallback, 'words/forms.de.yaml'))
  return () => {
    const german = new Set<string>()
    const words: Words = (key, params = {}) => {
      const own = texts.get(key)
      const text = own ?? germanTexts.get(key)
      if (text === undefined) {
        throw new Error(`Unknown word "${key}"`)
      }
      const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) =>
        Object.hasOwn(params, name) ? String(params[name]) : whole,
      )
      if (own === undefined) {
        german.add(filled).add(filled.charAt(0).toUpperCase() + filled.slice(1))
      }
      return filled
    }
    return Object.assign(words, { german })
  }
}

/** Makes the reader of a town's words for forms, which keeps each version of a language by digest. */
export function createFormWords(): (content: Content, lang: string) => SpokenWords {
  const kept = new Map<string, () => SpokenWords>()
  return (content, lang) => {
    const german = 'words/forms.de.yaml'
    const own = `words/forms.${lang}.yaml`
    const source = lang === 'de' ? german : own
    const digest = `${lang} ${content.digestOfFile(own)} ${content.digestOfFile(german)}`
    const textOf = (path: string): string => new TextDecoder().decode(content.file(path))
    const words = kept.get(digest) ?? formWords(textOf(source), source, lang === 'de' ? undefined : textOf(german))
    kept.set(digest, words)
    return words()
  }
}

function textsOf(source: string, file: string): readonly (readonly [string, string])[] {
  const yaml = readYaml(source, file)
  if (!yaml.ok) {
    throw new Error(`${file}: ${yaml.findings[0]?.detail ?? 'cannot be read'}`)
  }
  return flatten(yaml.yaml.value, '')
}

function flatten(node: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof node === 'string') {
    return [[path, node]]
  }
  if (typeof node !== 'object' || node === null) {
    return []
  }
  return Object.entries(node).flatMap(([name, value]) => flatten(value, path === '' ? name : `${path}.${name}`))
}
