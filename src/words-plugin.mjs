import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

const folder = new URL('../content/words/', import.meta.url)

const PLURAL_FORMS = new Set(['zero', 'one', 'two', 'few', 'many', 'other'])

/** Whether an entry holds plural forms; throws where a name of one stands among others, which would silently be dropped. */
const isPlural = (key, value) => {
  if (typeof value !== 'object' || value === null || !('other' in value)) {
    return false
  }
  const strange = Object.keys(value).find((name) => !PLURAL_FORMS.has(name) || typeof value[name] !== 'string')
  if (strange !== undefined || Object.keys(value).length < 2) {
    throw new Error(
      `content/words: "${key}.other" would make plural forms of "${key}"${strange === undefined ? ', but it stands alone' : `, but "${key}.${strange}" is none`}; give "other" another name`,
    )
  }
  return true
}

/** Flattens nested words to `a.b.c` keys; plural forms (`one`, `other`, …) stay together as one entry. */
export const flattenWords = (node, path = '', into = {}) => {
  for (const [name, value] of Object.entries(node)) {
    const key = path === '' ? name : `${path}.${name}`
    if (typeof value === 'string' || isPlural(key, value)) {
      into[key] = value
    } else if (typeof value === 'object' && value !== null) {
      flattenWords(value, key, into)
    } else {
      throw new Error(`content/words: "${key}" is neither text nor plural forms`)
    }
  }
  return into
}

/** Reads every `content/words/<lang>.yaml` into `{ [lang]: { [key]: text | plural forms } }`. */
export const loadWords = () => {
  const files = readdirSync(folder)
    .filter((name) => /^[a-z]{2,3}\.yaml$/.test(name))
    .sort()
  return Object.fromEntries(
    files.map((name) => [name.replace('.yaml', ''), flattenWords(parse(readFileSync(new URL(name, folder), 'utf8')))]),
  )
}

const typesOf = (words) =>
  `declare module 'virtual:words' {
  export type WordKey = ${Object.keys(words['de'])
    .map((key) => JSON.stringify(key))
    .join(' | ')}
  const words: Record<string, Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>>
  export default words
}\n`

/** Words as the module `virtual:words` with typed keys; a literal `t('…')` with an unknown key stops the build. */
export const words = () => ({
  name: 'stadttor-words',
  hooks: {
    'astro:config:setup': ({ updateConfig }) => {
      const all = loadWords()
      updateConfig({
        vite: {
          plugins: [
            {
              name: 'stadttor-words',
              enforce: 'pre',
              resolveId: (id) => (id === 'virtual:words' ? '\0virtual:words' : undefined),
              load: (id) => (id === '\0virtual:words' ? `export default ${JSON.stringify(all)}` : undefined),
              transform(code, id) {
                if (!id.includes('/src/')) {
                  return
                }
                for (const [, key] of code.matchAll(/\bt\(\s*'([^']+)'/g)) {
                  if (!(key in all['de'])) {
                    this.error(`Unknown word "${key}"; add it to content/words/de.yaml`)
                  }
                }
              },
            },
          ],
        },
      })
    },
    'astro:config:done': ({ injectTypes }) => {
      injectTypes({ filename: 'words.d.ts', content: typesOf(loadWords()) })
    },
  },
})
