import type { DataNode } from '../forms/data-model.ts'

/** What an element is called where somebody fills it in. */
export const labelOf = (node: DataNode): string => (node.inputLabel || node.name).slice(0, 500)

const RESERVED = /^(item|heute|eintrag|and|or|not|in|between|if|then|else|for|return|some|every|satisfies|function|true|false|null|instance|of|constructor|prototype|count|sum|min|max|all|any|contains|substring|string|number|date|time|duration|abs|floor|ceiling|modulo|now|today)$/ // biome-ignore format: one list

/** A name for rules: small first letter, letters and digits, unlike its siblings. */
export function keyOf(node: DataNode, taken: readonly string[]): string {
  const words = fold(node.name)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .slice(0, WORDS_MAX)
  const plain = camelOf(whole(words)).slice(0, KEY_LENGTH)
  const base = plain === '' || RESERVED.test(plain) ? node.id.toLowerCase().replace(/[^a-z0-9]/g, '') : plain
  let key = base
  for (let count = 2; taken.includes(key); count += 1) {
    key = `${base}${count}`
  }
  return key
}

const WORDS_MAX = 4
const KEY_LENGTH = 36
/** Words with which a name does not end. */
const LIGHT =
  /^(?:oder|und|bzw|in|im|an|am|auf|bei|beim|von|vom|zu|zum|zur|fuer|mit|der|die|das|des|dem|den|ein|eine|einer|eines)$/i

/** As many whole words as a name has room for; one that does not fit is left out, and so is what led to it. */
function whole(words: readonly string[]): readonly string[] {
  const fitting = words.filter((_, index) => index === 0 || camelOf(words.slice(0, index + 1)).length <= KEY_LENGTH)
  const last = fitting.findLastIndex((word, index) => index === 0 || !LIGHT.test(word))
  return fitting.slice(0, last + 1)
}

const camelOf = (words: readonly string[]): string =>
  words
    .map((word, index) => (index === 0 ? lowerFirst(word) : word[0]?.toUpperCase() + word.slice(1)))
    .join('')
    .replace(/^[^a-z]+/, '')

/** A text of words with hyphens, cut at the end of a word. */
export function cutWords(text: string, lengthMax: number): string {
  const cut = text.slice(0, lengthMax)
  const end = text.length <= lengthMax || text[lengthMax] === '-' ? cut.length : cut.lastIndexOf('-')
  return (end > 0 ? cut.slice(0, end) : cut).replace(/^-+|-+$/g, '')
}

/** `IBAN` becomes `iban`, `Vorname` `vorname`. */
const lowerFirst = (word: string): string => (word === word.toUpperCase() ? word.toLowerCase() : (word[0] ?? '').toLowerCase() + word.slice(1)) // biome-ignore format: one thought

const FOLDED: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue', ß: 'ss' }
const fold = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[äöüÄÖÜß]/g, (sign) => FOLDED[sign] ?? sign)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')

/** Words as a part of an address. */
export const kebab = (text: string): string =>
  cutWords(text.replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`).replace(/[^a-z0-9]+/g, '-'), 50)

/** A name that is not taken. */
export function free(base: string, taken: { has(name: string): boolean }, sign = '-'): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}${sign}${count}`
    if (!taken.has(name)) {
      return name
    }
  }
}
