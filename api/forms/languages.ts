import { nearest } from '../lib/finding.ts'
import type { Place, YamlFile } from './yaml.ts'

/** Entries of an overlay that people read; all others are its structure and stand in German's file alone. */
const TEXTS = new Set(
  (
    'title purpose label short subject object hint text lead itemTitle another unit fee deadline recipients retention legalEffect ' +
    'button unmet unclear next help placeholder'
  ).split(' '),
)
/** Of a document that proves an answer: what it is called, and when it is needed. */
const EVIDENCE_TEXTS = new Set(['name', 'condition'])
/** Entries that are lists of texts. */
const TEXT_LISTS = new Set(['eligible', 'needed', 'otherWays', 'next'])

type Node = Readonly<Record<string, unknown>>
type Merging = {
  readonly yaml: YamlFile
  readonly report: (place: Place, type: string, detail: string, hint?: string) => void
}

/**
 * Puts the texts of another language into the overlay of a form. The other file has the same keys as the German one, those with
 * texts only; entries of lists are found by their `id`, lists without ids by place and must be as long. What it lacks stays German.
 * Reports what the German file does not have, and structure where only texts may stand.
 */
export function mergeTexts(german: unknown, yaml: YamlFile, report: Merging['report']): unknown {
  return mergeNode({ yaml, report }, german, { value: yaml.value, place: [] })
}

type At = { readonly value: unknown; readonly place: Place }

function mergeNode(merging: Merging, german: unknown, at: At): unknown {
  if (Array.isArray(german)) {
    return mergeList(merging, german, at)
  }
  if (!isNode(german) || !isNode(at.value)) {
    merging.report(at.place, 'forms/wrong-entry', `"${at.place.join('.')}" is of another shape in German.`)
    return german
  }
  const merged: Record<string, unknown> = { ...german }
  for (const [key, value] of Object.entries(at.value)) {
    const place = [...at.place, key]
    if (key === 'id' || (key === 'format' && at.place.length === 0)) {
      continue
    }
    if (!Object.hasOwn(german, key)) {
      const detail = `The German overlay has no "${place.join('.')}".`
      merging.report(place, 'forms/unknown-entry', detail, nearest(key, Object.keys(german)))
    } else {
      merged[key] = mergeEntry(merging, { key, german: german[key] }, { value, place })
    }
  }
  return merged
}

function mergeEntry(merging: Merging, entry: { key: string; german: unknown }, at: At): unknown {
  const { key, german } = entry
  if (typeof german !== 'string') {
    const isStructure = typeof german !== 'object' || (Array.isArray(german) && isListOfNames(key, german))
    if (!isStructure) {
      return mergeNode(merging, german, at)
    }
  } else if (isText(key, at.place)) {
    if (typeof at.value === 'string' && at.value.trim() !== '') {
      return at.value
    }
    merging.report(at.place, 'forms/wrong-entry', `"${at.place.join('.')}" is no text.`)
    return german
  }
  const detail = `"${at.place.join('.')}" is part of the form's structure: it stands in the German overlay alone.`
  merging.report(at.place, 'forms/wrong-entry', detail)
  return german
}

/**
 * In the list of what happens next, `when` is a text and `deadline` the name of one; elsewhere it is the other way round. Documents
 * that prove an answer have names.
 */
const isText = (key: string, place: Place): boolean =>
  (TEXTS.has(key) && !(key === 'deadline' && place[0] === 'receipt')) ||
  (key === 'when' && place[0] === 'receipt') ||
  (EVIDENCE_TEXTS.has(key) && place[0] === 'fields' && place[2] === 'evidence')

const isListOfNames = (key: string, german: readonly unknown[]): boolean =>
  !TEXT_LISTS.has(key) && german.every((entry) => typeof entry === 'string')

function mergeList(merging: Merging, german: readonly unknown[], { value, place }: At): unknown {
  if (!Array.isArray(value)) {
    merging.report(place, 'forms/wrong-entry', `"${place.join('.')}" is a list in German.`)
    return german
  }
  if (german.every((entry) => typeof entry === 'string')) {
    const isWhole = value.length === german.length && value.every((entry) => typeof entry === 'string')
    if (!isWhole) {
      merging.report(place, 'forms/wrong-entry', `"${place.join('.')}" has ${german.length} texts in German.`)
    }
    return isWhole ? value : german
  }
  const byId = german.every((entry) => isNode(entry) && typeof entry['id'] === 'string')
  if (!byId && value.length !== german.length) {
    merging.report(place, 'forms/wrong-entry', `"${place.join('.')}" has ${german.length} entries in German.`)
    return german
  }
  const merged = [...german]
  for (const [index, entry] of value.entries()) {
    const id = isNode(entry) ? entry['id'] : undefined
    const target = byId ? german.findIndex((known) => isNode(known) && known['id'] === id) : index
    if (target < 0) {
      const ids = german.flatMap((known) => (isNode(known) ? [String(known['id'])] : []))
      const detail = `The German overlay has no "${String(id)}" here.`
      merging.report([...place, index, 'id'], 'forms/unknown-entry', detail, nearest(String(id), ids))
    } else {
      merged[target] = mergeNode(merging, german[target], { value: entry, place: [...place, index] })
    }
  }
  return merged
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What people read of an overlay or of the fields made from it: no codes, paths and rules. */
export function* readTexts(value: unknown): Generator<string> {
  if (value instanceof Map || Array.isArray(value)) {
    for (const entry of value.values()) {
      yield* readTexts(entry)
    }
  } else if (isNode(value)) {
    for (const [key, entry] of Object.entries(value)) {
      const isRead = TEXTS.has(key) || TEXT_LISTS.has(key) || key === 'shortLabel' || key === 'legalBasis'
      yield* isRead ? textsIn(entry) : key === 'evidence' ? evidenceTexts(entry) : readTexts(entry)
    }
  }
}

function* evidenceTexts(documents: unknown): Generator<string> {
  for (const document of Array.isArray(documents) ? documents : []) {
    for (const key of isNode(document) ? EVIDENCE_TEXTS : []) {
      yield* textsIn((document as Node)[key])
    }
  }
}

/** One text, or a list of them, of an overlay, and the way to it. */
export type TextPlace = { readonly place: readonly (string | number)[]; readonly text: string | readonly string[] }

/** Every text of a German overlay that another language may have, in its order. Entries of lists stand by their place. */
export function* textPlaces(german: unknown, place: Place = []): Generator<TextPlace> {
  if (Array.isArray(german)) {
    for (const [index, entry] of german.entries()) {
      yield* textPlaces(entry, [...place, index])
    }
  } else if (isNode(german)) {
    for (const [key, entry] of Object.entries(german)) {
      const at = [...place, key]
      if (typeof entry === 'string') {
        yield* isText(key, place) ? [{ place: at, text: entry }] : []
      } else if (Array.isArray(entry) && entry.length > 0 && entry.every((one) => typeof one === 'string')) {
        yield* TEXT_LISTS.has(key) ? [{ place: at, text: entry }] : []
      } else {
        yield* textPlaces(entry, at)
      }
    }
  }
}

/** Every text below a value, however deep. */
export function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    yield value
  } else if (value instanceof Map || Array.isArray(value)) {
    for (const entry of value.values()) {
      yield* textsIn(entry)
    }
  } else if (isNode(value)) {
    for (const entry of Object.values(value)) {
      yield* textsIn(entry)
    }
  }
}

/**
 * Texts of a view that are German although the view is in another language: those of the form, and those `heard` from its words.
 * Where a text is put together of others, or quotes one in a sentence, the German part is named. Pages mark them with `lang="de"`
 * (WCAG 2.2, 3.1.2).
 */
export function germanTextsOf(view: unknown, ...known: readonly ReadonlySet<string>[]): readonly string[] {
  const found = new Set<string>()
  const isGerman = (text: string): boolean =>
    known.some((texts) => texts.has(text) || texts.has(text.replace(/\d+/, '{number}')))
  const long = known.flatMap((texts) => [...texts].filter((text) => text.length >= WITHIN_MIN))
  for (const text of textsIn(view)) {
    const parts = isGerman(text) ? [text] : text.split(JOINTS)
    for (const part of parts) {
      const within = isGerman(part) ? [part] : long.filter((one) => one.length < part.length && part.includes(one))
      for (const one of within) {
        found.add(one)
      }
    }
  }
  return [...found]
}

/** Signs at which a text is put together of others: `Hund 1: Name und Rasse`, the lines of several choices. */
const JOINTS = /: | › |\n/
/** Shorter German texts are not looked for within others: they may be words of the other language. */
const WITHIN_MIN = 8
