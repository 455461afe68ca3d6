import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
const list = (pattern: string): readonly string[] => globSync(pattern, { cwd: ROOT.pathname }).sort()

/** Names that belong to content alone: services, keys of the state's catalogue, elements of data schemas. */
const slugs = list('content/services/*/').map((path) => path.split('/').at(2) ?? '')
const keys = list('content/catalogue/services/*.json').flatMap((path) => {
  const { key, leikaKeys } = JSON.parse(read(path)) as { key: string; leikaKeys: readonly string[] }
  return [key, ...leikaKeys]
})
const elements = list('content/services/*/form.{xml,yaml}').flatMap((path) =>
  [...read(path).matchAll(/<(?:\w+:)?id>([A-Z]\d+)|\b(?:field|group): ([A-Za-z][\w.-]*)/g)].map(
    ([, standard, ours]) => standard ?? ours ?? '',
  ),
)

const sources = list('{src,api,db}/**/*.{ts,astro,css,sql}').filter(
  (path) =>
    !path.endsWith('.test.ts') && !path.startsWith('api/testing/') && !/^api\/[^/]+\/testing(\.ts|\/)/.test(path),
)

/** Names that stand in a text as words of their own. */
function namesIn(text: string, names: ReadonlySet<string>): readonly string[] {
  const words = new Set(text.match(/[\p{L}\p{N}_~.-]+/gu)?.flatMap((word) => [word, ...word.split(/[._~]/)]))
  return [...names].filter((name) => words.has(name))
}

describe('the product knows no service by name', () => {
  const names = new Set([...slugs, ...keys, ...elements])

  it('has names to look for', () => {
    expect(slugs.length).toBeGreaterThan(20)
    expect(keys.filter((key) => /^99\d{12}$/.test(key)).length).toBeGreaterThan(20)
    expect(elements.length).toBeGreaterThan(50)
    expect(sources.length).toBeGreaterThan(250)
  })

  it('in any source of src, api and db, tests excepted', () => {
    const found = sources.flatMap((path) => namesIn(read(path), names).map((name) => `${path}: ${name}`))
    expect(found).toEqual([])
  })

  it('would see one', () => {
    const [slug = '', key = '', element = ''] = [slugs[3], keys[1], elements[0]]
    expect(namesIn(`if (slug === '${slug}' || key === "${key}" || id === \`${element}\`) {}`, names)).toHaveLength(3)
  })
})
