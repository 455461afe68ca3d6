import module from 'node:module'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../node_modules/.cache/stadttor', import.meta.url))
const DRIZZLE = '/node_modules/drizzle-orm/'

/*
 * What Node does for every file it imports, done once. Nothing of it changes what the files do.
 * Node parses the whole package.json of a package for each of its files; that of drizzle-orm has 178 kB and its files are
 * many, which cost 0.6 s of every start and left 130 MB of memory behind. Its own relative imports are therefore answered
 * here. Compiled code is kept in node_modules/.cache; where that cannot be written, it is compiled at each start.
 * Deno has neither and needs neither.
 */
if (typeof module.enableCompileCache === 'function' && !('Deno' in globalThis)) {
  module.enableCompileCache(CACHE)
}
if (typeof module.registerHooks === 'function' && !('Deno' in globalThis)) {
  module.registerHooks({
    resolve: (specifier, context, next) => {
      const { parentURL } = context
      if (specifier.startsWith('.') && specifier.endsWith('.js') && parentURL?.includes(DRIZZLE) === true) {
        return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true }
      }
      return next(specifier, context)
    },
  })
}
