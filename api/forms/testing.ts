import { readdirSync, readFileSync } from 'node:fs'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import { type Example, readExamples } from './examples.ts'
import { readLists } from './lists.ts'
import { type FormFiles, type FormResult, loadForm } from './load.ts'
import type { Form } from './model.ts'
import type { FormPaths, Words } from './view.ts'
import { formWords } from './words.ts'

const CONTENT = new URL('../../content/', import.meta.url)

/** The day of all form tests. */
export const TODAY = '2026-11-24'

/** Code lists of the seed content. */
const LISTS = readLists({
  paths: ['streets.yaml', ...readdirSync(new URL('code-lists/', CONTENT)).map((name) => `code-lists/${name}`)],
  file: (path) => readFileSync(new URL(path, CONTENT)),
})

/** Files of a service in the seed content, by name. */
export function seedFiles(slug: string): FormFiles {
  const folder = new URL(`services/${slug}/`, CONTENT)
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]))
}

/** Loads a form of the seed content with some of its text replaced; each replacement must be found. */
export function loadChanged(slug: string, file: string, changes: readonly (readonly [string, string])[]): FormResult {
  const files = seedFiles(slug)
  let source = files[file] ?? ''
  for (const [from, to] of changes) {
    if (!source.includes(from)) {
      throw new Error(`"${from}" is not in ${file}`)
    }
    source = source.replace(from, to)
  }
  return loadForm({ ...files, [file]: source }, { slug, readXml: readXDatenfelder, lists: LISTS })
}

/** Loads a form of the seed content that has to be sound. */
export function seedForm(slug: string): Form {
  const result = loadForm(seedFiles(slug), { slug, readXml: readXDatenfelder, lists: LISTS })
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings, null, 2))
  }
  return result.form
}

/** Examples of a form of the seed content. */
export function seedExamples(form: Form): readonly Example[] {
  const result = readExamples(seedFiles(form.slug)['examples.yaml'] ?? '', 'examples.yaml', form)
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings, null, 2))
  }
  return result.examples
}

/** German words of the form engine. */
export const seedWords = (): Words => formWords(readFileSync(new URL('words/forms.de.yaml', CONTENT), 'utf8'))()

export const PATHS: FormPaths = {
  start: '/start',
  review: '/pruefen',
  tasks: '/aufgaben',
  step: (address, changing) => `/${address}${changing === true ? '?aendern' : ''}`,
}
