import type { DataField } from '../forms/data-model.ts'
import { FILE_SIZE_MAX, FILE_TYPES } from '../forms/service.ts'
import type { Guesses } from './templates.ts'

/**
 * The help of a data field, without sentences that say only which files are taken: the form says that by itself, from the
 * data schema. A sentence that names other types or another size than the schema stays: somebody has to see it. Pure.
 */
export function helpOf(field: DataField, { fileWords }: Guesses): string {
  if (field.type !== 'file') {
    return field.inputHelp
  }
  const known = new Set(fileWords)
  const kept = field.inputHelp.split(SENTENCE_END).filter((sentence) => !saysLimitsOnly(sentence, field, known))
  return kept.join(' ').trim()
}

/** A dot behind `max` ends no sentence. */
const SENTENCE_END = /(?<=(?<!\bmax)[.!?])\s+|\n+/i
const SIZE = /(\d{1,6}(?:[.,]\d{1,3})?)\s*(mb|kb|megabyte|kilobyte)\b/gi
/** Sizes are written in thousands or in 1024, and rounded. */
const SIZE_TOLERANCE = 0.06

function saysLimitsOnly(sentence: string, field: DataField, known: ReadonlySet<string>): boolean {
  const sizes = [...sentence.matchAll(SIZE)].map(([, count = '', unit = '']) => bytesOf(count, unit))
  const rest = sentence.replace(SIZE, ' ').toLowerCase().split(/[^\p{L}\d]+/u).filter(Boolean) // biome-ignore format: one thought
  const types = rest.flatMap((word) => typeOf(word) ?? [])
  const most = field.maxSizeBytes ?? FILE_SIZE_MAX
  return (
    sizes.length + types.length > 0 &&
    rest.every((word) => known.has(word) || typeOf(word) !== undefined) &&
    sizes.every((bytes) => Math.abs(bytes - most) <= most * SIZE_TOLERANCE) &&
    (types.length === 0 || isSame(types, field.mediaTypes.length === 0 ? Object.keys(FILE_TYPES) : field.mediaTypes))
  )
}

const bytesOf = (count: string, unit: string): number =>
  Number(count.replace(',', '.')) * (/^m/i.test(unit) ? 1_000_000 : 1_000)

const typeOf = (word: string): string | undefined =>
  Object.entries(FILE_TYPES).find(([, { extensions }]) => extensions.includes(`.${word}`))?.[0]

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  [...new Set(some)].sort().join(' ') === [...new Set(others)].sort().join(' ')
