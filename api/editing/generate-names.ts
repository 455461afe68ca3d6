import type { DataNode } from '../forms/data-model.ts'

/** What an element is called where somebody fills it in. */
export const labelOf = (node: DataNode): string => (node.inputLabel || node.name).slice(0, 500)

const RESERVED = /^(item|heute|eintrag|and|or|not|in|between|if|then|else|for|return|some|every|satisfies|function|true|false|null|instance|of|constructor|prototype|count|sum|min|max|all|any|contains|substring|string|number|date|time|duration|abs|floor|ceiling|modulo|now|today)$/ // biome-ignore format: one list

/** A name for rules: small first letter, letters and digits, unlike its siblings. */
export function keyOf(node: DataNode, taken: readonly string[]): string {
  const words = fold(node.name)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .slice(0, 4)
  const camel = words
    .map((word, index) => (index === 0 ? lowerFirst(word) : word[0]?.toUpperCase() + word.slice(1)))
    .join('')
  const plain = camel.replace(/^[^a-z]+/, '').slice(0, 36)
  const base = plain === '' || RESERVED.test(plain) ? node.id.toLowerCase().replace(/[^a-z0-9]/g, '') : plain
  let key = base
  for (let count = 2; taken.includes(key); count += 1) {
    key = `${base}${count}`
  }
  return key
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
  text
    .replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '')

/** A name that is not taken. */
export function free(base: string, taken: { has(name: string): boolean }, sign = '-'): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}${sign}${count}`
    if (!taken.has(name)) {
      return name
    }
  }
}
