import { foldedWords, nameWord } from '../lib/fold.ts'
import type { CardField, CaseCard } from './card.ts'

const QUERY_WORDS_MAX = 8
/** A beginning shorter than this is looked for as a whole word: `Ba` begins half a street list, `12` is a house. */
const BEGINNING_MIN = 3
/** What follows the number of a postbox: a word, or a whole number by which a Vorgang is named. */
const MARKS = { word: 'x', number: 'y' } as const

/** Words of a text as they are kept and looked for. */
export const wordsIn = (text: string): readonly string[] => foldedWords(text).map(nameWord)

/** A number without what people put between its signs: `CB-2026-7K4M-Q2XW` and `cb 2026 7k4mq2xw` are one. */
const whole = (text: string): string => foldedWords(text).join('')
const HAS_DIGIT = /\d/

/** Everything a card is found by, once for each postbox; text with spaces between it is what is kept. */
export function tokensOf(card: CaseCard, boxes: readonly number[]): readonly string[] {
  const texts = [card.reference, card.aktenzeichen, card.name ?? '', ...card.fields.map(({ text }) => text)]
  const days = card.fields.flatMap(({ value }) => dayInDigits(value))
  const words = [...texts, ...days].flatMap((text) => [...wordsIn(text), ...joined(text)])
  const numbers = [card.reference, card.aktenzeichen].map(whole).filter((number) => number !== '')
  return boxes.flatMap((box) => [
    ...new Set(words.map((word) => token(box, 'word', word))),
    ...numbers.map((number) => token(box, 'number', number)),
  ])
}

/** Numbers that are written in groups (a chip, a telephone) are found without the gaps, too. */
const joined = (text: string): readonly string[] =>
  text.length <= 40 && HAS_DIGIT.test(text) && foldedWords(text).length > 1 ? [nameWord(whole(text))] : []

/** A day as it is typed: `13.4.1985` and `13.04.1985`. */
function dayInDigits(value: string | undefined): readonly string[] {
  const [, year = '', month = '', day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value ?? '') ?? []
  return day === undefined ? [] : [`${day}.${month}.${year}`, `${Number(day)}.${Number(month)}.${year}`]
}

const token = (box: number, kind: keyof typeof MARKS, word: string): string => `b${box}${MARKS[kind]}${word}`

/**
 * What the index is asked for words typed by a person, in some postboxes: all of the words, each whole or begun, or the whole
 * as one number. Holds letters and digits in quotes only, so nothing typed means anything to the index. Null where nothing
 * can be found by it.
 */
export function matchOf(query: string, boxes: readonly number[]): string | null {
  const words = wordsIn(query).slice(0, QUERY_WORDS_MAX)
  if (boxes.length === 0 || words.length === 0) {
    return null
  }
  const all = words.map((word) => anyOf(boxes, word)).join(' AND ')
  const one = nameWord(whole(query))
  return words.length > 1 && HAS_DIGIT.test(one) ? `(${all}) OR ${anyOf(boxes, one)}` : all
}

/** The same for a whole number of a Vorgang or an eAkte. */
export function numberMatchOf(query: string, boxes: readonly number[]): string | null {
  const number = whole(query)
  return boxes.length === 0 || !HAS_DIGIT.test(number)
    ? null
    : boxes.map((box) => `"${token(box, 'number', number)}"`).join(' OR ')
}

const anyOf = (boxes: readonly number[], word: string): string =>
  `(${boxes.map((box) => `"${token(box, 'word', word)}"${word.length < BEGINNING_MIN ? '' : ' *'}`).join(' OR ')})`

/** True where one of the words stands in an answer, whole or begun: says why something was found. */
export function holdsWord(field: CardField, words: readonly string[]): boolean {
  const own = ownWords(field)
  return words.some((word) => own.some((one) => isBegunBy(one, word)))
}

/** True where all that was typed stands in an answer: each word whole or begun, or the whole as one number. */
export function holdsAll(field: CardField, query: string): boolean {
  const own = ownWords(field)
  const [words, number] = [wordsIn(query).slice(0, QUERY_WORDS_MAX), nameWord(whole(query))]
  const holds = (word: string): boolean => own.some((one) => isBegunBy(one, word))
  return words.length > 0 && (words.every(holds) || (HAS_DIGIT.test(number) && holds(number)))
}

const ownWords = ({ text, value }: CardField): readonly string[] =>
  [text, ...dayInDigits(value)].flatMap((one) => [...wordsIn(one), ...joined(one)])
const isBegunBy = (one: string, word: string): boolean =>
  word.length < BEGINNING_MIN ? one === word : one.startsWith(word)

/** What was typed, as the words it is compared by. */
export const queryWords = (query: string): readonly string[] => {
  const words = wordsIn(query).slice(0, QUERY_WORDS_MAX)
  const one = nameWord(whole(query))
  return words.length > 1 && HAS_DIGIT.test(one) ? [...words, one] : words
}
