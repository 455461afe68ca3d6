import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Finding } from '../lib/finding.ts'
import type { DataModelReader } from './data-model.ts'
import type { TownLists } from './lists.ts'
import { type FormFiles, type FormResult, formDigest, loadForm } from './load.ts'

type Given = { readonly slug: string; readonly readXml: DataModelReader; readonly lists: TownLists }
type Kept = {
  readonly forms: LRUCache<string, FormResult>
  readonly findings: LRUCache<string, readonly Finding[]>
}

const KEPT_MAX = 200
/** A form depends on its files and lists alone, so the whole process keeps them together: checkers, pages and editors. */
const ofReader = new WeakMap<DataModelReader, Kept>()

/** `loadForm`, once for each version and language of a form; at most 200 are kept, the one asked for longest ago goes first. */
export function loadKeptForm(files: FormFiles, { slug, lang, readXml, lists }: Given & { lang: string }): FormResult {
  const { forms } = keptOf(readXml)
  const key = [slug, lang, formDigest(files, lang), lists.digest].join('\n')
  const known = forms.get(key)
  if (known !== undefined) {
    return known
  }
  const result = loadForm(files, { slug, lang, readXml, lists, folder: `services/${slug}` })
  forms.set(key, result)
  return result
}

/** What `check` finds about the files of a service, asked once for the same files. `about`: whatever else it looks at. */
export function keptFindings(
  files: FormFiles,
  { slug, about, readXml, lists }: Given & { about: string },
  check: () => readonly Finding[],
): readonly Finding[] {
  const { findings } = keptOf(readXml)
  const names = Object.keys(files).sort()
  const parts = names.map((name) =>
    createHash('sha256')
      .update(files[name] ?? '')
      .digest('hex'),
  )
  const key = [slug, about, lists.digest, ...names, ...parts].join('\n')
  const known = findings.get(key)
  if (known !== undefined) {
    return known
  }
  const found = check()
  findings.set(key, found)
  return found
}

function keptOf(readXml: DataModelReader): Kept {
  const kept = ofReader.get(readXml) ?? {
    forms: new LRUCache<string, FormResult>({ max: KEPT_MAX }),
    findings: new LRUCache<string, readonly Finding[]>({ max: KEPT_MAX }),
  }
  ofReader.set(readXml, kept)
  return kept
}
