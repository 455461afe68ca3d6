import { patternProblem } from '../lib/pattern.ts'
import type { DataField } from './data-model.ts'
import type { Loading } from './loading.ts'
import { FILE_TYPES, type FieldKind, type FileLimits, type Limits } from './model.ts'
import type { FieldOverlay } from './overlay.ts'
import type { Place } from './yaml.ts'

/** Longest answer per kind in characters, where the data schema names no shorter one. */
export const LENGTH_MAX: Readonly<Record<FieldKind, number>> = {
  text: 200,
  'long-text': 4000,
  name: 120,
  date: 10,
  'incomplete-date': 10,
  time: 5,
  'date-time': 16,
  number: 20,
  money: 20,
  bool: 5,
  select: 60,
  several: 60,
  country: 60,
  email: 254,
  phone: 30,
  iban: 34,
  digits: 30,
  plate: 12,
  'tax-id': 11,
  chip: 15,
  file: 0,
  declaration: 4,
  computed: 200,
  note: 0,
}
/** Kinds that are as long as the data schema says; of the others the form of the answer bounds the length. */
const FREE_TEXT: readonly FieldKind[] = ['text', 'long-text', 'name']
/** Largest single upload of the product in bytes; a data schema may only ask for less. */
export const FILE_SIZE_MAX = 20_000_000

type Limited = {
  readonly place: Place
  readonly kind: FieldKind
  readonly overlay: FieldOverlay
  readonly node: DataField
}

/**
 * Derives the bounds of a field from the precision of its data schema; money becomes cents. Reports what cannot be kept; a pattern that
 * cannot be used is an open point of its schema and is left out here.
 */
export function limitsOf(loading: Loading, { place, kind, overlay, node }: Limited): Limits {
  const { minLength = 0, maxLength, minValue, maxValue, pattern } = node.precision
  const upper = Math.min(maxLength ?? LENGTH_MAX[kind], FREE_TEXT.includes(kind) ? 20_000 : LENGTH_MAX[kind])
  const min = minValue === undefined ? undefined : boundOf(kind, minValue)
  const max = maxValue === undefined ? undefined : boundOf(kind, maxValue)
  if (min === null || max === null || minLength > upper) {
    loading.report(place, 'forms/limit', `The bounds of ${node.id} are none that a ${kind} can have.`)
  }
  return {
    minLength,
    maxLength: upper,
    ...(min === undefined || min === null ? {} : { min }),
    ...(max === undefined || max === null ? {} : { max }),
    decimals: overlay.decimals ?? (kind === 'money' || node.type === 'num' ? 2 : 0),
    ...(pattern === undefined || patternProblem(pattern) !== undefined ? {} : { pattern }),
    isPast: overlay.past,
    isFuture: overlay.future,
    choicesMin: kind === 'several' ? Math.max(node.min, 1) : 1,
    choicesMax: kind === 'several' ? (node.max ?? 999) : 1,
    isLatin: node.type === 'text_latin',
  }
}

function boundOf(kind: FieldKind, text: string): number | string | null {
  if (kind === 'time') {
    return /^([01]\d|2[0-3]):[0-5]\d(:00)?$/.test(text) ? text.slice(0, 5) : null
  }
  if (kind === 'date' || kind === 'incomplete-date' || kind === 'date-time') {
    return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null
  }
  if (kind !== 'number' && kind !== 'money') {
    return null
  }
  const value = /^-?\d{1,12}([.,]\d{1,6})?$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN
  const bound = kind === 'money' ? Math.round(value * 100) : value
  return Number.isFinite(bound) ? bound : null
}

/** Derives how many files of which types and sizes a field takes: at most PDF, JPG, PNG, 20 MB and ten files. */
export function fileLimitsOf(loading: Loading, { place, node }: { place: Place; node: DataField }): FileLimits {
  const mediaTypes = node.mediaTypes.length === 0 ? Object.keys(FILE_TYPES) : node.mediaTypes
  const unknown = mediaTypes.find((type) => !Object.hasOwn(FILE_TYPES, type))
  if (unknown !== undefined) {
    loading.report(
      place,
      'forms/file',
      `Files of the type "${unknown}" are not taken; ${Object.keys(FILE_TYPES).join(', ')} are.`,
    )
  }
  const maxFiles = node.max ?? 10
  if (maxFiles > 10 || (node.maxSizeBytes ?? 0) > FILE_SIZE_MAX) {
    loading.report(place, 'forms/file', `At most 10 files of ${FILE_SIZE_MAX} bytes are taken.`)
  }
  return { mediaTypes, maxSizeBytes: node.maxSizeBytes ?? FILE_SIZE_MAX, maxFiles, minFiles: node.min }
}
