import * as v from 'valibot'
import { many, type Reading } from './reading.ts'
import type { Word } from './snapshot.ts'

type Words = Readonly<Record<string, Word>>
type Nested = { readonly [name: string]: string | Nested }

const Nested: v.GenericSchema<unknown, Nested> = v.record(
  v.string(),
  v.union([v.string(), v.lazy(() => Nested)], 'neither a text nor a group of texts'),
)

/** Reads words/<lang>.yaml with keys flattened to `a.b.c`; a group with the key `other` is the plural forms of one word. */
export function readWords(reading: Reading): ReadonlyMap<string, Words> {
  const files = many(reading, /^words\/([a-z]{2,3})\.yaml$/, Nested)
  return new Map([...files].map(([lang, nested]) => [lang, Object.fromEntries(flatten(nested, ''))]))
}

function flatten(nested: Nested, path: string): readonly (readonly [string, Word])[] {
  return Object.entries(nested).flatMap(([name, value]) => {
    const key = path === '' ? name : `${path}.${name}`
    if (typeof value === 'string') {
      return [[key, value] as const]
    }
    return isPlural(value) ? [[key, value] as const] : flatten(value, key)
  })
}

const isPlural = (value: Nested): value is Readonly<Record<string, string>> =>
  typeof value['other'] === 'string' && Object.values(value).every((form) => typeof form === 'string')
