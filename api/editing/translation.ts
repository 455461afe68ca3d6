import { type TextPlace, textPlaces } from '../forms/service.ts'
import { sentText, type Values } from './sent.ts'
import { type Building, FORM, linesOf, pathOf, type Row } from './sheet-rows.ts'
import type { Sheet } from './sheets.ts'
import type { State } from './state.ts'
import { callTexts } from './translation-words.ts'
import { editYaml, spliceYaml, type YamlPath, yamlAt } from './yaml-edit.ts'

/** How a file of another language begins. */
export const EMPTY_LANGUAGE = 'format: 1\n'

const isNode = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const idOf = (value: unknown): unknown => (isNode(value) ? value['id'] : undefined)
/** Entries of such a list are found by their id in another language, those of others by place. */
const isById = (list: readonly unknown[]): boolean => list.every((entry) => typeof idOf(entry) === 'string')

/** Every text of a form with its German words and those of another language; named by the way to it in the German file. */
export const translationRows = ({ source, state, about }: Building): readonly Row[] =>
  translatedRows(state.files[FORM] ?? '', source, about)

/** The same of the texts of two files. */
export function translatedRows(germanSource: string, source: string, lang: string): readonly Row[] {
  const german = yamlAt(germanSource, [])
  const other = yamlAt(source, [])
  const calling = callTexts(german)
  return [...textPlaces(german)].map((one) => rowOf(one, { german, other, lang, calling }))
}

type Languages = {
  readonly german: unknown
  readonly other: unknown
  readonly lang: string
  readonly calling: ReturnType<typeof callTexts>
}

function rowOf({ place, text }: TextPlace, { german, other, lang, calling }: Languages): Row {
  const value = valueAt(other, german, place)
  const [top, name] = place
  return {
    name: place.join('/'),
    ...calling.called({ place, text }),
    kind: typeof text === 'string' ? (text.length > 80 ? 'text' : 'line') : 'lines',
    value: Array.isArray(value) ? value.join('\n') : typeof value === 'string' ? value : '',
    options: [],
    group: top === 'fields' ? calling.heading(String(name)) : `texts-${String(top)}`,
    german: { text: typeof text === 'string' ? text : text.join('\n'), lang },
  }
}

/** What stands in the other language at a place of the German file. */
function valueAt(other: unknown, german: unknown, place: TextPlace['place']): unknown {
  const [part, ...rest] = place
  if (part === undefined) {
    return other
  }
  if (typeof part === 'number' && Array.isArray(german) && Array.isArray(other)) {
    const found = isById(german) ? other.find((entry) => idOf(entry) === idOf(german[part])) : other[part]
    return valueAt(found, german[part], rest)
  }
  return isNode(german) && isNode(other) && Object.hasOwn(other, part)
    ? valueAt(other[part], german[part], rest)
    : undefined
}

/** Puts what was translated into the file of its language; what stands there beside keeps its place and its comments. */
export function applyTranslation(state: State, sheet: Sheet, values: Values): State {
  const before = state.files[sheet.file] ?? EMPTY_LANGUAGE
  const after = applyTranslated(state.files[FORM] ?? '', before, { rows: sheet.rows, values })
  return after === before ? state : { ...state, files: { ...state.files, [sheet.file]: after } }
}

/** The text of a language file with the values of some rows. */
export function applyTranslated(
  germanSource: string,
  before: string,
  { rows, values }: { readonly rows: readonly Row[]; readonly values: Values },
): string {
  const german = yamlAt(germanSource, [])
  return rows.reduce((source, row) => {
    const text = sentText(row, values)
    if (text === undefined || text === row.value) {
      return source
    }
    const made = makeWay(source, german, pathOf(row.name))
    const value = text === '' ? undefined : row.kind === 'lines' ? linesOf(text, []) : text
    return editYaml(made.source, [{ path: made.path, value }])
  }, before)
}

type Way = { readonly source: string; readonly path: YamlPath }

/** The way to a place in the file of another language; lists and their entries that it lacks are made. */
function makeWay(source: string, german: unknown, place: TextPlace['place']): Way {
  let way: Way = { source, path: [] }
  let here = german
  for (const part of place) {
    way = typeof part === 'number' && Array.isArray(here) ? entryWay(way, here, part) : { ...way, path: [...way.path, part] } // biome-ignore format: one thought
    here = (here as Readonly<Record<string | number, unknown>>)[part]
  }
  return way
}

function entryWay({ source, path }: Way, german: readonly unknown[], index: number): Way {
  const list = yamlAt(source, path)
  if (!isById(german)) {
    const isThere = Array.isArray(list) && list.length === german.length
    const whole = isThere ? source : editYaml(source, [{ path, value: german.map(() => ({})) }])
    return { source: whole, path: [...path, index] }
  }
  const entry = { id: idOf(german[index]) }
  if (!Array.isArray(list)) {
    return { source: editYaml(source, [{ path, value: [entry] }]), path: [...path, 0] }
  }
  const found = list.findIndex((one) => idOf(one) === entry.id)
  return found >= 0
    ? { source, path: [...path, found] }
    : { source: spliceYaml(source, { list: path, at: list.length, insert: [entry] }), path: [...path, list.length] }
}
