import * as v from 'valibot'
import type { Content } from '../content/snapshot.ts'
import { readContentFile } from '../lib/content-file.ts'
import type { Finding } from '../lib/finding.ts'
import { FORM, type Row } from './sheet-rows.ts'
import type { Folder } from './state.ts'
import type { Skeleton } from './templates.ts'
import { applyTranslated, EMPTY_LANGUAGE, translatedRows } from './translation.ts'

type Texts = { readonly [key: string]: string | Texts | readonly (string | Texts)[] }
const Texts: v.GenericSchema<unknown, Texts> = v.record(
  v.string(),
  v.union([
    v.pipe(v.string(), v.minLength(1), v.maxLength(2000)),
    v.lazy(() => Texts),
    v.array(v.union([v.string(), v.lazy(() => Texts)])),
  ]),
)

const fileOf = (lang: string): string => `templates/form.${lang}.yaml`

/** What is wrong with the texts of new forms in other languages; none where a language has none. */
export const standardFindings = (content: Content): readonly Finding[] =>
  content.city.languages.flatMap((lang) => {
    const read = lang === 'de' ? undefined : readStandards(content, lang)
    return read === undefined || read.ok ? [] : read.findings
  })

function readStandards(content: Content, lang: string) {
  const bytes = content.file(fileOf(lang))
  return bytes === undefined ? undefined : readContentFile(new TextDecoder().decode(bytes), fileOf(lang), Texts)
}

/** A text of new forms in German and in another language, with names in `[[…]]`. */
type Pair = { readonly german: string; readonly other: string }

/**
 * Gives a form in other languages the texts that the product itself wrote and has in them: nobody has to translate those. One that
 * names a question or the service follows as soon as that is translated. What somebody else wrote stays. Pure.
 */
export function withStandardTexts(files: Folder, content: Content, skeleton: Skeleton): Folder {
  const german = files[FORM]
  if (german === undefined) {
    return files
  }
  const spoken = content.city.languages.flatMap((lang) => {
    const read = lang === 'de' ? undefined : readStandards(content, lang)
    if (read === undefined || !read.ok) {
      return []
    }
    const name = `form.${lang}.yaml`
    const source = files[name] ?? EMPTY_LANGUAGE
    const rows = translatedRows(german, source, lang)
    const said = saidIn(rows, pairsOf(skeleton, read.value))
    const after = applyTranslated(german, source, { rows, values: said })
    return after === source ? [] : [[name, after] as const]
  })
  return spoken.length === 0 ? files : { ...files, ...Object.fromEntries(spoken) }
}

function pairsOf(skeleton: Skeleton, { words = {}, ...texts }: Texts): readonly Pair[] {
  const named = Object.entries(words as Texts).flatMap(([german, other]) =>
    typeof other === 'string' ? [{ german, other }] : [],
  )
  return [...pairsIn(skeleton, texts), ...named]
}

function pairsIn(german: unknown, other: unknown): readonly Pair[] {
  if (typeof german === 'string' || typeof other === 'string') {
    return typeof german === 'string' && typeof other === 'string' ? [{ german, other }] : []
  }
  if (typeof german !== 'object' || typeof other !== 'object' || german === null || other === null) {
    return []
  }
  const there = other as Readonly<Record<string, unknown>>
  return Object.entries(german).flatMap(([key, value]) => pairsIn(value, there[key]))
}

/** Values of the rows that a text of new forms says, where nobody has written another. */
function saidIn(rows: readonly Row[], pairs: readonly Pair[]): Readonly<Record<string, string>> {
  const known = new Map(
    rows.flatMap(({ german, value }) => (value === '' ? [] : [[german?.text ?? '', value] as const])),
  )
  const patterns = pairs.map((pair) => ({ ...pair, shape: shapeOf(pair.german), own: shapeOf(pair.other) }))
  return Object.fromEntries(
    rows.flatMap((row) => {
      const lines = (row.german?.text ?? '').split('\n').map((line) => lineIn(line, patterns, known))
      const whole = lines.every((line) => line !== undefined) ? lines : undefined
      const text = whole?.map((line) => line?.text).join('\n') ?? ''
      const isOurs = row.value === '' || (whole?.length === 1 && whole[0]?.own.test(row.value) === true)
      return text === '' || !isOurs || text === row.value ? [] : [[row.name, text]]
    }),
  )
}

type Pattern = Pair & { readonly shape: RegExp; readonly own: RegExp }

/** One line in the other language; undefined where it is no text of new forms, or what it names is not translated. */
function lineIn(
  line: string,
  patterns: readonly Pattern[],
  known: ReadonlyMap<string, string>,
): { readonly text: string; readonly own: RegExp } | undefined {
  for (const { shape, german, other, own } of patterns) {
    const found = shape.exec(line)
    if (found === null) {
      continue
    }
    const names = [...german.matchAll(NAME)].map(([, name = '']) => name)
    const values = new Map(names.map((name, index) => [name, named(name, found[index + 1] ?? '', known)]))
    const text = other.replace(NAME, (whole, name: string) => values.get(name) ?? whole)
    if ([...values.values()].every((value) => value !== undefined)) {
      return { text, own }
    }
  }
  return undefined
}

const NAME = /\[\[([a-z]+)\]\]/g

/** Labels lose their last sign within a sentence. */
const named = (name: string, text: string, known: ReadonlyMap<string, string>): string | undefined =>
  name === 'number' ? text : (known.get(text) ?? known.get(`${text}.`) ?? known.get(`${text}:`))?.replace(/[.:]$/, '')

const shapeOf = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.*+?^$()|\\{}]/g, '\\$&').replace(NAME, '(.{1,500}?)')}$`, 'u')
