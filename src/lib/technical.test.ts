import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { technicalLines } from './technical.ts'
import type { Translate } from './words.ts'

/* Editors read German: what a finding says in English is for logs and programs. */

const german = parse(readFileSync('content/words/de.yaml', 'utf8')) as { editing: Record<string, string> }
const t: Translate = (key, values = {}) =>
  (german.editing[key.replace('editing.', '')] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))

const ENGLISH =
  /\b(the|is|are|has|have|was|be|of|in the|not|no|yet|nobody|must|may|cannot|there|with|which|its|only|and|or|but)\b/i
const sourcesIn = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !/\.test\./.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
/** Details as they stand in the code; what is put into them stands for a name. */
const details = sourcesIn('api', /\.ts$/).flatMap((source) =>
  [...source.matchAll(/detail(?: =|:)\s*(?:'([^'\n]+)'|`([^`\n]+)`)/g)].map(([, plain, filled]) =>
    (plain ?? filled ?? '').replace(/\$\{[^}]*\}/g, 'name'),
  ),
)

describe('what stands behind a finding for developers', () => {
  it('is German, whatever the detail says', () => {
    expect(details.filter((detail) => ENGLISH.test(detail)).length).toBeGreaterThan(60)
    const said = details.map((detail) => technicalLines({ file: '', line: 1, type: 'forms/open-point', detail }, t))
    expect(said.flat().filter((line) => ENGLISH.test(line))).toEqual([])
  })

  it('names the kind and what the detail quotes, each once', () => {
    const detail = 'Nobody has chosen postbox yet; take it out of "undecided" when "undecided" is right.'
    expect(technicalLines({ file: '', line: 1, type: 'editing/no-postbox', detail }, t)).toEqual([
      'Art der Meldung: editing/no-postbox',
      'Genannt wird: „undecided“',
    ])
  })
})

it("no page of the editors' rooms shows the English detail, or anything else in English", () => {
  const pages = [...sourcesIn('src/components/editing', /\.astro$/), ...sourcesIn('src/pages/redaktion', /\.astro$/)]
  expect(pages.length).toBeGreaterThan(20)
  expect(pages.filter((source) => /\{[^}]*\bdetail\s*\}|lang="en"/.test(source))).toEqual([])
})
