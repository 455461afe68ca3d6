import { passthroughImageService } from 'astro/config'
import { pureHandler } from './src/adapter.mjs'
import { cityColors } from './src/city-plugin.mjs'
import { words } from './src/words-plugin.mjs'

// Nothing here is encrypted by Astro (no server islands, no sessions). Its random key would make every build differ, and
// with it every published page stale.
process.env['ASTRO_KEY'] ??= Buffer.alloc(32).toString('base64')

/**
 * Builds the templates once into a server bundle (`dist/server/entry.mjs`, export `render`) and the files a browser
 * asks for (`dist/client/_astro/*`, names carry a hash of their content). Pages are never prerendered here: publishing
 * renders them through the bundle.
 */
export default {
  output: 'server',
  adapter: pureHandler(),
  srcDir: './src',
  publicDir: './src/static',
  outDir: './dist',
  trailingSlash: 'ignore',
  compressHTML: true,
  session: false,
  devToolbar: { enabled: false },
  image: { service: passthroughImageService() },
  // The web entry refuses cross-site writes of every content type; pages themselves answer GET only.
  security: { checkOrigin: false },
  build: { format: 'directory', inlineStylesheets: 'never', assets: '_astro' },
  integrations: [words()],
  vite: {
    plugins: [cityColors()],
    // No inline script or style anywhere: the content security policy allows files of our own origin only.
    build: { assetsInlineLimit: 0, sourcemap: false },
    environments: { ssr: { resolve: { noExternal: true } } },
  },
}
