const LETTERS: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ß: 'ss',
  ł: 'l',
  đ: 'd',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŧ: 't',
  ŋ: 'n',
}

/**
 * Folds text to how it is searched: lower case, umlauts spelled out, other accents dropped (ě is e, ś is s, ł is l).
 * Both sides of a comparison must be folded.
 */
export const fold = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüßłđøæœðþħıŧŋ]/gu, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')

/** Words of a text, folded. */
export const foldedWords = (text: string): readonly string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? []

/**
 * A folded word so that names meet however they are spelled: Müller, Mueller and Muller are one. Bauer and Baur are, too,
 * which a person who looks for a name does not mind. What is begun stays a beginning: `mue` is `mu`.
 */
export const nameWord = (folded: string): string => folded.replace(/([aou])e/g, '$1')

/** Letter under which a title stands in the A to Z: A to Z, or `#`. */
export function letterOf(title: string): string {
  const first = fold(title).charAt(0).toUpperCase()
  return /[A-Z]/.test(first) ? first : '#'
}

/** A part of an address made of a name; empty where nothing is left. */
export const slugOf = (name: string): string =>
  foldedWords(name)
    .map((word) => word.replace(/[^a-z0-9]/g, ''))
    .filter((word) => word !== '')
    .join('-')
    .slice(0, 70)
    .replace(/-+$/, '')
