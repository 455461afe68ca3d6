import type { CityPage } from '../content/snapshot.ts'
import { foldedWords } from '../lib/fold.ts'
import type { OfficeEntry, ServiceEntry } from './catalogue-index.ts'
import type { LifeSituationTeaser, SearchHit, SearchView, ServiceTeaser } from './view.ts'

/** Words of all public pages with where they stand. */
export type SearchIndex = {
  readonly hits: readonly SearchHit[]
  /** Weight by document, by folded word. */
  readonly words: ReadonlyMap<string, ReadonlyMap<number, number>>
  readonly services: ReadonlyMap<string, ServiceTeaser>
}

type Source = {
  readonly services: readonly ServiceEntry[]
  readonly offices: readonly OfficeEntry[]
  readonly lifeSituations: ReadonlyMap<string, LifeSituationTeaser>
  /** What people call a life situation, by slug. */
  readonly situationWords: ReadonlyMap<string, { readonly keywords: readonly string[] }>
  readonly pages: ReadonlyMap<string, CityPage>
}

export const QUERY_LENGTH_MAX = 200
const HITS_MAX = 50
const NEAREST_MAX = 5
const QUERY_WORDS_MAX = 8
const WEIGHTS = { title: 10, keyword: 8, teaser: 3 } as const

/** Prepares the search over services by their names in every language, offices, life situations and German pages. */
export function buildSearch(source: Source): SearchIndex {
  const hits: SearchHit[] = []
  const words = new Map<string, Map<number, number>>()
  const add = (hit: SearchHit): void => {
    const index = hits.push(hit) - 1
    const note = (text: string, weight: number): void => {
      for (const word of foldedWords(text)) {
        const places = words.get(word) ?? new Map<number, number>()
        places.set(index, Math.max(places.get(index) ?? 0, weight))
        words.set(word, places)
      }
    }
    note(hit.teaser, WEIGHTS.teaser)
    note(hit.keywords.join(' '), WEIGHTS.keyword)
    note(hit.title, WEIGHTS.title)
  }
  for (const { teaser, service } of source.services) {
    const { de: _, ...names } = service.name
    const keywords = [...teaser.keywords, ...Object.values(names)]
    add({ ...teaser, keywords, kind: 'service', path: `/leistungen/${teaser.slug}/` })
  }
  for (const { slug, card } of source.offices) {
    const keywords = card.nameDsb === undefined ? [] : [card.nameDsb]
    add({
      slug,
      title: card.name,
      teaser: `${card.street}, ${card.postalCode} ${card.town}`,
      isOnline: false,
      keywords,
      kind: 'office',
      path: `/aemter/${slug}/`,
    })
  }
  for (const { slug, title, teaser } of source.lifeSituations.values()) {
    const keywords = source.situationWords.get(slug)?.keywords ?? []
    add({ slug, title, teaser, isOnline: false, keywords, kind: 'life-situation', path: `/lebenslagen/${slug}/` })
  }
  for (const { lang, slug, title } of source.pages.values()) {
    if (lang === 'de') {
      add({ slug, title, teaser: '', isOnline: false, keywords: [], kind: 'page', path: `/${slug}/` })
    }
  }
  return { hits, words, services: new Map(source.services.map(({ slug, teaser }) => [slug, teaser])) }
}

/**
 * Finds pages by words, forgiving: umlauts and Sorbian letters as people type them, beginnings and parts of words, one or
 * two mistyped letters. A page must have every word that any page has; where none has all, `nearest` has the best services.
 * @param query up to 200 characters; longer ones are cut.
 */
export function searchPages(index: SearchIndex, query: string): SearchView {
  const typed = query.slice(0, QUERY_LENGTH_MAX)
  const asked = [...new Set(foldedWords(typed))].slice(0, QUERY_WORDS_MAX)
  const found = asked.map((word) => scoresOf(index, word)).filter((scores) => scores.size > 0)
  const total = new Map<number, number>()
  for (const [place, score] of found.flatMap((scores) => [...scores])) {
    total.set(place, (total.get(place) ?? 0) + score)
  }
  // Of two equally good pages the one that can be done online comes first.
  const bonus = (place: number): number => (index.hits[place]?.isOnline === true ? 0.5 : 0)
  const ranked = [...total]
    .map(([place, score]) => [place, score + bonus(place)] as const)
    .sort(([a, first], [b, second]) => second - first || a - b)
  const complete = ranked.filter(([place]) => found.every((scores) => scores.has(place)))
  const hits = complete.slice(0, HITS_MAX).flatMap(([place]) => index.hits[place] ?? [])
  return { query: typed, hits, nearest: hits.length > 0 ? [] : nearestServices(index, ranked, asked) }
}

/** Score by document of one word: the whole word counts most, then beginnings, parts, and words spelled nearly so. */
function scoresOf(index: SearchIndex, word: string): ReadonlyMap<number, number> {
  const scores = new Map<number, number>()
  const note = (places: ReadonlyMap<number, number>, factor: number): void => {
    for (const [place, weight] of places) {
      scores.set(place, Math.max(scores.get(place) ?? 0, weight * factor))
    }
  }
  for (const [known, places] of index.words) {
    const factor = likeness(known, word)
    if (factor > 0) {
      note(places, factor)
    }
  }
  if (scores.size > 0 || word.length < 4) {
    return scores
  }
  const allowed = word.length < 8 ? 1 : 2
  for (const [known, places] of index.words) {
    if (isNearly(known, word, allowed)) {
      note(places, 0.4)
    }
  }
  return scores
}

function likeness(known: string, word: string): number {
  if (known === word) {
    return 1
  }
  if (word.length >= 2 && known.startsWith(word)) {
    return 0.7
  }
  if (word.length >= 4 && known.includes(word)) {
    return 0.5
  }
  // A longer form of a known word: "hundes" finds "hund".
  return known.length >= 4 && word.length - known.length <= 2 && word.startsWith(known) ? 0.6 : 0
}

/** True when two words, or the word and an equally long beginning, differ by at most `allowed` letters or swaps. */
function isNearly(known: string, word: string, allowed: number): boolean {
  if (known.length < word.length - allowed || known.charCodeAt(0) !== word.charCodeAt(0)) {
    return false
  }
  return distance(known.slice(0, word.length + allowed), word, known.length > word.length + allowed) <= allowed
}

/** Edit distance with swaps of neighbours; with `openEnd` further letters of `known` are free. */
function distance(known: string, word: string, openEnd: boolean): number {
  let before: number[] = []
  let previous = Array.from({ length: known.length + 1 }, (_, column) => column)
  for (let row = 1; row <= word.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= known.length; column += 1) {
      const isSame = word[row - 1] === known[column - 1]
      let least = Math.min(
        (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
      )
      if (row > 1 && column > 1 && word[row - 1] === known[column - 2] && word[row - 2] === known[column - 1]) {
        least = Math.min(least, (before[column - 2] ?? 0) + 1)
      }
      current.push(least)
    }
    before = previous
    previous = current
  }
  return openEnd ? previous.reduce((a, b) => Math.min(a, b)) : (previous[known.length] ?? 0)
}

/** Services nearest to what was asked: those with some of the words, then those whose words share most letter triples. */
function nearestServices(
  index: SearchIndex,
  ranked: readonly (readonly [number, number])[],
  asked: readonly string[],
): readonly ServiceTeaser[] {
  const some = ranked.flatMap(([place]) => serviceAt(index, place)).slice(0, NEAREST_MAX)
  if (some.length > 0 || asked.length === 0) {
    return some
  }
  const triples = new Set(asked.flatMap(triplesOf))
  const alike = new Map<number, number>()
  for (const [known, places] of index.words) {
    const own = triplesOf(known)
    const share = own.filter((triple) => triples.has(triple)).length / Math.max(own.length, triples.size, 1)
    if (share >= 0.3) {
      for (const [place] of places) {
        alike.set(place, Math.max(alike.get(place) ?? 0, share))
      }
    }
  }
  return [...alike]
    .sort(([a, first], [b, second]) => second - first || a - b)
    .flatMap(([place]) => serviceAt(index, place))
    .slice(0, NEAREST_MAX)
}

function serviceAt(index: SearchIndex, place: number): readonly ServiceTeaser[] {
  const hit = index.hits[place]
  const teaser = hit?.kind === 'service' ? index.services.get(hit.slug) : undefined
  return teaser === undefined ? [] : [teaser]
}

const triplesOf = (word: string): readonly string[] =>
  Array.from({ length: Math.max(0, word.length - 2) }, (_, start) => word.slice(start, start + 3))
