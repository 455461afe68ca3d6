import module from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../node_modules/.cache/stadttor', import.meta.url))

/*
 * What Node does for every import, done once. Nothing of it changes what the files do.
 * Node looks for and reads a package.json again for each import, which cost up to 0.9 s of every start; that of
 * drizzle-orm alone has 178 kB. Two answers are therefore known: a relative import of the same ending stays within its
 * package and has the format of the file that imports it; a package imported by a file of the product is the one that any
 * other file of it got. Compiled code is kept in node_modules/.cache; where that cannot be written, it is compiled at each
 * start. Deno has neither and needs neither.
 */
type Found = { readonly url: string; readonly format: string }
const formats = new Map<string, string>()
const packages = new Map<string, Found>()

if (typeof module.enableCompileCache === 'function' && !('Deno' in globalThis)) {
  module.enableCompileCache(CACHE)
}
if (typeof module.registerHooks === 'function' && !('Deno' in globalThis)) {
  module.registerHooks({
    resolve: (specifier, context, next) => {
      const { parentURL = '' } = context
      const known = specifier.startsWith('.')
        ? neighbour(specifier, parentURL)
        : packages.get(keyOf(specifier, parentURL))
      const found = known === undefined ? next(specifier, context) : { ...known, shortCircuit: true }
      if (found.format === 'module' || found.format === 'module-typescript') {
        formats.set(found.url, found.format)
        packages.set(keyOf(specifier, parentURL), { url: found.url, format: found.format })
      }
      return found
    },
  })
}

function neighbour(specifier: string, parentURL: string): Found | undefined {
  const format = formats.get(parentURL)
  return format === undefined || extname(specifier) !== extname(parentURL)
    ? undefined
    : { url: new URL(specifier, parentURL).href, format }
}

/** Files of the product share what they import by name; a file of a package, and what is relative, has its own. */
const keyOf = (specifier: string, parentURL: string): string =>
  specifier.startsWith('.') || parentURL.includes('/node_modules/') ? `${parentURL} ${specifier}` : specifier
